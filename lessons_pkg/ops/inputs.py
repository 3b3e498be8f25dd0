"""What every operator asks of its inputs."""

import numpy as np


def reads(*inputs):
    """Note of a backward which inputs' values each of its gradients takes, by number.

    So a change in place of an input that no wanted gradient takes is known to do no harm.
    """

    def note(backward):
        backward.reads = inputs
        return backward

    return note


def as_float(who, name, values):
    """Return `values` as a float array: floats as they are, whole numbers as float64.

    Raises TypeError for anything else, ValueError for lists that make no array.
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


def check_dim(who, x, dim):
    """Return the number of one axis of x, counted from 0."""
    n = max(x.ndim, 1)  # a single number counts as one axis, as in torch
    if not isinstance(dim, int | np.integer) or isinstance(dim, bool):
        raise TypeError(
            f"{who}: dim must be a whole number, but {dim!r} came. "
            f"Name an axis from {-n} to {n - 1}."
        )
    if not -n <= dim < n:
        raise ValueError(
            f"{who}: dim={dim} is out of range for x of shape {x.shape}. "
            f"Choose a dim from {-n} to {n - 1}."
        )
    return int(dim) % n


def check_dims(who, x, dim):
    """Return axes of x as a tuple, counted from 0; None and () name all of them."""
    dims = dim if isinstance(dim, tuple | list) else (dim,)
    if dim is None or not dims:
        return tuple(range(x.ndim))
    axes = tuple([check_dim(who, x, d) for d in dims])
    if len(set(axes)) < len(axes):
        raise ValueError(f"{who}: dim={dim} names an axis twice.")
    return axes[: x.ndim]
