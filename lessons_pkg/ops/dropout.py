"""Dropout: leave out a random share of the activations while training."""

import numpy as np

from .inputs import as_float


def dropout(x, p=0.5, training=True, rng=None):
    """Zero each entry with chance p, divide the others by 1 - p: y = x * mask / (1 - p).

    The division keeps the expected value of y at x, so that without training, y = x.

    x   : (...) array
    rng : NumPy's generator, or a seed for one
    Raises ValueError if p is no probability.
    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a
    simple way to prevent neural networks from overfitting", Journal of Machine Learning
    Research 15, 2014, sections 4 and 10: their p is the chance to keep, our 1 - p.
    """
    x = as_float("dropout", "x", x)
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p must be a probability, but {p} came.")
    if not training or p == 0:
        return x.copy(), None
    kind = x.dtype if x.itemsize <= 8 and x.itemsize >= 4 else np.float64
    chance = np.random.default_rng(rng).random(x.shape, kind)
    mask = np.multiply(chance >= p, 1 / (1 - p) if p < 1 else 0, dtype=x.dtype)
    return x * mask, mask


def dropout_backward(dy, cache):
    """dL/dx = dy * mask / (1 - p)."""
    mask = cache
    return dy if mask is None else dy * mask
