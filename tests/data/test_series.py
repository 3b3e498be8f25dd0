import dataclasses
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from lessons_pkg import data

module = sys.modules["lessons_pkg.data.series"]


def test_the_arrays_are_statsmodels_own():
    datasets = pytest.importorskip("statsmodels.datasets")
    theirs = datasets.sunspots.load_pandas().data.to_numpy()
    ours = data.sunspots()
    np.testing.assert_array_equal(ours.times, theirs[:, 0])
    np.testing.assert_array_equal(ours.x, theirs[:, 1].astype(np.float32), strict=True)
    theirs = datasets.elnino.load_pandas().data.to_numpy()
    ours = data.el_nino()
    np.testing.assert_array_equal(ours.times[::12], theirs[:, 0])
    expected = theirs[:, 1:].ravel().astype(np.float32)
    np.testing.assert_array_equal(ours.x, expected, strict=True)


def test_the_facts_that_the_course_states():
    spots = data.sunspots()
    assert (len(spots), spots.period, spots.x.dtype) == (309, 11, np.float32)
    assert (spots.times[0], spots.times[-1], spots.times.dtype) == (
        1700,
        2008,
        np.int64,
    )
    assert spots.x[0] == 5
    sea = data.el_nino()
    assert (len(sea), sea.period) == (61 * 12, 12)
    assert (sea.times[0], round(sea.times[-1], 3)) == (1950, 2010.917)  # December
    np.testing.assert_allclose(np.diff(sea.times), 1 / 12)
    assert sea.x[0] == np.float32(23.11)
    assert 18 < sea.x.min() < sea.x.max() < 30


@pytest.mark.parametrize(
    ("load", "order"), [(data.sunspots, [10, 11, 9]), (data.el_nino, [12, 11, 13])]
)
def test_the_period_is_that_of_the_data(load, order):
    """Among shifts by 5 to 17 steps x is most like itself after the period, or nearly."""
    series = load()
    shifts = np.arange(5, 18)
    alike = [np.corrcoef(series.x[:-k], series.x[k:])[0, 1] for k in shifts]
    assert shifts[np.argsort(alike)[::-1]][:3].tolist() == order
    assert series.period in order[:2]


@pytest.mark.parametrize("load", [data.sunspots, data.el_nino])
def test_source_licence_and_units_are_given(load):
    series = load()
    assert series.source.endswith("; as shipped in statsmodels")
    assert series.licence.startswith("data: public domain, as statsmodels states")
    assert series.name == load.__name__
    assert series.units
    with pytest.raises(dataclasses.FrozenInstanceError):
        series.x = None


def test_repr():
    assert repr(data.sunspots()) == (
        "Series sunspots: x (309,) float32, 1700 to 2008, period 11\n"
        "  units: sunspot number, the mean of a year\n"
        "  source: National Geophysical Data Center, yearly sunspot numbers in the scale "
        "used before 2015; as shipped in statsmodels\n"
        "  licence: data: public domain, as statsmodels states; statsmodels BSD-3-Clause"
    )
    assert "1950 to 2010.92, period 12" in repr(data.el_nino())


def test_each_load_is_a_copy_of_its_own():
    data.sunspots().x[:] = -1
    assert data.sunspots().x.min() >= 0


@pytest.mark.parametrize("load", [data.sunspots, data.el_nino])
def test_without_statsmodels(load, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ImportError) as error:
        load()
    assert str(error.value) == (
        f"data.{load.__name__}: the series comes with statsmodels, which is not "
        "installed. Install it with: python -m pip install statsmodels"
    )


def test_with_a_statsmodels_that_has_no_such_file(monkeypatch, tmp_path):
    other = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(module, "find_spec", lambda name: other)
    with pytest.raises(ImportError) as error:
        data.sunspots()
    assert str(error.value) == (
        "data.sunspots: the installed statsmodels comes without the file "
        "sunspots/sunspots.csv. Install another version with: python -m pip install "
        "statsmodels==0.15.0"
    )
