"""A long text in batches, whose rows go on from batch to batch."""

import math

import numpy as np

from . import _checks, _sequence_checks


def split_text(ids, shares=(0.8, 0.1, 0.1)):
    """Cut a sequence into parts that follow one another, such as train, validation, test.

    Nothing is shuffled: the parts of a text are its beginning, its middle and its end.

    ids    : (T,) array or tensor, list or text
    shares : of the length, above 0; they sum to 1
    Returns a list of parts, all of ids together.
    Raises TypeError for what has no length, ValueError for other shares, and for a part
    that would be empty.

    >>> split_text("abcdefghij")
    ['abcdefgh', 'i', 'j']
    """
    if not hasattr(ids, "__len__"):
        raise TypeError(
            f"split_text: ids must be a text or a sequence, but is of type "
            f"{type(ids).__name__}. Of a Text give its .text."
        )
    _require_shares(shares)
    n = len(ids)
    ends = [round(n * sum(shares[: k + 1])) for k in range(len(shares))]
    starts = [0, *ends[:-1]]
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start == end:
            raise ValueError(
                f"split_text: part {k}, a share of {shares[k]}, of {n} tokens is empty. "
                "Give more text, or a larger share."
            )
    return [ids[start:end] for start, end in zip(starts, ends, strict=True)]


def _require_shares(shares):
    try:
        fits = all(s > 0 for s in shares) and math.isclose(sum(shares), 1)
    except TypeError:
        fits = False
    if not fits:
        raise ValueError(
            f"split_text: shares={shares!r} must be numbers above 0 that sum to 1. Give "
            "for example (0.8, 0.1, 0.1)."
        )


def text_batches(ids, batch_size, n_steps):
    """Return the TextBatches of a long text: batch_size rows of n_steps tokens each."""
    return TextBatches(ids, batch_size, n_steps)


class TextBatches:
    """Give pairs x, y of shape (batch_size, n_steps), y one token further on than x.

    The text is cut into batch_size pieces of equal length, which lie one below the other;
    a batch is the next n_steps columns. So row n of a batch goes on where row n of the one
    before ended, and a state carried from batch to batch fits: truncated backpropagation
    through time. Never shuffle these batches. Each `for` starts again at the beginning, and
    there the state must be new.

    ids     : (T,) whole numbers; an array or list gives arrays, a tensor of either engine
              gives tensors, all of int64
    dropped : how many tokens at the end are in no batch, for they fill no whole one
    Raises TypeError or ValueError for what does not fit, such as a text too short.
    Source: Williams and Peng, "An efficient gradient-based algorithm for on-line training
    of recurrent network trajectories", Neural Computation 1990.

    >>> for x, y in text_batches(list(range(10)), batch_size=2, n_steps=2):
    ...     print(x.tolist(), y.tolist())
    [[0, 1], [4, 5]] [[1, 2], [5, 6]]
    [[2, 3], [6, 7]] [[3, 4], [7, 8]]
    """

    def __init__(self, ids, batch_size, n_steps):
        array = _sequence_checks.ids("text_batches", "ids", ids)
        self.batch_size, self.n_steps = (
            _checks.size("text_batches", name, value, least=1)
            for name, value in (("batch_size", batch_size), ("n_steps", n_steps))
        )
        # The last token is a target only, hence - 1.
        self._n_batches = (len(array) - 1) // (self.batch_size * self.n_steps)
        if self._n_batches < 1:
            raise ValueError(
                f"text_batches: {len(array)} tokens are too few for one batch: "
                f"batch_size={batch_size} times n_steps={n_steps}, and one more, are "
                f"{batch_size * n_steps + 1}. Give more text, or smaller numbers."
            )
        used = self.batch_size * self._n_batches * self.n_steps
        self.dropped = len(array) - 1 - used
        is_tensor = hasattr(ids, "backward")
        ids = ids.long() if is_tensor else array
        self._copy = type(ids).clone if is_tensor else np.copy
        self._x, self._y = (
            part.reshape(self.batch_size, -1)
            for part in (ids[:used], ids[1 : used + 1])
        )

    def __iter__(self):
        for k in range(len(self)):
            columns = slice(k * self.n_steps, (k + 1) * self.n_steps)
            yield self._copy(self._x[:, columns]), self._copy(self._y[:, columns])

    def __len__(self):
        """How many batches there are."""
        return self._n_batches

    def __repr__(self):
        """Say what shape the batches have, and what is dropped."""
        return (
            f"TextBatches: {len(self)} batches of x, y ({self.batch_size}, "
            f"{self.n_steps}); {self.dropped} tokens at the end are dropped"
        )
