"""Datasets: numbered samples, one by one or a batch at once. torch.utils.data's names."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from ..random import generator as rng_of
from ..tensor import Tensor


class Dataset:
    """Numbered samples: a subclass defines __getitem__(i) and __len__()."""

    def __getitem__(self, index):
        raise NotImplementedError(
            f"{type(self).__name__}: a Dataset needs a method __getitem__(self, index)"
        )

    def __add__(self, other):
        return ConcatDataset([self, other])


class TensorDataset(Dataset):
    """Tensors side by side: sample i is the tuple of their entries i.

    tensors : one or more of shape (N, ...), such as inputs and targets
    Raises TypeError for what is no Tensor, ValueError where they differ in N.
    """

    def __init__(self, *tensors):
        for i, t in enumerate(tensors):
            if not isinstance(t, Tensor):
                raise TypeError(
                    f"TensorDataset: entry {i} is of type {type(t).__name__}. "
                    f"Make it a Tensor first: lessons_pkg.tensor(...)."
                )
        sizes = {t.shape[:1] for t in tensors}
        if len(sizes) != 1 or () in sizes:
            shapes = ", ".join(str(t.shape) for t in tensors)
            raise ValueError(
                f"TensorDataset: Size mismatch between tensors: the shapes are "
                f"{shapes or 'missing'}. Give one or more with the same first size."
            )
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(t[index] for t in self.tensors)

    def __getitems__(self, indices):
        """Return a batch: each tensor is indexed once, not once a sample."""
        if type(self).__getitem__ is not TensorDataset.__getitem__:
            return [self[i] for i in indices]  # a subclass has changed the samples
        indices = np.asarray(indices, dtype=np.int64)
        return Rows([t[indices] for t in self.tensors])

    def __len__(self):
        return len(self.tensors[0])


class Rows(Sequence):
    """The samples of a batch that is there already; each is cut out when asked for."""

    def __init__(self, columns):
        self.columns = columns

    def __getitem__(self, index):
        return tuple(column[index] for column in self.columns)

    def __len__(self):
        return len(self.columns[0])


class Subset(Dataset):
    """Some samples of a dataset: sample i is dataset[indices[i]]."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index):
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices):
        """Return a batch, by the dataset's own __getitems__ where it has one."""
        if type(self).__getitem__ is not Subset.__getitem__:
            return [self[i] for i in indices]
        return samples(self.dataset, [self.indices[i] for i in indices])

    def __len__(self):
        return len(self.indices)


class ConcatDataset(Dataset):
    """Datasets one after the other.

    Raises ValueError if there are none.
    """

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset: datasets should not be an empty iterable.")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(
                f"ConcatDataset: index {index} is out of range for {len(self)} samples"
            )
        index %= len(self)
        k = bisect_right(self.cumulative_sizes, index)
        return self.datasets[k][index - (self.cumulative_sizes[k - 1] if k else 0)]

    def __len__(self):
        return self.cumulative_sizes[-1]


def samples(dataset, indices):
    """Return the samples of a batch, all at once where the dataset knows how."""
    at_once = getattr(dataset, "__getitems__", None)  # None also where a class says so
    return at_once(indices) if at_once else [dataset[i] for i in indices]


def random_split(dataset, lengths, generator=None):
    """Cut a dataset at random into Subsets that do not overlap.

    lengths : whole numbers with the sum len(dataset); or fractions with the sum 1, rounded
              down, and what is left over handed out one by one from the first
    Raises ValueError for other lengths.
    """
    n = len(dataset)
    sizes = list(lengths)
    if math.isclose(sum(sizes), 1):
        sizes = [math.floor(n * fraction) for fraction in sizes]
        for i in range(n - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != n or any(size < 0 or size != int(size) for size in sizes):
        raise ValueError(
            f"random_split: lengths {lengths} do not fit a dataset of {n} samples. Give "
            f"whole numbers with the sum {n}, or fractions with the sum 1."
        )
    sizes = [int(size) for size in sizes]
    order = rng_of(generator).permutation(n).tolist()
    ends = accumulate(sizes)
    return [
        Subset(dataset, order[end - size : end])
        for end, size in zip(ends, sizes, strict=True)
    ]
