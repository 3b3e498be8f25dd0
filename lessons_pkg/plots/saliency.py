"""Which pixels mattered: maps of influence over their images."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize

from lessons_pkg.plots import grid, style

# From white to a colour that no grey of an image is: one hue, so that only the
# strength speaks, to every eye.
_STRENGTH = LinearSegmentedColormap.from_list(
    "lesson_strength", ["#FFFFFF", style.PALETTE["vermillion"], "#6E3100"]
)


def saliency(images, maps, *, titles=None, label="influence", n_columns=5):
    """Draw images, and beneath each the same image, pale, with its map in colour.

    The image fades where its map is strong: there the colour is that of the bar.
    All maps share one scale. Where maps hold negative values, white is zero and both
    signs reach equally far; else it goes from 0, white, to the greatest value. Where
    only the places matter, divide each map by its own greatest value first.

    images : (N, H, W) float array, or (N, H, W, 3) colours from 0 to 1
    maps : (N, H, W) float array: how much each pixel mattered, such as the gradient of
        the score with respect to it
    titles : N texts, each written above its image
    label : what a value of the maps means, with its unit; written beside the colour bar
    Returns the Figure.
    Raises ValueError if the maps do not fit the images, or grid.checked says so.
    """
    who = "saliency"
    images = grid.checked(who, images, titles, n_columns)
    maps = style.finite(maps, who, "maps")
    if maps.shape != images.shape[:3]:
        raise ValueError(
            f"{who}: maps must be (N, H, W) like the images, {images.shape[:3]}, but the "
            f"shape is {maps.shape}. Give one map for each image, without channels."
        )
    if not label:
        raise ValueError(
            f"{who}: label is empty, but a reader must know what a colour means. "
            f'Say what the maps measure, such as "fall of the score".'
        )
    return _drawn(images, maps, titles, label, min(n_columns, len(images)))


def _drawn(images, maps, titles, label, n_columns):
    """Draw rows of images, each with the row of its maps beneath it."""
    n_rows, titles = -(-len(images) // n_columns), grid.wrapped(titles, n_columns)
    figure, axes = grid.page(
        2 * n_rows,
        n_columns,
        images.shape[1:3],
        titles,
        titled=n_rows,
        right=grid.BAR,
    )
    colours = _scale(maps)
    strength = np.abs(maps)[..., None] / (np.abs(maps).max() or 1.0)
    shade = (1 - grid.pale(images)) * (1 - strength) ** 2
    beneath = (1 - shade) * colours.cmap(colours.norm(maps))[..., :3]
    rows = axes.reshape(n_rows, 2, n_columns).swapaxes(1, 2).reshape(-1, 2)
    for i, (above, below) in enumerate(rows[: len(images)]):
        title = None if titles is None else titles[i]
        grid.show(above, images[i], title, **grid.ink(images))
        grid.show(below, beneath[i])
    grid.bar(figure, colours, axes, label)
    return figure


def _scale(maps):
    """Return the colours of all maps, and the two ends of their scale."""
    look = {"cmap": _STRENGTH, "vmin": 0, "vmax": maps.max() or 1.0}
    if maps.min() < 0:
        look = grid.signed(maps)
    return ScalarMappable(Normalize(look["vmin"], look["vmax"]), look["cmap"])
