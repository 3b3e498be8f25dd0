import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from lessons_pkg.plots import confusion_matrix
from lessons_pkg.plots.confusion_matrix import _ink

from .looking import legible, says

COUNTS = np.array([[7, 2, 0], [1, 5, 3], [0, 0, 4]])


def cells(ax):
    """Return {(row, column): text}."""
    places = {text.get_position()[::-1]: text.get_text() for text in ax.texts}
    assert len(places) == len(ax.texts)
    return places


def names(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def test_each_cell_holds_its_count_true_classes_in_rows(ax):
    assert confusion_matrix(COUNTS, ["a", "b", "c"], ax=ax) is ax
    assert cells(ax) == {place: str(n) for place, n in np.ndenumerate(COUNTS)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert names(ax.xaxis) == names(ax.yaxis) == ["a", "b", "c"]
    assert ax.yaxis_inverted()  # the first row is at the top
    legible(ax.figure)


def test_a_cell_is_the_darker_the_greater_its_share_of_the_row(ax):
    confusion_matrix([[2, 2], [100, 300]], ax=ax)
    (image,) = ax.images
    shares = image.get_array()
    np.testing.assert_allclose(shares, [[0.5, 0.5], [0.25, 0.75]])
    tints = image.cmap(image.norm(np.array([0, 0.01, 0.25, 0.5, 1.0])))[:, :3].sum(
        axis=1
    )
    assert np.all(np.diff(tints) < 0)
    assert tints[0] - tints[1] > 0.1  # one mistake in a hundred shows


def test_shares_of_the_row_in_per_cent(ax):
    confusion_matrix([[997, 3], [50, 150]], normalise=True, ax=ax)
    found = {(0, 0): ">99%", (0, 1): "<1%", (1, 0): "25%", (1, 1): "75%"}
    assert cells(ax) == found


def test_the_right_answers_are_framed(ax):
    confusion_matrix(COUNTS, ax=ax)
    corners = [patch.get_xy() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert corners == [(k - 0.5, k - 0.5) for k in range(3)]


def test_means_over_folds_keep_their_parts(ax):
    confusion_matrix([[1.5, 0], [0.25, 2]], ax=ax)
    assert cells(ax) == {(0, 0): "1.5", (0, 1): "0", (1, 0): "0.25", (1, 1): "2"}


def luminance(colour):
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722] + 0.05


def test_every_number_stands_out_from_its_cell(ax):
    confusion_matrix(np.diag(range(1, 11))[:, ::-1] + np.eye(10) * 3, ax=ax)
    (image,) = ax.images
    for text in ax.texts:
        column, row = text.get_position()
        cell = image.cmap(image.norm(image.get_array()[row, column]))[:3]
        pair = sorted([luminance(cell), luminance(text.get_color())])
        assert pair[1] / pair[0] >= 4.5


@pytest.mark.parametrize("grey", np.linspace(0, 1, 21))
def test_ink_on_every_grey(grey):
    pair = sorted([luminance([grey] * 3), luminance(_ink([grey] * 3))])
    assert pair[1] / pair[0] >= 4.5


def test_ten_classes_with_long_names_stay_legible(ax):
    clothes = ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal"]
    clothes += ["shirt", "sneaker", "bag", "boot"]
    confusion_matrix(100 * np.eye(10) + 10, clothes, normalise=True, ax=ax)
    legible(ax.figure)
    boxes = [text.get_window_extent() for text in ax.texts]
    rows = np.array([[b.x0, b.x1] for b in boxes]).reshape(10, 10, 2)
    assert np.all(rows[:, 1:, 0] > rows[:, :-1, 1])  # numbers do not touch


def test_a_class_without_examples_is_white_where_counts_are_drawn(ax):
    confusion_matrix([[3, 1], [0, 0]], ax=ax)
    np.testing.assert_array_equal(ax.images[0].get_array()[1], [0, 0])


WHO = "confusion_matrix: "


@pytest.mark.parametrize(
    ("counts", "options", "sentence"),
    [
        (
            [[1, 2, 3]],
            {},
            "counts must be (C, C), a row and a column for each class, but its shape is "
            "(1, 3). Count with metrics.confusion_matrix.",
        ),
        (
            [[1, -2], [3, 4]],
            {},
            "counts holds a negative number. Give how often each pair occurred.",
        ),
        (
            [[0, 0], [0, 0]],
            {},
            "counts holds no example. Give how often each pair occurred.",
        ),
        (
            COUNTS,
            {"names": ["a", "b"]},
            "there are 3 classes, but 2 names. Give one name for each class.",
        ),
        (
            [[1, 2], [0, 0]],
            {"names": ["well", "ill"], "normalise": True},
            "the class 'ill' has no example, so its row has no shares. Draw the counts, "
            "or leave the class out.",
        ),
    ],
)
def test_errors(ax, counts, options, sentence):
    with says(WHO + sentence):
        confusion_matrix(counts, **options, ax=ax)
    assert not ax.texts
