"""The functions on tensors, and Tensor's methods: tables in torch's own notation.

A line of a table is a signature as torch's manual has it. `define` makes a function of it,
which hands its arguments to the operator of the same name in ops. What torch takes and the
operator does not is refused by name: nothing is accepted and ignored.
"""

from collections import namedtuple

import numpy as np

from .. import ops
from .define import define
from .dtypes import common, common_floats, floats, only_floats, operand, result_type, to
from .tensor import Tensor, apply, as_array

abs = define("abs(input, *, out=None)")
neg = define("neg(input, *, out=None)")
square = define("square(input, *, out=None)")
clamp = define("clamp(input, min=None, max=None, *, out=None)")
relu = define("relu(input)", only_floats)
softmax = define("softmax(input, dim, *, dtype=None, out=None)", only_floats)
log_softmax = define("log_softmax(input, dim, *, dtype=None, out=None)", only_floats)
sum = define("sum(input, dim=None, keepdim=False, *, dtype=None, out=None)")
mean = define(
    "mean(input, dim=None, keepdim=False, *, dtype=None, out=None)", only_floats
)
var = define(
    "var(input, dim=None, unbiased=True, keepdim=False, *, correction=None, out=None)",
    only_floats,
)
std = define(
    "std(input, dim=None, unbiased=True, keepdim=False, *, correction=None, out=None)",
    only_floats,
)
amax = define("amax(input, dim=None, keepdim=False, *, out=None)")
amin = define("amin(input, dim=None, keepdim=False, *, out=None)")
argmax = define("argmax(input, dim=None, keepdim=False)")
argmin = define("argmin(input, dim=None, keepdim=False)")
matmul = define("matmul(input, other, *, out=None)")
reshape = define("reshape(input, shape)")
transpose = define("transpose(input, dim0, dim1)")
permute = define("permute(input, dims)")
flatten = define("flatten(input, start_dim=0, end_dim=-1)")
squeeze = define("squeeze(input, dim=None)")
unsqueeze = define("unsqueeze(input, dim)")
split = define("split(tensor, split_size_or_sections, dim=0)")
gather = define("gather(input, dim, index, *, sparse_grad=False, out=None)")
index_select = define("index_select(input, dim, index, *, out=None)")
masked_fill = define("masked_fill(input, mask, value)")
tril = define("tril(input, diagonal=0, *, out=None)")
triu = define("triu(input, diagonal=0, *, out=None)")

# Whole numbers become float32 first.
exp = define("exp(input, *, out=None)", floats)
log = define("log(input, *, out=None)", floats)
sqrt = define("sqrt(input, *, out=None)", floats)
sin = define("sin(input, *, out=None)", floats)
cos = define("cos(input, *, out=None)", floats)
sigmoid = define("sigmoid(input, *, out=None)", floats)
tanh = define("tanh(input, *, out=None)", floats)
logsumexp = define("logsumexp(input, dim, keepdim=False, *, out=None)", floats)

# Both operands are first brought to their common dtype.
add = define("add(input, other, *, alpha=1, out=None)", common)
sub = define("sub(input, other, *, alpha=1, out=None)", common)
mul = define("mul(input, other, *, out=None)", common)
pow = define("pow(input, exponent, *, out=None)", common)
maximum = define("maximum(input, other, *, out=None)", common)
minimum = define("minimum(input, other, *, out=None)", common)
where = define("where(condition, input, other, *, out=None)", common)
div = define("div(input, other, *, rounding_mode=None, out=None)", common_floats)


# Comparisons and logic give booleans, and have no gradient.


def _of_one(function):
    def test(input):
        return Tensor(function(_array(input)))

    return _named(test, function)


def _of_two(function):
    def compare(input, other):
        return Tensor(function(_array(input), _array(other)))

    return _named(compare, function)


def _array(x):
    """The array of a tensor or a list; a Python number as it is."""
    return as_array(x) if isinstance(x, Tensor | list) else x


def _named(made, function):
    made.__doc__ = f"As numpy.{function.__name__}, on tensors."
    return made


eq = _of_two(np.equal)
ne = _of_two(np.not_equal)
lt = _of_two(np.less)
le = _of_two(np.less_equal)
gt = _of_two(np.greater)
ge = _of_two(np.greater_equal)
logical_and = _of_two(np.logical_and)
logical_or = _of_two(np.logical_or)
bitwise_and = _of_two(np.bitwise_and)
bitwise_or = _of_two(np.bitwise_or)
logical_not = _of_one(np.logical_not)
bitwise_not = _of_one(np.bitwise_not)
isnan = _of_one(np.isnan)
isfinite = _of_one(np.isfinite)


# What a signature cannot say: a first argument that is a list, or several functions in one.


def cat(tensors, dim=0):
    """Join tensors along an axis that they have. torch.cat."""
    return apply(ops.cat, ops.cat_backward, *_same_dtype(tensors), dim=dim)


def stack(tensors, dim=0):
    """Join tensors of one shape along a new axis. torch.stack."""
    return apply(ops.stack, ops.stack_backward, *_same_dtype(tensors), dim=dim)


def _same_dtype(tensors):
    dtype = result_type(*tensors)
    return [to(operand(x), dtype) for x in tensors]


def einsum(equation, *operands):
    """Multiply, then sum over every letter that the output lacks. torch.einsum."""
    function = lambda *arrays: ops.einsum(equation, *arrays)  # noqa: E731
    return apply(function, ops.einsum_backward, *operands)


def expand(input, size):
    """Repeat axes of size one to the sizes given; -1 leaves an axis. torch.Tensor.expand."""
    return apply(ops.expand, ops.expand_backward, input, size)


def chunk(input, chunks, dim=0):
    """Cut into so many pieces of one size, the last perhaps smaller. torch.chunk."""
    return split(input, -(-input.shape[dim] // chunks), dim)


ValuesAndIndices = namedtuple("ValuesAndIndices", "values indices")


def max(input, dim=None, keepdim=False):
    """The largest number; along a dim also where; or the larger of two. torch.max."""
    return _extreme("max", amax, maximum, input, dim, keepdim)


def min(input, dim=None, keepdim=False):
    """The smallest number; along a dim also where; or the smaller of two. torch.min."""
    return _extreme("min", amin, minimum, input, dim, keepdim)


def _extreme(name, over_all, of_two, input, dim, keepdim):
    if isinstance(dim, Tensor):
        return of_two(input, dim)
    if dim is None:
        return over_all(input)
    pair = getattr(ops, name), getattr(ops, f"{name}_backward")
    return ValuesAndIndices(*apply(*pair, input, dim, keepdim))


def any(input, dim=None, keepdim=False):
    """Whether at least one entry is true. torch.any."""
    return Tensor(np.any(input.array, axis=dim, keepdims=keepdim))


def all(input, dim=None, keepdim=False):
    """Whether every entry is true. torch.all."""
    return Tensor(np.all(input.array, axis=dim, keepdims=keepdim))


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether |input - other| <= atol + rtol * |other| everywhere. torch.allclose."""
    return np.allclose(as_array(input), as_array(other), rtol, atol, equal_nan)


__all__ = [
    name
    for name, value in list(globals().items())
    if callable(value) and not name.startswith("_") and value.__module__ == __name__
]
