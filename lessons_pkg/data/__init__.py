"""Data sets that need no download, each with its source, licence and units.

>>> names()
('digits',)
"""

from .data_set import DataSet
from .digits import digits

__all__ = ["DataSet", "digits", "load", "names"]

_LOADERS = {"digits": digits}


def names():
    """Return the names that `load` knows."""
    return tuple(sorted(_LOADERS))


def load(name):
    """Return the DataSet called `name`.

    Raises ValueError if there is none, ImportError if its package is not installed.
    """
    if name not in _LOADERS:
        raise ValueError(
            f"data.load: there is no data set {name!r}. "
            f"Choose one of: {', '.join(names())}."
        )
    return _LOADERS[name]()
