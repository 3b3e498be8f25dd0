"""Steps put together: side by side on different columns, and one after the other."""

from collections.abc import Mapping, Sequence
from numbers import Integral

import numpy as np

from ._checks import Transformer, fitted, table

EXAMPLE = 'Give for example [("scale", StandardScaler()), ("model", model)].'


class Columns(Transformer):
    """Give groups of columns to transformers of their own; set the results side by side.

    parts : {name: (columns, transformer)}; columns is a list of indices, transformer
            has fit and transform, or is "passthrough". Columns that no part names are
            left out.
    Learns slices_, {name: which columns of the result are its own}. Small relative of
    scikit-learn's ColumnTransformer; the transformers themselves are fitted, not copies.
    Raises ValueError for parts that are not as above.
    """

    def __init__(self, parts):
        self.parts = parts

    def fit(self, x, y=None):
        """Fit each transformer on its columns."""
        self.fit_transform(x, y)
        return self

    def fit_transform(self, x, y=None):
        """Fit each transformer on its columns and return the results side by side."""
        x = self._learn(_keep_kinds(x), table)
        self._check_parts(x.shape[1])
        results = {}
        for name, (columns, step) in self.parts.items():
            part = x[:, columns]
            results[name] = part if _passes(step) else step.fit(part, y).transform(part)
        ends = np.cumsum([result.shape[1] for result in results.values()]).tolist()
        starts = [0, *ends[:-1]]
        self.slices_ = dict(zip(results, map(slice, starts, ends), strict=True))
        return _side_by_side(results.values())

    def transform(self, x):
        """Return the results of all parts side by side."""
        x = self._read(_keep_kinds(x), read=table)
        return _side_by_side(
            x[:, columns] if _passes(step) else step.transform(x[:, columns])
            for columns, step in self.parts.values()
        )

    def _check_parts(self, width):
        if not isinstance(self.parts, Mapping) or not self.parts:
            said = "there are no parts" if not self.parts else "parts must be a dict"
            raise ValueError(
                f"Columns: {said}. Give a dict {{name: (columns, transformer)}}."
            )
        for name, pair in self.parts.items():
            if not _is_pair(pair):
                raise ValueError(
                    f"Columns: part {name!r} must be a pair (columns, transformer), but "
                    f"{type(pair).__name__} came. Give for example ([0, 1], StandardScaler())."
                )
            columns, step = pair
            if not _are_indices(columns, width):
                raise ValueError(
                    f"Columns: part {name!r} asks for columns {columns}, but x has "
                    f"columns 0 to {width - 1}. Give a list of indices."
                )
            if not _passes(step):
                _check_method("Columns", name, step, "transform")


class Pipeline:
    """Run steps one after the other; each learns from what the one before returns.

    steps : [(name, step), ...]; all but the last have fit and transform, the last has
            fit, and predict if it is a model. Any object with these methods will do.
    fit learns from the training part alone, so nothing of the test part leaks into a
    mean, a fence or a direction; predict and transform only apply what was learned.
    Has steps, named_steps, and [index or name].
    Raises ValueError for steps without names, without the methods, or of the same name.

    >>> from lessons_pkg.preprocess import MinMaxScaler, StandardScaler
    >>> both = Pipeline([("standard", StandardScaler()), ("range", MinMaxScaler())])
    >>> both.fit_transform([[1.0], [2.0], [5.0]]).tolist()
    [[0.0], [0.25], [1.0]]
    """

    def __init__(self, steps):
        self.steps = list(steps)
        self._check_steps()
        self.named_steps = dict(self.steps)

    def __getitem__(self, key):
        return self.named_steps[key] if isinstance(key, str) else self.steps[key][1]

    def __len__(self):
        return len(self.steps)

    def fit(self, x, y=None):
        """Fit every step on what the steps before it make of x."""
        last = self.steps[-1][1]
        x = self._fit_others(x, y)
        last.fit(x) if y is None else last.fit(x, y)
        self._done = True
        return self

    def fit_transform(self, x, y=None):
        """Fit every step and return what the last one makes of x."""
        return self.fit(x, y).transform(x)

    def transform(self, x):
        """Return what all the steps make of x."""
        return self._ask("transform", x)

    def predict(self, x):
        """Return what the model at the end predicts for x."""
        return self._ask("predict", x)

    def predict_proba(self, x):
        """Return the model's probabilities for x, (N, number of classes)."""
        return self._ask("predict_proba", x)

    def decision_function(self, x):
        """Return the model's scores for x."""
        return self._ask("decision_function", x)

    def score(self, x, y):
        """Return the model's own score for x and the truth y."""
        return self._ask("score", x, y)

    def _fit_others(self, x, y):
        for _, step in self.steps[:-1]:
            x = step.fit(x, y).transform(x)
        return x

    def _ask(self, method, x, *more):
        fitted(self, method, "_done")
        name, last = self.steps[-1]
        _check_method("Pipeline", name, last, method)
        for _, step in self.steps[:-1]:
            x = step.transform(x)
        return getattr(last, method)(x, *more)

    def _check_steps(self):
        for pair in self.steps:
            if not _is_pair(pair) or not isinstance(pair[0], str):
                raise ValueError(
                    f"Pipeline: each step must be a pair (name, step), but {pair} came. "
                    f"{EXAMPLE}"
                )
        names = [name for name, _ in self.steps]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"Pipeline: each step needs a name of its own, but the names are {names}. "
                f"{EXAMPLE}"
            )
        for name, step in self.steps[:-1]:
            _check_method("Pipeline", name, step, "transform")
        _check_method("Pipeline", *self.steps[-1], "fit")


def _check_method(who, name, step, method):
    if isinstance(step, type):
        raise ValueError(
            f"{who}: {name!r} is the class {step.__name__}. Make one of it with brackets: "
            f"{step.__name__}()."
        )
    if not callable(getattr(step, method, None)):
        raise ValueError(
            f"{who}: {name!r} needs a method {method}, but {type(step).__name__} has "
            f"none. Give an object that has one."
        )


def _are_indices(columns, width):
    return (
        isinstance(columns, Sequence | np.ndarray)
        and len(columns) > 0
        and all(isinstance(c, Integral) and -width <= c < width for c in columns)
    )


def _is_pair(x):
    return isinstance(x, tuple | list) and len(x) == 2


def _passes(step):
    return isinstance(step, str) and step == "passthrough"


def _keep_kinds(x):
    """Keep numbers and text in one list of rows apart: NumPy would make all of it text."""
    return x if isinstance(x, np.ndarray) else np.asarray(x, dtype=object)


def _side_by_side(results):
    return np.hstack([np.asarray(result) for result in results])
