"""What every operator asks of its inputs."""

import numpy as np


def as_float(who, name, values):
    """Return `values` as a float array, without a copy where they are one already.

    Floats keep their dtype; integers and booleans become float64.
    Raises TypeError for anything else: text, objects, complex numbers; ValueError for
    lists that make no array.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{who}: {name} has rows of different lengths. "
            f"Give every row the same number of entries."
        ) from None
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{who}: {name} must hold real numbers, but its dtype is {array.dtype}. "
            f"Convert it to float32 or float64 first."
        )
    return array
