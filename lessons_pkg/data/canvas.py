"""Canvases: digits at random places among fragments of others, with box and mask."""

from dataclasses import dataclass

import numpy as np

from . import _checks as check
from ._fragments import fragments, other_images, scatter
from ._places import TRIES, box_of, places, sides_of
from .warp import affine

THRESHOLD = 0.3  # a pixel above it is ink
NOISE = 0.05  # standard deviation of the grey added to every pixel


@dataclass(frozen=True, eq=False, repr=False)
class Canvases:
    """n pictures, and what stands where in them.

    x     : (n, size, size) float32 from 0 to 1
    y     : (n,) int64, the digit; (n, D) where each picture has D > 1 digits
    boxes : (n, 4) int64 as x0, y0, x1, y1 in pixels, x to the right and y down, x1 and
            y1 exclusive: x[i, y0:y1, x0:x1] holds the ink; or (n, D, 4)
    masks : (n, size, size) of booleans, the pixels that are ink of a digit
    """

    x: np.ndarray
    y: np.ndarray
    boxes: np.ndarray
    masks: np.ndarray

    def __repr__(self):
        """Say what shapes it holds."""
        shapes = (f"{k} {v.shape} {v.dtype}" for k, v in vars(self).items())
        return f"Canvases: {', '.join(shapes)}"

    def __len__(self):
        return len(self.x)


def canvases(x, y, n, rng, size=48, scale=(1, 1), clutter=6, n_digits=1):
    """Draw n pictures of size by size: a digit somewhere, fragments of others, noise.

    The digit is drawn from x, scaled by an amount drawn evenly from scale, and put with
    all its ink inside. Its box is tight around the ink, the pixels above 0.3 before there
    is noise; they are its mask. The noise is normal, of deviation 0.05, and the sum is cut
    to 0 .. 1. A fragment is a square cut out of another digit, two sevenths of its side
    (8 of 28), that holds a tenth or more of its ink, and less than half; it lies anywhere
    but on the box of a digit, and where there is no room for it, it is left out.

    x        : (N, H, W) float from 0 to 1; y : (N,) classes
    scale    : (lowest, highest), of the digits and of what the fragments are cut from
    clutter  : fragments a picture
    n_digits : digits a picture; their boxes do not overlap
    Returns Canvases.
    Raises TypeError or ValueError for what does not fit, such as digits larger than size.
    Source: cluttered digits, Mnih, Heess, Graves and Kavukcuoglu 2014, "Recurrent models
    of visual attention". The recipe is ours.
    """
    x, y = _digits(x, y)
    rng = check.generator("canvases", rng)
    n, size, n_digits = (
        check.size("canvases", name, value, least=1)
        for name, value in (("n", n), ("size", size), ("n_digits", n_digits))
    )
    clutter = check.size("canvases", "clutter", clutter)
    scale = check.low_and_high("canvases", "scale", scale)
    _require_others(len(x), n_digits, clutter)
    index = rng.integers(len(x), size=(n, n_digits))
    picture, boxes, around = _place_digits(x, index, rng, size, scale)
    masks = picture > THRESHOLD
    side = min(size, max(1, round(min(x.shape[1:]) * 2 / 7)))  # of a fragment
    for _ in range(clutter):
        others = _scaled(x[other_images(len(x), index, rng)], rng, scale)
        pieces, there = fragments(others, side, THRESHOLD, rng)
        scatter(picture, pieces, there, around, rng)
    picture += NOISE * rng.standard_normal(picture.shape, dtype=np.float32)
    one = (slice(None), 0) if n_digits == 1 else slice(None)
    return Canvases(picture.clip(0, 1), y[index][one], boxes[one], masks)


def _place_digits(x, index, rng, size, scale):
    """Return pictures with the digits; the boxes of their ink, and of all their grey."""
    picture = np.zeros((len(index), size, size), np.float32)
    boxes, around = (np.zeros((*index.shape, 4), np.int64) for _ in range(2))
    for k, images in enumerate(index.T):
        digits = _scaled(x[images], rng, scale)
        grey, ink = box_of(digits > 0), box_of(digits > THRESHOLD)
        _require_room(digits, sides_of(grey), size)
        corner, free = places(sides_of(grey), around[:, :k], rng, size)
        _require_free(free, index.shape[1], size)
        move = np.tile(corner - grey[:, :2], 2)
        boxes[:, k], around[:, k] = ink + move, grey + move
        _paste(picture, around[:, k], digits, grey)
    return picture, boxes, around


def _paste(picture, to, digits, grey):
    """Copy from each of the digits what is in its box to another box of that size."""
    for canvas, (x0, y0, x1, y1), digit, (a0, b0, a1, b1) in zip(
        picture, to, digits, grey, strict=True
    ):
        canvas[y0:y1, x0:x1] = digit[b0:b1, a0:a1]


def _scaled(x, rng, scale):
    """Return the images, each scaled by an amount drawn evenly, with room around them."""
    low, high = scale
    room = int(np.ceil(max(0, high - 1) * max(x.shape[1:]) / 2)) + 1
    x = np.pad(x, [(0, 0), (room, room), (room, room)])
    return x if low == high == 1 else affine(x, scale=rng.uniform(low, high, len(x)))


def _digits(x, y):
    """Return x (N, H, W) float32, an ink in each, and y (N,) int64."""
    x, y = check.images("canvases", np.asarray(x), kinds="f"), np.asarray(y)
    if x.ndim != 3 or y.shape != x.shape[:1] or not len(x):
        raise ValueError(
            f"canvases: x must have shape (N, H, W) and y (N,), N > 0, but they came with "
            f"shapes {x.shape} and {y.shape}. Of (N, 1, H, W) take x[:, 0]."
        )
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError(
            f"canvases: x must go from 0, no ink, to 1, but goes from {x.min():g} to "
            f"{x.max():g}. Divide grey levels to 255 by 255."
        )
    blank = ~(x > THRESHOLD).any(axis=(1, 2))
    if blank.any():
        raise ValueError(
            f"canvases: image {blank.argmax()} of x has no ink, no pixel above "
            f"{THRESHOLD}. Leave it out, or divide grey levels so that ink is near 1."
        )
    if y.dtype.kind not in "iu":
        raise TypeError(
            f"canvases: y must hold whole numbers, the classes, but its dtype is {y.dtype}. "
            "Convert it with y.astype(int)."
        )
    return x.astype(np.float32), y.astype(np.int64)


def _require_room(digits, sides, size):
    """Refuse digits that have lost their ink, or that are larger than the canvas."""
    if not (digits > THRESHOLD).any(axis=(1, 2)).all():
        raise ValueError(
            "canvases: a digit has no ink left once it is scaled. Give a larger scale."
        )
    if sides.max() > size:
        raise ValueError(
            f"canvases: a digit of {sides.max()} pixels does not fit into size={size}. "
            "Give a larger size, or a smaller scale."
        )


def _require_free(free, n_digits, size):
    if not free.all():
        raise ValueError(
            f"canvases: no room was found for {n_digits} digits in size={size} after "
            f"{TRIES} tries. Give a larger size, or fewer digits."
        )


def _require_others(n_images, n_digits, clutter):
    if clutter and n_images <= n_digits:
        raise ValueError(
            f"canvases: fragments come from other images than the digits, but x has only "
            f"{n_images} for n_digits={n_digits}. Give more images, or clutter=0."
        )
