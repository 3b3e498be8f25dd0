"""Definitions that cannot work are refused with a sentence; hints, solutions, names."""

import subprocess
import sys

import numpy as np
import pytest

from lessons_pkg import exercises
from lessons_pkg.exercises.checker import Case, Misconception, Verdict, call
from tests.exercises.samples import ARRAY, CLASS, OPEN, RELU, VALUE, sample

REFUSED = {
    "name": ({"name": "relu"}, "name must be chapter.name, in small letters"),
    "kind": ({"kind": "easy"}, "kind 'easy' is none of"),
    "minutes": ({"minutes": 0}, "minutes must be more than 0"),
    "seconds": ({"seconds": 0}, "seconds must be more than 0"),
    "title": ({"title": " "}, "title is empty"),
    "hints": ({"hints": "Think."}, "hints must be a tuple"),
    "open": ({"kind": "open"}, "an open exercise needs accept="),
    "accept": ({"accept": print}, "an open exercise needs accept="),
    "misconception": (
        {"misconceptions": {"sign": np.negative}},
        "'sign' must be Misconception(wrong, sentence)",
    ),
    "empty starter": ({"starter": "# begin here\n"}, "the starter defines nothing"),
    "bad starter": ({"starter": "def relu(z):"}, "cannot read the starter"),
    "sort": (
        {"starter": "relu = ...\n"},
        "the starter defines a value, but the answer is a function",
    ),
    "lambda": ({"answer": lambda z: z}, "the answer is a lambda"),
    "no cases": ({"cases": ()}, "a function needs cases"),
    "no case": ({"cases": (3,)}, "cases must be made by call(...) or Case(...)"),
}


@pytest.mark.parametrize("row", REFUSED)
def test_a_definition_that_cannot_work_is_refused(row):
    changes, sentence = REFUSED[row]
    with pytest.raises(ValueError, match=r"Exercise '\w+(\.relu)?': ") as error:
        sample(**changes)
    assert sentence in str(error.value)


def test_cases_that_cannot_work_are_refused():
    with pytest.raises(TypeError, match="args must be a tuple, not float"):
        Case(lambda f, x: f(x), 3.0, "f(x)")
    with pytest.raises(TypeError, match="use must be callable, not 3"):
        Case(3)
    with pytest.raises(ValueError, match="give label="):
        Case(lambda f, x: f(x), (3.0,))


def _object(z):
    return object()


def test_a_solution_that_gives_no_data_is_refused():
    with pytest.raises(ValueError, match=r"an object object.*which is no data"):
        sample(answer=_object).check(np.abs)


def test_an_answer_that_accept_refuses_is_refused():
    ex = sample(
        kind="open",
        starter="seen = ...\n",
        answer="no",
        cases=(),
        misconceptions={},
        accept=lambda seen: "Say more.",
    )
    with pytest.raises(ValueError, match=r"accept refuses the answer: Say more\."):
        ex.check("yes")


def test_an_exercise_has_what_it_is_made_of():
    assert (RELU.chapter, RELU.entry, RELU.sort) == ("samples", "relu", "function")
    assert (VALUE.entry, VALUE.sort) == ("total", "value")
    assert (CLASS.entry, CLASS.sort) == ("Counter", "class")
    assert repr(RELU) == "<exercise samples.relu: Rectify>"
    assert RELU._repr_markdown_().startswith("**Rectify** (code, 5 min)\n\nWrite")


def test_the_last_definition_of_a_starter_is_its_entry():
    starter = "import numpy as np\nlr = 0.1\n\ndef relu(z):\n    ...\n"
    assert sample(starter=starter).entry == "relu"


def test_hints_go_one_step_further_each_time(capsys):
    ex = sample()
    texts = [ex.hint().markdown for _ in range(4)]
    assert texts[0] == "**Hint 1 of 2.** What should happen to a negative number?"
    assert texts[1].startswith("**Hint 2 of 2.** Look up")
    assert texts[2].startswith("There are no more hints.")
    assert texts[3] == texts[2]
    assert capsys.readouterr().out.splitlines() == texts


def test_solution_shows_the_code_under_the_learners_name():
    assert RELU.solution_code == "def relu(z):\n    return np.maximum(z, 0.0)\n"
    assert "```python\ndef relu(z)" in RELU.solution().markdown
    assert "class Counter:" in CLASS.solution_code


def test_solution_shows_a_value_and_why():
    assert VALUE.solution_code == "total = 2.718\n"
    assert VALUE.solution().markdown.endswith("Multiply, then add.")
    assert ARRAY.solution_code == (
        "weights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])\n"
    )
    assert "observation = 'The loss" in OPEN.solution_code


def test_a_note_is_added_to_the_praise():
    verdict = sample(note="torch calls it the same.").check(RELU.answer)
    assert verdict.message == "All 3 cases agree. torch calls it the same."


@pytest.fixture
def course(monkeypatch):
    """A course of two chapters, put in the place of the real one."""
    chapters = {
        "neurons": [sample(name="neurons.relu"), sample(name="neurons.step")],
        "training": [sample(name="training.relu")],
    }

    def chapter(name):
        return {ex.name: ex for ex in chapters[name]}

    tables = {name: chapter(name) for name in chapters}
    monkeypatch.setattr(exercises, "_chapters", lambda: list(chapters))
    monkeypatch.setattr(exercises, "_chapter", tables.__getitem__)


@pytest.mark.usefixtures("course")
def test_exercises_are_found_by_name():
    every = ["neurons.relu", "neurons.step", "training.relu"]
    assert exercises.names() == every
    assert exercises.names("neurons") == every[:2]
    assert exercises.exercise("neurons.step") is exercises.exercise("neurons.step")


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("neurons.rleu", "there is none named 'neurons.rleu'. Did you mean"),
        ("neuron.step", "Did you mean neurons.step"),
        ("xyz", "there is none named 'xyz'. names() lists them."),
        (3, "there is none named 3. names() lists them."),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(name, sentence):
    with pytest.raises(ValueError, match="exercise: ") as error:
        exercises.exercise(name)
    assert sentence in str(error.value)


@pytest.mark.usefixtures("course")
def test_an_unknown_chapter_is_an_error():
    with pytest.raises(ValueError, match=r"no chapter 'cnn' has.*neurons, training\."):
        exercises.names("cnn")


def test_every_chapter_file_holds_its_own_exercises():
    for name in exercises.names():
        assert exercises.exercise(name).name == name


def test_importing_the_framework_is_light():
    heavy = ("torch", "matplotlib", "sklearn", "IPython")
    code = "import sys, lessons_pkg.exercises.checker, lessons_pkg.exercises\n"
    code += f"print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_verdicts_and_misconceptions_are_plain():
    assert repr(Verdict("a.b", "correct", "")) == "<a.b: correct>"
    assert Misconception(3, "Three.").wrong == 3
    assert call(1, b=2).names(lambda a, b: 0) == ["a", "b"]
