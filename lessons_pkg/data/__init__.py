"""Data: sets that need no download, each with its source, licence and units; and what
brings any data to a model in batches, by the names of torch.utils.data.

names() and load() are about images and tables, the Collections. Texts and series have
functions of their own: python_help, languages, sunspots, el_nino.

>>> names()
('breast_cancer', 'diabetes', 'digits', 'iris', 'mnist_5k', 'wine')
"""

from . import augment
from .augmented import AugmentedDataset
from .canvas import Canvases, canvases
from .collection import Collection
from .dataset import ConcatDataset, Dataset, Subset, TensorDataset, random_split
from .digits import digits
from .languages import Names, languages
from .loader import DataLoader, default_collate, default_convert
from .memory import adding_task, copy_task
from .messy import messy
from .mnist import mnist
from .mnist_5k import mnist_5k
from .origins import Origins, rolling_origin
from .padding import mask, pad, pad_collate
from .photographs import Photograph, grey, photograph
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    WeightedRandomSampler,
)
from .series import Series, el_nino, sunspots
from .tables import breast_cancer, diabetes, iris, wine
from .text import Text, python_help
from .text_batches import TextBatches, split_text, text_batches
from .vocabulary import END, PAD, START, UNKNOWN, Vocabulary
from .windows import windows

__all__ = [
    "END",
    "PAD",
    "START",
    "UNKNOWN",
    "AugmentedDataset",
    "BatchSampler",
    "Canvases",
    "Collection",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "Names",
    "Origins",
    "Photograph",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Series",
    "Subset",
    "TensorDataset",
    "Text",
    "TextBatches",
    "Vocabulary",
    "WeightedRandomSampler",
    "adding_task",
    "augment",
    "breast_cancer",
    "canvases",
    "copy_task",
    "default_collate",
    "default_convert",
    "diabetes",
    "digits",
    "el_nino",
    "grey",
    "iris",
    "languages",
    "load",
    "mask",
    "messy",
    "mnist",
    "mnist_5k",
    "names",
    "pad",
    "pad_collate",
    "photograph",
    "python_help",
    "random_split",
    "rolling_origin",
    "split_text",
    "sunspots",
    "text_batches",
    "windows",
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
