"""Matrix products: many neurons at once.

Shapes: N examples, in = in_features, out = out_features.
"""

import numpy as np

from .inputs import as_float


def linear(x, weight, bias=None):
    """Compute many weighted sums at once: y = x @ weight.T + bias.

    x      : (N, in), or (in,), or (..., in)
    weight : (out, in), one neuron a row, as torch.nn.Linear stores it
    bias   : (out,) or None
    Returns y : (N, out), or (out,), or (..., out); and the cache for linear_backward.
    Raises TypeError for what does not hold real numbers, ValueError for shapes that
    do not fit.
    Source: Rumelhart, Hinton and Williams, "Learning representations by
    back-propagating errors", Nature 323, 1986, equation 1: x_j = sum_i y_i w_ji, with
    their y_i, w_ji, x_j our x, weight, y; the bias is the weight of an input that is
    always 1.

    >>> linear([1.0, 2.0], weight=[[3.0, 4.0], [0.0, -1.0], [5.0, 0.0]])[0]
    array([11., -2.,  5.])
    """
    x = as_float("linear", "x", x)
    weight = as_float("linear", "weight", weight)
    _check_shapes(x, weight)
    y = x @ weight.T
    if bias is not None:
        bias = as_float("linear", "bias", bias)
        _check_bias(bias, weight)
        y = y + bias
    return y, (x, weight, bias)


def linear_backward(dy, cache):
    """Return dx = dy @ weight, dweight = dy.T @ x, dbias = dy summed over examples.

    dy : the shape of y. Returns dx, dweight, dbias, each of the shape of its input;
    dbias is None where there was no bias.
    """
    x, weight, bias = cache
    dy = np.asarray(dy, dtype=np.result_type(x, weight))
    examples = tuple(range(x.ndim - 1))  # every axis but the last; none for x (in,)
    dx = dy @ weight
    dweight = np.tensordot(dy, x, axes=(examples, examples))  # dy.T @ x for (N, in)
    dbias = None if bias is None else dy.sum(axis=examples)
    return dx, dweight, dbias


def _check_shapes(x, weight):
    if weight.ndim != 2:
        raise ValueError(
            f"linear: weight must have shape (out_features, in_features), "
            f"but came with shape {weight.shape}. For one neuron write weight[None, :]."
        )
    if x.ndim == 0 or x.shape[-1] != weight.shape[1]:
        size = f"{x.shape[-1]} features" if x.ndim else "no axis of features"
        raise ValueError(
            f"linear: x of shape {x.shape} has {size}, but weight {weight.shape} "
            f"expects {weight.shape[1]}. Weight is (out_features, in_features)."
        )


def _check_bias(bias, weight):
    if bias.shape != weight.shape[:1]:
        raise ValueError(
            f"linear: bias must have shape ({weight.shape[0]},) to go with weight "
            f"{weight.shape}, but came with shape {bias.shape}. "
            f"Give one number for each neuron."
        )
