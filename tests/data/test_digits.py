import dataclasses
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from lessons_pkg import data


@pytest.fixture(scope="module")
def digits():
    return data.digits()


def test_the_arrays_are_scikit_learns(digits):
    shipped = load_digits()
    expected = shipped.images.astype(np.float32) / 16
    np.testing.assert_array_equal(digits.x, expected, strict=True)
    np.testing.assert_array_equal(digits.y, shipped.target, strict=True)


def test_the_facts_that_the_course_states(digits):
    assert digits.x.shape == (1797, 8, 8)
    assert digits.x.dtype == np.float32
    assert digits.y.dtype == np.int64
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    # The counts of the test part, as its documentation at UCI lists them.
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    np.testing.assert_array_equal(np.bincount(digits.y), counts)
    assert digits.class_names == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


def test_source_licence_and_units_are_given(digits):
    assert "10.24432/C50P49" in digits.source
    assert "1797 of 5620" in digits.source
    assert "CC BY 4.0" in digits.licence
    assert "0 to 16, divided by 16" in digits.units


def test_repr(digits):
    lines = repr(digits).splitlines()
    assert lines[0] == (
        "Collection digits: x (1797, 8, 8) float32, y (1797,) int64, 10 classes"
    )
    assert lines[-1] == "  licence: data CC BY 4.0 (UCI); scikit-learn BSD-3-Clause"


def test_a_data_set_is_frozen(digits):
    with pytest.raises(dataclasses.FrozenInstanceError):
        digits.x = None


def test_each_load_is_a_copy_of_its_own(digits):
    changed = data.digits()
    changed.x[:] = -1
    np.testing.assert_array_equal(data.digits().x, digits.x)


def test_every_name_loads():
    assert data.names() == (
        *("breast_cancer", "diabetes", "digits", "iris", "mnist_5k", "wine"),
    )
    for name in data.names():
        loaded = data.load(name)
        assert loaded.name == name
        assert len(loaded.x) == len(loaded.y)
        if loaded.class_names:
            assert set(loaded.y) == set(range(len(loaded.class_names)))


def test_an_unknown_name():
    with pytest.raises(ValueError, match=r"data\.load") as error:
        data.load("mnist")
    assert str(error.value) == (
        "data.load: there is no data set 'mnist'. Choose one of: breast_cancer, "
        "diabetes, digits, iris, mnist_5k, wine."
    )


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError) as error:
        data.digits()
    assert str(error.value) == (
        "data.digits: the digits come with scikit-learn, which is not installed. "
        "Install it with: python -m pip install scikit-learn"
    )
