"""What recurrent layers and cells accept: their sizes, the states to start from."""

from numbers import Integral, Real

import numpy as np


def require_sizes(who, **sizes):
    """Raise ValueError, naming it, for a size that is no whole number of 1 or more."""
    for name, size in sizes.items():
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(
                f"{who}: {name}={size!r} must be a whole number, 1 or more. "
                "Give such a number."
            )


def require_share(who, dropout):
    """Raise ValueError for a dropout that is no number from 0 to 1."""
    fits = isinstance(dropout, Real) and not isinstance(dropout, bool)
    if not fits or not 0 <= dropout <= 1:
        raise ValueError(
            f"{who}: dropout={dropout!r} must be a number from 0 to 1, the chance to drop "
            "an entry. Give such a number."
        )


def first_states(who, hx, n_states, shape, dtype):
    """Return the list of states to start from: those that came, checked, or zeros.

    Raises ValueError for other shapes, TypeError for what has none.
    """
    if hx is None:
        return [np.zeros(shape, dtype)] * n_states
    states = list(hx) if isinstance(hx, tuple | list) else [hx]
    for h in states:
        if not hasattr(h, "shape"):
            raise TypeError(
                f"{who}: hx must hold tensors, but {type(h).__name__} came. Leave hx out "
                "to start from zeros."
            )
    shapes = [tuple(h.shape) for h in states]
    if shapes != [shape] * n_states:
        raise ValueError(
            f"{who}: hx must hold {n_states} of shape {shape}, but the shapes "
            f"{', '.join(map(str, shapes))} came."
        )
    return states
