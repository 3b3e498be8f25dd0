"""The connected pieces of a picture."""

import numpy as np


def pieces(classes):
    """Number the connected parts (n, n) of equal class, each by its least cell.

    Every cell takes the least number among itself and its neighbours of the same class,
    until nothing changes.
    """
    number = np.arange(classes.size).reshape(classes.shape)
    while True:
        before = number.copy()
        for axis in (0, 1):
            for way in (1, -1):
                _sweep(*(np.moveaxis(a, axis, 0)[::way] for a in (number, classes)))
        if np.array_equal(before, number):
            return number


def _sweep(number, classes):
    """Hand the lesser number on from row to row, in place, where the class is equal."""
    for i in range(1, len(number)):
        same = classes[i] == classes[i - 1]
        least = np.minimum(number[i], number[i - 1])
        number[i] = np.where(same, least, number[i])
