"""Rows of small pictures: digits, learned weights, mistakes."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import style


def image_grid(
    images, titles=None, n_columns=10, cmap="gray_r", limits=None, label=None
):
    """Draw pictures in rows; all share one scale, so that they can be compared.

    images : (N, H, W) float array
    titles : N texts, each written above its picture (wrapped to its width)
    cmap : "gray_r" for pictures, ink on white; "diverging" for weights: white is
        zero, and both signs reach equally far
    limits : (low, high) values of the scale; by default the least and the greatest
        value of all the pictures, with "diverging" plus and minus the greatest size
    label : what a value means, with its unit; written beside a colour bar. A
        diverging scale needs it
    Returns the Figure.
    Raises ValueError if images is not (N, H, W) or empty, the titles are not N, or
    limits do not suit the scale.
    """
    images = _checked(images, titles, n_columns)
    low, high = _limits(images, cmap, limits)
    if cmap == "diverging" and not label:
        raise ValueError(
            "image_grid: a diverging scale needs a label that says what its values "
            'mean. Give one, such as label="weight".'
        )
    n_columns = min(n_columns, len(images))
    n_rows = -(-len(images) // n_columns)
    titles = None if titles is None else _wrapped(titles, n_columns)
    figure, axes = _grid(n_rows, n_columns, images.shape[1:], titles, label)
    colours = style.DIVERGING if cmap == "diverging" else cmap
    look = {"cmap": colours, "vmin": low, "vmax": high, "interpolation": "nearest"}
    for i, image in enumerate(images):
        shown = axes[i].imshow(image, **look)
        axes[i].spines[:].set(visible=True, color=style.PALETTE["grey"], linewidth=0.8)
        if titles is not None:
            axes[i].set_title(titles[i], fontsize=style.small(), pad=4)
    if label:
        bar = figure.colorbar(shown, ax=list(axes), aspect=18, fraction=0.05, pad=0.02)
        bar.set_label(label)
        bar.outline.set_visible(False)
    return figure


def _checked(images, titles, n_columns):
    images = style.finite(images, "image_grid", "images")
    if images.ndim != 3 or not images.size:
        raise ValueError(
            f"image_grid: images must be (N, H, W) with N at least 1, but the shape is "
            f"{images.shape}. Reshape rows of pixels: images.reshape(-1, 8, 8)."
        )
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"image_grid: there are {len(images)} images, but {len(titles)} titles. "
            f"Give one title for each image."
        )
    if n_columns < 1:
        raise ValueError(
            f"image_grid: n_columns is {n_columns}, but a row holds at least one "
            f"image. Give 1 or more."
        )
    return images


def _limits(images, cmap, limits):
    """Return the two ends of the one scale that all images share."""
    size = np.abs(images).max() or 1.0
    own = (-size, size) if cmap == "diverging" else (images.min(), images.max())
    low, high = own if limits is None else limits
    if cmap == "diverging" and low != -high:
        raise ValueError(
            f"image_grid: a diverging scale must reach equally far below and above "
            f"zero, but limits is ({low}, {high}). Give (-a, a)."
        )
    return low, high


def _grid(n_rows, n_columns, shape, titles, label):
    """Return a figure of page width, as high as its rows need, and its axes in order.

    Places that no image takes stay blank.
    """
    lines = max(title.count("\n") + 1 for title in titles) if titles else 0
    text = 1.35 * lines * style.small() / 72
    width = (style.WIDTH - (0.95 if label else 0)) / n_columns - 0.08
    height = n_rows * (width * shape[0] / shape[1] + text + 0.08) + 0.05
    figure, axes = plt.subplots(
        n_rows, n_columns, figsize=(style.WIDTH, height), squeeze=False
    )
    figure.set_layout_engine("constrained", w_pad=0.04, h_pad=0.04, wspace=0, hspace=0)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return figure, axes.ravel()


def _wrapped(titles, n_columns):
    """Break each title into as few lines as fit above its picture, of even length."""
    most = max(int(72 * style.WIDTH / n_columns / (0.55 * style.small())), 1)
    return ["\n".join(_even(str(title), most)) for title in titles]


def _even(text, most):
    lines = len(textwrap.wrap(text, most))
    tries = (textwrap.wrap(text, letters) for letters in range(1, most + 1))
    return next((broken for broken in tries if len(broken) == lines), [])
