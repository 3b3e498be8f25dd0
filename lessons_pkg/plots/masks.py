"""Masks over images: which pixels a network marked, and which it should have."""

from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from lessons_pkg.plots import grid, style

# Of all threes of the palette these stay furthest apart, and from the pale grey of the
# image, for readers with any common form of colour blindness.
_COLOURS = {
    "hit": style.PALETTE["blue"],
    "missed": style.PALETTE["orange"],
    "wrong": style.INK,
}
_COVER = 0.85  # of the image's own colour, so much is covered by a mark


def masks(images, predicted, target=None, *, titles=None, n_columns=5):
    """Draw images, pale, with the pixels of their masks in colour.

    With a target: a hit is marked in both masks, a missed pixel in the target alone, a
    wrong one in the prediction alone. Without, the prediction has one colour.

    images : (N, H, W) float array, or (N, H, W, 3) colours from 0 to 1
    predicted, target : (N, H, W) bool arrays, or of 0 and 1
    titles : N texts, each written above its image
    Returns the Figure.
    Raises ValueError if masks do not fit the images, or hold other numbers.
    """
    images = grid.checked("masks", images, titles, n_columns)
    predicted = _checked("predicted", predicted, images.shape[:3])
    if target is None:
        parts = {"predicted": (predicted, _COLOURS["hit"])}
    else:
        target = _checked("target", target, images.shape[:3])
        parts = {
            "hit": (predicted & target, _COLOURS["hit"]),
            "missed": (target & ~predicted, _COLOURS["missed"]),
            "wrong": (predicted & ~target, _COLOURS["wrong"]),
        }
    coloured = grid.pale(images)
    for where, colour in parts.values():
        coloured[where] += _COVER * (to_rgb(colour) - coloured[where])
    figure, _ = grid.pictures(coloured, titles, n_columns, {}, below=grid.KEY)
    grid.key(figure, [Patch(color=c, label=name) for name, (_, c) in parts.items()])
    return figure


def _checked(what, mask, shape):
    """Return a mask as a bool array, or say what is wrong with it."""
    mask = style.finite(mask, "masks", what)
    if mask.shape != shape:
        raise ValueError(
            f"masks: {what} must be (N, H, W) like the images, {shape}, but its shape is "
            f"{mask.shape}. Give one mask for each image, without channels."
        )
    other = mask[(mask != 0) & (mask != 1)]
    if other.size:
        raise ValueError(
            f"masks: {what} holds {style.number(other[0])}, but a pixel is in a mask or "
            f"not: True or False, 1 or 0. Turn probabilities into a mask with "
            f"{what} > 0.5, logits with {what} > 0."
        )
    return mask.astype(bool)
