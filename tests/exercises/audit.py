"""Audit an exercise: is its checker worth the trust of whoever learns from it?"""

import numpy as np

from lessons_pkg.exercises.checker.starter import MISSING, starter_object

FEWEST_HINTS = 2
FEWEST_MISCONCEPTIONS = {"code": 3, "debug": 3}


def audit(exercise):
    """Return the problems of an exercise, a sentence each; none for a sound one."""
    parts = (_solution, _starter, _misconceptions, _sentences, _numbers)
    return [problem for part in parts for problem in part(exercise)]


def _solution(exercise):
    verdict = exercise.check(exercise.answer)
    if verdict.status != "correct":
        yield f"the solution is {verdict.status}: {verdict.message}"
    if exercise.sort == "value" and exercise.kind == "open":
        return
    shown = str(exercise.solution().markdown)
    if exercise.solution_code not in shown:
        yield "solution() does not show the solution"
    namespace = {"np": np, "__name__": "solution"}
    try:
        exec(compile(exercise.starter, "<starter>", "exec"), namespace)
        exec(compile(exercise.solution_code, "<solution>", "exec"), namespace)
    except Exception as error:
        yield f"the code that solution() shows does not run: {error!r}"
        return
    verdict = exercise.check(namespace[exercise.entry])
    if verdict.status != "correct":
        yield f"the code that solution() shows is {verdict.status}: {verdict.message}"


def _starter(exercise):
    if starter_object(exercise.starter) is MISSING:
        yield "the starter does not run by itself"
    commented = "".join(
        f"{line}  # as given\n\n"
        if line.strip() and not _in_text(line)
        else f"{line}\n"
        for line in exercise.starter.splitlines()
    )
    for name, source in {"starter": exercise.starter, "commented": commented}.items():
        namespace = {"np": np, "__name__": name}
        exec(compile(source, f"<{name}>", "exec"), namespace)
        verdict = exercise.check(namespace[exercise.entry])
        if verdict.status != "not attempted":
            yield f"the {name} starter is {verdict.status}: {verdict.message}"


def _in_text(line):
    return '"""' in line or "'''" in line or line.rstrip().endswith("\\")


def _misconceptions(exercise):
    for name, misconception in exercise.misconceptions.items():
        verdict = exercise.check(misconception.wrong)
        if verdict.status == "correct":
            yield f"the misconception {name} is accepted"
        elif verdict.misconception != name:
            yield f"the misconception {name} is diagnosed as {verdict.misconception}"
        elif misconception.sentence not in verdict.message:
            yield f"the misconception {name} does not get its sentence"
        elif verdict.status != "incorrect":
            yield f"the misconception {name} is {verdict.status}"


def _sentences(exercise):
    sentences = [m.sentence for m in exercise.misconceptions.values()]
    if len(set(sentences)) < len(sentences):
        yield "two misconceptions have the same sentence"
    for text in [*sentences, *exercise.hints]:
        if len(text.strip()) < 20:
            yield f"this helps nobody: {text!r}"
    if len(set(exercise.hints)) < len(exercise.hints):
        yield "two hints are the same"
    if any("$" in sentence for sentence in sentences):
        yield "a sentence holds $math$, which a terminal does not show"


def _numbers(exercise):
    if len(exercise.hints) < FEWEST_HINTS:
        yield f"it has {len(exercise.hints)} hints, fewer than {FEWEST_HINTS}"
    fewest = FEWEST_MISCONCEPTIONS.get(exercise.kind, 0)
    if (count := len(exercise.misconceptions)) < fewest:
        yield f"it has {count} misconceptions, fewer than {fewest}"
