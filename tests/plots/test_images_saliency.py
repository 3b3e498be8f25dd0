import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons_pkg.plots import saliency, style

from .looking import legible, says

rng = np.random.default_rng(11)
IMAGES = rng.random((7, 5, 3))
MAPS = rng.normal(size=(7, 5, 3))


def shown(figure):
    """Return {(row, column): what is drawn there}."""
    found = {}
    for image in (ax.images[0] for ax in figure.axes if ax.images):
        spec = image.axes.get_subplotspec()
        found[spec.rowspan.start, spec.colspan.start] = image
    return found


def bar(figure):
    (found,) = [ax for ax in figure.axes if ax.get_label() == "<colorbar>"]
    return found


def test_each_map_stands_beneath_its_image():
    figure = saliency(IMAGES, MAPS, titles=range(7), n_columns=4)
    places = shown(figure)
    assert sorted(places) == sorted(
        [(row, j) for row in (0, 1) for j in range(4)]
        + [(row, j) for row in (2, 3) for j in range(3)]
    )
    for i, image in enumerate(IMAGES):
        above = places[2 * (i // 4), i % 4]
        np.testing.assert_array_equal(above.get_array(), image)
        assert above.axes.get_title() == str(i)
        assert not places[2 * (i // 4) + 1, i % 4].axes.get_title()
    assert {places[0, j].get_clim() for j in range(4)} == {(IMAGES.min(), IMAGES.max())}


def test_on_paper_the_colour_is_that_of_the_bar_and_ink_fades_where_a_map_is_strong():
    maps = np.array([[[0.0, 0.5, 2.0]]])
    figure = saliency(np.zeros((1, 1, 3)), maps)  # one value: all of it is paper
    paper = np.asarray(shown(figure)[1, 0].get_array())[0]
    np.testing.assert_allclose(paper, bar(figure)._colorbar.cmap(maps[0, 0] / 2)[:, :3])
    for x, ink in (  # 0.35 (1 - strength) ** 2 where the image is black
        ([1.0, 0, 1], [0.35, 0, 0]),
        ([0.0, 1, 1], [0, 0.35 * 0.75**2, 0]),
    ):
        figure = saliency(np.array([[x]]), maps)
        found = np.asarray(shown(figure)[1, 0].get_array())[0]
        np.testing.assert_allclose(found, paper * (1 - np.array(ink)[:, None]))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("value", [0.25, 0.5, 0.75, 1.0])
def test_on_full_ink_a_colour_means_nearly_what_it_means_on_the_bar(value, sign):
    maps = np.array([[[0.0, sign * value, sign]]])
    figure = saliency(np.array([[[0.0, 1, 0]]]), maps)
    found = np.asarray(shown(figure)[1, 0].get_array())[0, 1]
    values = np.linspace(min(sign, 0), 1, 801)
    scale = bar(figure)._colorbar
    colours = scale.cmap(scale.norm(values))[:, :3]
    looks_like = values[np.abs(colours - found).sum(axis=1).argmin()]
    assert looks_like == pytest.approx(sign * value, abs=0.2)


def test_signed_maps_have_a_symmetric_scale_and_others_begin_at_zero():
    assert bar(saliency(IMAGES, MAPS)).get_ylim() == pytest.approx(
        (-np.abs(MAPS).max(), np.abs(MAPS).max())
    )
    figure = saliency(IMAGES, 1 + np.abs(MAPS))
    assert bar(figure).get_ylim() == pytest.approx((0, 1 + np.abs(MAPS).max()))
    assert bar(saliency(IMAGES, np.zeros_like(MAPS))).get_ylim() == (0, 1)


def test_the_bar_says_what_the_maps_measure():
    assert bar(saliency(IMAGES, MAPS, label="fall")).get_ylabel() == "fall"


def test_photographs_in_colour():
    colours = rng.random((2, 5, 3, 3))
    places = shown(saliency(colours, np.zeros((2, 5, 3))))
    np.testing.assert_array_equal(places[0, 1].get_array(), colours[1])
    pale = np.asarray(places[1, 1].get_array())
    np.testing.assert_allclose(1 - pale, 0.35 * (1 - colours[1]))


def test_titles_leave_the_pictures_their_size():
    widths = []
    for titles in (None, range(7)):
        figure = saliency(IMAGES, MAPS, titles=titles)
        figure.draw_without_rendering()
        widths.append(figure.axes[0].get_window_extent().width)
    assert widths[1] == pytest.approx(widths[0], rel=0.03)


@pytest.mark.parametrize("n", [1, 5, 7])
def test_legible_and_as_wide_as_a_page(n):
    titles = [f"a {k}, read as a {9 - k}" for k in range(n)]
    figure = saliency(IMAGES[:n], MAPS[:n], titles=titles)
    legible(figure)
    assert figure.get_figwidth() == style.WIDTH


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"images": np.ones((7, 1, 5, 4))},
            "saliency: images must be (N, H, W) with N at least 1, but the shape is "
            "(7, 1, 5, 4). Leave the axis of the one channel out: images[:, 0].",
        ),
        (
            {"maps": MAPS[:3]},
            "saliency: maps must be (N, H, W) like the images, (7, 5, 3), but the shape "
            "is (3, 5, 3). Give one map for each image, without channels.",
        ),
        (
            {"maps": MAPS * np.nan},
            "saliency: maps holds a value that is not finite (inf or nan). Find where "
            "the computation left the range of numbers.",
        ),
        (
            {"titles": ["a"]},
            "saliency: there are 7 images, but 1 titles. Give one title for each image.",
        ),
        (
            {"label": ""},
            "saliency: label is empty, but a reader must know what a colour means. Say "
            'what the maps measure, such as "fall of the score".',
        ),
    ],
)
def test_errors(arguments, sentence):
    with says(sentence):
        saliency(**{"images": IMAGES, "maps": MAPS} | arguments)
    assert plt.get_fignums() == []
