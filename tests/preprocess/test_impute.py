import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer as Theirs

from lessons_pkg.preprocess import SimpleImputer

from .generated import close, quick, refuses, tables

nan = np.nan


@pytest.mark.parametrize(
    ("strategy", "filled"),
    [("mean", 4.0), ("median", 2.0), ("most_frequent", 1.0), ("constant", 0.0)],
)
def test_by_hand(strategy, filled):
    # 1, 1, 3, 11: mean 16 / 4, median (1 + 3) / 2
    x = np.array([[1.0], [nan], [1.0], [3.0], [11.0]])
    made = SimpleImputer(strategy=strategy).fit(x)
    assert made.statistics_.tolist() == [filled]
    assert made.transform(x).ravel().tolist() == [1, filled, 1, 3, 11]
    assert made.transform([[nan], [7.0]]).tolist() == [[filled], [7.0]]


@quick
@given(
    tables(min_rows=3),
    st.sampled_from(["mean", "median", "most_frequent", "constant"]),
    st.floats(0, 0.6),
    st.booleans(),
    st.integers(0, 10**6),
)
def test_equals_scikit_learn(x, strategy, share, add_indicator, seed):
    gaps = np.random.default_rng(seed).random(x.shape) < share
    gaps[0] = False  # a value at least in each column
    x = np.where(gaps, nan, x)
    arguments = dict(strategy=strategy, add_indicator=add_indicator)
    if strategy == "constant":
        arguments["fill_value"] = -3.5
    ours, theirs = SimpleImputer(**arguments).fit(x), Theirs(**arguments).fit(x)
    close(ours.statistics_, theirs.statistics_)
    close(ours.transform(x), theirs.transform(x))
    if add_indicator:
        assert ours.indicator_features_.tolist() == theirs.indicator_.features_.tolist()


@pytest.mark.parametrize("strategy", ["most_frequent", "constant"])
@pytest.mark.parametrize("add_indicator", [False, True])
def test_columns_of_text_as_in_scikit_learn(strategy, add_indicator):
    x = np.array([["b", "x"], [None, "y"], ["a", "y"], ["b", None]], dtype=object)
    arguments = dict(strategy=strategy, add_indicator=add_indicator)
    ours = SimpleImputer(**arguments).fit(x)
    theirs = Theirs(missing_values=None, **arguments).fit(x)
    assert ours.transform(x).tolist() == theirs.transform(x).tolist()
    word = SimpleImputer(strategy="constant", fill_value="unknown").fit_transform(x)
    assert word.tolist() == [["b", "x"], ["unknown", "y"], ["a", "y"], ["b", "unknown"]]


def test_what_fit_has_seen_decides_whether_text_is_read_as_numbers():
    made = SimpleImputer(strategy="most_frequent").fit([[1.0], [1.0], [nan]])
    text = np.array([["2.5"], [None]], dtype=object)
    assert made.transform(text).tolist() == [[2.5], [1.0]]
    made = SimpleImputer(strategy="most_frequent").fit([["a"], ["a"]])
    assert made.transform([[nan], [2.0]]).tolist() == [["a"], [2.0]]


def test_of_several_most_frequent_the_smallest():
    made = SimpleImputer(strategy="most_frequent").fit([[3.0], [1.0], [3.0], [1.0]])
    assert made.statistics_ == [1.0]


def test_text_that_stands_for_numbers_and_none():
    x = np.array([["1.5", "2"], [None, "4"], ["2.5", None]], dtype=object)
    expected = [[1.5, 2.0], [2.0, 4.0], [2.5, 3.0]]
    assert SimpleImputer().fit_transform(x).tolist() == expected


def test_gaps_only_in_what_comes_later_are_filled_and_get_no_indicator():
    made = SimpleImputer(add_indicator=True).fit([[1.0, nan], [3.0, 5.0]])
    assert made.transform([[nan, nan]]).tolist() == [[2.0, 5.0, 1.0]]


def test_float32_stays():
    x = np.array([[1], [nan]], dtype=np.float32)
    for add_indicator in (False, True):
        made = SimpleImputer(add_indicator=add_indicator)
        assert made.fit_transform(x).dtype == np.float32


def test_the_mean_pulls_the_spread_together():
    """Why a filled column is not the column: its standard deviation shrinks."""
    x = np.random.default_rng(0).normal(size=(1000, 1))
    x[:400] = nan
    filled = SimpleImputer().fit_transform(x)
    assert filled.std() == pytest.approx(np.nanstd(x) * np.sqrt(0.6))


# Error sentences


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent"])
def test_a_column_without_any_value(strategy):
    refuses(
        lambda: SimpleImputer(strategy=strategy).fit([[1.0, nan], [2.0, nan]]),
        f"SimpleImputer: column 1 has no value at all, so it has no "
        f"{strategy.replace('_', ' ')} value. Leave the column out, or fill it with "
        f'strategy="constant".',
    )
    filled = SimpleImputer(strategy="constant").fit_transform([[1.0, nan], [2.0, nan]])
    assert filled.tolist() == [[1, 0], [2, 0]]


def test_a_strategy_that_is_none():
    refuses(
        lambda: SimpleImputer(strategy="mode").fit([[1.0]]),
        "SimpleImputer: strategy must be one of 'mean', 'median', 'most_frequent', "
        "'constant', but 'mode' came.",
    )


def test_a_word_in_a_table_of_numbers():
    refuses(
        lambda: SimpleImputer(strategy="constant", fill_value="none").fit(
            [[1.0], [nan]]
        ),
        "SimpleImputer: fill_value='none' cannot stand in a table of numbers. Give a "
        "number.",
    )


def test_text_beside_numbers_in_one_column():
    x = np.array([[1, "a"], [2, 3]], dtype=object)
    refuses(
        lambda: SimpleImputer(strategy="most_frequent").fit(x),
        "SimpleImputer: column 1 mixes text and numbers, which have no common order. "
        "Make them text with x.astype(str).",
    )


def test_text_has_no_mean():
    refuses(
        lambda: SimpleImputer().fit(np.array([["a"], [None]], dtype=object)),
        "SimpleImputer: x must hold numbers, but column 0 holds text. Turn categories "
        "into columns with OneHotEncoder.",
    )


@pytest.mark.parametrize("x", [[[1.0], [nan]], [["a"], [None]]])
def test_a_gap_cannot_fill_a_gap(x):
    refuses(
        lambda: SimpleImputer(strategy="constant", fill_value=nan).fit(x),
        "SimpleImputer: fill_value is NaN, which would leave every gap a gap. Give what "
        "is to stand there.",
    )
