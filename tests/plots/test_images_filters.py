import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons_pkg.plots import filters, style

from .looking import legible, says

rng = np.random.default_rng(5)
FIRST = rng.normal(size=(11, 1, 3, 5))
DEEP = rng.normal(size=(11, 13, 3, 5))


def shown(figure):
    return [ax.images[0] for ax in figure.axes if ax.images]


def test_one_channel_is_one_picture_an_output_in_order():
    figure = filters(FIRST, n_columns=4)
    for image, kernel in zip(shown(figure), FIRST[:, 0], strict=True):
        np.testing.assert_array_equal(image.get_array(), kernel)
    assert [image.axes.get_title() for image in shown(figure)] == [*map(str, range(11))]
    legible(figure)


def test_several_channels_make_a_table_of_outputs_and_channels():
    figure = filters(DEEP, n_columns=6)
    places = {}
    for image in shown(figure):
        spec = image.axes.get_subplotspec()
        places[spec.rowspan.start, spec.colspan.start] = image.get_array()
    assert sorted(places) == [*np.ndindex(8, 6)]
    for place, kernel in places.items():
        np.testing.assert_array_equal(kernel, DEEP[place])
    top = [image.axes.get_title() for image in shown(figure)[:6]]
    left = [image.axes.get_ylabel() for image in shown(figure)[::6]]
    assert top == [*map(str, range(6))]
    assert left == [*map(str, range(8))]
    assert figure.get_suptitle() == "input channel"
    assert figure.get_supylabel() == "output"
    legible(figure)


@pytest.mark.parametrize(
    ("shape", "foot"),
    [
        ((11, 13, 3, 5), "8 of 11 outputs, 6 of 13 channels"),
        ((8, 2, 3, 5), "8 outputs, 2 channels"),
        ((1, 7, 3, 5), "1 output, 6 of 7 channels"),
    ],
)
def test_the_foot_says_what_is_left_out(shape, foot):
    assert filters(np.ones(shape), n_columns=6).get_supxlabel() == foot


@pytest.mark.parametrize("weight", [FIRST, DEEP])
def test_one_symmetric_scale_with_a_bar_that_says_what_it_measures(weight):
    figure = filters(weight, label="weight after training")
    size = np.abs(weight[:8, :8] if weight is DEEP else weight).max()
    assert {image.get_clim() for image in shown(figure)} == {(-size, size)}
    assert {image.get_cmap().name for image in shown(figure)} == {"lesson_diverging"}
    (bar,) = [ax for ax in figure.axes if ax.get_label() == "<colorbar>"]
    assert bar.get_ylabel() == "weight after training"


@pytest.mark.parametrize("weight", [FIRST, DEEP])
def test_names_stand_at_the_outputs(weight):
    names = [f"edge {k}" for k in range(11)]
    figure = filters(weight, names=names)
    read = "get_title" if weight is FIRST else "get_ylabel"
    found = [getattr(image.axes, read)() for image in shown(figure)]
    assert [name for name in found if name] == names[: len(set(found)) - ("" in found)]
    assert not figure.get_supylabel()
    legible(figure)


def test_few_channels_do_not_fill_the_page():
    figure = filters(DEEP[:, :3])
    assert figure.get_figwidth() == style.WIDTH
    assert figure.get_figheight() < 1.2 * style.WIDTH


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"weight": np.ones((10, 64))},
            "filters: weight must be (O, C, KH, KW) with no axis empty, but the shape is "
            "(10, 64). A dense layer has no filters: use image_grid on its rows, "
            "reshaped.",
        ),
        (
            {"weight": np.ones((5, 3, 3))},
            "filters: weight must be (O, C, KH, KW) with no axis empty, but the shape is "
            "(5, 3, 3). For pictures (N, H, W), use image_grid.",
        ),
        (
            {"weight": np.ones((0, 1, 3, 3))},
            "filters: weight must be (O, C, KH, KW) with no axis empty, but the shape is "
            "(0, 1, 3, 3). For pictures (N, H, W), use image_grid.",
        ),
        (
            {"weight": np.full((1, 1, 3, 3), np.nan)},
            "filters: weight holds a value that is not finite (inf or nan). Find where "
            "the computation left the range of numbers.",
        ),
        (
            {"names": ["a", "b"]},
            "filters: there are 11 outputs, but 2 names. Give one name for each output.",
        ),
        (
            {"n_columns": 0},
            "filters: n_columns is 0, but a row holds at least one filter. Give 1 or "
            "more.",
        ),
    ],
)
def test_errors(arguments, sentence):
    with says(sentence):
        filters(**{"weight": DEEP} | arguments)
    assert plt.get_fignums() == []
