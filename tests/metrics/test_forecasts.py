import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.metrics import (
    interval_coverage,
    mean_absolute_error,
    mean_absolute_scaled_error,
    pinball_loss,
)

from .said import quick, sentence_of

mase = mean_absolute_scaled_error


def test_mase_by_hand():
    # Steps of the training series 2, 4, 3: mean 3. Errors 1 and 5: mean 3.
    training = [1.0, 3.0, 7.0, 4.0]
    assert mase([5.0, 1.0], [6.0, 6.0], training) == 1
    # Two back: |7 - 1| = 6, |4 - 3| = 1, mean 3.5
    assert mase([5.0, 1.0], [6.0, 6.0], training, period=2) == 3 / 3.5
    # Whole numbers that would overflow are floats first.
    assert mase(np.uint8([0]), np.uint8([255]), np.uint8([0, 255, 0])) == 1


def test_the_naive_forecast_of_the_training_series_has_1():
    x = np.random.default_rng(0).normal(size=50)
    for period in (1, 7):
        assert mase(x[:-period], x[period:], x, period) == pytest.approx(1)


@quick
@given(st.integers(0, 10**6), st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_mase_has_no_unit(seed, scale, offset):
    p, y, x = np.random.default_rng(seed).normal(size=(3, 20))
    got = mase(*(offset + scale * v for v in (p, y, x)))
    assert got == pytest.approx(mase(p, y, x), rel=1e-6)
    naive = mean_absolute_error(x[:-1], x[1:])
    assert mase(p, y, x) == pytest.approx(mean_absolute_error(p, y) / naive)


def test_interval_coverage_by_hand():
    lower, upper = [0, 0, 0, 0], [2, 2, 2, 0]
    # Inside, on the edge, outside, and an interval of one point.
    assert interval_coverage(lower, upper, [1, 2, 3, 0]) == 3 / 4
    assert interval_coverage(np.zeros((2, 3)), np.ones((2, 3)), np.eye(2, 3)) == 1


def test_quantiles_of_a_normal_cover_their_share():
    y = np.random.default_rng(0).normal(size=20_000)
    bounds = np.full(y.shape, 1.6449)
    assert interval_coverage(-bounds, bounds, y) == pytest.approx(0.9, abs=0.01)


def test_pinball_by_hand():
    # Differences 2 and -1: 0.9 * 2 and 0.1 * 1
    assert pinball_loss([1.0, 1.0], [3.0, 0.0], 0.9) == pytest.approx(1.9 / 2)
    assert pinball_loss([1.0, 1.0], [3.0, 0.0], 0.0) == 1 / 2  # only what lies below
    assert pinball_loss([1.0, 1.0], [3.0, 0.0], 1) == 2 / 2


@pytest.mark.parametrize("quantile", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("shape", [(29,), (13, 3)])
def test_pinball_as_in_scikit_learn(shape, quantile):
    p, y = np.random.default_rng(0).normal(size=(2, *shape))
    want = sklearn.metrics.mean_pinball_loss(y, p, alpha=quantile)
    assert pinball_loss(p, y, quantile) == pytest.approx(want, rel=1e-12)
    half = mean_absolute_error(p, y) / 2
    assert pinball_loss(p, y, 0.5) == pytest.approx(half)


def test_the_quantile_has_the_smallest_pinball():
    y = np.random.default_rng(0).exponential(size=999)
    tried = np.sort(y)
    losses = [pinball_loss(np.full(999, t), y, 0.8) for t in tried]
    assert tried[np.argmin(losses)] == np.quantile(y, 0.8, method="inverted_cdf")


# Error sentences

UNEQUAL = "Give both one shape, or NumPy pairs each row with others."


@pytest.mark.parametrize(
    ("f", "args", "error_type", "sentence"),
    [
        (
            mase,
            ([1.0], [[1.0]], [1.0, 2.0]),
            ValueError,
            f"predicted has shape (1,), but target has shape (1, 1). {UNEQUAL}",
        ),
        (
            mase,
            ([1.0], [1.0], [1.0, 2.0], 2),
            ValueError,
            "training has 2 values, which is too short for period=2. "
            "Give more than one period.",
        ),
        (
            mase,
            ([1.0], [1.0], [1.0, 2.0, 1.0, 2.0], 2),
            ValueError,
            "training repeats itself exactly after 2, so that the naive forecast has no "
            "error to divide by. Use mean_absolute_error.",
        ),
        (
            mase,
            ([1.0], [1.0], [1.0, 2.0], 0),
            ValueError,
            "period=0 must be a whole number of at least 1. Give such a number.",
        ),
        (
            mase,
            ([1.0], [1.0], [1.0, np.nan]),
            ValueError,
            "training holds nan at index [1]. Give finite numbers only.",
        ),
        (
            mase,
            ([], [], [1.0, 2.0]),
            ValueError,
            "predicted and target are empty, and a share of nothing is undefined. "
            "Give at least one example.",
        ),
        (
            mase,
            ([1e308], [-1e308], [1.0, 2.0]),
            ValueError,
            "the errors leave the range of floats. Divide predicted, target and training "
            "by one number first: the result stays the same.",
        ),
        (
            interval_coverage,
            ([0.0], [1.0, 2.0], [1.0]),
            ValueError,
            f"lower has shape (1,), but upper has shape (2,). {UNEQUAL}",
        ),
        (
            interval_coverage,
            ([0.0], [1.0], [1.0, 2.0]),
            ValueError,
            f"lower has shape (1,), but target has shape (2,). {UNEQUAL}",
        ),
        (
            interval_coverage,
            ([0.0, 3.0], [1.0, 2.0], [1.0, 2.5]),
            ValueError,
            "at index [1] lower is 3 and upper 2, an interval that is empty. "
            "Give the lower bounds first.",
        ),
        (
            pinball_loss,
            ([0.0], [1.0], 90),
            ValueError,
            "quantile=90 must be a number from 0 to 1. "
            "For the lower end of a 90 % interval write 0.05.",
        ),
        (
            pinball_loss,
            ([0.0], ["a"], 0.5),
            TypeError,
            "target must hold real numbers, but its dtype is <U1. "
            "Turn it into floats first.",
        ),
    ],
)
def test_what_is_refused(f, args, error_type, sentence):
    assert sentence_of(error_type, f, *args) == f"{f.__name__}: {sentence}"
