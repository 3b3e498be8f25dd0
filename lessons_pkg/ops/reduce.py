"""Reductions: many numbers into one, along some axes or all.

Everywhere `dim` is an axis, a tuple of axes or None for all, and `keepdim` leaves each of
them in place with size one. A backward stretches dy back over what was reduced.
"""

import math

import numpy as np

from .inputs import as_float, check_dim, check_dims


def _stretch(dy, shape, axes):
    """Repeat dy along the axes that were reduced, as a read-only view."""
    kept = [1 if i in axes else n for i, n in enumerate(shape)]
    return np.broadcast_to(np.reshape(dy, kept), shape)


def sum(x, dim=None, keepdim=False):
    """y = sum of x over dim."""
    x = np.asarray(x)
    axes = check_dims("sum", x, dim)
    return x.sum(axis=axes, keepdims=keepdim), (x.shape, axes)


def sum_backward(dy, cache):
    """dL/dx = dy at every entry that was added up."""
    return _stretch(dy, *cache)


def mean(x, dim=None, keepdim=False):
    """y = sum of x over dim / n; nan for the mean of nothing."""
    x = as_float("mean", "x", x)
    axes = check_dims("mean", x, dim)
    n = math.prod([x.shape[i] for i in axes])
    with np.errstate(invalid="ignore", divide="ignore"):
        y = x.sum(axis=axes, keepdims=keepdim) / x.dtype.type(n)
    return y, (x.shape, axes, n)


def mean_backward(dy, cache):
    """dL/dx = dy / n."""
    shape, axes, n = cache
    return _stretch(dy, shape, axes) / dy.dtype.type(n or 1)


def var(x, dim=None, unbiased=True, keepdim=False, correction=None):
    """y = sum of (x - mean)^2 / (n - correction); the correction is 1 where unbiased."""
    if isinstance(dim, bool):  # var(x, False), torch's older order
        dim, unbiased = None, dim
    x = as_float("var", "x", x)
    axes = check_dims("var", x, dim)
    correction = int(unbiased) if correction is None else correction
    n = math.prod([x.shape[i] for i in axes]) - correction
    centred = x - x.mean(axis=axes, keepdims=True) if x.size else x
    total = np.square(centred).sum(axis=axes, keepdims=keepdim)
    with np.errstate(invalid="ignore", divide="ignore"):
        y = total / x.dtype.type(n if n > 0 else 0)
    return y, (x.shape, axes, n, centred)


def var_backward(dy, cache):
    """dL/dx = dy * 2 (x - mean) / (n - correction): the mean's own share cancels."""
    shape, axes, n, centred = cache
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = centred * np.divide(2, n, dtype=centred.dtype)
        return _stretch(dy, shape, axes) * slope


def std(x, dim=None, unbiased=True, keepdim=False, correction=None):
    """y = sqrt of the variance."""
    y, cache = var(x, dim, unbiased, keepdim, correction)
    y = np.sqrt(y)
    return y, (y, cache)


def std_backward(dy, cache):
    """dL/dx = var_backward(dy / 2y); 0 where y = 0, as in torch."""
    y, var_cache = cache
    slope = np.divide(dy, 2 * y, out=np.zeros_like(y), where=(y != 0))
    return var_backward(slope, var_cache)


def amax(x, dim=None, keepdim=False):
    """y = the largest x over dim."""
    return _extreme("amax", np.max, x, dim, keepdim)


def amin(x, dim=None, keepdim=False):
    """y = the smallest x over dim."""
    return _extreme("amin", np.min, x, dim, keepdim)


def _extreme(who, reduce, x, dim, keepdim):
    x = np.asarray(x)
    axes = check_dims(who, x, dim)
    y = reduce(x, axis=axes, keepdims=True)
    return y if keepdim else y.squeeze(axes), (axes, x == y)


def amax_backward(dy, cache):
    """Share dy among the entries that equal y."""
    axes, chosen = cache
    share = chosen / chosen.sum(axis=axes, keepdims=True)
    return _stretch(dy, chosen.shape, axes) * share.astype(dy.dtype)


amin_backward = amax_backward


def max(x, dim, keepdim=False):
    """Return the largest x along one axis, and where it stands: (values, indices)."""
    return _choice("max", np.argmax, x, dim, keepdim)


def min(x, dim, keepdim=False):
    """Return the smallest x along one axis, and where it stands: (values, indices)."""
    return _choice("min", np.argmin, x, dim, keepdim)


def _choice(who, choose, x, dim, keepdim):
    x = np.asarray(x)
    axis = check_dim(who, x, dim)
    rows = np.atleast_1d(x)
    where = choose(rows, axis=axis, keepdims=True)
    values = np.take_along_axis(rows, where, axis)
    out = (values, where)
    if not keepdim or not x.ndim:
        out = (values.squeeze(axis), where.squeeze(axis))
    return out, (x.shape, axis, where)


def max_backward(dy, cache):
    """Give dy to the entry that was chosen."""
    shape, axis, where = cache
    dx = np.zeros(shape or (1,), dy[0].dtype)
    np.put_along_axis(dx, where, dy[0].reshape(where.shape), axis)
    return dx.reshape(shape)


min_backward = max_backward


def argmax(x, dim=None, keepdim=False):
    """Return where the largest x stands, along one axis or in the flattened x."""
    return _place("argmax", np.argmax, x, dim, keepdim)


def argmin(x, dim=None, keepdim=False):
    """Return where the smallest x stands, along one axis or in the flattened x."""
    return _place("argmin", np.argmin, x, dim, keepdim)


def _place(who, choose, x, dim, keepdim):
    x = np.asarray(x)
    axis = None if dim is None else check_dim(who, x, dim)
    return choose(x, axis=axis if x.ndim else None, keepdims=keepdim), None


def logsumexp(x, dim, keepdim=False):
    """y = log(sum of e^x over dim), with the largest x taken out first: no overflow.

    Source: Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and
    softmax functions", IMA Journal of Numerical Analysis 41, 2021.
    """
    x = as_float("logsumexp", "x", x)
    axes = check_dims("logsumexp", x, dim)
    top = x.max(axis=axes, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    e = np.exp(x - top)
    total = e.sum(axis=axes, keepdims=True)
    with np.errstate(divide="ignore"):
        y = np.log(total) + top
    return y if keepdim else y.squeeze(axes), (axes, e, total)


def logsumexp_backward(dy, cache):
    """dL/dx = dy * softmax of x over dim."""
    axes, e, total = cache
    with np.errstate(invalid="ignore"):
        return _stretch(dy, e.shape, axes) * (e / total)
