"""torch.nn.utils.rnn: batches of sequences of unequal length, padded or packed.

Padded: an array (T, N, ...), T the longest length. Packed: only the steps that there are,
see ops/packing.py. RNN, LSTM and GRU take a PackedSequence and give one back; what stands
behind the end of a sequence is then never read.
"""

from typing import NamedTuple

import numpy as np

from ... import ops
from ...tensor import Tensor, apply
from ...tensor.functions import cat


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """Sequences of unequal length, packed; made by pack_padded_sequence or pack_sequence.

    data             : (sum of the lengths, ...), step by step, the longest sequence first
    batch_sizes      : (T,), how many sequences there are at each step
    sorted_indices   : (N,), which sequence is the longest, the second, ...; None where
                       they came in this order
    unsorted_indices : (N,), where each sequence stands among the sorted ones
    Other data for the same steps, such as their embeddings: packed._replace(data=...).
    """

    __slots__ = ()

    def __new__(
        cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None
    ):
        """Fill in unsorted_indices; as in torch, data may be (data, batch_sizes)."""
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs):
        """Convert the data, as Tensor.to does."""
        return self._replace(data=self.data.to(*args, **kwargs))


def invert_permutation(permutation):
    """Return the permutation that undoes this one; None for None."""
    return None if permutation is None else Tensor(np.argsort(permutation.array))


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Stand sequences side by side, padded to the longest.

    sequences : tensors (length, ...), alike but for the length
    Returns (T, N, ...), or (N, T, ...) if batch_first.
    Raises ValueError for what does not fit together.
    """
    sequences = list(sequences)
    _check_sequences(sequences, padding_side)
    lengths = [len(s) for s in sequences]
    T, N = max(lengths), len(lengths)
    skip = [T - n if padding_side == "left" else 0 for n in lengths]
    starts = zip(skip, lengths, strict=True)
    steps = np.concatenate([np.arange(k, k + n) for k, n in starts])
    places = steps, np.repeat(np.arange(N), lengths)
    data = cat(sequences)
    return _padded(data, places, (T, N), batch_first, padding_value)


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Pack padded sequences: keep the first lengths[n] steps of sequence n.

    input   : (T, N, ...), or (N, T, ...) if batch_first
    lengths : N whole numbers; unless enforce_sorted=False, the longest first
    Returns a PackedSequence; sequences of one length stay in the order they came in.
    Raises ValueError or TypeError for lengths that are not those of N sequences.
    """
    who = "pack_padded_sequence"
    _check_type(who, "input must be a tensor", input, Tensor | np.ndarray)
    if input.ndim < 2:
        raise ValueError(
            f"{who}: input must have an axis of steps and one of sequences, but came with "
            f"shape {tuple(input.shape)}. One sequence (T,) is input[:, None]."
        )
    T, N = input.shape[:2][::-1] if batch_first else input.shape[:2]
    lengths = _checked_lengths(who, lengths, T, N)
    order = None if enforce_sorted else np.argsort(-lengths, kind="stable")
    if enforce_sorted and (np.diff(lengths) > 0).any():
        raise ValueError(
            f"{who}: with enforce_sorted=True the longest sequence must stand first, but "
            f"lengths {lengths.tolist()} came. Give enforce_sorted=False."
        )
    batch_sizes = (np.arange(lengths.max())[:, None] < lengths).sum(axis=1)
    places = ops.packed_places(batch_sizes, order)
    places = places[::-1] if batch_first else places
    data = apply(ops.pack, ops.pack_backward, input, places)
    order = order if order is None else Tensor(order)
    return PackedSequence(data, Tensor(batch_sizes), order)


def pad_packed_sequence(
    sequence, batch_first=False, padding_value=0.0, total_length=None
):
    """Pad what is packed: the way back from pack_padded_sequence.

    total_length : how many steps to pad to, at least those of the longest sequence
    Returns (T, N, ...), or (N, T, ...) if batch_first; and the lengths (N,).
    """
    who, rule = "pad_packed_sequence", "sequence must be a PackedSequence"
    _check_type(who, rule, sequence, PackedSequence)
    data, batch_sizes = sequence[:2]
    T, N = len(batch_sizes), int(batch_sizes[0])
    if total_length is not None and total_length < T:
        raise ValueError(
            f"{who}: total_length must be at least the length of the longest "
            f"sequence, {T}, but {total_length} came."
        )
    places = _places(sequence)
    lengths = np.bincount(places[1], minlength=N)
    shape = (total_length or T, N)
    padded = _padded(data, places, shape, batch_first, padding_value)
    return padded, Tensor(lengths)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """Cut padded sequences out of their array: a list of N tensors (length, ...)."""
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    if len(x) != len(lengths):
        raise ValueError(
            f"unpad_sequence: {len(lengths)} lengths came for {len(x)} sequences. "
            f"Is batch_first right?"
        )
    return [row[: int(n)] for row, n in zip(x, lengths, strict=True)]


def pack_sequence(sequences, enforce_sorted=True):
    """Pack a list of tensors (length, ...); see pack_padded_sequence."""
    lengths = [len(s) for s in sequences]
    return pack_padded_sequence(
        pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted
    )


def unpack_sequence(packed_sequences):
    """Return the list of sequences that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


def _places(sequence):
    """Find the (steps, columns) of packed entries in (T, N), in the caller's order."""
    _, batch_sizes, order, _ = sequence
    order = None if order is None else order.array
    return ops.packed_places(batch_sizes.array, order)


def _padded(data, places, shape, batch_first, padding_value):
    if batch_first:
        places, shape = places[::-1], shape[::-1]
    pair = ops.unpack, ops.unpack_backward
    return apply(*pair, data, places, shape, padding_value)


def _checked_lengths(who, lengths, T, N):
    """The lengths as an array of N whole numbers from 1 to T."""
    lengths = np.asarray(lengths)
    if N == 0 or lengths.shape != (N,):
        raise ValueError(
            f"{who}: lengths must hold one number for each sequence, at least one, but for "
            f"{N} sequences came shape {lengths.shape}. Is batch_first right?"
        )
    if lengths.dtype.kind not in "iu":
        raise TypeError(
            f"{who}: lengths must be whole numbers, but their dtype is {lengths.dtype}."
        )
    wrong = lengths[(lengths < 1) | (lengths > T)]
    if len(wrong):
        raise ValueError(
            f"{who}: each length must be at least 1 and at most the {T} steps of the "
            f"input, but {wrong[0]} came. Leave empty sequences out."
        )
    return lengths.astype(np.int64)


def _check_sequences(sequences, padding_side):
    who = "pad_sequence"
    if padding_side not in ("left", "right"):
        raise ValueError(
            f"{who}: padding_side must be 'left' or 'right', but {padding_side!r} came."
        )
    for s in sequences:
        _check_type(who, "each sequence must be a tensor", s, Tensor | np.ndarray)
    shapes = [tuple(s.shape) for s in sequences]
    if not sequences or () in shapes or len({shape[1:] for shape in shapes}) > 1:
        raise ValueError(
            f"{who}: sequences must be at least one tensor (length, ...), alike in all "
            f"axes but the first, but the shapes {shapes} came."
        )


def _check_type(who, rule, value, kind):
    if not isinstance(value, kind):
        raise TypeError(f"{who}: {rule}, but a {type(value).__name__} came.")
