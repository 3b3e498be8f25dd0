"""Data: sets that need no download, each with its source, licence and units; and what
brings any data to a model in batches, by the names of torch.utils.data.

>>> names()
('digits',)
"""

from .collection import Collection
from .dataset import ConcatDataset, Dataset, Subset, TensorDataset, random_split
from .digits import digits
from .loader import DataLoader, default_collate, default_convert
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    WeightedRandomSampler,
)

__all__ = [
    "BatchSampler",
    "Collection",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "digits",
    "load",
    "names",
    "random_split",
]

_LOADERS = {"digits": digits}


def names():
    """Return the names that `load` knows."""
    return tuple(sorted(_LOADERS))


def load(name):
    """Return the Collection called `name`.

    Raises ValueError if there is none, ImportError if its package is not installed.
    """
    if name not in _LOADERS:
        raise ValueError(
            f"data.load: there is no data set {name!r}. "
            f"Choose one of: {', '.join(names())}."
        )
    return _LOADERS[name]()
