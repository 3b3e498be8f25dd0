"""A dataset whose images are changed anew each time they are asked for."""

import operator
import sys

import numpy as np

from ._checks import generator
from .dataset import Dataset, Rows


class AugmentedDataset(Dataset):
    """Samples (x, y) with x changed by a transform, a whole batch at once.

    x         : (N, ...) array; y : (N, ...) array
    transform : function (x_batch, rng) -> x_batch, (B, ...) each; several steps follow
                one another inside one function
    rng       : a numpy.random.Generator; each worker process of torch's DataLoader
                (num_workers > 0) draws from one of its own, seeded by rng and by torch
    The DataLoaders of this package and of torch both ask for a batch by __getitems__.
    One sample asked for alone, as ConcatDataset does, is a batch of one.
    Raises TypeError or ValueError for what does not fit.

    >>> from lessons_pkg.data import DataLoader, augment
    >>> def moved(x, rng):
    ...     return augment.add_noise(augment.random_shift(x, rng, 2), rng, 0.1)
    >>> x, y = np.zeros((6, 1, 8, 8), np.float32), np.arange(6)
    >>> training = AugmentedDataset(x, y, moved, np.random.default_rng(0))
    >>> for images, labels in DataLoader(training, batch_size=4):
    ...     print(images.shape, labels.tolist())
    (4, 1, 8, 8) [0, 1, 2, 3]
    (2, 1, 8, 8) [4, 5]
    """

    def __init__(self, x, y, transform, rng):
        self.x, self.y = np.asarray(x), np.asarray(y)
        if self.x.shape[:1] != self.y.shape[:1] or not self.x.ndim:
            raise ValueError(
                f"AugmentedDataset: x has shape {self.x.shape} and y {self.y.shape}, but "
                "the first sizes must be equal. Give one y for each x."
            )
        if not callable(transform):
            raise TypeError(
                f"AugmentedDataset: transform must be a function (x_batch, rng) -> "
                f"x_batch, but is of type {type(transform).__name__}."
            )
        self.transform, self.rng = transform, generator("AugmentedDataset", rng)

    def __getitem__(self, index):
        try:
            index = operator.index(index)
        except TypeError:
            raise TypeError(
                f"AugmentedDataset: index must be a whole number, but {index!r} came. "
                "For several samples use a Subset, or __getitems__."
            ) from None
        if not -len(self) <= index < len(self):
            raise IndexError(
                f"AugmentedDataset: index {index} is out of range for {len(self)} samples"
            )
        return self.__getitems__([index])[0]

    def __getitems__(self, indices):
        """Return a batch: the transform is called once, with all its images."""
        given, indices = indices, np.asarray(indices)
        if indices.size and indices.dtype.kind not in "iu":
            raise TypeError(
                f"AugmentedDataset: indices must be whole numbers, but {given!r} came."
            )
        indices = indices.astype(np.int64)
        before = self.x[indices]  # a copy: what the transform does to it stays here
        x = np.asarray(self.transform(before, self._generator()))
        if x.shape[:1] != before.shape[:1]:
            raise ValueError(
                f"AugmentedDataset: transform made shape {x.shape} of {before.shape}. "
                "It must return as many images as it is given."
            )
        return Rows([x, self.y[indices]])

    def __len__(self):
        return len(self.x)

    def _generator(self):
        """Return rng; in a worker process of torch's, which has a copy, one of its own."""
        torch_data = sys.modules.get("torch.utils.data")
        worker = torch_data and torch_data.get_worker_info()
        if not worker:
            return self.rng
        return np.random.default_rng([worker.seed, self.rng.integers(2**63)])
