"""Data: sets that need no download, each with its source, licence and units; and what
brings any data to a model in batches, by the names of torch.utils.data.

>>> names()
('breast_cancer', 'diabetes', 'digits', 'iris', 'mnist_5k', 'wine')
"""

from . import augment
from .augmented import AugmentedDataset
from .canvas import Canvases, canvases
from .collection import Collection
from .dataset import ConcatDataset, Dataset, Subset, TensorDataset, random_split
from .digits import digits
from .loader import DataLoader, default_collate, default_convert
from .messy import messy
from .mnist import mnist
from .mnist_5k import mnist_5k
from .photographs import Photograph, grey, photograph
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    WeightedRandomSampler,
)
from .tables import breast_cancer, diabetes, iris, wine

__all__ = [
    "AugmentedDataset",
    "BatchSampler",
    "Canvases",
    "Collection",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "Photograph",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "TensorDataset",
    "WeightedRandomSampler",
    "augment",
    "breast_cancer",
    "canvases",
    "default_collate",
    "default_convert",
    "diabetes",
    "digits",
    "grey",
    "iris",
    "load",
    "messy",
    "mnist",
    "mnist_5k",
    "names",
    "photograph",
    "random_split",
    "wine",
]

_LOADERS = {
    loader.__name__: loader
    for loader in (breast_cancer, diabetes, digits, iris, mnist_5k, wine)
}


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
