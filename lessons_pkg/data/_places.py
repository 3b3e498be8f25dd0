"""Boxes and places on a canvas: where ink is, and where there is room."""

import numpy as np

TRIES = 100  # places drawn for a thing before there counts as no room


def box_of(ink):
    """Return the tight box x0, y0, x1, y1 around what is True in each of (n, H, W)."""
    ends = []
    for axis in (1, 2):  # what is True in a column, then in a row
        there = ink.any(axis=axis)
        ends += [there.argmax(axis=1), there.shape[1] - there[:, ::-1].argmax(axis=1)]
    x0, x1, y0, y1 = ends
    return np.stack([x0, y0, x1, y1], axis=1)


def sides_of(boxes):
    """Return the width and the height of boxes, (n, 2)."""
    return boxes[:, 2:] - boxes[:, :2]


def places(sides, taken, rng, size):
    """Draw corners (x0, y0) for things of `sides`, on none of the boxes taken (n, K, 4).

    Returns (n, 2), and which of them found room.
    """
    corner, free = np.zeros_like(sides), np.zeros(len(sides), bool)
    for _ in range(TRIES):
        left = np.flatnonzero(~free)
        if not len(left):
            break
        corner[left] = at = rng.integers(size - sides[left] + 1)
        end, others = at + sides[left], taken[left]
        apart = (at[:, None] >= others[..., 2:]) | (end[:, None] <= others[..., :2])
        free[left] = apart.any(axis=-1).all(axis=-1)
    return corner, free


def squares(top, left, side):
    """Return the index of a square in each of n images."""
    step = np.arange(side)
    rows = (top[:, None] + step)[:, :, None]
    return np.arange(len(top))[:, None, None], rows, (left[:, None] + step)[:, None, :]
