"""What decoding accepts: one check for each sort of argument, with its sentence."""

import math
import operator

import numpy as np


def as_array(who, name, values):
    """Return an array, or a tensor of either engine, as an array without a gradient."""
    try:
        return np.asarray(values.detach() if hasattr(values, "detach") else values)
    except ValueError:
        raise ValueError(
            f"{who}: {name} has rows of different lengths, which make no array. "
            "Give as many numbers in each."
        ) from None


def scores(who, logits):
    """Return logits (..., K) as float64; -inf, what cannot be, is let through."""
    logits = real(who, logits)
    require_a_choice(who, logits)
    return logits


def real(who, logits):
    """Return logits (..., K) as float64, whatever numbers they are."""
    logits = as_array(who, "logits", logits)
    if logits.dtype.kind not in "iuf":
        raise TypeError(
            f"{who}: the logits must be real numbers, but their dtype is {logits.dtype}. "
            "Give the scores of the model, one for each token."
        )
    if logits.ndim == 0 or not logits.shape[-1]:
        raise ValueError(
            f"{who}: the logits must have shape (..., K), one score for each of K "
            f"tokens, but came with shape {logits.shape}. Give at least one score."
        )
    return logits.astype(np.float64)


def require_a_choice(who, logits):
    """Raise ValueError for nan, infinity, and rows in which nothing can be."""
    strange = np.isnan(logits) | (logits == np.inf)
    if strange.any():
        index = tuple(int(i) for i in np.argwhere(strange)[0])
        raise ValueError(
            f"{who}: the logits hold {logits[index]} at index {list(index)}. Give finite "
            "scores, or -inf for a token that cannot be; nan often means that the "
            "training has diverged."
        )
    if logits.size and (logits.max(axis=-1) == -np.inf).any():
        raise ValueError(
            f"{who}: all logits of a row are -inf, so that no token can follow. "
            "Leave at least one token possible."
        )


def number(who, name, value, what, right):
    """Return value as a float where right(value) holds."""
    fine = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not fine or not math.isfinite(value) or not right(value):
        raise ValueError(f"{who}: {name}={value!r} must be {what}. Give such a number.")
    return float(value)


def whole_number(who, name, value, least):
    """Return value as an int that is at least `least`."""
    try:
        value = repr(value) if isinstance(value, bool) else operator.index(value)
    except TypeError:
        value = repr(value)
    if isinstance(value, str) or value < least:
        raise ValueError(
            f"{who}: {name}={value} must be a whole number of at least {least}. "
            "Give such a number."
        )
    return value


def generator(who, rng):
    """Return NumPy's generator, the one given or one of the seed given."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(rng)
    raise TypeError(
        f"{who}: rng must be a NumPy generator or a seed, but {type(rng).__name__} came. "
        "Give for example np.random.default_rng(0)."
    )


def end_token(who, end, n_tokens):
    """Return end as an int, one of the tokens, or None."""
    if end is None:
        return None
    end = whole_number(who, "end", end, 0)
    if end >= n_tokens:
        raise ValueError(
            f"{who}: end={end} is none of the {n_tokens} tokens that step scores. "
            "Give its number in the vocabulary."
        )
    return end
