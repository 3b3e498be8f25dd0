"""Sequences of unequal length in one array: padded to a rectangle, or packed.

Padded, N sequences are an array (T, N, ...), with something to be ignored where a sequence
has ended. Packed, only the steps that there are stand in one row, step after step, the
longest sequence first. For the sequences abc, xy and z:

    padded  a x z    packed  a x z b y c    batch sizes  3 2 1
            b y .
            c . .

The batch sizes say how many sequences there are at each step.
"""

import numpy as np


def packed_places(batch_sizes, order=None):
    """Find where, in the padded array, each entry of the packed one stands.

    order : which sequence is the longest, the second, ...; None if they stand so already
    Returns (steps, columns), two arrays of whole numbers.

    >>> packed_places([3, 2, 1])
    (array([0, 0, 0, 1, 1, 2]), array([0, 1, 2, 0, 1, 0]))
    """
    batch_sizes = np.asarray(batch_sizes)
    there = np.arange(batch_sizes[0]) < batch_sizes[:, None]  # (T, N)
    steps, columns = np.nonzero(there)
    return steps, columns if order is None else np.asarray(order)[columns]


def pack(x, places):
    """y[k] = x[steps[k], columns[k]]: only the entries at the places, no place twice.

    x (T, N, ...); places = (steps, columns). Returns (number of places, ...).
    """
    x = np.asarray(x)
    return x[places], (x.shape, places)


def pack_backward(dy, cache):
    """dL/dx = dy at the places, else 0: unpack undoes it."""
    shape, places = cache
    dx = np.zeros(shape, dy.dtype)
    dx[places] = dy
    return dx


def unpack(y, places, shape, value=0):
    """x[steps[k], columns[k]] = y[k], and `value` everywhere else, no place twice.

    y (number of places, ...); shape = (T, N). Returns (T, N, ...).
    """
    y = np.asarray(y)
    if len(y) != len(places[0]):
        raise ValueError(
            f"unpack: there are {len(places[0])} places, but {len(y)} entries came. "
            f"Do the batch sizes belong to this data?"
        )
    x = np.full((*shape, *y.shape[1:]), value, y.dtype)
    x[places] = y
    return x, places


def unpack_backward(dx, places):
    """dL/dy = dx at the places."""
    return dx[places]
