"""A raw table, as it comes before anyone has cleaned it, made from a clean real one."""

from dataclasses import replace

import numpy as np

GRADES = ("low", "medium", "high")


def messy(collection, seed=0):
    """Return a copy of a table with the flaws of raw ones, put in by a stated recipe.

    Every number becomes the text that stands for it. Then, column by column:

    0 : a tenth of the entries, drawn at random, is missing (completely at random)
    1 : of the largest fifth, half is missing (it depends on the value itself)
    2 : the number is replaced by a grade: low, medium, high, a third of the rows each
    3 : in one row of fifty, and in one at least, the decimal point has slipped: ten
        times the value

    The other columns, y and the order of the rows stay, so the clean table tells what
    was lost. A missing entry is None.

    collection : a Collection with x (N, D), D >= 4; left as it is
    seed       : a whole number, or a numpy.random.Generator
    Returns a Collection with x : (N, D) of text or None, dtype object.
    Raises ValueError for a collection that is no such table.
    Source: that the two kinds of absence must be told apart, Rubin, "Inference and
    missing data", Biometrika 1976. The recipe is ours.

    >>> from lessons_pkg.data import iris
    >>> print(messy(iris()).x[1])
    ['4.9' '3' 'low' '0.2']
    """
    values = collection.x
    if values.ndim != 2 or values.shape[1] < 4 or values.dtype.kind != "f":
        raise ValueError(
            f"data.messy: x must be a table (N, D) of numbers with D >= 4 columns, but "
            f"{collection.name} has shape {values.shape} and dtype {values.dtype}. "
            f"Take iris() or wine()."
        )
    rng, n = np.random.default_rng(seed), len(values)
    x = _text(values)
    x[rng.choice(n, n // 10, replace=False), 0] = None
    largest = np.argsort(values[:, 1], kind="stable")[n - n // 5 :]
    x[rng.choice(largest, len(largest) // 2, replace=False), 1] = None
    x[:, 2] = _grades(values[:, 2])
    slipped = rng.choice(n, max(1, n // 50), replace=False)
    x[slipped, 3] = _text(10 * values[slipped, 3])
    return replace(
        collection,
        name=f"{collection.name}, made messy",
        x=x,
        units=f"{collection.units}; all as text, and column 2 as a grade",
        source=f"{collection.source}; flaws added by lessons_pkg.data.messy",
    )


def _text(values):
    return np.vectorize("{:.10g}".format, otypes=[object])(values)


def _grades(values):
    """Name the third of the table that a value lies in; equal values share a grade."""
    return np.take(GRADES, np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values))
