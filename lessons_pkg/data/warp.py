"""Bilinear warping: images scaled, sheared, turned and moved by any amount."""

import numpy as np

from . import _checks as check

BLOCK = 64  # images at a time: their coordinates then fit into the processor's cache


def affine(x, degrees=0, scale=1, translate=(0, 0), shear=0, fill=0):
    """Scale, shear, turn and move images about their centre, with bilinear sampling.

    A point p of the image goes to c + t + k R S (p - c), where c is the centre. Each
    output pixel looks up where it came from: a mean of the four pixels around that place.

    degrees   : turn, positive is anticlockwise as seen
    scale     : k, above 1 enlarges
    translate : t = (rows, columns) in pixels, positive is down and to the right
    shear     : lean in degrees, positive leans to the right, as italics do
    fill      : the grey level around the image
    Each may be one number for all images or (N,), one an image; translate (2,) or (N, 2).
    x must be float. Raises TypeError or ValueError for what does not fit.
    Source: for training, Simard, Steinkraus and Platt 2003, "Best practices for
    convolutional neural networks applied to visual document analysis".

    >>> affine(np.array([[[1.0, 2.0], [3.0, 4.0]]]), degrees=90).round(6)
    array([[[2., 4.],
            [1., 3.]]])
    """
    x = check.images("affine", x, kinds="f")
    inverse, move = _inverse(len(x), degrees, scale, translate, shear)
    fill = check.fill("affine", fill, x.dtype)
    dtype = np.result_type(x, np.float32)  # of places: float16 is too coarse for them
    inverse, move = inverse.astype(dtype), move.astype(dtype)
    out = np.empty(x.shape, x.dtype)
    for start in range(0, len(x), BLOCK):
        block = slice(start, start + BLOCK)
        out[block] = _sample(x[block], inverse[block], move[block], fill)
    return out


def _inverse(n, degrees, scale, translate, shear):
    """Return (k R S)^-1, (N, 2, 2), and t, (N, 2), for points (row, column)."""
    degrees = check.one_an_image("affine", "degrees", degrees, n)
    scale = check.one_an_image("affine", "scale", scale, n)
    shear = check.one_an_image("affine", "shear", shear, n)
    move = check.one_an_image("affine", "translate", translate, n, 2)
    sizes = (scale >= 1e-6) & (scale <= 1e6)
    check.require("affine", "scale", scale, sizes, "from 1e-6 to 1e6")
    check.require("affine", "translate", move, abs(move) <= 1e6, "from -1e6 to 1e6")
    check.require("affine", "shear", shear, abs(shear) < 90, "between -90 and 90")
    turn, lean = np.deg2rad(degrees), np.tan(np.deg2rad(shear))
    c, s = np.cos(turn), np.sin(turn)
    # R S = [[c + s lean, -s], [s - c lean, c]], of determinant 1.
    inverse = np.stack([c, s, c * lean - s, c + s * lean]) / scale
    return inverse.T.reshape(n, 2, 2), move


def _sample(x, inverse, move, fill):
    """Look up each output pixel p at inverse (p - c - t) + c in x, (B, ..., H, W)."""
    height, width = x.shape[-2:]
    row, column = _sources(height, width, inverse, move)
    top, left = np.floor(row), np.floor(column)
    stride = width + 3  # of the image with its margin: one before, two after
    index = ((top + 1) * stride + (left + 1)).astype(np.intp)
    pixels, index = _with_margin(x, index, fill)
    down, right = (
        part.reshape(len(x), *(1,) * (x.ndim - 3), height, width)
        for part in (row - top, column - left)
    )
    upper = _between(pixels.take(index), pixels.take(index + 1), right)
    index += stride
    lower = _between(pixels.take(index), pixels.take(index + 1), right)
    return _between(upper, lower, down)


def _sources(height, width, inverse, move):
    """Return the row and the column, (B, H, W), that each output pixel came from."""
    centre = np.array([(height - 1) / 2, (width - 1) / 2], dtype=move.dtype)
    down = np.arange(height, dtype=move.dtype) - centre[0] - move[:, :1]  # (B, H)
    right = np.arange(width, dtype=move.dtype) - centre[1] - move[:, 1:]  # (B, W)
    at = [
        row[:, :1, None] * down[:, :, None] + row[:, 1:, None] * right[:, None] + c
        for row, c in zip(inverse.transpose(1, 0, 2), centre, strict=True)
    ]
    # Further out there is only fill.
    return [a.clip(-1, n, out=a) for a, n in zip(at, (height, width), strict=True)]


def _with_margin(x, index, fill):
    """Return the pixels, flat, with fill around each image; and the index into them."""
    height, width = x.shape[-2:]
    shape = (*x.shape[:-2], height + 3, width + 3)
    pixels = np.full(shape, fill, x.dtype)
    pixels[..., 1:-2, 1:-2] = x
    planes = np.arange(0, pixels.size, shape[-2] * shape[-1])
    index = index.reshape(len(x), *(1,) * (x.ndim - 3), height, width)
    return pixels.ravel(), index + planes.reshape(*x.shape[:-2], 1, 1)


def _between(a, b, share):
    """Return (1 - share) a + share b; a itself, to the bit, for share 0 and finite b."""
    b -= a
    b *= share
    b += a
    return b
