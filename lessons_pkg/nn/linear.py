"""The plain layers: Linear, Embedding, Dropout, Flatten, Identity."""

import math

from . import functional as F
from . import init
from .module import Module, empty, refuses


class Linear(Module):
    """y = x @ weight.T + bias: out_features neurons, each with in_features weights.

    weight (out_features, in_features) and bias (out_features,) start uniform within
    1 / sqrt(in_features) of 0.
    """

    @refuses("device", "dtype")
    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = empty(out_features, in_features)
        self.bias = empty(out_features) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new weights."""
        bound = 1 / math.sqrt(max(self.in_features, 1))
        for p in self.parameters():
            init.uniform_(p, -bound, bound)

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

    @refuses(
        *(
            "max_norm",
            "norm_type",
            "scale_grad_by_freq",
            "sparse",
            "_weight",
            "_freeze",
        ),
        *("device", "dtype"),
    )
    def __init__(
        self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0,
        scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None,
        dtype=None,
    ):  # fmt: skip
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = padding_idx
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(
                    f"Embedding: padding_idx={padding_idx} is no row of a table of "
                    f"{num_embeddings}."
                )
            self.padding_idx = padding_idx % num_embeddings
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

    _shown = "p={p}, inplace={inplace}"

    @refuses("inplace")
    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p must be a probability, but {p} came.")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        """Any shape -> the same."""
        return F.dropout(input, self.p, self.training)


class Flatten(Module):
    """Make one axis of those from start_dim to end_dim: a picture becomes a row."""

    _shown = "start_dim={start_dim}, end_dim={end_dim}"

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        """(N, C, H, W) -> (N, C * H * W)."""
        return input.flatten(self.start_dim, self.end_dim)


class Identity(Module):
    """y = x, whatever its arguments: it stands where a layer was taken out."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        """Any shape -> the same."""
        return input
