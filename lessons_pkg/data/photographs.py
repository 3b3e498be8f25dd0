"""Three photographs that installed packages bring along."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Photograph:
    """A picture with its origin. x : (H, W, 3) float32 from 0 to 1, red, green, blue."""

    name: str
    x: np.ndarray
    source: str
    licence: str

    def __repr__(self):
        """Say what it is, and under which licence."""
        return (
            f"Photograph {self.name}: x {self.x.shape} {self.x.dtype}\n"
            f"  source: {self.source}\n"
            f"  licence: {self.licence}"
        )


def photograph(name):
    """Return the photograph called "china", "flower" or "grace_hopper".

    Raises ValueError for another name, ImportError if its package is not installed.
    """
    if name not in _SHIPPED:
        raise ValueError(
            f"data.photograph: there is no photograph {name!r}. "
            f"Choose one of: {', '.join(_SHIPPED)}."
        )
    read, source, licence = _SHIPPED[name]
    x = np.asarray(read(name), dtype=np.float32) / 255
    return Photograph(name, x, source, licence)


def grey(x):
    """Return the luma of a picture, 0.299 R + 0.587 G + 0.114 B.

    x : (..., 3) red, green, blue
    Returns (...), of the same dtype where x is float, else float64. The weights sum to 1,
    so that grey stays as it is.
    Raises ValueError for a last axis that is not 3.
    Source: ITU-R Recommendation BT.601.
    """
    x = np.asarray(x)
    if x.shape[-1:] != (3,):
        raise ValueError(
            f"data.grey: x must have shape (..., 3), red, green and blue, but came with "
            f"shape {x.shape}. Move the channels last, for example x.transpose(1, 2, 0)."
        )
    weight = np.array([0.299, 0.587, 0.114])
    return x @ weight.astype(x.dtype if x.dtype.kind == "f" else np.float64)


def _from_sklearn(name):
    try:
        from sklearn.datasets import load_sample_image
    except ImportError:
        raise _missing(name, "scikit-learn") from None
    return load_sample_image(f"{name}.jpg")


def _from_matplotlib(name):
    try:
        from matplotlib import cbook, image
    except ImportError:
        raise _missing(name, "matplotlib") from None
    with cbook.get_sample_data(f"{name}.jpg") as file:
        return image.imread(file, format="jpg")


def _missing(name, package):
    return ImportError(
        f"data.photograph: {name} comes with {package}, which is not installed. "
        f"Install it with: python -m pip install {package}"
    )


_SHIPPED = {
    "china": (
        _from_sklearn,
        "photograph by danielbuechele, Flickr 6061409035; as shipped in scikit-learn",
        "CC BY 2.0",
    ),
    "flower": (
        _from_sklearn,
        "photograph by vultilion, Flickr 6056698931; as shipped in scikit-learn, whose "
        "note names another photographer beside the same link",
        "CC BY 2.0",
    ),
    "grace_hopper": (
        _from_matplotlib,
        "portrait of Grace Hopper, Wikimedia Commons File:Grace_Hopper.jpg; as shipped "
        "in matplotlib",
        "matplotlib states none; at Wikimedia Commons: public domain, U.S. Navy",
    ),
}
