"""DataLoader: a dataset in batches, in a new order each epoch. torch.utils.data's names."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..tensor import Tensor
from ..tensor.define import refuse
from ..tensor.functions import stack
from .dataset import Rows, samples
from .sampler import BatchSampler, RandomSampler, SequentialSampler


class DataLoader:
    """Give a dataset in batches; each `for` over it is one epoch.

    dataset : has __getitem__ and __len__
    batch_size : None gives the samples themselves, one by one
    shuffle : whether each epoch has a new random order, drawn from generator
    sampler, batch_sampler : give the indices, or lists of them, in place of the above
    collate_fn : makes a batch of a list of samples, default_collate if left out
    drop_last : whether to leave out a last batch that is smaller
    Raises ValueError for arguments that exclude one another, NotImplementedError for
    what concerns worker processes and pinned memory.
    """

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        _check_unsupported(
            num_workers=(num_workers, 0),
            pin_memory=(pin_memory, False),
            timeout=(timeout, 0),
            worker_init_fn=(worker_init_fn, None),
            multiprocessing_context=(multiprocessing_context, None),
            prefetch_factor=(prefetch_factor, None),
            persistent_workers=(persistent_workers, False),
            pin_memory_device=(pin_memory_device, ""),
            in_order=(in_order, True),
        )
        _check_choice(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if sampler is None and shuffle:
            sampler = RandomSampler(dataset, generator=generator)
        elif sampler is None:
            sampler = SequentialSampler(dataset)
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self.generator = generator
        default = default_convert if batch_sampler is None else default_collate
        self.collate_fn = default if collate_fn is None else collate_fn

    def __iter__(self):
        if self.batch_sampler is None:
            for i in self.sampler:
                yield self.collate_fn(self.dataset[i])
            return
        for indices in self.batch_sampler:
            batch = samples(self.dataset, indices)
            own = self.collate_fn is not default_collate
            yield self.collate_fn(list(batch) if own else batch)

    def __len__(self):
        """How many batches there are in an epoch."""
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)


def _check_unsupported(**arguments):
    for name, (value, default) in arguments.items():
        if value != default:
            refuse("torch.utils.data.DataLoader", name, value)


def _check_choice(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last):
    rule = None
    if not hasattr(dataset, "__getitem__"):
        raise TypeError(
            f"DataLoader: dataset must have __getitem__ and __len__, but "
            f"{type(dataset).__name__} has not. Put its samples in a list."
        )
    if sampler is not None and shuffle:
        rule = "sampler option is mutually exclusive with shuffle"
    elif batch_sampler is not None and (
        batch_size != 1 or shuffle or sampler is not None or drop_last
    ):
        rule = "batch_sampler option is mutually exclusive with batch_size, shuffle, "
        rule += "sampler, and drop_last"
    elif batch_size is None and drop_last:
        rule = (
            "batch_size=None gives no batches and is mutually exclusive with drop_last"
        )
    if rule:
        raise ValueError(f"DataLoader: {rule}. Leave one of them out.")


def default_collate(batch):
    """Make one sample-like thing of a list of samples, with Tensors (B, ...) as leaves.

    Tensors, arrays and numbers are stacked; dicts stay dicts, tuples and lists become
    lists, text stays a list. Raises TypeError for anything else, ValueError for samples
    that differ in length.
    """
    if isinstance(batch, Rows):
        return [default_convert(column) for column in batch.columns]
    first = batch[0]
    if isinstance(first, Tensor | np.ndarray):
        return stack([default_convert(entry) for entry in batch])
    if isinstance(first, int | float | np.generic):
        return Tensor(np.array(batch))
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([s[key] for s in batch]) for key in first}
    if not isinstance(first, Sequence):
        raise TypeError(
            f"default_collate: batch must contain tensors, arrays, numbers, dicts, lists "
            f"or text, but found {type(first).__name__}. Give DataLoader a collate_fn."
        )
    if len({len(sample) for sample in batch}) > 1:
        raise ValueError(
            "default_collate: each element in list of batch should be of equal size, but "
            "the samples differ in length. Give DataLoader a collate_fn that pads them."
        )
    columns = [default_collate(column) for column in zip(*batch, strict=True)]
    return type(first)(*columns) if hasattr(first, "_fields") else columns


def default_convert(data):
    """Make Tensors of the arrays in a sample; leave the rest as it is."""
    if isinstance(data, np.ndarray | np.generic):
        return Tensor(data)
    if isinstance(data, Mapping):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, tuple | list):
        return [default_convert(value) for value in data]
    return data
