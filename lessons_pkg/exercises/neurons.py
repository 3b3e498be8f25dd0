"""Exercises of the chapter "Neurons"."""

from functools import lru_cache

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.compare import DECIMAL_COMMA
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot

# ---------------------------------------------------------------- by hand: a layer

LAYER_BY_HAND = Exercise(
    name="neurons.layer_by_hand",
    title="Two neurons, three inputs",
    kind="by hand",
    minutes=4,
    statement=r"""
Two neurons look at the same three inputs. Their weights are the rows of

$$W = \begin{bmatrix} 0.1 & 0.2 & 0.3 \\ 0.4 & 0.5 & 0.6 \end{bmatrix},$$

and their biases are $\mathbf{b} = [0.1, 0.2]$. The input is now $\mathbf{x} = [4, 5,
6]$. Work out both weighted sums on paper, bias
included, and write them as a list of two numbers, the first neuron's first.
""",
    starter="z = ...\n",
    answer=[3.3, 7.9],
    explanation=r"""
$$
\begin{aligned}
z_1 &= 4 \cdot 0.1 + 5 \cdot 0.2 + 6 \cdot 0.3 + 0.1 \\
&= 0.4 + 1.0 + 1.8 + 0.1 = 3.3 \\
z_2 &= 4 \cdot 0.4 + 5 \cdot 0.5 + 6 \cdot 0.6 + 0.2 \\
&= 1.6 + 2.5 + 3.6 + 0.2 = 7.9
\end{aligned}
$$
""",
    hints=(
        "Each neuron has its own row of $W$ and its own entry of $\\mathbf{b}$. Take "
        "the first row, and pair its three weights with the three inputs.",
        "The first neuron's three products are $0.4$, $1.0$ and $1.8$. Add them, "
        "and then the bias $0.1$.",
    ),
    misconceptions={
        "bias_dropped": Misconception(
            [3.2, 7.7],
            "These are the sums of the products alone. Each neuron also adds its "
            "bias, once, after the products.",
        ),
        "a_term_lost": Misconception(
            [2.3, 5.4],
            "One product is missing from each sum: the one of the second input. "
            "The article that these weights come from lost the second product of its "
            "first neuron in the same way, and printed 1.1 where 1.5 is right.",
        ),
        "biases_swapped": Misconception(
            [3.4, 7.8],
            "The products are right, but each neuron got the other one's bias. Row 1 "
            "of W belongs with the first entry of b.",
        ),
        "bias_taken_away": Misconception(
            [3.1, 7.5],
            "The products are right, but the bias was taken away from their sum. It is "
            "added.",
        ),
        "one_bias_dropped": Misconception(
            [3.3, 7.7],
            "The first number is right. In the second the bias is missing: every "
            "neuron adds its own.",
        ),
        "added_up": Misconception(
            11.2,
            "This is the sum of both neurons. They are not added: each keeps a number "
            "of its own, so a list of two is asked for.",
        ),
        "rounded": Misconception(
            [3, 8],
            "These are rounded to whole numbers. Give each number with its decimal, "
            "and with a point: 0.5, not 0,5.",
        ),
        "previous_input": Misconception(
            [1.5, 3.4],
            "These are the sums for x = [1, 2, 3], the chapter's example. Here the "
            "input is [4, 5, 6].",
        ),
        "bias_in_every_product": Misconception(
            [3.5, 8.3],
            "The bias was added three times, once for each input. It is added once.",
        ),
        "neurons_swapped": Misconception(
            [7.9, 3.3],
            "Both numbers are right, in the wrong order: the first row of W is the "
            "first neuron.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# ------------------------------------------------------------- by hand: a distance

DISTANCE = Exercise(
    name="neurons.distance",
    title="How far away is the boundary?",
    kind="by hand",
    minutes=4,
    statement=r"""
A neuron has the weights $\mathbf{w} = [5, 12]$ and the bias $b = -26$. Its boundary
is the line of all points $\mathbf{x}$ with $\mathbf{w} \cdot \mathbf{x} + b = 0$.

How far is the origin, the point $[0, 0]$, from that line? Give the distance, which
is never negative.
""",
    starter="distance = ...\n",
    answer=2.0,
    explanation=r"""
The length of the weights is $\|\mathbf{w}\| = \sqrt{5^2 + 12^2} = \sqrt{169} = 13$.
At the origin the weighted sum is just $b = -26$, so the distance is $|b| /
\|\mathbf{w}\| = 26 / 13 = 2$.
""",
    hints=(
        "At the origin the products are all zero. What is left of the weighted sum?",
        "A weighted sum is measured in units of the length of $\\mathbf{w}$. Divide by "
        "$\\|\\mathbf{w}\\| = \\sqrt{5^2 + 12^2}$.",
        "$\\|\\mathbf{w}\\| = 13$, and the weighted sum at the origin is $-26$.",
    ),
    misconceptions={
        "not_divided": Misconception(
            26.0,
            "26 is the size of the weighted sum at the origin, and that is not yet a "
            "distance: doubling w and b would double it and leave the line where it "
            "is. Divide by the length of w.",
        ),
        "length_alone": Misconception(
            13.0,
            "13 is the length of w. The distance is how often it goes into the size of "
            "the weighted sum at the origin.",
        ),
        "signed": Misconception(
            -2.0,
            "The size is right. The minus sign says on which side of the line the "
            "origin lies; a distance is not negative.",
        ),
        "divided_by_the_sum": Misconception(
            26 / 17,
            "This divides by 5 + 12. The length of a vector is the square root of the "
            "sum of its squares.",
        ),
        "divided_by_the_square": Misconception(
            26 / 169,
            "This divides by 5² + 12² = 169. The length is its square root, 13.",
        ),
        "sign_and_not_divided": Misconception(
            -26.0,
            "-26 is the weighted sum at the origin. Take its size, and divide by the "
            "length of w.",
        ),
        "upside_down": Misconception(
            0.5,
            "It is divided the wrong way round. The length of w is the unit: how many "
            "times does it go into the size of the weighted sum?",
        ),
        "root_of_the_plain_sum": Misconception(
            26 / 17**0.5,
            "This divides by the square root of 5 + 12. The weights are squared before "
            "they are added: the square root of 5² + 12².",
        ),
        "nearest_point": Misconception(
            [10 / 13, 24 / 13],
            "This is the point of the line that is nearest to the origin. What is "
            "asked for is one number: how far away it is.",
        ),
        "crossing_of_an_axis": Misconception(
            26 / 12,
            "This is where the line crosses the second axis. The nearest point of a "
            "slanted line lies elsewhere: go along w, straight at the line.",
        ),
        "crossing_of_the_first_axis": Misconception(
            26 / 5,
            "This is where the line crosses the first axis. The nearest point of a "
            "slanted line lies elsewhere: go along w, straight at the line.",
        ),
    },
    rtol=0.0,
    atol=5e-3,  # two decimals: far enough from every wrong value above
)

# ------------------------------------------------------------------- code: a layer


def _layer(x, weight, bias):
    return x @ weight.T + bias


def _layer_not_transposed(x, weight, bias):
    return x @ weight + bias


def _layer_no_bias(x, weight, bias):
    return x @ weight.T


def _layer_result_transposed(x, weight, bias):
    return weight @ x.T + bias[:, None]


def _layer_bias_down_the_rows(x, weight, bias):
    return x @ weight.T + bias[:, None]


def _layer_bias_in_every_product(x, weight, bias):
    return (x[:, None, :] * weight + bias[:, None]).sum(axis=-1)


def _layer_one_neuron(x, weight, bias):
    return (x @ weight.T + bias).sum(axis=-1)


def _layer_as_for_one_example(x, weight, bias):
    return weight @ x + bias


def _layer_with_activation(x, weight, bias):
    return np.maximum(0, x @ weight.T + bias)


def _layer_with_sigmoid(x, weight, bias):
    return 1 / (1 + np.exp(-(x @ weight.T + bias)))


def _numbers(seed, *shape):
    """Small whole numbers, so that a difference is easy to read."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(float)


LAYER = Exercise(
    name="neurons.layer",
    title="Many neurons, one product",
    kind="code",
    minutes=6,
    statement=r"""
Write `layer(x, weight, bias)`: all weighted sums of a layer, for a whole batch, with
one matrix product and no loop.

- `x` has shape `(N, n_in)`: one example a row,
- `weight` has shape `(n_out, n_in)`: one neuron a row,
- `bias` has shape `(n_out,)`: one number a neuron,
- the result has shape `(N, n_out)`: row $i$ holds what all neurons say to example $i$.
""",
    starter="def layer(x, weight, bias):\n    # your code in place of the dots\n    ...\n",
    answer=_layer,
    explanation=r"""
`weight.T` has shape `(n_in, n_out)`, so the inner sizes meet: `(N, n_in)` times
`(n_in, n_out)` is `(N, n_out)`. Adding `bias` then adds it to every row, because NumPy
lines shapes up from the right.
""",
    hints=(
        "Write the shapes side by side. In a matrix product the two inner sizes must "
        "be equal, and they vanish.",
        "`(N, n_in)` times `(n_in, n_out)` gives `(N, n_out)`. Which of the two "
        "arrays has to be transposed?",
        "`x @ weight.T` is right up to the bias. A shape `(n_out,)` added to "
        "`(N, n_out)` is added to every row.",
    ),
    cases=(
        call(
            np.array([[1.0, 2.0, 3.0]]),
            np.array([[1.0, 0.0, 2.0], [3.0, 1.0, 0.0]]),
            np.array([10.0, 20.0]),
        ),
        call(_numbers(0, 2, 3), _numbers(1, 5, 3), _numbers(2, 5)),
        call(_numbers(3, 3, 3), _numbers(4, 3, 3), np.array([1.0, 2.0, 3.0])),
        call(_numbers(5, 4, 2) / 4, _numbers(6, 1, 2), np.array([7.5])),
    ),
    misconceptions={
        "weight_not_transposed": Misconception(
            _layer_not_transposed,
            "`x @ weight` pairs the inputs with the columns of `weight`, so it fails "
            "unless the layer is square, and is wrong when it is. A neuron is a row: "
            "which array must be turned round so that rows meet inputs?",
        ),
        "bias_dropped": Misconception(
            _layer_no_bias,
            "The products are right, but the bias never comes in. Without it every "
            "neuron's boundary would go through the origin.",
        ),
        "result_transposed": Misconception(
            _layer_result_transposed,
            "Your result has one row a neuron. All its numbers are right, but the "
            "next layer expects one row an example: `(N, n_out)`.",
        ),
        "bias_down_the_rows": Misconception(
            _layer_bias_down_the_rows,
            "The bias is added down the rows, so that it belongs to the examples. It "
            "belongs to the neurons, which are the columns here: add it with its own "
            "shape, `(n_out,)`.",
        ),
        "bias_in_every_product": Misconception(
            _layer_bias_in_every_product,
            "The bias is added once for each input. It belongs outside the sum: add it "
            "once, after the products.",
        ),
        "neurons_added_up": Misconception(
            _layer_one_neuron,
            "This adds all neurons together, so that one number is left for each "
            "example. Every neuron keeps its own sum: sum over the inputs only.",
        ),
        "as_for_one_example": Misconception(
            _layer_as_for_one_example,
            "`weight @ x + bias` is right for one example, where x has the shape "
            "`(n_in,)`. In a batch the examples are the rows of x: put x first, and "
            "see which array has to be transposed.",
        ),
        "activation_added": Misconception(
            _layer_with_activation,
            "The weighted sums are right, but then the negative ones are set to 0. No "
            "activation is asked for here: give back the sums themselves.",
        ),
        "sigmoid_added": Misconception(
            _layer_with_sigmoid,
            "The weighted sums are right, but then they go through a sigmoid. No "
            "activation is asked for here: give back the sums themselves.",
        ),
    },
)

# ------------------------------------------------------------ code: the perceptron


class _Perceptron:
    def __init__(self, n_inputs):
        self.w = np.zeros(n_inputs)
        self.b = 0.0

    def predict(self, x):
        return int(self.w @ x + self.b > 0)

    def update(self, x, y):
        error = y - self.predict(x)
        self.w = self.w + error * x
        self.b = self.b + error


class _PerceptronWrongSign(_Perceptron):
    def update(self, x, y):
        error = self.predict(x) - y
        self.w = self.w + error * x
        self.b = self.b + error


class _PerceptronAlwaysUpdates(_Perceptron):
    def update(self, x, y):
        sign = 2 * y - 1
        self.w = self.w + sign * x
        self.b = self.b + sign


class _PerceptronUpdatesForOnes(_Perceptron):
    def update(self, x, y):
        self.w = self.w + y * x
        self.b = self.b + y


class _PerceptronNoBias(_Perceptron):
    def update(self, x, y):
        self.w = self.w + (y - self.predict(x)) * x


class _PerceptronBiasFirst(_Perceptron):
    def update(self, x, y):
        self.w = self.w + (y - self.predict(x)) * x
        self.b = self.b + (y - self.predict(x))


class _PerceptronWeightsLast(_Perceptron):
    def update(self, x, y):
        self.b = self.b + (y - self.predict(x))
        self.w = self.w + (y - self.predict(x)) * x


class _PerceptronIgnoresBias(_Perceptron):
    def predict(self, x):
        return int(self.w @ x > 0)


class _PerceptronIgnoresInputs(_Perceptron):
    def update(self, x, y):
        error = y - self.predict(x)
        self.w = self.w + error
        self.b = self.b + error


class _PerceptronOnlyAdds(_Perceptron):
    def update(self, x, y):
        error = abs(y - self.predict(x))
        self.w = self.w + error * x
        self.b = self.b + error


class _PerceptronFiresAtZero(_Perceptron):
    def predict(self, x):
        return int(self.w @ x + self.b >= 0)


class _PerceptronForgets(_Perceptron):
    def update(self, x, y):
        error = y - self.predict(x)
        if error:
            self.w = error * x
            self.b = float(error)


class _PerceptronNoStep(_Perceptron):
    def predict(self, x):
        return self.w @ x + self.b


class _PerceptronErrorOfTheSum(_Perceptron):
    def update(self, x, y):
        error = y - (self.w @ x + self.b)
        self.w = self.w + error * x
        self.b = self.b + error


class _PerceptronReturns(_Perceptron):
    def update(self, x, y):
        error = y - self.predict(x)
        return self.w + error * x, self.b + error


class _PerceptronNeverTakesAway(_Perceptron):
    def update(self, x, y):
        if self.predict(x) != y:
            self.w = self.w + y * x
            self.b = self.b + y


class _PerceptronUntilRight(_Perceptron):
    def update(self, x, y):
        while self.predict(x) != y:
            super().update(x, y)


class _PerceptronSaysMinusOne(_Perceptron):
    def predict(self, x):
        return int(np.sign(self.w @ x + self.b))


class _PerceptronPlusOrMinus(_Perceptron):
    def predict(self, x):
        return 1 if self.w @ x + self.b > 0 else -1


class _PerceptronNotSoFar(_Perceptron):
    def update(self, x, y):
        error = 0.1 * (y - self.predict(x))
        self.w = self.w + error * x
        self.b = self.b + error


def _taught(perceptron, x, y, passes):
    """What the neuron holds and says after it saw the examples, in order."""
    neuron, rows = perceptron(x.shape[1]), x.copy()
    for _ in range(passes):
        for row, target in zip(x, y, strict=True):
            neuron.update(row, target)
    says = [_without_truth(neuron.predict(row)) for row in rows]
    return {"p.w": neuron.w, "p.b": neuron.b, "p.predict(x[i])": says}


def _without_truth(said):
    """True and False count as 1 and 0, also in an array of no dimension."""
    said = said.item() if getattr(said, "ndim", None) == 0 else said
    return int(said) if isinstance(said, bool) else said


def _lesson(x, y, passes=1):
    """Teach a new neuron these examples, one a row of x."""
    label = "p.update(x[i], y[i]) for each i"
    label += f", {passes} times over" if passes > 1 else ""
    rows = np.array(x, dtype=float)
    return Case(
        use=lambda p, x, y: _taught(p, x, y, passes), args=(rows, y), label=label
    )


_CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]
_AND, _OR = [0, 0, 0, 1], [0, 1, 1, 1]


PERCEPTRON = Exercise(
    name="neurons.perceptron",
    title="A neuron that learns from its mistakes",
    kind="code",
    minutes=8,
    statement=r"""
Complete the class. An object of it is one neuron: `self.w` and `self.b` are its own
weights and bias, and its methods read and change them.

- `predict(x)` returns 1 if $\mathbf{w} \cdot \mathbf{x} + b > 0$, and 0 otherwise.
- `update(x, y)` is the perceptron rule for one example, with the learning rate 1: if
  the prediction is right, nothing changes; if it is wrong, `w` and `b` move so that
  the weighted sum at `x` moves towards the right side. The target `y` is 0 or 1.
  `update` changes `self.w` and `self.b`, and returns nothing.
""",
    starter="""class Perceptron:
    def __init__(self, n_inputs):
        self.w = np.zeros(n_inputs)
        self.b = 0.0

    def predict(self, x):
        # your code in place of the dots
        ...

    def update(self, x, y):
        # and here
        ...
""",
    answer=_Perceptron,
    explanation=r"""
`y - self.predict(x)` is 1, 0 or -1: it says whether to move, and which way. It is
worked out once, before anything moves. The bias is the weight of an input that is
always 1, so it moves by the same amount times 1.
""",
    hints=(
        "`predict` first: one comparison, turned into 0 or 1 by `int(...)`.",
        "The error `y - self.predict(x)` is 0 when the neuron is right, 1 when the sum "
        "should grow, and -1 when it should shrink.",
        "Add `error * x` to the weights. Treat the bias as the weight of an input that "
        "is always 1. Work out the error once, before you change anything.",
    ),
    cases=(
        _lesson([[2, 1]], [1]),
        _lesson([[2, 1]], [0]),
        _lesson([[3, 3], [3, 3], [1, 0]], [1, 1, 0]),
        _lesson([[0.5, -1.5], [0.5, 0.75]], [1, 1]),
        _lesson(_CORNERS, _AND, passes=2),
        _lesson(_CORNERS, _OR, passes=4),
        _lesson(_CORNERS, _AND, passes=6),
    ),
    misconceptions={
        "wrong_sign": Misconception(
            _PerceptronWrongSign,
            "The error is prediction minus target, and it is added: every mistake "
            "pushes the sum further to the wrong side. If the target is 1 and the "
            "neuron says 0, the sum at x must grow.",
        ),
        "updates_when_right": Misconception(
            _PerceptronAlwaysUpdates,
            "The weights move after every example, also when the prediction was "
            "right. The perceptron rule leaves a neuron alone that makes no mistake.",
        ),
        "learns_from_ones_only": Misconception(
            _PerceptronUpdatesForOnes,
            "The step is y times x, whatever the neuron said: it grows at every "
            "example with target 1, and nothing ever makes it smaller. Use the error, "
            "target minus prediction.",
        ),
        "bias_left_out": Misconception(
            _PerceptronNoBias,
            "The bias never changes, so the boundary must always go through the "
            "origin. The bias learns too: it is the weight of a constant input 1.",
        ),
        "error_after_the_step": Misconception(
            _PerceptronBiasFirst,
            "The error is worked out a second time after the weights have moved, so "
            "the bias often sees no error any more. Work it out once, then move both.",
        ),
        "error_after_the_bias": Misconception(
            _PerceptronWeightsLast,
            "The error is worked out a second time after the bias has moved, so the "
            "weights often see no error any more. Work it out once, then move both.",
        ),
        "bias_not_in_the_sum": Misconception(
            _PerceptronIgnoresBias,
            "The weights and the bias learn, but `predict` does not add the bias to "
            "the sum. The neuron fires if w·x + b is greater than 0.",
        ),
        "inputs_left_out": Misconception(
            _PerceptronIgnoresInputs,
            "Every weight moves by the error alone. A weight moves by the error times "
            "its own input: where the input is 0, it had no part in the mistake.",
        ),
        "only_adds": Misconception(
            _PerceptronOnlyAdds,
            "Every mistake adds the inputs, also where the neuron said 1 and 0 is "
            "right. There the sum has to shrink: keep the sign of target minus "
            "prediction.",
        ),
        "fires_at_zero": Misconception(
            _PerceptronFiresAtZero,
            "Your neuron says 1 when the weighted sum is exactly 0. Here it fires only "
            "when the sum is greater than 0, and it starts at exactly 0.",
        ),
        "forgets": Misconception(
            _PerceptronForgets,
            "Each mistake replaces the weights, so that all earlier examples are "
            "forgotten. The rule adds its step to what is there.",
        ),
        "no_step": Misconception(
            _PerceptronNoStep,
            "`predict` returns the weighted sum itself. A perceptron answers 0 or 1: "
            "compare the sum with 0.",
        ),
        "error_of_the_sum": Misconception(
            _PerceptronErrorOfTheSum,
            "The error is taken from the weighted sum. That is the delta rule, which "
            "moves even where the answer is right. The perceptron rule takes it from "
            "the answer, 0 or 1.",
        ),
        "returns_instead": Misconception(
            _PerceptronReturns,
            "`update` leaves the neuron as it was. After a mistake both have to move, "
            "and what is worked out is kept only if it is assigned to `self.w` and "
            "`self.b`.",
        ),
        "never_takes_away": Misconception(
            _PerceptronNeverTakesAway,
            "With the target 0 your step is zero, so that a sum which is too large "
            "never shrinks. The error is -1 there, and the inputs are taken away.",
        ),
        "until_it_is_right": Misconception(
            _PerceptronUntilRight,
            "One call repeats the step until this example comes out right. The rule "
            "takes one step for each mistake, and then it is the next example's turn.",
        ),
        "says_minus_one": Misconception(
            _PerceptronSaysMinusOne,
            "Your neuron answers -1 for a negative sum. Here the answers are 0 and 1, "
            "like the targets, and the error counts with them.",
        ),
        "plus_or_minus_one": Misconception(
            _PerceptronPlusOrMinus,
            "Your neuron answers 1 or -1. Here the answers are 1 and 0, like the "
            "targets, so that the error can only be 1, 0 or -1.",
        ),
        "another_rate": Misconception(
            _PerceptronNotSoFar,
            "The direction is right, but the step has a learning rate of 0.1. Here it "
            "is 1. (Started from zero, the rate changes no answer of a perceptron.)",
        ),
    },
)

# --------------------------------------------------------------- code: the softmax


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_overflows(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_over_everything(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _softmax_down_the_columns(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def _softmax_one_maximum(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_without_exponential(z):
    return z / z.sum(axis=-1, keepdims=True)


def _softmax_divides_by_maximum(z):
    e = np.exp(z / np.abs(z).max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_plain_over_everything(z):
    return np.exp(z) / np.sum(np.exp(z))


def _softmax_not_divided(z):
    return np.exp(z - z.max(axis=-1, keepdims=True))


def _softmax_shifted_by_the_mean(z):
    e = np.exp(z - z.mean(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_without_keepdims(z):
    e = np.exp(z - z.max(axis=-1))
    return e / e.sum(axis=-1)


def _softmax_divided_down(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def _softmax_in_percent(z):
    return 100 * _softmax(z)


def _softmax_logarithm(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _softmax_clipped(z):
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_sigmoids(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


SOFTMAX = Exercise(
    name="neurons.softmax",
    title="A softmax that does not overflow",
    kind="code",
    minutes=6,
    statement=r"""
Write `softmax_rows(z)` for an array of scores of shape `(N, C)`: one example a row, one
class a column. Each row of the result holds probabilities that sum to 1,

$$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$

It must also survive scores like 1000, for which `np.exp` overflows to infinity. The
chapter shows that adding the same number to all scores of a row changes nothing.
""",
    starter="def softmax_rows(z):\n    # your code in place of the dots\n    ...\n",
    answer=_softmax,
    explanation=r"""
With the row's largest score taken away, the largest exponent is 0 and its exponential
is 1. Nothing can overflow, and the sum is at least 1, so that nothing is divided by
zero. `keepdims=True` keeps the shape `(N, 1)`, so that each row meets its own number.
""",
    hints=(
        "Which number can you take away from every score of a row, so that no "
        "exponent is above 0?",
        "Each row has its own largest score. In `z.max(axis=-1, keepdims=True)` the "
        "axis says *along each row*, and keepdims keeps the result a column, `(N, 1)`, "
        "so that each row meets its own number.",
        "Take it away, apply `np.exp`, and divide by the sum along the same axis, "
        "again with `keepdims=True`.",
    ),
    cases=(
        call(np.array([[1.0, 2.0, 3.0]])),
        call(np.array([[0.0, 0.0], [0.0, 2.0], [-1.0, 3.0]])),
        call(np.array([[1000.0, 1001.0, 999.0]])),
        call(np.array([[2000.0, 0.0, 0.0]])),
        call(np.array([[1000.0, 1002.0, 0.0], [-1000.0, -1001.0, -1003.0]])),
        call(np.array([[-1000.0, -1002.0]])),
    ),
    misconceptions={
        "overflows": Misconception(
            _softmax_overflows,
            "Right for small scores, but `np.exp(1000)` is infinite, and infinity over "
            "infinity is nan. Take the row's largest score away first.",
        ),
        "over_everything": Misconception(
            _softmax_over_everything,
            "All numbers of the array together sum to 1 here. Each example is a "
            "question of its own: every row must sum to 1.",
        ),
        "plain_over_everything": Misconception(
            _softmax_plain_over_everything,
            "Two things. `np.sum` without an axis adds up the whole array, but every "
            "row must sum to 1 by itself. And `np.exp(1000)` is infinite: take each "
            "row's largest score away first.",
        ),
        "down_the_columns": Misconception(
            _softmax_down_the_columns,
            "Your columns sum to 1: the examples compete with one another. The classes "
            "should compete, and they lie along the last axis.",
        ),
        "one_maximum_for_all": Misconception(
            _softmax_one_maximum,
            "One maximum is taken away from all rows. A row far below it then "
            "vanishes: all its exponentials become 0, and 0 over 0 is nan. Each row "
            "needs its own maximum.",
        ),
        "without_exponential": Misconception(
            _softmax_without_exponential,
            "Scores are divided by their sum without the exponential. That gives "
            "negative numbers for negative scores, and 0 over 0 when all are zero.",
        ),
        "divides_by_the_maximum": Misconception(
            _softmax_divides_by_maximum,
            "Dividing the scores changes their differences, and so the probabilities. "
            "Only subtracting the same number from all leaves softmax as it is.",
        ),
        "not_divided": Misconception(
            _softmax_not_divided,
            "These are the exponentials. They become probabilities once each row is "
            "divided by its sum.",
        ),
        "shifted_by_the_mean": Misconception(
            _softmax_shifted_by_the_mean,
            "Something is taken away from each row, the mean perhaps. That changes "
            "nothing, as it should, but a score far above it still overflows. Take "
            "the largest away: then none is above 0.",
        ),
        "keepdims_forgotten": Misconception(
            _softmax_without_keepdims,
            "With several rows the shapes `(N, C)` and `(N,)` do not fit together. "
            "`keepdims=True` in `max` and in `sum` keeps the shape `(N, 1)`, so that "
            "each row meets its own number.",
        ),
        "divided_down_the_columns": Misconception(
            _softmax_divided_down,
            "The exponentials are right, but they are divided by the sums of the "
            "columns. Each row is divided by its own sum: add along the last axis.",
        ),
        "percent": Misconception(
            _softmax_in_percent,
            "These are percentages. Probabilities sum to 1: leave out the factor 100.",
        ),
        "logarithm": Misconception(
            _softmax_logarithm,
            "These are the logarithms of the probabilities (log-softmax). Here the "
            "probabilities themselves are asked for.",
        ),
        "clipped": Misconception(
            _softmax_clipped,
            "Large scores are cut down to one limit, so that 1000 and 1001 become "
            "equal. Only their differences count: subtract the same number from all "
            "scores of a row instead.",
        ),
        "separate_sigmoids": Misconception(
            _softmax_sigmoids,
            "Each score went through a sigmoid by itself, so the rows do not sum to 1. "
            "In a softmax every class is divided by the sum over all classes.",
        ),
    },
)

# ------------------------------------------------------------ debug: the wrong sign

_WRONG_SIGN = """def delta_step(weight, bias, x, target, lr):
    delta = target - (weight @ x + bias)
    gradient = np.outer(delta, x)
    weight = weight - lr * gradient
    bias = bias - lr * delta
    return weight, bias
"""


def _delta_step(weight, bias, x, target, lr):
    delta = (weight @ x + bias) - target
    gradient = np.outer(delta, x)
    weight = weight - lr * gradient
    bias = bias - lr * delta
    return weight, bias


def _delta_bias_still_wrong(weight, bias, x, target, lr):
    delta = target - (weight @ x + bias)
    weight = weight + lr * np.outer(delta, x)
    bias = bias - lr * delta
    return weight, bias


def _delta_weight_still_wrong(weight, bias, x, target, lr):
    delta = target - (weight @ x + bias)
    weight = weight - lr * np.outer(delta, x)
    bias = bias + lr * delta
    return weight, bias


def _delta_flipped_twice(weight, bias, x, target, lr):
    delta = (weight @ x + bias) - target
    weight = weight + lr * np.outer(delta, x)
    bias = bias + lr * delta
    return weight, bias


def _delta_smaller_step(weight, bias, x, target, lr):
    lr = lr / 10
    delta = target - (weight @ x + bias)
    return weight - lr * np.outer(delta, x), bias - lr * delta


def _delta_one_bias_for_all(weight, bias, x, target, lr):
    delta = (weight @ x + bias) - target
    weight = weight - lr * np.outer(delta, x)
    bias = bias - lr * np.sum(delta)
    return weight, bias


def _delta_no_rate(weight, bias, x, target, lr):
    delta = (weight @ x + bias) - target
    return weight - np.outer(delta, x), bias - delta


def _delta_size_only(weight, bias, x, target, lr):
    delta = np.abs((weight @ x + bias) - target)
    return weight - lr * np.outer(delta, x), bias - lr * delta


def _delta_brackets_lost(weight, bias, x, target, lr):
    delta = target - weight @ x + bias
    return weight + lr * np.outer(delta, x), bias + lr * delta


def _delta_bias_afterwards(weight, bias, x, target, lr):
    weight = weight - lr * np.outer(weight @ x + bias - target, x)
    return weight, bias - lr * (weight @ x + bias - target)


def _delta_twice(weight, bias, x, target, lr):
    delta = 2 * ((weight @ x + bias) - target)
    return weight - lr * np.outer(delta, x), bias - lr * delta


_W, _B = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), np.array([0.1, 0.2])

WRONG_SIGN = Exercise(
    name="neurons.wrong_sign",
    title="The error grows",
    kind="debug",
    minutes=6,
    statement=r"""
This function is meant to do one step of the delta rule for a layer of neurons
without activation, $\mathbf{z} = W\mathbf{x} + \mathbf{b}$: gradient descent on
half the squared error,

$$L = \tfrac12 \sum_k (z_k - y_k)^2 .$$

It runs without complaint. But each step makes the error larger: with the weights
$[0.1, 0.2, 0.3]$ and $[0.4, 0.5, 0.6]$, the biases
$[0.1, 0.2]$, $\mathbf{x} = [1, 2, 3]$, the target $[1, 0]$ and a learning rate of
0.01, the outputs go from $[1.5, 3.4]$ to $[1.575, 3.91]$, away from the
target. Find the mistake and mend it. It was printed in one of the articles that
this course grew out of.
""",
    starter=_WRONG_SIGN,
    answer=_delta_step,
    explanation=r"""
The derivative of $\tfrac12 (z_k - y_k)^2$ with respect to $z_k$ is $z_k - y_k$: output
minus target. Descent goes against the gradient, with a minus. The printed code had the
minus of the descent *and* target minus output: two signs, so that it climbed.
Writing `weight + lr * ...` and `bias + lr * ...` with `target - output` is right as
well. With the sign mended the outputs go to $[1.425, 2.89]$.
""",
    hints=(
        "Write down the derivative of $\\tfrac12 (z - y)^2$ with respect to $z$, and "
        "compare its sign with `delta`.",
        "Either turn `delta` round, which is one line, or turn both minuses of the "
        "last two updates, which is two lines. Not both.",
    ),
    cases=(
        call(_W, _B, np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0]), 0.01),
        call(_W, _B, np.array([4.0, 5.0, 6.0]), np.array([0.0, 9.0]), 0.01),
        call(
            np.array([[2.0, -1.0]]),
            np.array([0.5]),
            np.array([1.0, 3.0]),
            np.array([1.0]),
            0.1,
        ),
    ),
    misconceptions={
        "bias_still_climbs": Misconception(
            _delta_bias_still_wrong,
            "The weights now go the right way, but the bias still goes the wrong way. "
            "Both are parts of one gradient.",
        ),
        "weights_still_climb": Misconception(
            _delta_weight_still_wrong,
            "The bias now goes the right way, but the weights still go the wrong way. "
            "Both are parts of one gradient.",
        ),
        "signs_turned_twice": Misconception(
            _delta_flipped_twice,
            "The step is still the same as before. If you turned both signs, in "
            "`delta` and in the update: minus times minus is plus. Turn only one.",
        ),
        "smaller_step": Misconception(
            _delta_smaller_step,
            "A smaller step in the wrong direction still goes the wrong way, only more "
            "slowly. The direction has to change.",
        ),
        "one_bias_for_all": Misconception(
            _delta_one_bias_for_all,
            "The sign is right now, but the errors of all neurons are added up for the "
            "bias. Each neuron has its own bias and its own error.",
        ),
        "rate_left_out": Misconception(
            _delta_no_rate,
            "The direction is right, but the step has lost its learning rate: with an "
            "input as large as [1, 2, 3] it jumps far past the target.",
        ),
        "twice_as_far": Misconception(
            _delta_twice,
            "The direction is right, but the step is twice as long. The loss is *half* "
            "the squared error, and the half cancels the 2 of the derivative.",
        ),
        "brackets_lost": Misconception(
            _delta_brackets_lost,
            "The bias comes into the error with the wrong sign. Are brackets lost? The "
            "output is `weight @ x + bias`, and the whole of it is taken away: "
            "`target - (weight @ x + bias)`.",
        ),
        "bias_afterwards": Misconception(
            _delta_bias_afterwards,
            "The weights are right, but the error is worked out again with the new "
            "weights before the bias moves. One step uses one error: work it out once.",
        ),
        "size_of_the_error_only": Misconception(
            _delta_size_only,
            "The size of the error alone does not say whether the output is too large "
            "or too small. A neuron below its target is pushed further down here.",
        ),
    },
)

# ------------------------------------------------------------- debug: the symmetry

_ZERO_START = """def start(n_hidden, n_inputs, rng):
    weight = np.zeros((n_hidden, n_inputs))
    bias = np.zeros(n_hidden)
    return weight, bias
"""


def _start(n_hidden, n_inputs, rng):
    weight = rng.normal(0.0, 0.5, size=(n_hidden, n_inputs))
    bias = np.zeros(n_hidden)
    return weight, bias


def _start_constant(n_hidden, n_inputs, rng):
    return np.full((n_hidden, n_inputs), 0.5), np.full(n_hidden, 0.5)


def _start_one_row(n_hidden, n_inputs, rng):
    row = rng.normal(0.0, 0.5, size=n_inputs)
    return np.tile(row, (n_hidden, 1)), np.zeros(n_hidden)


def _start_transposed(n_hidden, n_inputs, rng):
    weight = rng.normal(0.0, 0.5, size=(n_inputs, n_hidden))
    return weight, np.zeros(n_hidden)


def _start_own_generator(n_hidden, n_inputs, rng):
    rng = np.random.default_rng(0)
    return rng.normal(0.0, 0.5, size=(n_hidden, n_inputs)), np.zeros(n_hidden)


def _start_global_generator(n_hidden, n_inputs, rng):
    weight = np.random.normal(0.0, 0.5, size=(n_hidden, n_inputs))  # noqa: NPY002
    return weight, np.zeros(n_hidden)


def _start_tiny(n_hidden, n_inputs, rng):
    weight = rng.normal(0.0, 1e-14, size=(n_hidden, n_inputs))
    return weight, np.zeros(n_hidden)


def _start_weight_alone(n_hidden, n_inputs, rng):
    return rng.normal(0.0, 0.5, size=(n_hidden, n_inputs))


def _start_huge(n_hidden, n_inputs, rng):
    weight = rng.normal(0.0, 100.0, size=(n_hidden, n_inputs))
    return weight, np.zeros(n_hidden)


def _array(x):
    """A learner's numbers as an array of floats (tensors too), or None."""
    array = numeric(snapshot(x))
    return None if array is None or array.dtype.kind == "c" else array.astype(float)


def _hidden_layer_after_training(answer, n_hidden, n_inputs):
    """Train a small network, tanh and then two outputs, from the answer's start.

    Returns a description: the shapes, whether the start comes from the generator, and
    the numbers of hidden neurons that differ, before and after 30 steps of training.
    """
    report = dict.fromkeys(_REPORT)
    made = [answer(n_hidden, n_inputs, _rng(seed)) for seed in (1, 1, 2)]
    two = all(isinstance(one, tuple | list) and len(one) == 2 for one in made)
    report["returns weight and bias"] = two
    if not two:
        return report
    starts = [[_array(part) for part in one] for one in made]
    weight, bias = starts[0]
    good = weight is not None and bias is not None
    good = good and np.isfinite(weight).all() and np.isfinite(bias).all()
    report["made of finite numbers"] = bool(good)
    if not good:
        return report
    report["shape of weight"], report["shape of bias"] = (
        str(weight.shape),
        str(bias.shape),
    )
    if weight.shape != (n_hidden, n_inputs) or bias.shape != (n_hidden,):
        return report
    first, again, other = (np.column_stack(start) for start in starts)
    report["same generator, same start"] = np.array_equal(first, again)
    report["another generator, another start"] = not np.array_equal(first, other)
    report["different neurons at the start"] = _count_different(first)
    neurons, report["the neurons can move"] = _trained(weight, bias)
    report["different neurons after training"] = _count_different(neurons.round(9))
    return report


def _trained(weight, bias):
    """The hidden neurons after 30 steps, and whether they were on the slope of tanh."""
    from lessons_pkg import ops

    x = _rng(7).normal(size=(24, weight.shape[1]))
    target = (x[:, 0] * x[:, 1] > 0).astype(int)
    slopes = 1 - np.tanh(x @ weight.T + bias) ** 2
    v, c = np.zeros((2, len(bias))), np.zeros(2)
    for _ in range(30):
        z, k1 = ops.linear(x, weight, bias)
        h, k2 = ops.tanh(z)
        scores, k3 = ops.linear(h, v, c)
        _, k4 = ops.cross_entropy(scores, target)
        dh, dv, dc = ops.linear_backward(ops.cross_entropy_backward(1.0, k4), k3)
        _, dweight, dbias = ops.linear_backward(ops.tanh_backward(dh, k2), k1)
        weight, bias = weight - 0.5 * dweight, bias - 0.5 * dbias
        v, c = v - 0.5 * dv, c - 0.5 * dc
    return np.column_stack([weight, bias]), bool(np.median(slopes) > 1e-3)


def _count_different(neurons):
    return len(np.unique(neurons, axis=0))


_REPORT = (
    "returns weight and bias",
    "made of finite numbers",
    "shape of weight",
    "shape of bias",
    "same generator, same start",
    "another generator, another start",
    "different neurons at the start",
    "the neurons can move",
    "different neurons after training",
)


def _rng(seed):
    return np.random.default_rng(seed)


ZERO_START = Exercise(
    name="neurons.zero_start",
    title="Five neurons that are one",
    kind="debug",
    minutes=6,
    statement=r"""
`start` makes the first weights of a hidden layer. Its author chose zeros, "so that no
neuron has an advantage". In this network the weights that go out of the hidden
layer start at zero as well. So it does not learn: after any number of steps all its
hidden neurons are copies of one another.

Mend `start` so that training can make the hidden neurons different. Keep the shapes,
`(n_hidden, n_inputs)` for the weights and `(n_hidden,)` for the biases, and take what
you need from the generator `rng` (NumPy's, so that `rng.normal(mean, spread, size=...)`
draws numbers), so that a run can be repeated. The checker trains a small network with
five tanh neurons from your start, and counts the different hidden neurons.
""",
    starter=_ZERO_START,
    answer=_start,
    explanation=r"""
Two hidden neurons with the same weights, coming in and going out, give the same output
and get the same gradient. They take the same step, and stay equal for ever. (In the
checker's network the weights going out start at zero, so they are equal.) Only a start
that differs from neuron to neuron, in the weights coming in or going out, ends this;
here `start` makes those coming in. Random numbers are the usual way; their
spread should be small enough that the activation is not on its flat parts. The biases
may stay zero.
""",
    hints=(
        "Is it the zero that does the harm? Think of a start where every weight is "
        "0.5: what would make one hidden neuron move differently from the next?",
        "Each neuron needs numbers of its own. `rng.normal(0.0, 0.5, size=...)` draws "
        "as many as you ask for.",
        "The size to ask for is the shape of the weights: `(n_hidden, n_inputs)`.",
    ),
    cases=(
        Case(
            use=_hidden_layer_after_training,
            args=(5, 3),
            label="start(n_hidden, n_inputs, rng), and 30 steps of training",
        ),
        Case(
            use=_hidden_layer_after_training,
            args=(8, 2),
            label="start(n_hidden, n_inputs, rng), and 30 steps of training",
        ),
    ),
    misconceptions={
        "the_same_number_everywhere": Misconception(
            _start_constant,
            "Every hidden neuron still starts with the same numbers, so all of them "
            "get the same gradient and stay equal. Zero is not the trouble; being "
            "equal is.",
        ),
        "one_row_for_all": Misconception(
            _start_one_row,
            "The numbers are random, but every neuron got the same ones. Equal "
            "neurons take equal steps: draw separately for each row.",
        ),
        "transposed": Misconception(
            _start_transposed,
            "The numbers are random, but the shape is `(n_inputs, n_hidden)`. In this "
            "course a neuron is a row: `(n_hidden, n_inputs)`.",
        ),
        "weight_alone": Misconception(
            _start_weight_alone,
            "`start` has to return two things, the weights and the biases: end with "
            "`return weight, bias`.",
        ),
        "own_generator": Misconception(
            _start_own_generator,
            "The neurons differ now, but every call gives the same numbers, whatever "
            "generator it is handed. Draw from `rng`, so that the caller decides.",
        ),
        "global_generator": Misconception(
            _start_global_generator,
            "The neurons differ now, but the numbers do not come from `rng`, so that "
            "no run can be repeated. Draw with `rng.normal(...)`.",
        ),
        "far_too_small": Misconception(
            _start_tiny,
            "The neurons differ, but by so little that they are still as good as equal "
            "after the training. Draw larger numbers.",
        ),
        "far_too_large": Misconception(
            _start_huge,
            "The neurons differ now, but their weighted sums are so large that tanh is "
            "flat there: its slope is almost 0, and hardly any gradient comes "
            "through. Draw smaller numbers.",
        ),
    },
    seconds=10.0,
)

# ------------------------------------------------------------ open: hand-set weights


def _network_of_gates(weights, x):
    """Hidden neurons with a step, then one output neuron with a step."""
    w1, b1, w2, b2 = map(_array, weights)
    hidden = (w1 @ x + b1 > 0).astype(int)
    return int((w2 @ hidden + b2).item() > 0), hidden.tolist()


def _why_not_gates(weights):
    """Say what makes this no network of two hidden neurons and an output, or None."""
    if not isinstance(weights, tuple | list) or len(weights) != 4:
        came = f"{kind_of(snapshot(weights))} came. {_comma(weights)}"
        return f"Give four things in a tuple, (W1, b1, w2, b2): {came}".strip()
    for name, right in _GATES.items():
        given = weights[list(_GATES).index(name)]
        if given is ...:
            return f"{name} is still `...`: put your own numbers in its place."
        if (part := _array(given)) is None:
            return f"{name} is not made of numbers, or its rows differ in length."
        if part.shape != right and not (name == "b2" and part.shape == (1,)):
            wrong = f"{name} should have the shape {right}, and has {part.shape}."
            return f"{wrong} {_comma(given)}".strip()
        if not np.isfinite(part).all():
            return f"{name} holds a number that is not finite."
    return None


def _comma(given):
    """A question for whoever wrote 0,5 for 0.5."""
    flat = [*given] if isinstance(given, tuple | list) else []
    flat += [x for part in flat if isinstance(part, tuple) for x in part]
    if len(flat) > 4 or any(isinstance(part, tuple) for part in flat):
        return DECIMAL_COMMA
    return ""


_GATES = {"W1": (2, 3), "b1": (2,), "w2": (2,), "b2": ()}


def _why_not_exactly_one(weights):
    """Say what is wrong with hand-set weights, or None."""
    if sentence := _why_not_gates(weights):
        return sentence
    inputs = [np.array([n >> 2 & 1, n >> 1 & 1, n & 1]) for n in range(8)]
    wrong = [x for x in inputs if _network_of_gates(weights, x)[0] != (x.sum() == 1)]
    if not wrong:
        return None
    x, on = wrong[0], int(wrong[0].sum())
    says, hidden = _network_of_gates(weights, x)
    told = (
        f"{8 - len(wrong)} of the 8 cases are right. The first that is not: for the "
        f"inputs {x.tolist()}, {on} of them on, the hidden neurons give {hidden} and "
        f"the output {says}. "
    )
    if all(x.sum() >= 2 for x in wrong) and says:
        return told + "What holds the output back when more than one input is on?"
    if all(x.sum() == 1 for x in wrong):
        return told + "Is the output's sum greater than 0 when it should fire?"
    return told + "What does each hidden neuron ask of the inputs?"


EXACTLY_ONE = Exercise(
    name="neurons.exactly_one",
    title="Exactly one of three",
    kind="open",
    minutes=8,
    statement=r"""
Three inputs are each 0 or 1. Choose the weights of a network with **two** hidden
neurons and one output neuron, all with the step (1 if the weighted sum is greater than
0, else 0), so that the output is 1 if *exactly one* input is 1, and 0 otherwise.

Give a tuple `(W1, b1, w2, b2)`: the hidden weights `W1` (two rows of three
numbers), the hidden biases `b1` (two numbers), the output neuron's weights `w2`
(two numbers) and its bias `b2` (one number). Many answers are right, and each right
one is accepted.
""",
    starter="weights = ...\n",
    answer=([[1, 1, 1], [1, 1, 1]], [-0.5, -1.5], [1, -1], -0.5),
    explanation=r"""
The first hidden neuron fires if at least one input is on, the second if at least two
are. Exactly one is on when the first fires and the second does not:
$h_1 - h_2 - 0.5 > 0$. XOR is the same network with two inputs.
""",
    hints=(
        "The chapter's network for XOR asks two questions about the number of inputs "
        "that are on. Ask the same two here.",
        "With weights $[1, 1, 1]$ the sum of the products counts the inputs that are "
        "on. A bias of $-0.5$ asks for at least one.",
        "The output should fire when the first hidden neuron does and the second "
        "does not: weights 1 and $-1$, and a bias between $-1$ and 0.",
    ),
    accept=_why_not_exactly_one,
)

# ------------------------------------------------------------------ open: features


def _pixels(images):
    return images.reshape(len(images), -1)


def _features(images):
    across = np.abs(np.diff(images, axis=2))
    down = np.abs(np.diff(images, axis=1))
    parts = (images, across, down)
    return np.concatenate([part.reshape(len(images), -1) for part in parts], axis=1)


_STEPS, _MOST_FEATURES, _GAIN = 200, 1000, 0.005


def _train(x, y):
    """Softmax regression by full gradient descent, at a step just inside stability."""
    from lessons_pkg import ops

    ones = np.column_stack([x, np.ones(len(x))])
    # cross-entropy curves at most half as much as the squared length of its inputs
    lr = 3.6 / np.linalg.norm(ones.T @ ones / len(x), 2)
    weight, bias = np.zeros((10, x.shape[1])), np.zeros(10)
    for _ in range(_STEPS):
        z, k1 = ops.linear(x, weight, bias)
        _, k2 = ops.cross_entropy(z, y)
        _, dweight, dbias = ops.linear_backward(ops.cross_entropy_backward(1.0, k2), k1)
        weight, bias = weight - lr * dweight, bias - lr * dbias
    return weight, bias


def _held_out(features, y):
    """Mean held-out accuracy of ten neurons on these features, over three splits."""
    from lessons_pkg.preprocess import train_test_split

    accuracies = []
    for seed in (10, 11, 12):
        train, test = train_test_split(len(y), 0.2, seed, labels=y)
        mean, spread = features[train].mean(axis=0), features[train].std() + 1e-12
        x = (features - mean) / spread
        weight, bias = _train(x[train], y[train])
        says = (x[test] @ weight.T + bias).argmax(axis=1)
        accuracies.append(np.mean(says == y[test]))
    return float(np.mean(accuracies))


@lru_cache(maxsize=1)
def _raw():
    from lessons_pkg import data

    digits = data.digits()
    x, y = np.array(digits.x, dtype=float), np.array(digits.y)
    return x, y, _held_out(_pixels(x), y)


def _why_not_better(answer):
    """Say what is missing from a learner's features, or None."""
    x, y, raw = _raw()
    given = snapshot(answer(x.copy()))
    out = _array(given)
    if given is None:
        return "`features` gives back None. Did you forget `return`?"
    if out is None:
        return (
            f"`features` should give back one array of real numbers, and "
            f"{kind_of(given)} came."
        )
    if out.ndim != 2 or len(out) != len(x) or not 0 < out.shape[1] <= _MOST_FEATURES:
        return (
            f"For all {len(x)} pictures your features have the shape {out.shape}. It "
            f"should be ({len(x)}, D): one row a picture, and D at most "
            f"{_MOST_FEATURES}."
        )
    if not np.isfinite(out).all():
        return "Some of your features are not finite numbers (nan or infinity)."
    turned = _array(answer(x[::-1].copy()))
    if turned is None or not _alike(out[::-1], turned):
        return (
            "With the pictures in another order your rows come out different. Make "
            "the row of a picture from that picture alone. (If you draw random "
            "numbers, draw them from a generator with a fixed seed.)"
        )
    yours = _held_out(out, y)
    if yours >= raw + _GAIN:
        return None
    told = (
        f"{yours:.1%} of the held-out digits are right with your features, and "
        f"{raw:.1%} with the raw pixels. "
    )
    if not _is_straight(answer, x):
        return told + f"At least {100 * _GAIN:.1f} points more are asked for."
    if np.ptp(out, axis=0).max() == 0:
        return told + "Your features are the same for every picture."
    return told + (
        "Each of your features is a weighted sum of pixels (plus a constant). The "
        "neurons can form such sums themselves, so this gives them no new boundaries. "
        "Bend something first: a product, a square, an absolute value, a maximum."
    )


def _is_straight(answer, x):
    """Whether the features of a mixture are the mixture of the features."""
    a, b = x[:40], x[40:80]
    fa, fb, mixed = (_array(answer(i.copy())) for i in (a, b, (a + b) / 2))
    return _alike(mixed, (fa + fb) / 2)


def _alike(a, b):
    """Equal but for rounding, measured by the largest number."""
    return a.shape == b.shape and np.allclose(a, b, 0, 1e-5 * abs(b).max())


FEATURES = Exercise(
    name="neurons.features",
    title="Show the neurons something better",
    kind="open",
    minutes=15,
    statement=r"""
Ten neurons can only draw straight boundaries *in what they are shown*. Show them
something other than pixels.

Write `features(images)`: it takes an array of shape `(N, 8, 8)`, values from 0 to
1, and returns an array `(N, D)`, one row a picture, with `D` at most 1000. The
checker trains ten neurons with softmax on your features and on the raw pixels, on
the same three random splits of the digits, and compares the mean accuracy on
held-out digits. Beat the raw pixels by at least 0.5 percentage points:
if they reach 96.0 %, you need 96.5 %. Each try takes a few seconds.

One thing to think about: if you try fifty ideas and keep the best by its held-out
accuracy, are those digits still held out?
""",
    starter="def features(images):\n    # your code in place of the dots\n    ...\n",
    answer=_features,
    explanation=r"""
The size of the step from each pixel to its neighbour says where the edges of the
strokes are, whichever way the ink goes. The absolute value is what matters: without it
each feature would be a weighted sum of pixels, which the neurons could form themselves.

And the question: no. Choosing by held-out accuracy fits the choice to those digits,
and the number gets too good. The remedy is a third part of the data, opened once at
the end. Mind also how little half a point is: the checker counts somewhat over a
thousand held-out answers, and half a point of them is five or six pictures.
""",
    hints=(
        "A weighted sum of pixels adds nothing: the neurons can form it themselves. "
        "Something must bend: a product, a square, an absolute value, a maximum.",
        "What is a stroke? A place where neighbouring pixels differ. `np.diff(images, "
        "axis=2)` is the difference of each pixel and its neighbour across.",
        "Take the absolute value of the differences across and down, flatten each with "
        "`.reshape(len(images), -1)`, and put them beside the pixels with "
        "`np.concatenate([...], axis=1)`.",
    ),
    accept=_why_not_better,
    seconds=60.0,
)

EXERCISES = [
    LAYER_BY_HAND,
    DISTANCE,
    LAYER,
    PERCEPTRON,
    SOFTMAX,
    WRONG_SIGN,
    ZERO_START,
    EXACTLY_ONE,
    FEATURES,
]
