"""What the baselines accept: one check for each sort of argument, with its sentence."""

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


def series(who, name, x, least):
    """Return x as (T,) finite floats, T at least `least`."""
    x = as_array(who, name, x)
    if x.ndim != 1 or x.dtype.kind not in "iuf":
        raise ValueError(
            f"{who}: {name} must be a series of numbers (T,), but {x.dtype} of shape "
            f"{x.shape} came. Give one series at a time."
        )
    x = x.astype(np.float64)
    if not np.isfinite(x).all():
        t = int(np.argmin(np.isfinite(x)))
        raise ValueError(
            f"{who}: {name} holds {x[t]} at time {t}. Fill the gaps first, from the past."
        )
    if len(x) < least:
        raise ValueError(
            f"{who}: {name} has {len(x)} values, but {least} are needed. Give a longer one."
        )
    return x


def tokens(who, name, ids, n_tokens, ndim=(1,)):
    """Return ids as int64, where all are from 0 to n_tokens - 1."""
    ids = as_array(who, name, ids)
    if ids.ndim not in ndim or (ids.size and ids.dtype.kind not in "iu"):
        shapes = "(T,)" if ndim == (1,) else "(L,) or (N, L)"
        raise ValueError(
            f"{who}: {name} must be whole numbers {shapes}, but {ids.dtype} of shape "
            f"{ids.shape} came. Encode text first, with a Vocabulary."
        )
    ids = ids.astype(np.int64)
    strange = ids[(ids < 0) | (ids >= n_tokens)]
    if strange.size:
        raise ValueError(
            f"{who}: {name} holds {strange[0]}, but with n_tokens={n_tokens} tokens are "
            f"from 0 to {n_tokens - 1}. Give n_tokens=len(vocabulary)."
        )
    return ids


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
