"""Spaces: what values each setting may take, and how they lie between 0 and 1."""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np


@dataclass(frozen=True)
class Uniform:
    """Any number from low to high, each as likely."""

    low: float
    high: float

    def __post_init__(self):
        _check_range(self, Real)

    def value(self, u):
        """Return the value at the share u, from 0 to 1, of the way."""
        return float(self.low + u * (self.high - self.low))

    def coordinates(self, value):
        """Return where a value lies between 0 and 1, as a list of one."""
        return [(value - self.low) / (self.high - self.low)]


@dataclass(frozen=True)
class LogUniform:
    """Any number from low to high, each order of magnitude as likely: for rates."""

    low: float
    high: float

    def __post_init__(self):
        _check_range(self, Real)
        if self.low <= 0:
            raise ValueError(
                f"LogUniform: low must be above 0, but {self.low} came. A logarithm has "
                f"no 0: take a small number such as 1e-6, or Uniform."
            )

    def value(self, u):
        """Return the value at the share u, from 0 to 1, of the way in logarithms."""
        u = float(u)  # the ratio high / low could overflow, these powers cannot
        value = self.low ** (1 - u) * self.high**u
        return min(max(value, float(self.low)), float(self.high))

    def coordinates(self, value):
        """Return where the logarithm of a value lies between 0 and 1, a list of one."""
        start, end = math.log(self.low), math.log(self.high)
        return [(math.log(value) - start) / (end - start)]


@dataclass(frozen=True)
class Integers:
    """Any whole number from low to high, both included, each as likely."""

    low: int
    high: int

    def __post_init__(self):
        _check_range(self, Integral)
        if self.high - self.low >= sys.maxsize:
            raise ValueError(
                f"Integers: from {self.low} to {self.high} there are too many numbers to "
                f"count. Take a smaller range, or Uniform."
            )

    @property
    def values(self):
        """All the numbers there are."""
        return range(self.low, self.high + 1)

    def value(self, u):
        """Return the number at the share u, from 0 to 1, of the way."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    def coordinates(self, value):
        """Return where a number lies between 0 and 1, as a list of one."""
        return [(value - self.low) / (self.high - self.low)]


@dataclass(frozen=True)
class Choice:
    """One of some values without an order, each as likely."""

    values: list

    def value(self, u):
        """Return the value at the share u, from 0 to 1, of the list."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    def coordinates(self, value):
        """Return 1 at the value's place in the list and 0 elsewhere."""
        return [float(value is v or value == v) for v in self.values]


def read_space(who, space):
    """Return the space with a Choice for each list.

    Raises TypeError or ValueError for a space that is none.
    """
    if not isinstance(space, Mapping) or not space:
        raise TypeError(
            f"{who}: space must be a dict with a name for each setting, but "
            f'{space!r} came. Give for example {{"lr": LogUniform(1e-4, 1)}}.'
        )
    return {name: _dimension(who, name, given) for name, given in space.items()}


def point(space, u):
    """Return the settings at u (D,), one number from 0 to 1 for each setting."""
    pairs = zip(space.items(), u, strict=True)
    return {name: dimension.value(share) for (name, dimension), share in pairs}


def coordinates(space, params):
    """Return the settings as a vector with entries from 0 to 1."""
    parts = (dimension.coordinates(params[name]) for name, dimension in space.items())
    return np.concatenate(list(parts))


def _dimension(who, name, given):
    if isinstance(given, Uniform | LogUniform | Integers | Choice):
        return given
    if isinstance(given, np.ndarray):
        given = given.tolist()
    if not isinstance(given, list | tuple | range):
        raise TypeError(
            f"{who}: space[{name!r}] must be a list of choices, Uniform, LogUniform or "
            f"Integers, but {type(given).__name__} came. For a fixed value give a list "
            f"of one."
        )
    if not len(given):
        raise ValueError(
            f"{who}: space[{name!r}] is an empty list. Give at least one choice."
        )
    return Choice(list(given))


def _check_range(made, kind):
    who, low, high = type(made).__name__, made.low, made.high
    right = all(isinstance(x, kind) and not isinstance(x, bool) for x in (low, high))
    if not right or not low < high or not high - low < math.inf:
        what = "whole numbers" if kind is Integral else "numbers"
        raise ValueError(
            f"{who}: low and high must be two {what} with low below high, but "
            f"{low!r} and {high!r} came. For a fixed value give a list of one."
        )
