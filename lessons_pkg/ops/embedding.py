"""Embedding: a table of learned vectors, looked up by number."""

import numpy as np

from .inputs import as_float


def embedding(x, weight, padding_idx=None):
    """Look up rows of a table: y = weight[x].

    It is linear(one_hot(x), weight.T), without the multiplications by zero.

    x           : (...) whole numbers, 0 to V - 1
    weight      : (V, D), a vector of D numbers for each of V words; y is (..., D)
    padding_idx : a row that gets no gradient; may count from the end
    Source: Bengio et al., "A neural probabilistic language model", JMLR 3, 2003: their
    matrix C our weight.
    """
    x, weight = np.asarray(x), as_float("embedding", "weight", weight)
    if x.dtype.kind not in "iu":
        raise TypeError(
            f"embedding: x must hold row numbers, but its dtype is {x.dtype}. "
            f"Convert it to int64 first."
        )
    if weight.ndim != 2:
        raise ValueError(
            f"embedding: weight must have shape (num_embeddings, embedding_dim), "
            f"but came with shape {weight.shape}."
        )
    n = len(weight)
    if x.size and not 0 <= x.min() <= x.max() < n:
        raise ValueError(
            f"embedding: x holds {x.min()} to {x.max()}, but weight {weight.shape} has "
            f"rows 0 to {n - 1}. Check num_embeddings of the layer."
        )
    if padding_idx is not None and not -n <= padding_idx < n:
        raise ValueError(
            f"embedding: padding_idx={padding_idx} is no row of weight {weight.shape}."
        )
    return weight[x], (x, weight.shape, padding_idx)


def embedding_backward(dy, cache):
    """Return (None, dweight): each row of weight gets the sum of dy where it was used."""
    x, shape, padding_idx = cache
    # np.add.at is fast for flat indices alone: 5 to 6 times as fast as by rows.
    dweight = np.zeros(shape, dy.dtype)
    flat = x.reshape(-1, 1).astype(np.intp) * shape[1] + np.arange(shape[1])  # (M, D)
    np.add.at(dweight.reshape(-1), flat.reshape(-1), dy.reshape(-1))
    if padding_idx is not None:
        dweight[padding_idx] = 0
    return None, dweight
