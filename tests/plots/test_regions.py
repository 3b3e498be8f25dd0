import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.contour import QuadContourSet

from lessons_pkg.plots import points, regions, style
from lessons_pkg.plots.pieces import pieces

from .looking import legible, says, texts

VIEW = ((-1.0, 3.0), (-1.0, 2.0))


def thirds(x):
    """Classes 0, 1, 2 in columns, parted at x_1 = 0 and 2."""
    return np.digitize(x[:, 0], [0.0, 2.0])


def logistic(x):
    return 1 / (1 + np.exp(-2 * x[:, 0]))


def lines(ax):
    """Return the points of all lines drawn."""
    sets = [c for c in ax.collections if isinstance(c, QuadContourSet) and not c.filled]
    return [np.vstack([p.vertices for p in s.get_paths()]) for s in sets]


def mesh(ax):
    (found,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    return found


def test_every_point_has_the_tint_of_its_class(ax):
    assert regions(thirds, limits=VIEW, ax=ax) is ax
    x, y = np.linspace(-1, 3, 200), np.linspace(-1, 2, 200)
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    np.testing.assert_array_equal(mesh(ax).get_array().ravel(), thirds(grid))
    tints = mesh(ax).cmap([0, 1, 2])[:, :3]
    for tint, name in zip(tints, ("blue", "vermillion", "green"), strict=True):
        colour = np.array([int(style.PALETTE[name][i : i + 2], 16) for i in (1, 3, 5)])
        np.testing.assert_allclose(tint, 1 - 0.22 * (1 - colour / 255), atol=0.01)
    assert (ax.get_xlim(), ax.get_ylim()) == VIEW


def test_a_line_wherever_the_class_changes(ax):
    regions(thirds, limits=VIEW, ax=ax)
    found = np.unique(np.vstack(lines(ax))[:, 0].round(1))
    np.testing.assert_allclose(found, [0, 2])


def test_each_part_has_the_name_of_its_class_inside_it(ax):
    regions(thirds, limits=VIEW, ax=ax, labels=("low", "middle", "high"))
    assert texts(ax) == ["low", "middle", "high"]
    places = np.array([text.get_position() for text in ax.texts])
    assert thirds(places).tolist() == [0, 1, 2]


def test_a_class_in_two_parts_has_its_name_in_both(ax):
    regions(lambda x: (np.abs(x[:, 0] - 1) < 0.5).astype(int), limits=VIEW, ax=ax)
    assert sorted(texts(ax)) == ["0", "0", "1"]


def test_names_keep_clear_of_the_points(ax):
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    points(x, [0, 0, 0, 1], ax=ax)
    before = ax.get_xlim(), ax.get_ylim()
    regions(lambda x: (x.sum(axis=1) > 1.5).astype(int), ax=ax)
    assert len(ax.texts) == 2
    for text in ax.texts:
        assert np.hypot(*(x - text.get_position()).T).min() > 0.12
    assert before == (ax.get_xlim(), ax.get_ylim())
    legible(ax.figure)


@pytest.mark.parametrize(
    "predict",
    [
        logistic,
        lambda x: logistic(x)[:, None],
        lambda x: np.c_[1 - logistic(x), logistic(x)],
    ],
)
def test_probabilities_have_lines_at_a_tenth_a_half_and_nine_tenths(ax, predict):
    regions(predict, limits=VIEW, ax=ax)
    # 1 / (1 + exp(-2 x)) = 0.9 where x = log(9) / 2
    for found, x in zip(lines(ax), (0, np.log(3)), strict=True):
        np.testing.assert_allclose(found[:, 0], x, atol=0.01)
    assert set(texts(ax)) == {"0.5", "0.9"}  # x = -1.1 is outside


def test_the_half_line_is_solid_and_the_others_dashed(ax):
    regions(logistic, limits=((-3, 3), (-1, 1)), ax=ax)
    sets = [c for c in ax.collections if isinstance(c, QuadContourSet) and not c.filled]
    dashes = {float(s.levels[0]): s.get_linestyle()[0][1] for s in sets}
    assert {level: dash is None for level, dash in dashes.items()} == {
        0.1: False,
        0.5: True,
        0.9: False,
    }


def test_of_many_probabilities_the_greatest_is_drawn(ax):
    regions(lambda x: np.eye(3)[thirds(x)], limits=VIEW, ax=ax)
    assert texts(ax) == ["0", "1", "2"]


def test_a_model_that_is_always_of_one_mind(ax):
    regions(lambda x: np.full(len(x), 2), limits=VIEW, ax=ax)
    assert texts(ax) == ["2"]
    assert lines(ax) == []
    ax.clear()
    regions(lambda x: np.full(len(x), 0.5), limits=VIEW, ax=ax)
    assert texts(ax) == []


def test_a_class_that_is_nowhere_leaves_the_others_their_names_and_colours(ax):
    def predict(x):
        return 2 * (x[:, 0] > 1)

    regions(predict, limits=VIEW, ax=ax, labels=("a", "b", "c"))
    assert texts(ax) == ["a", "c"]


def test_booleans_are_classes(ax):
    regions(lambda x: x[:, 0] > 1, limits=VIEW, ax=ax)
    assert texts(ax) == ["0", "1"]


def test_pieces_by_hand():
    found = pieces(np.array([[0, 0, 1], [1, 0, 1], [1, 1, 0], [0, 1, 1]]))
    expected = [[0, 0, 2], [3, 0, 2], [3, 3, 8], [9, 3, 3]]
    np.testing.assert_array_equal(found, expected)


def test_pieces_that_wind():
    snake = np.zeros((9, 9), int)
    snake[1::2] = 1
    snake[1, -1] = snake[3, 0] = snake[5, -1] = snake[7, 0] = 0
    found = pieces(snake)
    assert len(np.unique(found[snake == 0])) == 1
    assert len(np.unique(found[snake == 1])) == 4


@pytest.mark.parametrize(
    ("predict", "options", "sentence"),
    [
        (
            thirds,
            {"limits": None},
            "regions: limits is None and the axes are empty, so there is no view to "
            "shade. Draw the points first, or give ((x_low, x_high), (y_low, y_high)).",
        ),
        (
            thirds,
            {"limits": (0, 1)},
            "regions: limits must be ((x_low, x_high), (y_low, y_high)), but is (0, 1). "
            "Give two different numbers for each axis.",
        ),
        (
            lambda x: thirds(x)[:5],
            {},
            "regions: predict must return one class or probability for each of the 40000 "
            "points, but the shape is (5,). Return (N,) or (N, C).",
        ),
        (
            lambda x: 3 * x[:, 0],
            {},
            "regions: predict returned floats from −3 to 9, but probabilities lie "
            "between 0 and 1. Return probabilities, or classes as integers.",
        ),
        (
            lambda x: 0.1 * thirds(x) + np.nan,
            {},
            "regions: predict returned floats from nan to nan, but probabilities lie "
            "between 0 and 1. Return probabilities, or classes as integers.",
        ),
        (
            thirds,
            {"n_classes": 2},
            "regions: predict returned the class 2, but the classes are 0 to 1. Number "
            "the classes from 0.",
        ),
        (
            lambda x: thirds(x) - 1,
            {},
            "regions: predict returned the class -1, but the classes are 0 to 1. Number "
            "the classes from 0.",
        ),
        (
            lambda x: thirds(x).astype(str),
            {},
            "regions: predict returned <U21 of shape (40000,), but must return integer "
            "classes (N,), or probabilities. Number the classes from 0.",
        ),
        (
            thirds,
            {"labels": ("a", "b")},
            "regions: predict returned the class 2, but labels names only the classes 0 "
            "to 1. Give each class a label.",
        ),
    ],
)
def test_errors(ax, predict, options, sentence):
    with says(sentence):
        regions(predict, **{"limits": VIEW, "ax": ax} | options)
    assert not ax.collections


def test_predict_must_be_a_function(ax):
    with says(
        "regions: predict must be a function of points (N, 2), but its type is ndarray. "
        "Give the method itself, such as model.predict.",
        TypeError,
    ):
        regions(np.zeros(3), limits=VIEW, ax=ax)
