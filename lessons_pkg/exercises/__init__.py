"""The course's exercises, one file a chapter, and their checker.

from lessons_pkg.exercises import exercise
ex = exercise("neurons.relu")
ex.check(relu), ex.hint(), ex.solution()
"""

import difflib
import functools
import importlib
import pkgutil

from .checker import progress as _progress
from .checker.show import Note

__all__ = ["exercise", "names", "progress"]


def exercise(name):
    """Return the exercise of this name, always the same object.

    Raises ValueError, with the nearest names, where there is none.
    """
    chapter = str(name).partition(".")[0]
    found = _chapter(chapter).get(name) if chapter in _chapters() else None
    if found is None:
        near = difflib.get_close_matches(str(name), names(), n=3)
        advice = f"Did you mean {' or '.join(near)}?" if near else "names() lists them."
        raise ValueError(f"exercise: there is none named {name!r}. {advice}")
    return found


def names(chapter=None):
    """Return the names of all exercises, or of one chapter's, in their order.

    Raises ValueError for a chapter that has none.
    """
    if chapter is not None and chapter not in _chapters():
        raise ValueError(
            f"names: no chapter {chapter!r} has exercises. "
            f"These have: {', '.join(_chapters()) or 'none yet'}."
        )
    chapters = _chapters() if chapter is None else [chapter]
    return [name for chapter in chapters for name in _chapter(chapter)]


def progress(reset=False):
    """Show a table of what was solved. reset=True first forgets it all."""
    if reset:
        _progress.reset()
    done, every = _progress.solved(), names()
    rows = [_row(exercise(name), done) for name in every]
    count = f"{sum(name in done for name in every)} of {len(every)} exercises solved."
    head = "| exercise | title | minutes | solved |\n|---|---|---|---|"
    where = f"Kept in `{_progress.path()}`; delete it to start afresh."
    return Note("\n\n".join([count, "\n".join([head, *rows]), where]), count).show()


def _row(ex, done):
    solved = f"✓ {done[ex.name]}" if ex.name in done else "not yet"
    return f"| {ex.name} | {ex.title} | {ex.minutes} | {solved} |"


@functools.cache
def _chapters():
    """Names of the chapters that have exercises: the modules beside this file."""
    return [m.name for m in pkgutil.iter_modules(__path__) if m.name != "checker"]


@functools.cache
def _chapter(chapter):
    """Import a chapter's exercises; return {name: exercise}."""
    module = importlib.import_module(f"{__name__}.{chapter}")
    found = {ex.name: ex for ex in module.EXERCISES}
    strays = [ex.name for ex in module.EXERCISES if ex.chapter != chapter]
    if strays or len(found) < len(module.EXERCISES):
        raise ValueError(
            f"lessons_pkg.exercises.{chapter}: names must be unique and begin with "
            f"{chapter!r}; these do not: {strays or 'one is twice'}."
        )
    return found
