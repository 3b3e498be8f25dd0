"""An untouched starter is "not attempted"; anything else is an attempt."""

import numpy as np
import pytest

from tests.exercises.samples import ARRAY, CLASS, DEBUG, OPEN, RELU, VALUE


def defined(source, name):
    namespace = {"np": np}
    exec(source, namespace)
    return namespace[name]


def relu(z): ...


def passes(z):
    # nothing yet
    pass


def with_docstring(z):
    """I will write this tomorrow."""
    ...


def other_parameter(x): ...  # x, not z


def none(z):
    return None


def bare(z):
    return


def started(z):
    positive = z > 0  # noqa: F841


class Counter:
    """A docstring of my own."""

    def __init__(self, start):
        # the start
        self.total = start

    def add(self, x): ...


class Started(Counter):
    def __init__(self, start):
        self.total = start + 0

    def add(self, x): ...


def descend(w, gradient, lr=0.1):
    # is it this line?
    w += 2 * lr * gradient


def with_dots(w, gradient, lr=0.1):
    w += 2 * lr * gradient
    ...


def other_default(w, gradient, lr=0.2):
    w += 2 * lr * gradient


UNTOUCHED = [
    (RELU, relu),
    (RELU, passes),
    (RELU, with_docstring),
    (RELU, other_parameter),
    (RELU, ...),
    (RELU, defined("def relu(z):\n\n    ...", "relu")),
    (CLASS, Counter),
    (CLASS, ...),
    (DEBUG, descend),
    (DEBUG, with_dots),
    (VALUE, ...),
    (ARRAY, np.array([[..., ..., ...], [..., ..., ...]])),
    (ARRAY, [[..., ..., ...], [..., ..., ...]]),
    (OPEN, ...),
]
ATTEMPTS = [
    (RELU, none),
    (RELU, bare),
    (RELU, started),
    (RELU, lambda z: None),
    (CLASS, Started),
    (DEBUG, other_default),
    (DEBUG, lambda w, gradient, lr: None),
    (VALUE, None),
    (VALUE, 0),
    (ARRAY, [[1, ..., ...], [..., ..., ...]]),
    (OPEN, ""),
]


@pytest.mark.parametrize(("exercise", "answer"), UNTOUCHED)
def test_untouched_is_not_attempted(exercise, answer):
    verdict = exercise.check(answer)
    assert verdict.status == "not attempted"
    assert verdict.misconception is None


@pytest.mark.parametrize(("exercise", "answer"), ATTEMPTS)
def test_anything_else_is_an_attempt(exercise, answer):
    assert exercise.check(answer).status == "incorrect"


def test_check_without_an_answer():
    assert RELU.check().status == "not attempted"


def test_what_to_do_is_said():
    assert "own work in `total`" in VALUE.check(...).message
    assert "Find what is wrong with it and mend it." in DEBUG.check(descend).message
