"""MultiheadAttention, and the encoder layers of the Transformer that are made of it.

Shapes: L queries and S keys of N sequences, E = embed_dim numbers each. As in torch, the
steps come first, (L, N, E), unless batch_first, and (L, E) is a single sequence. And as in
torch a boolean mask is True where one may NOT look, in these layers only.
"""

import copy

import numpy as np

from ..tensor import Tensor
from . import functional as F
from . import init
from .containers import ModuleList
from .linear import Dropout, Linear, empty
from .module import Module, unsupported
from .norm import LayerNorm


class MultiheadAttention(Module):
    """Attention with num_heads different views of queries, keys and values side by side.

    in_proj_weight (3 * E, E) makes queries, keys and values of what comes in; if kdim or
    vdim is not E it is q_proj_weight (E, E), k_proj_weight (E, kdim), v_proj_weight
    (E, vdim). These start Xavier-uniform, the biases 0. Each head has E / num_heads of the
    E numbers; out_proj mixes the heads. dropout acts on the weights of the values.
    Source: Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2.2.
    """

    def __init__(
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        add_bias_kv=False,
        add_zero_attn=False,
        kdim=None,
        vdim=None,
        batch_first=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        who = "MultiheadAttention"
        unsupported(who, add_bias_kv=(add_bias_kv, False), device=(device, None))
        unsupported(who, add_zero_attn=(add_zero_attn, False), dtype=(dtype, None))
        if embed_dim % num_heads:
            raise ValueError(
                f"{who}: embed_dim={embed_dim} must be divisible by num_heads={num_heads}."
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim, self.vdim, self.batch_first = kdim or embed_dim, vdim or embed_dim, batch_first
        packed = self.kdim == self.vdim == embed_dim
        for name, n_in in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            weight = None if packed else empty(embed_dim, n_in)
            self.register_parameter(f"{name}_proj_weight", weight)
        self.in_proj_weight = empty(3 * embed_dim, embed_dim) if packed else None
        self.register_parameter("in_proj_bias", empty(3 * embed_dim) if bias else None)
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
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        """Return the output (L, N, E), and the weights of the values, or None.

        query, key, value : (L, N, E), (S, N, kdim), (S, N, vdim)
        key_padding_mask  : (N, S), True for keys that are padding, or floats to add
        attn_mask         : (L, S) or (N * num_heads, L, S), likewise
        is_causal         : a hint that attn_mask is the causal one
        The weights are (N, L, S), or (N, num_heads, L, S) if not average_attn_weights.
        need_weights=False is faster. A query that may look nowhere then gets 0, not nan.
        """
        alone = self._check(query, key, value)
        q, k, v = self._project(query, key, value)
        if alone:
            q, k, v = q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0)
        batch_first = self.batch_first or alone
        q, k, v = (self._heads(x, batch_first) for x in (q, k, v))
        if is_causal and attn_mask is None:
            raise ValueError("MultiheadAttention: is_causal=True needs the attn_mask too.")
        mask = self._mask(attn_mask, key_padding_mask, q, k)
        weights = None
        if need_weights or (self.dropout and self.training):
            scores = (q * q.shape[-1] ** -0.5) @ k.mT
            weights = F.softmax(scores if mask is None else scores + mask, dim=-1)
            weights = F.dropout(weights, self.dropout, self.training)
            y = weights @ v
        else:
            hint = is_causal and key_padding_mask is None
            mask = None if hint else mask
            y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=hint)
        y = y.permute(0, 2, 1, 3) if batch_first else y.permute(2, 0, 1, 3)
        y = self.out_proj(y.flatten(-2))
        if not need_weights:
            return (y.squeeze(0) if alone else y), None
        weights = weights.mean(1) if average_attn_weights else weights
        return (y.squeeze(0), weights.squeeze(0)) if alone else (y, weights)
