"""Pictures in rows on one page: what they must be, their places, scale and key."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import style

_FRAME = {"visible": True, "color": style.PALETTE["grey"], "linewidth": 0.8}
KEY, BAR = 0.42, 0.95  # inches that a key of one line and a colour bar take


def checked(who, images, titles=None, n_columns=1):
    """Return images as a float array (N, H, W), or (N, H, W, 3) for colours.

    Raises ValueError for another shape, no image, a value that is not finite, titles
    that are not N, or n_columns below 1.
    """
    images = style.finite(images, who, "images")
    colours = images.ndim == 4 and images.shape[-1] == 3
    if not (images.ndim == 3 or colours) or not images.size:
        raise ValueError(
            f"{who}: images must be (N, H, W) with N at least 1, but the shape is "
            f"{images.shape}. {_cure(images)}"
        )
    if colours and (images.min() < 0 or images.max() > 1):
        raise ValueError(
            f"{who}: colours must lie between 0 and 1, but images reach from "
            f"{style.number(images.min())} to {style.number(images.max())}. Divide "
            f"bytes by 255."
        )
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"{who}: there are {len(images)} images, but {len(titles)} titles. "
            f"Give one title for each image."
        )
    if n_columns < 1:
        raise ValueError(
            f"{who}: n_columns is {n_columns}, but a row holds at least one "
            f"image. Give 1 or more."
        )
    return images


def _cure(images):
    if images.ndim == 4 and images.shape[1] == 1:
        return "Leave the axis of the one channel out: images[:, 0]."
    if images.ndim == 4:
        return "Draw one channel: images[:, 0]; or put the three colours last."
    if images.ndim == 3:
        return "Give at least one."
    return "Give one image as images[None], rows of pixels as images.reshape(-1, H, W)."


def pictures(images, titles, n_columns, look, *, right=0, below=0):
    """Draw images in rows, each with its title; return the figure and their axes.

    look : what imshow gets, such as the scale; right, below : as for page
    """
    n_columns = min(n_columns, len(images))
    n_rows, titles = -(-len(images) // n_columns), wrapped(titles, n_columns)
    room = {"right": right, "below": below}
    figure, axes = page(n_rows, n_columns, images.shape[1:3], titles, **room)
    for i, image in enumerate(images):
        show(axes[i], image, None if titles is None else titles[i], **look)
    return figure, axes[: len(images)]


def page(n_rows, n_columns, shape, titles=None, *, titled=None, right=0, below=0):
    """Return a figure of page width, as high as its rows need, and its axes in order.

    Places that no picture takes stay blank.

    shape : (H, W) of a picture
    titles : texts to be written above pictures; their lines make the rows higher
    titled : in how many of the rows they stand; in all if left out
    right, below : inches to leave free, for a colour bar and for a key
    """
    lines = max(title.count("\n") + 1 for title in titles) if titles else 0
    text = 1.35 * lines * style.small() / 72
    width = (style.WIDTH - right) / n_columns - 0.08
    height = n_rows * (width * shape[0] / shape[1] + 0.08) + 0.05 + below
    height += (n_rows if titled is None else titled) * text
    figure, axes = plt.subplots(
        n_rows, n_columns, figsize=(style.WIDTH, height), squeeze=False
    )
    figure.set_layout_engine("constrained", w_pad=0.04, h_pad=0.04, wspace=0, hspace=0)
    for ax in axes.flat:
        blank(ax)
    return figure, axes.ravel()


def blank(ax):
    """Leave nothing of the axes but its place."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def show(ax, image, title=None, **look):
    """Draw one picture, each pixel a sharp square, in a thin frame; return it."""
    shown = ax.imshow(image, interpolation="nearest", **look)
    ax.spines[:].set(**_FRAME)
    if title is not None:
        ax.set_title(title, fontsize=style.small(), pad=4)
    return shown


def ink(images, limits=None):
    """Return the look of grey pictures on one scale, a large value black; {} for colours.

    limits : (low, high) of the scale; by default the least and the greatest value
    """
    if images.ndim == 4:
        return {}
    low, high = (images.min(), images.max()) if limits is None else limits
    return {"cmap": "gray_r", "vmin": low, "vmax": high}


def signed(values):
    """Return the look of signed values: white is zero, both signs reach equally far."""
    size = np.abs(values).max() or 1.0
    return {"cmap": style.DIVERGING, "vmin": -size, "vmax": size}


def pale(images, ink=0.35):
    """Return images as colours (N, H, W, 3), so light that marks stand out on them.

    ink : how dark their darkest pixel becomes; 1 is black
    """
    if images.ndim == 3:
        low, span = images.min(), np.ptp(images) or 1.0
        images = np.repeat(1 - (images - low)[..., None] / span, 3, axis=-1)
    return 1 - ink * (1 - images)


def bar(figure, shown, axes, label):
    """Draw a colour bar beside the axes that says what a colour of `shown` means."""
    scale = figure.colorbar(shown, ax=list(axes), aspect=18, fraction=0.05, pad=0.02)
    scale.set_label(label)
    scale.outline.set_visible(False)


def key(figure, handles):
    """Name what is marked, in one line beneath all pictures."""
    look = {"handlelength": 1.9, "handletextpad": 0.5, "columnspacing": 1.4}
    place = {"loc": "outside lower center", "ncols": len(handles)}
    figure.legend(handles=handles, **place, **look, borderaxespad=0.1)


def some(shown, n, what):
    """Return "8 of 32 outputs", or "3 channels" where none is left out."""
    many = f"{what}s" if n > 1 else what
    return f"{n} {many}" if shown == n else f"{shown} of {n} {many}"


def wrapped(titles, n_columns):
    """Break each title into as few lines as fit above its picture, of even length."""
    if titles is None:
        return None
    most = max(int(72 * style.WIDTH / n_columns / (0.55 * style.small())), 1)
    return ["\n".join(_even(str(title), most)) for title in titles]


def _even(text, most):
    lines = len(textwrap.wrap(text, most))
    tries = (textwrap.wrap(text, letters) for letters in range(1, most + 1))
    return next((broken for broken in tries if len(broken) == lines), [])
