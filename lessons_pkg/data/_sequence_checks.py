"""What sequences and series accept: one check for each argument, with its sentence."""

from numbers import Integral

import numpy as np


def ids(who, name, values):
    """Return token numbers as an int64 array (T,)."""
    given, values = values, array(who, name, values)
    if values.ndim == 0 and values.dtype.kind not in "iu":
        raise TypeError(
            f"{who}: {name} must hold whole numbers, but is of type "
            f"{type(given).__name__}. Encode a text first: vocabulary.encode(text)."
        )
    if values.ndim != 1:
        raise ValueError(
            f"{who}: {name} must have shape (T,), but came with shape {values.shape}. "
            "Give one sequence."
        )
    if values.size and values.dtype.kind not in "iu":
        raise TypeError(
            f"{who}: {name} must hold whole numbers, but its dtype is {values.dtype}. "
            "Encode tokens with a Vocabulary; convert numbers with astype(int)."
        )
    return values.astype(np.int64)


def series(who, name, values):
    """Return a series as a float array (T,), all of it finite; float32 stays."""
    values = array(who, name, values)
    if values.dtype.kind not in "iuf":
        raise TypeError(
            f"{who}: {name} must hold numbers, but its dtype is {values.dtype}. "
            "Convert it with astype(float); of a Series give its .x."
        )
    if values.ndim != 1:
        raise ValueError(
            f"{who}: {name} must have shape (T,), but came with shape {values.shape}. "
            "Give one series, such as one column of a table."
        )
    finite = np.isfinite(values)
    if not finite.all():
        at = int(finite.argmin())
        raise ValueError(
            f"{who}: {name} holds {values[at]} at position {at}. Fill gaps first, from "
            "earlier values alone: a later one would leak."
        )
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def array(who, name, values):
    """Return values, of a tensor without its gradient, as an array of whatever is in it."""
    try:
        return np.asarray(values.detach() if hasattr(values, "detach") else values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"{who}: {name} makes no array: {str(error).rstrip('.')}. Give numbers, in a "
            "list, an array or a tensor."
        ) from None


def whole(who, name, value):
    """Return value, one whole number."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ValueError(
            f"{who}: {name}={value!r} must be a whole number. Give such a number."
        )
    return int(value)


def position(who, name, value, n, default):
    """Return a position in 0 .. n; None is the default."""
    if value is None:
        return default
    if not 0 <= whole(who, name, value) <= n:
        raise ValueError(
            f"{who}: {name}={value!r} must be a position from 0 to {n}, the length of x. "
            "Count from the end as len(x) - k."
        )
    return int(value)
