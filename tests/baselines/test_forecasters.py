import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

import lessons_pkg as lp
from lessons_pkg.baselines import Drift, Forecaster, LinearAR, Naive, SeasonalNaive

from .said import quick, sentence_of

MAKERS = [Naive, lambda: SeasonalNaive(3), Drift, lambda: LinearAR(2)]


def walk(n, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=n))


# By hand


def test_naive_by_hand():
    assert Naive().fit([1.0, 2.0]).forecast([7, 5, 3], 3).tolist() == [3, 3, 3]


def test_seasonal_naive_by_hand():
    made = SeasonalNaive(3)
    assert made.forecast([9, 9, 1, 2, 3], 7).tolist() == [1, 2, 3, 1, 2, 3, 1]
    assert made.forecast([1, 2, 3], 2).tolist() == [1, 2]


def test_drift_by_hand():
    # From 2 to 8 in three steps: 2 each, whatever lies between.
    made = Drift().fit([2.0, 100.0, -4.0, 8.0])
    assert made.slope == 2
    assert made.forecast([1.0, 10.0], 3).tolist() == [12, 14, 16]


def test_linear_regression_on_the_past_by_hand():
    # Each value is 2 times the last, minus the one before, plus 1: steps that grow by 1.
    x = [0.0, 1.0, 3.0, 6.0, 10.0, 15.0, 21.0]
    made = LinearAR(2).fit(x)
    np.testing.assert_allclose(made.coefficients, [2, -1], atol=1e-10)
    assert made.intercept == pytest.approx(1)
    np.testing.assert_allclose(made.forecast(x, 3), [28, 36, 45])
    # From another history: 2 * 5 - 0 + 1 = 11, 2 * 11 - 5 + 1 = 18
    np.testing.assert_allclose(made.forecast([0.0, 5.0], 2), [11, 18])


def test_a_sine_needs_two_lags():
    # sin(a + b) = 2 cos(b) sin(a) - sin(a - b)
    x = 3 + np.sin(0.3 * np.arange(60))
    made = LinearAR(2).fit(x[:40])
    np.testing.assert_allclose(made.coefficients, [2 * np.cos(0.3), -1], atol=1e-9)
    np.testing.assert_allclose(made.forecast(x[:40], 20), x[40:], atol=1e-7)


# Properties


@pytest.mark.parametrize("make", MAKERS)
@quick
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_only_the_last_values_of_the_history_count(make, seed, horizon):
    made, x = make().fit(walk(40)), walk(30, seed)
    want = made.forecast(x, horizon)
    assert want.shape == (horizon,)
    np.testing.assert_array_equal(made.forecast(x[-made.n_back :], horizon), want)
    # And what is near is told first: a shorter horizon is a part of a longer one.
    np.testing.assert_array_equal(made.forecast(x, horizon + 3)[:horizon], want)


@pytest.mark.parametrize("make", MAKERS)
def test_an_offset_and_a_unit_go_through(make):
    x = walk(50)
    plain = make().fit(x).forecast(x, 6)
    other = make().fit(1e6 + 1e-3 * x).forecast(1e6 + 1e-3 * x, 6)
    np.testing.assert_allclose((other - 1e6) * 1e3, plain, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("make", MAKERS)
def test_a_constant_stays(make):
    made = make().fit(np.full(20, 4.2))
    np.testing.assert_allclose(made.forecast(np.full(5, 4.2), 50), 4.2)


@quick
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_coefficients_as_in_scikit_learn(seed, n_lags):
    x = walk(2 * n_lags + 30, seed)
    made = LinearAR(n_lags).fit(x)
    past = np.array([x[t - n_lags : t][::-1] for t in range(n_lags, len(x))])
    theirs = LinearRegression().fit(past, x[n_lags:])
    np.testing.assert_allclose(made.coefficients, theirs.coef_, atol=1e-9)
    assert made.intercept == pytest.approx(theirs.intercept_, abs=1e-9)
    # Step by step, each forecast appended.
    known = x.tolist()
    for _ in range(5):
        known.append(theirs.predict([known[: -n_lags - 1 : -1]])[0])
    np.testing.assert_allclose(made.forecast(x, 5), known[-5:], atol=1e-9)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("horizon", [1, 4])
def test_residuals_are_those_of_forecasts_from_each_time(make, horizon):
    x = walk(30)
    made = make().fit(x)
    want = [
        x[t : t + horizon] - made.forecast(x[:t], horizon)
        for t in range(made.n_back, len(x) - horizon + 1)
    ]
    np.testing.assert_allclose(made.residuals(horizon), want, atol=1e-12)


def test_least_squares_leave_no_mean_and_no_trace_of_the_past():
    x = walk(80)
    left = LinearAR(3).fit(x).residuals(1)[:, 0]
    assert left.mean() == pytest.approx(0, abs=1e-12)
    for lag in (1, 2, 3):
        past = x[3 - lag : len(x) - lag]
        assert np.dot(left, past) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("make", [torch.tensor, lp.tensor, list])
def test_series_may_be_tensors(make):
    x = np.float32([1, 4, 2, 5, 3, 6])
    got = LinearAR(2).fit(make(x)).forecast(make(x), 2)
    np.testing.assert_allclose(got, LinearAR(2).fit(x).forecast(x, 2))
    assert got.dtype == np.float64


def test_what_is_forecast_is_no_view_of_the_history():
    x = np.array([1.0, 2.0, 3.0])
    SeasonalNaive(2).forecast(x, 2)[:] = 9
    Naive().forecast(x, 2)[:] = 9
    assert x.tolist() == [1, 2, 3]


def test_a_forecaster_of_ones_own():
    class Mean(Forecaster):
        n_back = 2

        def _steps(self, past, horizon):
            return np.repeat(past.mean(axis=1, keepdims=True), horizon, axis=1)

    made = Mean().fit(walk(40))
    assert made.forecast([9.0, 1.0, 3.0], 2).tolist() == [2, 2]
    lower, upper = made.interval([1.0, 3.0], 2)
    assert (lower < upper).all()


# Error sentences


@pytest.mark.parametrize(
    ("make", "x", "sentence"),
    [
        (
            Naive,
            [1.0, np.nan],
            "Naive: x holds nan at time 1. Fill the gaps first, from the past.",
        ),
        (
            Naive,
            [],
            "Naive: x has 0 values, but 1 are needed. Give a longer one.",
        ),
        (
            Drift,
            [1.0],
            "Drift: x has 1 values, but 2 are needed. Give a longer one.",
        ),
        (
            lambda: LinearAR(12),
            np.ones(24),
            "LinearAR: x has 24 values, but 25 are needed. Give a longer one.",
        ),
        (
            lambda: SeasonalNaive(12),
            np.ones(11),
            "SeasonalNaive: x has 11 values, but 12 are needed. Give a longer one.",
        ),
        (
            Naive,
            np.ones((5, 1)),
            "Naive: x must be a series of numbers (T,), but float64 of shape (5, 1) came. "
            "Give one series at a time.",
        ),
        (
            Naive,
            ["a", "b"],
            "Naive: x must be a series of numbers (T,), but <U1 of shape (2,) came. "
            "Give one series at a time.",
        ),
    ],
)
def test_what_is_no_series(make, x, sentence):
    assert sentence_of(ValueError, make().fit, x) == sentence


def test_other_sentences():
    assert sentence_of(ValueError, Drift().fit, [1e308, -1e308]) == (
        "Drift: x reaches 1e+308, whose square is beyond the range of floats. "
        "Divide the series by a number first."
    )
    assert sentence_of(ValueError, Naive().fit, [[1.0], [1.0, 2.0]]) == (
        "Naive: x has rows of different lengths, which make no array. "
        "Give as many numbers in each."
    )
    assert sentence_of(ValueError, SeasonalNaive, 0) == (
        "SeasonalNaive: period=0 must be a whole number of at least 1. Give such a number."
    )
    assert sentence_of(ValueError, LinearAR, 1.5) == (
        "LinearAR: n_lags=1.5 must be a whole number of at least 1. Give such a number."
    )
    for made in (Drift(), LinearAR(1)):
        who = type(made).__name__
        assert sentence_of(ValueError, made.forecast, [1.0], 1) == (
            f"{who}: nothing was fitted yet. Call fit(x) on the training series first."
        )
    assert sentence_of(ValueError, Naive().residuals, 1) == (
        "Naive: nothing was fitted yet. Call fit(x) on the training series first."
    )
    assert sentence_of(ValueError, SeasonalNaive(4).forecast, [1.0, 2.0], 1) == (
        "SeasonalNaive: history has 2 values, but 4 are needed. Give a longer one."
    )
    assert sentence_of(ValueError, Naive().forecast, [1.0], 0) == (
        "Naive: horizon=0 must be a whole number of at least 1. Give such a number."
    )
    assert sentence_of(ValueError, Naive().fit([1.0, 2.0]).residuals, 2) == (
        "Naive: the training series has 2 values, but 3 are needed. Give a longer one."
    )
    growing = LinearAR(1).fit(2.0 ** np.arange(10))
    assert sentence_of(ValueError, growing.forecast, [1.0], 2000) == (
        "LinearAR: the forecast grows beyond the range of floats within horizon=2000. "
        "Give a shorter horizon, or fit on other data."
    )
