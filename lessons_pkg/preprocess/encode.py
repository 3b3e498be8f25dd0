"""Encoding: categories, which have no order, as columns of 0 and 1."""

import numpy as np

from ._checks import Transformer, distinct, fitted, is_missing, numbers, one_of, table


class OneHotEncoder(Transformer):
    """Give each category of each column a column of its own: 1 where it stands, else 0.

    handle_unknown : "error" for a category that fit has not seen, or "ignore" for zeros
    drop           : None, or "first" to leave out the first category of each column,
                     which the others determine; not together with "ignore", as zeros
                     then stand for that category (scikit-learn warns)
    Learns categories_, a sorted array for each column. The result is a dense float64
    table (scikit-learn's is sparse unless asked).
    Raises ValueError for missing values, unseen categories, a column whose categories
    cannot be sorted, text where fit has seen numbers, or numbers where it has seen text.

    >>> OneHotEncoder().fit_transform([["red"], ["blue"], ["red"]]).tolist()
    [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, *, drop=None, handle_unknown="error"):
        self.drop, self.handle_unknown = drop, handle_unknown

    def fit(self, x, y=None):
        """Learn which categories each column has."""
        one_of("OneHotEncoder", "drop", self.drop, (None, "first"))
        one_of("OneHotEncoder", "handle_unknown", self.handle_unknown, HANDLING)
        if self._dropped and self.handle_unknown == "ignore":
            raise ValueError(
                f'OneHotEncoder: drop="first" excludes handle_unknown="ignore". {ZEROS}'
            )
        x = self._learn(x, _categories)
        self.categories_ = [
            distinct("OneHotEncoder", i, column)[0] for i, column in enumerate(x.T)
        ]
        return self

    def transform(self, x):
        """Return the table of 0 and 1, (N, number of categories kept)."""
        x = self._read(x, read=_categories)
        return np.hstack([self._encode(i, column) for i, column in enumerate(x.T)])

    def inverse_transform(self, x):
        """Return the categories that stand behind the columns, (N, D); None for zeros."""
        fitted(self, "inverse_transform")
        widths = [len(c) - self._dropped for c in self.categories_]
        read = numbers if sum(widths) else _no_columns
        x = self._read(x, "inverse_transform", sum(widths), read)
        blocks = np.split(x, np.cumsum(widths)[:-1], axis=1)
        columns = [self._decode(i, block) for i, block in enumerate(blocks)]
        same = len({column.dtype for column in columns}) == 1
        return np.stack(
            columns if same else [c.astype(object) for c in columns], axis=1
        )

    def get_feature_names_out(self, input_features=None):
        """Return a name for each new column: that of the old one, and the category."""
        fitted(self, "get_feature_names_out")
        names = input_features
        if names is None:
            names = [f"x{i}" for i in range(self.n_features_in_)]
        return np.array(
            [
                f"{name}_{category}"
                for name, categories in zip(names, self.categories_, strict=True)
                for category in categories[self._dropped :]
            ],
            dtype=object,
        )

    @property
    def _dropped(self):
        return int(self.drop == "first")

    def _encode(self, i, column):
        hot = column[:, None] == self.categories_[i]
        unseen = column[~hot.any(axis=1)].tolist()
        _check_kind(i, self.categories_[i], unseen)
        if unseen and self.handle_unknown == "error":
            raise ValueError(
                f"OneHotEncoder: column {i} holds {unseen[0]!r}, which fit has not seen. "
                f"{ZEROS if self._dropped else IGNORE}"
            )
        return hot[:, self._dropped :].astype(np.float64)

    def _decode(self, i, block):
        categories = self.categories_[i]
        empty = ~block.any(axis=1)
        if self._dropped:
            return categories[np.where(empty, 0, 1 + _argmax(block))]
        if not empty.any():
            return categories[block.argmax(axis=1)]
        if self.handle_unknown == "error":
            raise ValueError(
                f"OneHotEncoder: row {empty.argmax()} is 0 in all columns of column {i}, "
                f"which stands for no category. Give what transform returned."
            )
        return np.where(empty, None, categories[block.argmax(axis=1)].astype(object))


HANDLING = ("error", "ignore")
IGNORE = 'For zeros in its place set handle_unknown="ignore".'
ZEROS = (
    "Zeros would stand for the category that drop left out: keep all of them "
    'with drop=None and handle_unknown="ignore".'
)


def _argmax(block):
    return block.argmax(axis=1) if block.shape[1] else np.zeros(len(block), dtype=int)


def _check_kind(i, categories, unseen):
    """Raise ValueError for text among numbers or numbers among text."""
    text = isinstance(categories[0], str)
    other = [value for value in unseen if isinstance(value, str) != text]
    if other:
        raise ValueError(
            f"OneHotEncoder: column {i} holds {other[0]!r}, but fit has seen "
            f"{'text' if text else 'numbers'} there. Give the same kind of values."
        )


def _no_columns(who, x):
    return np.atleast_2d(x)  # drop has left nothing of single categories


def _categories(who, x):
    """Return a table of categories; text beside numbers stays what it is."""
    if not isinstance(x, np.ndarray):
        x = np.asarray(x, dtype=object)
        x = x.astype(str) if all(isinstance(v, str) for v in x.flat) else x
    x = table(who, x)
    gaps = is_missing(x).any(axis=0)
    if gaps.any():
        raise ValueError(
            f"{who}: column {gaps.argmax()} holds missing values. Make them a category "
            f'of their own with SimpleImputer(strategy="constant", fill_value="missing").'
        )
    return x
