"""An exercise: one definition of what is asked, what is right, and what goes wrong."""

import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import progress
from .case import LOOK, Case
from .compare import Tolerance
from .describe import short
from .judge import judge
from .outcome import observe
from .show import Note
from .snapshot import Opaque, find, numeric, snapshot
from .starter import entry_of

KINDS = ("by hand", "code", "debug", "open")
NAME_RULE = "name must be chapter.name, in small letters"
ACCEPT_RULE = "an open exercise needs accept=, and no other has it"
SOLUTION_SECONDS = 60.0  # the solution ends, even on a slow machine
MISCONCEPTION_SECONDS = 2.0  # a wrong implementation that takes longer is a hang


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people give, and the sentence that helps whoever gave it."""

    wrong: object
    sentence: str


@dataclass(eq=False, repr=False, kw_only=True)
class Exercise:
    """One exercise. `check` judges an answer, `hint` and `solution` help.

    `answer` is the solution itself: a function, a class or a value. `cases` are ways
    to use it; a value needs none. Tolerances are those of `numpy.isclose`; a by-hand
    answer takes the `atol` of the rounding that is asked for (0.0005: 3 decimals).
    `accept(observation)` of an open exercise returns None, or the sentence why not.
    `note` is added to the praise.
    """

    name: str
    title: str
    kind: str
    minutes: int
    statement: str
    starter: str
    answer: object
    hints: tuple[str, ...]
    explanation: str = ""
    cases: tuple[Case, ...] = ()
    misconceptions: Mapping[str, Misconception] = field(default_factory=dict)
    rtol: float = 1e-6
    atol: float = 1e-9
    accept: Callable | None = None
    seconds: float = 5.0
    note: str = ""

    def __post_init__(self):
        self._require(re.fullmatch(r"[a-z]\w*\.[a-z]\w*", self.name), NAME_RULE)
        self._require(self.kind in KINDS, f"kind {self.kind!r} is none of {KINDS}")
        self._require(self.minutes > 0, "minutes must be more than 0")
        self._require(self.seconds > 0, "seconds must be more than 0")
        for words in ("title", "statement"):
            self._require(getattr(self, words).strip(), f"{words} is empty")
        self._require(isinstance(self.hints, tuple), "hints must be a tuple")
        self._require((self.kind == "open") == bool(self.accept), ACCEPT_RULE)
        for name, entry in self.misconceptions.items():
            is_one = isinstance(entry, Misconception)
            self._require(is_one, f"{name!r} must be Misconception(wrong, sentence)")
        self._read_starter()
        self._arrange_cases()
        self.chapter = self.name.split(".")[0]
        self.tolerance = Tolerance(self.rtol, self.atol)
        self._hints_shown = 0

    def __repr__(self):
        return f"<exercise {self.name}: {self.title}>"

    def _repr_markdown_(self):
        return f"**{self.title}** ({self.kind}, {self.minutes} min)\n\n{self.statement}"

    def check(self, answer=...):
        """Judge the answer; show the Verdict and return it. Progress is kept."""
        verdict = judge(self, answer)
        if verdict.status == "correct":
            progress.record(self.name)
        return verdict.show()

    def hint(self):
        """Show the next hint."""
        shown, total = self._hints_shown, len(self.hints)
        if shown == total:
            text = f'There are no more hints. `exercise("{self.name}").solution()`'
            return Note(f"{text} shows one way to do it.", "no more hints").show()
        self._hints_shown += 1
        title = f"Hint {shown + 1} of {total}"
        return Note(f"**{title}.** {self.hints[shown]}", title).show()

    def solution(self):
        """Show the solution, and why it is one."""
        text = f"```python\n{self.solution_code}```\n\n{self.explanation}".rstrip()
        return Note(text, f"solution of {self.name}").show()

    @functools.cached_property
    def solution_code(self):
        """The solution as a learner would write it, under the name of the starter."""
        if self.sort == "value":
            return f"{self.entry} = {_literal(self.answer)}\n"
        source = textwrap.dedent(inspect.getsource(self.answer))
        return re.sub(rf"\b{self.answer.__name__}\b", self.entry, source)

    @functools.cached_property
    def expected(self):
        """Outcomes of the solution on the cases."""
        outcomes, _ = observe(self.cases, self.answer, self.answer, SOLUTION_SECONDS)
        for case, outcome in zip(self.cases, outcomes, strict=False):
            opaque = find(outcome.value, Opaque)
            self._require(not opaque, f"{case} gives {opaque}, which is no data")
            self._require(not outcome.timed_out, f"{case} does not end")
            if self.accept:
                refused = outcome.value or outcome.failure
                self._require(not refused, f"accept refuses the answer: {refused}")
        return outcomes

    @functools.cache  # noqa: B019 (exercises live as long as the program)
    def outcomes_of(self, misconception):
        """Outcomes of a misconception on the cases."""
        wrong = self.misconceptions[misconception].wrong
        seconds = min(self.seconds, MISCONCEPTION_SECONDS)
        return observe(self.cases, wrong, self.answer, seconds)[0]

    def _require(self, condition, otherwise):
        if not condition:
            raise ValueError(f"Exercise {self.name!r}: {otherwise}.")

    def _read_starter(self):
        try:
            self.entry, self.sort = entry_of(self.starter)
        except (SyntaxError, ValueError) as error:
            self._require(False, f"cannot read the starter ({error})")
        sort = "class" if inspect.isclass(self.answer) else "value"
        sort = "function" if inspect.isroutine(self.answer) else sort
        clash = f"the starter defines a {self.sort}, but the answer is a {sort}"
        self._require(sort == self.sort, clash)
        is_lambda = getattr(self.answer, "__name__", "") == "<lambda>"
        self._require(not is_lambda, "the answer is a lambda: use def, to show it")

    def _arrange_cases(self):
        are_cases = all(isinstance(case, Case) for case in self.cases)
        self._require(are_cases, "cases must be made by call(...) or Case(...)")
        if self.accept:
            self.cases = (Case(_observed_by(self.accept), label=self.entry),)
        elif self.sort == "value":
            self.cases = self.cases or (LOOK,)
        self._require(self.cases, f"a {self.sort} needs cases")


def _observed_by(accept):
    """Use of an open exercise's one case: None where accepted, else the sentence."""

    def use(observation):
        said = accept(observation)
        return None if said is None or said is True else str(said)

    return use


def _literal(value):
    """Write a value as Python."""
    if isinstance(value, list | tuple | dict | str) or value is None:
        return repr(value)
    plain = snapshot(value)
    array = numeric(plain)
    if array is not None and array.ndim:
        return f"np.array({array.tolist()})"
    return short(plain, digits=17)
