"""Principal components: the directions in which a table varies most."""

from numbers import Integral, Real

import numpy as np

from ._checks import Transformer, fitted, numbers


class PCA(Transformer):
    """Project rows onto the K directions of largest variance, z = (x - mean_) V^T.

    With the singular value decomposition x - mean_ = U S V^T the rows of V^T are the
    directions, and S^2 / (N - 1) the variances along them. Columns should be in one
    unit, or standardised first: a large unit makes a large variance.

    n_components : K; or a share of the variance between 0 and 1, and then as many as
                   exceed it; or None for all, min(N, D)
    Learns components_ (K, D), explained_variance_ and explained_variance_ratio_ (K,),
    singular_values_ (K,), mean_ (D,), n_components_. A direction and its opposite are
    as good; of each, the entry that is largest in size, of several the first, is made
    positive (in scikit-learn rounding chooses among several).
    Raises ValueError for fewer than two rows, a table in which nothing varies, a K that
    is not possible, and a table that holds NaN, inf or text.
    Source: Pearson, "On lines and planes of closest fit to systems of points in space",
    Philosophical Magazine 1901.

    >>> PCA(1).fit([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]).explained_variance_ratio_
    array([1.])
    """

    def __init__(self, n_components=None):
        self.n_components = n_components

    def fit(self, x, y=None):
        """Learn the directions."""
        x = self._learn(x).astype(np.float64)
        _check_variation(x)
        self.mean_ = x.mean(axis=0)
        _, s, vt = np.linalg.svd(x - self.mean_, full_matrices=False)
        variance = s**2 / (len(x) - 1)
        ratio = variance / variance.sum()
        k = self.n_components_ = self._count(ratio)
        self.components_ = (_signs(vt)[:, None] * vt)[:k]
        self.explained_variance_, self.singular_values_ = variance[:k], s[:k]
        self.explained_variance_ratio_ = ratio[:k]
        return self

    def transform(self, x):
        """Return the coordinates along the directions, (N, K)."""
        x = self._read(x)
        return ((x - self.mean_) @ self.components_.T).astype(x.dtype, copy=False)

    def inverse_transform(self, x):
        """Return the rows that the coordinates stand for, (N, D): z V + mean_."""
        fitted(self, "inverse_transform")
        z = self._read(x, "inverse_transform", self.n_components_, numbers)
        return (z @ self.components_ + self.mean_).astype(z.dtype, copy=False)

    def _count(self, ratio):
        k = self.n_components
        if k is None:
            return len(ratio)
        if isinstance(k, Integral) and not isinstance(k, bool) and 1 <= k <= len(ratio):
            return int(k)
        if isinstance(k, Real) and not isinstance(k, Integral) and 0 < k < 1:
            return int(np.searchsorted(np.cumsum(ratio), k, side="right")) + 1
        raise ValueError(
            f"PCA: n_components must be a whole number from 1 to {len(ratio)}, the "
            f"smaller of N and D, or a share of the variance between 0 and 1, but {k!r} "
            f"came. For all write None."
        )


def _signs(vt):
    """Return the sign of the largest entry of each row; of several, of the first."""
    size = np.abs(vt)
    # Two standardised columns always tie: rounding must not decide.
    largest = (size > (1 - 1e-9) * size.max(axis=1, keepdims=True)).argmax(axis=1)
    return np.sign(vt[np.arange(len(vt)), largest])


def _check_variation(x):
    if len(x) < 2:
        raise ValueError(
            f"PCA: a variance needs two rows at least, but x has shape {x.shape}. "
            f"Give more rows."
        )
    if not np.ptp(x, axis=0).any():
        raise ValueError(
            "PCA: every column is constant, so no direction has any variance. "
            "Give rows that differ."
        )
