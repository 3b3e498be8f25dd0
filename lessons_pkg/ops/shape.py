"""Shapes: the same numbers, arranged, selected or joined in another way.

None of these computes anything new, so a backward only takes each gradient back to where
its number came from; where a number was used more than once, its gradients add up.
"""

import numpy as np

from .elementwise import unbroadcast, where, where_backward
from .inputs import check_dims


def reshape(x, shape):
    """Arrange the entries of x, row by row, in another shape; one -1 is worked out."""
    x = np.asarray(x)
    try:
        return x.reshape(shape), x.shape
    except ValueError:
        raise ValueError(
            f"reshape: {x.size} entries of shape {x.shape} do not fit into shape "
            f"{tuple(shape)}. The product of its sizes must be {x.size}."
        ) from None


def reshape_backward(dy, cache):
    """dL/dx = dy in the shape of x."""
    return dy.reshape(cache)


def permute(x, dims):
    """Put the axes of x in another order: axis i of y is axis dims[i] of x."""
    x = np.asarray(x)
    axes = check_dims("permute", x, tuple(dims))
    if len(dims) != x.ndim:
        raise ValueError(
            f"permute: dims={tuple(dims)} names {len(dims)} axes, but x of shape "
            f"{x.shape} has {x.ndim}. Name each of them once."
        )
    return x.transpose(axes), axes


def permute_backward(dy, cache):
    """dL/dx = dy, the axes put back."""
    return dy.transpose(np.argsort(cache).tolist())


def transpose(x, dim0, dim1):
    """Swap two axes."""
    x = np.asarray(x)
    (i,), (j,) = (check_dims("transpose", x, d, one=True) for d in (dim0, dim1))
    return (x.swapaxes(i, j) if x.ndim else x), (i, j)


def transpose_backward(dy, cache):
    """dL/dx = dy, the axes swapped back."""
    return dy.swapaxes(*cache) if dy.ndim else dy


def flatten(x, start_dim=0, end_dim=-1):
    """Join the axes from start_dim to end_dim into one."""
    x = np.asarray(x)
    if x.ndim == 0:
        return x.reshape(1), x.shape
    (i,), (j,) = (check_dims("flatten", x, d, one=True) for d in (start_dim, end_dim))
    if i > j:
        raise ValueError(
            f"flatten: start_dim={start_dim} comes after end_dim={end_dim}."
        )
    joined = int(np.prod(x.shape[i : j + 1]))  # not -1, which fails for size 0
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
    (axis,) = check_dims("unsqueeze", x[..., None], dim, one=True)
    return np.expand_dims(x, axis), x.shape


unsqueeze_backward = reshape_backward


def expand(x, size):
    """Repeat axes of size one to the sizes given; -1 leaves an axis as it is."""
    x = np.asarray(x)
    sizes = (1,) * (len(size) - x.ndim) + x.shape
    shape = tuple(n if m == -1 else m for m, n in zip(size, sizes, strict=False))
    try:
        return np.broadcast_to(x, shape), x.shape
    except ValueError:
        raise ValueError(
            f"expand: x of shape {x.shape} cannot be repeated to {tuple(size)}. "
            f"Only axes of size one can be, and new axes stand in front."
        ) from None


def expand_backward(dy, cache):
    """dL/dx = dy, summed over the repetitions."""
    return unbroadcast(dy, cache)


def cat(*arrays, dim=0):
    """Join arrays along an axis that they have; the other axes must agree."""
    (axis,) = check_dims("cat", np.asarray(arrays[0]), dim, one=True)
    try:
        joined = np.concatenate(arrays, axis)
    except ValueError:
        shapes = ", ".join(str(np.shape(a)) for a in arrays)
        raise ValueError(
            f"cat: shapes {shapes} cannot be joined along dim={dim}. "
            f"All other axes must have the same size."
        ) from None
    return joined, (axis, np.cumsum([a.shape[axis] for a in arrays])[:-1])


def cat_backward(dy, cache):
    """Cut dy where the arrays were joined."""
    axis, ends = cache
    return tuple(np.split(dy, ends, axis))


def stack(*arrays, dim=0):
    """Join arrays of one shape along a new axis."""
    if len({np.shape(a) for a in arrays}) > 1:
        shapes = ", ".join(str(np.shape(a)) for a in arrays)
        raise ValueError(f"stack: all shapes must be the same, but {shapes} came.")
    (axis,) = check_dims("stack", np.asarray(arrays[0])[..., None], dim, one=True)
    return np.stack(arrays, axis), axis


def stack_backward(dy, cache):
    """Take dy apart along the new axis."""
    return tuple(np.moveaxis(dy, cache, 0))


def split(x, split_size_or_sections, dim=0):
    """Cut x along an axis: into pieces of one size, or of the sizes given."""
    x = np.asarray(x)
    (axis,) = check_dims("split", x, dim, one=True)
    n, sizes = x.shape[axis], split_size_or_sections
    if isinstance(sizes, int):
        if sizes <= 0:
            raise ValueError(f"split: pieces must have a size above 0, not {sizes}.")
        ends = list(range(sizes, n, sizes))
    elif np.sum(sizes) == n:
        ends = np.cumsum(sizes)[:-1]
    else:
        raise ValueError(
            f"split: the sizes {list(sizes)} add up to {np.sum(sizes)}, but dim={dim} of "
            f"x has {n}."
        )
    return tuple(np.split(x, ends, axis)), (x.shape, axis, ends)


def split_backward(dy, cache):
    """Join the pieces' gradients; a piece that was not used has zeros."""
    shape, axis, ends = cache
    dtype = next(d.dtype for d in dy if d is not None)
    pieces = np.split(np.zeros(shape, dtype), ends, axis)
    return np.concatenate(
        [p if d is None else d for d, p in zip(dy, pieces, strict=True)], axis
    )


def pad(x, pad, mode="constant", value=None):
    """Put `value` (0) around x: pad = (left, right) of the last axis, then of the one before...

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
    widths = [(0, 0)] * (x.ndim - len(pad) // 2)
    widths += list(zip(pad[-2::-2], pad[::-2], strict=True))
    inside = tuple(
        slice(max(-a, 0), n - max(-b, 0))
        for n, (a, b) in zip(x.shape, widths, strict=True)
    )
    y = np.pad(
        x[inside],
        [(max(a, 0), max(b, 0)) for a, b in widths],
        constant_values=value or 0,
    )
    outside = tuple(
        slice(max(a, 0), n - max(b, 0))
        for n, (a, b) in zip(y.shape, widths, strict=True)
    )
    return y, (x.shape, inside, outside)


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
    return y, (x.shape, index)


def getitem_backward(dy, cache):
    """Put dy back where it came from; an entry taken twice gets both gradients."""
    shape, index = cache
    dx = np.zeros(shape, dy.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, np.ndarray | list) for part in parts):
        np.add.at(dx, index, dy)
    else:
        dx[index] = dy
    return dx


def setitem(x, value, index):
    """y = x, but with y[index] = value."""
    y = np.array(x)
    y[index] = value
    return y, (np.shape(value), index)


def setitem_backward(dy, cache):
    """dL/dx = dy, but 0 where x was written over; dL/dvalue = dy[index]."""
    shape, index = cache
    dx = dy.copy()
    dx[index] = 0
    return dx, unbroadcast(dy[index], shape)


def gather(x, dim, index):
    """Pick along one axis: for dim=1 of two, y[i, j] = x[i, index[i, j]]."""
    x, index = np.asarray(x), np.asarray(index)
    _check_axes("gather", x)
    if index.size == 0:
        index = index.reshape(index.shape + (1,) * (x.ndim - index.ndim))
    where = _where("gather", x, dim, index)
    return x[where], (x.shape, where)


def gather_backward(dy, cache):
    """Add dy back to where each entry was picked."""
    return getitem_backward(dy, cache)


def _check_axes(who, x):
    if x.ndim == 0:
        raise NotImplementedError(
            f"{who}: a single number as x is not supported here; use torch.{who}"
        )


def _where(who, x, dim, index):
    """The full index of `gather`: every axis counts for itself but the one of dim."""
    (axis,) = check_dims(who, x, dim, one=True)
    if index.ndim != x.ndim:
        raise ValueError(
            f"{who}: index of shape {index.shape} must have as many axes as x of shape "
            f"{x.shape}."
        )
    grid = list(np.indices(index.shape, sparse=True))
    return (*grid[:axis], index, *grid[axis + 1 :])


def index_select(x, dim, index):
    """Pick whole slices along one axis: for dim=1 of two, y[i, j] = x[i, index[j]]."""
    x = np.asarray(x)
    _check_axes("index_select", x)
    (axis,) = check_dims("index_select", x, dim, one=True)
    where = (slice(None),) * axis + (np.asarray(index),)
    return x[where], (x.shape, where)


index_select_backward = gather_backward


def masked_fill(x, mask, value):
    """y = value where mask is true, else x; the value is one number."""
    if np.ndim(value):
        raise ValueError(
            f"masked_fill: value must be one number, not {np.shape(value)}."
        )
    y, cache = where(mask, value, x)
    return y.astype(np.asarray(x).dtype, copy=False), cache


def masked_fill_backward(dy, cache):
    """dL/dx = dy where mask is false, else 0; dL/dvalue = the sum of the rest."""
    _, dvalue, dx = where_backward(dy, cache)
    return dx, None, dvalue


def _check_matrix(who, x):
    if np.ndim(x) < 2:
        raise ValueError(
            f"{who}: x must have at least two axes, not shape {np.shape(x)}."
        )


def tril(x, diagonal=0):
    """Keep the lower triangle of the last two axes, up to this diagonal; 0 elsewhere."""
    _check_matrix("tril", x)
    return np.tril(x, diagonal), diagonal


def tril_backward(dy, cache):
    """dL/dx = dy in that triangle, else 0."""
    return np.tril(dy, cache)


def triu(x, diagonal=0):
    """Keep the upper triangle of the last two axes, from this diagonal on."""
    _check_matrix("triu", x)
    return np.triu(x, diagonal), diagonal


def triu_backward(dy, cache):
    """dL/dx = dy in that triangle, else 0."""
    return np.triu(dy, cache)
