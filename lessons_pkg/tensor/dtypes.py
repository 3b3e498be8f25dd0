"""Common dtypes: what torch makes of operands whose dtypes differ."""

import builtins

import numpy as np

from .. import ops
from .tensor import Tensor, apply, as_array


def floats(x):
    """Whole numbers as float32, torch's default float; floats as they are."""
    x = x if isinstance(x, Tensor) else Tensor(x)
    return x if x.dtype.kind == "f" else to(x, np.float32)


def only_floats(input):
    """The tensor as it is; whole numbers, which torch refuses or leaves whole, are refused."""
    if isinstance(input, Tensor) and input.dtype.kind != "f":
        raise NotImplementedError(
            f"whole numbers ({input.dtype}) are not supported here; use x.float() first"
        )
    return input


def common(x, other):
    """Both in torch's common dtype: see result_type."""
    if isinstance(x, Tensor) and isinstance(other, Tensor) and x.dtype == other.dtype:
        return x, other
    if isinstance(x, Tensor) and x.dtype.kind == "f" and type(other) in (float, int):
        return x, other
    x, other = operand(x), operand(other)
    if not isinstance(x, Tensor) and not isinstance(other, Tensor):
        x = Tensor(x)
    dtype = result_type(x, other)
    return to(x, dtype), to(other, dtype)


def common_floats(x, other):
    """Both in their common dtype, float32 if that is one of whole numbers."""
    x, other = common(x, other)
    kind = (x if isinstance(x, Tensor) else other).dtype.kind
    return (x, other) if kind == "f" else (to(x, np.float32), to(other, np.float32))


def operand(x):
    """A Python number as it is; anything else as a Tensor."""
    if isinstance(x, np.number | np.bool):
        return x.item()
    return x if isinstance(x, Tensor | int | float) else Tensor(x)


def result_type(*operands):
    """Return torch's common dtype of tensors and Python numbers.

    Floats outrank whole numbers, and those outrank booleans. Within one of these kinds an
    array outranks a single number, a tensor of one number outranks a Python number, and
    equals give the wider of the two.
    """
    rank = {"b": 0, "u": 1, "i": 1, "f": 2}
    levels = [[], [], []]  # arrays, tensors of one number, Python numbers
    for x in operands:
        level = 2 if not isinstance(x, Tensor) else 1 if x.ndim == 0 else 0
        levels[level].append(as_array(x).dtype)
    best = None
    for dtypes in levels:
        top = builtins.max((rank[d.kind] for d in dtypes), default=-1)
        if dtypes and (best is None or top > rank[best.kind]):
            widest = np.result_type(*[d for d in dtypes if rank[d.kind] == top])
            best = widest
    return best


def to(x, dtype):
    """Return x with another dtype; a Python number stays one."""
    if not isinstance(x, Tensor) or x.dtype == dtype:
        return x
    return apply(ops.cast, ops.cast_backward, x, np.dtype(dtype))
