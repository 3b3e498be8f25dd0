"""A layer of the Transformer's encoder: attention and a small network, with ways around both.

Shapes and masks as in nn.attention: L steps of N sequences, (L, N, d_model), unless
batch_first; a boolean mask is True where one may not look.
"""

from . import functional as F
from .attention import MultiheadAttention
from .linear import Dropout, Linear
from .module import Module, refuses
from .norm import LayerNorm


class TransformerEncoderLayer(Module):
    """Self-attention, then a small network for each step alone, both with a way around.

    x = norm1(x + self_attn(x)), y = norm2(x + linear2(activation(linear1(x)))); with
    norm_first x = x + self_attn(norm1(x)), and so on. activation : "relu", "gelu" or a
    function of tensors. dropout acts in the attention, in the network and on both sums.
    Source: Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3; norm_first:
    Xiong et al., "On layer normalization in the transformer architecture", ICML 2020.
    """

    @refuses("device", "dtype")
    def __init__(
        self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation="relu",
        layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None,
        dtype=None,
    ):  # fmt: skip
        super().__init__()
        if activation not in ("relu", "gelu") and not callable(activation):
            raise ValueError(
                f"TransformerEncoderLayer: activation must be 'relu', 'gelu' or a function, "
                f"but {activation!r} came."
            )
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation = activation if callable(activation) else getattr(F, activation)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        """(L, N, d_model) -> the same; the masks are those of MultiheadAttention."""

        def attend(x):
            masks = {"attn_mask": src_mask, "key_padding_mask": src_key_padding_mask}
            y, _ = self.self_attn(
                x, x, x, need_weights=False, is_causal=is_causal, **masks
            )
            return self.dropout1(y)

        def feed(x):
            hidden = self.dropout(self.activation(self.linear1(x)))
            return self.dropout2(self.linear2(hidden))

        if self.norm_first:
            x = src + attend(self.norm1(src))
            return x + feed(self.norm2(x))
        x = self.norm1(src + attend(src))
        return self.norm2(x + feed(x))
