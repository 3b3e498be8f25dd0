"""MultiheadAttention: scaled_dot_product_attention with weights, in several heads.

Shapes: L queries and S keys of N sequences, E = embed_dim numbers each. As in torch, the
steps come first, (L, N, E), unless batch_first, and (L, E) is a single sequence. And as in
torch a boolean mask is True where one may NOT look, here and in nn.transformer only.
"""

import math

import numpy as np

from ..tensor import Tensor
from . import functional as F
from . import init
from .linear import Linear
from .module import Module, empty, refuses


class MultiheadAttention(Module):
    """Attention with num_heads different views of queries, keys and values side by side.

    in_proj_weight (3 * E, E) makes queries, keys and values of what comes in; if kdim or
    vdim is not E it is q_proj_weight (E, E), k_proj_weight (E, kdim), v_proj_weight
    (E, vdim). These start Xavier-uniform, the biases 0. Each head has E / num_heads of the
    E numbers; out_proj mixes the heads. dropout acts on the weights of the values.
    Source: Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2.2.
    """

    @refuses("add_bias_kv", "add_zero_attn", "device", "dtype")
    def __init__(
        self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False,
        add_zero_attn=False, kdim=None, vdim=None, batch_first=False, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError(
                f"MultiheadAttention: embed_dim={embed_dim} must be divisible by "
                f"num_heads={num_heads}."
            )
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self.dropout, self.batch_first = dropout, batch_first
        packed = self.kdim == self.vdim == embed_dim
        self.in_proj_weight = empty(3 * embed_dim, embed_dim) if packed else None
        for name, n_in in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            weight = None if packed else empty(embed_dim, n_in)
            setattr(self, f"{name}_proj_weight", weight)
        self.in_proj_bias = empty(3 * embed_dim) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new weights."""
        for name, p in self.named_parameters(recurse=False):
            init.zeros_(p) if name == "in_proj_bias" else init.xavier_uniform_(p)
        self.out_proj.reset_parameters()
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
        average_attn_weights=True, is_causal=False,
    ):  # fmt: skip
        """Return the output (L, N, E), and the weights of the values, or None.

        query, key, value : (L, N, E), (S, N, kdim), (S, N, vdim)
        key_padding_mask  : (N, S), True for keys that are padding, or floats to add
        attn_mask         : (L, S) or (N * num_heads, L, S), likewise
        is_causal         : a hint that attn_mask is the causal one
        The weights are (N, L, S), or (N, num_heads, L, S) if not average_attn_weights.
        need_weights=False is faster. A query that may look nowhere then gets 0, not nan.
        """
        self._check(query, key, value)
        if is_causal and attn_mask is None:
            raise ValueError(
                "MultiheadAttention: is_causal=True says that attn_mask is causal, but none "
                "came. Give it, such as triu(ones(L, S), 1).bool()."
            )
        q, k, v = (self._heads(x) for x in self._project(query, key, value))
        mask = self._mask(attn_mask, key_padding_mask, (*q.shape[:-1], k.shape[-2]))
        if need_weights or (self.dropout and self.training):
            y, weights = self._attend(q, k, v, mask)
        else:
            causal = is_causal and key_padding_mask is None
            mask = None if causal else mask
            y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal)
        y = y.permute(2, 0, 1, 3) if self._steps_first(query) else y.transpose(-3, -2)
        y = self.out_proj(y.flatten(-2))
        if not need_weights:
            return y, None
        return y, (weights.mean(-3) if average_attn_weights else weights)

    def _project(self, query, key, value):
        """Make what is looked for, looked at and mixed: (L, N, E), (S, N, E), (S, N, E)."""
        packed, bias, E = self.in_proj_weight, self.in_proj_bias, self.embed_dim
        if packed is not None and query is key is value:
            return F.linear(query, packed, bias).split(E, -1)  # one product
        weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        weights = weights if packed is None else packed.split(E)
        biases = [None] * 3 if bias is None else bias.split(E)
        inputs = query, key, value
        return [F.linear(*each) for each in zip(inputs, weights, biases, strict=True)]

    def _heads(self, x):
        """(L, N, E) -> (N, num_heads, L, E / num_heads); one sequence: (num_heads, L, ...)."""
        n = self.embed_dim // self.num_heads
        y = x.reshape(*x.shape[:-1], self.num_heads, n)
        return y.permute(1, 2, 0, 3) if self._steps_first(x) else y.transpose(-3, -2)

    def _steps_first(self, x):
        return x.ndim == 3 and not self.batch_first

    def _attend(self, q, k, v, mask):
        """Attention step by step, for the sake of the weights and of dropout."""
        scores = (q * q.shape[-1] ** -0.5) @ k.mT
        weights = F.softmax(scores if mask is None else scores + mask, dim=-1)
        if self.dropout:
            weights = F.dropout(weights, self.dropout, self.training)
        return weights @ v, weights

    def _mask(self, attn_mask, key_padding_mask, shape):
        """The sum of both masks, to be added to scores of this shape; or None."""
        *batch, heads, L, S = shape
        masks = []
        if attn_mask is not None:
            allowed = [(L, S), (math.prod(batch) * heads, L, S)]
            attn_mask = _additive("attn_mask", attn_mask, allowed)
            masks.append(attn_mask if attn_mask.ndim == 2 else attn_mask.reshape(shape))
        if key_padding_mask is not None:
            padding = _additive("key_padding_mask", key_padding_mask, [(*batch, S)])
            masks.append(padding.reshape(*batch, 1, 1, S))
        return sum(masks[1:], masks[0]) if masks else None

    def _check(self, query, key, value):
        shapes = query.shape, key.shape, value.shape
        sizes = self.embed_dim, self.kdim, self.vdim
        batch = slice(0, 1) if query.ndim == 3 and self.batch_first else slice(1, -1)
        if (
            {len(shape) for shape in shapes} not in ({2}, {3})
            or tuple(shape[-1] for shape in shapes) != sizes
            or key.shape[:-1] != value.shape[:-1]
            or query.shape[batch] != key.shape[batch]
        ):
            raise ValueError(
                "MultiheadAttention: query, key and value must have 2 or 3 axes, the last "
                f"of {sizes[0]}, {sizes[1]} and {sizes[2]} entries, with as many values as "
                f"keys and the same N, but came with shapes "
                f"{shapes[0]}, {shapes[1]} and {shapes[2]}."
            )


def _additive(name, mask, shapes):
    """Turn a mask of booleans into floats: -inf where it is True, 0 elsewhere."""
    if mask.dtype.kind not in "bf":
        raise TypeError(
            f"MultiheadAttention: {name} must hold booleans or floats, but its dtype is "
            f"{mask.dtype}."
        )
    if mask.shape not in shapes:
        raise ValueError(
            f"MultiheadAttention: {name} must have shape "
            f"{' or '.join(str(shape) for shape in shapes)}, but came with {mask.shape}."
        )
    if mask.dtype.kind == "f":
        return mask
    return Tensor(np.where(mask.array, np.float32(-np.inf), np.float32(0)))
