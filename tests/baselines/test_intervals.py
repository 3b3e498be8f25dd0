import numpy as np
import pytest
import scipy.stats

from lessons_pkg.baselines import LinearAR, Naive, SeasonalNaive, residual_interval
from lessons_pkg.metrics import interval_coverage

from .said import sentence_of


def test_by_hand():
    # 1 to 9, in any order: ranks 10 * 0.1 = 1 and 10 * 0.9 = 9 for 80 %; 2.5 and 7.5 for 50 %.
    residuals = np.array([[4.0, 1, 9, 7, 2, 8, 5, 3, 6]]).T
    for coverage, want in ((0.8, (1, 9)), (0.5, (2.5, 7.5))):
        got = residual_interval(residuals, coverage)
        np.testing.assert_allclose(got, np.reshape(want, (2, 1)))


def test_it_stands_around_the_forecast_by_hand():
    # Steps of +1 and -1: one step ahead the residuals are +-1, two steps ahead 0.
    x = np.tile([0.0, 1.0], 20)
    lower, upper = Naive().fit(x).interval([5.0], 2)
    np.testing.assert_allclose(lower, [4, 5])
    np.testing.assert_allclose(upper, [6, 5])


def test_it_need_not_be_symmetric():
    # The series stays or grows by 1: it is never below the last value.
    x = np.repeat(np.arange(30.0), 2)
    lower, upper = Naive().fit(x).interval([5.0], 1)
    assert (lower, upper) == ([5], [6])


def test_each_distance_has_its_own():
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(size=4000))
    lower, upper = Naive().fit(x).interval([0.0], 9, coverage=0.9)
    # A random walk: the standard deviation after h steps is sqrt(h).
    want = 1.645 * np.sqrt(np.arange(1, 10))
    np.testing.assert_allclose(upper, want, rtol=0.15)
    np.testing.assert_allclose(-lower, want, rtol=0.15)


@pytest.mark.parametrize(("n", "coverage"), [(19, 0.9), (30, 0.5), (120, 0.95)])
def test_a_new_residual_falls_between_as_often_as_it_says(n, coverage):
    """Of n + 1 values from any one distribution, each is as likely the new one."""
    rng = np.random.default_rng(0)
    drawn = rng.exponential(size=(n + 1, 20_000))
    lower, upper = residual_interval(drawn[:-1], coverage)
    inside = (lower <= drawn[-1]) & (drawn[-1] <= upper)
    error = np.sqrt(coverage * (1 - coverage) / 20_000)
    assert abs(inside.mean() - coverage) < 4 * error


def test_quantiles_as_in_scipy():
    rng = np.random.default_rng(1)
    residuals = rng.normal(size=(57, 3))
    want = scipy.stats.mstats.mquantiles(
        residuals, [0.1, 0.9], alphap=0, betap=0, axis=0
    )
    np.testing.assert_allclose(residual_interval(residuals, 0.8), want)


@pytest.mark.parametrize("make", [Naive, lambda: SeasonalNaive(5), lambda: LinearAR(5)])
def test_intervals_cover_what_comes(make):
    rng, x = np.random.default_rng(0), [0.0] * 5
    for noise in rng.normal(size=3000):
        x.append(0.5 * x[-1] - 0.3 * x[-5] + noise)
    x, made = np.array(x), make().fit(x[:1500])
    bounds = [made.interval(x[:t], 3, 0.8) for t in range(1500, 2900, 14)]
    targets = [x[t : t + 3] for t in range(1500, 2900, 14)]
    lower, upper = np.swapaxes(bounds, 0, 1)
    assert interval_coverage(lower, upper, targets) == pytest.approx(0.8, abs=0.06)


def test_far_ahead_on_a_short_series_they_are_too_narrow():
    """The figure in the docstring of interval: overlapping residuals."""
    rng = np.random.default_rng(0)
    walks = np.cumsum(rng.normal(size=(1000, 50)), axis=1)
    bounds = [Naive().fit(x[:40]).interval(x[:40], 10, 0.9) for x in walks]
    lower, upper = np.swapaxes(bounds, 0, 1)
    held = ((lower <= walks[:, 40:]) & (walks[:, 40:] <= upper)).mean(axis=0)
    assert held[0] == pytest.approx(0.9, abs=0.03)
    assert held[-1] == pytest.approx(0.74, abs=0.04)


@pytest.mark.parametrize("coverage", [0, 1, 1.5, -0.5, "90", np.nan])
def test_what_is_no_coverage(coverage):
    assert sentence_of(ValueError, residual_interval, np.ones((50, 1)), coverage) == (
        f"residual_interval: coverage={coverage!r} must lie between 0 and 1. "
        "For 90 % write 0.9."
    )


def test_too_few_residuals():
    assert sentence_of(ValueError, residual_interval, np.ones((18, 2)), 0.9) == (
        "residual_interval: for coverage=0.9 residuals must have shape (N, horizon) with "
        "N at least 19, but came with shape (18, 2). "
        "Give a longer series, or a smaller coverage."
    )
    residual_interval(np.ones((19, 2)), 0.9)
    residual_interval(np.ones((39, 2)), 0.95)
    assert "at least 39" in sentence_of(
        ValueError, Naive().fit(np.ones(39)).interval, [1.0], 1, 0.95
    )
    assert "(N, horizon)" in sentence_of(
        ValueError, residual_interval, np.ones(50), 0.9
    )


def test_residuals_that_are_no_numbers():
    residuals = np.ones((30, 1))
    residuals[3] = np.nan
    assert sentence_of(ValueError, residual_interval, residuals, 0.9) == (
        "residual_interval: residuals hold what is no finite number. "
        "Leave out the forecasts that have no true value yet."
    )
