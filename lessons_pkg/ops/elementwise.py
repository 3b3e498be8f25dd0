"""Elementwise arithmetic: every entry for itself, with NumPy's broadcasting.

Where an input was stretched to the shape of the output, one of its entries fed several
entries of the output. Their gradients add up: `unbroadcast` sums them.
"""

import numpy as np

from .inputs import as_float, reads


def unbroadcast(dy, shape):
    """Sum dy over the axes along which an input of this shape was stretched.

    >>> unbroadcast(np.ones((2, 3)), (2, 1))
    array([[3.],
           [3.]])
    """
    if dy.shape == shape:
        return dy
    new = dy.ndim - len(shape)  # so many axes the input did not have at all
    stretched = [i for i, n in enumerate(shape, new) if n == 1 != dy.shape[i]]
    return dy.sum(axis=(*range(new), *stretched), keepdims=True).reshape(shape)


def add(x, other, alpha=1):
    """y = x + alpha * other."""
    scaled = other if alpha == 1 else alpha * other
    return np.add(x, scaled), (np.shape(x), np.shape(other), alpha)


def add_backward(dy, cache):
    """dL/dx = dy, dL/dother = alpha * dy."""
    x_shape, other_shape, alpha = cache
    scaled = dy if alpha == 1 else alpha * dy
    return unbroadcast(dy, x_shape), unbroadcast(scaled, other_shape)


def sub(x, other, alpha=1):
    """y = x - alpha * other."""
    return add(x, other, -alpha)


def sub_backward(dy, cache):
    """dL/dx = dy, dL/dother = -alpha * dy."""
    return add_backward(dy, cache)


def mul(x, other):
    """y = x * other."""
    return np.multiply(x, other), (x, other)


@reads((1,), (0,))
def mul_backward(dy, cache, needs=(True, True)):
    """dL/dx = dy * other, dL/dother = dy * x."""
    x, other = cache
    dx = unbroadcast(dy * other, np.shape(x)) if needs[0] else None
    dother = unbroadcast(dy * x, np.shape(other)) if needs[1] else None
    return dx, dother


def div(x, other):
    """y = x / other."""
    return np.true_divide(x, other), (x, other)


@reads((1,), (0, 1))
def div_backward(dy, cache, needs=(True, True)):
    """dL/dx = dy / other, dL/dother = -dy * x / other^2."""
    x, other = cache
    dx = dy / other
    dother = unbroadcast(-dx * (x / other), np.shape(other)) if needs[1] else None
    return unbroadcast(dx, np.shape(x)), dother


def pow(x, exponent):
    """y = x ^ exponent."""
    return np.power(x, exponent), (x, exponent)


def pow_backward(dy, cache, needs=(True, True)):
    """dL/dx = dy * exponent * x^(exponent - 1), dL/dexponent = dy * x^exponent * log x.

    As in torch, a power of 0 has dx = 0, and x = 0 has dexponent = 0, though the formulas
    have 0 / 0 and 0 * inf there.
    """
    x, exponent = cache
    dx = dexponent = None
    if needs[0]:
        slope = exponent * np.power(x, np.subtract(exponent, 1))
        dx = unbroadcast(dy * np.where(np.equal(exponent, 0), 0, slope), np.shape(x))
    if needs[1]:
        at_zero = np.equal(x, 0) & np.greater_equal(exponent, 0)
        slope = np.where(
            at_zero, 0, np.power(x, exponent) * np.log(np.where(at_zero, 1, x))
        )
        dexponent = unbroadcast(dy * slope, np.shape(exponent))
    return dx, dexponent


def neg(x):
    """y = -x."""
    return np.negative(x), None


def neg_backward(dy, _):
    """dL/dx = -dy."""
    return -dy


def abs(x):
    """y = |x|."""
    return np.abs(x), x


def abs_backward(dy, x):
    """dL/dx = dy * sign x; at x = 0 that is 0."""
    return dy * ((x > 0).astype(dy.dtype) - (x < 0))


def square(x):
    """y = x^2."""
    x = np.asarray(x)
    return np.square(x, dtype=np.int64 if x.dtype == bool else None), x


def square_backward(dy, x):
    """dL/dx = dy * 2x."""
    return dy * (2 * x)


def exp(x):
    """y = e^x."""
    y = np.exp(as_float("exp", "x", x))
    return y, y


def exp_backward(dy, y):
    """dL/dx = dy * y."""
    return dy * y


def log(x):
    """y = log x, the natural logarithm."""
    x = as_float("log", "x", x)
    return np.log(x), x


def log_backward(dy, x):
    """dL/dx = dy / x."""
    return dy / x


def sqrt(x):
    """y = sqrt x."""
    y = np.sqrt(as_float("sqrt", "x", x))
    return y, y


def sqrt_backward(dy, y):
    """dL/dx = dy / (2y)."""
    return dy / (2 * y)


def sin(x):
    """y = sin x, with x in radians."""
    x = as_float("sin", "x", x)
    return np.sin(x), x


def sin_backward(dy, x):
    """dL/dx = dy * cos x."""
    return dy * np.cos(x)


def cos(x):
    """y = cos x, with x in radians."""
    x = as_float("cos", "x", x)
    return np.cos(x), x


def cos_backward(dy, x):
    """dL/dx = -dy * sin x."""
    return -dy * np.sin(x)


def maximum(x, other):
    """y = the larger of the two."""
    return np.maximum(x, other), (x, other)


def maximum_backward(dy, cache):
    """Give dy to the larger input; equal inputs share it, as in torch."""
    x, other = cache
    half = np.where(np.equal(x, other), dy / 2, dy)
    dx = np.where(np.less(x, other), 0, half)
    dother = np.where(np.greater(x, other), 0, half)
    return unbroadcast(dx, np.shape(x)), unbroadcast(dother, np.shape(other))


def minimum(x, other):
    """y = the smaller of the two."""
    return np.minimum(x, other), (x, other)


def minimum_backward(dy, cache):
    """Give dy to the smaller input; equal inputs share it."""
    x, other = cache
    return maximum_backward(dy, (np.negative(x), np.negative(other)))


def clamp(x, min=None, max=None):
    """y = x, but no less than min and no more than max; either may be None."""
    if min is None and max is None:
        raise ValueError("clamp: at least one of min and max must be given.")
    if np.asarray(x).dtype.kind == "f":  # whole numbers as bounds leave x its dtype
        min, max = (b if np.ndim(b) == 0 else b.astype(x.dtype) for b in (min, max))
    low, high = -np.inf if min is None else min, np.inf if max is None else max
    return np.clip(x, min, max), (x, low, high)


def clamp_backward(dy, cache):
    """dL/dx = dy where min <= x <= max; elsewhere dy goes to the bound that counted."""
    x, low, high = cache
    above = np.greater(x, high) | np.less(high, low)  # where they cross, max wins
    below = np.less(x, low) & ~above
    parts = (x, ~(below | above)), (low, below), (high, above)
    return tuple([unbroadcast(np.where(m, dy, 0), np.shape(of)) for of, m in parts])


def where(condition, x, other):
    """y = x where condition is true, else other."""
    condition = np.asarray(condition)
    return np.where(condition, x, other), (condition, np.shape(x), np.shape(other))


def where_backward(dy, cache):
    """Give each entry of dy to the input that it came from."""
    condition, x_shape, other_shape = cache
    dx = unbroadcast(np.where(condition, dy, 0), x_shape)
    return None, dx, unbroadcast(np.where(condition, 0, dy), other_shape)


def cast(x, dtype):
    """y = x with another dtype."""
    return np.asarray(x).astype(dtype), np.asarray(x).dtype


def cast_backward(dy, dtype):
    """dL/dx = dy, with the dtype of x."""
    return dy.astype(dtype)
