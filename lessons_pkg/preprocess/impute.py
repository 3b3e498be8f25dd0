"""Imputation: something to stand where a value is missing."""

from functools import partial
from numbers import Real

import numpy as np

from ._checks import Transformer, distinct, is_missing, numbers, one_of, table

STRATEGIES = ("mean", "median", "most_frequent", "constant")


class SimpleImputer(Transformer):
    """Fill each missing value (NaN or None) with one number, or word, of its column.

    strategy      : "mean", "median", "most_frequent" (of several the smallest) or
                    "constant"; the last two also take columns of text
    fill_value    : what "constant" fills in; None for 0, and "missing_value" in text
    add_indicator : whether to append, for each column in which fit saw gaps, one that is
                    1 where the value was missing and 0 elsewhere
    Learns statistics_ (D,), and indicator_features_, the columns that had gaps.
    Raises ValueError for a column that is missing from end to end (unless "constant"),
    for a table that is empty or holds inf, for text in a mean or a median, for a
    fill_value that cannot fill.
    A gap may tell something itself, hence the indicators: when it may be ignored, says
    Rubin, "Inference and missing data", Biometrika 1976.

    >>> SimpleImputer().fit_transform([[1.0], [None], [3.0]]).tolist()
    [[1.0], [2.0], [3.0]]
    """

    def __init__(self, strategy="mean", fill_value=None, add_indicator=False):
        self.strategy, self.fill_value = strategy, fill_value
        self.add_indicator = add_indicator

    def fit(self, x, y=None):
        """Learn what to fill in, and which columns have gaps."""
        one_of("SimpleImputer", "strategy", self.strategy, STRATEGIES)
        self._reading = self._reader(x)
        x = self._learn(x, self._reading)
        gaps = is_missing(x)
        self._check_gaps(gaps)
        columns, text = zip(x.T, gaps.T, strict=True), x.dtype == object
        self.statistics_ = np.array(
            [self._fill(i, c[~gap], text) for i, (c, gap) in enumerate(columns)],
            dtype=object if text else np.float64,
        )
        self.indicator_features_ = np.flatnonzero(gaps.any(axis=0))
        return self

    def transform(self, x):
        """Return the table without gaps, (N, D), and the indicators beside it."""
        x = self._read(x, read=getattr(self, "_reading", None))
        gaps = is_missing(x)
        filled = np.where(gaps, self.statistics_, x).astype(x.dtype, copy=False)
        if not self.add_indicator:
            return filled
        return np.hstack([filled, gaps[:, self.indicator_features_].astype(x.dtype)])

    def _reader(self, x):
        """Text may stay text only where nothing is computed with it."""
        if self.strategy in ("mean", "median") or np.asarray(x).dtype.kind in "biuf":
            return partial(numbers, missing=True)
        return _objects

    def _fill(self, i, present, text):
        if self.strategy == "constant":
            return self._constant(text)
        if self.strategy == "most_frequent":
            values, counts = distinct("SimpleImputer", i, present)
            return values[counts.argmax()]
        compute = {"mean": np.mean, "median": np.median}[self.strategy]
        return compute(present.astype(np.float64))

    def _constant(self, text):
        if self.fill_value is None:
            return "missing_value" if text else 0
        if not text and not isinstance(self.fill_value, Real):
            raise ValueError(
                f"SimpleImputer: fill_value={self.fill_value!r} cannot stand in a table "
                f"of numbers. Give a number."
            )
        if self.fill_value != self.fill_value:
            raise ValueError(
                "SimpleImputer: fill_value is NaN, which would leave every gap a gap. "
                "Give what is to stand there."
            )
        return self.fill_value

    def _check_gaps(self, gaps):
        if self.strategy != "constant" and gaps.all(axis=0).any():
            raise ValueError(
                f"SimpleImputer: column {gaps.all(axis=0).argmax()} has no value at all, "
                f"so it has no {self.strategy.replace('_', ' ')} value. Leave the column "
                f'out, or fill it with strategy="constant".'
            )


def _objects(who, x):
    return table(who, np.asarray(x, dtype=object))
