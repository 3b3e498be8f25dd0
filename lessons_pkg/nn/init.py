"""torch.nn.init: fill a tensor with starting values, in place, and return it.

Each function that draws takes a lessons_pkg.Generator; without one, the numbers are those
of lessons_pkg.manual_seed. The distributions are torch's, the numbers drawn are not.
"""

import math

import numpy as np

from ..random import generator as numpy_generator

_GAINS = {"sigmoid": 1, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
_SQRT_3 = math.sqrt(3)  # a uniform on [-r, r) has the standard deviation r / sqrt(3)


def calculate_gain(nonlinearity, param=None):
    """Return the factor by which weights before this nonlinearity are made larger.

    1 for sigmoid and for linear layers, 5/3 for tanh, sqrt(2) for relu, and
    sqrt(2 / (1 + a^2)) for leaky_relu with the slope a = param, 0.01 by default.
    Raises ValueError for one that torch does not know either.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity == "linear" or nonlinearity.startswith("conv"):
        return 1
    if nonlinearity not in _GAINS:
        raise ValueError(
            f"calculate_gain: unsupported nonlinearity {nonlinearity!r}. "
            f"Choose one of linear, conv1d, conv2d, leaky_relu, {', '.join(_GAINS)}."
        )
    return _GAINS[nonlinearity]


def constant_(tensor, val):
    """Fill with one number."""
    tensor.array[...] = val
    tensor.bump()
    return tensor


def zeros_(tensor):
    """Fill with 0."""
    return constant_(tensor, 0)


def ones_(tensor):
    """Fill with 1."""
    return constant_(tensor, 1)


def eye_(tensor):
    """Fill with the identity matrix: 1 on the diagonal, 0 elsewhere."""
    if tensor.ndim != 2:
        raise ValueError(f"eye_: the tensor must have 2 axes, but has {tensor.ndim}.")
    return constant_(tensor, np.eye(*tensor.shape))


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Draw from the uniform distribution on [a, b)."""
    return constant_(tensor, numpy_generator(generator).uniform(a, b, tensor.shape))


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Draw from the normal distribution."""
    if not std >= 0:
        raise ValueError(f"normal_: std must be 0 or more, but came as {std}.")
    return constant_(tensor, numpy_generator(generator).normal(mean, std, tensor.shape))


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Draw from the normal distribution, again and again until all lie in [a, b].

    Raises NotImplementedError where fewer than one draw in a hundred would.
    """
    below = [math.erf((end - mean) / (std * math.sqrt(2))) / 2 for end in (a, b)]
    if below[1] - below[0] < 0.01:
        raise NotImplementedError(
            f"trunc_normal_: a={a} and b={b} so far out, for mean={mean} and std={std}, "
            f"are not supported here; use torch.nn.init.trunc_normal_"
        )
    rng, values = numpy_generator(generator), np.full(tensor.shape, np.inf)
    while (outside := (values < a) | (values > b)).any():
        values[outside] = rng.normal(mean, std, outside.sum())
    return constant_(tensor, values)


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Draw from [-r, r) with r = gain * sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS 2010, equation 16: their n_j, n_j+1 our fan_in, fan_out.
    """
    r = _SQRT_3 * _xavier(tensor, gain)
    return uniform_(tensor, -r, r, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Draw normal numbers with std = gain * sqrt(2 / (fan_in + fan_out))."""
    return normal_(tensor, 0.0, _xavier(tensor, gain), generator)


def kaiming_uniform_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    """Draw from [-r, r) with r = gain * sqrt(3 / fan).

    a    : the slope of leaky_relu, for the gain
    mode : "fan_in" keeps the size of activations from layer to layer, "fan_out" that of
           gradients
    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers: surpassing human-level
    performance on ImageNet classification", ICCV 2015, equations 10 and 14.
    """
    r = _SQRT_3 * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -r, r, generator)


def kaiming_normal_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    """Draw normal numbers with std = gain / sqrt(fan), as in kaiming_uniform_."""
    return normal_(tensor, 0.0, _kaiming(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor, gain=1, generator=None):
    """Draw a matrix with orthonormal rows, or columns where it has more rows; times gain.

    Axes after the first count as one. Every such matrix is equally likely.
    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks", ICLR 2014; the signs: Mezzadri, "How to
    generate random matrices from the classical compact groups", Notices of the AMS 54,
    2007.
    """
    _fans(tensor)  # for its check
    if tensor.array.size == 0:
        return tensor
    rows, columns = len(tensor.array), tensor.array.size // len(tensor.array)
    tall = (max(rows, columns), min(rows, columns))
    q, r = np.linalg.qr(numpy_generator(generator).normal(size=tall))
    q = gain * q * np.sign(np.diag(r))
    return constant_(tensor, (q if rows >= columns else q.T).reshape(tensor.shape))


def _fans(tensor):
    """Return fan_in and fan_out: how many inputs an output has, outputs an input.

    Weights are (out, in, *kernel): each place in the kernel is one more connection.
    """
    if tensor.ndim < 2:
        raise ValueError(
            f"nn.init: fan_in and fan_out need a weight of 2 axes or more, but shape "
            f"{tensor.shape} came. Biases have none: use zeros_ or uniform_."
        )
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def _xavier(tensor, gain):
    """The standard deviation; of a tensor without entries, some number."""
    return gain * math.sqrt(2 / max(sum(_fans(tensor)), 1))


def _kaiming(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(
            f"nn.init: mode must be 'fan_in' or 'fan_out', but {mode!r} came."
        )
    fan = _fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))
