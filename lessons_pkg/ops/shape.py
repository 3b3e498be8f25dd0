"""Shapes: the same numbers, arranged, selected or joined in another way.

None of these computes anything new, so a backward only takes each gradient back to where
its number came from; where a number was used more than once, its gradients add up.
"""

import math

import numpy as np

from .elementwise import unbroadcast, where, where_backward
from .inputs import check_dim, check_dims


def reshape(x, shape):
    """Arrange the entries of x, row by row, in another shape; one -1 is worked out."""
    return np.reshape(x, shape), np.shape(x)


def reshape_backward(dy, shape):
    """dL/dx = dy in the shape of x."""
    return dy.reshape(shape)


def permute(x, dims):
    """Put the axes of x in another order: axis i of y is axis dims[i] of x."""
    x = np.asarray(x)
    axes = [check_dim("permute", x, dim) for dim in dims]
    return x.transpose(axes), axes


def permute_backward(dy, axes):
    """dL/dx = dy, the axes put back."""
    return dy.transpose(np.argsort(axes))


def transpose(x, dim0, dim1):
    """Swap two axes."""
    x = np.asarray(x)
    i, j = (check_dim("transpose", x, dim) for dim in (dim0, dim1))
    return (x.swapaxes(i, j) if x.ndim else x), (i, j)


def transpose_backward(dy, axes):
    """dL/dx = dy, the axes swapped back."""
    return dy.swapaxes(*axes) if dy.ndim else dy


def flatten(x, start_dim=0, end_dim=-1):
    """Join the axes from start_dim to end_dim into one."""
    x = np.asarray(x)
    i, j = (check_dim("flatten", x, dim) for dim in (start_dim, end_dim))
    if i > j:
        raise ValueError(f"flatten: {start_dim=} comes after {end_dim=}.")
    joined = math.prod(x.shape[i : j + 1])  # not -1, which fails for size 0
    return x.reshape(*x.shape[:i], joined, *x.shape[j + 1 :]), x.shape


flatten_backward = reshape_backward


def squeeze(x, dim=None):
    """Drop the axes of size one: all of them, or those that dim names."""
    x = np.asarray(x)
    axes = check_dims("squeeze", x, dim) if dim != () else ()
    return x.squeeze(tuple(i for i in axes if x.shape[i] == 1)), x.shape


squeeze_backward = reshape_backward


def unsqueeze(x, dim):
    """Put in a new axis of size one, at place dim of the result."""
    x = np.asarray(x)
    axis = check_dim("unsqueeze", x[..., None], dim)
    return np.expand_dims(x, axis), x.shape


unsqueeze_backward = reshape_backward


def expand(x, size):
    """Repeat axes of size one to the sizes given; -1 leaves an axis as it is."""
    x = np.asarray(x)
    sizes = (1,) * (len(size) - x.ndim) + x.shape
    shape = [n if m == -1 else m for m, n in zip(size, sizes, strict=False)]
    y = np.broadcast_to(x, shape)  # which may not be written to
    return (y if y.size > x.size else x.reshape(y.shape)), x.shape


def expand_backward(dy, shape):
    """dL/dx = dy, summed over the repetitions."""
    return unbroadcast(dy, shape)


def cat(*arrays, dim=0):
    """Join arrays along an axis that they have; the other axes must agree."""
    axis = check_dim("cat", np.asarray(arrays[0]), dim)
    ends = np.cumsum([np.shape(a)[axis] for a in arrays])[:-1]
    return np.concatenate(arrays, axis), (ends, axis)


def cat_backward(dy, cache):
    """Cut dy where the arrays were joined."""
    return tuple(np.split(dy, *cache))


def stack(*arrays, dim=0):
    """Join arrays of one shape along a new axis."""
    axis = check_dim("stack", np.asarray(arrays[0])[..., None], dim)
    return np.stack(arrays, axis), axis


def stack_backward(dy, axis):
    """Take dy apart along the new axis."""
    return tuple(np.moveaxis(dy, axis, 0))


def split(x, split_size_or_sections, dim=0):
    """Cut x along an axis: into pieces of one size, or of the sizes given."""
    x, sizes = np.asarray(x), split_size_or_sections
    axis = check_dim("split", x, dim)
    n = x.shape[axis]
    if isinstance(sizes, int):
        if sizes <= 0:
            raise ValueError(f"split: pieces must have a size above 0, not {sizes}.")
        ends = range(sizes, n, sizes)
    elif np.sum(sizes) == n:
        ends = np.cumsum(sizes)[:-1]
    else:
        raise ValueError(
            f"split: the sizes {list(sizes)} add up to {np.sum(sizes)}, but dim={dim} of "
            f"x has {n}."
        )
    pieces = tuple(np.split(x, ends, axis))
    return pieces, ([p.shape for p in pieces], axis)


def split_backward(dy, cache):
    """Join the pieces' gradients; a piece that was not used has zeros."""
    shapes, axis = cache
    dtype = next(d.dtype for d in dy if d is not None)
    pairs = zip(dy, shapes, strict=True)
    return np.concatenate(
        [np.zeros(s, dtype) if d is None else d for d, s in pairs], axis
    )


def pad(x, pad, mode="constant", value=None):
    """Put `value` (0) around x: pad = (left, right) of the last axis, then the others.

    A negative width cuts off.
    """
    x = np.asarray(x)
    if mode != "constant":
        raise NotImplementedError(
            f"pad: mode={mode!r} is not supported here; use torch.nn.functional.pad"
        )
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ValueError(
            f"pad: pad={tuple(pad)} must hold two widths for each of the last axes of x, "
            f"which has shape {x.shape}."
        )
    widths = np.zeros((x.ndim, 2), int)
    widths[x.ndim - len(pad) // 2 :] = np.reshape(pad, (-1, 2))[::-1]
    y = np.full(x.shape + widths.sum(axis=1), value or 0, x.dtype)
    inside, outside = _within(x.shape, -widths), _within(y.shape, widths)
    y[outside] = x[inside]
    return y, (x.shape, inside, outside)


def _within(shape, widths):
    """The slices that are left without these widths; a negative one takes nothing."""
    cuts = zip(shape, np.maximum(widths, 0), strict=True)
    return tuple([slice(left, n - right) for n, (left, right) in cuts])


def pad_backward(dy, cache):
    """dL/dx = the part of dy that came from x."""
    shape, inside, outside = cache
    dx = np.zeros(shape, dy.dtype)
    dx[inside] = dy[outside]
    return dx


def getitem(x, index):
    """y = x[index]: numbers, slices, None, ..., lists or arrays of indices, masks."""
    x = np.asarray(x)
    y = x[index]
    if not isinstance(y, np.ndarray):  # one number: as a view, like every slice
        y = x[(*index, ...) if isinstance(index, tuple) else (index, ...)]
    elif _picks(index):  # NumPy may lay out the copy in any order
        y = np.asarray(y, order="C")
    return y, (x.shape, index)


def getitem_backward(dy, cache):
    """Put dy back where it came from; an entry taken twice gets both gradients."""
    shape, index = cache
    dx = np.zeros(shape, dy.dtype)
    if _picks(index):
        np.add.at(dx, index, dy)
    else:
        dx[index] = dy
    return dx


def _picks(index):
    """Whether an index holds an array or list, which picks entries one by one."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, np.ndarray | list) for part in parts)


def setitem(x, value, index):
    """y = x, but with y[index] = value."""
    y, shape = np.array(x), np.shape(value)
    fits = shape[_leading_ones(shape, np.ndim(y[index])) :]
    y[index] = np.reshape(value, fits)
    return y, (shape, fits, index)


def setitem_backward(dy, cache):
    """dL/dx = dy, but 0 where x was written over; dL/dvalue = dy[index]."""
    shape, fits, index = cache
    dx = dy.copy()
    dx[index] = 0
    return dx, unbroadcast(dy[index], fits).reshape(shape)


def _leading_ones(shape, ndim):
    """How many leading sizes of one make `shape` longer than ndim axes."""
    spare = shape[: max(len(shape) - ndim, 0)]
    return next((i for i, n in enumerate(spare) if n != 1), len(spare))


def gather(x, dim, index):
    """Pick along one axis: for dim=1 of two, y[i, j] = x[i, index[i, j]]."""
    x, index = np.asarray(x), np.asarray(index)
    axis = _array_dim("gather", x, dim)
    if index.size == 0:
        index = index.reshape(index.shape + (1,) * (x.ndim - index.ndim))
    if index.ndim != x.ndim:
        raise ValueError(
            f"gather: index of shape {index.shape} must have as many axes as x of shape "
            f"{x.shape}."
        )
    where = list(np.indices(index.shape, sparse=True))  # every axis counts for itself,
    where[axis] = index  # but this one
    return getitem(x, tuple(where))


gather_backward = getitem_backward


def index_select(x, dim, index):
    """Pick whole slices along one axis: for dim=1 of two, y[i, j] = x[i, index[j]]."""
    x = np.asarray(x)
    axis = _array_dim("index_select", x, dim)
    return getitem(x, (slice(None),) * axis + (np.asarray(index),))


index_select_backward = getitem_backward


def _array_dim(who, x, dim):
    """As check_dim, but a single number has no axis to pick from."""
    if x.ndim == 0:
        raise NotImplementedError(
            f"{who}: a single number as x is not supported here; use torch.{who}"
        )
    return check_dim(who, x, dim)


def masked_fill(x, mask, value):
    """y = value where mask is true, else x; the value is one number."""
    if np.ndim(value):
        raise ValueError(f"masked_fill: value must be a number, not {value!r}.")
    y, cache = where(mask, value, x)
    return y.astype(np.asarray(x).dtype, copy=False), cache


def masked_fill_backward(dy, cache):
    """dL/dx = dy where mask is false, else 0; dL/dvalue = the sum of the rest."""
    _, dvalue, dx = where_backward(dy, cache)
    return dx, None, dvalue


def tril(x, diagonal=0):
    """Keep the lower triangle of the last two axes, up to this diagonal; 0 elsewhere."""
    return _triangle("tril", np.tril, x, diagonal)


def tril_backward(dy, diagonal):
    """dL/dx = dy in that triangle, else 0."""
    return np.tril(dy, diagonal)


def triu(x, diagonal=0):
    """Keep the upper triangle of the last two axes, from this diagonal on; 0 elsewhere."""
    return _triangle("triu", np.triu, x, diagonal)


def triu_backward(dy, diagonal):
    """dL/dx = dy in that triangle, else 0."""
    return np.triu(dy, diagonal)


def _triangle(who, keep, x, diagonal):
    if np.ndim(x) < 2:
        raise ValueError(f"{who}: x must have two axes, not shape {np.shape(x)}.")
    return keep(x, diagonal), diagonal
