"""Animations that a reader steps through, in a notebook and on a built page."""

import base64
import html
import io
import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from lessons_pkg.plots import style

_HERE = Path(__file__).parent


def animate(
    draw,
    n_frames,
    *,
    alt,
    caption="",
    frame_caption=None,
    first=0,
    figsize=(style.WIDTH, style.HEIGHT),
    interval_ms=600,
):
    """Draw n_frames pictures once, and return them as a Player.

    draw : draw(ax, i) draws frame i on the empty Axes ax; called once a frame, in order
    alt : what the animation shows, for readers who cannot see it
    caption : stands beneath the player
    frame_caption : frame_caption(i) says in a few words what frame i shows
    first : the frame shown before the reader does anything, and wherever no script runs
    figsize : width and height in inches of 100 px
    interval_ms : milliseconds a frame stays while the animation plays
    Raises TypeError if draw or frame_caption cannot be called, ValueError if a number
    is out of its range or alt is empty.
    """
    _check(draw, n_frames, alt, frame_caption, first, interval_ms)
    figures = [_drawn(draw, i, figsize) for i in range(n_frames)]
    _hold_still(figures)
    captions = [
        "" if frame_caption is None else frame_caption(i) for i in range(n_frames)
    ]
    return Player(
        frames=tuple(_png(figure) for figure in figures),
        size=tuple(round(style.DPI * inches) for inches in figsize),
        alt=alt.strip(),
        caption=caption,
        frame_captions=tuple(str(text) for text in captions),
        first=first % n_frames,
        interval_ms=interval_ms,
    )


@dataclass(frozen=True)
class Player:
    """Frames of an animation, shown with play, step and slider; made by animate.

    frames : PNG files, all of the same number of pixels
    size : (width, height) in px at which a page shows them
    """

    frames: tuple
    size: tuple
    alt: str
    caption: str
    frame_captions: tuple
    first: int
    interval_ms: int

    def __repr__(self):
        return f"Animation of {len(self.frames)} frames: {self.alt}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Offer the player, its first still (for paper) and a line of text."""
        return {
            "text/html": self._repr_html_(),
            "image/png": _base64(self.frames[self.first]),
            "text/plain": repr(self),
        }

    def _repr_html_(self):
        """Return one <figure> that needs nothing from elsewhere.

        It holds no id, so that any number of players can stand on a page; the script
        starts every player that it finds not yet started, and adds the controls. Where
        no script runs, the still and its text remain.
        """
        text = self._frame_text(self.first)
        data = {
            # The still is on the page already: null stands for it here.
            "frames": [
                None if i == self.first else _source(png)
                for i, png in enumerate(self.frames)
            ],
            "captions": [self._frame_text(i) for i in range(len(self.frames))],
            "alt": self.alt,
            "first": self.first,
            "interval": self.interval_ms,
        }
        return _read("player.html").format(
            css=_read("player.css"),
            script=_read("player.js"),
            data=html.escape(json.dumps(data)),
            still=_source(self.frames[self.first]),
            width=self.size[0],
            height=self.size[1],
            alt=html.escape(f"{self.alt} {text}"),
            text=html.escape(text),
            caption=_figcaption(self.caption),
        )

    def _frame_text(self, i):
        """Return "Step 3 of 12: w = (1, 2)"."""
        place, text = f"Step {i + 1} of {len(self.frames)}", self.frame_captions[i]
        return f"{place}: {text}" if text else f"{place}."


def _check(draw, n_frames, alt, frame_caption, first, interval_ms):
    if not callable(draw):
        raise TypeError(
            f"animate: draw must be a function draw(ax, i), but its type is "
            f"{type(draw).__name__}. Give the function itself, without calling it."
        )
    if n_frames < 1:
        raise ValueError(
            f"animate: n_frames is {n_frames}, but an animation has at least one "
            f"frame. Give 1 or more."
        )
    if not alt.strip():
        raise ValueError(
            "animate: alt is empty, but readers who cannot see the picture need it. "
            "Say in a sentence what the animation shows."
        )
    if frame_caption is not None and not callable(frame_caption):
        raise TypeError(
            f"animate: frame_caption must be a function of the frame's number, but its "
            f"type is {type(frame_caption).__name__}. Give a function, such as "
            f"lambda i: captions[i]."
        )
    if not -n_frames <= first < n_frames:
        raise ValueError(
            f"animate: first is {first}, but the frames are numbered 0 to "
            f"{n_frames - 1}. Choose one of them (-1 is the last)."
        )
    if interval_ms < 200:
        raise ValueError(
            f"animate: interval_ms is {interval_ms}, but flicker faster than 200 ms a "
            f"frame can harm readers. Give 200 or more."
        )


def _drawn(draw, i, figsize):
    """Return frame i's figure; it is no longer open in pyplot."""
    figure, ax = plt.subplots(figsize=figsize, dpi=style.DPI, layout="constrained")
    try:
        draw(ax, i)
    finally:
        plt.close(figure)
    return figure


def _hold_still(figures):
    """Give the axes the same place in all frames: the one that suits every frame.

    Otherwise each frame's labels would push its axes about, and the picture would
    jump while it plays.
    """
    boxes = []
    for figure in figures:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        boxes.append([ax.get_position(original=True).extents for ax in figure.axes])
    if len({len(box) for box in boxes}) > 1:
        return  # frames of different make-up have no common place
    corners = np.array(boxes)  # (n_frames, n_axes, 4): left, low, right, high
    low, high = corners[..., :2].max(axis=0), corners[..., 2:].min(axis=0)
    for figure in figures:
        for ax, corner, size in zip(figure.axes, low, high - low, strict=True):
            ax.set_position([*corner, *size])


def _png(figure):
    """Return the figure as a small PNG of twice its pixels on the page."""
    whole = io.BytesIO()
    with plt.rc_context({"savefig.bbox": "standard"}):  # "tight" would vary the size
        figure.savefig(whole, format="png", dpi=2 * style.DPI, facecolor="white")
    picture = Image.open(whole).convert("RGB")
    few = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=0)
    small = io.BytesIO()
    few.save(small, format="PNG", optimize=True)
    return small.getvalue()


def _base64(png):
    return base64.b64encode(png).decode("ascii")


def _source(png):
    return f"data:image/png;base64,{_base64(png)}"


def _read(name):
    return (_HERE / name).read_text(encoding="utf-8").strip()


def _figcaption(text):
    return f"<figcaption>{html.escape(text)}</figcaption>" if text else ""
