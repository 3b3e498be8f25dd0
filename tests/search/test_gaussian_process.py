import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

from lessons_pkg.search import GaussianProcess, expected_improvement

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def test_by_hand():
    # One point: k(0, 0) + noise = 1.25; at distance 1, k = e^(-1/2)
    made = GaussianProcess(length=1.0, noise=0.25).fit([[0.0]], [2.0])
    mean, std = made.predict([[0.0], [1.0]])
    k = math.exp(-0.5)
    np.testing.assert_allclose(mean, [2 / 1.25, k * 2 / 1.25])
    np.testing.assert_allclose(std**2, [1 - 1 / 1.25, 1 - k * k / 1.25])
    assert made.log_likelihood == pytest.approx(norm(0, math.sqrt(1.25)).logpdf(2))


@quick
@given(
    st.integers(0, 10**6),
    st.integers(1, 30),
    st.integers(1, 5),
    st.sampled_from([0.1, 0.5, 2.0]),
    st.sampled_from([1e-4, 1e-2, 1.0]),
)
def test_equals_scikit_learn(seed, n, d, length, noise):
    rng = np.random.default_rng(seed)
    x, y, new = rng.random((n, d)), rng.normal(size=n), rng.random((7, d))
    ours = GaussianProcess(length, noise).fit(x, y)
    kernel = RBF(length, length_scale_bounds="fixed")
    theirs = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of variances that round to below 0
        mean, std = theirs.predict(new, return_std=True)
    np.testing.assert_allclose(ours.predict(new)[0], mean, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.predict(new)[1] ** 2, std**2, rtol=1e-6, atol=1e-8)
    assert ours.log_likelihood == pytest.approx(
        theirs.log_marginal_likelihood(), rel=1e-6
    )


def test_it_knows_where_it_has_been():
    x = np.array([[0.1], [0.4], [0.9]])
    mean, std = GaussianProcess(0.2).fit(x, [1.0, -1.0, 2.0]).predict(x)
    np.testing.assert_allclose(mean, [1, -1, 2], atol=1e-4)
    assert std.max() < 0.01
    mean, std = GaussianProcess(0.2).fit(x, [1.0, -1.0, 2.0]).predict([[50.0]])
    np.testing.assert_allclose([mean[0], std[0]], [0, 1])


# Expected improvement


def test_improvement_by_hand():
    # At mean = best: std phi(0) = std / sqrt(2 pi). Without doubt: what is gained.
    hoped = expected_improvement([3.0, 3.0, 5.0, 1.0], [1.0, 2.0, 0.0, 0.0], 3.0)
    half = 1 / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(hoped, [half, 2 * half, 2, 0])
    # One deviation above: Phi(1) + phi(1)
    [hoped] = expected_improvement([1.0], [1.0], 0.0)
    assert hoped == pytest.approx(0.8413447 + 0.2419707, abs=1e-7)


@quick
@given(st.floats(-3, 3), st.floats(0.01, 3), st.floats(-3, 3))
def test_improvement_is_an_expectation(mean, std, best):
    f, step = np.linspace(mean - 9 * std, mean + 9 * std, 20001, retstep=True)
    expected = (np.maximum(f - best, 0) * norm.pdf(f, mean, std)).sum() * step
    [hoped] = expected_improvement([mean], [std], best)
    assert hoped == pytest.approx(expected, rel=1e-4, abs=1e-7)
    assert hoped >= 0


# Error sentences


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (
            lambda: GaussianProcess().predict([[0.0]]),
            "GaussianProcess: predict came before fit. Call fit with points and their "
            "values first.",
        ),
        (
            lambda: GaussianProcess(noise=0).fit([[1.0], [1.0]], [0.0, 1.0]),
            "GaussianProcess: two points are so much alike that K has no inverse with "
            "noise=0. Give more noise, for example 1e-6.",
        ),
        (
            lambda: expected_improvement([0.0, 0.0], [1.0, -2.0], 0.0),
            "expected_improvement: std holds -2.0, but a standard deviation is 0 or "
            "more. Give the root of the variance.",
        ),
    ],
)
def test_what_cannot_be(ask, sentence):
    with pytest.raises(ValueError, match=r"^[A-Za-z_]+: ") as error:
        ask()
    assert str(error.value) == sentence
