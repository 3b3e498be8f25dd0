import base64
import io
import json
import re
from html.parser import HTMLParser

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from lessons_pkg.plots import Player, animate

from .looking import says

ALT = "A line that rises by one each step."


def draw(ax, i):
    ax.plot([0, 1], [0, 10.0**i], color="#0072B2")


@pytest.fixture(scope="module")
def player():
    return animate(
        draw, 4, alt=ALT, caption="It rises & rises.", frame_caption="height {}".format
    )


class Reader(HTMLParser):
    """Read HTML into a list of (tag, attributes, text); complain of unclosed tags."""

    EMPTY = ("img", "input", "path")

    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append([tag, dict(attributes), ""])
        if tag not in self.EMPTY:
            self.open.append((tag, len(self.elements) - 1))

    def handle_startendtag(self, tag, attributes):
        self.elements.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, text):
        if self.open:
            self.elements[self.open[-1][1]][2] += text

    def find(self, tag, **attributes):
        return [
            (found, text)
            for name, found, text in self.elements
            if name == tag and attributes.items() <= found.items()
        ]


def read(player):
    return Reader(player._repr_html_())


def data(player):
    ((figure, _),) = read(player).find("figure")
    return json.loads(figure["data-player"])


def test_each_frame_is_drawn_once_in_order_on_empty_axes():
    seen = []
    player = animate(lambda ax, i: seen.append((i, len(ax.lines))), 3, alt=ALT)
    assert seen == [(0, 0), (1, 0), (2, 0)]
    assert isinstance(player, Player)
    assert len(player.frames) == 3


def test_no_figure_stays_open():
    mine = plt.figure()
    animate(draw, 3, alt=ALT)
    assert plt.get_fignums() == [mine.number]


def test_no_figure_stays_open_after_an_error():
    with says("division by zero", ZeroDivisionError):
        animate(lambda ax, i: 1 / 0, 3, alt=ALT)
    assert plt.get_fignums() == []


def test_all_frames_have_twice_the_pixels_of_the_page(player):
    pictures = [Image.open(io.BytesIO(png)) for png in player.frames]
    assert {picture.size for picture in pictures} == {(1280, 800)}
    assert player.size == (640, 400)


def test_tight_settings_do_not_vary_the_size():
    with matplotlib.rc_context({"savefig.bbox": "tight"}):
        player = animate(draw, 2, alt=ALT, figsize=(4, 3))
    sizes = {Image.open(io.BytesIO(png)).size for png in player.frames}
    assert sizes == {(800, 600)}


def test_the_axes_stand_still_though_their_labels_grow():
    axes = []

    def keep(ax, i):
        draw(ax, i)
        axes.append(ax)

    animate(keep, 4, alt=ALT)
    places = np.array([ax.get_position().extents for ax in axes])
    np.testing.assert_array_equal(places, places[[0] * 4])
    for ax in axes:  # and no label is cut off
        box = ax.get_tightbbox()
        assert box.x0 >= -1
        assert box.y0 >= -1


def test_frames_of_different_make_up_are_left_as_they_are():
    def sometimes_two(ax, i):
        draw(ax, i)
        if i:
            ax.twinx()

    assert len(animate(sometimes_two, 2, alt=ALT).frames) == 2


def test_white_stays_white_and_the_palette_exact(player):
    pixels = np.asarray(Image.open(io.BytesIO(player.frames[0])).convert("RGB"))
    assert tuple(pixels[0, 0]) == (255, 255, 255)
    assert (pixels == (0x00, 0x72, 0xB2)).all(axis=-1).sum() > 100


def test_a_frame_is_small(player):
    assert max(len(png) for png in player.frames) < 20_000


def test_it_says_what_it_is(player):
    assert repr(player) == f"Animation of 4 frames: {ALT}"
    bundle = player._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == repr(player)
    assert base64.b64decode(bundle["image/png"]) == player.frames[0]
    json.dumps(bundle)  # as a notebook stores it


def test_the_page_has_the_still_with_size_class_and_alt(player):
    ((image, _),) = read(player).find("img")
    png = base64.b64decode(image["src"].removeprefix("data:image/png;base64,"))
    assert png == player.frames[0]
    assert image["class"] == "lesson-frame"
    assert (image["width"], image["height"]) == ("640", "400")
    assert image["alt"] == f"{ALT} Step 1 of 4: height 0"


def test_no_control_stands_on_the_page_before_the_script_made_it(player):
    page = read(player)
    assert page.find("button") == page.find("input") == []
    ((_, script),) = page.find("script")
    for name in ("Previous step", "Play", "Next step", "Step of the animation"):
        assert f'aria-label="{name}"' in script


def test_caption_and_step_are_shown(player):
    page = read(player)
    assert page.find("figcaption") == [({}, "It rises & rises.")]
    ((_, step),) = page.find("p", **{"aria-live": "polite"})
    assert step == "Step 1 of 4: height 0"


def test_each_frame_stands_on_the_page_once(player):
    frames = data(player)["frames"]
    assert frames[0] is None  # the still
    text = player._repr_html_()
    for png in player.frames:
        assert text.count(base64.b64encode(png).decode()) == 1
    assert data(player)["captions"] == [
        f"Step {i + 1} of 4: height {i}" for i in range(4)
    ]


@pytest.mark.parametrize("first", [2, -1])
def test_another_frame_can_come_first(first):
    player = animate(draw, 3, alt=ALT, first=first)
    assert player.first == 2
    assert data(player)["first"] == 2
    assert [frame is None for frame in data(player)["frames"]] == [False, False, True]


def test_without_captions_the_step_is_counted():
    player = animate(draw, 2, alt=ALT)
    assert data(player)["captions"] == ["Step 1 of 2.", "Step 2 of 2."]
    assert read(player).find("figcaption") == []


def test_the_page_asks_no_other_host_and_has_no_id(player):
    text = re.sub(r"data:image/png;base64,[\w+/=]+", "", player._repr_html_())
    assert len(text) < 12_000
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
    assert not any("id" in found for _, found, _ in read(player).elements)


def test_the_page_is_the_same_on_every_run():
    twice = [animate(draw, 2, alt=ALT)._repr_html_() for _ in range(2)]
    assert twice[0] == twice[1]


def test_strange_captions_stay_text():
    evil = "</script><b>\"&amp;'{n}"
    player = animate(draw, 2, alt=evil, caption=evil, frame_caption=lambda i: evil)
    page = read(player)
    assert page.find("b") == []
    assert len(page.find("script")) == 1
    assert page.find("figcaption") == [({}, evil)]
    assert page.find("img")[0][0]["alt"] == f"{evil} Step 1 of 2: {evil}"
    assert data(player)["captions"][1] == f"Step 2 of 2: {evil}"


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        (
            {"draw": 3},
            TypeError,
            "animate: draw must be a function draw(ax, i), but its type is int. Give "
            "the function itself, without calling it.",
        ),
        (
            {"n_frames": 0},
            ValueError,
            "animate: n_frames is 0, but an animation has at least one frame. Give 1 "
            "or more.",
        ),
        (
            {"alt": "  "},
            ValueError,
            "animate: alt is empty, but readers who cannot see the picture need it. "
            "Say in a sentence what the animation shows.",
        ),
        (
            {"frame_caption": ["a", "b"]},
            TypeError,
            "animate: frame_caption must be a function of the frame's number, but its "
            "type is list. Give a function, such as lambda i: captions[i].",
        ),
        (
            {"first": 2},
            ValueError,
            "animate: first is 2, but the frames are numbered 0 to 1. Choose one of "
            "them (-1 is the last).",
        ),
        (
            {"interval_ms": 50},
            ValueError,
            "animate: interval_ms is 50, but flicker faster than 200 ms a frame can "
            "harm readers. Give 200 or more.",
        ),
    ],
)
def test_errors(arguments, kind, sentence):
    with says(sentence, kind):
        animate(**{"draw": draw, "n_frames": 2, "alt": ALT} | arguments)
    assert plt.get_fignums() == []
