"""Each exercise of the course is sound; and an unsound one would be found."""

import pytest

from lessons_pkg.exercises import exercise, names
from lessons_pkg.exercises.checker import Misconception, Verdict
from lessons_pkg.exercises.checker.definition import Exercise
from tests.exercises.audit import audit
from tests.exercises.samples import RELU, SAMPLES, _absolute, sample


@pytest.mark.parametrize("name", names())
def test_exercise_of_the_course_is_sound(name):
    assert audit(exercise(name)) == []


@pytest.mark.parametrize("sound", SAMPLES, ids=lambda ex: ex.name)
def test_samples_are_sound(sound):
    assert audit(sound) == []


def relu_with(check, monkeypatch):
    """The sample with another check."""
    ex = sample()
    monkeypatch.setattr(ex, "check", lambda answer=...: check(ex, answer))
    return ex


def test_a_check_that_accepts_everything_is_found(monkeypatch):
    def check(ex, answer):
        return Verdict(ex.name, "correct", "")

    problems = audit(relu_with(check, monkeypatch))
    assert "the misconception absolute is accepted" in problems
    assert "the starter starter is correct: " in problems


def test_a_check_that_rejects_everything_is_found(monkeypatch):
    def check(ex, answer):
        return Verdict(ex.name, "incorrect", "No.")

    problems = audit(relu_with(check, monkeypatch))
    assert "the solution is incorrect: No." in problems
    assert "the starter starter is incorrect: No." in problems
    assert "the misconception step is diagnosed as None" in problems


def test_a_check_that_names_the_wrong_misconception_is_found(monkeypatch):
    def check(ex, answer):
        verdict = Exercise.check(ex, answer)
        if verdict.misconception == "step":
            verdict.misconception = "absolute"
        return verdict

    problems = audit(relu_with(check, monkeypatch))
    assert problems == ["the misconception step is diagnosed as absolute"]


def test_a_check_that_gives_the_wrong_sentence_is_found(monkeypatch):
    def check(ex, answer):
        verdict = Exercise.check(ex, answer)
        verdict.message = "Look again."
        return verdict

    problems = audit(relu_with(check, monkeypatch))
    assert "the misconception step does not get its sentence" in problems


def test_cases_that_cannot_tell_two_misconceptions_apart_are_found():
    same = Misconception(_absolute, "Another sentence for the same thing.")
    ex = sample(misconceptions={**RELU.misconceptions, "same": same})
    assert audit(ex) == ["the misconception same is diagnosed as absolute"]


def test_a_misconception_that_is_right_is_found():
    right = Misconception(RELU.answer, "There is nothing wrong with it.")
    ex = sample(misconceptions={**RELU.misconceptions, "right": right})
    assert audit(ex) == ["the misconception right is accepted"]


def test_too_few_hints_and_misconceptions_are_found():
    ex = sample(hints=("One hint only, and no more.",), misconceptions={})
    assert audit(ex) == [
        "it has 1 hints, fewer than 2",
        "it has 0 misconceptions, fewer than 3",
    ]


HELPER = 1.0


def _needs_a_helper(z):
    return z * 0 + HELPER


def test_a_solution_that_does_not_stand_alone_is_found():
    problems = audit(sample(answer=_needs_a_helper, misconceptions={}))
    assert any("solution() shows is incorrect" in problem for problem in problems)
