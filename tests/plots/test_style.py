import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

import lessons_pkg as lp
from lessons_pkg.plots import style

from .looking import says

# What `filter: invert(1) hue-rotate(180deg)` does to a colour, by the matrix of the
# Filter Effects specification (W3C, 2018) for an angle of 180 degrees.
HALF_TURN = np.array(
    [[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]]
)


def turned_over(colour):
    return np.clip(HALF_TURN @ (1 - np.array(to_rgb(colour))), 0, 1)


def luminance(colour):
    """Relative luminance of WCAG 2.2."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white():
    assert contrast("black", "white") == pytest.approx(21)


def test_the_palette_is_that_of_okabe_and_ito():
    assert style.PALETTE["blue"] == "#0072B2"
    names = ["blue", "vermillion", "green", "purple", "orange", "sky", "yellow", "grey"]
    assert list(style.PALETTE) == names


@pytest.mark.parametrize("name", ["blue", "vermillion", "green", "purple", "grey"])
def test_lines_stand_out_on_white_and_turned_over(name):
    colour = style.PALETTE[name]
    assert contrast(colour, "white") > 3  # WCAG 1.4.11 for graphical objects
    assert contrast(turned_over(colour), turned_over("white")) > 3


def test_text_stands_out_on_white_and_turned_over():
    for colour in (style.INK, style.PALETTE["grey"]):
        assert contrast(colour, "white") > 4.5
        assert contrast(turned_over(colour), turned_over("white")) > 4.5


def test_classes_differ_in_marker_too():
    pairs = style.markers(30)
    assert len(set(pairs)) == 30
    assert len({marker for _, marker in pairs[:7]}) == 7


def test_use_draws_opaque_on_white():
    assert matplotlib.rcParams["savefig.facecolor"] == "white"
    assert not matplotlib.rcParams["savefig.transparent"]
    assert plt.figure().get_facecolor() == (1, 1, 1, 1)


def test_text_is_legible_where_a_page_of_640_px_is_shown_at_340():
    sizes = [plt.rcParams["font.size"], style.small()]
    for name in ("xtick.labelsize", "ytick.labelsize", "legend.fontsize"):
        sizes.append(plt.rcParams[name])
    pixels = np.array(sizes) * style.DPI / 72 * 340 / 640
    assert pixels.min() > 9


def test_the_diverging_map_is_white_at_zero_and_as_far_from_it_on_both_sides():
    assert style.DIVERGING(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)
    low, high = style.DIVERGING(0.25), style.DIVERGING(0.75)
    assert low[2] > low[0]  # blue below
    assert high[0] > high[2]  # vermillion above


def test_numbers_are_short_and_have_a_true_minus():
    written = [style.number(v) for v in (2.0, -1.5, 1 / 3, -0.0, 1234.5, np.int64(7))]
    assert written == ["2", "−1.5", "0.333", "0", "1.23e+03", "7"]


def test_use_asks_a_notebook_for_double_resolution(monkeypatch):
    asked = []

    class Inline:
        set_matplotlib_formats = asked.append

    registry = style.backend_registry
    monkeypatch.setattr(registry, "load_backend_module", lambda name: Inline)
    name = "module://matplotlib_inline.backend_inline"
    monkeypatch.setattr(matplotlib, "get_backend", lambda auto_select: name)
    style.use()
    assert asked == ["retina"]


def test_importing_the_package_does_not_import_matplotlib():
    code = "import sys, lessons_pkg; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_numbers_that_are_not_finite_are_refused():
    with says(
        "points: x holds a value that is not finite (inf or nan). Find where the "
        "computation left the range of numbers."
    ):
        style.finite([1.0, np.nan], "points", "x")


@pytest.mark.parametrize("engine", [torch, lp])
def test_a_tensor_with_a_gradient_is_drawn_without_it(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(style.finite(x * 2, "gates", "x"), [2, 4])
