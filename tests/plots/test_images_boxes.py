import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from lessons_pkg.plots import boxes, style

from .looking import legible, says

IMAGES = np.random.default_rng(13).random((7, 20, 30))
TARGET = np.tile([2.0, 3, 12, 17], (7, 1)) + np.arange(7)[:, None] * [1, 0, 1, 0]
PREDICTED = TARGET + np.array([-1, 0.5, 2, 1])


def drawn(figure):
    """Return, for each image, {(colour, dashed): (x0, y0, x1, y1)} without the rims."""
    found = []
    for ax in (ax for ax in figure.axes if ax.images):
        frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
        found.append(
            {
                (
                    to_hex(one.get_edgecolor()).upper(),
                    one.get_linestyle() != "-",
                ): tuple(np.ravel(one.get_bbox().get_points()))
                for one in frames
                if to_hex(one.get_edgecolor()) != "#ffffff"
            }
        )
    return found


def test_a_box_frames_its_pixels_and_x_comes_first():
    image = np.zeros((1, 20, 30))
    image[0, 3:17, 2:12] = 1  # rows 3 to 16, columns 2 to 11
    ((corners,),) = [one.values() for one in drawn(boxes(image, target=TARGET[:1]))]
    assert corners == (1.5, 2.5, 11.5, 16.5)  # pixel k reaches from k - 0.5 to k + 0.5


def test_target_and_prediction_differ_in_colour_and_in_dash():
    blue, orange = style.PALETTE["blue"], style.PALETTE["vermillion"]
    figure = boxes(IMAGES, PREDICTED, TARGET, n_columns=4)
    for k, found in enumerate(drawn(figure)):
        assert found == {
            (blue, False): tuple(TARGET[k] - 0.5),
            (orange, True): tuple(PREDICTED[k] - 0.5),
        }
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == ["target", "predicted"]
    handles = [(h.get_color(), h.get_linestyle() != "-") for h in key.legend_handles]
    assert handles == [(blue, False), (orange, True)]


def test_one_of_the_two_may_be_left_out():
    for name in ("predicted", "target"):
        figure = boxes(IMAGES, **{name: TARGET})
        assert {len(found) for found in drawn(figure)} == {1}
        assert [text.get_text() for text in figure.legends[0].get_texts()] == [name]


def test_a_rim_of_white_lies_beneath_each_line():
    ax = boxes(np.ones((1, 20, 30)), TARGET[:1]).axes[0]
    rim, line = ax.patches
    assert to_hex(rim.get_edgecolor()) == "#ffffff"
    assert rim.get_linewidth() > line.get_linewidth() + 2
    assert rim.get_zorder() < line.get_zorder()


def test_a_prediction_over_the_edge_is_drawn_up_to_it():
    figure = boxes(IMAGES[:1], predicted=[[-4, 5, 33, 12]])
    ((corners,),) = [one.values() for one in drawn(figure)]
    assert corners == (-0.5, 4.5, 29.5, 11.5)


def test_the_first_pixel_is_no_share_of_the_side():
    ((corners,),) = [one.values() for one in drawn(boxes(IMAGES[:1], [[0, 0, 1, 1]]))]
    assert corners == (-0.5, -0.5, 0.5, 0.5)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_legible_with_the_key_beneath_all_pictures(n):
    titles = [f"IoU 0.{k}1" for k in range(n)]
    figure = boxes(IMAGES[:n], PREDICTED[:n], TARGET[:n], titles=titles)
    legible(figure)
    pictures = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in pictures] == titles
    box = figure.legends[0].get_window_extent()
    assert box.y1 < min(ax.get_window_extent().y0 for ax in pictures)
    assert 0 < box.x0 < box.x1 < figure.bbox.width
    assert figure.legends[0].get_texts()[0].get_fontsize() >= 12


def test_photographs_in_colour_keep_their_colours():
    colours = np.random.default_rng(1).random((1, 20, 30, 3))
    (image,) = boxes(colours, TARGET[:1]).axes[0].images
    np.testing.assert_array_equal(image.get_array(), colours[0])


def with_box(*corners):
    changed = TARGET.copy()
    changed[3] = corners
    return changed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"images": IMAGES[0], "target": TARGET},
            "images must be (N, H, W) with N at least 1, but the shape is (20, 30). "
            "Give one image as images[None], rows of pixels as images.reshape(-1, H, W).",
        ),
        (
            {},
            "neither predicted nor target is given, so there is no box to draw. Give one "
            "of them, or use image_grid.",
        ),
        (
            {"target": TARGET[:5]},
            "target must be (7, 4), one box (x0, y0, x1, y1) for each image, but its "
            "shape is (5, 4).",
        ),
        (
            {"predicted": TARGET * np.nan},
            "predicted holds a value that is not finite (inf or nan). Find where the "
            "computation left the range of numbers.",
        ),
        (
            {"predicted": with_box(5, 3, 4.5, 9)},
            "predicted[3] is (5, 3, 4.5, 9), but x0 must be less than x1, and y0 less "
            "than y1. Give two opposite corners, not a corner and a size.",
        ),
        (
            {"predicted": TARGET / 30},
            "predicted holds no number above 1, so these seem to be shares of the side, "
            "but boxes are in pixels. Multiply them by the size of the images.",
        ),
        (
            {"predicted": TARGET / 30 - 0.1},  # a network's shares may leave 0 .. 1
            "predicted holds no number above 1, so these seem to be shares of the side, "
            "but boxes are in pixels. Multiply them by the size of the images.",
        ),
        (
            {"predicted": np.tile([-50, -40, -20, -30], (7, 1))},
            "predicted[0] is (−50, −40, −20, −30), but the images reach from (0, 0) to "
            "(30, 20), x first. Check the order of the corners.",
        ),
        (
            {"target": with_box(3, 2, 17, 22)},
            "target[3] is (3, 2, 17, 22), but the images reach from (0, 0) to (30, 20), "
            "x first. Check the order of the corners.",
        ),
        (
            {"predicted": with_box(31, 2, 37, 12)},
            "predicted[3] is (31, 2, 37, 12), but the images reach from (0, 0) to (30, "
            "20), x first. Check the order of the corners.",
        ),
    ],
)
def test_errors(arguments, sentence):
    with says("boxes: " + sentence):
        boxes(**{"images": IMAGES} | arguments)
    assert plt.get_fignums() == []
