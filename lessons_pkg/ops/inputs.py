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


def check_dims(who, x, dim, one=False):
    """Return dim as a tuple of axes counted from 0; None and () stand for all of them.

    one : ask for exactly one axis
    Raises TypeError for what is no whole number, ValueError for an axis that x has not.
    """
    if dim is None or (isinstance(dim, tuple | list) and not len(dim) and not one):
        return tuple(range(x.ndim))
    n = max(x.ndim, 1)  # a single number counts as one axis, as in torch
    axes = []
    for d in dim if isinstance(dim, tuple | list) and not one else [dim]:
        if not isinstance(d, int | np.integer) or isinstance(d, bool):
            raise TypeError(
                f"{who}: dim must be a whole number, but {d!r} came. "
                f"Name an axis from {-n} to {n - 1}."
            )
        if not -n <= d < n:
            raise ValueError(
                f"{who}: dim={d} is out of range for x of shape {x.shape}. "
                f"Choose a dim from {-n} to {n - 1}."
            )
        axes.append(int(d) % n)
    if len(set(axes)) < len(axes):
        raise ValueError(f"{who}: dim={dim} names an axis twice.")
    return tuple(axes[: x.ndim]) if not one else tuple(axes)
