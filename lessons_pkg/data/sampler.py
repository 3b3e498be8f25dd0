"""Samplers: in which order samples come, and how they are gathered into batches.

The orders are not torch's: from the same seed the two engines draw differently.
"""

from itertools import islice
from numbers import Integral

import numpy as np

from ..random import generator as rng_of


class Sampler:
    """An order: a subclass defines __iter__(), which gives indices, and __len__()."""

    def __iter__(self):
        raise NotImplementedError(
            f"{type(self).__name__}: a Sampler needs a method __iter__(self)"
        )


class SequentialSampler(Sampler):
    """0, 1, 2, ..., as many as there are samples."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """A new random order each time.

    replacement : whether an index may come again before all others came
    num_samples : how many indices to give; None for as many as there are samples
    Raises ValueError for a number that is not above 0.
    """

    def __init__(
        self, data_source, replacement=False, num_samples=None, generator=None
    ):
        self.data_source, self.replacement = data_source, replacement
        self._num_samples, self.generator = num_samples, generator
        _check_positive("RandomSampler", "num_samples", self.num_samples)

    @property
    def num_samples(self):
        """How many indices come."""
        given = self._num_samples
        return len(self.data_source) if given is None else given

    def __iter__(self):
        rng, n, left = rng_of(self.generator), len(self.data_source), self.num_samples
        if self.replacement:
            yield from rng.integers(n, size=left).tolist()
            return
        while left > 0:
            yield from rng.permutation(n)[:left].tolist()
            left -= n

    def __len__(self):
        return self.num_samples


class WeightedRandomSampler(Sampler):
    """num_samples indices, i with the probability weights[i] / sum(weights)."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        self.weights = np.asarray(weights, dtype=np.float64)
        _check_positive("WeightedRandomSampler", "num_samples", num_samples)
        self.num_samples, self.replacement = num_samples, replacement
        self.generator = generator

    def __iter__(self):
        p = self.weights / self.weights.sum()
        rng = rng_of(self.generator)
        return iter(rng.choice(len(p), self.num_samples, self.replacement, p).tolist())

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler in lists of batch_size.

    drop_last : whether to leave out a last list that is shorter
    Raises ValueError for a batch_size that is not a whole number above 0.
    """

    def __init__(self, sampler, batch_size, drop_last):
        _check_positive("BatchSampler", "batch_size", batch_size)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        least = self.batch_size if self.drop_last else 1
        while len(batch := list(islice(indices, self.batch_size))) >= least:
            yield batch

    def __len__(self):
        n, size = len(self.sampler), self.batch_size
        return n // size if self.drop_last else -(-n // size)


def _check_positive(who, name, value):
    if not isinstance(value, Integral) or isinstance(value, bool) or value <= 0:
        raise ValueError(
            f"{who}: {name} should be a positive integer value, but got {name}={value}."
        )
