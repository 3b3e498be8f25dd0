"""Outliers: values far from the rest, found by fences that they cannot move."""

from numbers import Real

import numpy as np

from ._checks import Transformer


class OutlierClipper(Transformer):
    """Cut each column at Tukey's fences, q1 - whisker * iqr and q3 + whisker * iqr.

    q1 and q3 are the quartiles, iqr = q3 - q1 the range between them. Clipping bounds
    what one wild value can do; whether it was a mistake, only the source can tell.

    whisker : 1.5 as in a box plot; larger clips less
    Learns lower_ and upper_, each (D,).
    Raises ValueError for a table that is empty or holds NaN, inf or text, for a whisker
    that is not a finite number of 0 or more, and for a column of which the middle half
    is one value though the rest is not: its fences would make it constant.
    Source: Tukey, "Exploratory Data Analysis", Addison-Wesley 1977.

    >>> OutlierClipper().fit_transform([[1.0], [2.0], [3.0], [4.0], [50.0]]).max()
    np.float64(7.0)
    """

    def __init__(self, whisker=1.5):
        self.whisker = whisker

    def fit(self, x, y=None):
        """Learn the fences of each column."""
        if not (isinstance(self.whisker, Real) and 0 <= self.whisker < np.inf):
            raise ValueError(
                f"OutlierClipper: whisker must be a finite number of 0 or more, but "
                f"{self.whisker!r} came. Tukey's fences have 1.5."
            )
        x = self._learn(x).astype(np.float64)
        q1, q3 = np.percentile(x, [25, 75], axis=0)
        _check_width(q3 - q1, np.ptp(x, axis=0))
        self.lower_ = q1 - self.whisker * (q3 - q1)
        self.upper_ = q3 + self.whisker * (q3 - q1)
        return self

    def transform(self, x):
        """Return the table with what lies beyond a fence moved onto it, (N, D)."""
        x = self._read(x)
        return np.clip(x, self.lower_, self.upper_).astype(x.dtype, copy=False)

    def outside(self, x):
        """Return which values lie beyond a fence, (N, D) bool."""
        x = self._read(x, "outside")
        return (x < self.lower_) | (x > self.upper_)


def _check_width(iqr, width):
    bad = (iqr == 0) & (width > 0)
    if bad.any():
        raise ValueError(
            f"OutlierClipper: in column {bad.argmax()} the middle half is one value, so "
            f"both fences would stand on it and the rest would be lost. Leave the "
            f"column out."
        )
