"""Dropout: leave out a random share of the activations while training."""

import numpy as np

from .inputs import as_float


def dropout(x, p=0.5, training=True, rng=None):
    """Zero each entry with chance p, divide the others by 1 - p: y = x * mask / (1 - p).

    The division keeps the expected value of y at x, so that without training, y = x.
    rng is NumPy's generator, or a seed for one.
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting", JMLR 15, 2014: their p is the chance to keep, our 1 - p.
    """
    x = as_float("dropout", "x", x)
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p must be a probability, but {p} came.")
    if not training or p == 0:
        return x.copy(), None
    drawn = x.dtype if x.dtype == np.float32 else np.float64
    chance = np.random.default_rng(rng).random(x.shape, drawn)
    mask = np.multiply(chance >= p, 1 / (1 - p) if p < 1 else 0, dtype=x.dtype)
    return x * mask, mask


def dropout_backward(dy, mask):
    """dL/dx = dy * mask / (1 - p)."""
    return dy if mask is None else dy * mask
