"""Sampling: turn logits into probabilities, sharpen or cut them, and draw from them.

Shapes: logits (..., K), one score for each of K tokens, as an array or a tensor of either
engine. Everything is computed in float64.
"""

import numpy as np

from . import _checks as checks

ROUNDING = 1e-6  # of probabilities that were computed in float32


def log_probabilities(logits):
    """Return the natural logarithms of the softmax, x_k - log sum_j exp(x_j).

    logits : (..., K); -inf for a token that cannot be
    Returns (..., K) float64.
    Raises TypeError or ValueError for nan, infinity, and rows in which nothing can be.

    >>> log_probabilities([0.0, 0.0]).round(4)  # log 1/2
    array([-0.6931, -0.6931])
    """
    return _log_softmax(checks.scores("log_probabilities", logits))


def probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    """Return the distribution to draw the next token from, softmax(logits / temperature).

    temperature : below 1 sharpens, above 1 flattens; 0 puts all on the largest logit, the
        first of equals
    top_k : keep the k likeliest tokens only; of equals the first
    top_p : then keep the fewest of the likeliest tokens whose probabilities sum to top_p,
        to within 1e-6; 1 keeps all
    What is left out gets 0, and the rest is divided by its sum. The order is temperature,
    top_k, top_p.
    Returns (..., K) float64, whose rows sum to 1.
    Raises TypeError or ValueError for what are not logits or settings.
    Source: temperature, Ackley, Hinton and Sejnowski 1985, "A learning algorithm for
    Boltzmann machines"; top_k, Fan, Lewis and Dauphin 2018, "Hierarchical neural story
    generation"; top_p, Holtzman et al. 2020, "The curious case of neural text degeneration".

    >>> logits = np.log([0.5, 0.25, 0.25])
    >>> probabilities(logits, temperature=0.5).round(4)  # 4 : 1 : 1
    array([0.6667, 0.1667, 0.1667])
    >>> probabilities(logits, top_k=2).round(4)  # 2 : 1
    array([0.6667, 0.3333, 0.    ])
    """
    who = "probabilities"
    x = checks.scores(who, logits)
    p = _at_temperature(x, _temperature(who, temperature))
    if top_k is not None:
        p = _keep(p, _rank(p) < checks.whole_number(who, "top_k", top_k, 1))
    if top_p is not None and _share(who, top_p) < 1:
        p = _keep(p, _is_in_nucleus(p, top_p))
    return p


def sample(logits, rng, temperature=1.0, top_k=None, top_p=None):
    """Draw one token from each row of the logits, with the chances `probabilities` gives.

    rng : a NumPy generator, or a seed; a seed draws the same at every call
    Returns (...) int64 tokens; for one row, (K,), a whole number.
    Raises TypeError or ValueError as probabilities does.

    >>> sample(np.log([[0.1, 0.9], [1.0, 1e-9]]), np.random.default_rng(0), temperature=0)
    array([1, 0])
    """
    rng = checks.generator("sample", rng)
    total = np.cumsum(probabilities(logits, temperature, top_k, top_p), axis=-1)
    # A token takes as much of the line from 0 to the total as it has of the probability.
    u = rng.random(total.shape[:-1])[..., None] * total[..., -1:]
    tokens = np.sum(total <= u, axis=-1)
    return tokens if tokens.ndim else int(tokens)


def _below_the_largest(x):
    """Return x less the largest of its row: no exponential of it can overflow."""
    with np.errstate(over="ignore"):  # far below: -inf, and so a probability of 0
        return x - x.max(axis=-1, keepdims=True)


def _log_softmax(x):
    x = _below_the_largest(x)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _at_temperature(x, temperature):
    if temperature == 0:
        return (np.arange(x.shape[-1]) == x.argmax(axis=-1)[..., None]).astype(float)
    with np.errstate(over="ignore"):
        return np.exp(_log_softmax(_below_the_largest(x) / temperature))


def _rank(p):
    """Place of each token, 0 for the likeliest; equals in the order of their numbers."""
    return np.argsort(np.argsort(-p, axis=-1, kind="stable"), axis=-1)


def _is_in_nucleus(p, top_p):
    """Whether the likelier tokens alone fall short of top_p."""
    order = np.argsort(-p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1)
    likelier = np.cumsum(ranked, axis=-1) - ranked
    inside = likelier < top_p - ROUNDING
    inside[..., 0] = True
    return np.take_along_axis(inside, _rank(p), axis=-1)


def _keep(p, kept):
    p = np.where(kept, p, 0.0)
    return p / p.sum(axis=-1, keepdims=True)


def _temperature(who, value):
    return checks.number(who, "temperature", value, "0 or above", lambda t: t >= 0)


def _share(who, value):
    return checks.number(
        who, "top_p", value, "above 0 and at most 1", lambda p: 0 < p <= 1
    )
