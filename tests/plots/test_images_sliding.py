import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from lessons_pkg.plots import animate, sliding, style
from lessons_pkg.plots.tables import written

from .looking import clipped, legible, says, texts

IMAGE = np.array([[3, 0, 2, 7], [1, 5, 4, 0], [6, 2, 8, 1], [0, 9, 3, 5]])
KERNEL = np.array([[1, -2], [3, 0]])
OUTPUT = np.array([[6, 11, 0], [9, 3, 28], [2, 13, 15]])  # 1*3 - 2*0 + 3*1 + 0*5 = 6
EDGES = np.array([[1, 0, -1]] * 3)


def correlate(image, kernel, padding=0, stride=1, dilation=1):
    """Add up the products under the window at each place, one by one."""
    image = np.pad(image, padding)
    reach = [dilation * (k - 1) + 1 for k in kernel.shape]
    size = [(n - r) // stride + 1 for n, r in zip(image.shape, reach, strict=True)]
    output = np.zeros(size)
    for i, j in np.ndindex(*size):
        for k, m in np.ndindex(kernel.shape):
            x = image[i * stride + k * dilation, j * stride + m * dilation]
            output[i, j] += kernel[k, m] * x
    return output


def tables(ax):
    """Return [(left, top, numbers as written, colours of the cells)] of the tables."""
    found = []
    for cells in ax.collections:
        assert isinstance(cells, PolyCollection)
        corners = np.array([path.vertices[:4] for path in cells.get_paths()])
        left, top = corners[..., 0].min(), corners[..., 1].max()
        shape = [round(np.ptp(corners[..., axis])) for axis in (1, 0)]
        numbers, fill = np.full(shape, "", object), np.full(shape, "", object)
        colours = [to_hex(colour) for colour in cells.get_facecolors()]
        if len(colours) == 1:
            colours *= len(corners)
        for corner, colour in zip(corners, colours, strict=True):
            low = corner.min(axis=0)
            cell = round(top - low[1]) - 1, round(low[0] - left)
            fill[cell] = colour.upper()
            inside = [
                text.get_text()
                for text in ax.texts
                if np.allclose(text.get_position(), low + 0.5)
            ]
            numbers[cell] = "".join(inside)
        found.append((left, top, numbers, fill))
    return found


def box(ax, left, top, numbers, _):
    """Return where a table lies, in pixels."""
    low = left, top - numbers.shape[0]
    corners = [low, (left + numbers.shape[1], top)]
    return Bbox(ax.transData.transform(corners))


def frames(ax):
    """Return (top, left, rows, columns) of each frame, counted in its table's cells."""
    image, _, output = tables(ax)
    patches = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    found = []
    for patch, (left, top, *_) in zip(patches, (image, output), strict=True):
        x, y = patch.get_xy()
        high, wide = patch.get_height(), patch.get_width()
        found.append(tuple(np.round([top - y - high, x - left, high, wide], 9)))
    return found


def numbers(array):
    return np.array([[written(x) for x in row] for row in array], object)


def test_worked_by_hand():
    np.testing.assert_array_equal(correlate(IMAGE, KERNEL), OUTPUT)
    ax = sliding(IMAGE, KERNEL, OUTPUT, (1, 2))
    assert ax is plt.gca()
    for (*_, found, _), array in zip(tables(ax), (IMAGE, KERNEL, OUTPUT), strict=True):
        np.testing.assert_array_equal(found, numbers(array))
    assert frames(ax) == [(1, 2, 2, 2), (1, 2, 1, 1)]
    assert texts(ax)[-1] == "4·1 + 0·(−2) +\n8·3 + 1·0 = 28"
    assert {"image", "kernel", "output"} <= set(texts(ax))


@pytest.mark.parametrize("place", [(0, 0), (1, 0), (0, 1)])
def test_padding_stride_and_dilation(place):
    image = np.arange(42).reshape(6, 7) % 10
    how = dict(padding=1, stride=3, dilation=2)
    ax = sliding(image, EDGES[:2], correlate(image, EDGES[:2], **how), place, **how)
    (*_, found, fill), _, (*_, marked) = tables(ax)
    np.testing.assert_array_equal(found, numbers(np.pad(image, 1)))
    i, j = 3 * np.array(place)
    assert frames(ax)[0] == (i, j, 3, 5)
    seen = np.zeros((8, 9), bool)
    seen[i : i + 3 : 2, j : j + 5 : 2] = True
    inside = np.pad(np.ones((6, 7), bool), 1)
    np.testing.assert_array_equal(fill == "#FCE6D8", seen)
    np.testing.assert_array_equal(fill == "#F0F0F0", ~inside & ~seen)
    np.testing.assert_array_equal(fill == "#FFFFFF", inside & ~seen)
    assert [*zip(*np.nonzero(marked != "#FFFFFF"), strict=True)] == [place]


def test_numbers_of_padding_are_grey():
    ax = sliding(IMAGE, KERNEL, correlate(IMAGE, KERNEL, 1), (0, 0), padding=1)
    left, top, *_ = tables(ax)[0]
    ink = {
        tuple(np.round(text.get_position(), 6)): text.get_color() for text in ax.texts
    }
    assert ink[tuple(np.round((left + 0.5, top - 0.5), 6))] == style.PALETTE["grey"]
    assert ink[tuple(np.round((left + 1.5, top - 1.5), 6))] == style.INK


def test_what_is_not_computed_yet_stays_blank():
    output = np.full((3, 3), np.nan)
    output[0] = OUTPUT[0]
    ax = sliding(IMAGE, KERNEL, output, (0, 2))
    np.testing.assert_array_equal(tables(ax)[2][2][1:], "")
    np.testing.assert_array_equal(tables(ax)[2][2][0], numbers(OUTPUT[:1])[0])
    ax = sliding(IMAGE, KERNEL, output, (1, 0), ax=plt.figure().add_subplot())
    assert texts(ax)[-1] == "1·1 + 5·(−2) +\n6·3 + 2·0 = ?"  # the reader's turn


def test_two_numbers_for_rows_and_columns():
    image = np.ones((3, 4), int)
    output = np.array([[1.0, 2, 2, 2, 1]] * 2)
    ax = sliding(image, np.ones((1, 2)), output, (1, 0), padding=(0, 1), stride=(2, 1))
    assert tables(ax)[0][2].shape == (3, 6)
    assert frames(ax)[0] == (2, 0, 1, 2)


def test_a_large_kernel_has_no_sum_but_is_compared():
    image, kernel = np.ones((5, 5)), np.ones((4, 4))
    ax = sliding(image, kernel, np.full((2, 2), 16), (0, 0))
    assert not any("·" in text for text in texts(ax))
    with pytest.raises(ValueError, match="add up to 16"):
        sliding(image, kernel, np.full((2, 2), 15), (0, 0))


def test_with_a_bias_the_sum_is_left_out():
    ax = sliding(IMAGE, KERNEL, OUTPUT + 1, (0, 0), sums=False)
    assert not any("·" in text for text in texts(ax))


def test_float32_rounding_is_no_mistake():
    image = np.random.default_rng(0).integers(0, 10, (4, 4))
    kernel = np.full((3, 3), 1 / 9, np.float32)
    output = correlate(image, kernel).astype(np.float32)
    ax = sliding(image, kernel, output, (1, 1))
    assert set(tables(ax)[1][2].ravel()) == {"1/9"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2"),
        (-1.5, "−1.5"),
        (1 / 9, "1/9"),
        (-1 / 9, "−1/9"),
        (0.0625, "1/16"),
        (4.666666, "14/3"),
        (8 / 3, "8/3"),
        (-8 / 3, "−8/3"),
        (10 / 9, "10/9"),
        (0.25, "0.25"),
        (0.1, "0.1"),
        (2.67, "2.67"),
        (0.125, "1/8"),
        (100 + 1 / 3, "100"),
        (0.1234567, "0.123"),
    ],
)
def test_numbers_are_written_short(value, text):
    assert written(value) == text


SIZES = [(4, 2, 0), (4, 3, 1), (7, 3, 0), (7, 3, 1), (8, 3, 0)]


@pytest.mark.parametrize(("n", "k", "padding"), SIZES)
def test_legible_in_a_row_or_with_output_below_kernel(n, k, padding):
    rng = np.random.default_rng(n)
    image, kernel = rng.integers(0, 10, (n, n)), EDGES[:k, :k]
    output = correlate(image, kernel, padding)
    ax = sliding(image, kernel, output, (1, 1), padding=padding)
    legible(ax.figure)
    cells = [box(ax, *table) for table in tables(ax)]
    image, kernel, output = cells
    assert image.x1 < kernel.x0
    beside = kernel.x1 < output.x0
    assert beside == (n < 7)
    assert beside or (kernel.y0 > output.y1 and kernel.x0 == output.x0)
    foot = ax.texts[-1].get_window_extent()
    assert all(not foot.overlaps(table) for table in cells)
    width = ax.figure.bbox.width
    assert all(one.x0 > 0 and one.x1 < width and one.y0 > 0 for one in cells)
    side = image.width / (n + 2 * padding)
    for text in ax.texts[:-1]:
        if text.get_text() not in ("image", "kernel", "output"):
            assert text.get_window_extent().width < side + 1


def test_frames_of_an_animation_stand_still_and_cut_nothing_off():
    axes = []
    places = [*np.ndindex(OUTPUT.shape)]

    def draw(ax, i):
        done = np.full(OUTPUT.shape, np.nan)
        done.flat[: i + 1] = OUTPUT.flat[: i + 1]
        sliding(IMAGE, KERNEL, done, places[i], ax=ax)
        axes.append(ax)

    sliding(IMAGE, KERNEL, OUTPUT, (0, 0))
    size = plt.gcf().get_size_inches()
    player = animate(draw, len(places), alt="A window slides.", figsize=tuple(size))
    assert len(player.frames) == 9
    assert len({ax.get_position().bounds for ax in axes}) == 1
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in axes}) == 1
    for ax in axes:
        assert clipped(ax.figure) == []
    for i, ax in enumerate(axes):
        assert np.sum(tables(ax)[2][2] != "") == i + 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"image": IMAGE[None]},
            "image must have two axes, rows and columns, and a number in it, but its "
            "shape is (1, 4, 4). Draw one channel of one image.",
        ),
        (
            {"image": IMAGE * np.nan},
            "image holds a value that is not finite (inf or nan). Find where the "
            "computation left the range of numbers.",
        ),
        (
            {"output": OUTPUT + np.inf},
            "output holds inf. Give numbers, and nan for what is not computed yet.",
        ),
        (
            {"output": OUTPUT[:2]},
            "output has the shape (2, 3), but this kernel makes (3, 3) of this image "
            "with this padding, stride and dilation. Give all of it, with nan for what "
            "is not computed yet.",
        ),
        (
            {"stride": 2},
            "output has the shape (3, 3), but this kernel makes (2, 2) of this image "
            "with this padding, stride and dilation. Give all of it, with nan for what "
            "is not computed yet.",
        ),
        (
            {"kernel": np.ones((5, 2))},
            "the kernel reaches over the image on both sides, so there is no output. "
            "Give a larger image, a smaller kernel or more padding.",
        ),
        (
            {"place": (1, 3)},
            "place is (1, 3), but the entries of output go from (0, 0) to (2, 2). Give "
            "(row, column).",
        ),
        (
            {"kernel": KERNEL[::-1, ::-1]},
            "output[0, 1] is 11, but the products in its window add up to 0. Give the "
            "output of this kernel, not flipped and without a bias, or sums=False.",
        ),
        (
            {"stride": 0},
            "stride must be one or two whole numbers, each 1 or more, but 0 came.",
        ),
        (
            {"padding": (1, 2, 3)},
            "padding must be one or two whole numbers, each 0 or more, but (1, 2, 3) "
            "came.",
        ),
        (
            {"dilation": 1.5},
            "dilation must be one or two whole numbers, each 1 or more, but 1.5 came.",
        ),
        (
            {"padding": "same"},
            "padding must be one or two whole numbers, each 0 or more, but 'same' came.",
        ),
        (
            {"place": (1.5, 1)},
            "place is (1.5, 1), but the entries of output go from (0, 0) to (2, 2). Give "
            "(row, column).",
        ),
        (
            {"image": IMAGE * 1.25e9, "output": OUTPUT * 1.25e9},
            "image[0, 0] is 3.75e+09, too long to be legible in its cell. Give the axes "
            "more room, draw a smaller table, or scale to short numbers.",
        ),
    ],
)
def test_errors(arguments, sentence):
    given = dict(image=IMAGE, kernel=KERNEL, output=OUTPUT, place=(0, 1))
    with says("sliding: " + sentence):
        sliding(**given | arguments)
