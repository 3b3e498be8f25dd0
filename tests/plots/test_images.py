from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons_pkg.plots import image_grid, style

from .looking import clipped, says

rng = np.random.default_rng(3)
DIGITS = rng.random((7, 5, 3))


def shown(figure):
    return [ax.images[0] for ax in figure.axes if ax.images]


def test_each_picture_in_its_place_on_one_scale():
    figure = image_grid(DIGITS, n_columns=4)
    assert len(shown(figure)) == 7
    for image, expected in zip(shown(figure), DIGITS, strict=True):
        np.testing.assert_array_equal(image.get_array(), expected)
        assert image.get_clim() == (DIGITS.min(), DIGITS.max())
        assert image.get_cmap().name == "gray_r"
    rows = {
        round(image.axes.get_subplotspec().rowspan.start) for image in shown(figure)
    }
    assert rows == {0, 1}


def test_a_large_value_is_ink():
    image = shown(image_grid(DIGITS))[0]
    assert image.to_rgba(image.norm.vmax)[0] == 0
    assert image.to_rgba(image.norm.vmin)[0] == 1


@pytest.mark.parametrize("middle", [0.2, 0.8])  # farther above zero, and below
def test_weights_share_one_symmetric_scale_with_a_labelled_bar(middle):
    weights = DIGITS - middle
    figure = image_grid(weights, cmap="diverging", label="weight")
    size = np.abs(weights).max()
    assert {image.get_clim() for image in shown(figure)} == {(-size, size)}
    for image in shown(figure):
        assert image.cmap(image.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.01)
    (bar,) = [ax for ax in figure.axes if ax.get_label() == "<colorbar>"]
    assert bar.get_ylabel() == "weight"
    assert bar.get_ylim() == (-size, size)


def test_weights_of_zero_are_white():
    image = shown(image_grid(np.zeros((2, 8, 8)), cmap="diverging", label="weight"))[0]
    assert image.get_clim() == (-1, 1)


def test_limits_can_be_set_so_that_two_figures_compare():
    figure = image_grid(DIGITS, limits=(0, 1))
    assert {image.get_clim() for image in shown(figure)} == {(0, 1)}
    figure = image_grid(DIGITS, cmap="diverging", limits=(-2, 2), label="weight")
    assert {image.get_clim() for image in shown(figure)} == {(-2, 2)}


@pytest.mark.parametrize("n_columns", [4, 7, 10])
def test_titles_stand_above_their_pictures_and_do_not_touch(n_columns):
    titles = [f"{k} read as 8" for k in range(7)]
    figure = image_grid(DIGITS, titles, n_columns)
    written = [image.axes.title for image in shown(figure)]
    assert [text.get_text().replace("\n", " ") for text in written] == titles
    assert clipped(figure) == []
    boxes = [text.get_window_extent() for text in written]
    for left, right in pairwise(boxes):
        assert left.x1 < right.x0 or left.y0 > right.y1


def test_titles_may_be_numbers_and_places_left_over_stay_blank():
    figure = image_grid(DIGITS, range(7), n_columns=4)
    assert shown(figure)[3].axes.get_title() == "3"
    blank = figure.axes[7]
    assert not blank.images
    assert not any(spine.get_visible() for spine in blank.spines.values())


def test_pixels_are_square_and_not_blurred():
    figure = image_grid(DIGITS)
    assert shown(figure)[0].get_interpolation() == "nearest"
    assert figure.axes[0].get_aspect() == 1


def test_the_figure_is_as_wide_as_a_page():
    assert image_grid(DIGITS).get_figwidth() == style.WIDTH


def test_one_figure_is_made():
    image_grid(DIGITS)
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"images": np.zeros((7, 64))},
            "image_grid: images must be (N, H, W) with N at least 1, but the shape is "
            "(7, 64). Give one image as images[None], rows of pixels as "
            "images.reshape(-1, H, W).",
        ),
        (
            {"images": np.zeros((0, 8, 8))},
            "image_grid: images must be (N, H, W) with N at least 1, but the shape is "
            "(0, 8, 8). Give at least one.",
        ),
        (
            {"titles": ["a"]},
            "image_grid: there are 7 images, but 1 titles. Give one title for each "
            "image.",
        ),
        (
            {"n_columns": 0},
            "image_grid: n_columns is 0, but a row holds at least one image. Give 1 or "
            "more.",
        ),
        (
            {"cmap": "diverging"},
            "image_grid: a diverging scale needs a label that says what its values "
            'mean. Give one, such as label="weight".',
        ),
        (
            {"cmap": "diverging", "label": "weight", "limits": (-1, 2)},
            "image_grid: a diverging scale must reach equally far below and above "
            "zero, but limits is (-1, 2). Give (-a, a).",
        ),
    ],
)
def test_errors(arguments, sentence):
    with says(sentence):
        image_grid(**{"images": DIGITS} | arguments)
    assert plt.get_fignums() == []


def test_photographs_in_colour_and_in_grey():
    colours = rng.random((3, 5, 7, 3))
    for image, expected in zip(shown(image_grid(colours)), colours, strict=True):
        np.testing.assert_array_equal(image.get_array(), expected)
    (image,) = shown(image_grid(colours[:1, ..., 0], cmap="gray"))
    assert image.to_rgba(image.norm.vmax)[0] == 1  # a large value is light


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (
            rng.random((2, 5, 7, 3)) * 255,
            "image_grid: colours must lie between 0 and 1, but images reach from 0 to "
            "255. Divide bytes by 255.",
        ),
        (
            np.zeros((7, 3, 5, 4)),
            "image_grid: images must be (N, H, W) with N at least 1, but the shape is "
            "(7, 3, 5, 4). Draw one channel: images[:, 0]; or put the three colours last.",
        ),
        (
            np.zeros((7, 1, 5, 4)),
            "image_grid: images must be (N, H, W) with N at least 1, but the shape is "
            "(7, 1, 5, 4). Leave the axis of the one channel out: images[:, 0].",
        ),
    ],
)
def test_errors_of_colours_and_channels(images, sentence):
    if images.shape[-1] == 3:
        images[0, 0, 0] = 0, 0, 255
    with says(sentence):
        image_grid(images)
