"""What a collection of data is: arrays, and what one must know before using them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Collection:
    """Arrays with their origin.

    x        : (N, ...) inputs
    y        : (N,) true classes, indices into class_names; or numbers to predict, and
               then class_names is empty
    features : names of the D columns of a table (N, D); empty where x is no table
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    class_names: tuple[str, ...]
    source: str
    licence: str
    units: str
    features: tuple[str, ...] = ()

    def __repr__(self):
        """Say what is in it, and under which licence."""
        x, y = (f"{a.shape} {a.dtype}" for a in (self.x, self.y))
        classes = len(self.class_names)
        return (
            f"Collection {self.name}: x {x}, y {y}, "
            f"{f'{classes} classes' if classes else 'a number to predict'}\n"
            + (f"  features: {', '.join(self.features)}\n" if self.features else "")
            + f"  units: {self.units}\n"
            f"  source: {self.source}\n"
            f"  licence: {self.licence}"
        )
