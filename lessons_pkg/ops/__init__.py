"""The mathematics: pure NumPy functions, each forward with its backward beneath.

A forward returns `(out, cache)`. Its backward takes the gradient of the loss with
respect to `out`, and that cache, and returns the gradient for each array input.
Inputs are never changed; integers and booleans are computed as float64.
"""

from .activations import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from .losses import cross_entropy, cross_entropy_backward
from .matmul import linear, linear_backward

__all__ = [
    "cross_entropy",
    "cross_entropy_backward",
    "linear",
    "linear_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]
