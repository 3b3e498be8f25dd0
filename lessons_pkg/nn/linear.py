"""The plain layers: Linear, Embedding, Dropout, Flatten, Unflatten, Identity."""

import math

import numpy as np

from . import functional as F
from . import init
from .module import Module, Parameter, unsupported


def empty(*shape):
    """Return a Parameter of this shape, to be filled by nn.init."""
    return Parameter(np.zeros(shape, np.float32))


class Linear(Module):
    """y = x @ weight.T + bias: out_features neurons, each with in_features weights.

    weight (out_features, in_features) and bias (out_features,) start uniform within
    1 / sqrt(in_features) of 0.
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        unsupported("Linear", device=(device, None), dtype=(dtype, None))
        self.in_features, self.out_features = in_features, out_features
        self.weight = empty(out_features, in_features)
        self.register_parameter("bias", empty(out_features) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new weights."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # a gain of sqrt(1 / 3)
        if self.bias is not None:
            bound = 1 / math.sqrt(max(self.in_features, 1))
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        """(..., in_features) -> (..., out_features)."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        """Name the sizes."""
        sizes = f"in_features={self.in_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.bias is not None}"


class Embedding(Module):
    """y = weight[x]: num_embeddings vectors of embedding_dim numbers, looked up by number.

    weight starts standard normal. The row padding_idx, if any, starts at 0 and stays.
    """

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
        _weight=None,
        _freeze=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        unsupported(
            "Embedding",
            max_norm=(max_norm, None),
            norm_type=(norm_type, 2.0),
            scale_grad_by_freq=(scale_grad_by_freq, False),
            sparse=(sparse, False),
            _weight=(_weight, None),
            _freeze=(_freeze, False),
            device=(device, None),
            dtype=(dtype, None),
        )
        if (
            padding_idx is not None
            and not -num_embeddings <= padding_idx < num_embeddings
        ):
            raise ValueError(
                f"Embedding: padding_idx={padding_idx} is no row of a table of "
                f"{num_embeddings}."
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        counted = None if padding_idx is None else padding_idx % num_embeddings
        self.padding_idx = counted
        self.weight = empty(num_embeddings, embedding_dim)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new vectors."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0

    def forward(self, input):
        """(...) whole numbers -> (..., embedding_dim)."""
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self):
        """Name the sizes."""
        padding = self.padding_idx
        sizes = f"{self.num_embeddings}, {self.embedding_dim}"
        return sizes if padding is None else f"{sizes}, padding_idx={padding}"


class Dropout(Module):
    """In training, zero each entry with chance p and divide the others by 1 - p."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        unsupported("Dropout", inplace=(inplace, False))
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p must be a probability, but {p} came.")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        """Any shape -> the same."""
        return F.dropout(input, self.p, self.training)

    def extra_repr(self):
        """Name the options."""
        return f"p={self.p}, inplace={self.inplace}"


class Flatten(Module):
    """Make one axis of those from start_dim to end_dim: a picture becomes a row."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        """(N, C, H, W) -> (N, C * H * W)."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        """Name the options."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Identity(Module):
    """y = x, whatever its arguments: it stands where a layer was taken out."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        """Any shape -> the same."""
        return input
