import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lessons_pkg.plots import masks, style

from .looking import legible, says

rng = np.random.default_rng(17)
IMAGES = rng.random((7, 5, 4))
TARGET = rng.random((7, 5, 4)) > 0.4
PREDICTED = rng.random((7, 5, 4)) > 0.4
MARKS = {
    "hit": (PREDICTED & TARGET, "blue"),
    "missed": (TARGET & ~PREDICTED, "orange"),
    "wrong": (PREDICTED & ~TARGET, "ink"),
}
COLOURS = style.PALETTE | {"ink": style.INK}


def shown(figure):
    return np.stack([ax.images[0].get_array() for ax in figure.axes if ax.images])


def key(figure):
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    return {
        name: handle.get_facecolor()[:3]
        for name, handle in zip(names, legend.legend_handles, strict=True)
    }


def test_hit_missed_and_wrong_pixels_have_their_colours():
    colours = shown(masks(IMAGES, PREDICTED, TARGET))
    for where, name in MARKS.values():
        off = np.abs(colours[where] - to_rgb(COLOURS[name])).max()
        assert off < 0.16  # a part of the image shines through
    unmarked = colours[~PREDICTED & ~TARGET]
    assert np.ptp(unmarked, axis=-1).max() == 0  # grey
    assert unmarked.min() >= 0.65  # and pale


def test_the_key_names_the_three():
    found = key(masks(IMAGES, PREDICTED, TARGET))
    assert list(found) == list(MARKS)
    for name, colour in found.items():
        assert colour == pytest.approx(to_rgb(COLOURS[MARKS[name][1]]))


def test_without_a_target_there_is_one_colour():
    figure = masks(IMAGES, PREDICTED)
    assert list(key(figure)) == ["predicted"]
    colours = shown(figure)
    assert np.all(np.ptp(colours[PREDICTED], axis=-1) > 0.3)
    assert np.ptp(colours[~PREDICTED], axis=-1).max() == 0


def test_numbers_0_and_1_do_as_well_and_nothing_given_is_changed():
    images, predicted = IMAGES.copy(), PREDICTED.astype(np.float32)
    colours = shown(masks(images, predicted, TARGET.astype(int)))
    np.testing.assert_array_equal(colours, shown(masks(IMAGES, PREDICTED, TARGET)))
    np.testing.assert_array_equal(images, IMAGES)


def test_the_image_is_seen_through_its_marks():
    image = np.array([[[0.0, 1.0]]])
    light, dark = shown(masks(image, np.ones((1, 1, 2))))[0, 0]
    assert np.all(light > dark)


def simulated(colour, matrix):
    """What a reader with a form of colour blindness sees, as linear RGB."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.clip(matrix @ linear, 0, 1)


@pytest.mark.parametrize(
    "matrix",  # Machado, Oliveira and Fernandes (2009), of full severity
    [
        np.eye(3),
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    ],
)
def test_marks_are_told_apart_by_lightness_alone(matrix):
    luminance = [0.2126, 0.7152, 0.0722]
    light = sorted(
        luminance @ simulated(COLOURS[name], np.array(matrix)) + 0.05
        for name in ("blue", "orange", "ink")
    )
    assert light[1] / light[0] > 2
    assert light[2] / light[1] > 1.8
    assert 1.05 / light[2] > 1.9  # and from paper


@pytest.mark.parametrize("n", [1, 2, 7])
def test_legible_with_the_key_beneath_all_pictures(n):
    titles = [f"Dice 0.{k}1" for k in range(n)]
    figure = masks(IMAGES[:n], PREDICTED[:n], TARGET[:n], titles=titles)
    legible(figure)
    pictures = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in pictures] == titles
    box = figure.legends[0].get_window_extent()
    assert box.y1 < min(ax.get_window_extent().y0 for ax in pictures)
    assert 0 < box.x0 < box.x1 < figure.bbox.width


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"images": np.ones((7, 1, 5, 4))},
            "images must be (N, H, W) with N at least 1, but the shape is (7, 1, 5, 4). "
            "Leave the axis of the one channel out: images[:, 0].",
        ),
        (
            {"target": TARGET[:, None]},
            "target must be (N, H, W) like the images, (7, 5, 4), but its shape is (7, "
            "1, 5, 4). Give one mask for each image, without channels.",
        ),
        (
            {"predicted": PREDICTED * 0.75},
            "predicted holds 0.75, but a pixel is in a mask or not: True or False, 1 or "
            "0. Turn probabilities into a mask with predicted > 0.5, logits with "
            "predicted > 0.",
        ),
        (
            {"predicted": PREDICTED * np.nan},
            "predicted holds a value that is not finite (inf or nan). Find where the "
            "computation left the range of numbers.",
        ),
        (
            {"titles": ["a"]},
            "there are 7 images, but 1 titles. Give one title for each image.",
        ),
    ],
)
def test_errors(arguments, sentence):
    with says("masks: " + sentence):
        masks(**{"images": IMAGES, "predicted": PREDICTED} | arguments)
    assert plt.get_fignums() == []
