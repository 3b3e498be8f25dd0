"""Activations: what a neuron does with its weighted sum.

x is an array of any shape, and y has the same. A backward takes dy = dL/dy, of y's shape
or broadcast to it, so that `dy=1.0` gives the derivative itself.
"""

import math

import numpy as np

from .inputs import as_float, check_dim


def relu(x):
    """Rectify: y = max(x, 0).

    Source: Nair and Hinton, "Rectified linear units ...", ICML 2010.

    >>> relu([-2.0, 0.0, 3.0])[0]
    array([0., 0., 3.])
    """
    y = np.maximum(as_float("relu", "x", x), 0)
    return y, y


def relu_backward(dy, y):
    """dL/dx = dy where x > 0, else 0; at x = 0 the derivative is 0, as in torch."""
    # Mask the bits of dy: np.where takes 12 times as long where signs are mixed, and a
    # product would make nan of inf * 0.
    bits = np.dtype(f"i{y.itemsize}")
    keep = (y <= 0).astype(bits) - 1  # -1 is all ones, 0 all zeros
    return (keep & np.asarray(dy, y.dtype).view(bits)).view(y.dtype)


def leaky_relu(x, negative_slope=0.01):
    """Let a little through below zero: y = x where x > 0, else negative_slope * x.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities ...", ICML 2013.
    """
    x = as_float("leaky_relu", "x", x)
    return np.where(x > 0, x, negative_slope * x), (x, negative_slope)


def leaky_relu_backward(dy, cache):
    """dL/dx = dy where x > 0, else negative_slope * dy."""
    x, negative_slope = cache
    return np.multiply(dy, np.where(x > 0, 1, negative_slope), dtype=x.dtype)


def elu(x, alpha=1.0):
    """Level off smoothly at -alpha: y = x where x > 0, else alpha * (exp(x) - 1).

    Source: Clevert, Unterthiner and Hochreiter, ICLR 2016, equation 15.
    """
    x = as_float("elu", "x", x)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))), (x, alpha)


def elu_backward(dy, cache):
    """dL/dx = dy where x > 0, else alpha * exp(x) * dy."""
    x, alpha = cache
    slope = np.where(x <= 0, alpha * np.exp(np.minimum(x, 0)), 1)
    return np.multiply(dy, slope, dtype=x.dtype)


def gelu(x, approximate="none"):
    """Weigh x by the chance that a normal number is smaller: y = x * Phi(x).

    approximate="tanh" takes Phi(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
    Source: Hendrycks and Gimpel, "Gaussian error linear units", arXiv:1606.08415, 2016.
    """
    x = as_float("gelu", "x", x)
    if approximate not in ("none", "tanh"):
        raise ValueError(
            f"gelu: approximate must be 'none' or 'tanh', but {approximate!r} came. "
            f"Choose one of the two."
        )
    if approximate == "tanh":
        phi = 0.5 + 0.5 * np.tanh(_SQRT_2_PI * x * (1 + 0.044715 * x * x))
    else:
        phi = _normal_cdf(x)
    return x * phi, (x, phi, approximate)


def gelu_backward(dy, cache):
    """dL/dx = dy * (Phi(x) + x * dPhi/dx)."""
    x, phi, approximate = cache
    if approximate == "tanh":  # tanh' = 1 - tanh^2, and tanh = 2 Phi - 1
        density = 2 * phi * (1 - phi) * _SQRT_2_PI * (1 + 3 * 0.044715 * x * x)
    else:
        density = np.exp(-0.5 * x * x) * (_SQRT_2_PI / 2)
    return np.multiply(dy, phi + x * density, dtype=x.dtype)


def _normal_cdf(x):
    """Phi(x), the chance that a standard normal number is below x, to within 4e-16.

    The tail beyond a = |x| is exp(-a^2 / 2) * p(t), with a polynomial p, fitted by us, in
    t = (a - 4) / (a + 4): the method of Shepherd and Laframboise, Math. Comp. 36, 1981.
    """
    a = np.minimum(np.abs(x), 40)  # the tail is 0 long before
    t = (a - 4) / (a + 4)
    p = np.full_like(t, _TAIL[0])
    for coefficient in _TAIL[1:]:
        p *= t
        p += coefficient
    p *= np.exp(-0.5 * a * a)
    return 0.5 + np.copysign(0.5 - p, x)


_SQRT_2_PI = math.sqrt(2 / math.pi)
# fmt: off
_TAIL = (  # of p, from t^14 down to t^0
    -0.0000003188608470, -0.0000023615527554, -0.0000051910447530,
    0.0000053800823467, 0.0000306580302287, -0.0000435138982152,
    -0.0001859091876225, 0.0006393476656713, 0.0005077133793085,
    -0.0084920674091205, 0.0308648071873505, -0.0717074071999808,
    0.1243792553330554, -0.1703977215492738, 0.0944106413019516,
)
# fmt: on


def silu(x):
    """Weigh x by its own logistic function: y = x * sigmoid(x).

    Source: Elfwing, Uchibe and Doya, Neural Networks 107, 2018.
    """
    x = as_float("silu", "x", x)
    s = _logistic(x)
    return x * s, (x, s)


def silu_backward(dy, cache):
    """dL/dx = dy * s * (1 + x * (1 - s)), with s = sigmoid(x)."""
    x, s = cache
    return np.multiply(dy, s * (1 + x * (1 - s)), dtype=x.dtype)


def softplus(x, beta=1.0, threshold=20.0):
    """Bend smoothly from 0 to x: y = log(1 + exp(z)) / beta, z = beta * x; x for large z.

    Source: Dugas et al., "Incorporating second-order functional knowledge ...", NIPS 2000.
    """
    x = as_float("softplus", "x", x)
    z = beta * x
    bent = np.log1p(np.exp(np.minimum(z, threshold))) / beta
    return np.where(z > threshold, x, bent), (x, beta, threshold)


def softplus_backward(dy, cache):
    """dL/dx = dy * sigmoid(beta * x), and dy above the threshold."""
    x, beta, threshold = cache
    slope = np.where(beta * x > threshold, 1, _logistic(beta * x))
    return np.multiply(dy, slope, dtype=x.dtype)


def sigmoid(x):
    """Logistic function, y = 1 / (1 + exp(-x)), computed without overflow.

    Source: Rumelhart, Hinton and Williams, Nature 323, 1986: y_j of x_j, equation 2.

    >>> sigmoid([-1e4, 0.0, 1e4])[0]
    array([0. , 0.5, 1. ])
    """
    y = _logistic(as_float("sigmoid", "x", x))
    return y, y


def sigmoid_backward(dy, y):
    """dL/dx = dy * y * (1 - y)."""
    return np.multiply(dy, y * (1 - y), dtype=y.dtype)


def _logistic(x):
    # Where x < 0, multiply top and bottom by exp(x): only exp(-|x|) <= 1 is computed.
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def logsigmoid(x):
    """Logarithm of the logistic function, y = -log(1 + exp(-x)), without overflow."""
    x = as_float("logsigmoid", "x", x)
    y = np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))
    return y, y


def logsigmoid_backward(dy, y):
    """dL/dx = dy * (1 - exp(y)), that is dy * (1 - sigmoid(x))."""
    return np.multiply(dy, -np.expm1(y), dtype=y.dtype)


def tanh(x):
    """Hyperbolic tangent, y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).

    It is a sigmoid, stretched and shifted, tanh(x) = 2 sigmoid(2x) - 1:

    >>> x = np.array([-0.5, 0.0, 2.0])
    >>> np.allclose(tanh(x)[0], 2 * sigmoid(2 * x)[0] - 1)
    True
    """
    y = np.tanh(as_float("tanh", "x", x))
    return y, y


def tanh_backward(dy, y):
    """dL/dx = dy * (1 - y^2)."""
    return np.multiply(dy, 1 - y * y, dtype=y.dtype)


def softmax(x, dim=-1):
    """Turn scores into probabilities: y_i = exp(x_i) / sum_j exp(x_j) along `dim`.

    Source: Bridle, "Probabilistic interpretation of ... network outputs", 1990.

    >>> softmax([1000.0, 1000.0, -1000.0])[0]
    array([0.5, 0.5, 0. ])
    """
    x = as_float("softmax", "x", x)
    axis = check_dim("softmax", x, dim)
    # exp(x - m) / sum exp(x - m) is the same y, and with m = max(x) cannot overflow.
    y = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    y /= y.sum(axis=axis, keepdims=True)
    return y, (y, axis)


def softmax_backward(dy, cache):
    """dL/dx_i = y_i * (dy_i - sum_j dy_j * y_j): the Jacobian, never written out."""
    y, axis = cache
    dy_y = np.multiply(dy, y, dtype=y.dtype)
    return dy_y - y * dy_y.sum(axis=axis, keepdims=True)


def log_softmax(x, dim=-1):
    """Logarithm of softmax, y_i = x_i - log(sum_j exp(x_j)) along `dim`."""
    x = as_float("log_softmax", "x", x)
    axis = check_dim("log_softmax", x, dim)
    y = _log_softmax(x, axis)
    return y, (y, axis)


def log_softmax_backward(dy, cache):
    """dL/dx_i = dy_i - exp(y_i) * sum_j dy_j."""
    y, axis = cache
    dy = np.broadcast_to(np.asarray(dy, y.dtype), y.shape)
    return dy - np.exp(y) * dy.sum(axis=axis, keepdims=True)


def _log_softmax(x, axis):
    """log_softmax without its checks, which cross_entropy has made."""
    y = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    y -= np.log(np.exp(y).sum(axis=axis, keepdims=True))
    return y
