"""The examples in the docstrings of lessons_pkg are right."""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest

import lessons_pkg

ROOT = Path(lessons_pkg.__file__).parent


def module_names():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        if parts[-1] != "__main__":
            yield ".".join(parts).removesuffix(".__init__")


def load(name):
    """Import a module, or skip the test where a package it is made for is missing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("", "lessons_pkg"):
            raise
        pytest.skip(f"{name} needs {error.name}")


def failures(module):
    return doctest.testmod(module, extraglobs={"np": np}).failed


@pytest.mark.parametrize("name", list(module_names()))
def test_examples(name):
    assert failures(load(name)) == 0


def test_a_wrong_example_is_found(capsys):
    module = type(doctest)("invented", "It is wrong.\n\n>>> 1 + 1\n3\n")
    assert failures(module) == 1
    assert "Got:\n    2" in capsys.readouterr().out


def test_examples_are_found():
    module = load("lessons_pkg.ops.activations")
    assert doctest.testmod(module, extraglobs={"np": np}).attempted >= 3
