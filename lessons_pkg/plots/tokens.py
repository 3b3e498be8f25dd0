"""Tokens as figures write them, beside the row or beneath the column that is theirs."""

from functools import cache
from itertools import pairwise

from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextPath

from lessons_pkg.plots import style

MOST = 14  # letters of one token
_SIGNS = {"\n": "↵", "\r": "←", "\t": "⇥"}
_UNKNOWN = "□"  # for what the font has no sign for


def shown(who, name, tokens):
    """Return tokens, a text or a list, as texts in which spaces can be seen.

    Raises ValueError for no token, or one of more than 14 letters.
    """
    found = [_signed(str(token)) for token in tokens]
    if not found:
        raise ValueError(
            f"{who}: {name} is empty, so there is nothing to draw. Give a text, or a "
            f"list of tokens."
        )
    for token in found:
        if len(token) > MOST:
            raise ValueError(
                f"{who}: {name} holds {token!r} of {len(token)} letters, but more than "
                f"{MOST} are not legible. Shorten it, or cut it in two."
            )
    return found


def _signed(token):
    """Write line ends as arrows, and the spaces of a token that holds nothing else."""
    for plain, sign in _SIGNS.items():
        token = token.replace(plain, sign)
    token = "".join(c if ord(c) in _font() else _UNKNOWN for c in token)
    return token.replace(" ", "␣") if not token.strip() else token


@cache
def _font():
    """Return the signs that the font of tokens has, by their numbers."""
    return FT2Font(findfont("monospace")).get_charmap()


def look():
    """Return the look of a token: letters of equal width, nothing read as mathematics."""
    return {"family": "monospace", "fontsize": style.small(), "parse_math": False}


def measured(text, size):
    """Return the width in points of a text, or of its longest line."""
    lines = [line for line in str(text).split("\n") if line.strip()]
    return max(
        (TextPath((0, 0), a, size=size).get_extents().width for a in lines), default=0
    )


def wide(token):
    """Return the width of a token in points."""
    return 0.602 * style.small() * len(token)


def widest(texts):
    """Return the width of the longest token in points."""
    return max(map(wide, texts))


def upright(token):
    """Tell whether a token beneath a column is written without being turned."""
    return len(token) <= 2


def column(texts):
    """Return the least width in points of a column whose tokens do not touch."""
    needs = [wide(a) if upright(a) else 1.25 * style.small() for a in texts]
    return max(needs) + 1


def room(texts):
    """Return the height in points of a line of tokens: those of 3 letters and more turn."""
    turned = [wide(a) + 6 for a in texts if not upright(a)]
    return max([1.5 * style.small(), *turned])


def beneath(ax, edges, top, texts):
    """Write each token beneath its column; long ones are turned and read upward."""
    for (left, right), token in zip(pairwise(edges), texts, strict=True):
        turn = {} if upright(token) else {"rotation": 90}
        middle, y = (left + right) / 2, top + 3
        ax.text(middle, y, token, ha="center", va="top", **turn, **look())
