"""Exercises of the chapter "Training deep networks"."""

from functools import lru_cache, partial

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot


def _numbers(seed, *shape):
    """Small whole numbers, so that a difference is easy to read."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(float)


def _array(x):
    """A learner's numbers as an array of floats (tensors too), or None."""
    array = numeric(snapshot(x))
    return None if array is None or array.dtype.kind == "c" else array.astype(float)


# -------------------------------------------------------------- by hand: momentum

MOMENTUM_BY_HAND = Exercise(
    name="training.momentum_by_hand",
    title="Three steps with momentum",
    kind="by hand",
    minutes=5,
    statement=r"""
The loss of a single weight is $L(w) = w^2$, so its gradient is $g = 2w$. Momentum keeps
a velocity $b$, which begins at 0. Each step works out $g$ where the weight now is, then

$$
\begin{aligned}
b &\leftarrow 0.8\, b + g \\
w &\leftarrow w - 0.1\, b
\end{aligned}
$$

Begin at $w = 10$ and take three steps on paper. Write the weight after the first, the
second and the third step as a list.
""",
    starter="w_after_each_step = ...\n",
    answer=[8, 4.8, 1.28],
    explanation=r"""
| step | $g = 2w$ | $b$ | $w$ |
|---|---|---|---|
| 1 | 20 | 20 | 8 |
| 2 | 16 | 0.8 · 20 + 16 = 32 | 4.8 |
| 3 | 9.6 | 0.8 · 32 + 9.6 = 35.2 | 1.28 |

Plain gradient descent is at 5.12 after three such steps. The gradient shrinks, but the
velocity still grows, because all three gradients point the same way. It has its price: the
fourth step has $b = 0.8 \cdot 35.2 + 2.56 = 30.72$ and ends at $-1.792$, past the minimum.

This is `torch.optim.SGD(lr=0.1, momentum=0.8)`. Some books multiply $g$ by
$1 - 0.8$ in the first line; their steps are five times as short at the same `lr`.
""",
    hints=(
        "Keep three columns: $g$, $b$ and $w$. In the first step $b$ is 0, so it is a "
        "plain step of gradient descent.",
        "After the first step $w = 8$, so the next gradient is $16$. The new velocity is "
        "$0.8$ times the old one, 20, plus this gradient.",
        "The velocities are $20$, $32$ and $0.8 \\cdot 32 + 9.6$. Each step takes away a "
        "tenth of its own.",
    ),
    misconceptions={
        "plain_descent": Misconception(
            [8, 6.4, 5.12],
            "This is plain gradient descent. The velocity remembers: each new one begins "
            "with 0.8 of the one before.",
        ),
        "gradient_weighted": Misconception(
            [9.6, 8.896, 7.97696],
            "Here the gradient is multiplied by 1 - 0.8 before it is added. Some books "
            "do that; the formula above, and torch, add all of it.",
        ),
        "last_gradient_only": Misconception(
            [8, 4.8, 2.56],
            "The first two are right. In the third step 0.8 of the last gradient was "
            "added. It is 0.8 of the last velocity, which holds all gradients so far.",
        ),
        "gradient_of_the_start": Misconception(
            [8, 4.4, -0.48],
            "The gradient of the start, 20, was used in all steps. It changes with w: "
            "work it out anew where the weight now is.",
        ),
        "two_lost": Misconception(
            [9, 7.3, 5.21],
            "The gradient of w² is 2w, not w: at w = 10 it is 20.",
        ),
        "velocity_taken_away": Misconception(
            [8, 8, 6.4],
            "0.8 of the old velocity was taken away from the gradient. It is added: two "
            "gradients that point the same way make the step longer.",
        ),
        "never_forgets": Misconception(
            [8, 4.4, -0.08],
            "The old velocity was kept whole. Of the old one 0.8 is left, then the "
            "gradient is added.",
        ),
        "learning_rate_twice": Misconception(
            [9.8, 9.444, 8.97032],
            "The learning rate is in there twice: once with the gradient, and once more "
            "in the step. One of them is enough.",
        ),
        "looks_ahead": Misconception(
            [6.4, 2.816, -0.04096],
            "This is Nesterov's form, which adds 0.8 of the new velocity to the gradient "
            "once more. Asked for is plain momentum.",
        ),
        "climbs": Misconception(
            [12, 16, 22.4],
            "The weight walks uphill: the step is taken away from w, not added.",
        ),
        "velocities": Misconception(
            [20, 32, 35.2],
            "These are the velocities, and they are right. Asked for is the weight after "
            "each step.",
        ),
        "gradients": Misconception(
            [20, 16, 9.6],
            "These are the gradients, and they are right. Asked for is the weight after "
            "each step.",
        ),
        "start_included": Misconception(
            [10, 8, 4.8],
            "This begins with the start. The list holds the weight after the first, the "
            "second and the third step.",
        ),
        "start_too": Misconception(
            [10, 8, 4.8, 1.28],
            "The last three are right. Leave the start out: three weights are asked for.",
        ),
        "what_is_taken_away": Misconception(
            [2, 3.2, 3.52],
            "This is what each step takes away, and it is right. Asked for is the weight "
            "after each step.",
        ),
        "changes": Misconception(
            [-2, -3.2, -3.52],
            "These are the changes of the weight, and they are right. Asked for is where "
            "it is after each step.",
        ),
        "last_only": Misconception(
            1.28,
            "This is the weight after the third step. Write all three, as a list.",
        ),
    },
    rtol=0.0,
    atol=5e-3,  # two decimals
)

# ------------------------------------------------------- by hand: Adam's first step

FIRST_ADAM_STEP = Exercise(
    name="training.first_adam_step",
    title="How long is Adam's first step?",
    kind="by hand",
    minutes=6,
    statement=r"""
Adam keeps two running means for each weight, of its gradient and of the gradient's
square. Both begin at 0, and $\beta_1 = 0.9$, $\beta_2 = 0.999$:

$$
\begin{aligned}
m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
\hat m &= m / (1 - \beta_1^{\,t}) \\
\hat v &= v / (1 - \beta_2^{\,t}) \\
w &\leftarrow w - \eta\, \hat m / (\sqrt{\hat v} + \epsilon)
\end{aligned}
$$

Two weights are both 1. This is the first step, $t = 1$. Their gradients are
$g = [0.002, -50]$. The learning rate is $\eta = 0.01$, and $\epsilon = 10^{-8}$ is too
small to matter here.

Work out both weights after the step, as a list, to three decimals.
""",
    starter="weights_after_step = ...\n",
    answer=[0.99, 1.01],
    explanation=r"""
With $m = 0$ before, $m = (1 - \beta_1)\, g$, and $\hat m$ divides by just that factor:
$\hat m = g$. In the same way $\hat v = g^2$. So

$$\frac{\hat m}{\sqrt{\hat v}} = \frac{g}{|g|} = \pm 1,$$

and each weight moves by exactly $\eta$, against the sign of its gradient, whether that is
0.002 or 50. `lr` says how far Adam goes, not how steep the slope is: that is why one
`lr` often serves for all layers, and why the first steps are made on the word of one
batch alone. Warm-up makes them shorter.
""",
    hints=(
        "Take the first weight alone. What is $m$ after the first line, written with "
        "$g$? What does the third line make of it?",
        "$m = 0.1\\,g$ is divided by $1 - 0.9^1 = 0.1$, so $\\hat m = g$. Do the same "
        "with $\\hat v$, then take the root.",
        "$\\hat m / \\sqrt{\\hat v} = g / |g|$: only the sign of $g$ is left. Mind that "
        "the second gradient is negative.",
    ),
    misconceptions={
        "plain_descent": Misconception(
            [0.99998, 1.5],
            "This is a step of plain gradient descent, -lr times g. Adam divides by the "
            "root of the mean square, so the size of g drops out.",
        ),
        "no_second_moment": Misconception(
            [0.999998, 1.05],
            "This is -lr times m: the division by the root of v is left out, and so is "
            "the correction. Without it a steep slope still gives a long step.",
        ),
        "not_corrected": Misconception(
            [0.9683772, 1.0316228],
            "m and v are used as they are. Both began at 0 and are too small, m by the "
            "factor 0.1, v by 0.001: divide each by its own.",
        ),
        "only_m_corrected": Misconception(
            [0.6837722, 1.3162278],
            "m is corrected, v is not. Its root is then far too small, and the step "
            "about 32 times too long: divide v by 1 - 0.999.",
        ),
        "only_v_corrected": Misconception(
            [0.999, 1.001],
            "v is corrected, m is not: it is still 0.1 times g. Divide it by 1 - 0.9.",
        ),
        "multiplied_by_the_correction": Misconception(
            [0.9, 1.1],
            "m and v were multiplied by 1 - beta to the power t. They are too small as "
            "they are, so divide.",
        ),
        "root_forgotten": Misconception(
            [-4, 1.0002],
            "This divides by v itself. Its root is needed: v is a mean of squares, and "
            "without the root a small gradient makes the longest step.",
        ),
        "climbs": Misconception(
            [1.01, 0.99],
            "The sizes are right, the directions are not: each weight moves against the "
            "sign of its gradient.",
        ),
        "one_size_for_both": Misconception(
            [1, 1.01],
            "Both gradients were divided by one common size. Adam keeps a `v` for each "
            "weight by itself.",
        ),
        "both_added": Misconception(
            [1.01, 1.01],
            "The second is right: its gradient is negative, so it grows. The first has "
            "a positive gradient.",
        ),
        "sign_lost": Misconception(
            [0.99, 0.99],
            "The first is right. The second gradient is negative: its square has lost "
            "the sign, but m has kept it.",
        ),
        "no_learning_rate": Misconception(
            [0, 2],
            "The quotient is right, 1 and -1. It is multiplied by the learning rate, "
            "0.01, before it is taken away.",
        ),
        "changes": Misconception(
            [-0.01, 0.01],
            "These are the changes, and they are right. Asked for are the weights "
            "afterwards; both were 1.",
        ),
        "taken_away": Misconception(
            [0.01, -0.01],
            "This is what is taken away, and it is right. Asked for are the weights "
            "afterwards; both were 1.",
        ),
        "step_length": Misconception(
            0.01,
            "0.01 is how far each weight moves. Asked for is where the two are then: a "
            "list of two numbers.",
        ),
    },
    rtol=0.0,
    atol=5e-4,
)

# ------------------------------------------------------------------- code: a start


def _he_weights(z):
    fan_in = z[0].size
    return z * np.sqrt(2 / fan_in)


def _he_with(std):
    """Another standard deviation, made from n_out, n_in and the kernel's size."""

    def weights(z):
        n_out, n_in, *kernel = z.shape
        return z * std(n_out, n_in, int(np.prod(kernel)))

    return weights


_NO_MULTIPLE = "numbers that are no common multiple of z"


def _multiplied(answer, z):
    """What the answer gives; text where each number of z got a factor of its own."""
    given = answer(z.copy())
    array = _array(given)
    if array is None or array.shape != z.shape or not np.isfinite(array).all():
        return given
    factor = np.sum(array * z) / np.sum(z * z)
    off = np.abs(array - factor * z).max()
    return given if off <= 1e-3 * np.abs(array).max() else _NO_MULTIPLE


def _weighted(z):
    return Case(use=_multiplied, args=(z,), label="he_weights(z)")


HE_WEIGHTS = Exercise(
    name="training.he_weights",
    title="A start for ReLU",
    kind="code",
    minutes=6,
    statement=r"""
He's start draws each weight of a ReLU layer from a normal distribution with mean 0 and
standard deviation

$$\sigma = \sqrt{2 / n_\text{fan in}}.$$

The *fan-in* is how many numbers a single neuron adds up.

Write `he_weights(z)`. `z` holds numbers from the *standard* normal distribution, already
in the shape of the weights; return the weights of He's start that they become.

You need not know convolutions: all that counts is that `z[0]` holds every weight of the
first neuron, whatever the shape.

- A linear layer has the shape `(n_out, n_in)`.
- A convolution has the shape `(channels_out, channels_in, height, width)`, or without
  the height in one dimension. One of its output numbers adds up a window of
  `height * width` pixels in *every* input channel.
""",
    starter="def he_weights(z):\n    # your code in place of the dots\n    ...\n",
    answer=_he_weights,
    explanation=r"""
`z[0]` holds all weights of the first neuron, or of the first kernel. Its size is the
fan-in, whatever the layer: `np.prod(z.shape[1:])` says the same.

A number with standard deviation 1 that is multiplied by $\sigma$ has standard deviation
$\sigma$. Where the 2 comes from: a sum of $n$ products has $n$ times the variance of
one, and ReLU then sets half of the sums to 0, which leaves half of their mean square.
With a variance of $2/n$ for the weights both are made good, and the signal keeps its
size from layer to layer.
""",
    hints=(
        "Take one neuron of a linear layer. In which axis of `z` do its weights lie, and "
        "how many are there?",
        "`z[0]` are the weights of one neuron, or of one kernel with all its input "
        "channels. How many numbers are in it?",
        "Multiply `z` by `np.sqrt(2 / z[0].size)`.",
    ),
    cases=(
        _weighted(np.array([[1.0, -2.0, 0.0, 3.0, -1.0, 2.0, 1.0, -3.0]] * 2)),
        _weighted(_numbers(1, 7, 2)),
        _weighted(_numbers(2, 3, 2, 5, 5)),
        _weighted(_numbers(3, 5, 3, 2)),
    ),
    misconceptions={
        "fan_out": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2 / (n_out * k))),
            "This counts outputs: the first axis. What matters is how many numbers a "
            "neuron adds up, and those lie along all the other axes.",
        ),
        "first_axis_only": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2 / n_out)),
            "This divides by the number of neurons, `z.shape[0]`. What matters is how "
            "many numbers each of them adds up.",
        ),
        "kernel_forgotten": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2 / n_in)),
            "Linear layers are right. In a convolution the window counts too: each "
            "output adds up height * width pixels in every input channel.",
        ),
        "channels_forgotten": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2 / (k if k > 1 else n_in))),
            "Linear layers are right. In a convolution the window alone was counted: it "
            "is read in every input channel.",
        ),
        "last_axis_only": Misconception(
            lambda z: z * np.sqrt(2 / z.shape[-1]),
            "Linear layers are right. In a convolution the last axis is only the width "
            "of the window; its height and the input channels count too.",
        ),
        "all_counted": Misconception(
            lambda z: z * np.sqrt(2 / z.size),
            "All weights of the layer are counted. The fan-in is how many belong to one "
            "neuron, `z[0]`.",
        ),
        "variance_for_std": Misconception(
            _he_with(lambda n_out, n_in, k: 2 / (n_in * k)),
            "2 / fan-in is the variance. A number is multiplied by the standard "
            "deviation: take the root.",
        ),
        "two_lost": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(1 / (n_in * k))),
            "The 2 is missing. It makes good for the half that ReLU sets to 0; without "
            "it the signal loses half its mean square in each layer.",
        ),
        "two_outside": Misconception(
            _he_with(lambda n_out, n_in, k: 2 / np.sqrt(n_in * k)),
            "The 2 stands outside the root. It belongs under it: the variance is "
            "2 / fan-in.",
        ),
        "only_two_under_the_root": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2) / (n_in * k)),
            "Only the 2 is under the root. The fan-in belongs there as well.",
        ),
        "xavier": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2 / ((n_in + n_out) * k))),
            "This is Xavier's start, with the fan-in and the fan-out in the sum. He's "
            "has the fan-in alone.",
        ),
        "xavier_kernel_forgotten": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(2 / (n_in + n_out))),
            "This is Xavier's start, with n_in + n_out in the place of the fan-in; and in "
            "a convolution the window counts too.",
        ),
        "one_dimension_forgotten": Misconception(
            lambda z: z * np.sqrt(2 / (z.shape[1] if z.ndim == 3 else z[0].size)),
            "All is right but the convolution in one dimension: the width of its window "
            "counts too.",
        ),
        "new_numbers": Misconception(
            lambda z: z + 1,
            "The result is no multiple of z. If you draw new numbers: they are given "
            "already, in z. All of them get the same factor, the standard deviation.",
        ),
        "divided": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(n_in * k / 2)),
            "It is upside down: the more numbers a neuron adds up, the smaller each "
            "weight must be.",
        ),
        "own_spread": Misconception(
            lambda z: z / z.std() * np.sqrt(2 / z[0].size),
            "The factor is right, but z is divided by its own spread first. It comes "
            "from a distribution of standard deviation 1 already: leave it.",
        ),
        "uniform": Misconception(
            _he_with(lambda n_out, n_in, k: np.sqrt(6 / (n_in * k))),
            "The 6 belongs to the uniform form of He's start: it is the bound of the "
            "range. For a normal distribution it is the 2 of the statement.",
        ),
        "std_alone": Misconception(
            lambda z: np.sqrt(2 / z[0].size),
            "This is the standard deviation, one number, and it is right. Multiply z by "
            "it.",
        ),
    },
)

# ---------------------------------------------------------------- code: clipping


def _clip_together(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return [factor * g for g in gradients]


def _clip_by(norm_of):
    """Clipping by another norm of all the gradients."""

    def clip(gradients, max_norm):
        norm = norm_of(gradients)
        return [g * min(1.0, max_norm / norm) if norm > 0 else g for g in gradients]

    return clip


def _norms(gradients):
    return [float(np.linalg.norm(g)) for g in gradients]


def _size(gradients):
    return float(np.sqrt(sum(n**2 for n in _norms(gradients))))


def _clip_each(gradients, max_norm):
    return [_clip_together([g], max_norm)[0] for g in gradients]


def _clip_always(gradients, max_norm):
    return [g * (max_norm / (_size(gradients) or 1.0)) for g in gradients]


def _clip_always_unguarded(gradients, max_norm):
    with np.errstate(all="ignore"):
        return [g * (max_norm / np.float64(_size(gradients))) for g in gradients]


def _clip_to_one(gradients, max_norm):
    norm = _size(gradients)
    return [g / norm if norm > max_norm else g for g in gradients]


def _clip_upside_down(gradients, max_norm):
    norm = _size(gradients)
    return [g * norm / max_norm if norm > max_norm else g for g in gradients]


def _clip_to_zero(gradients, max_norm):
    return [g * (_size(gradients) <= max_norm) for g in gradients]


def _clip_the_small(gradients, max_norm):
    return [g * max(1.0, max_norm / (_size(gradients) or 1e9)) for g in gradients]


def _clip_in_place(gradients, max_norm):
    factor = min(1.0, max_norm / (_size(gradients) or max_norm))
    for g in gradients:
        g *= factor
    return gradients


def _clip_only_the_large(gradients, max_norm):
    norm = _size(gradients)
    factor = min(1.0, max_norm / norm) if norm else 1.0
    return [g * factor if np.linalg.norm(g) > max_norm else g for g in gradients]


CLIP_TOGETHER = Exercise(
    name="training.clip_together",
    title="Shorter, in the same direction",
    kind="code",
    minutes=7,
    statement=r"""
The gradients of a network are a list of arrays, one for each weight matrix and each
bias. Laid end to end they are one long vector, whose length is the *global norm*: the
root of the sum of all their squares.

Write `clip_together(gradients, max_norm)`. Where the global norm is more than `max_norm`,
return the same arrays, made smaller by one common factor, so that their global norm is
`max_norm`. Where it is not, return them as they are.

The result is a list of arrays, in the order and in the shapes of `gradients`. Gradients
that are all zero stay zero. Do not change the arrays that you are given.
""",
    starter=(
        "def clip_together(gradients, max_norm):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_clip_together,
    explanation=r"""
The first case: $3^2 + 4^2 + 12^2 = 169$, so the norm is 13, and with `max_norm = 1`
everything is divided by 13. The step then points where the gradient pointed and is only
shorter.

If each array is clipped by itself, a layer with a large gradient is shortened and its
neighbour is not: the step points somewhere else. Clipping each *number*
(`torch.nn.utils.clip_grad_value_`) turns it even further. This exercise is
`torch.nn.utils.clip_grad_norm_`, which works in place.
""",
    hints=(
        "First the norm of all: add up the squares of every array, in one sum, and take "
        "the root at the end.",
        "Every array gets the same factor, `max_norm / norm`. When must it stay at 1?",
        "`factor = min(1, max_norm / norm)`, unless the norm is 0; and back go the "
        "arrays `factor * g`.",
    ),
    cases=(
        call([np.array([3.0, 4.0]), np.array([[12.0]])], 1.0),
        call(
            [np.array([[2.0, -4.0, 0.0], [4.0, 1.0, 2.0]]), np.array([1.0, 2.0])], 20.0
        ),
        call([np.array([[6.0, 2.0]]), np.array([1.0]), np.array([[2.0], [-2.0]])], 5.0),
        call([np.zeros((2, 3)), np.zeros(2)], 1.5),
        call([np.array([3.0, 0.0]), np.array([0.0, -4.0, 0.0])], 4.5),
    ),
    misconceptions={
        "in_place": Misconception(
            _clip_in_place,
            "The numbers are right, but your code changes its argument `gradients`: `*=` "
            "writes into the arrays that were given. Give back new ones, such as "
            "`[factor * g for g in gradients]`. (`gradients.copy()` copies the list, not "
            "the arrays in it.)",
        ),
        "squared_sums": Misconception(
            _clip_by(lambda gs: np.sqrt(sum(np.sum(g) ** 2 for g in gs))),
            "The numbers of each array are added before they are squared. Square each "
            "number first: `np.sum(g**2)`.",
        ),
        "each_by_itself": Misconception(
            _clip_each,
            "Each array is clipped by its own norm, so some are shortened and others "
            "not, and the step no longer points where the gradient did. Work out one "
            "norm for all, and use one factor.",
        ),
        "only_the_large": Misconception(
            _clip_only_the_large,
            "The factor is right, but only some of the arrays get it. It is common to "
            "all of them, or the direction changes.",
        ),
        "each_number": Misconception(
            lambda gs, max_norm: [np.clip(g, -max_norm, max_norm) for g in gs],
            "Each number is cut off by itself. That bends the direction of the step: "
            "take one norm of all gradients, and one factor.",
        ),
        "always_scaled": Misconception(
            _clip_always,
            "Gradients that are short enough are made longer, up to `max_norm`. They "
            "stay as they are: the factor is never more than 1.",
        ),
        "always_scaled_and_nan": Misconception(
            _clip_always_unguarded,
            "Gradients that are short enough are made longer, up to `max_norm`, and "
            "those that are all zero give 0 / 0, which is nan. Both stay as they are: "
            "the factor is never more than 1.",
        ),
        "only_lengthens": Misconception(
            _clip_the_small,
            "The long ones stay and the short ones are made longer: is it `max` where "
            "`min` is meant, or a comparison the wrong way round?",
        ),
        "to_norm_one": Misconception(
            _clip_to_one,
            "What is too long is brought to the norm 1. It should be brought to "
            "`max_norm`.",
        ),
        "upside_down": Misconception(
            _clip_upside_down,
            "The factor is upside down: gradients that are too long become longer.",
        ),
        "thrown_away": Misconception(
            _clip_to_zero,
            "Gradients that are too long are set to 0. They are made shorter, and keep "
            "their direction.",
        ),
        "root_forgotten": Misconception(
            _clip_by(lambda gs: _size(gs) ** 2),
            "This compares the sum of the squares. The norm is its root.",
        ),
        "norms_added": Misconception(
            _clip_by(lambda gs: sum(_norms(gs))),
            "The norms of the arrays are added up. Lengths at right angles do not add: "
            "add the squares, over all arrays, and take the root at the end.",
        ),
        "sizes_added": Misconception(
            _clip_by(lambda gs: sum(np.abs(g).sum() for g in gs)),
            "The sizes of the numbers are added up, without squares. The norm is the "
            "root of the sum of the squares.",
        ),
        "largest_array": Misconception(
            _clip_by(lambda gs: max(_norms(gs))),
            "This takes the norm of the longest array for that of all. All of them "
            "count: add their squares.",
        ),
        "largest_number": Misconception(
            _clip_by(lambda gs: max(np.abs(g).max() for g in gs)),
            "This takes the largest number for the norm. The norm is the root of the "
            "sum of all squares.",
        ),
        "mean_of_squares": Misconception(
            _clip_by(lambda gs: _size(gs) / np.sqrt(sum(g.size for g in gs))),
            "This is the root of the mean square. The norm is the root of the sum: it "
            "is not divided by how many numbers there are.",
        ),
    },
)

# ------------------------------------------------------------ code: batch normalisation

_BATCH_NORM = """class BatchNorm:
    def __init__(self, n_features, momentum=0.1, eps=1e-5):
        self.momentum, self.eps = momentum, eps
        self.weight = np.ones(n_features)
        self.bias = np.zeros(n_features)
        self.running_mean = np.zeros(n_features)
        self.running_var = np.ones(n_features)

    def forward(self, x, training):
        # your code in place of the dots
        ...
"""


class _BatchNorm:
    def __init__(self, n_features, momentum=0.1, eps=1e-5):
        self.momentum, self.eps = momentum, eps
        self.weight = np.ones(n_features)
        self.bias = np.zeros(n_features)
        self.running_mean = np.zeros(n_features)
        self.running_var = np.ones(n_features)

    def forward(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            unbiased = x.var(axis=0, ddof=1)
            self.running_mean = self.mixed(self.running_mean, mean)
            self.running_var = self.mixed(self.running_var, unbiased)
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        return self.weight * x_hat + self.bias

    def mixed(self, old, new):
        return (1 - self.momentum) * old + self.momentum * new


def _variance(x):
    return x.var(axis=0)


def _unbiased(x):
    return x.var(axis=0, ddof=1)


def _scaled_by_root(layer, x, mean, var):
    x_hat = (x - mean) / np.sqrt(var + layer.eps)
    return layer.weight * x_hat + layer.bias


def _mix(layer, old, new):
    return (1 - layer.momentum) * old + layer.momentum * new


def _batch_and_running(layer, x, training, batch, running):
    """Statistics to normalise with, as they should be chosen."""
    return batch if training else running


def _norm_with(
    inside=_variance,
    kept=_unbiased,
    mix=_mix,
    choose=_batch_and_running,
    scaled=_scaled_by_root,
    keep_when=lambda training: training,
):
    """A BatchNorm of which some parts are done in another way."""

    class BatchNorm(_BatchNorm):
        def forward(self, x, training):
            batch = x.mean(axis=0), inside(x)
            running = self.running_mean, self.running_var
            if keep_when(training):
                self.running_mean = mix(self, running[0], batch[0])
                self.running_var = mix(self, running[1], kept(x))
            running = self.running_mean, self.running_var
            return scaled(self, x, *choose(self, x, training, batch, running))

    return BatchNorm


def _mix_turned(layer, old, new):
    return layer.momentum * old + (1 - layer.momentum) * new


def _mix_added(layer, old, new):
    return old + layer.momentum * new


def _mix_summed(layer, old, new):
    return layer.momentum * old + new


def _rows_in_training(layer, x, training, batch, running):
    rows = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return rows if training else running


def _divided_by_variance(layer, x, mean, var):
    return layer.weight * (x - mean) / (var + layer.eps) + layer.bias


def _eps_outside(layer, x, mean, var):
    return layer.weight * (x - mean) / (np.sqrt(var) + layer.eps) + layer.bias


def _eps_at_the_end(layer, x, mean, var):
    with np.errstate(all="ignore"):
        return layer.weight * ((x - mean) / np.sqrt(var) + layer.eps) + layer.bias


def _eps_forgotten(layer, x, mean, var):
    with np.errstate(all="ignore"):
        return layer.weight * (x - mean) / np.sqrt(var) + layer.bias


def _not_scaled(layer, x, mean, var):
    return (x - mean) / np.sqrt(var + layer.eps)


def _shifted_first(layer, x, mean, var):
    return layer.weight * ((x - mean) / np.sqrt(var + layer.eps) + layer.bias)


def _bias_forgotten(layer, x, mean, var):
    return layer.weight * (x - mean) / np.sqrt(var + layer.eps)


def _weight_and_bias_exchanged(layer, x, mean, var):
    return layer.bias * (x - mean) / np.sqrt(var + layer.eps) + layer.weight


def _keeps_only(name):
    """A BatchNorm that leaves the other running numbers as they are."""
    other = {"running_mean": "running_var", "running_var": "running_mean"}[name]

    class BatchNorm(_BatchNorm):
        def forward(self, x, training):
            before = getattr(self, other)
            out = super().forward(x, training)
            setattr(self, other, before)
            return out

    return BatchNorm


class _PerExample(_BatchNorm):
    def forward(self, x, training):
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return _scaled_by_root(self, x, mean, var)


class _OneForAll(_BatchNorm):
    def forward(self, x, training):
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(), x.var()
            self.running_mean = _mix(self, self.running_mean, mean)
            self.running_var = _mix(self, self.running_var, x.var(ddof=1))
        return _scaled_by_root(self, x, mean, var)


def _train_then_evaluate(BatchNorm, batches, x_new):
    """What comes out of a layer, and what it keeps, to two sorts of forward."""
    layer = BatchNorm(x_new.shape[1])
    layer.weight = np.arange(2.0, 2.0 + x_new.shape[1])
    layer.bias = np.linspace(-1.0, 1.0, x_new.shape[1])
    told = {}
    for i, batch in enumerate(batches):
        told[f"training, batch {i + 1}"] = layer.forward(batch, True)
    told |= _running(layer, "training")
    told["evaluation"] = layer.forward(x_new, False)
    return told | _running(layer, "evaluation")


def _running(layer, when):
    """Copies of the running numbers; a row of shape (1, D) counts as (D,)."""
    return {
        f"{name} after {when}": np.array(getattr(layer, name)).reshape(-1)
        for name in ("running_mean", "running_var")
    }


def _normed(batches, x_new):
    label = "forward(batch, True) for each of batches, then forward(x_new, False)"
    return Case(use=_train_then_evaluate, args=(batches, x_new), label=label)


_EASY = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 50.0]])
_CONSTANT = np.array(
    [[2.0, 4.0, -1.0], [0.0, 4.0, 5.0], [4.0, 4.0, 2.0], [1.0, 4.0, 0.0]]
)

BATCH_NORM = Exercise(
    name="training.batch_norm",
    title="Batch normalisation, awake and asleep",
    kind="code",
    minutes=12,
    statement=r"""
Write `forward(self, x, training)` of a batch normalisation. `x` has shape `(N, D)`: one
example a row, one feature a column. Leave `__init__` as it is.

**In training** each column is normalised with the mean $\mu$ and the variance $\sigma^2$ of
*this batch*, then stretched and shifted:

$$y = \mathtt{weight} \cdot \frac{x - \mu}{\sqrt{\sigma^2 + \mathtt{eps}}} +
\mathtt{bias}$$

Here $\sigma^2$ is the *biased* variance: the mean of the squared distances from $\mu$.

Besides, both running numbers move a little, with `momentum` $= 0.1$, here the share of
the *new* number:

$$\mathtt{running} \leftarrow 0.9 \cdot \mathtt{running} + 0.1 \cdot \text{the batch's}$$

For `running_var` the batch's variance is the *unbiased* one, divided by $N - 1$ instead
of $N$. That is torch's convention.

**In evaluation**, where `training` is `False`, the running numbers stand in for $\mu$ and
$\sigma^2$, and nothing is changed. So a single example can be judged, and its result does
not depend on who else is in the batch.
""",
    starter=_BATCH_NORM,
    answer=_BatchNorm,
    explanation=r"""
Two variances, for two purposes. Inside the batch nothing is estimated: the biased one is
what makes the column's variance 1. The running one is an estimate of what other data
will be like, and there the division by $N$ comes out too small on average.

`weight` and `bias` let the layer undo the normalisation where that serves the loss.
`eps` saves a column in which all values are equal.

Forgetting to switch (`model.eval()`) is among the commonest mistakes there are: the loss
falls as it should, and a prediction then depends on the rest of its batch.
""",
    hints=(
        "Choose mean and variance first, by `training`; the formula after that is the "
        "same for both. Which axis of `x` counts the examples?",
        "In training: `x.mean(axis=0)` and `x.var(axis=0)` for the formula. For "
        "`running_var` take `x.var(axis=0, ddof=1)`.",
        "`self.running_mean = 0.9 * self.running_mean + 0.1 * mean`, with "
        "`self.momentum` for the 0.1; the same for `running_var`; both only in training.",
    ),
    cases=(
        _normed([_EASY], np.array([[2.0, 20.0]])),
        _normed([_CONSTANT, _numbers(5, 5, 3)], np.array([[1.0, 2.0, 3.0]])),
        _normed([_numbers(6, 2, 3)], _numbers(7, 4, 3)),
    ),
    misconceptions={
        "always_the_batch": Misconception(
            _norm_with(choose=lambda layer, x, training, batch, running: batch),
            "In evaluation the batch's own mean and variance are still used, so a "
            "single example becomes 0 and then the bias. Take the running ones there.",
        ),
        "evaluates_as_in_training": Misconception(
            _norm_with(
                choose=lambda layer, x, training, batch, running: batch,
                keep_when=lambda training: True,
            ),
            "Evaluation does what training does: `training` is not asked. When it is "
            "False, take the running numbers, and leave them as they are.",
        ),
        "always_the_running": Misconception(
            _norm_with(choose=lambda layer, x, training, batch, running: running),
            "In training the running numbers are used as well. There the batch is "
            "normalised with its own mean and variance.",
        ),
        "turned_round": Misconception(
            _norm_with(
                choose=lambda layer, x, training, batch, running: (
                    running if training else batch
                )
            ),
            "Training and evaluation are exchanged: the batch's own numbers belong to "
            "training, the running ones to evaluation.",
        ),
        "condition_turned": Misconception(
            _norm_with(
                choose=lambda layer, x, training, batch, running: (
                    running if training else batch
                ),
                keep_when=lambda training: not training,
            ),
            "The condition is turned round: what should happen in training happens in "
            "evaluation.",
        ),
        "evaluation_learns": Misconception(
            _norm_with(keep_when=lambda training: True),
            "The running numbers move in evaluation too. Whoever is looked at would "
            "then change what is said of the next.",
        ),
        "nothing_kept": Misconception(
            _norm_with(keep_when=lambda training: False),
            "The running numbers stay as they were at the start, so evaluation knows "
            "nothing of the data. Move them in training.",
        ),
        "momentum_turned": Misconception(
            _norm_with(mix=_mix_turned),
            "The running numbers follow the last batch nearly all the way: 0.1 and 0.9 "
            "are exchanged. 0.1 is the share of the new one.",
        ),
        "mean_not_kept": Misconception(
            _keeps_only("running_var"),
            "`running_var` moves, `running_mean` does not.",
        ),
        "variance_not_kept": Misconception(
            _keeps_only("running_mean"),
            "`running_mean` moves, `running_var` does not.",
        ),
        "last_batch_kept": Misconception(
            _norm_with(mix=lambda layer, old, new: new),
            "The running numbers are those of the last batch alone. They move only a "
            "tenth of the way, so that many batches count.",
        ),
        "old_dropped": Misconception(
            _norm_with(mix=lambda layer, old, new: layer.momentum * new),
            "Only 0.1 of the new number is kept. 0.9 of the old one stays beside it.",
        ),
        "old_kept_whole": Misconception(
            _norm_with(mix=_mix_added),
            "The new share is added, but the old one is kept whole. Of the old one 0.9 "
            "is left, so that it remains a mean.",
        ),
        "unbiased_inside": Misconception(
            _norm_with(inside=_unbiased),
            "The batch is normalised with the variance over N - 1. Inside the formula "
            "the biased one belongs, over N.",
        ),
        "biased_kept": Misconception(
            _norm_with(kept=_variance),
            "`running_var` is made from the biased variance. It is to be an estimate "
            "for other data: divide by N - 1, with `ddof=1`.",
        ),
        "variances_exchanged": Misconception(
            _norm_with(inside=_unbiased, kept=_variance),
            "The two variances are exchanged: the biased one normalises the batch, the "
            "unbiased one goes into `running_var`.",
        ),
        "deviation_kept": Misconception(
            _norm_with(kept=lambda x: x.std(axis=0, ddof=1)),
            "`running_var` is fed with standard deviations. It keeps variances; the "
            "root is taken when it is used.",
        ),
        "deviation_inside": Misconception(
            _norm_with(inside=lambda x: x.std(axis=0)),
            "The standard deviation stands under the root, where the variance belongs: "
            "the root is taken twice.",
        ),
        "divided_by_the_variance": Misconception(
            _norm_with(scaled=_divided_by_variance),
            "x minus the mean is divided by the variance. Divide by its root.",
        ),
        "eps_outside": Misconception(
            _norm_with(scaled=_eps_outside),
            "`eps` is added after the root. It belongs under it.",
        ),
        "eps_added_at_the_end": Misconception(
            _norm_with(scaled=_eps_at_the_end),
            "`eps` is added to the quotient: is a bracket missing? It belongs to the "
            "variance, under the root.",
        ),
        "eps_forgotten": Misconception(
            _norm_with(scaled=_eps_forgotten),
            "`eps` is left out: a column whose values are all equal gives 0 / 0.",
        ),
        "not_stretched": Misconception(
            _norm_with(scaled=_not_scaled),
            "The normalised numbers are given back as they are. Multiply by `weight` "
            "and add `bias`.",
        ),
        "bias_forgotten": Misconception(
            _norm_with(scaled=_bias_forgotten),
            "The bias is missing: it is added at the end.",
        ),
        "weight_and_bias_exchanged": Misconception(
            _norm_with(scaled=_weight_and_bias_exchanged),
            "`weight` and `bias` are exchanged: the first multiplies, the second is "
            "added.",
        ),
        "shifted_first": Misconception(
            _norm_with(scaled=_shifted_first),
            "The bias is multiplied by the weight too: it is added at the end.",
        ),
        "rows_in_training": Misconception(
            _norm_with(choose=_rows_in_training),
            "In training each row is normalised by itself, over its features: that is "
            "layer normalisation. Here each column is normalised over the examples.",
        ),
        "momentum_of_an_optimiser": Misconception(
            _norm_with(mix=_mix_summed),
            "This is the momentum of an optimiser, which adds up. Here `momentum` is the "
            "share of the new number: 0.9 of the old one and 0.1 of the batch's.",
        ),
        "per_example": Misconception(
            _PerExample,
            "Each row is normalised by itself, over its features: that is layer "
            "normalisation. Here each column is normalised over the examples.",
        ),
        "one_for_all": Misconception(
            _OneForAll,
            "One mean and one variance are taken over the whole array. Each feature, "
            "each column, has its own: `axis=0`.",
        ),
    },
)

# ----------------------------------------------------- debug: an Adam without squares

_NO_SQUARES = """def adam_step(w, g, m, v, t, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g
    w = w - lr * (m + v)
    return w, m, v
"""


def _adam_step(w, g, m, v, t, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, m, v


def _plain_moments(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


def _full(beta, t):
    return 1 - beta**t


def _over_root(m, v, eps):
    with np.errstate(all="ignore"):
        return m / (np.sqrt(v) + eps)


def _adam_with(
    moments=_plain_moments,
    correct=_full,
    correct_v=None,
    quotient=_over_root,
    kept="plain",
    sign=1.0,
):
    """Adam of which some parts are done in another way."""

    def step(w, g, m, v, t, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        m, v = moments(g, m, v, beta1, beta2)
        m_hat = m / correct(beta1, t)
        v_hat = v / (correct_v or correct)(beta2, t)
        w = w - sign * lr * quotient(m_hat, v_hat, eps)
        return (w, m, v) if kept == "plain" else (w, m_hat, v_hat)

    return step


def _as_they_are(beta, t):
    return 1.0


def _first_means(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g


def _sizes(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.abs(g)


def _square_of_mean(g, m, v, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    return m, beta2 * v + (1 - beta2) * m**2


def _one_square_for_all(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.mean(g**2)


def _same_beta(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta1 * v + (1 - beta1) * g**2


def _betas_exchanged(g, m, v, beta1, beta2):
    return beta2 * m + (1 - beta2) * g, beta1 * v + (1 - beta1) * g**2


def _sum_of_squares(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.sum(g**2)


def _share_squared(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + ((1 - beta2) * g) ** 2


def _without_eps(m, v, eps):
    return _over_root(m, v, 0.0)


def _gradient_alone(correct):
    def step(w, g, m, v, t, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        m, v = _plain_moments(g, m, v, beta1, beta2)
        return w - lr * g / (np.sqrt(v / correct(beta2, t)) + eps), m, v

    return step


def _without_lr_step(w, g, m, v, t, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    return _adam_step(w, g, m, v, t, 1.0, beta1, beta2, eps)


_STATE = (np.array([0.5, -1.0, 4.0]), np.array([0.25, 2.0, 9.0]))

ADAM_WITHOUT_SQUARES = Exercise(
    name="training.adam_without_squares",
    title="An Adam without squares",
    kind="debug",
    minutes=8,
    statement=r"""
Articles that this course grew out of print a rule that they call Adam. It holds the
gradients of three steps, with factors made from $\beta_1$ and $\beta_2$, but no square
and no root. `adam_step` below is made in that spirit: `m` and `v` are two means
of the gradient.

It is given a weight array `w`, its gradient `g`, the running means `m` and `v` as they
were after the step before, and `t`, which counts steps from 1. It returns the new `w`,
`m` and `v`, and leaves the arrays that it is given as they are.

Two things show that it is no Adam:

- With all else at 0, a gradient of 100 moves a weight ten thousand times as far as one of
  0.01. Adam's first step is `lr` for both.
- `t` is not used.

Mend it. `v` is to be the running mean of the *squares*. `m` and `v` come back as they are
kept; what corrects them for their start at 0 is only used for the step, which is
`lr * m_hat / (sqrt(v_hat) + eps)`.
""",
    starter=_NO_SQUARES,
    answer=_adam_step,
    explanation=r"""
$v$ is the *second moment*: the running mean of $g^2$. Dividing by its root takes the size
of the gradient out of the step, for each weight by itself, and that is the whole point
of Adam (Kingma and Ba, 2015; their $\alpha$ is our `lr`). A rule without it is gradient
descent with a kind of momentum: it needs another learning rate for each slope.

$1 - \beta^t$ is the share of the running mean that has been filled after $t$ steps: 0.1 for
$m$ and 0.001 for $v$ in the first. Without the division the first step is
$0.1 / \sqrt{0.001} \approx 3.2$ times `lr`; where the gradient stays the same, the tenth
is 6.5 times.
""",
    hints=(
        "Adam's first step has the length `lr`, whatever the gradient is. What must the "
        "mean gradient be divided by for its size to drop out?",
        "`v` is the mean of `g**2`, and the step divides by its root, with `eps` added. "
        "Neither `m` nor `v` has reached its full size in the first steps.",
        "`m_hat = m / (1 - beta1**t)` and `v_hat = v / (1 - beta2**t)`; the step is "
        "`lr * m_hat / (np.sqrt(v_hat) + eps)`.",
    ),
    cases=(
        call(np.ones(3), np.array([0.01, -100.0, 0.0]), np.zeros(3), np.zeros(3), 1),
        call(np.array([2.0, -3.0, 1.0]), np.array([1.0, 2.0, -6.0]), *_STATE, 2),
        call(
            np.array([[1.0], [-2.0]]),
            np.array([[3.0], [0.5]]),
            np.array([[-1.0], [0.25]]),
            np.array([[4.0], [1.0]]),
            500,
            lr=0.5,
            beta1=0.5,
            beta2=0.9,
            eps=0.5,
        ),
    ),
    misconceptions={
        "still_two_means": Misconception(
            _adam_with(_first_means, quotient=lambda m, v, eps: m + v),
            "The correction is there, but `v` is still a mean of gradients, and it is "
            "added. It is to be the mean of their squares, and the step divides by its "
            "root.",
        ),
        "squared_but_added": Misconception(
            _adam_with(correct=_as_they_are, quotient=lambda m, v, eps: m + v),
            "`v` is right now, but the step adds it to `m`. Divide by its root: that is "
            "what takes the size of the gradient out. And `t` is not used.",
        ),
        "squared_corrected_but_added": Misconception(
            _adam_with(quotient=lambda m, v, eps: m + v),
            "`v` is right now, and so is the correction, but the step adds the two. "
            "Divide by the root of `v_hat`.",
        ),
        "second_mean_dropped": Misconception(
            _adam_with(quotient=lambda m, v, eps: m),
            "`v` is right now, but the step does not use it. Divide by its root: that "
            "is what takes the size of the gradient out.",
        ),
        "dropped_and_not_corrected": Misconception(
            _adam_with(correct=_as_they_are, quotient=lambda m, v, eps: m),
            "This is gradient descent with momentum. `v` is kept but not used: divide by "
            "its root. And `t` is not used either.",
        ),
        "not_squared": Misconception(
            _adam_with(_first_means),
            "`v` is still the mean of the gradients, without a square. Where it is "
            "negative the root is nan.",
        ),
        "not_squared_not_corrected": Misconception(
            _adam_with(_first_means, correct=_as_they_are),
            "`v` is still the mean of the gradients, without a square: its root is nan "
            "where it is negative. And `t` is not used.",
        ),
        "not_corrected": Misconception(
            _adam_with(correct=_as_they_are),
            "The moments are right, and so is the quotient. What is missing is the "
            "correction: both began at 0, and `t` is not used yet.",
        ),
        "only_m_corrected": Misconception(
            _adam_with(correct_v=_as_they_are),
            "`m` is corrected, `v` is not. Divide it by `1 - beta2**t`; otherwise the "
            "first step is about 32 times too long.",
        ),
        "only_v_corrected": Misconception(
            _adam_with(correct=_as_they_are, correct_v=_full),
            "`v` is corrected, `m` is not. Divide it by `1 - beta1**t`.",
        ),
        "corrected_as_in_the_first_step": Misconception(
            _adam_with(correct=lambda beta, t: 1 - beta),
            "The correction is right for the first step only: `beta` is raised to the "
            "power `t`.",
        ),
        "power_of_the_bracket": Misconception(
            _adam_with(correct=lambda beta, t: (1 - beta) ** t),
            "The power stands outside the bracket. It is 1 minus `beta**t`.",
        ),
        "multiplied_by_the_correction": Misconception(
            _adam_with(correct=lambda beta, t: 1 / (1 - beta**t)),
            "`m` and `v` are multiplied by `1 - beta**t`. They are too small as they "
            "are: divide.",
        ),
        "counts_from_zero": Misconception(
            _adam_with(correct=lambda beta, t: 1 - beta ** (t + 1)),
            "The correction is one step ahead: `t` is 1 in the first step already.",
        ),
        "correction_times_t": Misconception(
            _adam_with(correct=lambda beta, t: 1 - beta * t),
            "`beta` is multiplied by `t`. It is raised to the power `t`: `beta**t`.",
        ),
        "corrected_ones_kept": Misconception(
            _adam_with(kept="corrected"),
            "The step is right, but the corrected means come back, and would be "
            "corrected again in the next. Give back `m` and `v` as they are kept.",
        ),
        "root_forgotten": Misconception(
            _adam_with(quotient=lambda m, v, eps: m / (v + eps)),
            "The step divides by the mean of the squares itself. Take its root, or a "
            "small gradient makes the longest step.",
        ),
        "root_forgotten_not_corrected": Misconception(
            _adam_with(correct=_as_they_are, quotient=lambda m, v, eps: m / (v + eps)),
            "The step divides by the mean of the squares itself: take its root. And "
            "`t` is not used.",
        ),
        "multiplied_by_the_root": Misconception(
            _adam_with(quotient=lambda m, v, eps: m * np.sqrt(v)),
            "The step is multiplied by the root. It is divided by it: steep slopes "
            "make shorter steps.",
        ),
        "sizes_for_squares": Misconception(
            _adam_with(_sizes, quotient=lambda m, v, eps: m / (v + eps)),
            "`v` is the mean of the sizes of the gradients here. Adam keeps the mean of "
            "their squares, and takes the root.",
        ),
        "square_of_the_mean": Misconception(
            _adam_with(_square_of_mean),
            "`v` takes in the square of `m`. It is the mean of the squares of `g`, not "
            "a square of the mean.",
        ),
        "one_for_all": Misconception(
            _adam_with(_one_square_for_all),
            "All weights share one mean square. Each weight has its own, entry by entry.",
        ),
        "summed": Misconception(
            _adam_with(_sum_of_squares),
            "The squares of all weights are added up. Each weight has a mean square of "
            "its own, entry by entry.",
        ),
        "share_squared": Misconception(
            _adam_with(_share_squared),
            "`1 - beta2` is squared together with `g`. Only the gradient is squared.",
        ),
        "one_beta": Misconception(
            _adam_with(_same_beta),
            "`v` is updated with `beta1`. Its own is `beta2`, which remembers far longer.",
        ),
        "betas_exchanged": Misconception(
            _adam_with(_betas_exchanged),
            "`beta1` and `beta2` are exchanged: the first belongs to `m`, the second to "
            "`v`.",
        ),
        "gradient_in_place_of_m": Misconception(
            _gradient_alone(_full),
            "The step uses the gradient itself: this is RMSprop with a correction. Take "
            "the corrected `m` in its place.",
        ),
        "gradient_and_no_correction": Misconception(
            _gradient_alone(_as_they_are),
            "This is RMSprop: the step uses the gradient itself, not `m`. And `t` is not "
            "used.",
        ),
        "no_learning_rate": Misconception(
            _without_lr_step,
            "All is right but the length: the step is multiplied by `lr`.",
        ),
        "eps_under_the_root": Misconception(
            _adam_with(quotient=lambda m, v, eps: m / np.sqrt(v + eps)),
            "`eps` stands under the root. In Adam it is added after the root; under it, "
            "it stands in batch normalisation.",
        ),
        "eps_forgotten": Misconception(
            _adam_with(quotient=_without_eps),
            "All is right where there is a gradient. A weight that never had one becomes "
            "0 / 0, which is nan: the root alone is the divisor. Is `eps` missing, or does "
            "it stand outside the bracket?",
        ),
        "eps_forgotten_not_corrected": Misconception(
            _adam_with(correct=_as_they_are, quotient=_without_eps),
            "The quotient is right but for `eps`: a weight that never had a gradient "
            "becomes 0 / 0. And `t` is not used yet.",
        ),
        "climbs": Misconception(
            _adam_with(sign=-1.0),
            "The step goes uphill: it is taken away from `w`.",
        ),
    },
)

# ------------------------------------------------------ debug: dropout that stays on

_DROPOUT = """def dropout(x, p, training, draws):
    kept = draws < p
    return x * kept
"""


def _dropout(x, p, training, draws):
    if not training:
        return x
    kept = draws >= p
    return x * kept / (1 - p)


def _keeps(p, draws):
    return draws >= p


def _turned(p, draws):
    return draws < p


def _dropout_with(kept=_keeps, scale=lambda p: 1 / (1 - p), asleep=None):
    """Dropout of which some parts are done in another way; asleep(x, p, kept)."""

    def dropout(x, p, training, draws):
        mask = kept(p, draws)
        if training or asleep is None:
            return x * mask * scale(p)
        return asleep(x, p, mask)

    return dropout


def _as_it_is(x, p, mask):
    return x


def _unscaled(p):
    return 1.0


def _made_good(p):
    return 1 / (1 - p)


def _by_what_was_left(x, p, training, draws):
    kept = draws >= p
    return x * kept / kept.mean() if training else x


def _asleep_in_training(x, p, training, draws):
    return _dropout(x, p, not training, draws)


_DRAWS = np.array([[0.9, 0.1, 0.3, 0.6], [0.05, 0.7, 0.8, 0.22]])
_X = np.array([[4.0, 8.0, -4.0, 2.0], [6.0, -2.0, 1.0, 3.0]])

DROPOUT_ALWAYS_ON = Exercise(
    name="training.dropout_always_on",
    title="Dropout that never sleeps",
    kind="debug",
    minutes=6,
    statement=r"""
In training, dropout sets a share $p$ of the numbers in `x` to 0, chosen anew each time,
and makes the others larger so that the mean stays what it was. In evaluation it does
nothing at all.

`draws` are random numbers between 0 and 1, of the shape of `x`: an entry is dropped where
its draw is below `p`. `training` is `True` or `False`.

The code below was tried on `x` full of ones:

| | `p` | mean of the result | should be |
|---|---|---|---|
| training | 0.2 | about 0.2 | about 1 |
| training | 0.5 | about 0.5 | about 1 |
| evaluation | 0.2 | about 0.2 | exactly 1 |

Three things are wrong. Mend them.
""",
    starter=_DROPOUT,
    answer=_dropout,
    explanation=r"""
Kept are the entries whose draw is *not* below $p$, a share of $1 - p$. Each of them is
divided by that share, so the mean over many draws is $(1 - p) \cdot x / (1 - p) = x$.
This is *inverted* dropout: all the work is done in training, and evaluation is left
alone. (Srivastava and others, 2014, scale at test time instead, and multiply by the
share that was kept.)

With `p = 0.5` the first mistake is invisible, since half is kept either way: a test with a
value in the middle often proves little. And dropout does not make a network simpler, as
one article has it: no parameter is taken away. It adds noise.
""",
    hints=(
        "Try `p = 0.2` in the first line. What share of the entries is kept? What share "
        "should be?",
        "A share of $1 - p$ is kept. By what must the kept ones be multiplied for the "
        "mean to stay? And where is `training` used?",
        "In evaluation return `x`. In training: `kept = draws >= p`, and the result is "
        "`x * kept / (1 - p)`.",
    ),
    cases=(
        call(_X, 0.2, True, _DRAWS),
        call(_X, 0.2, False, _DRAWS),
        call(_X, 0.75, True, _DRAWS),
        call(np.array([5.0, -3.0, 2.0]), 0.0, True, np.array([0.5, 0.0, 0.9])),
        call(np.array([5.0, -3.0, 2.0]), 0.6, False, np.array([0.5, 0.01, 0.9])),
    ),
    misconceptions={
        "always_on": Misconception(
            _dropout_with(),
            "Training is right now. In evaluation entries are still dropped, so the same "
            "input gets another answer each time: there x comes back as it is.",
        ),
        "not_scaled": Misconception(
            _dropout_with(scale=_unscaled, asleep=_as_it_is),
            "The right entries are dropped, and evaluation is right. The kept ones are "
            "not made larger yet: what follows would see smaller sums in training than "
            "in evaluation.",
        ),
        "others_kept": Misconception(
            _dropout_with(kept=_turned, asleep=_as_it_is),
            "The scale and evaluation are right, but the wrong entries are kept: those "
            "with a draw below p are to be dropped.",
        ),
        "only_evaluation_mended": Misconception(
            _dropout_with(kept=_turned, scale=_unscaled, asleep=_as_it_is),
            "Evaluation is right now. In training the wrong entries are kept, and they "
            "are not made larger.",
        ),
        "only_the_mask_mended": Misconception(
            _dropout_with(scale=_unscaled),
            "The right entries are dropped now. They are dropped in evaluation too, and "
            "the kept ones are not made larger.",
        ),
        "only_the_scale_mended": Misconception(
            _dropout_with(kept=_turned),
            "The scale is there. But the wrong entries are kept, and evaluation still "
            "drops some.",
        ),
        "scaled_by_p_as_given": Misconception(
            _dropout_with(
                kept=_turned, scale=lambda p: 1 / p if p else np.inf, asleep=_as_it_is
            ),
            "The mean is right, but this reads p as the share that is kept. Here p is "
            "the share that is dropped, as in torch.",
        ),
        "divided_by_p": Misconception(
            _dropout_with(scale=lambda p: 1 / p if p else np.inf, asleep=_as_it_is),
            "The right entries are dropped, but the others are divided by p. The share "
            "that is kept is 1 - p: divide by that.",
        ),
        "multiplied_by_the_share": Misconception(
            _dropout_with(scale=lambda p: 1 - p, asleep=_as_it_is),
            "The kept ones are multiplied by 1 - p, and become smaller still. Divide.",
        ),
        "bracket_lost": Misconception(
            lambda x, p, training, draws: x * (draws >= p) / 1 - p if training else x,
            "The numbers are divided by 1, and then p is taken away: the bracket in "
            "/ (1 - p) is missing.",
        ),
        "other_entries": Misconception(
            _dropout_with(kept=lambda p, draws: draws < 1 - p, asleep=_as_it_is),
            "The share that is kept is right, but these are not the entries that were "
            "asked for: an entry is dropped where its draw is below p.",
        ),
        "scaled_up_at_test": Misconception(
            _dropout_with(scale=_unscaled, asleep=lambda x, p, mask: x / (1 - p)),
            "The kept ones are to be made larger in training. Here x is divided by 1 - p "
            "in evaluation, where nothing was dropped.",
        ),
        "scaled_at_test": Misconception(
            _dropout_with(scale=_unscaled, asleep=lambda x, p, mask: x * (1 - p)),
            "This scales in evaluation, by 1 - p: the form of the paper of 2014, and "
            "sound. Asked for is the inverted form: divide in training, and leave "
            "evaluation alone.",
        ),
        "scaled_twice": Misconception(
            _dropout_with(asleep=lambda x, p, mask: x * (1 - p)),
            "It is made good twice: in training by 1 / (1 - p), and in evaluation by "
            "1 - p. One of them is enough, the one in training.",
        ),
        "scaled_up_asleep": Misconception(
            _dropout_with(asleep=lambda x, p, mask: x / (1 - p)),
            "In evaluation nothing is dropped, so nothing is to be made good either: "
            "give x back as it is.",
        ),
        "zero_in_evaluation": Misconception(
            _dropout_with(asleep=lambda x, p, mask: 0 * x),
            "In evaluation everything is 0. It should be left as it is.",
        ),
        "asleep_in_training": Misconception(
            _asleep_in_training,
            "It is awake in evaluation and asleep in training: turn the condition round.",
        ),
        "by_what_was_left": Misconception(
            _by_what_was_left,
            "The kept ones are divided by the share that happened to be left this time. "
            "Take 1 - p, which does not depend on the draws.",
        ),
    },
)

# ------------------------------------------------------------- debug: decayed twice

_DECAYED_TWICE = """def adamw_step(w, g, m, v, t, lr, weight_decay):
    g = g + weight_decay * w
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    w = (1 - weight_decay) * w
    w = w - lr * m_hat / (np.sqrt(v_hat) + 1e-8)
    return w, m, v
"""


def _adamw_step(w, g, m, v, t, lr, weight_decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    w = (1 - lr * weight_decay) * w
    w = w - lr * m_hat / (np.sqrt(v_hat) + 1e-8)
    return w, m, v


def _decayed_by(slope=lambda w, decay: 0.0, shrink=lambda lr, decay: 1 - lr * decay):
    """AdamW with this added to the gradient, and this factor for the weights."""

    def step(w, g, m, v, t, lr, weight_decay):
        g = g + slope(w, weight_decay)
        rest = _adamw_step(0 * w, g, m, v, t, lr, 0.0)
        return shrink(lr, weight_decay) * w + rest[0], *rest[1:]

    return step


def _l2(w, decay):
    return decay * w


def _whole(lr, decay):
    return 1.0


def _without_lr(lr, decay):
    return 1 - decay


def _decay_with_lr(shrink, w, g, m, v, t, lr, weight_decay):
    step = _decayed_by(lambda w, decay: lr * decay * w, shrink)
    return step(w, g, m, v, t, lr, weight_decay)


def _decayed_after(w, g, m, v, t, lr, weight_decay):
    w, m, v = _adamw_step(w, g, m, v, t, lr, 0.0)
    return (1 - lr * weight_decay) * w, m, v


def _decay_in_the_moment(w, g, m, v, t, lr, weight_decay):
    _, _, v = _adamw_step(w, g, m, v, t, lr, 0.0)
    w, m, _ = _adamw_step(w, g + weight_decay * w, m, v, t, lr, 0.0)
    return w, m, v


def _decay_by_sign(w, g, m, v, t, lr, weight_decay):
    step, m, v = _adamw_step(w, g, m, v, t, lr, 0.0)
    return step - lr * weight_decay * np.sign(w), m, v


def _decay_beside(w, g, m, v, t, lr, weight_decay):
    """The decay is added to the corrected mean, and so divided by the root."""
    _, m, v = _adamw_step(w, g, m, v, t, lr, 0.0)
    m_hat, v_hat = m / (1 - 0.9**t) + weight_decay * w, v / (1 - 0.999**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v


DECAYED_TWICE = Exercise(
    name="training.decayed_twice",
    title="Weights that decay twice",
    kind="debug",
    minutes=7,
    statement=r"""
AdamW takes an Adam step with the gradient of the *loss alone*. Besides, it shrinks every
weight by the same share:

$$w \leftarrow (1 - \mathtt{lr} \cdot \mathtt{weight\_decay})\, w$$

The weights are shrunk first, then moved. `m`, `v` and `t` are those of Adam. The arrays
that are given stay as they are.

`adamw_step` below was pieced together from two sources. Two things tell of it:

- With `g` at 0, `lr = 0.001` and `weight_decay = 0.1`, a weight should lose 1 % in a hundred
  steps. It loses practically all.
- With that mended, weights with small gradients shrink faster than those with large ones.

Find the line that does not belong here at all, and the one that lacks a factor.
""",
    starter=_DECAYED_TWICE,
    answer=_adamw_step,
    explanation=r"""
The first line is L2 regularisation: $\lambda w$ is the derivative of the penalty
$\tfrac{\lambda}{2} w^2$, and it goes into the gradient. In plain gradient descent that *is*
weight decay: $w - \eta (g + \lambda w) = (1 - \eta \lambda)\, w - \eta g$. In Adam it is not.
What is added to the gradient is divided by $\sqrt{\hat v}$ with the rest of it, so a
weight with large gradients is hardly held back at all.

AdamW (Loshchilov and Hutter, 2019) takes the decay out of the gradient and shrinks the
weights directly. Both at once, as here, is neither. With `weight_decay=...`
`torch.optim.Adam` does the one and `torch.optim.AdamW` the other: the same argument,
another rule.
""",
    hints=(
        "Follow `weight_decay` through the function. In how many places does it act on "
        "the weights?",
        "AdamW keeps the decay out of `m` and `v`. Which line lets it in?",
        "Leave out the first line, and shrink by `1 - lr * weight_decay`.",
    ),
    cases=(
        call(np.array([2.0, -4.0]), np.zeros(2), np.zeros(2), np.zeros(2), 1, 0.1, 0.5),
        call(
            np.array([10.0, -10.0, 1.0]),
            np.array([100.0, 0.01, -2.0]),
            np.zeros(3),
            np.zeros(3),
            1,
            0.1,
            0.2,
        ),
        call(
            np.array([[3.0], [-5.0]]),
            np.array([[1.0], [-2.0]]),
            np.array([[0.5], [1.0]]),
            np.array([[4.0], [0.25]]),
            7,
            0.5,
            0.4,
        ),
    ),
    misconceptions={
        "still_in_the_gradient": Misconception(
            _decayed_by(_l2),
            "The weights shrink by the right share now. But the decay is still in the "
            "gradient as well, and so in `m` and `v`: it acts twice.",
        ),
        "without_lr": Misconception(
            _decayed_by(shrink=_without_lr),
            "The gradient is that of the loss alone now. But the weights shrink by "
            "`weight_decay` whole in each step: multiply it by `lr`.",
        ),
        "only_in_the_gradient": Misconception(
            _decayed_by(_l2, _whole),
            "This is Adam with L2 regularisation: the decay is divided by the root of "
            "`v_hat` with the rest of the gradient, so weights with large gradients are "
            "hardly held back. In AdamW it acts on the weights directly.",
        ),
        "in_the_gradient_with_lr": Misconception(
            partial(_decay_with_lr, _whole),
            "`lr * weight_decay * w` is added to the gradient. There it goes through `m`, "
            "`v` and the root, and is multiplied by `lr` once more. Shrink the weights "
            "directly.",
        ),
        "both_with_lr": Misconception(
            partial(_decay_with_lr, lambda lr, decay: 1 - lr * decay),
            "The weights shrink by the right share now. The gradient has a share of the "
            "decay in it as well: it is to be that of the loss alone.",
        ),
        "lr_twice": Misconception(
            _decayed_by(shrink=lambda lr, decay: 1 - lr**2 * decay),
            "`lr` is multiplied to the decay twice. Once is enough: "
            "1 - lr * weight_decay.",
        ),
        "no_decay": Misconception(
            _decayed_by(shrink=_whole),
            "Both are gone: this is Adam without any decay. One of the two belongs to "
            "AdamW, the one that shrinks the weights.",
        ),
        "grows": Misconception(
            _decayed_by(shrink=lambda lr, decay: 1 + lr * decay),
            "The weights grow: the share is taken away from 1.",
        ),
        "share_kept": Misconception(
            _decayed_by(shrink=lambda lr, decay: lr * decay),
            "The weights keep only the share that they should lose. Multiply them by 1 "
            "minus that.",
        ),
        "lr_taken_away": Misconception(
            _decayed_by(shrink=lambda lr, decay: 1 - lr - decay),
            "`lr` is taken away as well. The two are multiplied: "
            "1 - lr * weight_decay.",
        ),
        "doubled": Misconception(
            _decayed_by(shrink=lambda lr, decay: 1 - 2 * lr * decay),
            "There is a 2 too many. The share is lr * weight_decay.",
        ),
        "decayed_after": Misconception(
            _decayed_after,
            "The weights are moved first and shrunk afterwards, so that the step "
            "shrinks too. Shrink first.",
        ),
        "divided_by_the_root": Misconception(
            _decay_beside,
            "The decay is out of `m` and `v`, but it is still divided by the root: only "
            "the mean gradient is. Shrink the weights in a line of its own.",
        ),
        "in_m_alone": Misconception(
            _decay_in_the_moment,
            "`v` is free of the decay, `m` is not. It belongs in neither.",
        ),
        "by_the_sign": Misconception(
            _decay_by_sign,
            "Every weight is pulled to 0 by the same amount: that is L1. Weight decay "
            "takes the same share of each.",
        ),
    },
)

# ------------------------------------------------------ by hand: six runs, six causes

_CAUSES = "BDAGEC"
_SIGNS = {
    "A": "With a learning rate far too small both losses fall together, smoothly, and "
    "get nowhere in good time.",
    "B": "With a learning rate far too large the training loss itself jumps about, or "
    "grows beyond 2.30, which guessing gives.",
    "C": "From zero weights no signal gets through: both losses stay at 2.30 from the "
    "first epoch on, and one class is said for all pictures.",
    "D": "Where pictures are learned by heart the training loss nears 0 and the "
    "validation loss turns and rises, yet the accuracy is far better than chance.",
    "E": "With shuffled labels nothing can be learned that holds for other pictures: "
    "whatever the training loss does, the accuracy stays near 10 %.",
    "F": "Dropout that is left on spoils the validation as much as the training: late in "
    "the run, the validation loss is then no lower than the training loss.",
    "G": "Where nothing is wrong both losses fall to a low level, and the accuracy is "
    "high at the end.",
    "H": "A network that is too small stops at the same, middling loss on both sets: it "
    "can do neither well.",
}
_SHOWN = (
    "In run 1 the training loss goes up and down between 9 and 43.",
    "In run 2 the training loss goes to 0, the validation loss falls and then rises, and "
    "two pictures in three are right.",
    "In run 3 both losses fall all the time, by almost nothing in the first epochs, and "
    "still fall at the end.",
    "In run 4 the validation loss is below the training loss in every column, and the "
    "accuracy is high.",
    "In run 5 the training loss falls far below 2.30, while the accuracy is no better "
    "than chance to the end.",
    "In run 6 both losses begin at 2.30 and stay there.",
)


def _letters(answer):
    """The letters as a list; behind the first wrong one it is made right."""
    given = answer
    if isinstance(answer, str):
        given = [letter for letter in answer if letter.isalnum()]
    if not isinstance(given, list | tuple | np.ndarray):
        return answer
    given = ["?" if x is ... else str(x).strip().upper() for x in given]
    if len(given) != len(_CAUSES):
        return given
    for i, letter in enumerate(given):
        if letter != _CAUSES[i]:
            return [*_CAUSES[:i], letter, *_CAUSES[i + 1 :]]
    return given


def _taken_for(run, letter):
    """The right answer, but for one run."""
    causes = [*_CAUSES]
    causes[run] = letter
    sentence = f"Run {run + 1} is not {letter}. {_SIGNS[letter]} {_SHOWN[run]}"
    return Misconception(causes, sentence)


SICK_CURVES = Exercise(
    name="training.sick_curves",
    title="Six runs, and what ails them",
    kind="by hand",
    minutes=8,
    statement=r"""
A network with one hidden layer learns to tell ten digits apart, from small and more or
less noisy pictures. Here are six runs. Each row says what was measured in the epochs 1, 5,
20 and 100: the training loss (the mean over the epoch, as it is while training), the
validation loss, and the share of the validation pictures that is right.

| run | measured | epoch 1 | 5 | 20 | 100 |
|---|---|---|---|---|---|
| 1 | training loss | 19.39 | 43.00 | 31.42 | 9.58 |
| 1 | validation loss | 36.20 | 32.41 | 30.04 | 9.95 |
| 1 | accuracy | 0.10 | 0.10 | 0.21 | 0.37 |
| 2 | training loss | 2.10 | 0.36 | 0.03 | 0.00 |
| 2 | validation loss | 1.64 | 0.98 | 1.13 | 1.41 |
| 2 | accuracy | 0.54 | 0.67 | 0.66 | 0.66 |
| 3 | training loss | 2.55 | 2.48 | 2.35 | 2.06 |
| 3 | validation loss | 2.54 | 2.47 | 2.34 | 2.09 |
| 3 | accuracy | 0.11 | 0.10 | 0.11 | 0.25 |
| 4 | training loss | 2.18 | 0.92 | 0.34 | 0.15 |
| 4 | validation loss | 1.84 | 0.72 | 0.22 | 0.11 |
| 4 | accuracy | 0.59 | 0.89 | 0.95 | 0.96 |
| 5 | training loss | 2.38 | 2.16 | 1.68 | 0.30 |
| 5 | validation loss | 2.39 | 2.39 | 2.66 | 5.32 |
| 5 | accuracy | 0.06 | 0.05 | 0.08 | 0.07 |
| 6 | training loss | 2.30 | 2.30 | 2.29 | 2.29 |
| 6 | validation loss | 2.30 | 2.30 | 2.31 | 2.31 |
| 6 | accuracy | 0.10 | 0.10 | 0.10 | 0.10 |

Guessing among ten gives the loss $\ln 10 = 2.30$ and an accuracy of about 0.10. Find the
cause of each run. Each letter is used once at most; two are left over.

- **A** The learning rate is far too small.
- **B** The learning rate is far too large.
- **C** All weights began at 0.
- **D** The network learns its few training pictures by heart.
- **E** By mistake the labels of the training pictures were shuffled.
- **F** Dropout was left on when the validation loss was measured.
- **G** Nothing is wrong. Dropout is on in training and off in validation.
- **H** The network is far too small.

Write six letters as a list, run 1 first.
""",
    starter='causes = ["?", "?", "?", "?", "?", "?"]\n',
    answer=[*_CAUSES],
    explanation=r"""
1. **B.** Worse than guessing, and it jumps: each step flies past the minimum.
2. **D.** The training loss goes to 0, the validation loss turns at an early epoch. The
   accuracy hardly moves: the network only gets surer of its mistakes. More pictures,
   augmentation, weight decay, dropout, or stopping earlier.
3. **A.** Nothing is broken. Both losses fall together, at a snail's pace.
4. **G.** A validation loss below the training loss is no mistake here: the training loss is
   measured while half of the neurons are silent. Were dropout on in both, they would
   be alike.
5. **E.** It has learned something by heart, like run 2, but something that holds for no
   other picture: no better than chance, and ever surer of it. Look at pictures with
   their labels before you touch a setting.
6. **C.** The hidden layer puts out zeros, and what comes back to it is multiplied by zero
   weights. Only the biases of the output learn: how common each class is. (Random weights
   are needed for the neurons to become different. That they prevent overfitting, as an
   article has it, is another matter, and not so.)
""",
    hints=(
        "First the training loss alone: does it jump (1), stay (6), creep (3) or fall "
        "(2, 4, 5)? Where it does not fall, nothing else needs a look.",
        "Runs 2 and 5 both learn their training pictures and have a validation loss that "
        "rises. How good is each on other pictures, against the 0.10 of guessing?",
        "In run 4 the validation loss is the *lower* one. On which side does dropout get "
        "in the way there? And 2.30 from the first epoch on, without any movement: does "
        "any signal get through?",
    ),
    cases=(Case(use=_letters, label="causes"),),
    misconceptions={
        f"run_{run + 1}_taken_for_{letter.lower()}": _taken_for(run, letter)
        for run, right in enumerate(_CAUSES)
        for letter in _SIGNS
        if letter != right
    },
)

# -------------------------------------------------------- open: make a sick run learn


class _Run:
    lr = 0.005

    def prepare(self, x):
        return (x - 8) / 6

    def start(self, sizes, rng):
        return [
            rng.normal(0, np.sqrt(2 / sizes[i]), (sizes[i + 1], sizes[i]))
            for i in range(len(sizes) - 1)
        ]

    def step(self, w, g, memory, t):
        memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        memory["v"] = 0.999 * memory.get("v", 0) + 0.001 * g**2
        m_hat = memory["m"] / (1 - 0.9**t)
        v_hat = memory["v"] / (1 - 0.999**t)
        return w - self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)


_SICK_RUN = """class Run:
    lr = 0.5

    def prepare(self, x):
        return x

    def start(self, sizes, rng):
        layers = range(1, len(sizes))
        return [np.zeros((sizes[i], sizes[i - 1])) for i in layers]

    def step(self, w, g, memory, t):
        return w - self.lr * g
"""

_SIZES = (64, 32, 32, 32, 32, 32, 32, 10)
_STEPS, _BATCH, _DRAWS_OF_RUN, _ASKED = 120, 40, 3, 0.85
_FADED, _GROWN = 0.05, 20.0  # the signal's size at the top, over that at the bottom


@lru_cache(maxsize=_DRAWS_OF_RUN)
def _digits(draw):
    """800 pictures to learn from and 800 others, as (x, labels) each."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(draw).permutation(len(x))
    return [(x[part], y[part]) for part in (order[:800], order[800:1600])]


def _signals(params, x):
    """What each layer takes in, and at the end the scores."""
    signals = [x]
    for weight, bias in params[:-1]:
        signals.append(np.maximum(0, signals[-1] @ weight.T + bias))
    weight, bias = params[-1]
    return [*signals, signals[-1] @ weight.T + bias]


def _loss_and_slopes(params, x, y):
    """Mean cross-entropy, and its gradients as [weight, bias] of each layer."""
    *signals, z = _signals(params, x)
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    truth = np.eye(_SIZES[-1])[y]
    dz, slopes = (np.exp(log_p) - truth) / len(x), []
    for signal, (weight, _) in zip(signals[::-1], params[::-1], strict=True):
        slopes.append([dz.T @ signal, dz.sum(axis=0)])
        dz = (dz @ weight) * (signal > 0)
    return -np.mean(np.sum(truth * log_p, axis=1)), slopes[::-1]


def _begun(run, draw):
    """The [weight, bias] of each layer at the start."""
    weights = run.start(list(_SIZES), np.random.default_rng(draw))
    return [[_array(w), np.zeros(len(w))] for w in weights]


def _learn(run, draw):
    """Train on one draw. Return the losses and the share of other pictures right."""
    (x, y), (x_new, y_new) = _digits(draw)
    x, x_new = (_array(run.prepare(pictures.copy())) for pictures in (x, x_new))
    params, losses = _begun(run, draw), []
    memory = [({}, {}) for _ in params]
    rng = np.random.default_rng(100 + draw)
    for t in range(1, _STEPS + 1):
        batch = rng.choice(len(x), _BATCH, replace=False)
        loss, slopes = _loss_and_slopes(params, x[batch], y[batch])
        losses.append(loss)
        if not np.isfinite(loss):
            break
        params = [
            [
                _array(run.step(w.copy(), g, kept, t))
                for w, g, kept in zip(*layer, strict=True)
            ]
            for layer in zip(params, slopes, memory, strict=True)
        ]
    return losses, float(np.mean(_signals(params, x_new)[-1].argmax(axis=1) == y_new))


def _why_not_the_run(run):
    """Say which part of a learner's run is not as it should be, or None."""
    (x, _), _ = _digits(0)
    ready = _array(given := run.prepare(x.copy()))
    if ready is None or ready.shape != x.shape:
        return (
            f"`prepare` should give back an array of the shape of x, here {x.shape}, "
            f"and {_came(given)} came."
        )
    if not np.isfinite(ready).all():
        return (
            "`prepare` gives numbers that are not finite. Some pixels are 0 in every "
            "picture: is their spread divided by?"
        )
    return _why_not_the_start(run) or _why_not_the_step(run)


def _why_not_the_start(run):
    given = run.start(list(_SIZES), np.random.default_rng(0))
    if not isinstance(given, list | tuple) or len(given) != len(_SIZES) - 1:
        return (
            f"`start` should give back a list of {len(_SIZES) - 1} arrays, one a "
            f"layer, and {_came(given)} came."
        )
    for i, w in enumerate(given):
        weight, shape = _array(w), (_SIZES[i + 1], _SIZES[i])
        if weight is None or weight.shape != shape:
            return (
                f"`start`: the weights of layer {i + 1} should have the shape {shape}, "
                f"(n_out, n_in), and {_came(w)} came."
            )
        if not np.isfinite(weight).all():
            return f"`start`: weights of layer {i + 1} are not finite."
    return None


def _why_not_the_step(run):
    for shape in ((32, 64), (32,)):
        memory = {}
        for t in (1, 2):
            given = run.step(np.ones(shape), np.full(shape, 0.01), memory, t)
            after = _array(given)
            if after is None or after.shape != shape:
                return (
                    "`step` should give back the new w, for weights and for biases. "
                    f"For w of the shape {shape} {_came(given)} came."
                )
    return None


def _came(given):
    return kind_of(snapshot(given))


def _why_it_is_sick(run, losses):
    """Say what a doctor would say of a run that has not learned enough."""
    return (
        _starts_alike(run)
        or _signal_is_lost(run)
        or _leaves_all_bounds(losses)
        or _does_not_fall(losses)
        or (
            "The start is sound and the loss falls, but not fast enough for "
            f"{_STEPS} steps: from {losses[0]:.2f} to {np.mean(losses[-20:]):.2f}. What "
            "is left are the size of the inputs, the learning rate, and a step that "
            "remembers: momentum, or Adam."
        )
    )


def _starts_alike(run):
    for i, (weight, _) in enumerate(_begun(run, 0)[:-1]):  # the last may be zeros
        if not weight.any():
            return (
                f"All weights of layer {i + 1} begin at 0. It puts out zeros, and what "
                "comes back through it is multiplied by 0: nothing gets through."
            )
        if (weight == weight[0]).all():
            return (
                f"All neurons of layer {i + 1} begin with the same weights. They get the "
                "same gradient, and stay copies of one another: begin at random."
            )
    return None


def _leaves_all_bounds(losses):
    if np.isfinite(losses[-1]):
        return None
    worst = f"It was {losses[-2]:.3g} just before. " if len(losses) > 1 else ""
    return (
        f"In step {len(losses)} the loss is no longer finite. {worst}The start "
        "is sound: are the inputs too large, or the steps too long?"
    )


def _signal_is_lost(run):
    """Compare the size of what the last layer takes in with that of the first."""
    (x, _), _ = _digits(0)
    signals = _signals(_begun(run, 0), _array(run.prepare(x.copy())))
    sizes = [float(np.sqrt(np.mean(s**2))) for s in signals[:-1]]
    share = sizes[-1] / sizes[0] if sizes[0] else 0.0
    if _FADED <= share <= _GROWN:
        return None
    change = "fades" if share < _FADED else "grows"
    size = "small" if share < _FADED else "large"
    return (
        f"At the start the signal {change} on its way up: its root mean square is "
        f"{sizes[0]:.3g} at the bottom and {sizes[-1]:.3g} before the last layer. The "
        f"weights are too {size}: which spread keeps the signal of ReLU neurons as it is?"
    )


def _does_not_fall(losses):
    last, guess = np.mean(losses[-20:]), np.log(_SIZES[-1])
    if last < 0.9 * guess:
        return None
    worst = max(losses)
    if worst > 2 * max(losses[0], guess):
        return (
            f"The start is sound, but the loss jumps up to {worst:.3g} and ends near "
            f"{last:.2f}; guessing gives {guess:.2f}. The steps are too long, or the "
            "inputs too large for them."
        )
    return (
        f"The start is sound, but the loss does not fall: it is {last:.2f} at the end, "
        f"and guessing gives {guess:.2f}. Are the steps too short? (Or so long that "
        "most ReLU neurons fell silent at once.)"
    )


def _why_not_healthy(answer):
    """Say what keeps a learner's run from learning enough, or None."""
    with np.errstate(all="ignore"):
        if sentence := _why_not_the_run(answer()):
            return sentence
        runs = [_learn(answer(), draw) for draw in range(_DRAWS_OF_RUN)]
        shares = [share for _, share in runs]
        if np.mean(shares) >= _ASKED:
            return None
        told = (
            f"{np.mean(shares):.1%} of the held-out pictures are right, over "
            f"{_DRAWS_OF_RUN} draws ({min(shares):.1%} in the worst, {max(shares):.1%} "
            f"in the best). {_ASKED:.0%} are asked for. "
        )
        losses, _ = min(runs, key=lambda run: (np.isfinite(run[0][-1]), run[1]))
        return told + _why_it_is_sick(answer(), losses)


SICK_RUN = Exercise(
    name="training.sick_run",
    title="Make a sick run healthy",
    kind="open",
    minutes=15,
    statement=r"""
A network of six hidden ReLU layers with 32 neurons each is to learn the digits of
scikit-learn, in 120 steps of 40 pictures. As it is given, `Run` gets about one in ten
right: it guesses. More than one thing is wrong with it. Reach 85 %, with NumPy alone.

The checker owns the network, the loss (cross-entropy), the gradients and the loop, and
biases begin at 0. Yours are three methods:

- `prepare(x)` is called for the pictures to learn from, and again for the held-out ones:
  each time `(N, 64)`, with pixels from 0 to 16. Fixed numbers treat both alike. It gives back
  what the network is to see, in the same shape.
- `start(sizes, rng)` gives back a list with the weights of each layer, of shape
  `(n_out, n_in)`. `sizes` is `[64, 32, 32, 32, 32, 32, 32, 10]`, `rng` a NumPy
  generator.
- `step(w, g, memory, t)` gives back the new `w`. It is called for each weight matrix and
  each bias by itself, with its gradient `g`. `memory` is a dict that belongs to this `w`
  alone, empty at first, for what you want to keep; `t` counts from 1.

Held-out pictures are judged, and three draws of data and start are averaged. Change one
thing at a time, check, and read what the verdict measured.
""",
    starter=_SICK_RUN,
    answer=_Run,
    explanation=r"""
Three things were sick.

- *The start.* From zeros nothing gets through. Random numbers alone are not enough: with
  a standard deviation of 1 the signal grows with each layer, with 0.01 it fades. He's
  $\sqrt{2 / n_\text{in}}$ keeps it.
- *The inputs.* Pixels up to 16 make the first layer's sums, and its gradients, large, and
  all of one sign. `(x - 8) / 6` brings them nearer to 0.
- *The step.* `lr = 0.5` was far too long for it. With these inputs plain descent with a
  shorter one learns too, but not enough in 120 steps. Adam measures each weight by its own
  gradients; momentum, at 0.01, gets there as well. So does plain descent, at 0.1, once the
  mean pixel, about 4.9, is taken away in place of 8.

It is not the only cure: with Adam, raw pixels and a start with $\sqrt{1 / n_\text{in}}$ make
up for one another.
""",
    hints=(
        "Begin with `start`: `rng.normal(size=(n_out, n_in))` times the spread that "
        "keeps the signal, `np.sqrt(2 / n_in)`.",
        "Then the inputs: bring the pixels near 0, with a spread near 1, and lower `lr`. "
        "Scale all pictures in the same way.",
        "Then let `step` remember. Adam keeps `memory['m']` and `memory['v']`; "
        "`memory.get('m', 0)` is 0 the first time. An `lr` near 0.005 suits it.",
    ),
    accept=_why_not_healthy,
    seconds=30.0,
)

EXERCISES = [
    MOMENTUM_BY_HAND,
    FIRST_ADAM_STEP,
    HE_WEIGHTS,
    CLIP_TOGETHER,
    BATCH_NORM,
    ADAM_WITHOUT_SQUARES,
    DROPOUT_ALWAYS_ON,
    DECAYED_TWICE,
    SICK_CURVES,
    SICK_RUN,
]
