"""Clutter: squares cut out of digits, which hold a part of each and never the whole."""

import numpy as np

from ._places import places, squares


def other_images(n_images, index, rng):
    """Draw, for each row of index, the number of an image that is not in it."""
    other = rng.integers(n_images, size=len(index))
    while (clash := (index == other[:, None]).any(axis=1)).any():
        other[clash] = rng.integers(n_images, size=clash.sum())
    return other


def fragments(digits, side, threshold, rng):
    """Cut a square out of each digit, with a tenth or more, but less than half of its ink.

    Returns (n, side, side), and for which digits there is such a square.
    """
    ink = digits > threshold
    total, held = ink.sum(axis=(1, 2))[:, None, None], ink
    for axis in (1, 2):  # the sum over each window: a difference of running sums
        held = _differences(held.cumsum(axis=axis, dtype=np.int32), side, axis)
    fits = (10 * held >= total) & (2 * held < total)
    drawn = (fits * rng.random(fits.shape)).reshape(len(digits), -1).argmax(axis=1)
    top, left = np.unravel_index(drawn, fits.shape[1:])
    pieces = digits[squares(top, left, side)]
    return pieces, fits.any(axis=(1, 2))


def scatter(picture, pieces, there, around, rng):
    """Lay a piece on each picture, on none of the boxes around the digits."""
    side, size = pieces.shape[1], picture.shape[1]
    corner, free = places(np.full((len(pieces), 2), side), around, rng, size)
    pieces = pieces * (there & free)[:, None, None]
    square = squares(corner[:, 1], corner[:, 0], side)
    picture[square] = np.maximum(picture[square], pieces)


def _differences(sums, side, axis):
    """Return sums[i + side - 1] - sums[i - 1] along an axis, where sums[-1] is 0."""
    sums = np.moveaxis(sums, axis, 0)
    held = sums[side - 1 :].copy()
    held[1:] -= sums[:-side]
    return np.moveaxis(held, 0, axis)
