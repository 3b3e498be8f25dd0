from itertools import pairwise

import numpy as np
import pytest

from lessons_pkg.plots import alignment

from .looking import legible, says

rng = np.random.default_rng(4)
SOURCE, TARGET = "word", ["d", "r", "o", "w", "<end>"]
WEIGHTS = rng.random((5, 4))


def test_rows_are_outputs_and_columns_inputs(ax):
    assert alignment(WEIGHTS, SOURCE, TARGET, ax=ax) is ax
    (table,) = ax.collections
    np.testing.assert_array_equal(table.get_array(), WEIGHTS)
    assert [t.get_text() for t in ax.get_xticklabels()] == list(SOURCE)
    assert [t.get_text() for t in ax.get_yticklabels()] == TARGET
    np.testing.assert_array_equal(ax.get_xticks(), range(4))
    corners = table.get_coordinates()
    assert corners[0, 0].tolist() == [-0.5, -0.5]
    assert corners[-1, -1].tolist() == [3.5, 4.5]
    assert ax.yaxis_inverted()  # the first output at the top
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("read", "written")


def test_the_bar_says_what_a_colour_is(ax):
    alignment(WEIGHTS, SOURCE, TARGET, label="size of the gradient", ax=ax)
    assert ax.figure.axes[1].get_ylabel() == "size of the gradient"
    (table,) = ax.collections
    assert table.get_clim() == (0, WEIGHTS.max())


def test_weights_of_zero_are_white(ax):
    alignment(0 * WEIGHTS, SOURCE, TARGET, ax=ax)
    (table,) = ax.collections
    assert table.get_clim() == (0, 1)
    assert table.get_cmap()(0.0)[:3] == (1, 1, 1)


def test_both_signs_reach_equally_far(ax):
    alignment(WEIGHTS - 3, SOURCE, TARGET, ax=ax)
    (table,) = ax.collections
    most = (3 - WEIGHTS).max()
    assert table.get_clim() == (-most, most)
    assert table.get_cmap().name == "lesson_diverging"


def test_words_beneath_the_columns_are_turned(ax):
    alignment(np.eye(3), ["the", "cat", "."], ["le", "chat", "."], ax=ax)
    assert [t.get_rotation() for t in ax.get_xticklabels()] == [90, 90, 0]
    assert [t.get_rotation() for t in ax.get_yticklabels()] == [0, 0, 0]


@pytest.mark.parametrize("shape", [(1, 1), (3, 30), (30, 3), (12, 13), (60, 35)])
def test_it_is_legible_and_tokens_do_not_touch(shape):
    target, source = ("Wm \n" * 20)[: shape[0]], ("mW \n" * 20)[: shape[1]]
    ax = alignment(rng.random(shape), source, target)
    legible(ax.figure)
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        boxes = [t.get_window_extent() for t in labels]
        assert not any(a.overlaps(b) for a, b in pairwise(boxes))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"weights": WEIGHTS.T},
            "alignment: weights must be (T, S), (5, 4) for these tokens, but the shape "
            "is (4, 5). Rows are outputs: transpose it.",
        ),
        (
            {"weights": WEIGHTS[0]},
            "alignment: weights must be (T, S), (5, 4) for these tokens, but the shape "
            "is (4,). Give a row for each token of target, a column for each of source.",
        ),
        (
            {"weights": WEIGHTS * np.nan},
            "alignment: weights holds a value that is not finite (inf or nan). Find "
            "where the computation left the range of numbers.",
        ),
        (
            {"source": ""},
            "alignment: source is empty, so there is nothing to draw. Give a text, or a "
            "list of tokens.",
        ),
        (
            {"target": ["an answer of many words"]},
            "alignment: target holds 'an answer of many words' of 23 letters, but more "
            "than 14 are not legible. Shorten it, or cut it in two.",
        ),
        (
            {"label": ""},
            "alignment: label is empty, but a reader must know what the axis measures. "
            'Give its name and unit, such as "weight".',
        ),
        (
            {"target": "a" * 61, "weights": np.ones((61, 4))},
            "alignment: target has 61 tokens, but 60 rows are legible. Draw a part.",
        ),
        (
            {"source": "a" * 99, "weights": np.ones((5, 99))},
            "alignment: source has 99 tokens, but 34 columns are legible. Draw a part, or "
            "give the axes more room.",
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    given = {"weights": WEIGHTS, "source": SOURCE, "target": TARGET} | arguments
    with says(sentence):
        alignment(**given, ax=ax)
    assert not ax.collections
