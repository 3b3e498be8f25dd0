"""New tensors: filled with one number, counted, or drawn at random. torch's names."""

import numpy as np

from ..random import generator as numpy_generator
from .define import refuse
from .tensor import Tensor, as_array, wrap


def _new(array, dtype, requires_grad, unsupported):
    for name, value in unsupported.items():
        if value not in (None, False, "cpu"):
            refuse("torch.zeros and its like", name, value)
    t = Tensor(np.asarray(array, dtype))
    return t.requires_grad_(requires_grad)


def full(size, fill_value, *, dtype=None, requires_grad=False, **unsupported):
    """Return a tensor of this size, every entry fill_value."""
    dtype = as_array(fill_value).dtype if dtype is None else dtype
    return _new(np.full(_size(size), fill_value), dtype, requires_grad, unsupported)


def zeros(*size, dtype=np.float32, requires_grad=False, **unsupported):
    """Return zeros; the sizes one by one or in a tuple."""
    return _new(np.zeros(_size(size)), dtype, requires_grad, unsupported)


def ones(*size, dtype=np.float32, requires_grad=False, **unsupported):
    """Return ones; the sizes one by one or in a tuple."""
    return _new(np.ones(_size(size)), dtype, requires_grad, unsupported)


def eye(n, m=None, *, dtype=np.float32, requires_grad=False, **unsupported):
    """Return the identity matrix, n by n, or n by m."""
    return _new(np.eye(n, m), dtype, requires_grad, unsupported)


def arange(
    start=0, end=None, step=1, *, dtype=None, requires_grad=False, **unsupported
):
    """Count from start (0) by step, and stop before end; one number is the end."""
    start, end = (0, start) if end is None else (start, end)
    if dtype is None:
        dtype = np.result_type(*(as_array(v).dtype for v in (start, end, step)))
        dtype = np.float32 if dtype.kind == "f" else np.int64
    if np.dtype(dtype).kind != "f":
        start, end, step = int(start), int(end), int(step)
    if step == 0 or (end - start) * step < 0:
        raise ValueError(f"arange: steps of {step} do not lead from {start} to {end}.")
    return _new(np.arange(start, end, step), dtype, requires_grad, unsupported)


def linspace(
    start, end, steps, *, dtype=np.float32, requires_grad=False, **unsupported
):
    """Return `steps` numbers at equal distances, both ends included."""
    if np.dtype(dtype).kind != "f":
        refuse("torch.linspace", "dtype", dtype)
    start, end = float(start), float(end)
    return _new(np.linspace(start, end, steps), dtype, requires_grad, unsupported)


def zeros_like(input, *, dtype=None, requires_grad=False, **unsupported):
    """Return zeros of the shape and dtype of another tensor."""
    dtype = input.dtype if dtype is None else dtype
    return _new(np.zeros(input.shape), dtype, requires_grad, unsupported)


def ones_like(input, *, dtype=None, requires_grad=False, **unsupported):
    """Return ones of the shape and dtype of another tensor."""
    dtype = input.dtype if dtype is None else dtype
    return _new(np.ones(input.shape), dtype, requires_grad, unsupported)


def rand(*size, generator=None, dtype=np.float32, requires_grad=False, **unsupported):
    """Draw uniformly from [0, 1)."""
    rng = numpy_generator(generator)
    return _new(rng.random(_size(size)), dtype, requires_grad, unsupported)


def randn(*size, generator=None, dtype=np.float32, requires_grad=False, **unsupported):
    """Draw from the normal distribution of mean 0 and standard deviation 1."""
    rng = numpy_generator(generator)
    return _new(rng.normal(size=_size(size)), dtype, requires_grad, unsupported)


def randint(
    low, high=None, size=None, *, generator=None, dtype=np.int64, **unsupported
):
    """Draw whole numbers from low (0 if left out) to high - 1."""
    if size is None:
        low, high, size = 0, low, high
    rng = numpy_generator(generator)
    return _new(rng.integers(low, high, _size(size)), dtype, False, unsupported)


def randperm(n, *, generator=None, dtype=np.int64, **unsupported):
    """Return the numbers 0 to n - 1 in a random order."""
    return _new(numpy_generator(generator).permutation(n), dtype, False, unsupported)


def from_numpy(ndarray):
    """Return a tensor on the memory of an array: a change of one is seen in the other."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(
            f"from_numpy: expected an ndarray, but got {type(ndarray).__name__}."
        )
    return wrap(ndarray)


__all__ = [
    "arange",
    "eye",
    "from_numpy",
    "full",
    "linspace",
    "ones",
    "ones_like",
    "rand",
    "randint",
    "randn",
    "randperm",
    "zeros",
    "zeros_like",
]


def _size(size):
    """Sizes given one by one, or in one tuple or list."""
    if isinstance(size, tuple) and len(size) == 1 and isinstance(size[0], tuple | list):
        size = size[0]
    return tuple(size)
