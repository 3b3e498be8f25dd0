"""Answers to the chapter's exercises that learners gave, or could give."""

import numpy as np
import pytest

from lessons_pkg.exercises import exercise

Perceptron = exercise("neurons.perceptron").answer


class FiresAtAHalf(Perceptron):
    def predict(self, x):
        return int(self.w @ x + self.b > 0.5)


class SpoilsTheInputs(Perceptron):
    def update(self, x, y):
        error = y - self.predict(x)
        x *= error
        self.w = self.w + x
        self.b = self.b + error


class SaysTrue(Perceptron):
    def predict(self, x):
        return self.w @ x + self.b > 0

    def update(self, x, y):
        error = y - int(self.predict(x))
        self.w = self.w + error * x
        self.b = self.b + error


def whole_numbers(x, weight, bias):
    out = np.zeros((len(x), len(bias)), dtype=int)
    out[:] = x @ weight.T + bias
    return out


def other_order(weight, x, bias):
    return x @ weight.T + bias


def largest_size(z):
    e = np.exp(z - np.abs(z).max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sum_without_keepdims(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


def only_the_bias(n_hidden, n_inputs, rng):
    return np.zeros((n_hidden, n_inputs)), rng.normal(size=n_hidden)


def in_a_list(n_hidden, n_inputs, rng):
    return [rng.normal(size=(n_hidden, n_inputs)), np.zeros(n_hidden)]


def as_tensors(n_hidden, n_inputs, rng):
    torch = pytest.importorskip("torch")
    return tuple(torch.tensor(x, requires_grad=True) for x in in_a_list(5, 3, rng))


def global_numbers(n_hidden, n_inputs, rng):
    return np.random.rand(n_hidden, n_inputs), np.zeros(n_hidden)  # noqa: NPY002


def not_finite(n_hidden, n_inputs, rng):
    return np.full((n_hidden, n_inputs), np.nan), np.zeros(n_hidden)


def bent(images):
    steps = [np.abs(np.diff(images, axis=axis)) for axis in (1, 2)]
    parts = [part.reshape(len(images), -1) for part in (images, *steps)]
    return np.concatenate(parts, axis=1)


def spoils_the_pictures(images):
    images[:] = 0
    return images.reshape(len(images), -1)


def looks_up(images):
    from lessons_pkg import data

    return np.eye(10)[data.digits().y]


GATES = ([[1, 1, 1], [1, 1, 1]], [-0.5, -1.5], [1, -1], -0.5)
WRONG = [
    ("layer_by_hand", (3, 3, 7, 9), "decimal comma"),
    ("layer", whole_numbers, "decimals cut off"),
    ("layer", other_order, "in the order `x, weight, bias`"),
    ("perceptron", FiresAtAHalf, "x[i]"),
    ("perceptron", SpoilsTheInputs, "the value is right, but your code changes"),
    ("softmax", largest_size, "got `nan`"),
    ("softmax", sum_without_keepdims, "`keepdims=True`"),
    ("zero_start", global_numbers, "do not come from `rng`"),
    ("zero_start", not_finite, "'made of finite numbers'"),
    ("exactly_one", (GATES[0], [(0, 5), (1, 5)], *GATES[2:]), "decimal comma"),
    ("exactly_one", (*GATES[:3], "-0.5"), "b2 is not made of numbers"),
    ("exactly_one", (*GATES[:3], ...), "b2 is still `...`"),
    ("exactly_one", GATES[:3], "a tuple of 3 came"),
    ("features", None, "This asks for the function `features` itself"),
    ("features", lambda images: None, "gives back None"),
    ("features", looks_up, "from that picture alone"),
    ("features", lambda images: np.fft.fft2(images), "an array of complex numbers"),
]
RIGHT = [
    ("perceptron", Perceptron),
    ("perceptron", SaysTrue),
    ("zero_start", only_the_bias),
    ("zero_start", in_a_list),
    ("exactly_one", list(GATES)),
    ("features", bent),
]


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = exercise(f"neurons.{name}").check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    assert exercise(f"neurons.{name}").check(answer).status == "correct"


def test_tensors_are_taken():
    torch = pytest.importorskip("torch")
    gates = [torch.tensor(part, requires_grad=True) for part in map(_floats, GATES)]
    assert exercise("neurons.exactly_one").check(gates).status == "correct"
    message = exercise("neurons.zero_start").check(as_tensors).message
    assert "1 of 2 cases right" in message  # its shapes fit the first case only


def _floats(part):
    return np.array(part, dtype=float)


def test_an_answer_cannot_spoil_the_data_of_the_next():
    features = exercise("neurons.features")
    assert "same for every picture" in features.check(spoils_the_pictures).message
    assert features.check(bent).status == "correct"
