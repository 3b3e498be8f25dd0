import warnings

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.decoding import log_probabilities, probabilities, sample

from .said import quick, sentence_of

# By hand. p = 8/16, 4/16, 2/16, 1/16, 1/16.
P = np.array([8, 4, 2, 1, 1]) / 16
LOGITS = np.log(P) + 3.0  # a softmax does not see an offset


def test_the_softmax_by_hand():
    np.testing.assert_allclose(probabilities(LOGITS), P, rtol=1e-14)
    np.testing.assert_allclose(log_probabilities(LOGITS), np.log(P), rtol=1e-14)
    assert log_probabilities([0.0, -np.inf]).tolist() == [0, -np.inf]


def test_temperature_by_hand():
    # At 1/2 the probabilities are squared: 64 16 4 1 1, of 86. At 2 roots are taken.
    np.testing.assert_allclose(
        probabilities(LOGITS, temperature=0.5), np.array([64, 16, 4, 1, 1]) / 86
    )
    roots = np.sqrt([8, 4, 2, 1, 1])
    np.testing.assert_allclose(
        probabilities(LOGITS, temperature=2), roots / roots.sum()
    )


def test_temperature_0_takes_the_largest_the_first_of_equals():
    got = probabilities([[1.0, 3.0, 3.0], [2.0, -np.inf, 0.0]], temperature=0)
    assert got.tolist() == [[0, 1, 0], [1, 0, 0]]


def test_top_k_by_hand():
    np.testing.assert_allclose(probabilities(LOGITS, top_k=2), [2 / 3, 1 / 3, 0, 0, 0])
    # Of the two tokens with 1/16 the first is kept: exactly k are.
    np.testing.assert_allclose(
        probabilities(LOGITS, top_k=4), [8 / 15, 4 / 15, 2 / 15, 1 / 15, 0]
    )
    np.testing.assert_allclose(probabilities(LOGITS, top_k=99), P)


@pytest.mark.parametrize(
    "large", [np.full(100, True), np.arange(100) % 2 == 0, np.arange(100) >= 50]
)
def test_of_many_equals_the_first_are_kept(large):
    """In rows of 100: NumPy's usual sort keeps the order of equals in short rows only."""
    first = np.flatnonzero(large)[:3]
    want = np.isin(np.arange(100), first) / 3
    logits = np.where(large, 0.0, -9.0)
    np.testing.assert_allclose(probabilities(logits, top_k=3), want)
    top_p = probabilities(logits)[first].sum()
    np.testing.assert_allclose(probabilities(logits, top_p=top_p), want)


def test_top_p_of_1_keeps_all():
    for logits in ([0.0, -20.0], [0.0, -20.0, -21.0], [0.0, -14.0]):
        np.testing.assert_allclose(
            probabilities(logits, top_p=1.0), probabilities(logits), rtol=1e-15
        )
    # Below 1 the bound is held to within 1e-6, and exp(-14) is 8e-7.
    assert probabilities([0.0, -14.0], top_p=0.9999999).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("top_p", "kept"),
    # 8/16 are reached by one token, 12/16 by two, 14/16 by three.
    [
        (1e-9, 1),
        (0.01, 1),
        (0.5, 1),
        (0.51, 2),
        (0.75, 2),
        (0.76, 3),
        (0.875, 3),
        (0.9, 4),
        (1, 5),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_top_p_by_hand(top_p, kept, dtype):
    # The bound is reached exactly, and rounding must not ask for one token more.
    want = np.where(np.arange(5) < kept, P, 0)
    got = probabilities(LOGITS.astype(dtype), top_p=top_p)
    np.testing.assert_allclose(got, want / want.sum(), rtol=1e-6)


def test_the_order_is_temperature_top_k_top_p():
    # Squared 64 16 4 1 1; of three, 64/84 = 0.762 and 80/84 = 0.952: 0.8 takes two.
    got = probabilities(LOGITS, temperature=0.5, top_k=3, top_p=0.8)
    np.testing.assert_allclose(got, [0.8, 0.2, 0, 0, 0])
    # Top_p first would see 8 + 4 of 16, and then keep three.
    got = probabilities(LOGITS, top_k=2, top_p=0.66)  # 2/3 alone is enough
    np.testing.assert_allclose(got, [1, 0, 0, 0, 0])


# Properties


def shapes(draw):
    return draw(st.sampled_from([(7,), (1,), (3, 5), (2, 3, 11)]))


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    logits = rng.normal(size=shapes(draw)) * draw(st.sampled_from([0.1, 2.0, 50.0]))
    if draw(st.booleans()):
        logits = np.rint(logits)  # ties
    logits[..., 1:][rng.random(logits[..., 1:].shape) < 0.2] = -np.inf
    settings = {
        "temperature": draw(st.sampled_from([0, 1e-3, 0.7, 1.0, 5.0])),
        "top_k": draw(st.sampled_from([None, 1, 2, 4, 100])),
        "top_p": draw(st.sampled_from([None, 1e-3, 0.5, 0.9, 1.0])),
    }
    return logits, settings


@quick
@given(cases())
def test_rows_sum_to_one_and_likelier_tokens_are_kept_first(case):
    logits, settings = case
    p = probabilities(logits, **settings)
    assert p.shape == logits.shape
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-12)
    assert (p[logits == -np.inf] == 0).all()
    if settings["top_k"]:
        assert ((p > 0).sum(axis=-1) <= settings["top_k"]).all()
    for row, x in zip(
        p.reshape(-1, p.shape[-1]),
        logits.reshape(p.size // p.shape[-1], -1),
        strict=True,
    ):
        order = np.argsort(-x, kind="stable")
        assert (np.diff(row[order]) <= 1e-15).all()
        assert row[order[0]] > 0


@quick
@given(cases(), st.integers(-400, 400))
def test_an_offset_changes_nothing(case, offset):
    logits, settings = case
    np.testing.assert_allclose(
        probabilities(np.rint(logits) + offset, **settings),
        probabilities(np.rint(logits), **settings),
        atol=1e-12,
    )


def plain(x, temperature, top_k, top_p):
    """One row, told from the definitions, a token at a time."""
    ranked = sorted(range(len(x)), key=lambda k: (-x[k], k))
    if temperature == 0:
        return [float(k == ranked[0]) for k in range(len(x))]
    p = scipy.special.softmax(x / temperature).tolist()
    if top_k:
        ranked = ranked[:top_k]
    total, kept = sum(p[k] for k in ranked), []
    for k in ranked:
        kept.append(k)
        if top_p and top_p < 1 and sum(p[k] for k in kept) / total >= top_p - 1e-6:
            break
    total = sum(p[k] for k in kept)
    return [p[k] / total if k in kept else 0.0 for k in range(len(x))]


@quick
@given(cases())
def test_as_told_from_the_definitions(case):
    logits, settings = case
    rows = logits.reshape(-1, logits.shape[-1])
    want = np.reshape([plain(row, **settings) for row in rows], logits.shape)
    np.testing.assert_allclose(probabilities(logits, **settings), want, atol=1e-12)


@quick
@given(cases())
def test_log_probabilities_as_in_scipy(case):
    logits, _ = case
    want = scipy.special.log_softmax(logits, axis=-1)
    np.testing.assert_allclose(log_probabilities(logits), want, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make", [np.asarray, torch.tensor, lp.tensor])
def test_tensors_of_either_engine(make):
    logits = make(np.float32([[1.0, 2.0, 0.5]]))
    if make is not np.asarray:
        logits.requires_grad = True
    got = probabilities(logits, 0.5)
    np.testing.assert_allclose(got, scipy.special.softmax([[2.0, 4.0, 1.0]], -1))
    assert got.dtype == np.float64
    assert sample(logits, 0, temperature=0).tolist() == [1]


# Numerics


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_logits_and_small_temperatures(dtype):
    logits = np.array([1e30, 1e30, -1e30], dtype)
    assert probabilities(logits).tolist() == [0.5, 0.5, 0]
    assert probabilities(logits, temperature=1e-300).tolist() == [0.5, 0.5, 0]
    np.testing.assert_allclose(probabilities([0.0, 1.0], 1e12), [0.5, 0.5])
    assert np.isfinite(log_probabilities(logits)).all()


# Drawing


@pytest.mark.parametrize("settings", [{}, {"temperature": 2.0}, {"top_p": 0.8}])
def test_tokens_come_as_often_as_the_probabilities_say(settings):
    n, p = 20_000, probabilities(LOGITS, **settings)
    drawn = sample(np.tile(LOGITS, (n, 1)), np.random.default_rng(0), **settings)
    counts = np.bincount(drawn, minlength=5)
    assert (counts[p == 0] == 0).all()
    assert scipy.stats.chisquare(counts[p > 0], n * p[p > 0]).pvalue > 0.01


class Fixed(np.random.Generator):
    """A generator that gives the number it was made of."""

    def __init__(self, u):
        super().__init__(np.random.PCG64(0))
        self.u = u

    def random(self, shape):
        return np.full(shape, self.u)


@pytest.mark.parametrize(
    ("u", "token"),
    # The line: token 1 from 0 to 1/4, token 2 from 1/4 to 1; tokens 0 and 3 have no part.
    [(0.0, 1), (0.2499, 1), (0.25, 2), (0.75, 2), (1 - 2**-53, 2)],
)
def test_the_ends_of_the_line(u, token):
    logits = [-np.inf, 0.0, np.log(3), -np.inf]
    assert sample(logits, Fixed(u)) == token


def test_the_end_of_the_line_where_it_falls_short_of_1():
    # Sums of 1/k that are rounded down to less than the largest number drawn.
    for k in range(1, 60):
        assert sample(np.zeros(k), Fixed(1 - 2**-53)) == k - 1


def test_a_seed_can_be_repeated_and_a_generator_moves_on():
    logits = np.zeros((50, 4))
    np.testing.assert_array_equal(sample(logits, 3), sample(logits, 3))
    rng = np.random.default_rng(3)
    first, second = sample(logits, rng), sample(logits, rng)
    np.testing.assert_array_equal(first, sample(logits, 3))
    assert (first != second).any()


def test_shapes():
    one = sample(np.zeros(7), 0)
    assert isinstance(one, int)
    assert sample(np.zeros((2, 3, 5)), 0).shape == (2, 3)
    assert sample(np.zeros((0, 5)), 0).shape == (0,)


# Error sentences


@pytest.mark.parametrize(
    ("logits", "settings", "error_type", "sentence"),
    [
        (
            [1.0, np.nan],
            {},
            ValueError,
            "the logits hold nan at index [1]. Give finite scores, or -inf for a token "
            "that cannot be; nan often means that the training has diverged.",
        ),
        (
            [[1.0, np.inf]],
            {},
            ValueError,
            "the logits hold inf at index [0, 1]. Give finite scores, or -inf for a token "
            "that cannot be; nan often means that the training has diverged.",
        ),
        (
            [[0.0, 1.0], [-np.inf, -np.inf]],
            {},
            ValueError,
            "all logits of a row are -inf, so that no token can follow. "
            "Leave at least one token possible.",
        ),
        (
            3.0,
            {},
            ValueError,
            "the logits must have shape (..., K), one score for each of K tokens, but "
            "came with shape (). Give at least one score.",
        ),
        (
            ["a"],
            {},
            TypeError,
            "the logits must be real numbers, but their dtype is <U1. "
            "Give the scores of the model, one for each token.",
        ),
        (
            [0.0],
            {"temperature": -1},
            ValueError,
            "temperature=-1 must be 0 or above. Give such a number.",
        ),
        (
            [0.0],
            {"temperature": np.inf},
            ValueError,
            "temperature=inf must be 0 or above. Give such a number.",
        ),
        (
            [0.0],
            {"temperature": None},
            ValueError,
            "temperature=None must be 0 or above. Give such a number.",
        ),
        (
            [0.0],
            {"top_k": 0},
            ValueError,
            "top_k=0 must be a whole number of at least 1. Give such a number.",
        ),
        (
            [0.0],
            {"top_k": 2.5},
            ValueError,
            "top_k=2.5 must be a whole number of at least 1. Give such a number.",
        ),
        (
            [0.0],
            {"top_p": 0},
            ValueError,
            "top_p=0 must be above 0 and at most 1. Give such a number.",
        ),
        (
            [0.0],
            {"top_p": 90},
            ValueError,
            "top_p=90 must be above 0 and at most 1. Give such a number.",
        ),
    ],
)
def test_what_is_refused(logits, settings, error_type, sentence):
    said = sentence_of(error_type, probabilities, logits, **settings)
    assert said == f"probabilities: {sentence}"


@pytest.mark.parametrize("rng", [None, "0", 1.5, -1, True, np.random.RandomState(0)])
def test_what_is_no_generator(rng):
    assert sentence_of(TypeError, sample, [0.0, 1.0], rng) == (
        f"sample: rng must be a NumPy generator or a seed, but {type(rng).__name__} came. "
        "Give for example np.random.default_rng(0)."
    )


def test_rows_of_different_lengths():
    assert sentence_of(ValueError, probabilities, [[1.0], [1.0, 2.0]]) == (
        "probabilities: logits has rows of different lengths, which make no array. "
        "Give as many numbers in each."
    )


def test_nothing_is_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = probabilities([1e308, -np.inf, -1e308], 1e-3, top_k=2, top_p=0.5)
        assert got.tolist() == [1, 0, 0]
        assert log_probabilities([1e308, -1e308]).tolist() == [0, -np.inf]
