"""Sequences of unequal length in one array: padded, with lengths and a mask."""

import numpy as np

from ..tensor import tensor as own_tensor
from . import _checks, _sequence_checks


def pad(sequences, value=0, length=None):
    """Put sequences into one array, each at the start of its row, value behind it.

    sequences : N sequences of whole numbers
    length    : T, the longest of them if left out
    Returns (N, T) int64, and the lengths (N,) int64. An empty sequence is a row of value.
    Raises TypeError or ValueError for what is no such sequence, or is longer than length.

    >>> pad([[5, 6, 7], [8]])
    (array([[5, 6, 7],
           [8, 0, 0]]), array([3, 1]))
    """
    if not hasattr(sequences, "__iter__"):
        raise TypeError(
            "pad: sequences must be a list of sequences, but is of type "
            f"{type(sequences).__name__}. Give one sequence as [sequence]."
        )
    rows = [
        _sequence_checks.ids("pad", f"sequence {i}", sequence)
        for i, sequence in enumerate(sequences)
    ]
    if not rows:
        raise ValueError("pad: there is no sequence. Give one at least.")
    lengths = np.array([len(row) for row in rows], np.int64)
    inside = _inside("pad", lengths, length)
    value = _sequence_checks.whole("pad", "value", value)
    padded = np.full(inside.shape, value, np.int64)
    padded[inside] = np.concatenate(rows)  # row by row, as the mask goes
    return padded, lengths


def mask(lengths, length=None):
    """Return where a padded array holds a token: row n is True at its first lengths[n].

    lengths : (N,) whole numbers, 0 or more
    length  : T, the longest of them if left out
    Returns (N, T) of booleans; what wants time first, as ops.rnn does, takes its .T.
    Raises TypeError or ValueError for other lengths, or a length below the longest.

    >>> mask([3, 1]).astype(int)
    array([[1, 1, 1],
           [1, 0, 0]])
    """
    lengths = _sequence_checks.ids("mask", "lengths", lengths)
    if (lengths < 0).any():
        raise ValueError(
            f"mask: lengths must be 0 or more, but holds {lengths.min()}. Give the number "
            "of tokens of each sequence."
        )
    return _inside("mask", lengths, length)


def _inside(who, lengths, length):
    longest = int(lengths.max(initial=0))
    length = longest if length is None else _checks.size(who, "length", length)
    if length < longest:
        raise ValueError(
            f"{who}: a sequence of {longest} tokens does not fit into length={length}. Cut "
            "it first, or give a larger length."
        )
    return np.arange(length) < lengths[:, None]


def pad_collate(tensor=own_tensor, value=0, target_value=-100):
    """Return a collate_fn for the DataLoader of either engine, which pads each batch.

    It turns samples (sequence, y) into three tensors: tokens (N, T), lengths (N,), y.
    y is (N,) where each is a number, int64 or float32; where each is a sequence it is
    padded too, with target_value, which cross_entropy leaves out (its ignore_index).
    T is the longest of the batch, not of all data.

    Raises TypeError for a tensor that is no function, and the collate_fn ValueError for
    samples that are no pairs, TypeError for targets that are no numbers.
    tensor : the function that makes a tensor: torch.tensor for torch's DataLoader

    >>> tokens, lengths, y = pad_collate()([([5, 6, 7], 0), ([8], 1)])
    >>> tokens.shape, lengths.numpy(), y.numpy()
    ((2, 3), array([3, 1]), array([0, 1]))
    """
    if not callable(tensor):
        raise TypeError(
            "pad_collate: tensor must be a function that makes a tensor, but is of type "
            f"{type(tensor).__name__}. Write collate_fn=pad_collate(torch.tensor), with "
            "its brackets."
        )

    def collate(samples):
        sequences, y = _columns(samples)
        tokens, lengths = pad(sequences, value)
        return tensor(tokens), tensor(lengths), tensor(_targets(y, target_value))

    return collate


def _columns(samples):
    """Return the sequences and the targets of samples that are pairs."""
    for sample in samples:
        if not isinstance(sample, tuple | list) or len(sample) != 2:
            raise ValueError(
                "pad_collate: a sample must be a pair (sequence, y), but is of type "
                f"{type(sample).__name__}. Give the DataLoader list(zip(sequences, y))."
            )
    return zip(*samples, strict=True)


def _targets(y, value):
    """Return numbers as (N,), sequences padded as (N, T)."""
    if any(np.ndim(entry) for entry in y):
        return pad(y, value)[0]
    y = np.array(y)
    if y.dtype.kind not in "biuf":
        raise TypeError(
            f"pad_collate: y must be numbers, or sequences of them, but {y[0]!r} came. "
            "Number the classes from 0."
        )
    return y.astype(np.int64 if y.dtype.kind in "biu" else np.float32)
