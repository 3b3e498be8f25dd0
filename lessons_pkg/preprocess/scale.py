"""Scaling: columns of different units made comparable; Normalizer scales the rows."""

import numpy as np

from ._checks import Transformer, numbers, one_of

EPS = np.finfo(np.float64).eps


class _Affine(Transformer):
    """A step that shifts and divides each column: z = (x - shift) / scale."""

    def transform(self, x):
        """Return the scaled table, (N, D), as float32 if x is."""
        x = self._read(x)
        return ((x - self._shift) / self._scale).astype(x.dtype, copy=False)

    def inverse_transform(self, x):
        """Return the table in its own units again, x = z * scale + shift."""
        z = self._read(x, "inverse_transform")
        return (z * self._scale + self._shift).astype(z.dtype, copy=False)


class StandardScaler(_Affine):
    """Give each column mean 0 and standard deviation 1, z = (x - mean_) / scale_.

    with_mean : whether to subtract the mean
    with_std  : whether to divide by the standard deviation
    Learns mean_, var_ (the sum of squares over N, not N - 1), scale_ = sqrt(var_), each
    (D,). A constant column has scale_ 1 and becomes 0. The shape of a distribution
    stays: only its place and its width change.
    Raises ValueError for a table that is empty or holds NaN, inf or text.

    >>> StandardScaler().fit_transform([[1.0], [3.0]]).tolist()
    [[-1.0], [1.0]]
    """

    def __init__(self, *, with_mean=True, with_std=True):
        self.with_mean, self.with_std = with_mean, with_std

    def fit(self, x, y=None):
        """Learn the mean and the spread of each column."""
        x = self._learn(x).astype(np.float64)
        n = self.n_samples_seen_ = len(x)
        self.mean_, self.var_ = x.mean(axis=0), x.var(axis=0)
        # Of a constant column rounding may leave a variance this small.
        constant = self.var_ <= n * EPS * self.var_ + (n * EPS * self.mean_) ** 2
        self.scale_ = np.where(constant, 1.0, np.sqrt(self.var_))
        self._shift = self.mean_ if self.with_mean else 0.0
        self._scale = self.scale_ if self.with_std else 1.0
        return self


class MinMaxScaler(_Affine):
    """Move each column to a range, z = low + (high - low) (x - min) / (max - min).

    feature_range : (low, high)
    clip          : whether values beyond those learned are cut to the range
    Learns data_min_, data_max_, data_range_, and scale_, min_ with z = x * scale_ +
    min_, each (D,). A constant column becomes low.
    Raises ValueError for a table that is empty or holds NaN, inf or text, and for a
    range whose low is not below its high.

    >>> MinMaxScaler().fit([[0.0], [10.0]]).transform([[5.0], [20.0]]).tolist()
    [[0.5], [2.0]]
    """

    def __init__(self, feature_range=(0, 1), *, clip=False):
        self.feature_range, self.clip = feature_range, clip

    def fit(self, x, y=None):
        """Learn the smallest and the largest value of each column."""
        low, high = self.feature_range
        if not low < high:
            raise ValueError(
                f"MinMaxScaler: feature_range must have its low below its high, but "
                f"{self.feature_range} came. For 0 to 1 write (0, 1)."
            )
        x = self._learn(x).astype(np.float64)
        self.data_min_, self.data_max_ = x.min(axis=0), x.max(axis=0)
        self.data_range_ = self.data_max_ - self.data_min_
        self.scale_ = (high - low) / _no_zeros(self.data_range_)
        self.min_ = low - self.data_min_ * self.scale_
        self._shift, self._scale = -self.min_ / self.scale_, 1 / self.scale_
        return self

    def transform(self, x):
        """Return the scaled table, (N, D), as float32 if x is."""
        x = self._read(x)
        z = (x * self.scale_ + self.min_).astype(x.dtype, copy=False)
        return np.clip(z, *self.feature_range) if self.clip else z


class RobustScaler(_Affine):
    """Centre each column on its median, divide by a range between quantiles.

    z = (x - center_) / scale_, with scale_ = quantile(high) - quantile(low). A few wild
    values move neither, unlike mean and standard deviation.

    quantile_range : (low, high) in percent
    Learns center_, scale_, each (D,). Where the range is 0, scale_ is 1.
    Raises ValueError for a table that is empty or holds NaN, inf or text, and for a
    range that is none.
    """

    def __init__(
        self, *, with_centering=True, with_scaling=True, quantile_range=(25.0, 75.0)
    ):
        self.with_centering, self.with_scaling = with_centering, with_scaling
        self.quantile_range = quantile_range

    def fit(self, x, y=None):
        """Learn the median and the quantiles of each column."""
        low, high = self.quantile_range
        if not 0 <= low < high <= 100:
            raise ValueError(
                f"RobustScaler: quantile_range must be two rising percentages, but "
                f"{self.quantile_range} came. For the middle half write (25, 75)."
            )
        x = self._learn(x).astype(np.float64)
        low, high = np.percentile(x, self.quantile_range, axis=0)
        self.center_, self.scale_ = np.median(x, axis=0), _no_zeros(high - low)
        self._shift = self.center_ if self.with_centering else 0.0
        self._scale = self.scale_ if self.with_scaling else 1.0
        return self


NORMS = {
    "l2": lambda x: np.sqrt((x * x).sum(axis=1)),
    "l1": lambda x: np.abs(x).sum(axis=1),
    "max": lambda x: np.abs(x).max(axis=1),
}


class Normalizer(Transformer):
    """Give each row, not each column, length 1: z = x / norm(x).

    norm : "l2" (root of the sum of squares), "l1" (sum of sizes) or "max"
    A row of zeros stays. Nothing is learned, so transform needs no fit before it.
    Raises ValueError for a table that is empty or holds NaN, inf or text, and for a norm
    that is none of these.

    >>> Normalizer().transform([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """

    def __init__(self, norm="l2"):
        self.norm = norm

    def fit(self, x, y=None):
        """Check the table; there is nothing to learn."""
        one_of("Normalizer", "norm", self.norm, NORMS)
        self._learn(x)
        return self

    def transform(self, x):
        """Return the table with rows of length 1, (N, D)."""
        one_of("Normalizer", "norm", self.norm, NORMS)
        x = (
            self._read(x)
            if hasattr(self, "n_features_in_")
            else numbers("Normalizer", x)
        )
        largest = np.abs(x).max(axis=1, keepdims=True)
        x = x / np.where(largest == 0, 1, largest)  # no square leaves the range
        length = NORMS[self.norm](x)[:, None]
        return x / np.where(length == 0, 1, length)


def _no_zeros(scale):
    return np.where(scale < 10 * EPS, 1.0, scale)
