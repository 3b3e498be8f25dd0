"""What the tests of the chapters' exercises share: code run as a cell would run it."""

import numpy as np
import torch

from lessons_pkg.exercises import exercise


def numbers(seed, *shape):
    """Normal numbers, float64."""
    return np.random.default_rng(seed).normal(size=shape)


def defined(source, name):
    """Run a definition as a notebook's cell would; return what it defines."""
    namespace = {"np": np, "torch": torch, "__name__": "cell"}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[name]


def changed(source, name, *changes):
    """What the source defines with some of its text replaced: (before, after) pairs."""
    for before, after in changes:
        assert before in source, before
        source = source.replace(before, after)
    return defined(source, name)


class Chapter:
    """One chapter's exercises, by their names without the chapter."""

    def __init__(self, name):
        self.name = name

    def ex(self, name):
        return exercise(f"{self.name}.{name}")

    def given(self, name):
        """The code that the exercise hands out."""
        return defined(self.ex(name).starter, self.ex(name).entry)

    def mended(self, name, *changes):
        """The code handed out, with some of its text replaced."""
        return changed(self.ex(name).starter, self.ex(name).entry, *changes)

    def spoilt(self, name, *changes):
        """The solution's code, with some of its text replaced."""
        return changed(self.ex(name).solution_code, self.ex(name).entry, *changes)
