"""Attention: every query looks up a mixture of values, by how well it fits their keys.

Shapes: L queries; S keys, with a value each; E numbers in a query or key, Ev in a value.
The softmax works in place: with a score for each pair, time goes into moving memory.
"""

import numpy as np

from .elementwise import unbroadcast
from .inputs import as_float

WHO = "scaled_dot_product_attention"


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, is_causal=False, scale=None
):
    """Mix the values by softmax of the scores: y = softmax(q @ k.T * scale + mask) @ v.

    query     : (..., L, E), with keys (..., S, E) and values (..., S, Ev)
    attn_mask : broadcast to (..., L, S): True where a query may look, or floats to add
    is_causal : query i may look at the keys 0 to i only
    scale     : None for 1 / sqrt(E)
    A query that may look nowhere gets 0.
    Source: Vaswani et al., "Attention is all you need", NeurIPS 2017, equation 1: their
    Q, K, V, d_k our query, key, value, E.

    >>> keys, values = np.eye(2), np.array([[10.0], [20.0]])
    >>> scaled_dot_product_attention([[9.0, 0.0], [5.0, 5.0]], keys, values)[0].round(2)
    array([[10.02],
           [15.  ]])
    """
    query, key, value = _checked(query=query, key=key, value=value)
    scale = (query.shape[-1] or 1) ** -0.5 if scale is None else float(scale)
    q = query * scale  # fewer numbers than the scores
    p = q @ key.swapaxes(-1, -2)  # the scores, (..., L, S)
    attn_mask = _add_mask(p, attn_mask, is_causal)
    _softmax_(p)
    return p @ value, (query, key, value, attn_mask, q, p, scale)


def scaled_dot_product_attention_backward(dy, cache, needs=(True, True, True, True)):
    """dL/dv = p.T @ dy, and for the scores s: dL/ds = p * (dp - sum(dp * p)), dp = dy @ v.T."""
    query, key, value, attn_mask, q, p, scale = cache
    dquery = dkey = dvalue = dmask = None
    if needs[2]:
        dvalue = unbroadcast(p.swapaxes(-1, -2) @ dy, value.shape)
    if needs[0] or needs[1] or needs[3]:
        ds = dy @ value.swapaxes(-1, -2)
        ds -= np.vecdot(ds, p)[..., None]
        ds *= p
    if needs[0]:
        dquery = unbroadcast(ds @ key, query.shape) * scale
    if needs[1]:
        dkey = unbroadcast(ds.swapaxes(-1, -2) @ q, key.shape)
    if needs[3] and attn_mask is not None and attn_mask.dtype.kind == "f":
        dmask = unbroadcast(ds, attn_mask.shape).astype(attn_mask.dtype, copy=False)
    return dquery, dkey, dvalue, dmask


def _add_mask(scores, attn_mask, is_causal):
    """Add -inf to the scores of what must not be looked at; return the mask as an array."""
    if attn_mask is None and not is_causal:
        return None
    if attn_mask is not None and is_causal:
        raise ValueError(
            f"{WHO}: attn_mask and is_causal=True came together. Leave out one of them, "
            f"or take np.tri into the mask."
        )
    mask = np.asarray(attn_mask)
    if is_causal:
        mask = np.tri(*scores.shape[-2:], dtype=bool)
    if mask.dtype.kind not in "bf":
        raise TypeError(
            f"{WHO}: attn_mask must hold booleans or floats, but its dtype is "
            f"{mask.dtype}. Convert it to bool: True is where a query may look."
        )
    try:
        zero = scores.dtype.type(0)
        scores += np.where(mask, zero, -np.inf) if mask.dtype == bool else mask
    except ValueError:
        raise ValueError(
            f"{WHO}: attn_mask of shape {mask.shape} does not broadcast to the scores, "
            f"{scores.shape}. Give it the shape (L, S), or (..., L, S)."
        ) from None
    return mask


def _softmax_(scores):
    """Turn each row into probabilities, in place; a row of -inf into zeros, as in torch."""
    lowest = np.finfo(scores.dtype).min  # where all are -inf: -inf - -inf would be nan
    scores -= scores.max(axis=-1, keepdims=True, initial=lowest)
    np.exp(scores, out=scores)
    # The sum of each row; as a product six times faster than scores.sum(axis=-1).
    total = scores @ np.ones((scores.shape[-1], 1), scores.dtype)
    scores /= np.where(total == 0, 1, total)


def _checked(**given):
    arrays = [as_float(WHO, name, values) for name, values in given.items()]
    q, k, v = (a.shape for a in arrays)
    if len({a.dtype for a in arrays}) > 1:
        raise TypeError(
            f"{WHO}: query, key and value must have one dtype, but "
            f"{', '.join(str(a.dtype) for a in arrays)} came. Convert them to one."
        )
    fit = min(len(q), len(k), len(v)) > 1 and q[-1] == k[-1] and k[-2] == v[-2]
    try:
        np.broadcast_shapes(q[:-2], k[:-2], v[:-2])
    except ValueError:
        fit = False
    if not fit:
        raise ValueError(
            f"{WHO}: query (..., L, E), key (..., S, E) and value (..., S, Ev) do not fit "
            f"together: their shapes are {q}, {k} and {v}."
        )
    return arrays
