import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from lessons_pkg.plots import gates

from .looking import clipped, legible, says, texts

rng = np.random.default_rng(3)
TEXT = 'so "it is"\nsaid'
T = len(TEXT)  # 15
GATES = {"input": rng.random(T), "forget": rng.random(T)}


def tables(ax):
    """Return (values (H, T), left, right, top, bottom) of each row, without the key."""
    found = [c for c in ax.collections if isinstance(c, QuadMesh)][1:]
    corners = [table.get_coordinates() for table in found]
    return [
        (table.get_array(), c[0, 0, 0], c[0, -1, 0], c[0, 0, 1], c[-1, 0, 1])
        for table, c in zip(found, corners, strict=True)
    ]


def scale(ax):
    """Return the colour map and the ends that all tables share."""
    meshes = [c for c in ax.collections if isinstance(c, QuadMesh)]
    ((name, *ends),) = {(c.get_cmap().name, *c.get_clim()) for c in meshes}
    return name, ends


def letters(ax, signs):
    """Return the middle of each token that is written, from the left."""
    written = [t for t in ax.texts if t.get_fontfamily() == ["monospace"]]
    assert [t.get_text() for t in written] == list(signs)
    return [t.get_position() for t in written]


def test_a_row_for_each_name_and_each_value_above_its_letter(ax):
    assert gates(GATES, TEXT, ax=ax) is ax
    found = tables(ax)
    for (values, left, right, top, bottom), expected in zip(
        found, GATES.values(), strict=True
    ):
        np.testing.assert_array_equal(values, expected[None])
        assert 0 < left < right <= ax.get_xlim()[1] + 1e-9
        assert top < bottom  # y points down
    places = letters(ax, 'so␣"it␣is"↵said')
    _, left, right, _, bottom = found[-1]
    middles = left + (np.arange(T) + 0.5) * (right - left) / T
    np.testing.assert_allclose([x for x, _ in places], middles)
    assert all(y > bottom for _, y in places)


def test_names_stand_beside_their_rows(ax):
    gates(GATES, TEXT, ax=ax)
    place = {t.get_text(): t.get_position() for t in ax.texts}
    for name, (_, left, _, top, bottom) in zip(GATES, tables(ax), strict=True):
        assert place[name][0] < left
        assert top < place[name][1] < bottom


def test_a_long_text_is_broken_into_lines_of_one_length(ax):
    values = rng.random((100, 1))
    gates({"z": values}, "a" * 100, ax=ax)
    found = tables(ax)
    sizes = [table[0].shape[1] for table in found]
    assert len(sizes) > 1
    assert sum(sizes) == 100
    assert max(sizes) - sizes[-1] < len(sizes)
    np.testing.assert_array_equal(
        np.concatenate([f[0][0] for f in found]), values[:, 0]
    )
    tops = [f[3] for f in found]
    assert tops == sorted(tops)
    widths = [(f[2] - f[1]) / f[0].shape[1] for f in found]
    np.testing.assert_allclose(widths, widths[0])


def test_units_are_thin_rows_the_first_at_the_top(ax):
    units = rng.random((T, 7))
    gates({"cell": units, "one": units[:, 0]}, TEXT, ax=ax)
    (many, *_, top, bottom), (one, *_, low, lower) = tables(ax)
    np.testing.assert_array_equal(many, units.T)
    np.testing.assert_array_equal(one[0], units[:, 0])
    assert (bottom - top) / 7 < lower - low


def test_gates_are_shown_from_0_to_1_even_where_they_never_get_there(ax):
    gates({"z": np.linspace(0.4, 0.6, 5)}, "hello", ax=ax)
    assert scale(ax) == ("lesson_shades", [0, 1])
    assert {"0", "1   activation"} < set(texts(ax))


def test_with_negative_values_white_is_zero(ax):
    gates({"c": [-3.0, 1, 2]}, "abc", label="state", ax=ax)
    assert scale(ax) == ("lesson_diverging", [-3, 3])
    assert {"−3", "3   state"} < set(texts(ax))


def test_other_values_start_at_zero_too(ax):
    gates({"steps": [4.0, 1, 2]}, "abc", ax=ax)
    assert scale(ax) == ("lesson_shades", [0, 4])


def test_limits_can_be_given(ax):
    gates({"h": [0.5, 0.25]}, "ab", limits=(-1, 1), ax=ax)
    assert scale(ax) == ("lesson_diverging", [-1, 1])


@pytest.mark.parametrize("limits", [None, (0, 1), (0, 5), (-1, 1), (-3, 3)])
@pytest.mark.parametrize("values", [[0.5, 0.25], [-0.5, 0.25]])
def test_white_is_zero_on_every_scale(ax, values, limits):
    if limits and limits[0] == 0 and min(values) < 0:
        return
    gates({"h": values}, "ab", limits=limits, ax=ax)
    mesh = next(c for c in ax.collections if isinstance(c, QuadMesh))
    assert mesh.get_cmap()(mesh.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.01)


@pytest.mark.parametrize("limits", [(-1, 2), (0.2, 1), (-1, 0.9)])
def test_limits_must_leave_zero_white(ax, limits):
    low, high = (str(end).replace("-", "−") for end in limits)
    with says(
        f"gates: limits are {low} and {high}, but white is zero. Give (0, high), or "
        "(-high, high)."
    ):
        gates({"z": [0.3, 0.7]}, "ab", limits=limits, ax=ax)
    assert not ax.collections


def test_words_are_turned_and_have_room(ax):
    words = ["the", "cat", "is", "<end>", "everything", "$5", "$"]
    gates({"z": rng.random(7)}, words, ax=ax)
    turned = {t.get_text(): t.get_rotation() for t in ax.texts}
    assert [turned[word] for word in words] == [90, 90, 0, 90, 90, 0, 0]
    boxes = [t.get_window_extent() for t in ax.texts if t.get_text() in words]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert clipped(ax.figure) == []


@pytest.mark.parametrize("n", [1, 5, 39, 40, 120])
def test_it_is_legible_and_nothing_touches(n):
    text = ("Wm,\n" * 30)[:n]
    ax = gates({"forget gate": rng.random(n), "c": rng.normal(size=(n, 16))}, text)
    legible(ax.figure)
    boxes = [t.get_window_extent() for t in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize(
    ("values", "text", "sentence"),
    [
        (
            {},
            "ab",
            "gates: values is empty, so there is nothing to draw. Give a dict, such as "
            '{"forget gate": (T,) array}.',
        ),
        (
            {"z": []},
            "",
            "gates: text is empty, so there is nothing to draw. Give a text, or a list "
            "of tokens.",
        ),
        (
            {"z": [1, 2, 3]},
            "ab",
            "gates: 'z' must be (T,) or (T, H) for the T=2 tokens of text, but its shape "
            "is (3,). Give one row of numbers for each token.",
        ),
        (
            {"z": np.ones((3, 2))},
            "ab",
            "gates: 'z' must be (T,) or (T, H) for the T=2 tokens of text, but its shape "
            "is (3, 2). Put the tokens first: transpose it.",
        ),
        (
            {"z": [1, np.nan]},
            "ab",
            "gates: 'z' holds a value that is not finite (inf or nan). Find where the "
            "computation left the range of numbers.",
        ),
        (
            {"z": [1.0]},
            ["internationalisation"],
            "gates: text holds 'internationalisation' of 20 letters, but more than 14 "
            "are not legible. Shorten it, or cut it in two.",
        ),
        (
            {"the gate that forgets what it has learned": [1.0]},
            "a",
            "gates: the name 'the gate that forgets what it has learned' takes more than "
            "a third of the width. Give a shorter one, or break it with a line end.",
        ),
    ],
)
def test_errors(ax, values, text, sentence):
    with says(sentence):
        gates(values, text, ax=ax)
    assert not ax.collections


def test_a_text_must_not_be_endless(ax):
    with says(
        "gates: text has 2000 tokens, but 588 are legible, in 12 lines. Draw a part."
    ):
        gates({"z": np.ones(2000)}, "a" * 2000, ax=ax)


def test_signs_that_no_font_has_are_boxes(ax):
    gates({"z": [1.0] * 4}, "é語ж\t", ax=ax)
    letters(ax, "é□ж⇥")


@pytest.mark.parametrize("limits", [(1, 0), (0, 0.5), (0.4, 1)])
def test_limits_must_hold_the_values(ax, limits):
    low, high = limits
    with says(
        f"gates: limits are {low} and {high}, but the values reach from 0.3 to 0.7. Give "
        "limits (low, high) that hold them all."
    ):
        gates({"z": [0.3, 0.7]}, "ab", limits=limits, ax=ax)


def test_values_must_have_names(ax):
    with says(
        "gates: values must be a dict of names, but its type is list. Give a dict, such "
        'as {"forget gate": (T,) array}.',
        TypeError,
    ):
        gates([[1, 2]], "ab", ax=ax)
