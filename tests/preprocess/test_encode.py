import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder as Theirs

from lessons_pkg.preprocess import OneHotEncoder

from .generated import close, quick, refuses

COLOURS = np.array([["red"], ["blue"], ["red"], ["green"]])


def test_by_hand():
    made = OneHotEncoder().fit(COLOURS)
    assert made.categories_[0].tolist() == ["blue", "green", "red"]
    assert made.transform([["green"], ["blue"]]).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert made.get_feature_names_out(["colour"]).tolist() == [
        *("colour_blue", "colour_green", "colour_red")
    ]
    dropped = OneHotEncoder(drop="first").fit(COLOURS)
    assert dropped.transform([["green"], ["blue"]]).tolist() == [[1, 0], [0, 0]]
    assert dropped.get_feature_names_out().tolist() == ["x0_green", "x0_red"]


@quick
@given(
    st.integers(1, 30),
    st.lists(
        st.sampled_from(["text", "whole", "float", "one"]), min_size=1, max_size=4
    ),
    st.sampled_from([None, "first"]),
    st.integers(0, 10**6),
)
def test_equals_scikit_learn(n, kinds, drop, seed):
    rng = np.random.default_rng(seed)
    make = {
        "text": lambda: rng.choice(["a", "bb", "", "Z"], n),
        "whole": lambda: rng.integers(-2, 3, n),
        "float": lambda: rng.choice([0.5, -1.0, 2.25], n),
        "one": lambda: np.full(n, "only"),
    }
    x = np.stack([make[kind]().astype(object) for kind in kinds], axis=1)
    ours = OneHotEncoder(drop=drop).fit(x)
    theirs = Theirs(drop=drop, sparse_output=False).fit(x)
    for mine, other in zip(ours.categories_, theirs.categories_, strict=True):
        assert mine.tolist() == other.tolist()
    close(ours.transform(x), theirs.transform(x), 0)
    np.testing.assert_array_equal(ours.inverse_transform(ours.transform(x)), x)
    names = theirs.get_feature_names_out()
    np.testing.assert_array_equal(ours.get_feature_names_out(), names)


def test_arrays_of_one_kind_come_back_as_they_were():
    for x in (COLOURS, np.array([[3], [1]]), np.array([[0.5], [2.0]])):
        made = OneHotEncoder().fit(x)
        np.testing.assert_array_equal(
            made.inverse_transform(made.transform(x)), x, strict=True
        )


def test_lists_of_rows_keep_numbers_and_text_apart():
    made = OneHotEncoder().fit([["a", 10], ["b", 9]])
    assert made.categories_[1].tolist() == [9, 10]  # as text it were "10", "9"


def test_an_unseen_category_as_zeros():
    made = OneHotEncoder(handle_unknown="ignore").fit(COLOURS)
    hot = made.transform([["pink"], ["red"]])
    assert hot.tolist() == [[0, 0, 0], [0, 0, 1]]
    assert made.inverse_transform(hot).tolist() == [[None], ["red"]]


# Error sentences


def test_an_unseen_category():
    refuses(
        lambda: OneHotEncoder().fit(COLOURS).transform([["red"], ["pink"]]),
        "OneHotEncoder: column 0 holds 'pink', which fit has not seen. For zeros in its "
        'place set handle_unknown="ignore".',
    )
    refuses(
        lambda: OneHotEncoder(drop="first").fit(COLOURS).transform([["pink"]]),
        "OneHotEncoder: column 0 holds 'pink', which fit has not seen. Zeros would stand "
        "for the category that drop left out: keep all of them with drop=None and "
        'handle_unknown="ignore".',
    )


@pytest.mark.parametrize("gap", [None, np.nan])
def test_a_missing_category(gap):
    refuses(
        lambda: OneHotEncoder().fit(np.array([["a"], [gap]], dtype=object)),
        "OneHotEncoder: column 0 holds missing values. Make them a category of their own "
        'with SimpleImputer(strategy="constant", fill_value="missing").',
    )


def test_text_beside_numbers_in_one_column():
    refuses(
        lambda: OneHotEncoder().fit(np.array([["a"], [1]], dtype=object)),
        "OneHotEncoder: column 0 mixes text and numbers, which have no common order. "
        "Make them text with x.astype(str).",
    )


def test_arguments_that_are_none():
    refuses(
        lambda: OneHotEncoder(drop="last").fit(COLOURS),
        "OneHotEncoder: drop must be one of None, 'first', but 'last' came.",
    )
    refuses(
        lambda: OneHotEncoder(handle_unknown="warn").fit(COLOURS),
        "OneHotEncoder: handle_unknown must be one of 'error', 'ignore', but 'warn' "
        "came.",
    )


def test_zeros_that_stand_for_nothing():
    refuses(
        lambda: OneHotEncoder().fit(COLOURS).inverse_transform([[0, 1, 0], [0, 0, 0]]),
        "OneHotEncoder: row 1 is 0 in all columns of column 0, which stands for no "
        "category. Give what transform returned.",
    )


def test_zeros_cannot_stand_for_two_things():
    refuses(
        lambda: OneHotEncoder(drop="first", handle_unknown="ignore").fit(COLOURS),
        'OneHotEncoder: drop="first" excludes handle_unknown="ignore". Zeros would stand '
        "for the category that drop left out: keep all of them with drop=None and "
        'handle_unknown="ignore".',
    )


@pytest.mark.parametrize("handle_unknown", ["error", "ignore"])
@pytest.mark.parametrize("kind", [None, object])
def test_text_where_numbers_were_and_numbers_where_text_was(handle_unknown, kind):
    numbers, text = np.array([[1], [2]], kind), np.array([["1"], ["2"]], kind)
    made = OneHotEncoder(handle_unknown=handle_unknown)
    refuses(
        lambda: made.fit(numbers).transform(text),
        "OneHotEncoder: column 0 holds '1', but fit has seen numbers there. Give the "
        "same kind of values.",
    )
    refuses(
        lambda: made.fit(text).transform(numbers),
        "OneHotEncoder: column 0 holds 1, but fit has seen text there. Give the same "
        "kind of values.",
    )


def test_single_categories_come_back_though_drop_leaves_no_column():
    made = OneHotEncoder(drop="first").fit([["a", "x"], ["a", "x"]])
    hot = made.transform([["a", "x"]] * 3)
    assert hot.shape == (3, 0)
    assert made.inverse_transform(hot).tolist() == [["a", "x"]] * 3
