"""What every transformer says about a table that does not fit."""

import numpy as np
import pytest

from lessons_pkg import preprocess as pre

from .generated import refuses

NUMERIC = [
    pre.StandardScaler,
    pre.MinMaxScaler,
    pre.RobustScaler,
    pre.Normalizer,
    pre.KBinsDiscretizer,
    pre.OutlierClipper,
    pre.PCA,
]
ALL = [*NUMERIC, pre.SimpleImputer, pre.OneHotEncoder]
GOOD = np.random.default_rng(0).normal(size=(10, 3))


def named(steps):
    return pytest.mark.parametrize("step", steps, ids=lambda s: s.__name__)


def said_by(step, make, sentence):
    """Both fit and transform say it."""
    refuses(lambda: step().fit(make()), f"{step.__name__}: {sentence}")
    if step is not pre.OneHotEncoder:
        made = step().fit(GOOD)
        refuses(lambda: made.transform(make()), f"{step.__name__}: {sentence}")


def with_value(value):
    def make():
        x = GOOD.copy()
        x[4, 1] = value
        return x

    return make


@named(NUMERIC)
def test_nan(step):
    said_by(
        *(step, with_value(np.nan)),
        "column 1 holds NaN, a missing value. Fill it with SimpleImputer first.",
    )


@named([*NUMERIC, pre.SimpleImputer])
def test_infinite(step):
    said_by(
        *(step, with_value(-np.inf)),
        "column 1 holds inf. Mend or leave out such rows.",
    )


@named([*NUMERIC, pre.SimpleImputer])
def test_text(step):
    said_by(
        *(step, lambda: np.array([["1", "red", "2"]] * 3, dtype=object)),
        "x must hold numbers, but column 1 holds text. Turn categories into columns "
        "with OneHotEncoder.",
    )


@named(ALL)
def test_empty(step):
    for shape in ((0, 3), (3, 0)):
        said_by(
            *(step, lambda shape=shape: np.zeros(shape)),
            f"x is empty, with shape {shape}. Give at least one row and one column.",
        )


@named(ALL)
def test_not_a_table(step):
    for shape in ((3,), (2, 3, 4), ()):
        said_by(
            *(step, lambda shape=shape: np.zeros(shape)),
            f"x must be a table (N, D), but came with shape {shape}. Give one column as "
            f"x[:, None], images as x.reshape(len(x), -1).",
        )


@named(ALL)
def test_another_number_of_columns(step):
    made = step().fit(GOOD)
    refuses(
        lambda: made.transform(GOOD[:, :2]),
        f"{step.__name__}: transform expects 3 columns, as fit has seen them, but x has "
        f"2. Give the same columns in the same order.",
    )


@named([s for s in ALL if s is not pre.Normalizer])
def test_before_fit(step):
    refuses(
        lambda: step().transform(GOOD),
        f"{step.__name__}: transform came before fit. Call fit with the training part "
        f"first.",
    )
    if hasattr(step, "inverse_transform"):
        refuses(
            lambda: step().inverse_transform(GOOD),
            f"{step.__name__}: inverse_transform came before fit. Call fit with the "
            f"training part first.",
        )


@named([s for s in ALL if hasattr(s, "inverse_transform")])
def test_another_number_of_columns_on_the_way_back(step):
    x = np.array([[0, 1, 2], [1, 0, 5], [4, 4, 1]])
    made = step().fit(x)
    width = made.transform(x).shape[1]
    refuses(
        lambda: made.inverse_transform(np.zeros((2, width + 1))),
        f"{step.__name__}: inverse_transform expects {width} columns, as fit has seen "
        f"them, but x has {width + 1}. Give the same columns in the same order.",
    )


@named(ALL)
def test_a_second_fit_forgets_the_first(step):
    made = step().fit(GOOD * 5 + 1).fit(GOOD[:, :2])
    np.testing.assert_array_equal(
        made.transform(GOOD[:, :2]), step().fit(GOOD[:, :2]).transform(GOOD[:, :2])
    )


@named(NUMERIC)
def test_numbers_written_as_text_are_read(step):
    text = np.array([[f"{v!r}" for v in row] for row in GOOD.tolist()], dtype=object)
    np.testing.assert_array_equal(
        step().fit_transform(text), step().fit_transform(GOOD)
    )


@named([*NUMERIC, pre.SimpleImputer])
def test_complex_numbers(step):
    said_by(
        *(step, lambda: GOOD + 1j),
        "x holds complex numbers. Give their real parts, or their sizes.",
    )
