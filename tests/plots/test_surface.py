import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

from lessons_pkg.plots import animate, surface

from .looking import key, legible, says, texts

X, Y = np.linspace(-2, 3, 41), np.linspace(-1, 2, 31)
Z = (X - 1) ** 2 + 4 * Y[:, None] ** 2
PATHS = {
    "descent": [[-1.5, 1.5], [0.0, 0.5], [0.8, 0.1]],
    "Newton": [[-1.5, 1], [1, 0]],
}
LABELS = {"xlabel": "slope", "ylabel": "intercept"}


def rings(ax):
    """Return {height: points of its line}."""
    sets = [c for c in ax.collections if isinstance(c, QuadContourSet) and not c.filled]
    return {
        float(s.levels[0]): np.vstack([p.vertices for p in s.get_paths()]) for s in sets
    }


def heights(points):
    x, y = points.T
    return (x - 1) ** 2 + 4 * y**2


def test_the_lines_are_where_z_has_their_height(ax):
    assert surface(X, Y, Z, levels=[0.5, 2, 4], **LABELS, ax=ax) is ax
    found = rings(ax)
    assert list(found) == [0.5, 2, 4]
    for level, points in found.items():
        np.testing.assert_allclose(heights(points), level, atol=0.05)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("slope", "intercept")
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 3), (-1, 2))


def test_the_numbers_stand_on_their_lines(ax):
    surface(X, Y, Z, levels=[0.5, 2, 4], paths=PATHS, **LABELS, ax=ax)
    assert texts(ax) == ["0.5", "2", "4"]
    for text in ax.texts:
        place = np.array([text.get_position()])
        assert heights(place)[0] == pytest.approx(float(text.get_text()), abs=0.05)
        marks = np.vstack([np.array(path) for path in PATHS.values()])
        assert np.hypot(*(marks - place).T).min() > 0.2


def test_left_out_levels_make_rings_of_a_bowl_equally_wide_apart(ax):
    surface(X, Y, Z, **LABELS, ax=ax)
    radii = np.sqrt(list(rings(ax)))
    assert len(radii) == 9
    np.testing.assert_allclose(np.diff([*radii, 5]), radii[0], rtol=0.1)  # top: 25


def test_higher_is_greyer(ax):
    surface(X, Y, Z, **LABELS, ax=ax)
    (bands,) = [c for c in ax.collections if getattr(c, "filled", False)]
    assert np.all(np.diff(bands.get_facecolor()[:, 0]) < 0)


def test_each_path_has_its_points_and_a_ring_where_it_begins(ax):
    surface(X, Y, Z, paths=PATHS, minimum=(1, 0), **LABELS, ax=ax)
    for line, (name, path) in zip(ax.lines, PATHS.items(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), path)
        assert line.get_label() == name
    first, second = [c for c in ax.collections if c.get_label() == "_start"]
    np.testing.assert_array_equal(first.get_offsets(), [PATHS["descent"][0]])
    np.testing.assert_array_equal(second.get_offsets(), [PATHS["Newton"][0]])
    (star,) = [c for c in ax.collections if c.get_label() == "minimum"]
    np.testing.assert_array_equal(star.get_offsets(), [[1, 0]])
    assert list(key(ax)) == ["descent", "Newton", "minimum"]
    legible(ax.figure)


def test_paths_differ_in_more_than_colour(ax):
    paths = {str(k): [[0, 0], [k, 1]] for k in range(4)}
    surface(X, Y, Z, paths=paths, **LABELS, ax=ax)
    for look in ("get_color", "get_marker"):
        assert len({getattr(line, look)() for line in ax.lines}) == 4


def test_long_paths_have_few_marks_and_what_leaves_the_grid_is_cut_off(ax):
    surface(
        X, Y, Z, paths={"out": np.linspace(-90, 90, 600)[:, None] * [1, 1]}, **LABELS
    )
    assert ax.lines[0].get_markevery() == 10
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 3), (-1, 2))
    assert ax.lines[0].get_clip_on()


def test_steps_cut_the_paths_while_the_numbers_stand_still(ax):
    places = []
    for steps in (0, 1, 5):
        ax.clear()
        surface(X, Y, Z, paths=PATHS, steps=steps, **LABELS, ax=ax)
        drawn = ax.lines[0].get_xydata()
        np.testing.assert_array_equal(drawn, PATHS["descent"][: steps + 1])
        places.append([text.get_position() for text in ax.texts])
    assert places[0] == places[1] == places[2]


def test_it_can_be_animated():
    def draw(ax, i):
        surface(X, Y, Z, paths=PATHS, steps=i, **LABELS, ax=ax)

    assert len(animate(draw, 3, alt="A path descends.").frames) == 3


def test_a_grid_with_two_points_a_side_is_enough(ax):
    surface([0, 1], [0, 1], [[0, 1], [1, 2]], levels=[1], **LABELS, ax=ax)
    assert list(rings(ax)) == [1]


def test_small_differences_on_a_great_height_keep_their_levels(ax):
    surface(X, Y, 1000 + 1e-3 * Z, **LABELS, ax=ax)
    assert len(rings(ax)) == 9


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"z": Z.T},
            "surface: z must be (31, 41), a row for each y and a column for each x, but "
            "its shape is (41, 31). Fill z[i, j] at (x[j], y[i]).",
        ),
        (
            {"x": X[::-1]},
            "surface: x must be two or more numbers in rising order, but its shape is "
            "(41,). Make it with np.linspace.",
        ),
        (
            {"z": 0 * Z},
            "surface: z is 0 everywhere, so that it has no lines of equal height. Choose "
            "a greater part of the plane, or check z.",
        ),
        (
            {"paths": {"a": [1, 2, 3]}},
            "surface: the path 'a' must be (T, 2), a point (x, y) for each step, but its "
            "shape is (3,). Stack the points in rows.",
        ),
        (
            {"paths": {"a": [[1, np.inf]]}},
            "surface: the path 'a' holds a value that is not finite (inf or nan). Find "
            "where the computation left the range of numbers.",
        ),
        (
            {"minimum": 3},
            "surface: minimum must be one point (x, y), but its shape is (). Give two "
            "numbers.",
        ),
        (
            {"levels": 0},
            "surface: levels is 0, but there is at least one line. Give 1 or more, or "
            "the heights themselves.",
        ),
        (
            {"levels": [30, 40]},
            "surface: levels must rise and lie between the heights of z, which are 0 to "
            "25. Choose such heights.",
        ),
        (
            {"steps": -1},
            "surface: steps is -1, but a path shows 0 steps or more. Give the number of "
            "steps, or leave it out to show all.",
        ),
        (
            {"ylabel": ""},
            "surface: ylabel is empty, but a reader must know what the axis measures. "
            'Give its name and unit, such as "slope (cm per year)".',
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    with says(sentence):
        surface(**{"x": X, "y": Y, "z": Z, "ax": ax} | LABELS | arguments)
    assert not ax.collections
