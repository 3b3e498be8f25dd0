"""What every step shares: fit_transform, and the checks of the table that comes in."""

import numpy as np


class Transformer:
    """A step that learns from a table with fit and changes tables with transform."""

    def fit_transform(self, x, y=None):
        """Learn from x and return x transformed: for the training part only."""
        return self.fit(x, y).transform(x)

    def _learn(self, x, read=None):
        """Read the table that fit is given and keep its width."""
        x = (read or numbers)(type(self).__name__, x)
        self.n_features_in_ = x.shape[1]
        return x

    def _read(self, x, method="transform", width=None, read=None):
        """Read a table that comes after fit: it must be as wide as the one learned."""
        who = type(self).__name__
        fitted(self, method)
        x = (read or numbers)(who, x)
        width = self.n_features_in_ if width is None else width
        if x.shape[1] != width:
            raise ValueError(
                f"{who}: {method} expects {width} columns, as fit has seen them, but "
                f"x has {x.shape[1]}. Give the same columns in the same order."
            )
        return x


def fitted(step, method, mark="n_features_in_"):
    """Raise ValueError if nothing has been learned yet, so that the mark is not there."""
    if not hasattr(step, mark):
        raise ValueError(
            f"{type(step).__name__}: {method} came before fit. "
            f"Call fit with the training part first."
        )


def numbers(who, x, missing=False):
    """Return x as a float table (N, D) without inf; NaN only where missing may be.

    float32 stays; None counts as missing; text that stands for a number is read.
    """
    x = table(who, x)
    if np.iscomplexobj(x):
        raise ValueError(
            f"{who}: x holds complex numbers. Give their real parts, or their sizes."
        )
    if x.dtype != np.float32:
        try:
            x = x.astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(
                f"{who}: x must hold numbers, but column {_first_text(x)} holds text. "
                f"Turn categories into columns with OneHotEncoder."
            ) from None
    _check_finite(who, x, missing)
    return x


def table(who, x):
    """Return x as an array (N, D) that is not empty, of any dtype."""
    x = np.asarray(x)
    if x.ndim != 2:
        raise ValueError(
            f"{who}: x must be a table (N, D), but came with shape {x.shape}. "
            f"Give one column as x[:, None], images as x.reshape(len(x), -1)."
        )
    if not x.size:
        raise ValueError(
            f"{who}: x is empty, with shape {x.shape}. Give at least one row and one "
            f"column."
        )
    return x


def is_missing(x):
    """Return where x is None or NaN, a bool array; NaN is what differs from itself."""
    if x.dtype != object:
        return np.isnan(x) if x.dtype.kind == "f" else np.zeros(x.shape, dtype=bool)
    return np.vectorize(lambda v: v is None or v != v, otypes=[bool])(x)


def no_gaps(who, name, labels):
    """Raise ValueError for labels of which one is missing."""
    gaps = is_missing(labels)
    if gaps.any():
        raise ValueError(
            f"{who}: {name}[{gaps.argmax()}] is missing. Leave such examples out, or "
            f"make them a class of their own."
        )


def distinct(who, i, column):
    """Return the values that column i holds, sorted, and how often each comes."""
    try:
        return np.unique(column, return_counts=True)
    except TypeError:
        raise ValueError(
            f"{who}: column {i} mixes text and numbers, which have no common order. "
            f"Make them text with x.astype(str)."
        ) from None


def one_of(who, name, value, known, more=""):
    """Raise ValueError unless value is one of those known."""
    if value not in known:
        listed = ", ".join(map(repr, known))
        raise ValueError(
            f"{who}: {name} must be one of {listed}, but {value!r} came.{more}"
        )


def _check_finite(who, x, missing):
    infinite = np.isinf(x).any(axis=0)
    if infinite.any():
        raise ValueError(
            f"{who}: column {infinite.argmax()} holds inf. Mend or leave out such rows."
        )
    absent = np.isnan(x).any(axis=0)
    if absent.any() and not missing:
        raise ValueError(
            f"{who}: column {absent.argmax()} holds NaN, a missing value. "
            f"Fill it with SimpleImputer first."
        )


def _first_text(x):
    for i, column in enumerate(x.T):
        try:
            column.astype(np.float64)
        except (TypeError, ValueError):
            return i
