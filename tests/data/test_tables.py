import sys

import numpy as np
import pytest
from sklearn import datasets

from lessons_pkg import data

TABLES = {
    "iris": (150, 4, [50, 50, 50]),
    "wine": (178, 13, [59, 71, 48]),
    "breast_cancer": (569, 30, [212, 357]),
    "diabetes": (442, 10, None),
}


@pytest.fixture(scope="module")
def tables():
    return {name: data.load(name) for name in TABLES}


@pytest.mark.parametrize("name", TABLES)
def test_the_arrays_are_scikit_learns_and_not_scaled(tables, name):
    options = {"scaled": False} if name == "diabetes" else {}
    shipped = getattr(datasets, f"load_{name}")(**options)
    np.testing.assert_array_equal(tables[name].x, shipped.data, strict=True)
    np.testing.assert_array_equal(tables[name].y, shipped.target)


@pytest.mark.parametrize("name", TABLES)
def test_the_facts_that_the_course_states(tables, name):
    made, (n, d, counts) = tables[name], TABLES[name]
    assert made.x.shape == (n, d)
    assert len(made.features) == len(set(made.features)) == d
    assert not np.isnan(made.x).any()
    if counts is None:
        assert (made.y.dtype, made.class_names) == (np.float64, ())
        assert (made.y.min(), made.y.max()) == (25, 346)
    else:
        assert made.y.dtype == np.int64
        np.testing.assert_array_equal(np.bincount(made.y), counts)


def test_names_of_columns_and_classes(tables):
    iris = tables["iris"]
    assert iris.features == (
        *("sepal length", "sepal width", "petal length", "petal width"),
    )
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert tables["wine"].features[-2:] == ("od280/od315 of diluted wines", "proline")
    assert tables["breast_cancer"].features[0] == "mean radius"
    assert tables["diabetes"].features[2] == "bmi"
    assert tables["diabetes"].x[0, 2] == 32.1


def test_class_0_is_malignant(tables):
    cancer = tables["breast_cancer"]
    assert cancer.class_names == ("malignant", "benign")
    assert "Class 0 is malignant, class 1 benign" in cancer.units
    # Larger nuclei are the sick ones, so the labels are not the other way round.
    radius = cancer.x[:, 0]
    assert radius[cancer.y == 0].mean() > radius[cancer.y == 1].mean()


@pytest.mark.parametrize(
    ("name", "source", "licence"),
    [
        ("iris", "10.24432/C56C76", "CC BY 4.0"),
        ("wine", "10.24432/C5PC7J", "CC BY 4.0"),
        ("breast_cancer", "10.24432/C5DW2B", "CC BY 4.0"),
        ("diabetes", "Annals of Statistics 32(2), 2004", "the source states none"),
    ],
)
def test_source_and_licence_are_given(tables, name, source, licence):
    assert source in tables[name].source
    assert licence in tables[name].licence


def test_repr_names_the_columns_and_what_is_to_be_predicted(tables):
    first, second, *_ = repr(tables["iris"]).splitlines()
    assert first == "Collection iris: x (150, 4) float64, y (150,) int64, 3 classes"
    assert second == (
        "  features: sepal length, sepal width, petal length, petal width"
    )
    assert repr(tables["diabetes"]).splitlines()[0] == (
        "Collection diabetes: x (442, 10) float64, y (442,) float64, a number to predict"
    )


def test_each_load_is_a_copy_of_its_own(tables):
    data.iris().x[:] = -1
    np.testing.assert_array_equal(data.iris().x, tables["iris"].x)


@pytest.mark.parametrize("name", TABLES)
def test_without_scikit_learn(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError) as error:
        data.load(name)
    assert str(error.value) == (
        f"data.{name}: the table comes with scikit-learn, which is not installed. "
        f"Install it with: python -m pip install scikit-learn"
    )
