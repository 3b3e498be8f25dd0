"""Rows of small pictures: digits, learned weights, mistakes."""

from lessons_pkg.plots import grid


def image_grid(
    images, titles=None, n_columns=10, cmap="gray_r", limits=None, label=None
):
    """Draw pictures in rows; all share one scale, so that they can be compared.

    images : (N, H, W) float array, or (N, H, W, 3) colours from 0 to 1
    titles : N texts, each written above its picture (wrapped to its width)
    cmap : "gray_r" for pictures, ink on white; "gray" for photographs, where a large
        value is light; "diverging" for weights: white is zero, and both signs reach
        equally far
    limits : (low, high) values of the scale; by default the least and the greatest
        value of all the pictures, with "diverging" plus and minus the greatest size
    label : what a value means, with its unit; written beside a colour bar. A
        diverging scale needs it
    Returns the Figure.
    Raises ValueError if images is not (N, H, W) or empty, the titles are not N, or
    limits do not suit the scale.
    """
    images = grid.checked("image_grid", images, titles, n_columns)
    look = _look(images, cmap, limits, label)
    right = grid.BAR if label else 0
    figure, axes = grid.pictures(images, titles, n_columns, look, right=right)
    if label:
        grid.bar(figure, axes[0].images[0], figure.axes, label)
    return figure


def _look(images, cmap, limits, label):
    """Return the colours and the two ends of the one scale that all images share."""
    if cmap != "diverging":
        return grid.ink(images, limits) | ({"cmap": cmap} if images.ndim == 3 else {})
    if not label:
        raise ValueError(
            "image_grid: a diverging scale needs a label that says what its values "
            'mean. Give one, such as label="weight".'
        )
    if limits is None:
        return grid.signed(images)
    low, high = limits
    if low != -high:
        raise ValueError(
            f"image_grid: a diverging scale must reach equally far below and above "
            f"zero, but limits is ({low}, {high}). Give (-a, a)."
        )
    return grid.signed(images) | {"vmin": low, "vmax": high}
