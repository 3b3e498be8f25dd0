"""Handwritten digits, 8 by 8 pixels, from scikit-learn."""

import numpy as np

from .collection import Collection


def digits():
    """Return 1797 handwritten digits as shipped in scikit-learn, in its order.

    x : (1797, 8, 8) float32 from 0 (no ink) to 1; y : (1797,) int64, the digit.
    Raises ImportError if scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ImportError(
            "data.digits: the digits come with scikit-learn, which is not installed. "
            "Install it with: python -m pip install scikit-learn"
        ) from None
    shipped = load_digits()
    return Collection(
        name="digits",
        x=(shipped.images / 16).astype(np.float32),
        y=shipped.target.astype(np.int64),
        class_names=tuple("0123456789"),
        source=(
            'E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI '
            "Machine Learning Repository, 1998, doi 10.24432/C50P49; the test part, "
            "1797 of 5620, as shipped in scikit-learn"
        ),
        licence="data CC BY 4.0 (UCI); scikit-learn BSD-3-Clause",
        units=(
            "pixel = inked dots in a 4 by 4 block of the 32 by 32 original, "
            "0 to 16, divided by 16"
        ),
    )
