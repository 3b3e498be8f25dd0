import math

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.metrics import bits_per_token, perplexity

from .said import quick, sentence_of

BOTH = [perplexity, bits_per_token]


def test_by_hand():
    # 1/2, 1/4, 1/8: 1 + 2 + 3 bits of 3 tokens, so 2 bits, and 2^2 = 4 ways.
    logs = np.log([1 / 2, 1 / 4, 1 / 8])
    assert bits_per_token(logs) == pytest.approx(2)
    assert perplexity(logs) == pytest.approx(4)


def test_a_guess_among_k_wavers_among_k():
    for k in (1, 2, 100):
        assert perplexity(np.full(7, -math.log(k))) == pytest.approx(k)
    assert perplexity([0.0, 0.0]) == 1
    assert bits_per_token([0.0]) == 0


def test_one_impossible_token_is_enough():
    assert perplexity([-1.0, -np.inf]) == math.inf
    assert bits_per_token([-1.0, -np.inf]) == math.inf
    assert perplexity([-800.0]) == math.inf  # beyond the range of floats


def test_padding_does_not_count():
    # Rows of 2 and 1 tokens: 1/2 and 1/8, and 1/4. The rest may be anything, even nan.
    logs = np.array([[np.log(1 / 2), np.log(1 / 8)], [np.log(1 / 4), np.nan]])
    mask = np.array([[True, True], [True, False]])
    assert perplexity(logs, mask) == pytest.approx(4)
    # Every token counts alike: 1, 3 and 4 bits. A mean of the rows' means would be 3.
    logs[1, 0] = np.log(1 / 16)
    assert bits_per_token(logs, mask) == pytest.approx((1 + 3 + 4) / 3)


@quick
@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=30))
def test_as_the_geometric_mean(p):
    want = 1 / scipy.stats.gmean(p)
    assert perplexity(np.log(p)) == pytest.approx(want, rel=1e-10)
    assert 2 ** bits_per_token(np.log(p)) == pytest.approx(want, rel=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_as_the_cross_entropy_of_torch_and_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    logits, target = torch.tensor(rng.normal(size=(31, 7))), rng.integers(0, 7, 31)
    logs = torch.log_softmax(logits, dim=1)
    of_truth = logs[np.arange(31), target]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(target))
    assert perplexity(of_truth) == pytest.approx(math.exp(loss.item()))
    want = sklearn.metrics.log_loss(target, logs.exp().numpy(), labels=range(7))
    assert bits_per_token(of_truth) == pytest.approx(want / math.log(2))


def test_rounding_is_forgiven():
    assert perplexity(np.float32([1e-7, 0])) == 1
    assert perplexity(np.float32([-1e-3] * 10**5)) == pytest.approx(math.exp(1e-3))


# Error sentences


@pytest.mark.parametrize("f", BOTH)
@pytest.mark.parametrize(
    ("logs", "mask", "error_type", "sentence"),
    [
        (
            [0.5, 0.25],  # probabilities
            None,
            ValueError,
            "log_probabilities holds 0.5, but the logarithm of a probability is 0 or "
            "below. Give log p: of probabilities take the logarithm, of losses the "
            "negative.",
        ),
        (
            [-1.0, np.nan],
            None,
            ValueError,
            "log_probabilities holds nan, but the logarithm of a probability is 0 or "
            "below. Give log p: of probabilities take the logarithm, of losses the "
            "negative.",
        ),
        (
            [],
            None,
            ValueError,
            "there is no token to count, and a mean of nothing is undefined. "
            "Give at least one, with True in the mask.",
        ),
        (
            [-1.0],
            [False],
            ValueError,
            "there is no token to count, and a mean of nothing is undefined. "
            "Give at least one, with True in the mask.",
        ),
        (
            [-1.0, -2.0],
            [1, 0],
            ValueError,
            "mask must hold booleans in the shape (2,) of log_probabilities, but int64 of "
            "shape (2,) came. Give True where a token counts.",
        ),
        (
            [[-1.0, -2.0]],
            [True, False],
            ValueError,
            "mask must hold booleans in the shape (1, 2) of log_probabilities, but bool "
            "of shape (2,) came. Give True where a token counts.",
        ),
        (
            ["a"],
            None,
            TypeError,
            "log_probabilities must hold real numbers, but its dtype is <U1. "
            "Give the logarithm of the probability of each token.",
        ),
    ],
)
def test_what_is_refused(f, logs, mask, error_type, sentence):
    said = sentence_of(error_type, f, logs, mask)
    assert said == f"{f.__name__}: {sentence}"


@pytest.mark.parametrize("measure", BOTH)
@pytest.mark.parametrize("engine", [torch, lp])
def test_the_log_probabilities_of_a_model_may_have_a_gradient(measure, engine):
    logs = engine.tensor([-1.0, -2.0], requires_grad=True)
    assert measure(logs * 2) == pytest.approx(measure([-2.0, -4.0]))
