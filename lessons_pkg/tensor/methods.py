"""Tensor's methods and operators: the functions once more, under other names.

x.sum(dim) is sum(x, dim), and x + y is add(x, y); so a method needs no code of its own,
unless it takes sizes one by one, as x.reshape(2, 3) does, or works in place.
"""

import re

import numpy as np

from .. import ops
from . import functions as f
from .define import refuse
from .dtypes import operand
from .dtypes import to as to_dtype
from .tensor import Tensor, apply, as_array

AS_FUNCTIONS = (
    "abs neg square clamp relu softmax log_softmax sum mean var std amax amin max min argmax "
    "argmin any all matmul transpose flatten squeeze unsqueeze split chunk gather index_select "
    "masked_fill tril triu exp log sqrt sin cos sigmoid tanh logsumexp add sub mul div pow "
    "maximum minimum eq ne lt le gt ge logical_and logical_or logical_not isnan isfinite "
    "allclose "
)
OPERATORS = {
    "__add__": f.add,
    "__radd__": f.add,
    "__sub__": f.sub,
    "__rsub__": lambda x, other: f.sub(other, x),
    "__mul__": f.mul,
    "__rmul__": f.mul,
    "__truediv__": f.div,
    "__rtruediv__": lambda x, other: f.div(other, x),
    "__pow__": f.pow,
    "__rpow__": lambda x, other: f.pow(other, x),
    "__matmul__": f.matmul,
    "__rmatmul__": lambda x, other: f.matmul(other, x),
    "__neg__": f.neg,
    "__abs__": f.abs,
    "__eq__": f.eq,
    "__ne__": f.ne,
    "__lt__": f.lt,
    "__le__": f.le,
    "__gt__": f.gt,
    "__ge__": f.ge,
    "__and__": f.bitwise_and,
    "__or__": f.bitwise_or,
    "__invert__": f.bitwise_not,
    "__hash__": object.__hash__,  # by identity, though == compares entries
}
IN_PLACE = {
    "add_": f.add,
    "sub_": f.sub,
    "mul_": f.mul,
    "div_": f.div,
    "clamp_": f.clamp,
    "masked_fill_": f.masked_fill,
    "__iadd__": f.add,
    "__isub__": f.sub,
    "__imul__": f.mul,
    "__itruediv__": f.div,
}


def method(function, name=None):
    """Make a function a method of Tensor."""
    setattr(Tensor, name or function.__name__, function)
    return function


def _in_place(operation):
    def change(self, *others, **options):
        return self.in_place(lambda x, *o: operation(x, *o, **options), *others)

    return change


for _name in AS_FUNCTIONS.split():
    method(getattr(f, _name), _name)
for _name, _function in OPERATORS.items():
    method(_function, _name)
for _name, _function in IN_PLACE.items():
    method(_in_place(_function), _name)


# What a tensor is

method(property(lambda self: self.array.shape), "shape")
method(property(lambda self: self.array.ndim), "ndim")
method(property(lambda self: self.array.dtype), "dtype")
method(property(lambda self: f.permute(self, range(self.ndim)[::-1])), "T")
method(property(lambda self: f.transpose(self, -2, -1)), "mT")


@method
def size(self, dim=None):
    """Return the shape, or the size of one axis."""
    return self.shape if dim is None else self.shape[dim]


@method
def dim(self):
    """Return the number of axes."""
    return self.ndim


@method
def numel(self):
    """Return the number of entries."""
    return self.array.size


@method
def __len__(self):
    if self.ndim == 0:
        raise TypeError("len() of a 0-d tensor")
    return len(self.array)


@method
def __iter__(self):
    return (self[i] for i in range(len(self)))


method(lambda self: float(self.item()), "__float__")
method(lambda self: int(self.item()), "__int__")


@method
def __index__(self):
    if self.dtype.kind == "f":
        raise TypeError("only integer tensors of a single element can be an index")
    return int(self.item())


@method
def __bool__(self):
    if self.array.size != 1:
        raise RuntimeError(
            "Boolean value of Tensor with more than one value is ambiguous. "
            "Use .any() or .all()."
        )
    return bool(self.item())


# Shapes and dtypes


def _sizes(sizes):
    return tuple(sizes[0]) if len(sizes) == 1 and np.ndim(sizes[0]) else sizes


@method
def reshape(self, *shape):
    """Arrange the entries in another shape: x.reshape(2, -1) or x.reshape((2, -1))."""
    return f.reshape(self, _sizes(shape))


@method
def view(self, *shape):
    """Arrange the entries in another shape, in the same memory.

    Raises RuntimeError where the memory is in another order (after a transpose).
    """
    y = self.reshape(*shape)
    if self.array.size and not np.may_share_memory(y.array, self.array):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride. "
            "Use .reshape(...) instead."
        )
    return y


@method
def permute(self, *dims):
    """Put the axes in another order: x.permute(0, 2, 1)."""
    return f.permute(self, _sizes(dims))


@method
def expand(self, *size):
    """Repeat axes of size one, without copying: x.expand(3, -1)."""
    return f.expand(self, _sizes(size))


@method
def t(self):
    """Transpose a matrix."""
    return self.T if self.ndim == 2 else _refuse_t(self)


def _refuse_t(x):
    raise RuntimeError(
        f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D"
    )


@method
def clone(self):
    """Copy; gradients flow back through it."""
    return apply(ops.cast, ops.cast_backward, self, self.dtype)


@method
def contiguous(self):
    """Return the tensor, its memory in the order of its entries."""
    return self if self.array.flags.c_contiguous else self.clone()


def _refuse(name, unsupported):
    for argument, value in unsupported.items():
        refuse(f"torch.Tensor.{name}", argument, value)


@method
def to(self, *target, dtype=None, device=None, **unsupported):
    """Return the tensor with another dtype: x.to(dtype), or x.to("cpu", dtype)."""
    _refuse("to", unsupported)
    return to_dtype(
        self, dtype_of("torch.Tensor.to", *target, device, dtype) or self.dtype
    )


def dtype_of(function, *target):
    """Return the dtype among the arguments of to(); the only device there is is "cpu"."""
    dtype = None
    for part in target:
        if isinstance(part, Tensor | bool) or (isinstance(part, str) and part != "cpu"):
            refuse(function, "target", part)
        if not isinstance(part, str | None):
            dtype = part
    return dtype


def _conversion(name, dtype):
    def convert(self, **unsupported):
        _refuse(name, unsupported)
        return to_dtype(self, dtype)

    method(convert, name)


_conversion("float", np.float32)
_conversion("double", np.float64)
_conversion("long", np.int64)
_conversion("bool", np.bool)


# Parts


def _plain(index):
    """An index in NumPy's terms: tensors as arrays, and as numbers if they hold one."""
    if isinstance(index, Tensor):
        one = index.ndim == 0 and index.dtype.kind in "iu"
        return index.item() if one else index.array
    if not isinstance(index, tuple):
        return index
    index = tuple(_plain(part) for part in index)
    kinds = "".join(
        "a"
        if isinstance(part, np.ndarray | list)
        else "n"
        if isinstance(part, int | np.integer)
        else "s"
        for part in index
    )
    if re.search("a.*sn|n.*sa|as.*n|ns.*a", kinds):  # there NumPy and torch disagree
        raise NotImplementedError(
            "an index with a number and an array on both sides of a slice is not "
            "supported here: write x[0][:, i] in place of x[0, :, i]"
        )
    return index


@method
def __getitem__(self, index):
    return apply(ops.getitem, ops.getitem_backward, self, _plain(index))


@method
def __setitem__(self, index, value):
    def put(x, v):
        v = to_dtype(v, self.dtype)
        return apply(ops.setitem, ops.setitem_backward, x, v, _plain(index))

    if not isinstance(value, Tensor):
        value = Tensor(as_array(value, self.dtype))
    self.in_place(put, value)


# In place


@method
def copy_(self, src, non_blocking=False):
    """Take over the values of another tensor."""
    if non_blocking:
        refuse("torch.Tensor.copy_", "non_blocking", non_blocking)
    self[...] = operand(src)
    return self


@method
def fill_(self, value):
    """Set every entry to a number."""
    self[...] = value
    return self


@method
def zero_(self):
    """Set every entry to 0."""
    return self.fill_(0)
