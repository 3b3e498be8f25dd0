import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons_pkg.plots import feature_maps, style

from .looking import legible, says, texts

rng = np.random.default_rng(7)
LAYERS = {
    "image": rng.random((1, 13, 11)),
    "conv1": 5 * rng.normal(size=(17, 11, 7)),
    "pool1": 3 * rng.random((5, 5, 3)),
}


def rows(figure):
    """Return [(head, images)] from above."""
    found = []
    for ax in figure.axes:
        if texts(ax):
            found.append((texts(ax)[0].replace("\n", " ").replace("\u00a0", " "), []))
        found[-1][1].extend(ax.images)
    return found


def test_a_row_a_layer_in_order_the_first_few_channels():
    figure = feature_maps(LAYERS)
    assert [len(images) for _, images in rows(figure)] == [1, 8, 5]
    for (_, images), maps in zip(rows(figure), LAYERS.values(), strict=True):
        for image, one in zip(images, maps, strict=False):
            np.testing.assert_array_equal(image.get_array(), one)
    heights = [images[0].axes.get_position().y0 for _, images in rows(figure)]
    assert heights == sorted(heights, reverse=True)
    assert len(rows(feature_maps(LAYERS, most=3))[1][1]) == 3


def test_each_row_says_its_size_and_its_own_scale():
    heads = [head for head, _ in rows(feature_maps(LAYERS))]
    low = style.number(np.abs(LAYERS["conv1"][:8]).max())
    assert heads[0].startswith("image: 1 map of 13 × 11, black = 0.")
    assert heads[1] == f"conv1: 8 of 17 maps of 11 × 7, blue = −{low}, orange = {low}"
    assert (
        heads[2]
        == f"pool1: 5 maps of 5 × 3, black = {style.number(LAYERS['pool1'].max())}"
    )


def test_the_scale_begins_at_zero_and_is_symmetric_where_there_are_negative_values():
    (_, image), (_, conv), (_, pool) = rows(feature_maps(LAYERS))
    size = np.abs(LAYERS["conv1"][:8]).max()
    assert {one.get_clim() for one in conv} == {(-size, size)}
    assert {one.get_cmap().name for one in conv} == {"lesson_diverging"}
    for row, maps in ((image, LAYERS["image"]), (pool, LAYERS["pool1"])):
        assert {one.get_clim() for one in row} == {(0, maps.max())}
        assert {one.get_cmap().name for one in row} == {"gray_r"}


def test_a_layer_of_dead_units_is_white():
    ((head, (image,)),) = rows(feature_maps({"dead": np.zeros((1, 3, 5))}))
    assert head == "dead: 1 map of 3 × 5, all 0"
    assert image.get_clim() == (0, 1)


def test_long_names_are_wrapped_and_everything_is_legible():
    name = "the second convolution of the third block, after batch norm and ReLU"
    figure = feature_maps({name: LAYERS["conv1"], "short": LAYERS["pool1"]})
    legible(figure)
    for ax in (ax for ax in figure.axes if texts(ax)):
        (text,) = [text for text in ax.texts if text.get_text()]
        assert text.get_window_extent().x1 < figure.bbox.width
        for other in (other for other in figure.axes if other.images):
            box = other.get_window_extent()  # no head lies on a map
            head = text.get_window_extent()
            assert head.y0 > box.y1 - 1 or head.y1 < box.y0 + 1


@pytest.mark.parametrize(
    ("arguments", "sentence", "kind"),
    [
        (
            {"layers": LAYERS["conv1"]},
            "feature_maps: layers must be a dict of names, but its type is ndarray. Give "
            'a dict, such as {"conv1": (C, H, W) array}.',
            TypeError,
        ),
        (
            {"layers": {}},
            "feature_maps: layers is empty, so there is nothing to draw. Give a dict, "
            'such as {"conv1": (C, H, W) array}.',
            ValueError,
        ),
        (
            {"layers": {"conv1": np.ones((1, 3, 5, 5))}},
            "feature_maps: 'conv1' must be (C, H, W), the maps of one image, but its "
            "shape is (1, 3, 5, 5). Take one image of the batch: maps[0].",
            ValueError,
        ),
        (
            {"layers": {"image": np.ones((5, 5))}},
            "feature_maps: 'image' must be (C, H, W), the maps of one image, but its "
            "shape is (5, 5). Give an axis to a single map: maps[None].",
            ValueError,
        ),
        (
            {"layers": {"conv1": np.full((1, 3, 5), np.inf)}},
            "feature_maps: 'conv1' holds a value that is not finite (inf or nan). Find "
            "where the computation left the range of numbers.",
            ValueError,
        ),
        (
            {"most": 0},
            "feature_maps: most is 0, but a row holds at least one map. Give 1 or more.",
            ValueError,
        ),
    ],
)
def test_errors(arguments, sentence, kind):
    with says(sentence, kind):
        feature_maps(**{"layers": LAYERS} | arguments)
    assert plt.get_fignums() == []
