"""Activations: what a neuron does with its weighted sum.

Shapes: (...) is any shape. A backward takes dy = dL/dy, of y's shape or broadcast
to it, so that `dy=1.0` gives the derivative itself.
"""

import numpy as np

from .inputs import as_float


def relu(x):
    """Rectify: y = max(x, 0).

    x : (...) array
    Returns y : (...), and the cache that relu_backward needs.
    Raises TypeError if x does not hold real numbers.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann
    machines", ICML 2010.

    >>> relu([-2.0, 0.0, 3.0])[0]
    array([0., 0., 3.])
    """
    x = as_float("relu", "x", x)
    return np.maximum(x, 0), x


def relu_backward(dy, cache):
    """dL/dx = dy where x > 0, else 0; at x = 0 the derivative is 0, as in torch."""
    x = cache
    return np.where(x <= 0, 0, dy).astype(x.dtype, copy=False)


def sigmoid(x):
    """Logistic function, y = 1 / (1 + exp(-x)), computed without overflow.

    x : (...) array
    Returns y : (...), and the cache that sigmoid_backward needs.
    Raises TypeError if x does not hold real numbers.
    Source: Rumelhart, Hinton and Williams, "Learning representations by
    back-propagating errors", Nature 323, 1986: y_j of x_j, their equation 2.

    >>> sigmoid([-1e4, 0.0, 1e4])[0]
    array([0. , 0.5, 1. ])
    """
    x = as_float("sigmoid", "x", x)
    # Where x < 0, multiply top and bottom by exp(x): only exp(-|x|) <= 1 is computed.
    e = np.exp(-np.abs(x))
    y = np.where(x < 0, e, 1) / (1 + e)
    return y, y


def sigmoid_backward(dy, cache):
    """dL/dx = dy * y * (1 - y)."""
    y = cache
    return np.multiply(dy, y * (1 - y), dtype=y.dtype)


def tanh(x):
    """Hyperbolic tangent, y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).

    x : (...) array
    Returns y : (...), and the cache that tanh_backward needs.
    Raises TypeError if x does not hold real numbers.
    Source: LeCun, Bottou, Orr and Mueller, "Efficient BackProp", in Neural
    Networks: Tricks of the Trade, Springer 1998, section 4.4.

    It is a sigmoid, stretched and shifted, tanh(x) = 2 sigmoid(2x) - 1:

    >>> x = np.array([-0.5, 0.0, 2.0])
    >>> np.allclose(tanh(x)[0], 2 * sigmoid(2 * x)[0] - 1)
    True
    """
    y = np.tanh(as_float("tanh", "x", x))
    return y, y


def tanh_backward(dy, cache):
    """dL/dx = dy * (1 - y^2)."""
    y = cache
    return np.multiply(dy, 1 - y * y, dtype=y.dtype)


def softmax(x, dim=-1):
    """Turn scores into probabilities: y_i = exp(x_i) / sum_j exp(x_j) along `dim`.

    x   : (...) array of scores
    dim : the axis along which y sums to one
    Returns y : (...), and the cache that softmax_backward needs.
    Raises TypeError if x does not hold real numbers or dim is no whole number,
    ValueError if x has no such dim.
    Source: Bridle, "Probabilistic interpretation of feedforward classification
    network outputs", in Neurocomputing, Springer 1990.

    >>> softmax([1000.0, 1000.0, -1000.0])[0]
    array([0.5, 0.5, 0. ])
    """
    x = as_float("softmax", "x", x)
    _check_dim(x, dim)
    # exp(x - m) / sum exp(x - m) is the same y, and with m = max(x) cannot overflow.
    e = np.exp(x - x.max(axis=dim, keepdims=True, initial=-np.inf))
    y = e / e.sum(axis=dim, keepdims=True)
    return y, (y, dim)


def softmax_backward(dy, cache):
    """dL/dx_i = y_i * (dy_i - sum_j dy_j * y_j): the Jacobian, never written out."""
    y, dim = cache
    dy_y = np.multiply(dy, y, dtype=y.dtype)
    return dy_y - y * dy_y.sum(axis=dim, keepdims=True)


def _check_dim(x, dim):
    if not isinstance(dim, int | np.integer):
        raise TypeError(
            f"softmax: dim must be one whole number, but {dim!r} came. "
            f"Name the axis that holds the classes, such as -1."
        )
    n = max(x.ndim, 1)  # a single number counts as one axis, as in torch
    if not -n <= dim < n:
        raise ValueError(
            f"softmax: dim={dim} is out of range for x of shape {x.shape}. "
            f"Choose a dim from {-n} to {n - 1}."
        )
