"""Exercises of the chapter "Learning"."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot


def _rng(seed):
    return np.random.default_rng(seed)


def _numbers(seed, *shape):
    """Small whole numbers, so that a difference is easy to read."""
    return _rng(seed).integers(-4, 5, shape).astype(float)


# ------------------------------------------------------- by hand: three conventions

THREE_CONVENTIONS = Exercise(
    name="learning.three_conventions",
    title="One name, three losses",
    kind="by hand",
    minutes=4,
    statement=r"""
A model predicts $\hat y = [4, 3, 7]$ for three examples. Right would be $y = [3, 5, 2]$.

The squared error stands in the books in three forms, all three of them also under the
name "mean squared error":

$$
\begin{aligned}
L_1 &= \frac1n \sum_{i=1}^{n} (\hat y_i - y_i)^2 \\
L_2 &= \frac1{2n} \sum_{i=1}^{n} (\hat y_i - y_i)^2 \\
L_3 &= \frac12 \sum_{i=1}^{n} (\hat y_i - y_i)^2
\end{aligned}
$$

Work out all three on paper, and write them as a list, in this order.
""",
    starter="losses = ...\n",
    answer=[10, 5, 15],
    explanation=r"""
The errors are $1$, $-2$ and $5$, their squares $1$, $4$ and $25$, and the sum is $30$.
So $L_1 = 30/3 = 10$, $L_2 = 30/6 = 5$ and $L_3 = 30/2 = 15$.

Only $L_1$ is a mean of squares. All three have their minimum in the same place, and
gradients that point the same way. But the gradients differ in length, so the same
learning rate takes another step; and only $L_1$ and $L_2$ stay as they are when every
example is copied. One of the articles that this course grew out of defines $L_2$ and
then computes with $L_3$.
""",
    hints=(
        "First the three errors, prediction minus target: $1$, $-2$, and the third.",
        "Square each error before you add them up: $1 + 4 + 25$.",
        "The sum is $30$, and $n = 3$. What is left is to divide by $3$, by $6$ and by "
        "$2$.",
    ),
    misconceptions={
        "not_squared": Misconception(
            [4 / 3, 2 / 3, 2],
            "The errors are added up as they are, so that -2 takes something away from "
            "the others. Square each one first.",
        ),
        "absolute": Misconception(
            [8 / 3, 4 / 3, 4],
            "The sizes of the errors are added up: with 1/n that is the mean absolute "
            "error. Here each error is squared.",
        ),
        "square_of_the_sum": Misconception(
            [16 / 3, 8 / 3, 8],
            "The errors are added up and then squared. The square stands inside the "
            "sum: square each error, then add.",
        ),
        "roots": Misconception(
            [10**0.5, 5**0.5, 15**0.5],
            "A root is taken at the end. With 1/n that is the root mean squared error "
            "(RMSE), in the units of y. These three have no root.",
        ),
        "third_is_the_sum": Misconception(
            [10, 5, 30],
            "The first two are right. The third is half of the sum: a 1/2 stands in "
            "front of it.",
        ),
        "third_is_the_second": Misconception(
            [10, 5, 5],
            "The first two are right. The third has a 1/2 alone in front of the sum, "
            "and no 1/n.",
        ),
        "divided_by_two_for_n": Misconception(
            [15, 7.5, 15],
            "The sum of the squares is right, but the first two are divided by 2 where "
            "n should stand. There are three examples: n = 3.",
        ),
        "never_divided": Misconception(
            [30, 15, 15],
            "The sum of the squares is right, and so is the 1/2 where it stands. What "
            "is missing is the 1/n in the first two.",
        ),
        "halves_forgotten": Misconception(
            [10, 10, 30],
            "The 1/2 is missing in the second and in the third.",
        ),
        "exchanged": Misconception(
            [5, 10, 15],
            "The first two are exchanged: the larger number below the line gives the "
            "smaller loss.",
        ),
    },
    rtol=0.0,
    atol=0.005,
)

# ------------------------------------------------------------------ by hand: a step

ONE_STEP = Exercise(
    name="learning.one_step",
    title="One step downhill",
    kind="by hand",
    minutes=5,
    statement=r"""
A line $\hat y = w x + b$ begins with $w = 2$ and $b = 1$. There are three examples:

| $x$ | $y$ |
|---|---|
| 1 | 1 |
| 2 | 8 |
| 4 | 5 |

The loss is the mean squared error, with $\frac1n$ in front:

$$L = \frac13 \sum_{i=1}^{3} (w x_i + b - y_i)^2$$

Take one step of gradient descent with all three examples and a learning rate of 0.1, on
paper. Write the new $w$ and the new $b$ as a list, in this order.
""",
    starter="new_w_b = ...\n",
    answer=[1.2, 0.8],
    explanation=r"""
The predictions are $3$, $5$ and $9$, so the errors, prediction minus target, are $2$,
$-3$ and $4$.

$$
\begin{aligned}
\partial L / \partial w &= \tfrac23 (2 \cdot 1 - 3 \cdot 2 + 4 \cdot 4) \\
&= \tfrac23 \cdot 12 = 8 \\
\partial L / \partial b &= \tfrac23 (2 - 3 + 4) = 2 \\
w &= 2 - 0.1 \cdot 8 = 1.2 \\
b &= 1 - 0.1 \cdot 2 = 0.8
\end{aligned}
$$

The loss falls from $29/3$ to $24.4/3$. (With $\frac1{2n}$ the step would be half as long.)
""",
    hints=(
        "Work out the three predictions and the three errors, prediction minus target. "
        "The first error is $3 - 1 = 2$.",
        "By $b$: $\\frac23$ times the sum of the errors. By $w$: $\\frac23$ times the "
        "sum of each error times its $x$. The 2 comes from the square.",
        "The errors are $2$, $-3$ and $4$; the two derivatives are $8$ and $2$. Now "
        "take a tenth of each, and go against it.",
    ),
    misconceptions={
        "climbed": Misconception(
            [2.8, 1.2],
            "The gradient is right, but the step goes up along it, or the errors are "
            "target minus prediction. Descent goes against the gradient.",
        ),
        "two_missing": Misconception(
            [1.6, 0.9],
            "The step is half as long as it should be: the 2 of the derivative of a "
            "square is missing. (It would be right for a loss with 1/(2n).)",
        ),
        "summed": Misconception(
            [-0.4, 0.4],
            "The examples are summed up, so the step is three times too long. The loss "
            "is a mean: divide by n = 3.",
        ),
        "half_sum": Misconception(
            [0.8, 0.7],
            "This is the step for half the sum of the squares. Here the loss is their "
            "mean: 2/3 in front of each sum, from 2 and from 1/n.",
        ),
        "rate_left_out": Misconception(
            [-6, -1],
            "This is the whole gradient, without the learning rate: take a tenth of it.",
        ),
        "gradient_only": Misconception(
            [8, 2],
            "This is the gradient. The step is still to come: w - 0.1 * 8, and the "
            "same for b.",
        ),
        "step_only": Misconception(
            [0.8, 0.2],
            "This is what is to be taken away. Asked for is where w and b are "
            "afterwards.",
        ),
        "x_forgotten": Misconception(
            [1.8, 0.8],
            "b is right. For w each error is multiplied by its own x before they are "
            "added up: w acts through x.",
        ),
        "means_multiplied": Misconception(
            [2 - 0.1 * 2 * 7 / 3, 0.8],
            "b is right. For w the mean error is multiplied by the mean x. Multiply "
            "each error by its own x first, then take the mean.",
        ),
        "sizes_of_the_errors": Misconception(
            [0.4, 0.4],
            "The second error is -3: the line lies too low there. Its sign counts.",
        ),
        "b_afterwards": Misconception(
            [1.2, 1 + 0.1 * 2 / 3 * 2.6],
            "w is right. For b the errors were worked out again with the new w. One "
            "step uses one gradient: both move at once.",
        ),
        "last_example_only": Misconception(
            [-1.2, 0.2],
            "This is a step with the last example alone. Use all three, and take the "
            "mean.",
        ),
        "bias_not_moved": Misconception(
            [1.2, 1],
            "w is right. b takes a step too: its derivative is 2/3 times the sum of the "
            "errors.",
        ),
        "exchanged": Misconception(
            [0.8, 1.2],
            "The numbers are right, but b comes first. Asked for is w, then b.",
        ),
    },
    rtol=0.0,
    atol=0.005,
)

# ------------------------------------------------------ by hand: the rate of a bowl

SAFE_RATE = Exercise(
    name="learning.safe_rate",
    title="The steepest wall decides",
    kind="by hand",
    minutes=6,
    statement=r"""
A bowl with one steep and one flat direction:

$$f(u, v) = 4 u^2 + v^2$$

Gradient descent multiplies $u$ by one number at each step, and $v$ by another. Both
numbers depend on the learning rate.

Find on paper

1. the bound of the learning rate: below it, descent comes down to the bottom from every
   start; above it, from almost none
2. the $u$ and
3. the $v$ to which *two* steps with a learning rate of 0.3 lead from $(1, 1)$

and write the three numbers as a list.
""",
    starter="bound_u_v = ...\n",
    answer=[0.25, 1.96, 0.16],
    explanation=r"""
The gradient is $(8u, 2v)$, so a step with the learning rate $\eta$ gives

$$
\begin{aligned}
u &\leftarrow (1 - 8\eta)\, u \\
v &\leftarrow (1 - 2\eta)\, v
\end{aligned}
$$

A factor brings its number to 0 if it lies between $-1$ and $1$. For $u$ that means
$\eta < 2/8 = 0.25$, for $v$ only $\eta < 1$; the stricter one counts. It is the bound
$2/h_{\max}$, with the greatest curvature $h_{\max} = 8$. (Books write $2/L$ for it.)

With $\eta = 0.3$ the factors are $-1.4$ and $0.4$. After two steps $u = 1.96$ and
$v = 0.16$: in the flat direction all is well, and in the steep one descent leaps from
wall to wall, higher each time.
""",
    hints=(
        "What are the two derivatives? Put them into $u - \\eta\\, \\partial f/\\partial "
        "u$, and take $u$ out of it: which factor is left?",
        "The factors are $1 - 8\\eta$ and $1 - 2\\eta$. A number that is multiplied by "
        "the same factor again and again goes to 0 only if the factor lies between "
        "$-1$ and $1$.",
        "$1 - 8\\eta > -1$ means $\\eta < 2/8$. With $\\eta = 0.3$ the factors are "
        "$-1.4$ and $0.4$; each is applied twice.",
    ),
    misconceptions={
        "half_the_curvature": Misconception(
            [0.5, 0.04, 0.49],
            "The derivative of 4u² is 8u, and that of v² is 2v: the 2 of the square is "
            "missing, so the curvatures come out as 4 and 1.",
        ),
        "bound_from_the_coefficient": Misconception(
            [0.5, 1.96, 0.16],
            "The two steps are right. The bound is 2 over the curvature, and the "
            "curvature of 4u² is 8, not 4: look at the factor that you used for u.",
        ),
        "one_over": Misconception(
            [0.125, 1.96, 0.16],
            "The two steps are right. With 1/8, u is at the bottom in one step. A "
            "longer step goes past it, and still ends nearer: how long may it be, "
            "until u ends as far away as it began?",
        ),
        "flat_direction": Misconception(
            [1, 1.96, 0.16],
            "The two steps are right. But 1 is the bound for v, and u has one of its "
            "own. Descent comes down only if both do: the stricter bound counts.",
        ),
        "curvatures_added": Misconception(
            [0.2, 1.96, 0.16],
            "The two steps are right. For the bound each direction stands for itself: "
            "the greatest curvature counts, not the sum of the two. (2 over the sum is "
            "the rate at which both directions shrink equally fast.)",
        ),
        "mean_curvature": Misconception(
            [0.4, 1.96, 0.16],
            "The two steps are right. The bound comes from the greatest curvature, not "
            "from the mean of the two: with 0.3 your u grows.",
        ),
        "curvature_itself": Misconception(
            [8, 1.96, 0.16],
            "The two steps are right. 8 is the greatest curvature; the bound is 2 "
            "divided by it.",
        ),
        "one_step": Misconception(
            [0.25, -1.4, 0.4],
            "The bound is right. This is where one step leads; two were asked for.",
        ),
        "same_gradient_twice": Misconception(
            [0.25, -3.8, -0.2],
            "The bound is right. The gradient of the start is used for both steps: "
            "work it out anew where the first step has led.",
        ),
        "climbed": Misconception(
            [0.25, 11.56, 2.56],
            "The bound is right. The steps go up along the gradient: descent takes it "
            "away.",
        ),
        "sign_of_u": Misconception(
            [0.25, -1.96, 0.16],
            "The bound is right. The factor of u is -1.4, and applied twice it gives a "
            "plus: u is back on the side where it began.",
        ),
        "steps_with_half_the_slope": Misconception(
            [0.25, 0.04, 0.49],
            "The bound is right. The steps are half as long as they should be: the "
            "slopes are 8u and 2v.",
        ),
        "exchanged": Misconception(
            [0.25, 0.16, 1.96],
            "The bound is right, but u and v are exchanged: u is the steep direction.",
        ),
    },
    rtol=0.0,
    atol=0.0005,
)

# -------------------------------------------------------- code: the gradient of MSE


def _mse_gradients(x, y, weight, bias):
    error = x @ weight + bias - y
    return 2 / len(y) * x.T @ error, 2 / len(y) * error.sum()


def _plain(given):
    """Weights and bias; a bias that is an array of one number counts as a number."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        return given
    weight, bias = given
    return weight, bias.item() if getattr(bias, "size", 0) == 1 else bias


def _slopes_of(answer, x, y, weight, bias):
    return _plain(answer(x, y, weight, bias))


def _sloped(*args):
    return Case(use=_slopes_of, args=args, label="mse_gradients(x, y, weight, bias)")


def _mse_scaled(of_weight, of_bias):
    """The right gradients with other factors, each a function of n."""

    def gradients(x, y, weight, bias):
        dweight, dbias = _mse_gradients(x, y, weight, bias)
        return of_weight(len(y)) * dweight, of_bias(len(y)) * dbias

    return gradients


def _mse_bias_forgotten(x, y, weight, bias):
    error = x @ weight - y
    return 2 / len(y) * x.T @ error, 2 / len(y) * error.sum()


def _mse_not_transposed(x, y, weight, bias):
    error = x @ weight + bias - y
    return 2 / len(y) * x @ error, 2 / len(y) * error.sum()


def _mse_per_example(x, y, weight, bias):
    error = x @ weight + bias - y
    return 2 * x * error[:, None], 2 * error


def _mse_one_number(x, y, weight, bias):
    error = x @ weight + bias - y
    return np.mean(2 * error[:, None] * x), np.mean(2 * error)


def _mse_means_multiplied(x, y, weight, bias):
    error = x @ weight + bias - y
    return 2 * error.mean() * x.mean(axis=0), 2 * error.mean()


def _mse_squared_error(x, y, weight, bias):
    error = x @ weight + bias - y
    return 2 / len(y) * x.T @ error**2, 2 / len(y) * (error**2).sum()


def _mse_bias_per_example(x, y, weight, bias):
    error = x @ weight + bias - y
    return 2 / len(y) * x.T @ error, 2 / len(y) * error


def _mse_over_features(x, y, weight, bias):
    dweight, dbias = _mse_gradients(x, y, weight, bias)
    return dweight / x.shape[1], dbias


MSE_GRADIENT = Exercise(
    name="learning.mse_gradient",
    title="All slopes in one product",
    kind="code",
    minutes=7,
    statement=r"""
Linear regression with $D$ inputs: one example a row of `x`, of shape `(N, D)`; the
targets `y` have shape `(N,)`, the weights `weight` shape `(D,)`, and `bias` is one number.

$$
\begin{aligned}
\hat y_i &= \sum_j x_{ij} w_j + b \\
L &= \frac1N \sum_{i=1}^{N} (\hat y_i - y_i)^2
\end{aligned}
$$

Write `mse_gradients(x, y, weight, bias)`. It returns two things: the derivatives of $L$ by
the weights, an array of shape `(D,)`, and the derivative by the bias, one number.

No loop is needed.
""",
    starter=(
        "def mse_gradients(x, y, weight, bias):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_mse_gradients,
    explanation=r"""
For one weight, $\partial L/\partial w_j = \frac2N \sum_i (\hat y_i - y_i)\, x_{ij}$: each
error times what this weight was multiplied by, summed over the examples. `x.T @ error`
does that for all weights at once: `(D, N) @ (N,)` is `(D,)`. For the bias every $x$ is 1,
so the errors are summed alone.

The factor 2 belongs to this convention. With $\frac1{2N}$ in front of the loss it cancels,
and the same learning rate takes steps half as long.
""",
    hints=(
        "First the errors, `x @ weight + bias - y`, of shape `(N,)`. What is the "
        "derivative of one squared error by $w_j$?",
        "$\\partial L/\\partial w_j = \\frac2N \\sum_i (\\hat y_i - y_i)\\, x_{ij}$. The "
        "sum runs over the examples: which transpose of `x` puts them in the middle?",
        "`x.T @ error` is `(D, N) @ (N,)`, and that is `(D,)`. For the bias, take the "
        "sum of the errors. Both get the factor `2 / N`.",
    ),
    cases=(
        _sloped(
            np.array([[1.0], [2.0], [4.0]]),
            np.array([1.0, 8.0, 5.0]),
            np.array([2.0]),
            1.0,
        ),
        _sloped(_numbers(1, 5, 2), _numbers(2, 5), np.array([1.0, -2.0]), 0.5),
        _sloped(_numbers(3, 3, 3), _numbers(4, 3), _numbers(5, 3), -1.0),
        _sloped(_numbers(6, 2, 7), _numbers(7, 2), _numbers(8, 7), 2.0),
    ),
    misconceptions={
        "two_missing": Misconception(
            _mse_scaled(lambda n: 0.5, lambda n: 0.5),
            "Both are half of what they should be: the 2 of the derivative of a square "
            "is missing. (They would be right for a loss with 1/(2N).)",
        ),
        "summed": Misconception(
            _mse_scaled(lambda n: n, lambda n: n),
            "The examples are summed up. The loss is a mean over them: the 1/N is "
            "missing.",
        ),
        "half_sum": Misconception(
            _mse_scaled(lambda n: n / 2, lambda n: n / 2),
            "This is the gradient of half the sum of the squares. Here the loss is "
            "their mean: both need the factor 2/N.",
        ),
        "turned": Misconception(
            _mse_scaled(lambda n: -1, lambda n: -1),
            "The sign is turned: the error is prediction minus target. The minus of "
            "the descent comes later, in the step.",
        ),
        "bias_summed": Misconception(
            _mse_scaled(lambda n: 1, lambda n: n),
            "The weights are right. For the bias the errors are summed up: the 1/N is "
            "missing there.",
        ),
        "weights_summed": Misconception(
            _mse_scaled(lambda n: n, lambda n: 1),
            "The bias is right. In the derivatives by the weights the 1/N is missing: "
            "`x.T @ error` is a sum over the examples.",
        ),
        "bias_without_two": Misconception(
            _mse_scaled(lambda n: 1, lambda n: 0.5),
            "The weights are right. The bias has lost the factor 2: it is a derivative "
            "of the same square.",
        ),
        "weights_without_two": Misconception(
            _mse_scaled(lambda n: 0.5, lambda n: 1),
            "The bias is right. The weights have lost the factor 2: they are "
            "derivatives of the same square.",
        ),
        "bias_forgotten": Misconception(
            _mse_bias_forgotten,
            "The bias is not in the prediction: it is `x @ weight + bias`.",
        ),
        "not_transposed": Misconception(
            _mse_not_transposed,
            "`x @ error` fails unless there are as many inputs as examples, and is wrong "
            "when there are: the sum must run over the examples, so `x.T @ error`.",
        ),
        "per_example": Misconception(
            _mse_per_example,
            "These are the derivatives of each example by itself. Take their mean over "
            "the examples, `axis=0`.",
        ),
        "one_number_for_all": Misconception(
            _mse_one_number,
            "All weights get one number: the mean runs over the examples and over the "
            "inputs. Each weight has a derivative of its own.",
        ),
        "means_multiplied": Misconception(
            _mse_means_multiplied,
            "The bias is right. For the weights the mean error is multiplied by the "
            "mean input. Each error meets the inputs of its own example first.",
        ),
        "error_squared": Misconception(
            _mse_squared_error,
            "The errors are still squared. The derivative of a square is twice what "
            "stands inside, to the first power.",
        ),
        "bias_per_example": Misconception(
            _mse_bias_per_example,
            "The weights are right. There is one bias for all examples, so it gets one "
            "number: add up the errors.",
        ),
        "divided_by_the_inputs_too": Misconception(
            _mse_over_features,
            "The bias is right. The weights are divided by the number of inputs too: "
            "`x.size` is N times D. The mean runs over the examples alone.",
        ),
        "turned_and_summed": Misconception(
            _mse_scaled(lambda n: -n, lambda n: -n),
            "Two things: the examples are summed up, where the loss is a mean; and the "
            "sign is turned. The error is prediction minus target.",
        ),
        "exchanged": Misconception(
            lambda *args: _mse_gradients(*args)[::-1],
            "The numbers are right, but the bias comes first. Return the weights' "
            "derivatives, then the bias's.",
        ),
        "weights_alone": Misconception(
            lambda *args: _mse_gradients(*args)[0],
            "These are the derivatives by the weights alone. Return two things: those, "
            "and the derivative by the bias.",
        ),
        "in_one_array": Misconception(
            lambda *args: np.append(*_mse_gradients(*args)),
            "The numbers are right, but weights and bias come in one array. Return two "
            "things: `return dweight, dbias`.",
        ),
        "new_weights": Misconception(
            lambda x, y, w, b: tuple(
                old - slope
                for old, slope in zip((w, b), _mse_gradients(x, y, w, b), strict=True)
            ),
            "A step has been taken already. Asked for is the gradient alone.",
        ),
    },
)

# ------------------------------------------------- code: the likelihood of a Gaussian


def _gaussian_nll(y, mean, sigma):
    scaled = (y - mean) / sigma
    return np.mean(0.5 * np.log(2 * np.pi) + np.log(sigma) + 0.5 * scaled**2)


def _nll_of_the_density(y, mean, sigma):
    scaled = (y - mean) / sigma
    density = np.exp(-0.5 * scaled**2) / (np.sqrt(2 * np.pi) * sigma)
    return -np.mean(np.log(density))


def _nll_product_summed(y, mean, sigma):
    return len(y) * _nll_of_the_density(y, mean, sigma)


def _nll_density_not_logged(y, mean, sigma):
    scaled = (y - mean) / sigma
    return -np.mean(np.exp(-0.5 * scaled**2) / (np.sqrt(2 * np.pi) * sigma))


def _nll_sigma_above(y, mean, sigma):
    terms = 0.5 * np.log(2 * np.pi) + np.log(sigma)
    return np.mean(terms + (y - mean) ** 2 / 2 * sigma**2)


def _nll_log_of_mean(y, mean, sigma):
    scaled = (y - mean) / sigma
    density = np.exp(-0.5 * scaled**2) / (np.sqrt(2 * np.pi) * sigma)
    return -np.log(np.mean(density))


def _nll_propped_up(y, mean, sigma):
    scaled = (y - mean) / sigma
    density = np.exp(-0.5 * scaled**2) / (np.sqrt(2 * np.pi) * sigma)
    return -np.mean(np.log(density + 1e-12))


def _nll_held_up(y, mean, sigma):
    scaled = (y - mean) / sigma
    density = np.exp(-0.5 * scaled**2) / (np.sqrt(2 * np.pi) * sigma)
    return -np.mean(np.log(np.maximum(density, 1e-300)))


def _nll_one_sigma(total):
    """The chapter's formula, whose first term expects one sigma for all."""

    def nll(y, mean, sigma):
        terms = np.log(sigma * np.sqrt(2 * np.pi))
        squares = (y - mean) ** 2 / (2 * sigma**2)
        return len(y) * terms + squares.sum() if total else terms + squares.mean()

    return nll


def _nll_with(constant=0.5, log=1.0, square=0.5, power=2, total=np.mean):
    """The right sum with other factors, or another power of sigma."""

    def nll(y, mean, sigma):
        sigma = sigma * np.ones_like(y)
        terms = constant * np.log(2 * np.pi) + log * np.log(sigma)
        return total(terms + square * (y - mean) ** 2 / sigma**power)

    return nll


GAUSSIAN_NLL = Exercise(
    name="learning.gaussian_nll",
    title="How surprised is a Gaussian?",
    kind="code",
    minutes=8,
    statement=r"""
A model says of each example: $y_i$ is drawn from a Gaussian with the mean $\mu_i$ and the
standard deviation $\sigma_i$. Its density is

$$p(y_i) = \frac{1}{\sqrt{2\pi}\,\sigma_i}
\exp\Bigl(-\frac{(y_i - \mu_i)^2}{2\sigma_i^2}\Bigr)$$

Write `gaussian_nll(y, mean, sigma)`: the negative logarithm (base $e$) of this density,
averaged over the examples. It returns one number.

`y` and `mean` are arrays of shape `(N,)`. `sigma` is the standard deviation: one number,
or an array of shape `(N,)`.

It must survive an example a hundred standard deviations away, where the density is so
small that the computer rounds it to 0.
""",
    starter=(
        "def gaussian_nll(y, mean, sigma):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_gaussian_nll,
    explanation=r"""
The logarithm turns the product into a sum, and takes the exponential away:

$$
\begin{aligned}
-\log p(y_i) = \; & \tfrac12 \log 2\pi + \log \sigma_i \\
&+ \frac{(y_i - \mu_i)^2}{2\sigma_i^2}
\end{aligned}
$$

No density is worked out, so none can become 0. If $\sigma$ is the same fixed number for
all, the first two terms are constant, and what is left is the mean squared error times
$\frac{1}{2\sigma^2}$: least squares is maximum likelihood with Gaussian noise. If the model
chooses $\sigma_i$ itself, $\log \sigma_i$ keeps it from calling everything uncertain.
""",
    hints=(
        "Take the logarithm of the density on paper first. What becomes of a product, "
        "and what of the exponential?",
        "Three terms are left, with their signs turned: $\\frac12 \\log 2\\pi$, $\\log "
        "\\sigma_i$, and the square that stood in the exponential.",
        "`np.log(sigma) + 0.5 * ((y - mean) / sigma) ** 2`, and the constant "
        "`0.5 * np.log(2 * np.pi)`. Take the mean over the examples.",
    ),
    cases=(
        call(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 5.0]), 1.0),
        call(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 5.0]), 2.0),
        call(
            np.array([0.5, -1.0, 4.0, 2.0, 0.0]),
            np.array([0.0, 1.0, 3.0, 2.0, -2.0]),
            np.array([0.5, 2.0, 1.0, 0.25, 3.0]),
        ),
        call(np.array([100.0, 0.0]), np.array([0.0, 0.0]), 1.0),
    ),
    misconceptions={
        "density_first": Misconception(
            _nll_of_the_density,
            "Right, but for an example far away: there the density is rounded to 0, "
            "and the logarithm of 0 is minus infinity. Take the logarithm on paper, and "
            "work out the three terms that are left.",
        ),
        "log_of_the_mean": Misconception(
            _nll_log_of_mean,
            "The densities are averaged before the logarithm. The probability of all "
            "examples is a product; its logarithm is the sum of the logarithms. Take "
            "those first, and then the mean.",
        ),
        "constant_left_out": Misconception(
            _nll_with(constant=0.0),
            "The constant is missing: half the logarithm of 2 pi. It changes no "
            "gradient, and PyTorch's GaussianNLLLoss leaves it out; but without it "
            "this is no logarithm of a density.",
        ),
        "summed": Misconception(
            _nll_with(total=np.sum),
            "This is the sum over the examples. Asked for is the mean.",
        ),
        "sign_turned": Misconception(
            _nll_with(-0.5, -1.0, -0.5),
            "This is the mean log-likelihood, which is to be as large as possible. A "
            "loss is to be small: turn the sign.",
        ),
        "one_sign_lost": Misconception(
            _nll_with(-0.5, -1.0, 0.5),
            "The signs do not agree. In the density sigma stands below the line, so its "
            "logarithm comes with a minus, as the square does; the loss turns all "
            "three signs.",
        ),
        "squares_only": Misconception(
            _nll_with(0.0, 0.0),
            "Only the square is there. The factor in front of the exponential belongs to "
            "the density as well: its logarithm gives two more terms.",
        ),
        "log_sigma_left_out": Misconception(
            _nll_with(log=0.0),
            "The logarithm of sigma is missing. Without it a model could make any error "
            "small by calling itself uncertain.",
        ),
        "half_of_log_sigma": Misconception(
            _nll_with(log=0.5),
            "The logarithm of sigma comes out as half of what it should be. One half "
            "belongs to the logarithm of the variance, sigma squared; `sigma` is the "
            "standard deviation.",
        ),
        "sigma_as_variance": Misconception(
            _nll_with(log=0.5, power=1),
            "`sigma` is used as if it were the variance. It is the standard deviation: "
            "the variance is its square.",
        ),
        "sigma_not_squared": Misconception(
            _nll_with(power=1),
            "The two logarithms are right. The square of the error is divided by sigma; "
            "it is divided by sigma squared.",
        ),
        "no_half_before_the_square": Misconception(
            _nll_with(square=1.0),
            "The two logarithms are right. The square has lost the 1/2 that stands "
            "before it in the exponential.",
        ),
        "no_half_before_the_logarithms": Misconception(
            _nll_with(constant=1.0, log=2.0),
            "The logarithms are twice as large as they should be. The root in the "
            "density halves them: half the logarithm of 2 pi times sigma squared.",
        ),
        "no_root": Misconception(
            _nll_with(constant=1.0),
            "The constant is the logarithm of 2 pi. In the density a root is drawn from "
            "2 pi: half of it.",
        ),
        "sigma_above_the_line": Misconception(
            _nll_sigma_above,
            "The square is multiplied by sigma squared. Are brackets lost? "
            "`/ 2 * sigma**2` divides by 2 and then multiplies: "
            "`/ (2 * sigma**2)`.",
        ),
        "propped_up": Misconception(
            _nll_propped_up,
            "No infinity comes, but the wrong number: with a small number added to the "
            "density, the loss of an example far away stops growing. Work out the "
            "logarithm on paper, and no density is needed.",
        ),
        "held_up": Misconception(
            _nll_held_up,
            "No infinity comes, but the wrong number: with a least density, the loss of "
            "an example far away stops growing. Work out the logarithm on paper, and no "
            "density is needed.",
        ),
        "one_sigma_summed": Misconception(
            _nll_one_sigma(total=True),
            "This is the chapter's sum for one sigma. Two things are different here: "
            "the mean over the examples is asked for, and each may have its own sigma, "
            "so its logarithm belongs inside the mean.",
        ),
        "one_sigma": Misconception(
            _nll_one_sigma(total=False),
            "Right for one sigma. If sigma is an array, its logarithm is one too: put "
            "it inside the mean over the examples.",
        ),
        "density_first_summed": Misconception(
            _nll_product_summed,
            "Two things. This is the sum over the examples; asked for is the mean. And "
            "far away the density is rounded to 0: take its logarithm on paper.",
        ),
        "no_logarithm": Misconception(
            _nll_density_not_logged,
            "This is the mean density. Asked for is the mean of its logarithm, with the "
            "sign turned.",
        ),
    },
)

# --------------------------------------------------------------------- code: ridge


def _ridge(x, y, penalty):
    mean_x, mean_y = x.mean(axis=0), y.mean()
    x, y = x - mean_x, y - mean_y
    matrix = x.T @ x + penalty * np.eye(x.shape[1])
    weight = np.linalg.solve(matrix, x.T @ y)
    return weight, mean_y - mean_x @ weight


def _solved(x, y, matrix):
    """Solve with the columns of x and one of ones, plus a penalty matrix."""
    ones = np.column_stack([x, np.ones(len(x))])
    both = np.linalg.lstsq(ones.T @ ones + matrix, ones.T @ y, rcond=None)[0]
    return both[:-1], both[-1]


def _ridge_with(penalty_of):
    """Ridge with another penalty, a function of (penalty, N)."""

    def ridge(x, y, penalty):
        return _ridge(x, y, penalty_of(penalty, len(x)))

    return ridge


def _ridge_bias_pays(x, y, penalty):
    return _solved(x, y, penalty * np.eye(x.shape[1] + 1))


def _ridge_wrong_one_spared(x, y, penalty):
    size = x.shape[1] + 1
    return _solved(x, y, penalty * np.diag([0.0] + [1.0] * (size - 1)))


def _ridge_no_bias(x, y, penalty):
    matrix = x.T @ x + penalty * np.eye(x.shape[1])
    return np.linalg.solve(matrix, x.T @ y), 0.0


def _ridge_not_centred(x, y, penalty):
    weight, _ = _ridge_no_bias(x, y, penalty)
    return weight, y.mean() - x.mean(axis=0) @ weight


def _ridge_mean_as_bias(x, y, penalty):
    return _ridge(x, y, penalty)[0], y.mean()


def _ridge_zero_as_bias(x, y, penalty):
    return _ridge(x, y, penalty)[0], 0.0


def _ridge_bias_not_taken_back(x, y, penalty):
    weight = _ridge(x, y, penalty)[0]
    return weight, y.mean() + x.mean(axis=0) @ weight


def _ridge_in_every_entry(x, y, penalty):
    x0, y0 = x - x.mean(axis=0), y - y.mean()
    weight = np.linalg.solve(x0.T @ x0 + penalty, x0.T @ y0)
    return weight, y.mean() - x.mean(axis=0) @ weight


def _ridge_shrunk_afterwards(x, y, penalty):
    weight = _ridge(x, y, 0.0)[0] / (1 + penalty)
    return weight, y.mean() - x.mean(axis=0) @ weight


def _ridge_standardised(x, y, penalty):
    return _ridge((x - x.mean(axis=0)) / x.std(axis=0), y, penalty)


def _ridge_standardised_and_back(x, y, penalty):
    weight = _ridge_standardised(x, y, penalty)[0] / x.std(axis=0)
    return weight, y.mean() - x.mean(axis=0) @ weight


def _ridge_swapped(x, y, penalty):
    return _ridge(x, y, penalty)[::-1]


def _ridge_in_one(x, y, penalty):
    return np.append(*_ridge(x, y, penalty))


def _line_of(answer, x, y, penalty):
    return _plain(answer(x, y, penalty))


def _fitted(*args):
    return Case(use=_line_of, args=args, label="fit_ridge(x, y, penalty)")


RIDGE = Exercise(
    name="learning.ridge",
    title="Ridge in one solve",
    kind="code",
    minutes=9,
    statement=r"""
Ridge regression predicts $\hat y_i = \sum_j x_{ij} w_j + b$. It finds the weights and the bias
for which

$$\sum_{i=1}^{N} (\hat y_i - y_i)^2 + \lambda \sum_{j} w_j^2$$

is smallest. Mind the convention, which is scikit-learn's: the squares are *summed*, not
averaged as in the chapter. The weights pay the penalty, and the bias $b$ pays nothing.

Write `fit_ridge(x, y, penalty)`, which returns two things: the weights, an array of
shape `(D,)`, and the bias, one number. `x` has shape `(N, D)`, `y` has shape `(N,)`, and
`penalty` is $\lambda$, 0 or more. Solve a linear system; no descent is needed.

The mean of the inputs is not 0.
""",
    starter=(
        "def fit_ridge(x, y, penalty):\n    # your code in place of the dots\n    ...\n"
    ),
    answer=_ridge,
    explanation=r"""
For given weights the best bias is $\bar y - \bar{\mathbf{x}} \cdot \mathbf{w}$: it makes
the errors sum to 0. Put that in, and the bias is gone from the problem; what is left is a
regression of $y - \bar y$ on the centred inputs $X_0$, and there the gradient is 0 where

$$(X_0^\top X_0 + \lambda I)\, \mathbf{w} = X_0^\top (\mathbf{y} - \bar y)$$

Just as right is a column of ones in `x`, with a matrix in place of $\lambda I$ that has a 0
where the bias stands. If the bias paid, adding 100 to all $y$ would change the weights.

`Ridge(alpha=penalty)` of scikit-learn gives the same. With $\frac1N$ in front of the sum,
$\lambda$ would have to be $N$ times smaller.
""",
    hints=(
        "For given weights, which bias is best? Set the derivative by $b$ to 0: the "
        "errors then sum to 0, so $b = \\bar y - \\bar{\\mathbf{x}} \\cdot \\mathbf{w}$.",
        "Take its mean away from each column of `x`, and from `y`. In these centred "
        "numbers no bias is needed, and the penalty meets the weights alone.",
        "Solve `(x0.T @ x0 + penalty * np.eye(D)) @ w = x0.T @ y0` with "
        "`np.linalg.solve`, and then work out the bias from the means.",
    ),
    cases=(
        _fitted(
            np.array([[1.0], [2.0], [3.0], [6.0]]),
            np.array([2.0, 3.0, 5.0, 10.0]),
            14.0,
        ),
        _fitted(_numbers(11, 7, 2) + 3, _numbers(12, 7) + 10, 2.0),
        _fitted(_numbers(13, 5, 3) + 1, _numbers(14, 5) - 5, 0.5),
        _fitted(_numbers(15, 11, 3) + 2, _numbers(16, 11) + 4, 0.0),
    ),
    misconceptions={
        "bias_pays": Misconception(
            _ridge_bias_pays,
            "The bias pays the penalty too. Give it a 0 in the penalty matrix, or take "
            "the means away first, so that it is not in the system at all.",
        ),
        "wrong_one_spared": Misconception(
            _ridge_wrong_one_spared,
            "The penalty matrix has its 0 in the wrong place: the first weight goes "
            "free, and the bias pays. The 0 belongs where the column of ones stands.",
        ),
        "no_bias": Misconception(
            _ridge_no_bias,
            "There is no bias in it: every plane must go through the origin. Take the "
            "means away first, or add a column of ones.",
        ),
        "not_centred": Misconception(
            _ridge_not_centred,
            "The weights are worked out as if there were no bias, which is added "
            "afterwards. They depend on each other: take the means away from x and y "
            "before you solve.",
        ),
        "mean_as_bias": Misconception(
            _ridge_mean_as_bias,
            "The weights are right. The mean of y is the bias only where the inputs "
            "have the mean 0: take away the mean input times the weights.",
        ),
        "zero_as_bias": Misconception(
            _ridge_zero_as_bias,
            "The weights are right. The centred numbers need no bias, but the answer is "
            "meant for x as it came: work the bias out from the means.",
        ),
        "bias_sign": Misconception(
            _ridge_bias_not_taken_back,
            "The weights are right. In the bias the mean input times the weights is "
            "added; it is taken away from the mean of y.",
        ),
        "penalty_times_n": Misconception(
            _ridge_with(lambda penalty, n: n * penalty),
            "The penalty is N times too strong. That would be right for the mean of the "
            "squares; here they are summed.",
        ),
        "penalty_over_n": Misconception(
            _ridge_with(lambda penalty, n: penalty / n),
            "The penalty is divided by N: perhaps the squares are summed and the "
            "penalty averaged. Here neither is averaged.",
        ),
        "penalty_doubled": Misconception(
            _ridge_with(lambda penalty, n: 2 * penalty),
            "The penalty counts twice. Both parts of the loss are squares, and both "
            "derivatives have a factor 2, so it cancels.",
        ),
        "penalty_halved": Misconception(
            _ridge_with(lambda penalty, n: penalty / 2),
            "The penalty counts half. Both parts of the loss are squares, and both "
            "derivatives have a factor 2, so it cancels.",
        ),
        "penalty_squared": Misconception(
            _ridge_with(lambda penalty, n: penalty**2),
            "The penalty counts squared. If you added rows to x: they hold the root of "
            "the penalty, because they are squared in the sum.",
        ),
        "in_every_entry": Misconception(
            _ridge_in_every_entry,
            "The penalty is added to every entry of the matrix. It belongs on the "
            "diagonal alone: `penalty * np.eye(D)`.",
        ),
        "penalty_forgotten": Misconception(
            _ridge_with(lambda penalty, n: 0.0),
            "These are the least squares: the penalty is not in it.",
        ),
        "shrunk_afterwards": Misconception(
            _ridge_shrunk_afterwards,
            "The weights of least squares are all divided by the same number. The "
            "penalty shrinks each direction by its own amount, most where the data say "
            "least: it goes into the system.",
        ),
        "swapped": Misconception(
            _ridge_swapped,
            "The numbers are right, but the bias comes first. Return the weights, then "
            "the bias.",
        ),
        "in_one_array": Misconception(
            _ridge_in_one,
            "The numbers are right, but weights and bias come in one array. Return two "
            "things: `return weight, bias`.",
        ),
        "standardised": Misconception(
            _ridge_standardised,
            "The inputs are divided by their spread as well as centred. Then the "
            "penalty meets other weights than those of x as it came. Take away the "
            "means alone.",
        ),
        "standardised_and_back": Misconception(
            _ridge_standardised_and_back,
            "You divide the inputs by their spread, solve, and translate back. For "
            "least squares that changes nothing, but here the penalty has met the "
            "weights of the scaled inputs. Take away the means alone.",
        ),
    },
)

# ------------------------------------------------------------- code: a step of lasso


def _lasso_step(w, x, y, lr, penalty):
    moved = w - lr * x.T @ (x @ w - y) / len(y)
    return np.sign(moved) * np.maximum(np.abs(moved) - lr * penalty, 0)


def _lasso_with(shrink, factor=lambda n: 1 / n):
    """A step with another second half: shrink(moved, threshold, w)."""

    def step(w, x, y, lr, penalty):
        moved = w - lr * factor(len(y)) * x.T @ (x @ w - y)
        return shrink(moved, lr * penalty, w)

    return step


def _soft(z, t, w=None):
    return np.sign(z) * np.maximum(np.abs(z) - t, 0)


def _lasso_first(w, x, y, lr):
    return w - lr * x.T @ (x @ w - y) / len(y)


def _lasso_without_rate(w, x, y, lr, penalty):
    return _soft(_lasso_first(w, x, y, lr), penalty)


def _lasso_threshold_first(w, x, y, lr, penalty):
    return _soft(w, lr * penalty) + _lasso_first(w, x, y, lr) - w


def _lasso_threshold_first_then_slope(w, x, y, lr, penalty):
    return _lasso_first(_soft(w, lr * penalty), x, y, lr)


def _lasso_one_by_one(w, x, y, lr, penalty):
    w = w.copy()
    for j in range(len(w)):
        slope = x[:, j] @ (x @ w - y) / len(y)
        w[j] = _soft(w[j] - lr * slope, lr * penalty)
    return w


LASSO_STEP = Exercise(
    name="learning.lasso_step",
    title="A step that lands on zero",
    kind="code",
    minutes=8,
    statement=r"""
The lasso, here without a bias, predicts $\hat y_i = \sum_j x_{ij} w_j$ and minimises

$$\frac{1}{2N} \sum_{i=1}^{N} (\hat y_i - y_i)^2 + \lambda \sum_j |w_j|$$

This is scikit-learn's convention. The size $|w|$ has a corner at 0, so
a plain step of gradient descent never stays there. The *proximal* step has two halves:

1. A step of gradient descent, of length $\eta$, on the first part of the loss alone.
2. The *soft threshold*: every weight then moves by $\eta\lambda$ towards 0; one that is
   nearer to 0 than that becomes exactly 0.

Write `lasso_step(w, x, y, lr, penalty)`: the new weights after one such step. `w` has shape
`(D,)`, `x` shape `(N, D)`, `y` shape `(N,)`; `lr` is $\eta$ and `penalty` is $\lambda$.
Leave `w` itself as it is.
""",
    starter=(
        "def lasso_step(w, x, y, lr, penalty):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_lasso_step,
    explanation=r"""
The first half is as in linear regression; with $\frac1{2N}$ in front, the gradient is
`x.T @ (x @ w - y) / N`. The second is the exact minimum of
$\frac12 (w - z)^2 + \eta\lambda |w|$ for each weight $z$ by itself: shrink the size by
$\eta\lambda$, at most down to 0, and keep the sign.

So weights become exactly 0, and stay there as long as the data pull at them with less than
$\lambda$. That is how the lasso picks out inputs. Repeating this step is called *ISTA*;
scikit-learn's `Lasso(alpha=penalty)` minimises the same sum another way, one weight at a
time.
""",
    hints=(
        "The first half: what is the gradient of $\\frac{1}{2N} \\sum_i (\\dots)^2$? Is "
        "there a factor 2 left?",
        "The second half works on what the first gives, call it `z`. The size of each "
        "weight becomes `abs(z) - lr * penalty`, or 0 if that is negative.",
        "`np.sign(z) * np.maximum(np.abs(z) - lr * penalty, 0)`, with "
        "`z = w - lr * x.T @ (x @ w - y) / N`.",
    ),
    cases=(
        call(np.array([2.0, -2.0, 0.5]), np.zeros((2, 3)), np.zeros(2), 0.5, 2.0),
        call(
            np.array([1.0, -1.0, 0.0]),
            np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]]),
            np.array([3.0, 1.0]),
            0.5,
            0.25,
        ),
        call(_numbers(21, 5), _numbers(22, 7, 5), _numbers(23, 7), 0.1, 3.0),
        call(_numbers(24, 3), _numbers(25, 5, 3), _numbers(26, 5), 0.3, 0.5),
    ),
    misconceptions={
        "threshold_without_rate": Misconception(
            _lasso_without_rate,
            "The threshold is the penalty itself. The second half is a step too: each "
            "weight moves by lr * penalty.",
        ),
        "crosses_zero": Misconception(
            _lasso_with(lambda z, t, w: z - t * np.sign(z)),
            "Every weight moves towards 0, but one that is near lands on the other "
            "side. It should stop there: its size is `abs(z) - lr * penalty`, at least "
            "0.",
        ),
        "subgradient": Misconception(
            _lasso_with(lambda z, t, w: z - t * np.sign(w)),
            "This goes along the slope of the whole loss at the old weights, with "
            "np.sign(w) for the corner. Such steps jump to and fro across 0 and never "
            "stay there. Take the two halves one after the other.",
        ),
        "hard_threshold": Misconception(
            _lasso_with(lambda z, t, w: np.where(np.abs(z) > t, z, 0)),
            "Small weights become 0, but the large ones keep their size: that is the "
            "hard threshold. In the soft one they move by lr * penalty as well.",
        ),
        "positive_only": Misconception(
            _lasso_with(lambda z, t, w: np.maximum(z - t, 0)),
            "All negative weights become 0. Shrink the size, `np.abs`, and give the "
            "sign back.",
        ),
        "sign_lost": Misconception(
            _lasso_with(lambda z, t, w: np.maximum(np.abs(z) - t, 0)),
            "The sizes are right, but the sign is lost: multiply by np.sign of what the "
            "first half gives.",
        ),
        "old_sign": Misconception(
            _lasso_with(lambda z, t, w: np.sign(w) * np.maximum(np.abs(z) - t, 0)),
            "The sign is that of the old weight. In the first half it may have changed, "
            "and a weight of 0 could never leave it: take the sign of what the first "
            "half gives.",
        ),
        "threshold_first": Misconception(
            _lasso_threshold_first,
            "The threshold comes before the step. Then weights do not end at 0: the "
            "step moves them away again. First the step, then the threshold.",
        ),
        "threshold_first_then_slope": Misconception(
            _lasso_threshold_first_then_slope,
            "The halves are exchanged: first the threshold, then a step from there. "
            "The step moves weights away from 0 again; the threshold comes last.",
        ),
        "shrunk_like_ridge": Misconception(
            _lasso_with(lambda z, t, w: z / (1 + t)),
            "Every weight is divided by the same number, so none becomes 0. That is the "
            "step for a penalty on squares (ridge). Here all move by the same amount.",
        ),
        "decayed_like_ridge": Misconception(
            _lasso_with(lambda z, t, w: z * (1 - t)),
            "Every weight is multiplied by the same number, so none becomes 0. That is "
            "weight decay. Here all move by the same amount.",
        ),
        "summed": Misconception(
            _lasso_with(_soft, lambda n: 1),
            "The threshold is right. In the first half the 1/N of the loss is missing.",
        ),
        "two_too_many": Misconception(
            _lasso_with(_soft, lambda n: 2 / n),
            "The threshold is right. The first half is twice as long: with 1/(2N) in "
            "front of the squares, the 2 of their derivative cancels.",
        ),
        "two_too_many_no_n": Misconception(
            _lasso_with(_soft, lambda n: 2),
            "The threshold is right. The first half is that of a plain sum of squares; "
            "the loss has 1/(2N) in front of it, which leaves 1/N.",
        ),
        "half_too_few": Misconception(
            _lasso_with(_soft, lambda n: 0.5 / n),
            "The threshold is right. The first half is half as long: the derivative of "
            "a square has a factor 2, and it cancels the 1/2 of the loss.",
        ),
        "climbs": Misconception(
            _lasso_with(_soft, lambda n: -1 / n),
            "The threshold is right. The first half climbs: the error is prediction "
            "minus target, and the step goes against the gradient.",
        ),
        "clipped": Misconception(
            _lasso_with(lambda z, t, w: np.clip(z, -t, t)),
            "This keeps what lies within the threshold and throws the rest away. It is "
            "the other way round: take np.clip(z, -t, t) away from z.",
        ),
        "no_threshold": Misconception(
            _lasso_with(lambda z, t, w: z),
            "This is the first half alone: the threshold is missing.",
        ),
        "grows": Misconception(
            _lasso_with(lambda z, t, w: z + t * np.sign(z)),
            "Every weight moves away from 0. The penalty pulls towards it.",
        ),
        "threshold_is_the_rate": Misconception(
            lambda w, x, y, lr, penalty: _soft(_lasso_first(w, x, y, lr), lr),
            "The threshold is the learning rate alone: the penalty does not come into "
            "it.",
        ),
        "threshold_over_n": Misconception(
            lambda w, x, y, lr, penalty: _soft(
                _lasso_first(w, x, y, lr), lr * penalty / len(y)
            ),
            "The threshold is divided by N. In the loss the penalty stands outside the "
            "mean.",
        ),
        "threshold_halved": Misconception(
            _lasso_with(lambda z, t, w: _soft(z, t / 2)),
            "The first half is right. The threshold is lr * penalty: the half in the "
            "chapter's `shrink(r, lam / 2)` belongs to the mean of the squares. Here the "
            "loss has 1/(2N), and nothing is left to halve.",
        ),
        "chapters_convention": Misconception(
            _lasso_with(lambda z, t, w: _soft(z, t / 2), lambda n: 2 / n),
            "Both halves belong to another loss, the chapter's mean of squares. With "
            "1/(2N) in front of the squares the gradient has 1/N, and the threshold is "
            "lr * penalty.",
        ),
        "one_by_one": Misconception(
            _lasso_one_by_one,
            "One weight is changed, and the next is worked out with it. In this step all "
            "weights move at once, from the same w.",
        ),
        "shifted_down": Misconception(
            _lasso_with(lambda z, t, w: z - t),
            "Every weight moves down. Those below 0 should move up: towards 0.",
        ),
        "negative_moved_away": Misconception(
            _lasso_with(lambda z, t, w: np.where(np.abs(z) <= t, 0, z - t)),
            "Small weights become 0, and the positive ones are right. The negative ones "
            "move away from 0: give the sign back at the end.",
        ),
    },
)

# ------------------------------------------------------- code: the batches of an epoch


def _epoch_batches(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def _cut(order, size):
    return [order[i : i + size] for i in range(0, len(order), size)]


def _batches_in_order(n, batch_size, rng):
    return _cut(np.arange(n), batch_size)


def _batches_drop_last(n, batch_size, rng):
    order = rng.permutation(n)
    return [
        order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size)
    ]


def _batches_with_replacement(n, batch_size, rng):
    return _cut(rng.integers(0, n, n), batch_size)


def _batches_independent(n, batch_size, rng):
    sizes = [len(batch) for batch in _cut(np.arange(n), batch_size)]
    return [rng.choice(n, size, replace=False) for size in sizes]


def _batches_own_generator(n, batch_size, rng):
    return _cut(np.random.default_rng(0).permutation(n), batch_size)


def _batches_global(n, batch_size, rng):
    return _cut(np.random.permutation(n), batch_size)  # noqa: NPY002


def _batches_only_their_order(n, batch_size, rng):
    batches = _batches_in_order(n, batch_size, rng)
    return [batches[i] for i in rng.permutation(len(batches))]


def _batches_only_inside(n, batch_size, rng):
    return [rng.permutation(b) for b in _batches_in_order(n, batch_size, rng)]


def _batches_empty_last(n, batch_size, rng):
    order = rng.permutation(n)
    counts = range(n // batch_size + 1)
    return [order[i * batch_size : (i + 1) * batch_size] for i in counts]


def _batches_so_many(n, batch_size, rng):
    return np.array_split(rng.permutation(n), batch_size)


def _batches_even(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


def _batches_filled_up(n, batch_size, rng):
    order = rng.permutation(n)
    return _cut(np.resize(order, -(-n // batch_size) * batch_size), batch_size)


def _batches_from_one(n, batch_size, rng):
    return _cut(rng.permutation(n) + 1, batch_size)


def _batches_small_first(n, batch_size, rng):
    return _epoch_batches(n, batch_size, rng)[::-1]


def _batches_drawn_full(n, batch_size, rng):
    return [rng.integers(0, n, batch_size) for _ in range(0, n, batch_size)]


def _batches_in_one(n, batch_size, rng):
    return rng.permutation(n)


_EPOCH = (
    "what comes",
    "sizes of the batches",
    "indices are whole numbers from 0 to n - 1",
    "every example exactly once",
    "same generator, same batches",
    "another generator, other batches",
    "batches are not blocks of the data",
    "batches change from epoch to epoch",
)


def _listed_batches(given):
    """Batches as lists of numbers; where it is none, a word on what came."""
    if isinstance(given, dict) or not isinstance(given, Iterable):
        return kind_of(snapshot(given))
    given = list(given)
    if (flat := numeric(snapshot(given))) is not None and flat.ndim == 1 and flat.size:
        return "a single run of indices"
    arrays = [numeric(snapshot(batch)) for batch in given]
    if any(batch is None or batch.ndim != 1 for batch in arrays):
        return "a list of other things"
    return [batch.tolist() for batch in arrays]


def _epoch_report(answer, n, batch_size):
    """Describe two epochs, and what depends on the generator."""
    rng = _rng(1)
    epochs = [answer(n, batch_size, rng), answer(n, batch_size, rng)]
    epochs += [answer(n, batch_size, _rng(seed)) for seed in (1, 2)]
    if epochs[0] is None:
        return None
    epochs = [_listed_batches(epoch) for epoch in epochs]
    if not all(isinstance(epoch, list) for epoch in epochs):
        return {**dict.fromkeys(_EPOCH), "what comes": str(epochs[0])}
    about = ["a list of batches", *_about_one(epochs[0], n)]
    # with few examples the order may be the old one by chance
    about += _about_all(*epochs, n, batch_size) if n > 20 else [None] * 4
    return dict(zip(_EPOCH, about, strict=True))


def _about_one(epoch, n):
    flat = [i for batch in epoch for i in batch]
    whole = all(isinstance(i, int) and 0 <= i < n for i in flat)
    return [len(batch) for batch in epoch], whole, sorted(flat) == list(range(n))


def _about_all(first, later, again, other, n, batch_size):
    blocks = _cut(range(n), batch_size)
    return first == again, first != other, _mixed(first, blocks), _mixed(first, later)


def _mixed(batches, others):
    """Whether no batch has the examples of one of the others."""
    others = [set(other) for other in others]
    return not any(set(batch) in others for batch in batches)


def _epoch(n, batch_size):
    label = f"epoch_batches({n}, {batch_size}, rng)"
    return Case(use=_epoch_report, args=(n, batch_size), label=label)


EPOCH = Exercise(
    name="learning.epoch",
    title="Every example once",
    kind="code",
    minutes=7,
    statement=r"""
Mini-batch gradient descent goes through the data in *epochs*. In one epoch every example
has its turn exactly once, in an order that is drawn anew for each epoch, and one step is
taken per batch.

Write `epoch_batches(n, batch_size, rng)`. It returns the batches of one epoch as a list. A
batch is an array (or a list) of indices of examples, and the examples are numbered from
0 to `n - 1`.

- Each batch has `batch_size` indices. Only the last one has fewer, if `n` is no
  multiple of `batch_size`. There are no empty batches.
- The order comes from `rng`, a generator as `np.random.default_rng(seed)` makes it, which
  is used again for the next epoch.
""",
    starter=(
        "def epoch_batches(n, batch_size, rng):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_epoch_batches,
    explanation=r"""
`rng.permutation(n)` draws an order, and slices cut it up. A slice that reaches past the end
is simply shorter, so the last batch needs no code of its own.

One epoch is many steps: 60000 examples in batches of 64 make 938 batches, so five epochs are
4690 steps, not five. And a loss for the whole epoch is the mean over its *examples*. The mean
of the batches' means gives those of a smaller last batch too much weight.
""",
    hints=(
        "Draw the order first: `rng.permutation(n)` gives the numbers 0 to n - 1 "
        "shuffled.",
        "Then cut it up: the first batch is `order[0:batch_size]`. At which places do "
        "the batches begin? `range(0, n, batch_size)` counts in such steps.",
    ),
    cases=(_epoch(10, 4), _epoch(12, 3), _epoch(5, 8), _epoch(97, 10)),
    misconceptions={
        "in_order": Misconception(
            _batches_in_order,
            "The examples come in the order in which they are stored. If they are "
            "sorted, a batch may hold a single class: draw the order from `rng`.",
        ),
        "last_dropped": Misconception(
            _batches_drop_last,
            "What is left over at the end is dropped, so not every example has its "
            "turn. The last batch may be smaller. (`//` rounds down.)",
        ),
        "with_replacement": Misconception(
            _batches_with_replacement,
            "Each index is drawn anew, so some come twice and others never. Shuffle the "
            "numbers 0 to n - 1 instead.",
        ),
        "batches_drawn_one_by_one": Misconception(
            _batches_independent,
            "Each batch is drawn from all examples again. Within a batch none comes "
            "twice, but over the epoch some do, and others never come. Draw one order "
            "for the epoch, and cut it up.",
        ),
        "own_generator": Misconception(
            _batches_own_generator,
            "The batches do not depend on `rng`: a generator made inside, with a fixed "
            "seed, gives the same order in each epoch. Use the one that is given.",
        ),
        "global_generator": Misconception(
            _batches_global,
            "The order does not come from `rng`, so that the same seed does not give "
            "the same batches. Write `rng.permutation`, not `np.random.permutation`.",
        ),
        "only_their_order": Misconception(
            _batches_only_their_order,
            "The batches come in a drawn order, but each is a block of neighbours, the "
            "same in every epoch. Shuffle the examples first, then cut.",
        ),
        "only_inside": Misconception(
            _batches_only_inside,
            "Each batch is shuffled inside, which changes nothing for its gradient. "
            "Shuffle all examples first, then cut.",
        ),
        "empty_batch": Misconception(
            _batches_empty_last,
            "Where n is a multiple of batch_size, an empty batch comes last. Its mean "
            "would be 0/0. `range(0, n, batch_size)` stops in time.",
        ),
        "empty_first": Misconception(
            lambda n, size, rng: np.split(rng.permutation(n), range(0, n, size)),
            "An empty batch comes first. `np.split` is told where to cut, and a cut at "
            "0 has nothing before it: begin at batch_size.",
        ),
        "so_many_batches": Misconception(
            _batches_so_many,
            "There are `batch_size` batches. `batch_size` is the number of examples in "
            "each; np.array_split asks for the number of parts.",
        ),
        "even_sizes": Misconception(
            _batches_even,
            "The number of batches is right, but they are made as even as possible. All "
            "but the last should have `batch_size` examples.",
        ),
        "filled_up": Misconception(
            _batches_filled_up,
            "The last batch is filled up with examples that had their turn already. Let "
            "it be smaller.",
        ),
        "from_one": Misconception(
            _batches_from_one,
            "The indices run from 1 to n. Python counts from 0: n itself is past the "
            "end.",
        ),
        "one_array": Misconception(
            _batches_in_one,
            "This is a single run of indices. Cut the whole order into batches, and "
            "return them all, as a list.",
        ),
        "small_batch_first": Misconception(
            _batches_small_first,
            "The smaller batch comes first. It should be the last one.",
        ),
        "drawn_full": Misconception(
            _batches_drawn_full,
            "Each batch is drawn anew from all examples, and all batches are full. So "
            "some examples come twice in an epoch and others never. Shuffle the numbers "
            "0 to n - 1 once, and cut them up.",
        ),
    },
)

# ------------------------------------------------------------ code: a step of Newton


def _newton_step(w, x, y):
    p = 1 / (1 + np.exp(-x @ w))
    gradient = x.T @ (p - y) / len(y)
    hessian = (x.T * (p * (1 - p))) @ x / len(y)
    return w - np.linalg.solve(hessian, gradient)


def _newton_with(curve=lambda p, y: p * (1 - p), end=np.linalg.solve, sign=-1, n=None):
    """A step with other weights in the Hessian, or another end."""

    def step(w, x, y):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (p - y) / len(y)
        hessian = (x.T * curve(p, y)) @ x / (n or len(y))
        return w + sign * end(hessian, gradient)

    return step


def _newton_gradient_summed(w, x, y):
    return w + len(y) * (_newton_step(w, x, y) - w)


def _newton_sigmoid_turned(w, x, y):
    p = 1 / (1 + np.exp(x @ w))
    hessian = (x.T * (p * (1 - p))) @ x
    return w - np.linalg.solve(hessian, x.T @ (p - y))


def _newton_linear(w, x, y):
    return w - np.linalg.solve(x.T @ x, x.T @ (x @ w - y))


def _newton_delta_only(w, x, y):
    return w - _newton_step(w, x, y)


def _diagonal(hessian, gradient):
    return gradient / np.diag(hessian)


_X = np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 0.5], [1.0, -2.0], [1.0, 1.0]])
_LABELS = np.array([1.0, 0.0, 0.0, 1.0, 1.0])

NEWTON_STEP = Exercise(
    name="learning.newton_step",
    title="A step that knows the curvature",
    kind="code",
    minutes=9,
    statement=r"""
Logistic regression: $p_i = \sigma(\mathbf{x}_i \cdot \mathbf{w})$ with
$\sigma(z) = 1/(1 + e^{-z})$, and the loss is the mean cross-entropy. Its first and second
derivatives are

$$
\begin{aligned}
g_j &= \frac1N \sum_i (p_i - y_i)\, x_{ij} \\
H_{jk} &= \frac1N \sum_i p_i (1 - p_i)\, x_{ij}\, x_{ik}
\end{aligned}
$$

Newton's method goes to the lowest point of the parabola that has this slope and this
curvature where we stand:

$$\mathbf{w} \leftarrow \mathbf{w} - H^{-1} \mathbf{g}$$

Write `newton_step(w, x, y)`: the weights after one such step. `x` has shape `(N, D)`; if a
bias is wanted, one of its columns is all ones. `y` has shape `(N,)`, entries 0 or 1, and
`w` shape `(D,)`. Leave `w` itself as it is.
""",
    starter=(
        "def newton_step(w, x, y):\n    # your code in place of the dots\n    ...\n"
    ),
    answer=_newton_step,
    explanation=r"""
`p * (1 - p)` has one entry per example, and so it scales the columns of `x.T`:
`(D, N) * (N,)`. Then `@ x` sums over the examples, and the Hessian is `(D, D)`.
`np.linalg.solve` solves $H \mathbf{d} = \mathbf{g}$; it is quicker than the inverse, and
errs less.

There is no learning rate: the curvature says how far. Where the bowl is a true parabola,
one step leads to the bottom. Here it takes a handful, from a start that is not too far off;
from far away a step can also leap past the bottom. The price is a system of $D$ equations
at each step, which is why networks with millions of weights do without.
""",
    hints=(
        "In steps: `p`, of shape `(N,)`; the gradient `x.T @ (p - y) / N`, of shape "
        "`(D,)`; the Hessian, of shape `(D, D)`; and then the step.",
        "The Hessian is `x.T @ x / N`, but for the weight `p * (1 - p)` that each "
        "example has. Multiply the rows of `x` by it: `(p * (1 - p))[:, None] * x`.",
        "`hessian = x.T @ ((p * (1 - p))[:, None] * x) / N`, and the step is "
        "`w - np.linalg.solve(hessian, gradient)`.",
    ),
    cases=(
        call(np.array([0.0, 0.0]), _X, _LABELS),
        call(np.array([0.5, -1.0]), _X, _LABELS),
        call(
            np.array([0.25, -0.5, 1.0]),
            _numbers(31, 7, 3) / 2,
            np.array([1.0, 0, 0, 1, 1, 0, 1]),
        ),
        call(np.array([1.5]), np.array([[1.0], [-2.0], [0.5]]), np.array([1.0, 1, 0])),
    ),
    misconceptions={
        "uphill": Misconception(
            _newton_with(sign=1),
            "The step goes the wrong way: the solution of H d = g is taken away from w. "
            "(Or is the gradient y minus p?)",
        ),
        "multiplied": Misconception(
            _newton_with(end=np.matmul),
            "The gradient is multiplied by the Hessian. It is divided by it, so to "
            "speak: where the bowl is steep, the step must be short. Solve H d = g.",
        ),
        "diagonal_only": Misconception(
            _newton_with(end=_diagonal),
            "Each slope is divided by its own curvature alone. The weights act on one "
            "another: use the whole matrix, `np.linalg.solve`.",
        ),
        "divided_entry_by_entry": Misconception(
            _newton_with(end=lambda hessian, gradient: gradient / hessian),
            "`/` divides entry by entry, and gives a matrix. What is meant is the "
            "inverse of the matrix: `np.linalg.solve(hessian, gradient)`.",
        ),
        "inverse_entry_by_entry": Misconception(
            _newton_with(end=lambda hessian, gradient: (1 / hessian) @ gradient),
            "1 / H turns over each entry by itself. The inverse of a matrix is another "
            "thing: `np.linalg.solve(hessian, gradient)`.",
        ),
        "not_weighted": Misconception(
            _newton_with(curve=lambda p, y: np.ones_like(p)),
            "The Hessian is that of linear regression: the weight p(1 - p) of each "
            "example is missing. It says how steep the sigmoid is there.",
        ),
        "weighted_by_p": Misconception(
            _newton_with(curve=lambda p, y: p),
            "The examples are weighted by p in the Hessian. The slope of the sigmoid is "
            "p(1 - p).",
        ),
        "weighted_by_the_error": Misconception(
            _newton_with(curve=lambda p, y: (p - y) ** 2),
            "The examples are weighted by the square of their error in the Hessian. The "
            "second derivative of the cross-entropy is p(1 - p), whatever y is.",
        ),
        "weights_squared": Misconception(
            _newton_with(curve=lambda p, y: (p * (1 - p)) ** 2),
            "The weight p(1 - p) comes in twice: only one of the two x gets it.",
        ),
        "hessian_summed": Misconception(
            _newton_with(n=1),
            "The gradient is a mean over the examples, and the Hessian a sum, so the "
            "step is N times too short. Both have 1/N.",
        ),
        "gradient_summed": Misconception(
            _newton_gradient_summed,
            "The gradient is a sum over the examples, and the Hessian a mean, so the "
            "step is N times too long. Both have 1/N.",
        ),
        "gradient_descent": Misconception(
            _newton_with(end=lambda hessian, gradient: gradient),
            "This is gradient descent with a learning rate of 1. The Hessian does not "
            "come into it.",
        ),
        "without_sigmoid": Misconception(
            _newton_linear,
            "This leads to the least squares: the sigmoid is missing.",
        ),
        "step_only": Misconception(
            _newton_delta_only,
            "This is the step, what is to be taken away. Return where w is afterwards.",
        ),
        "sigmoid_turned": Misconception(
            _newton_sigmoid_turned,
            "The sigmoid is turned round: a minus is missing in its exponent, so these "
            "are the probabilities of class 0.",
        ),
        "one_weight_for_all": Misconception(
            _newton_with(curve=lambda p, y: np.full_like(p, np.mean(p * (1 - p)))),
            "All examples have the same weight in the Hessian, the mean of p(1 - p). "
            "Each one has its own.",
        ),
    },
)

# ---------------------------------------------------------- debug: the wrong axis

_WRONG_AXIS = """def cross_entropy(p, truth):
    terms = truth * np.log(p)
    return -terms.sum(axis=0).mean()
"""


def _cross_entropy(p, truth):
    right = (truth * p).sum(axis=1)  # (N,): the probability of the right class
    return -np.log(right).mean()


def _entropy_with(reduce, safe=True):
    """Reduce the terms, with or without nan where p is 0."""

    def cross_entropy(p, truth):
        logs = np.log(np.where(truth == 1, p, 1) if safe else p)
        return reduce(-truth * logs)

    return cross_entropy


def _over_classes(terms):
    return terms.sum(axis=0).mean()


def _over_examples(terms):
    return terms.sum(axis=1).mean()


def _entropy_nan_dropped(p, truth):
    return np.nanmean(-(truth * np.log(p)).sum(axis=1))


def _entropy_log_of_mean(p, truth):
    return -np.log((truth * p).sum(axis=1).mean())


def _entropy_of_the_largest(p, truth):
    return -np.log(p.max(axis=1)).mean()


def _entropy_binary(p, truth):
    return -np.log(np.where(truth == 1, p, 1 - p)).sum(axis=1).mean()


_SURE = np.array([[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]])
_P = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8], [0.2, 0.6, 0.2], [0.7, 0.2, 0.1]])
_TRUTH = np.eye(3)[[0, 2, 0, 1]]

WRONG_AXIS = Exercise(
    name="learning.wrong_axis",
    title="Copied data, doubled loss",
    kind="debug",
    minutes=6,
    statement=r"""
`cross_entropy` is to give the mean cross-entropy of $N$ examples with $C$ classes. `p`
holds the predicted probabilities and `truth` the right answers, both of shape `(N, C)`:
one example a row. A row of `truth` has a 1 at the right class and 0 elsewhere.

It runs. But

- With every example copied the loss doubles. A mean over the examples should stay.
- For the rows $[1, 0, 0]$, predicted and true, it gives nan. A sure prediction that is
  right should cost 0.

Several of the articles that this course grew out of write
$-\sum_i y_i \log \hat y_i$, with one index for two things, the classes and the examples.

Mend the code. (The right class always has a probability above 0; others may have 0.)
""",
    starter=_WRONG_AXIS,
    answer=_cross_entropy,
    explanation=r"""
There are two indices. Within an example the classes are summed, and then comes the mean
over the examples:

$$L = -\frac1N \sum_{i=1}^{N} \sum_{k=1}^{C} y_{ik} \log \hat y_{ik}$$

The code summed over the examples and took the mean over the classes: the same sum, divided by
$C$ in place of $N$. With as many examples as classes nobody would see it.

And $0 \cdot \log 0$ is $0 \cdot (-\infty)$, which is nan. In each row only the right
class counts: pick its probability out first, and take the logarithm of that.
""",
    hints=(
        "Which axis of `p` counts the examples, and which the classes? What is left "
        "after `.sum(axis=0)`, and what does `.mean()` then divide by?",
        "For nan: what is `0 * np.log(0)`? Only one entry in each row of `truth` is "
        "not 0, so only one logarithm is needed.",
        "`(truth * p).sum(axis=1)` is the probability of the right class, one number "
        "per example. Take the logarithm after that, and then the mean.",
    ),
    cases=(
        call(_P, _TRUTH),
        call(np.repeat(_P, 2, axis=0), np.repeat(_TRUTH, 2, axis=0)),
        call(_SURE, np.eye(3)[[0, 2]]),
        call(
            np.array([[0.5, 0.125, 0.125, 0.25], [0.1, 0.2, 0.3, 0.4]]),
            np.eye(4)[[1, 3]],
        ),
        call(np.array([[0.0, 1.0, 0.0]]), np.eye(3)[[1]]),
    ),
    misconceptions={
        "nan_mended_only": Misconception(
            _entropy_with(_over_classes),
            "nan is gone. But the loss still grows when the examples are copied: it is "
            "divided by the number of classes. Which axis counts the examples?",
        ),
        "axis_mended_only": Misconception(
            _entropy_with(_over_examples, safe=False),
            "The mean over the examples is right now. A sure prediction still gives "
            "nan: 0 times the logarithm of 0, in a class that is not the right one.",
        ),
        "mean_of_all_entries": Misconception(
            _entropy_with(np.mean),
            "The mean runs over all N times C entries. Sum over the classes first, "
            "`axis=1`, and take the mean over the examples alone.",
        ),
        "mean_of_all_entries_with_nan": Misconception(
            _entropy_with(np.mean, safe=False),
            "Two things are left. The mean runs over all N times C entries: sum over "
            "the classes first, `axis=1`. And 0 times the logarithm of 0 is still nan.",
        ),
        "summed": Misconception(
            _entropy_with(np.sum),
            "This is the sum over all examples. It is to be their mean.",
        ),
        "summed_with_nan": Misconception(
            _entropy_with(np.sum, safe=False),
            "Two things are left. This is the sum over all examples; it is to be their "
            "mean. And 0 times the logarithm of 0 is still nan.",
        ),
        "one_for_each_example": Misconception(
            _entropy_with(lambda terms: terms.sum(axis=1)),
            "These are the losses of each example. Their mean is still to be taken.",
        ),
        "sign_turned": Misconception(
            _entropy_with(lambda terms: -terms.sum(axis=1).mean()),
            "The minus is lost: the logarithm of a probability is negative, and a loss "
            "is not.",
        ),
        "log_of_the_mean": Misconception(
            _entropy_log_of_mean,
            "The probabilities of the right classes are averaged before the logarithm. "
            "Take the logarithm of each, and then the mean.",
        ),
        "largest_taken": Misconception(
            _entropy_of_the_largest,
            "This takes the largest probability of each row, whatever is true. `truth` "
            "says which class is the right one.",
        ),
        "other_classes_too": Misconception(
            _entropy_binary,
            "The wrong classes count as well here, by 1 - p: that is the binary "
            "cross-entropy of each class by itself. Where exactly one class is right, "
            "only its logarithm counts.",
        ),
        "nan_dropped": Misconception(
            _entropy_nan_dropped,
            "The axis is right. The examples that gave nan are left out of the mean now; "
            "they should count, with a loss of 0.",
        ),
    },
    atol=5e-6,  # some add a small number before they take the logarithm
)

# ------------------------------------------------------- debug: the bias pays as well

_BIAS_PAYS = """def ridge_gradients(x, y, weight, bias, penalty):
    error = x @ weight + bias - y
    dweight = x.T @ error + 2 * penalty * weight
    dbias = error.sum() + 2 * penalty * bias
    return dweight, dbias
"""


def _ridge_gradients(x, y, weight, bias, penalty):
    error = x @ weight + bias - y
    dweight = 2 / len(y) * x.T @ error + 2 * penalty * weight
    dbias = 2 / len(y) * error.sum()
    return dweight, dbias


def _pays_with(
    weight_factor=lambda n: 2 / n,
    bias_factor=None,
    pays=0.0,
    penalty_factor=lambda n: 2.0,
):
    """The gradients with other factors, and with a bias that pays `pays` times."""

    def gradients(x, y, weight, bias, penalty):
        n, error = len(y), x @ weight + bias - y
        dweight = weight_factor(n) * x.T @ error
        dweight = dweight + penalty_factor(n) * penalty * weight
        dbias = (bias_factor or weight_factor)(n) * error.sum()
        return dweight, dbias + pays * penalty_factor(n) * penalty * bias

    return gradients


def _pulls_of(answer, x, y, weight, bias, penalty):
    return _plain(answer(x, y, weight, bias, penalty))


def _pulled(*args):
    label = "ridge_gradients(x, y, weight, bias, penalty)"
    return Case(use=_pulls_of, args=args, label=label)


BIAS_PAYS = Exercise(
    name="learning.bias_pays",
    title="The bias pays as well",
    kind="debug",
    minutes=7,
    statement=r"""
With the predictions $\hat y_i = \sum_j x_{ij} w_j + b$ and the loss

$$L = \frac1N \sum_{i=1}^{N} (\hat y_i - y_i)^2 + \lambda \sum_j w_j^2$$

`ridge_gradients` is to give the derivatives of $L$ by the weights and by the bias.

`x` has shape `(N, D)`, `y` shape `(N,)`, `weight` shape `(D,)`; `bias` and `penalty` ($\lambda$)
are numbers.

Descent with it comes to rest, but at a strange place:

- With every row of the table copied, the weights come out larger. $L$ stays the same, so
  the weights should, too.
- With 100 added to every $y$, the weights change. It would be enough to raise the bias by
  100.

Mend two things: which loss the first part belongs to, and who pays the penalty.
""",
    starter=_BIAS_PAYS,
    answer=_ridge_gradients,
    explanation=r"""
`x.T @ error` belongs to $\frac12 \sum$, the `2 * penalty` to $\lambda \sum w^2$: two
conventions in one gradient. The more rows there are, the less the penalty counts. With
$\frac1N \sum$ the factor is $\frac2N$, for the bias as well.

And the bias pays nothing. It says how high the data lie, which depends on where somebody
set the zero of the scale; pulling it towards 0 shifts the error onto the weights.
""",
    hints=(
        "Copied rows double `x.T @ error` and leave `2 * penalty * weight` as it is. "
        "What is the derivative of $\\frac1N \\sum_i (\\dots)^2$ by $w_j$?",
        "Both sums of errors need the factor `2 / N`. The penalty already has its 2.",
        "In $L$ the penalty holds the weights alone. What is its derivative by the bias?",
    ),
    cases=(
        _pulled(
            np.array([[1.0], [2.0], [4.0], [0.0], [3.0]]),
            np.array([1.0, 8.0, 5.0, 0.0, 2.0]),
            np.array([2.0]),
            1.0,
            0.5,
        ),
        _pulled(_numbers(41, 7, 3), _numbers(42, 7), np.array([3.0, -1, 2]), 4.0, 0.1),
        _pulled(_numbers(43, 3, 2), _numbers(44, 3), np.ones(2), -2.0, 3.0),
        _pulled(_numbers(45, 5, 2), _numbers(46, 5), np.ones(2), 1.0, 0.0),
    ),
    misconceptions={
        "bias_still_pays": Misconception(
            _pays_with(pays=1.0),
            "The first part is right now. The bias still pays the penalty: in the loss "
            "only the weights do.",
        ),
        "factor_still_missing": Misconception(
            _pays_with(lambda n: 1),
            "The bias pays nothing now. The first part is still that of half a sum: "
            "write down the derivative of the mean of the squares.",
        ),
        "two_missing": Misconception(
            _pays_with(lambda n: 1 / n),
            "The bias pays nothing, and the 1/N is there. The 2 of the derivative of a "
            "square is missing in the first part; the penalty has its 2.",
        ),
        "two_missing_and_pays": Misconception(
            _pays_with(lambda n: 1 / n, pays=1.0),
            "The 1/N is there now. Two things are left: the 2 of the derivative of a "
            "square, in the first part, and the penalty on the bias.",
        ),
        "not_divided": Misconception(
            _pays_with(lambda n: 2),
            "The bias pays nothing, and the 2 is there. The 1/N is missing: copied rows "
            "still count double against the penalty.",
        ),
        "not_divided_and_pays": Misconception(
            _pays_with(lambda n: 2, pays=1.0),
            "The 2 is there now. Two things are left: the 1/N in the first part, and "
            "the penalty on the bias.",
        ),
        "half_of_all": Misconception(
            _pays_with(lambda n: 1 / n, penalty_factor=lambda n: 1.0),
            "All is half of what it should be. The two parts fit together, so the "
            "descent ends in the right place; but this is the gradient of L/2.",
        ),
        "penalty_averaged": Misconception(
            _pays_with(penalty_factor=lambda n: 2 / n),
            "The penalty is divided by N as well. In the loss it stands outside the "
            "mean.",
        ),
        "bracket_round_all": Misconception(
            _pays_with(penalty_factor=lambda n: 4 / n),
            "The bias is right. The 2/N stands before the penalty too, which has its "
            "own 2 and no 1/N: close the bracket before it.",
        ),
        "penalty_gone": Misconception(
            _pays_with(penalty_factor=lambda n: 0.0),
            "The penalty is gone altogether. The weights pay it; only the bias does not.",
        ),
        "penalty_lost_its_two": Misconception(
            _pays_with(penalty_factor=lambda n: 1.0),
            "The first part is right, and the bias pays nothing. The penalty has lost "
            "its 2: the derivative of a square has one.",
        ),
        "weights_only": Misconception(
            _pays_with(bias_factor=lambda n: 1),
            "The weights are right. The bias pays nothing, but its errors are still "
            "summed: it needs the 2/N too.",
        ),
        "bias_only": Misconception(
            _pays_with(lambda n: 1, lambda n: 2 / n),
            "The bias is right. In the weights the first part is still that of half a "
            "sum: they need the 2/N too.",
        ),
        "bias_is_paid": Misconception(
            _pays_with(pays=-1.0),
            "The bias now gets the penalty back, with a minus. It has nothing to do "
            "with the penalty at all.",
        ),
        "bias_as_before": Misconception(
            _pays_with(bias_factor=lambda n: 1, pays=1.0),
            "The weights are right. The line of the bias is as it was: it needs the 2/N "
            "as well, and no penalty.",
        ),
        "bias_without_two": Misconception(
            _pays_with(bias_factor=lambda n: 1 / n),
            "The weights are right, and the bias pays nothing. In the line of the bias "
            "the 2 is missing: its errors come from the same square.",
        ),
        "penalty_halved_instead": Misconception(
            _pays_with(lambda n: 1, penalty_factor=lambda n: 1.0),
            "The bias pays nothing, and the two parts have lost the same 2. But the "
            "first is still a sum: copied rows count double against the penalty.",
        ),
    },
)

# -------------------------------------------------------- open: a penalty that fits


def _choose_penalty(x, y):
    order = np.random.default_rng(0).permutation(len(y))
    parts = np.array_split(order, 5)
    penalties = x.var() * 10.0 ** np.arange(-3, 7, 0.5)
    errors = np.zeros(len(penalties))
    for held in parts:
        seen = np.setdiff1d(order, held)
        mean_x, mean_y = x[seen].mean(axis=0), y[seen].mean()
        x0, y0 = x[seen] - mean_x, y[seen] - mean_y
        matrix, right = x0.T @ x0, x0.T @ y0
        for i, penalty in enumerate(penalties):
            weight = np.linalg.solve(matrix + penalty * np.eye(x.shape[1]), right)
            predicted = (x[held] - mean_x) @ weight + mean_y
            errors[i] += np.sum((predicted - y[held]) ** 2)
    return penalties[errors.argmin()]


_SEEN, _NOISE, _WORSE = 200, 300.0, 0.12
_UNITS = (0.03, 1.0, 30.0)
_UNITS_OF_Y = (1.0, 10.0, 0.1, 0.1, 1.0, 10.0)  # they leave the best penalty as it is
_WIDE = 10.0 ** np.arange(-4.0, 7.0, 0.25)


@lru_cache(maxsize=1)
def _tables():
    """Six tables: (x, y) to choose with, a function penalty -> error, the least error."""
    return [
        _table(draw, unit, noise)
        for draw, (noise, unit) in enumerate(
            (noise, unit) for noise in (0.0, _NOISE) for unit in _UNITS
        )
    ]


def _table(draw, unit, noise):
    x, y = _diabetes()
    rng = _rng(draw)
    order = rng.permutation(len(y))
    seen, rest = order[:_SEEN], order[_SEEN:]
    x = unit * x
    noisy = y[seen] + noise * rng.normal(size=_SEEN)
    noisy, y = _UNITS_OF_Y[draw] * noisy, _UNITS_OF_Y[draw] * y

    def error(penalty):
        weight, bias = _ridge(x[seen], noisy, penalty)
        return float(np.mean((x[rest] @ weight + bias - y[rest]) ** 2))

    return x[seen], noisy, error, min(error(unit**2 * p) for p in _WIDE)


@lru_cache(maxsize=1)
def _diabetes():
    """The ten inputs, their squares and products, each with mean 0 and spread 1."""
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    first, second = np.triu_indices(x.shape[1])
    x = x / x.std(axis=0)
    x = np.column_stack([x, x[:, first] * x[:, second]])
    x = x[:, x.std(axis=0) > 0]
    return (x - x.mean(axis=0)) / x.std(axis=0), y


def _why_not_this_penalty(answer):
    """Say what is wrong with the penalties that a learner's function chooses, or None."""
    chosen = []
    for x, y, _, _ in _tables():
        given = snapshot(answer(x.copy(), y.copy()))
        number = numeric(given)
        if number is None or number.size != 1 or number.dtype.kind not in "iuf":
            return (
                "`choose_penalty` should give back one number, and "
                f"{kind_of(given)} came."
            )
        chosen.append(float(number.item()))
    if not all(np.isfinite(p) and p >= 0 for p in chosen):
        return f"A penalty is 0 or more, and finite. Yours: {_listed(chosen)}."
    worse = [
        error(max(p, 1e-9)) / least - 1
        for p, (_, _, error, least) in zip(chosen, _tables(), strict=True)
    ]
    if np.mean(worse) <= _WORSE:
        return None
    if _fits_the_mean(chosen):
        return (
            "Each of your penalties is right if it is multiplied by the number of "
            "examples. It was chosen for the mean of the squares, as in the chapter; "
            "here the squares are summed."
        )
    return _told(chosen, worse)


def _fits_the_mean(chosen):
    """Say whether the penalties would do for the mean of the squares."""
    worse = [
        error(max(p * len(y), 1e-9)) / least - 1
        for p, (_, y, error, least) in zip(chosen, _tables(), strict=True)
    ]
    return np.mean(worse) <= _WORSE


def _listed(penalties):
    return ", ".join(f"{p:.3g}" for p in penalties)


def _told(chosen, worse):
    told = (
        f"On the six tables you choose {_listed(chosen)}. On new examples the error is "
        f"larger than with the best penalty by {', '.join(f'{max(w, 0):.0%}' for w in worse)}: "
        f"{np.mean(worse):.0%} in the mean, and {_WORSE:.0%} are allowed. "
    )
    return told + _advice(np.array(chosen), np.array(worse))


def _advice(chosen, worse):
    plain = chosen / np.tile(np.square(_UNITS), 2)  # in units where the spread is 1
    other_units = min(worse[0], worse[3]), min(worse[2], worse[5])
    if (plain < 0.1).sum() >= 3 and worse.max() > 1:
        return (
            "Most are close to no penalty at all. Is the error measured on the same "
            "examples that the weights were fitted to? There the smallest penalty "
            "always wins: hold some examples back."
        )
    if np.ptp(chosen) == 0:
        return (
            "It is the same penalty each time. The tables differ in their units and in "
            "their noise: let the data choose."
        )
    if plain.max() <= 1.5 * plain.min():
        return (
            "But for the units it is the same penalty each time. The tables differ in "
            "their noise as well: try many, with some examples held back."
        )
    if max(other_units) > _WORSE and worse[1] <= _WORSE:
        return (
            "Where the inputs have a spread of 1 it goes well. In other units it does "
            "not: the penalty that fits grows with the square of the units. Try a much "
            "wider range, or one that goes with `x.var()`; and if you scale `x` before "
            "you choose, mind that the checker does not."
        )
    if worse[:3].mean() <= _WORSE:
        return (
            "The three tables without extra noise go well. With noise a single part "
            "held back may mislead: hold each part back in turn, and add up the errors."
        )
    return (
        "Try penalties over many powers of ten, fit with some examples held back, and "
        "take the penalty with the smallest error on those."
    )


PENALTY = Exercise(
    name="learning.penalty",
    title="Let the data choose",
    kind="open",
    minutes=14,
    statement=r"""
How strong should the penalty be? Write `choose_penalty(x, y)`: it is given 200 examples,
and returns one number, the $\lambda$ for ridge regression in the convention of "Ridge in one
solve" (the squares summed, the bias free).

The checker calls it for six tables. They are made from scikit-learn's diabetes data: ten
measurements of a patient, their squares and their products, 65 columns in all; `y` says how
far the illness went on within a year. The tables differ in the units of `x` (a
spread of 0.03, 1 or 30) and of `y`, and in three of them noise is added to `y`. So no fixed
number will do.

Each time the checker fits ridge to the 200 examples with your $\lambda$, and measures the
squared error on the other 242 patients, which your function never sees. It compares this
with the best that any of a wide range of penalties would have given there. In the mean over
the six tables you may be 12 % worse.

You may use your own `fit_ridge`, or scikit-learn's. A descent is not needed.
""",
    starter=(
        "def choose_penalty(x, y):\n    # your code in place of the dots\n    ...\n"
    ),
    answer=_choose_penalty,
    explanation=r"""
The penalty cannot be chosen by the error on the examples it was fitted to: there no penalty
always wins. So some examples are held back, and the penalty is taken that does best on them.
With few examples one part held back says little, and by chance may say the wrong thing;
here each of five parts is held back in turn (*cross-validation*).

Penalties are tried on a grid of powers of ten, since only their order of magnitude matters
much. Measured in centimetres in place of metres, `x` is 100 times larger, the weights 100
times smaller, and the fitting $\lambda$ $100^2$ times larger: that is why the grid begins at
`x.var()`, and why people standardise first.
""",
    hints=(
        "Put a quarter of the 200 examples aside, at random. Fit ridge to the rest with "
        "many penalties, and measure each on what you put aside. (One part alone may not "
        "be enough here: see hint 3.)",
        "Go up in powers of ten, and over a wide range: "
        "`x.var() * 10.0 ** np.arange(-3, 7, 0.5)` goes with the units.",
        "To be less at the mercy of chance, cut the examples into five parts, hold "
        "each back in turn, and add up the squared errors before you take the smallest.",
    ),
    accept=_why_not_this_penalty,
    seconds=30.0,
)

EXERCISES = [
    THREE_CONVENTIONS,
    ONE_STEP,
    SAFE_RATE,
    MSE_GRADIENT,
    GAUSSIAN_NLL,
    RIDGE,
    LASSO_STEP,
    EPOCH,
    NEWTON_STEP,
    WRONG_AXIS,
    BIAS_PAYS,
    PENALTY,
]
