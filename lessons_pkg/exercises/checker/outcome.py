"""What came of using an answer on a case: a value, an error, or nothing in time."""

import copy
import linecache
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .compare import EXACTLY, compare
from .describe import signature_text
from .guard import Stopped, guarded, seed_everything
from .snapshot import Opaque, snapshot

HERE = str(Path(__file__).parents[2])  # the package
FOLDERS = ("stdlib", "platstdlib", "purelib", "platlib")
LIBRARIES = tuple({sysconfig.get_paths()[folder] for folder in FOLDERS})


@dataclass(frozen=True)
class Failure:
    """An exception as plain text. `at_call`: it came before any line of the answer."""

    type: type
    name: str
    text: str = ""
    line: str = ""
    at_call: bool = False
    signature: str = ""


UNREADABLE = Failure(BaseException, "an error that cannot be read")


@dataclass(frozen=True)
class Outcome:
    """Plain data only. `changed` holds the arguments that the call changed, as left."""

    value: object = None
    failure: Failure | None = None
    timed_out: bool = False
    changed: dict = field(default_factory=dict)


def observe(cases, answer, solution, seconds):
    """Use the answer on each case, under guard, all within `seconds`.

    Returns the outcomes, up to the one that ran out of time, and the Run.
    """
    outcomes = []

    def work():
        for case in cases:
            outcomes.append(_outcome(case, answer, case.names(solution)))

    run = guarded(work, seconds)
    outcomes = outcomes[: len(cases)]  # a copy: nothing is added any more
    if run.timed_out:
        outcomes.append(Outcome(timed_out=True))
    elif len(outcomes) < len(cases):
        outcomes.append(Outcome(failure=UNREADABLE))
    return outcomes[: len(cases)], run


def agree(want, got, tolerance):
    """Whether two outcomes are the same: value, sort of error, changed arguments."""
    if want.timed_out or got.timed_out:
        return want.timed_out and got.timed_out
    if want.failure or got.failure:
        both = want.failure and got.failure
        return bool(both) and issubclass(got.failure.type, want.failure.type)
    return (
        compare(want.value, got.value, tolerance) is None
        and compare(want.changed, got.changed, tolerance) is None
    )


def _outcome(case, answer, names):
    args, kwargs = copy.deepcopy((case.args, dict(case.kwargs)))
    given = [*args, *kwargs.values()]
    before = [snapshot(value) for value in given]
    value, failure = None, None
    seed_everything()
    with np.errstate():  # what the answer sets ends here
        try:
            value = _read(case.use(answer, *args, **kwargs))
        except Stopped:
            raise
        except BaseException as error:
            failure = _failure(error, answer, case)
    after = [_read(value) for value in given]
    changed = {
        name: now
        for name, then, now in zip(names, before, after, strict=True)
        if compare(then, now, EXACTLY) is not None
    }
    return Outcome(value, failure, changed=changed)


def _read(result):
    try:
        return snapshot(result)
    except Stopped:
        raise
    except BaseException as error:
        advice = f"Reading it raises {type(error).__name__}."
        return Opaque("an object that fails when it is read", advice)


def _failure(error, answer, case):
    of_use = getattr(case.use, "__code__", None)  # a built-in function has none
    lines = _learner_lines(error.__traceback__, getattr(of_use, "co_filename", ""))
    try:
        text = str.__str__(str(error))[:500]
    except Stopped:
        raise
    except BaseException:
        text = ""
    line = ""
    if lines:
        file, number = lines[-1]
        line = linecache.getline(file, number).strip()
    name, signature = str.__str__(type(error).__name__), signature_text(answer)
    return Failure(type(error), name, text, line, not lines, signature)


def _learner_lines(traceback, authors):
    """Return (file, line) of the frames in the file where the answer was entered.

    Frames of the checker, of the authors' file that uses the answer, and of libraries
    do not count.
    """
    lines = []
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        ours = file.startswith((HERE, *LIBRARIES)) or file == authors
        if not ours and (not lines or file == lines[0][0]):
            lines.append((file, traceback.tb_lineno))
        traceback = traceback.tb_next
    return lines
