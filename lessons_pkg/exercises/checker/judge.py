"""Judge an answer: look at what it is, run it, and name the misconception it shows."""

import inspect
import types

from .describe import clean, code, kind_of
from .explain import explain
from .guard import guarded
from .outcome import agree, observe
from .show import Verdict
from .snapshot import Opaque, snapshot
from .starter import is_untouched


def judge(exercise, answer):
    """Return the Verdict on an answer. It never raises for what the answer does."""
    first = guarded(lambda: _first_look(exercise, answer), exercise.seconds)
    if first.result:
        return Verdict(exercise.name, *first.result)
    expected = exercise.expected  # first: an answer may change what it needs
    got, run = observe(exercise.cases, answer, exercise.answer, exercise.seconds)
    pairs = list(zip(expected, got, strict=False))
    right = [agree(want, outcome, exercise.tolerance) for want, outcome in pairs]
    if len(right) == len(exercise.cases) and all(right):
        return Verdict(exercise.name, "correct", _praise(exercise, run))
    for name, misconception in exercise.misconceptions.items():
        if _explains(exercise, name, got):
            message = _with_hint(exercise, misconception.sentence)
            return Verdict(exercise.name, "incorrect", message, name)
    message = _first_failure(exercise, pairs, right, run)
    message += _other_order(exercise.answer, answer)
    return Verdict(exercise.name, "incorrect", _with_hint(exercise, message))


def _first_look(exercise, answer):
    """Return (status, sentence) where there is nothing to run, else None."""
    if is_untouched(exercise.starter, answer):
        return "not attempted", _how_to_start(exercise)
    if sentence := _misfit(exercise, answer):
        return "incorrect", _with_hint(exercise, sentence)
    return None


def _how_to_start(exercise):
    if exercise.kind == "debug":
        return "The code is as it was given. Find what is wrong with it and mend it."
    return f"Put your own work in {code(exercise.entry)}, then run the cell again."


def _misfit(exercise, answer):
    """Say where the answer is the wrong sort of thing: its result, an instance, ..."""
    entry, sort = exercise.entry, exercise.sort
    is_class, is_routine = inspect.isclass(answer), inspect.isroutine(answer)
    if sort == "value":
        if not (is_class or is_routine):
            return None
        what = f"This asks for a value, and {kind_of(snapshot(answer))} came."
        return f"{what} Give what it returns: write its call, with brackets."
    if sort == "function" and inspect.iscoroutinefunction(answer):
        return f"{code(entry)} is defined by `async def`. Write `def` alone."
    if (sort == "class") == is_class and callable(answer):
        return None
    plain = snapshot(answer)
    came, name = kind_of(plain), "only the name"
    if sort == "class" and type(answer).__name__ == entry:
        came = "an instance of it"
    elif isinstance(plain, str):
        name = "the name without quotes"
    elif not isinstance(plain, Opaque):
        came += ", perhaps what a call of it gives,"
    asked = f"This asks for the {sort} {code(entry)} itself, and {came} came."
    return f"{asked} Write {code(f'check({entry})')}: {name}."


def _explains(exercise, name, got):
    """Whether a misconception behaves as the answer did, on every case."""
    wrong = exercise.outcomes_of(name)
    return len(wrong) == len(got) and all(
        agree(theirs, outcome, exercise.tolerance)
        for theirs, outcome in zip(wrong, got, strict=True)
    )


def _first_failure(exercise, pairs, right, run):
    i = right.index(False)
    (want, got), case = pairs[i], exercise.cases[i]
    if exercise.accept and got.value:
        return got.value
    if exercise.accept and exercise.sort == "value" and got.failure:
        return _unreadable(exercise, got)
    told = explain(exercise, case, want, got, run)
    total = len(exercise.cases)
    return told if total == 1 else f"{told}\n{sum(right)} of {total} cases right."


def _other_order(solution, answer):
    """Say so where the parameters are those asked for, but in another order."""
    if not all(type(f) is types.FunctionType for f in (solution, answer)):
        return ""
    asked, theirs = (
        f.__code__.co_varnames[: f.__code__.co_argcount] for f in (solution, answer)
    )
    if asked == theirs or sorted(asked) != sorted(theirs):
        return ""
    return f"\nThe parameters are asked for in the order {code(', '.join(asked))}."


def _unreadable(exercise, got):
    why = f" ({got.failure.name}: {clean(got.failure.text)})"
    unlike = f"{code(exercise.entry)} cannot be read as what was asked for{why}."
    return f"{unlike} Look again at what the statement asks you to put there."


def _praise(exercise, run):
    n = len(exercise.cases)
    parts = [f"All {n} cases agree." if n > 1 else "", exercise.note]
    if run.printed.strip():
        parts.append("What it prints was set aside: only what it gives back counts.")
    return " ".join(filter(None, parts)) or "That is it."


def _with_hint(exercise, sentence):
    step = code(f'exercise("{exercise.name}").hint()')
    return f"{clean(sentence)}\n{step} goes one step further."
