import dataclasses
import sys

import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from lessons_pkg import data

NAMES = ("china", "flower", "grace_hopper")


@pytest.mark.parametrize("name", ["china", "flower"])
def test_two_are_scikit_learns(name):
    shipped = load_sample_image(f"{name}.jpg")
    got = data.photograph(name)
    np.testing.assert_array_equal(np.rint(255 * got.x), shipped)
    assert (got.name, got.licence) == (name, "CC BY 2.0")


@pytest.mark.parametrize("name", NAMES)
def test_numbers_from_0_to_1(name):
    x = data.photograph(name).x
    assert x.dtype == np.float32
    assert x.shape[2] == 3
    assert 0 <= x.min() < 0.05
    assert 0.9 < x.max() <= 1
    assert x.flags.writeable


def test_the_facts_that_the_course_states():
    assert data.photograph("china").x.shape == (427, 640, 3)
    assert data.photograph("flower").x.shape == (427, 640, 3)
    hopper = data.photograph("grace_hopper")
    assert hopper.x.shape == (600, 512, 3)
    # The channels are red, green and blue, and the picture is upright: the sky over the
    # palace is blue.
    sky = data.photograph("china").x[:60, :200].mean(axis=(0, 1))
    assert sky[2] > sky[0]


def test_repr():
    assert repr(data.photograph("flower")) == (
        "Photograph flower: x (427, 640, 3) float32\n"
        "  source: photograph by vultilion, Flickr 6056698931; as shipped in "
        "scikit-learn, whose note names another photographer beside the same link\n"
        "  licence: CC BY 2.0"
    )


def test_each_is_a_copy_of_its_own_and_frozen():
    one = data.photograph("china")
    one.x[:] = -1
    assert data.photograph("china").x.min() >= 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.x = None


def test_grey_by_hand():
    x = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]], dtype=np.float64)
    np.testing.assert_allclose(data.grey(x), [[0.299, 0.587, 0.114, 1]], rtol=1e-15)
    # Whole numbers: (0.299 * 100 + 0.587 * 200 + 0.114 * 50) = 29.9 + 117.4 + 5.7.
    assert data.grey(np.uint8([100, 200, 50])) == pytest.approx(153)


@pytest.mark.parametrize("name", NAMES)
def test_grey_of_a_photograph(name):
    x = data.photograph(name).x
    before = x.copy()
    got = data.grey(x)
    assert (got.shape, got.dtype) == (x.shape[:2], np.float32)
    assert (got >= x.min(axis=2) - 1e-6).all()
    assert (got <= x.max(axis=2) + 1e-6).all()
    np.testing.assert_array_equal(x, before)


def test_grey_stays_grey():
    level = np.linspace(0, 1, 11)
    np.testing.assert_allclose(data.grey(np.stack([level] * 3, axis=-1)), level)


def test_what_has_no_three_channels():
    with pytest.raises(ValueError, match=r"data\.grey") as error:
        data.grey(np.zeros((3, 5, 4)))
    assert str(error.value) == (
        "data.grey: x must have shape (..., 3), red, green and blue, but came with shape "
        "(3, 5, 4). Move the channels last, for example x.transpose(1, 2, 0)."
    )


def test_an_unknown_name():
    with pytest.raises(ValueError, match=r"data\.photograph") as error:
        data.photograph("cat")
    assert str(error.value) == (
        "data.photograph: there is no photograph 'cat'. Choose one of: china, flower, "
        "grace_hopper."
    )


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("china", "sklearn.datasets", "scikit-learn"),
        ("grace_hopper", "matplotlib", "matplotlib"),
    ],
)
def test_without_the_package(monkeypatch, name, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError) as error:
        data.photograph(name)
    assert str(error.value) == (
        f"data.photograph: {name} comes with {package}, which is not installed. "
        f"Install it with: python -m pip install {package}"
    )
