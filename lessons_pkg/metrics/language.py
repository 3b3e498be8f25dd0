"""Language models: how likely did the model find what was really there?

All logarithms that go in are natural ones, as a cross-entropy loss has them.
"""

import math

import numpy as np

from ._checks import array

ROUNDING = 1e-4  # a probability of 1, computed in float32, may come out a little above


def perplexity(log_probabilities, mask=None):
    """Return exp(-mean log p), among how many equally likely tokens the model wavers.

    log_probabilities : (...) natural logarithms of the probabilities that the model gave
        to the tokens that really came. In base 2 or 10 they would look alike and the
        answer be wrong: multiply them by log 2 or log 10 first
    mask : (...) booleans, True where a token counts and False for padding; None for all
    Returns a float from 1, certain and right; K for a guess among K tokens; infinite where
    a token that came was called impossible. Exp of a mean loss, where each token counts alike.
    Raises TypeError or ValueError for what are not logarithms, two shapes, no token.
    Source: Jelinek, Mercer, Bahl and Baker 1977, "Perplexity - a measure of the
    difficulty of speech recognition tasks".

    >>> round(perplexity(np.log([1 / 2, 1 / 8])), 6)  # the geometric mean of 2 and 8
    4.0
    """
    nats = _mean_nats("perplexity", log_probabilities, mask)
    return math.exp(nats) if nats < 709 else math.inf


def bits_per_token(log_probabilities, mask=None):
    """Return -mean log2 p, how many bits a token takes, log2 of the perplexity.

    log_probabilities : (...) natural logarithms, as for perplexity
    mask : (...) booleans, True where a token counts; None for all
    Returns a float from 0; where the tokens are characters, "bits per character".
    Raises TypeError or ValueError as perplexity does.
    Source: Shannon 1951, "Prediction and entropy of printed English".

    >>> round(bits_per_token(np.log([1 / 2, 1 / 8])), 6)  # (1 + 3) / 2
    2.0
    """
    return _mean_nats("bits_per_token", log_probabilities, mask) / math.log(2)


def _mean_nats(who, log_probabilities, mask):
    logs = _logarithms(who, log_probabilities)
    if mask is not None:
        logs = logs[_counted(who, mask, logs)]
    _require_probable(who, logs)
    if not logs.size:
        raise ValueError(
            f"{who}: there is no token to count, and a mean of nothing is undefined. "
            "Give at least one, with True in the mask."
        )
    return max(0.0, -float(np.mean(logs)))


def _logarithms(who, values):
    logs = array(who, "log_probabilities", values)
    if logs.dtype.kind not in "iuf":
        raise TypeError(
            f"{who}: log_probabilities must hold real numbers, but its dtype is "
            f"{logs.dtype}. Give the logarithm of the probability of each token."
        )
    return logs.astype(np.float64)


def _require_probable(who, logs):
    strange = np.isnan(logs) | (logs > ROUNDING)
    if strange.any():
        raise ValueError(
            f"{who}: log_probabilities holds {logs[strange][0]:g}, but the logarithm of a "
            "probability is 0 or below. Give log p: of probabilities take the logarithm, "
            "of losses the negative."
        )


def _counted(who, mask, logs):
    mask = array(who, "mask", mask)
    if mask.dtype != bool or mask.shape != logs.shape:
        raise ValueError(
            f"{who}: mask must hold booleans in the shape {logs.shape} of "
            f"log_probabilities, but {mask.dtype} of shape {mask.shape} came. "
            "Give True where a token counts."
        )
    return mask
