"""Augmentation: new images from those there are, by moving, turning or spoiling them.

x is (N, H, W) or (N, C, H, W). Each function returns an array of the same shape and
dtype and leaves x as it is; rows count downwards, columns to the right. What is drawn at
random comes from the numpy.random.Generator given, anew for each image.
"""

import numpy as np

from . import _checks as check
from .warp import affine

__all__ = [
    "add_noise",
    "affine",
    "random_affine",
    "random_crop",
    "random_erase",
    "random_flip",
    "random_shift",
    "shift",
]


def shift(x, rows, columns, fill=0):
    """Move images by whole pixels, rows down and columns to the right.

    rows, columns : whole numbers, one for all images or (N,)
    What leaves the image is lost; what comes in is `fill`.
    Raises TypeError or ValueError for what does not fit.

    >>> shift(np.array([[[1, 2], [3, 4]]]), 1, 0)
    array([[[0, 0],
            [1, 2]]])
    """
    x = check.images("shift", x)
    rows = check.whole("shift", "rows", rows, len(x))
    columns = check.whole("shift", "columns", columns, len(x))
    out = np.full_like(x, check.fill("shift", fill, x.dtype))
    height, width = x.shape[-2:]
    for i, (down, right) in enumerate(
        zip(rows.tolist(), columns.tolist(), strict=True)
    ):
        to_rows, from_rows = _overlap(down, height)
        to_columns, from_columns = _overlap(right, width)
        out[i, ..., to_rows, to_columns] = x[i, ..., from_rows, from_columns]
    return out


def random_affine(x, rng, degrees=0, translate=0, scale=(1, 1), shear=0, fill=0):
    """Turn, move, scale and shear each image by amounts drawn evenly from ranges.

    degrees, shear : a, for an angle from -a to a
    translate      : a, for -a to a pixels; or two such numbers, for rows and columns
    scale          : (lowest, highest)
    What is left out stays as it is; all else as in `affine`.
    """
    x = check.images("random_affine", x, kinds="f")
    rng, n = check.generator("random_affine", rng), len(x)
    degrees = check.most("random_affine", "degrees", degrees)
    shear = check.most("random_affine", "shear", shear)
    translate = np.broadcast_to(
        check.most("random_affine", "translate", translate, (1, 2)), 2
    )
    low, high = check.low_and_high("random_affine", "scale", scale)
    return affine(
        x,
        degrees=rng.uniform(-degrees, degrees, n),
        translate=rng.uniform(-translate, translate, (n, 2)),
        scale=rng.uniform(low, high, n),
        shear=rng.uniform(-shear, shear, n),
        fill=fill,
    )


def random_shift(x, rng, most, fill=0):
    """Move each image by -most to most whole pixels, down and to the right.

    Every such place is equally likely. Raises ValueError for most < 0.
    """
    x = check.images("random_shift", x)
    rng = check.generator("random_shift", rng)
    most = check.size("random_shift", "most", most)
    rows, columns = rng.integers(-most, most + 1, (2, len(x)))
    return shift(x, rows, columns, fill)


def random_crop(x, rng, padding, fill=0):
    """Put `padding` pixels around each image, and cut one of the old size out of it.

    Every place is equally likely, so this is random_shift under the name that it has in
    papers on photographs: He, Zhang, Ren and Sun 2016 pad by 4.
    """
    x = check.images("random_crop", x)
    rng = check.generator("random_crop", rng)
    padding = check.size("random_crop", "padding", padding)
    rows, columns = rng.integers(2 * padding + 1, size=(2, len(x)))
    return shift(x, padding - rows, padding - columns, fill)


def random_flip(x, rng, p=0.5, axis=-1):
    """Mirror each image with the probability p.

    axis : -1 swaps left and right, -2 top and bottom
    A mirrored photograph is a photograph; a mirrored 2 or 7 is no digit.
    Raises ValueError for a p outside 0 to 1, for another axis.
    """
    x = check.images("random_flip", x)
    rng = check.generator("random_flip", rng)
    if axis not in (-1, -2):
        raise ValueError(
            f"random_flip: axis={axis!r} must be -1, left and right, or -2, top and "
            "bottom. Give one of them."
        )
    if not 0 <= check.number("random_flip", "p", p) <= 1:
        raise ValueError(
            f"random_flip: p={p} is no probability. Give a number from 0 to 1."
        )
    out, chosen = x.copy(), rng.random(len(x)) < p
    out[chosen] = np.flip(x[chosen], axis)
    return out


def add_noise(x, rng, sd):
    """Add normal noise of the standard deviation sd to every pixel; nothing is clipped.

    x must be float. Raises ValueError for sd < 0.
    """
    x = check.images("add_noise", x, kinds="f")
    rng = check.generator("add_noise", rng)
    advice = "Give the standard deviation, one for all images."
    sd = check.most("add_noise", "sd", sd, advice=advice)
    dtype = np.float64 if x.dtype == np.float64 else np.float32
    return x + (x.dtype.type(sd) * rng.standard_normal(x.shape, dtype)).astype(x.dtype)


def random_erase(x, rng, size, fill=0):
    """Paint a square of size by size pixels over each image, at a random place in it.

    Raises ValueError where the square is larger than the image.
    Source: DeVries and Taylor 2017, "Improved regularization of convolutional neural
    networks with cutout" (theirs may stick out); Zhong et al. 2020, "Random erasing data
    augmentation".
    """
    x = check.images("random_erase", x)
    rng = check.generator("random_erase", rng)
    size = check.size("random_erase", "size", size)
    height, width = x.shape[-2:]
    if size > min(height, width):
        raise ValueError(
            f"random_erase: size={size} is larger than the images, {height} by {width}. "
            "Give a smaller one."
        )
    rows = _within(rng.integers(height - size + 1, size=len(x)), size, height)
    columns = _within(rng.integers(width - size + 1, size=len(x)), size, width)
    square = rows[:, :, None] & columns[:, None, :]  # (N, H, W)
    fill = check.fill("random_erase", fill, x.dtype)
    return np.where(square if x.ndim == 3 else square[:, None], fill, x)


def _overlap(move, n):
    """Return where, along an axis of n pixels moved by `move`, what stays goes; and was."""
    move = max(-n, min(move, n))
    return slice(max(move, 0), n + min(move, 0)), slice(max(-move, 0), n - max(move, 0))


def _within(start, size, n):
    """Say which of n pixels lie in start .. start + size - 1, (N, n) of booleans."""
    place = np.arange(n) - start[:, None]
    return (place >= 0) & (place < size)
