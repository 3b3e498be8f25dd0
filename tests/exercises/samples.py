"""Small exercises of every sort, to try the checker on."""

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call


def _relu(z):
    return np.maximum(z, 0.0)


def _absolute(z):
    return np.abs(z)


def _negated(z):
    return np.minimum(z, 0.0)


def _step(z):
    return (z > 0).astype(float)


def sample(**changes):
    """The sample `relu`, with some of its parts changed."""
    parts = {
        "name": "samples.relu",
        "title": "Rectify",
        "kind": "code",
        "minutes": 5,
        "statement": "Write `relu(z)`: the larger of z and 0.",
        "starter": "def relu(z):\n    ...\n",
        "answer": _relu,
        "hints": (
            "What should happen to a negative number?",
            "Look up what np.maximum does.",
        ),
        "cases": (
            call(np.array([-1.0, 2.0, 0.5])),
            call(np.array([[-3.0, 4.0], [0.25, -0.5]])),
            call(3.0),
        ),
        "misconceptions": {
            "absolute": Misconception(_absolute, "You took the size: -1 gives 1."),
            "negated": Misconception(_negated, "You kept the negative numbers."),
            "step": Misconception(
                _step, "That is the step: where z > 0 keep z itself."
            ),
        },
        "seconds": 1.0,
    }
    return Exercise(**{**parts, **changes})


RELU = sample()


VALUE = Exercise(
    name="samples.total",
    title="A weighted sum",
    kind="by hand",
    minutes=3,
    statement="To three decimals.",
    starter="total = ...\n",
    answer=2.718,
    explanation="Multiply, then add.",
    hints=("Multiply the pairs first of all.", "Then add, and round last."),
    misconceptions={"no_bias": Misconception(1.718, "The bias of 1 is missing.")},
    atol=0.0005,
    seconds=1.0,
)

ARRAY = Exercise(
    name="samples.weights",
    title="Weights",
    kind="by hand",
    minutes=3,
    statement="Two rows of three.",
    starter="weights = np.array([[..., ..., ...], [..., ..., ...]])\n",
    answer=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    hints=("Each neuron has a row of its own.", "The first row is 1, 2, 3."),
    misconceptions={"zeros": Misconception(np.zeros((2, 3)), "All of them are zero.")},
)


class _Counter:
    def __init__(self, start):
        self.total = start

    def add(self, x):
        self.total = self.total + x
        return self.total


class _Forgets(_Counter):
    def add(self, x):
        return self.total + x


class _Late(_Counter):
    def add(self, x):
        before, self.total = self.total, self.total + x
        return before


class _Replaces(_Counter):
    def add(self, x):
        self.total = x
        return self.total


def _add_twice(Counter, x):
    counter = Counter(2.0)
    return [counter.add(x), counter.add(x)]


CLASS = Exercise(
    name="samples.counter",
    title="A counter",
    kind="code",
    minutes=5,
    statement="Write a class that adds up.",
    starter=(
        "class Counter:\n    def __init__(self, start):\n        self.total = start\n\n"
        "    def add(self, x):\n        ...\n"
    ),
    answer=_Counter,
    hints=("The object remembers its total.", "Change self.total, then return it."),
    cases=(
        Case(_add_twice, (1.0,), "c = Counter(2.0); [c.add(x), c.add(x)]"),
        Case(_add_twice, (np.array([1.0, 2.0]),), "c = Counter(2.0); [c.add(x), ...]"),
    ),
    misconceptions={
        "forgets": Misconception(_Forgets, "The total must be kept: assign to it."),
        "late": Misconception(_Late, "You give back the total before the addition."),
        "replaces": Misconception(_Replaces, "You replace the total, not add to it."),
    },
    seconds=1.0,
)


def _descend(w, gradient, lr=0.1):
    w -= lr * gradient


def _climb(w, gradient, lr=0.1):
    w += lr * gradient


def _no_rate(w, gradient, lr=0.1):
    w -= gradient


def _not_in_place(w, gradient, lr=0.1):
    w = w - lr * gradient


DEBUG = Exercise(
    name="samples.descend",
    title="The error grows",
    kind="debug",
    minutes=5,
    statement="Mend it. It works in place.",
    starter=(
        'def descend(w, gradient, lr=0.1):\n    """One step."""\n'
        "    w += 2 * lr * gradient\n"
    ),
    answer=_descend,
    hints=("Which way does the gradient point?", "It points uphill: subtract it."),
    cases=(
        call(np.array([1.0, 2.0]), np.array([0.5, -1.0])),
        call(np.array([[3.0]]), np.array([[2.0]]), lr=0.5),
    ),
    misconceptions={
        "climbs": Misconception(_climb, "This walks uphill, against the aim."),
        "no_rate": Misconception(_no_rate, "The learning rate is not used."),
        "copies": Misconception(
            _not_in_place, "w itself stays as it was: use -= here."
        ),
    },
    seconds=1.0,
)


def _accept(observation):
    if len(observation.split()) < 3:
        return "Say it in three words at least."
    return None


OPEN = Exercise(
    name="samples.observe",
    title="What do you see?",
    kind="open",
    minutes=5,
    statement="Describe it.",
    starter="observation = ...\n",
    answer="The loss falls and then stays.",
    hints=("Look at the left end first.", "Then look at the right end too."),
    accept=_accept,
)

SAMPLES = (RELU, VALUE, ARRAY, CLASS, DEBUG, OPEN)
