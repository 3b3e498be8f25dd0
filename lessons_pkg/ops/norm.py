"""Normalisation: bring activations to mean 0 and variance 1, then scale and shift.

All are y = weight * xhat + bias with xhat = (x - mean) / sqrt(var + eps), and differ in
what mean and var are taken over; rms_norm leaves the mean and the bias out.
Shapes: N examples, C channels. weight and bias, the learned scale and shift, may be None.
"""

import math

import numpy as np

from .inputs import as_float


def batch_norm(
    x,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """Normalise each channel over all examples and positions.

    In training, mean and var are those of the batch, and the running ones, if not None,
    move towards them in place: running = (1 - momentum) * running + momentum * new, where
    the new var is divided by n - 1. Otherwise the running ones are used.

    x is (N, C) or (N, C, d1, ...), all others are (C,).
    Source: Ioffe and Szegedy, "Batch normalization ...", ICML 2015, algorithms 1 and 2:
    their gamma and beta our weight and bias.
    """
    x, column = _channels("batch_norm", x)
    weight, bias, running_mean, running_var = _check(
        "batch_norm", x.shape[1:2], weight, bias, running_mean, running_var
    )
    axes, n = (0, *range(2, x.ndim)), x.size // max(x.shape[1], 1)
    if training:
        if n == 1:
            raise ValueError(
                f"batch_norm: in training each channel needs more than 1 value, but x has "
                f"shape {x.shape}. Give more examples, or normalise with training=False."
            )
        xhat, mean, var, rstd = _standardise(x, axes, eps)
        unbiased = var * (n / max(n - 1, 1))
        for running, new in ((running_mean, mean), (running_var, unbiased)):
            if running is not None and n:
                running += momentum * (new.reshape(running.shape) - running)
        return _scale(xhat, rstd, weight, bias, column, x.shape, axes)
    if running_mean is None or running_var is None:
        raise ValueError(
            "batch_norm: without training=True, running_mean and running_var must be "
            "given: there is nothing else to normalise by."
        )
    rstd = 1 / np.sqrt(running_var.reshape(column) + eps)
    xhat = (x - running_mean.reshape(column)) * rstd
    return _scale(xhat, rstd, weight, bias, column, x.shape, None)


def batch_norm_backward(dy, cache):
    """Return (dx, None, None, dweight, dbias), as in _scale_backward."""
    dx, dweight, dbias = _scale_backward(dy, cache)
    return dx, None, None, dweight, dbias


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalise each example over its last axes, whose sizes are normalized_shape.

    Source: Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450, 2016,
    equation 4: their gain g our weight.
    """
    x, axes, shape = _last_axes("layer_norm", x, normalized_shape)
    weight, bias = _check("layer_norm", shape, weight, bias)
    xhat, _, _, rstd = _standardise(x, axes, eps)
    return _scale(xhat, rstd, weight, bias, shape, x.shape, axes)


def layer_norm_backward(dy, cache):
    """Return (dx, None, dweight, dbias), as in _scale_backward."""
    dx, dweight, dbias = _scale_backward(dy, cache)
    return dx, None, dweight, dbias


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalise each example over each of num_groups groups of neighbouring channels.

    x is (N, C) or (N, C, d1, ...), with C divisible by num_groups.
    Source: Wu and He, "Group normalization", ECCV 2018, equation 7: their G our
    num_groups, their gamma and beta our weight and bias.
    """
    x, column = _channels("group_norm", x)
    weight, bias = _check("group_norm", x.shape[1:2], weight, bias)
    if num_groups < 1 or x.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: the {x.shape[1]} channels of x {x.shape} do not divide into "
            f"{num_groups} groups. Choose num_groups among the divisors."
        )
    grouped = (len(x), num_groups, math.prod(x.shape[1:]) // num_groups)
    xhat, _, _, rstd = _standardise(x.reshape(grouped), (2,), eps)
    return _scale(xhat.reshape(x.shape), rstd, weight, bias, column, grouped, (2,))


group_norm_backward = layer_norm_backward


def rms_norm(x, normalized_shape, weight=None, eps=None):
    """Divide by the root mean square over the last axes: y = weight * x / rms(x).

    eps is added to the mean square; None is the dtype's smallest step from 1.
    Source: Zhang and Sennrich, "Root mean square layer normalization", NeurIPS 2019,
    equation 4: their gain g our weight.
    """
    x, axes, shape = _last_axes("rms_norm", x, normalized_shape)
    (weight,) = _check("rms_norm", shape, weight)
    eps = np.finfo(x.dtype).eps if eps is None else eps
    rstd = 1 / np.sqrt(_mean(axes, x, x) + eps)
    return _scale(x * rstd, rstd, weight, None, shape, x.shape, axes, centred=False)


def rms_norm_backward(dy, cache):
    """Return (dx, None, dweight), as in _scale_backward, without its mean(dxhat)."""
    return layer_norm_backward(dy, cache)[:3]


def _standardise(x, axes, eps):
    """Return xhat, mean, var and rstd = 1 / sqrt(var + eps), over these axes."""
    mean = _mean(axes, x)
    centred = x - mean
    var = _mean(axes, centred, centred)
    rstd = 1 / np.sqrt(var + eps)
    centred *= rstd
    return centred, mean, var, rstd


def _scale(xhat, rstd, weight, bias, lying, view, axes, centred=True):
    """Return y = weight * xhat + bias and the cache.

    lying      : the shape in which weight and bias lie along x
    view, axes : the shape in which x was standardised, and over what; axes is None where
                 the statistics were given
    """
    y = xhat.copy() if weight is None else xhat * weight.reshape(lying)
    y = y if bias is None else y + bias.reshape(lying)
    of_bias = None if bias is None else bias.shape
    return y, (xhat, rstd, weight, of_bias, lying, view, axes, centred)


def _scale_backward(dy, cache):
    """Return dx, dweight and dbias; dweight is the sum of dy * xhat, dbias that of dy.

    dx = rstd * (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)), dxhat = dy * weight:
    the first mean is what x does by way of its mean, the second by way of its variance.
    """
    xhat, rstd, weight, of_bias, lying, view, axes, centred = cache
    shared = (1,) * (dy.ndim - len(lying)) + lying
    summed = [axis for axis, n in enumerate(shared) if n == 1]
    dxhat, dweight, dbias = dy, None, None
    if weight is not None:
        dxhat = dy * weight.reshape(lying)
        dweight = _sum(summed, dy, xhat).reshape(weight.shape)
    if of_bias is not None:
        dbias = _sum(summed, dy).reshape(of_bias)
    if axes is None:
        return dxhat * rstd, dweight, dbias
    dxhat, xhat = dxhat.reshape(view), xhat.reshape(view)
    dx = xhat * -_mean(axes, dxhat, xhat)
    dx += dxhat
    if centred:
        dx -= _mean(axes, dxhat)
    dx *= rstd
    return dx.reshape(dy.shape), dweight, dbias


def _sum(axes, *factors):
    """Sum the product of arrays: einsum takes a third of the time of .sum(), or less."""
    every = list(range(factors[0].ndim))
    operands = [part for array in factors for part in (array, every)]
    return np.einsum(*operands, [axis for axis in every if axis not in axes])


def _mean(axes, *factors):
    n = math.prod([factors[0].shape[axis] for axis in axes])
    return np.expand_dims(_sum(axes, *factors), axes) / n


def _channels(who, x):
    """Return x, and the shape in which (C,) lies along it."""
    x = as_float(who, "x", x)
    if x.ndim < 2:
        raise ValueError(
            f"{who}: x must be (N, C) or (N, C, d1, ...), but came with shape {x.shape}. "
            f"For one example write x[None]."
        )
    return x, (x.shape[1], *[1] * (x.ndim - 2))


def _last_axes(who, x, normalized_shape):
    """Return x, the axes to normalise over and their sizes, checked."""
    x, shape = as_float(who, "x", x), tuple(np.atleast_1d(normalized_shape).tolist())
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(
            f"{who}: x of shape {x.shape} does not end in normalized_shape {shape}. "
            f"Name the sizes of its last axes."
        )
    return x, tuple(range(x.ndim - len(shape), x.ndim)), shape


def _check(who, shape, *arrays):
    """Return the weight, bias, running mean and variance, as many as came, as floats."""
    checked = []
    names = ("weight", "bias", "running_mean", "running_var")
    for name, array in zip(names, arrays, strict=False):
        array = array if array is None else as_float(who, name, array)
        if array is not None and array.shape != shape:
            raise ValueError(
                f"{who}: {name} must have shape {shape} to go with x, but came with "
                f"shape {array.shape}."
            )
        checked.append(array)
    return checked
