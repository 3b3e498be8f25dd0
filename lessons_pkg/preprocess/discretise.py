"""Discretisation: a measured number becomes the number of the bin that it lies in."""

from numbers import Integral

import numpy as np

from ._checks import Transformer, fitted, numbers, one_of


class KBinsDiscretizer(Transformer):
    """Cut each column into bins: bin k holds edge[k] <= x < edge[k + 1].

    n_bins          : how many bins, 2 or more
    encode          : "ordinal" for the number of the bin, "onehot-dense" for a column a
                      bin (scikit-learn's default, a sparse "onehot", is not there)
    strategy        : "quantile" for bins with as many examples each, "uniform" for bins
                      of one width
    quantile_method : how numpy.percentile places the edges
    Learns bin_edges_, an array for each column, and n_bins_ (D,). Values beyond the
    outer edges fall in the first and the last bin. Quantiles that coincide, because of
    ties, are one edge: then n_bins_ is smaller than asked. A constant column has one bin.
    Raises ValueError for arguments that are not as above, for a table that is empty or
    holds NaN, inf or text, and for quantiles that are all one edge though values differ.

    >>> KBinsDiscretizer(2, strategy="uniform").fit_transform([[0], [2], [6]]).tolist()
    [[0.0], [0.0], [1.0]]
    """

    def __init__(
        self,
        n_bins=5,
        *,
        encode="ordinal",
        strategy="quantile",
        quantile_method="averaged_inverted_cdf",
    ):
        self.n_bins, self.encode, self.strategy = n_bins, encode, strategy
        self.quantile_method = quantile_method

    def fit(self, x, y=None):
        """Learn where the bins of each column end."""
        self._check_arguments()
        x = self._learn(x).astype(np.float64)
        self.bin_edges_ = [self._edges(i, column) for i, column in enumerate(x.T)]
        self.n_bins_ = np.array([len(edges) - 1 for edges in self.bin_edges_])
        self._middle = [
            _middle(*pair) for pair in zip(self.bin_edges_, x.T, strict=True)
        ]
        return self

    def transform(self, x):
        """Return the bins, (N, D), or a table of 0 and 1, (N, sum of n_bins_)."""
        x = self._read(x)
        bins = [
            np.searchsorted(edges[1:-1], column, side="right")
            for edges, column in zip(self.bin_edges_, x.T, strict=True)
        ]
        if self.encode == "ordinal":
            return np.stack(bins, axis=1).astype(x.dtype)
        hot = zip(bins, self.n_bins_, strict=True)
        return np.hstack([np.eye(n, dtype=x.dtype)[b] for b, n in hot])

    def inverse_transform(self, x):
        """Return the middle of each bin, (N, D): what was inside the bin is lost."""
        fitted(self, "inverse_transform")
        onehot = self.encode == "onehot-dense"
        width = self.n_bins_.sum() if onehot else self.n_features_in_
        x = self._read(x, "inverse_transform", width, numbers)
        if onehot:
            blocks = np.split(x, np.cumsum(self.n_bins_)[:-1], axis=1)
            x = np.stack([block.argmax(axis=1) for block in blocks], axis=1)
        columns = zip(self._middle, x.T, strict=True)
        return np.stack([middle[bins.astype(int)] for middle, bins in columns], axis=1)

    def _edges(self, i, column):
        low, high = column.min(), column.max()
        if low == high:
            return np.array([-np.inf, np.inf])
        if self.strategy == "uniform":
            return np.linspace(low, high, self.n_bins + 1)
        # Percent, not shares: as scikit-learn does, so that ties round alike.
        percent = np.linspace(0, 100, self.n_bins + 1)
        edges = np.percentile(column, percent, method=self.quantile_method)
        edges = edges[np.diff(edges, prepend=-np.inf) > 1e-8]
        if len(edges) < 2:
            raise ValueError(
                f"KBinsDiscretizer: column {i} varies by {high - low:g}, but quantiles "
                f'closer than 1e-8 are one edge. Scale it first, or take strategy="uniform".'
            )
        return edges

    def _check_arguments(self):
        who = "KBinsDiscretizer"
        more = f" For sparse or k-means bins use scikit-learn's {who}."
        one_of(who, "encode", self.encode, ("ordinal", "onehot-dense"), more)
        one_of(who, "strategy", self.strategy, ("quantile", "uniform"), more)
        if not isinstance(self.n_bins, Integral) or self.n_bins < 2:
            raise ValueError(
                f"KBinsDiscretizer: n_bins must be a whole number of 2 or more, but "
                f"{self.n_bins!r} came. One bin would tell nothing."
            )


def _middle(edges, column):
    """Return the middle of each bin; of the only bin of a constant column, its value."""
    return column[:1] if np.isinf(edges).any() else (edges[:-1] + edges[1:]) / 2
