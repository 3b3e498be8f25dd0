"""Exercises of the chapter "Backpropagation"."""

from collections import deque
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


# ---------------------------------------------------------------- by hand: a graph

TWO_PATHS = Exercise(
    name="backpropagation.two_paths",
    title="Two ways from p to f",
    kind="by hand",
    minutes=5,
    statement=r"""
With $a = 2$, $b = 4$ and $c = -5$ a small graph is worked out from top to bottom:

$$
\begin{aligned}
p &= a \cdot b = 8 \\
q &= p + c = 3 \\
r &= q^2 = 9 \\
f &= r + 3p = 33
\end{aligned}
$$

Go back through it on paper, from $f$ upwards, and find the three derivatives $\partial
f / \partial a$, $\partial f / \partial b$ and $\partial f / \partial c$. Write them as a
list, in this order. Mind that $p$ is used twice.
""",
    starter="slopes_abc = ...\n",
    answer=[36, 18, 6],
    explanation=r"""
Start at $f$ with 1, and multiply by the local derivative on each way back:

$$
\begin{aligned}
\partial f / \partial r &= 1 \\
\partial f / \partial q &= 1 \cdot 2q = 6 \\
\partial f / \partial c &= 6 \cdot 1 = 6 \\
\partial f / \partial p &= 6 \cdot 1 + 3 = 9 \\
\partial f / \partial a &= 9 \cdot b = 36 \\
\partial f / \partial b &= 9 \cdot a = 18
\end{aligned}
$$

Where a number is used twice, what comes back on the two ways is added. That happens at
$p$, and everything above $p$ must wait for the sum.
""",
    hints=(
        "Find the derivative of $f$ by each node in turn, from the last line to the "
        "first: $r$, $q$, $p$, and only then $a$ and $b$.",
        "$f$ depends on $p$ in two ways: through $q$ and $r$, and directly through "
        "$3p$. Work out both, and add them.",
        "$\\partial f / \\partial q = 2q = 6$. Through $q$ comes 6, directly comes 3, "
        "so $\\partial f / \\partial p = 9$.",
    ),
    misconceptions={
        "first_way_only": Misconception(
            [24, 12, 6],
            "Only the way through q and r is counted. p also goes into f directly, as "
            "3p, and what comes back on that way is added.",
        ),
        "second_way_only": Misconception(
            [12, 6, 0],
            "Only the direct way, 3p, is counted. p also goes into q, from there "
            "into r, and so into f; what comes back on that way is added. And c has "
            "only that way.",
        ),
        "second_way_alone_for_p": Misconception(
            [12, 6, 6],
            "c is right. For p only the direct way, 3p, is left: did the second way "
            "take the place of the first? The two are added.",
        ),
        "ways_multiplied": Misconception(
            [72, 36, 6],
            "The two ways from p to f are multiplied. Along one way the local "
            "derivatives are multiplied; the ways themselves are added.",
        ),
        "two_lost": Misconception(
            [24, 12, 3],
            "The 2 is missing in the derivative of r = q²: it is 2q, not q.",
        ),
        "square_kept": Misconception(
            [48, 24, 9],
            "For the step from q to r the value q² = 9 is used. Its derivative is 2q.",
        ),
        "q_left_out": Misconception(
            [20, 10, 2],
            "The derivative of q² is taken as 2. It is 2q, and q is 3 here.",
        ),
        "three_lost": Misconception(
            [28, 14, 6],
            "On the direct way the factor is missing: f = r + 3p grows by 3 when p "
            "grows by 1.",
        ),
        "operands_swapped": Misconception(
            [18, 36, 6],
            "The first two are exchanged. In a product each factor gets the other one: "
            "the derivative of a·b by a is b.",
        ),
        "c_gets_the_sum": Misconception(
            [36, 18, 9],
            "a and b are right. But c is only used in q: it gets what comes back to "
            "q, not the sum that comes back to p.",
        ),
        "local_only": Misconception(
            [4, 2, 1],
            "These are the derivatives of p by a and b, and of q by c: the last step "
            "of each way alone. Multiply each by what comes back from f.",
        ),
        "stops_at_p": Misconception(
            [9, 9, 6],
            "9 is the derivative by p. One step is missing: from p on to a and to b.",
        ),
        "sign_of_c": Misconception(
            [36, 18, -6],
            "a and b are right. That c is negative does not matter: q = p + c grows by "
            "1 when c grows by 1.",
        ),
        "value_of_f": Misconception(
            33,
            "33 is f itself. Asked for is how fast it changes with a, with b and with "
            "c: a list of three numbers.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# ------------------------------------------------------------- by hand: a transpose

EVERY_SHAPE_FITS = Exercise(
    name="backpropagation.every_shape_fits",
    title="When every shape fits",
    kind="by hand",
    minutes=6,
    statement=r"""
A layer computes `y = x @ weight.T + bias` for a batch: one example a row of `x`, one
neuron a row of `weight`. From above comes `dy`, the derivative of the loss by each entry
of `y`. Here

$$
\begin{aligned}
\mathtt{x} &= \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \\
\mathtt{weight} &= \begin{bmatrix} 2 & 0 \\ 1 & 3 \end{bmatrix} \\
\mathtt{dy} &= \begin{bmatrix} 1 & -1 \\ 2 & 1 \end{bmatrix}
\end{aligned}
$$

Two examples, two inputs, two neurons: whichever two of these you multiply, and
whichever you transpose, the shapes fit. So they cannot tell you which product is right.
Which one is `dweight`, the derivative by each weight? Work it out on paper, and
write it as a list of two rows.
""",
    starter="dweight_by_hand = ...\n",
    answer=[[7, 10], [2, 2]],
    explanation=r"""
Give the sizes different names, and only one product is left. `dy` is `(N, n_out)`, `x`
is `(N, n_in)`, and `dweight` must have the shape of `weight`, `(n_out, n_in)`: that is
`dy.T @ x`, in which the examples are summed up.

$$
\begin{bmatrix} 1 & 2 \\ -1 & 1 \end{bmatrix}
\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}
= \begin{bmatrix} 7 & 10 \\ 2 & 2 \end{bmatrix}
$$

Neuron by neuron it says the same: the weight from input $j$ to neuron $k$ gets, from
each example, what comes back to neuron $k$ times input $j$. For the first weight that
is $1 \cdot 1 + 2 \cdot 3 = 7$.
""",
    hints=(
        "Give the sizes different names: `x` is `(N, n_in)`, `dy` is `(N, n_out)`, and "
        "`dweight` has the shape of `weight`, `(n_out, n_in)`. Which product of the "
        "two, with which transpose, has that shape?",
        "The sum runs over the examples, so $N$ must be the inner size: "
        "`(n_out, N) @ (N, n_in)`.",
        "It is `dy.T @ x`. The first column of `dy` is what comes back to the first "
        "neuron, $[1, 2]$; the first column of `x` is the first input, $[1, 3]$.",
    ),
    misconceptions={
        "transposed": Misconception(
            [[7, 2], [10, 2]],
            "These are the right numbers, transposed: the product x.T @ dy. Its rows "
            "belong to the inputs; a row of weight belongs to a neuron.",
        ),
        "neither_transposed": Misconception(
            [[-2, -2], [5, 8]],
            "This is dy @ x. There the sum runs over neurons in dy and over examples "
            "in x, two things that have nothing to do with each other. Both must run "
            "over the examples.",
        ),
        "x_first": Misconception(
            [[5, 1], [11, 1]],
            "This is x @ dy. There the sum runs over inputs in x and over examples in "
            "dy, two things that have nothing to do with each other. Both must run "
            "over the examples.",
        ),
        "examples_with_examples": Misconception(
            [[-1, -1], [4, 10]],
            "This is dy @ x.T: its rows and columns are examples, and it sums neurons "
            "against inputs. A weight joins an input to a neuron; sum over the "
            "examples.",
        ),
        "examples_with_examples_turned": Misconception(
            [[-1, 4], [-1, 10]],
            "This is x @ dy.T: its rows and columns are examples, and it sums inputs "
            "against neurons. A weight joins an input to a neuron; sum over the "
            "examples.",
        ),
        "element_by_element": Misconception(
            [[1, -2], [6, 4]],
            "This is dy * x, entry by entry. Every weight joins one input to one "
            "neuron, and each pair of an input and a neuron needs a product of its "
            "own, summed over the examples.",
        ),
        "element_by_element_turned": Misconception(
            [[1, 4], [-3, 4]],
            "This is dy.T * x, entry by entry. The transpose is right, but a matrix "
            "product is needed: rows of dy.T with columns of x.",
        ),
        "down_to_the_inputs": Misconception(
            [[1, -3], [5, 3]],
            "This is dy @ weight, and that is dx, what goes on to the layer below. "
            "The derivative by the weights needs what they were multiplied by: x.",
        ),
        "weight_turned": Misconception(
            [[2, -2], [4, 5]],
            "This is dy @ weight.T. The derivative by the weights does not depend on "
            "the weights: it needs what they were multiplied by, x.",
        ),
        "mean_over_examples": Misconception(
            [[3.5, 5], [1, 1]],
            "This is the mean over the two examples. dy is already the derivative of "
            "the loss: if there is a mean in the loss, its 1/N is in dy. Here the "
            "examples are summed.",
        ),
        "first_example_only": Misconception(
            [[1, 2], [-1, -2]],
            "This is the part of the first example alone. All examples use the same "
            "weights, so their parts are added.",
        ),
        "last_example_only": Misconception(
            [[6, 8], [3, 4]],
            "This is the part of the last example alone. All examples use the same "
            "weights, so their parts are added.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# ------------------------------------------------------------ code: through softmax


def _softmax_back(p, dp):
    return p * (dp - (p * dp).sum(axis=-1, keepdims=True))


def _softmax_back_diagonal(p, dp):
    return dp * p * (1 - p)


def _softmax_back_no_mean(p, dp):
    return p * dp


def _softmax_back_over_everything(p, dp):
    return p * (dp - (p * dp).sum())


def _softmax_back_down_the_columns(p, dp):
    return p * (dp - (p * dp).sum(axis=0))


def _softmax_back_no_keepdims(p, dp):
    return p * (dp - (p * dp).sum(axis=-1))


def _softmax_back_plain_sum(p, dp):
    return p * (dp - dp.sum(axis=-1, keepdims=True))


def _softmax_back_plain_mean(p, dp):
    return p * (dp - dp.mean(axis=-1, keepdims=True))


def _softmax_back_p_lost(p, dp):
    return dp - (p * dp).sum(axis=-1, keepdims=True)


def _softmax_back_p_once(p, dp):
    return p * dp - (p * dp).sum(axis=-1, keepdims=True)


def _softmax_back_shortcut(p, dp):
    return p - dp


def _softmax_back_sign(p, dp):
    return p * ((p * dp).sum(axis=-1, keepdims=True) - dp)


def _softmax_back_sum_alone(p, dp):
    return -p * (p * dp).sum(axis=-1, keepdims=True)


def _softmax_back_over_n(p, dp):
    return _softmax_back(p, dp) / len(p)


def _softmax_back_without_dp(p, dp):
    return p * (1 - p)


def _softmax_back_again(p, dp):
    e = np.exp(p - p.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return p * (dp - (p * dp).sum(axis=-1, keepdims=True))


_P = np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25], [0.2, 0.2, 0.6]])
_ONE_HOT = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

SOFTMAX_BACK = Exercise(
    name="backpropagation.softmax_back",
    title="Back through a softmax",
    kind="code",
    minutes=8,
    statement=r"""
A softmax turned each row of scores `z`, of shape `(N, C)`, into a row of probabilities
`p`. The derivative of the loss by `p` is known: `dp`, of the same shape. Write
`softmax_back(p, dp)`, which gives the derivative by `z`, of the same shape again. No
loop is needed.

Within one row every score moves every probability:

$$\frac{\partial p_j}{\partial z_k} = \begin{cases} p_k\,(1 - p_k) & j = k \\
-p_j\,p_k & j \ne k \end{cases}$$

So each $z_k$ has $C$ ways to the loss, and what comes back on them is added:
$\mathtt{dz}_k = \sum_j \mathtt{dp}_j\, \partial p_j / \partial z_k$.
""",
    starter="def softmax_back(p, dp):\n    # your code in place of the dots\n    ...\n",
    answer=_softmax_back,
    explanation=r"""
Put the two cases into the sum. Every $j$, the one that equals $k$ included, gives
$-\mathtt{dp}_j\,p_j\,p_k$, and $j = k$ gives $\mathtt{dp}_k\,p_k$ besides:

$$\mathtt{dz}_k = p_k \Bigl(\mathtt{dp}_k - \sum_j p_j\,\mathtt{dp}_j\Bigr).$$

The sum is the mean of `dp`, weighted by `p`: what comes back to a score is how far its own
`dp` lies from that mean, times $p_k$. So the entries of a row sum to zero, as they must:
the same number added to all scores changes nothing. With cross-entropy on top, `dp` is $-1 / p_y$
at the right class and 0 elsewhere, and out comes $\mathbf{p} - \mathbf{e}_y$.
""",
    hints=(
        "Write the sum for one $k$, with $C = 3$. Which factor do all three terms "
        "share?",
        "Both cases are $p_k$ times something: $p_k\\,([j = k] - p_j)$, where the "
        "bracket is 1 if $j = k$ and 0 otherwise. Take $p_k$ out of the sum.",
        "What is left in the sum is $\\mathtt{dp}_k - \\sum_j p_j\\,\\mathtt{dp}_j$. "
        "The last term is one number a row: sum along the last axis, with "
        "`keepdims=True`.",
    ),
    cases=(
        call(np.array([[0.5, 0.25, 0.25]]), np.array([[4.0, 8.0, 0.0]])),
        call(_P, _numbers(3, 3, 3)),
        call(
            np.array([[0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]]),
            np.array([[1.0, 2.0, -1.0, 0.5], [3.0, -1.0, 2.0, 0.0]]),
        ),
        call(_P, -_ONE_HOT / _P),
    ),
    misconceptions={
        "each_by_itself": Misconception(
            _softmax_back_diagonal,
            "Each score moves only its own probability here: p(1 - p), the slope of a "
            "sigmoid. In a softmax it moves all the others of its row as well, by "
            "-p_j p_k, and what comes back from them is added.",
        ),
        "no_mean_taken_away": Misconception(
            _softmax_back_no_mean,
            "This is p times dp: one part is missing. If all entries of dp are equal, "
            "nothing should come back, since a row of p always sums to 1. Each score "
            "also takes from all the other classes, p_j p_k dp_j.",
        ),
        "over_everything": Misconception(
            _softmax_back_over_everything,
            "The sum runs over the whole array, so that the examples get into one "
            "another's gradients. Sum along each row, `axis=-1`.",
        ),
        "down_the_columns": Misconception(
            _softmax_back_down_the_columns,
            "The sum runs down the columns, over the examples. The classes of one "
            "example share a softmax: sum along the last axis.",
        ),
        "keepdims_forgotten": Misconception(
            _softmax_back_no_keepdims,
            "The sums have the shape `(N,)` and meet the columns of an `(N, C)` array: "
            "an error, or wrong without one where N = C. `keepdims=True` keeps them a "
            "column, one for each row.",
        ),
        "sum_without_p": Misconception(
            _softmax_back_plain_sum,
            "The number taken away is the plain sum of dp. In the sum each entry of dp "
            "is weighted by its own probability, p_j dp_j.",
        ),
        "plain_mean": Misconception(
            _softmax_back_plain_mean,
            "The number taken away is the plain mean of dp. It is the mean weighted "
            "by the probabilities: the sum of p_j dp_j.",
        ),
        "p_in_front_lost": Misconception(
            _softmax_back_p_lost,
            "The bracket is right, but the factor p_k in front of it is missing: a "
            "class that has almost no probability hardly answers to its score.",
        ),
        "p_once": Misconception(
            _softmax_back_p_once,
            "The first term has its p_k, the sum has not. Are brackets lost? p_k "
            "stands in front of both: p * (dp - sum).",
        ),
        "cross_entropy_shortcut": Misconception(
            _softmax_back_shortcut,
            "Probability minus truth is the gradient of softmax and cross-entropy "
            "together. Here dp is not the truth: it is the derivative of any loss by "
            "p, and only the softmax is to be undone.",
        ),
        "sign": Misconception(
            _softmax_back_sign,
            "All signs are turned. A score raises its own probability and lowers the "
            "others: dp comes first, and the sum is taken away from it.",
        ),
        "own_part_forgotten": Misconception(
            _softmax_back_sum_alone,
            "Only the part -p_j p_k is there, for all j. Where j = k one more term, "
            "p_k dp_k, belongs to it: there the derivative is p_k (1 - p_k).",
        ),
        "divided_by_n": Misconception(
            _softmax_back_over_n,
            "All is right but for a factor 1/N. If there is a mean over the examples "
            "in the loss, it is in dp already.",
        ),
        "dp_left_out": Misconception(
            _softmax_back_without_dp,
            "p(1 - p) is how a probability answers to its own score. What has come "
            "back to the probabilities, dp, does not appear in it at all.",
        ),
        "softmax_of_p": Misconception(
            _softmax_back_again,
            "It looks as if p went through a softmax once more. p holds the "
            "probabilities already: use it as it is.",
        ),
    },
)

# --------------------------------------------------------------- code: through depth


def _slopes_down(weights, x):
    a, local = x, []
    for w in weights:
        a = 1 / (1 + np.exp(-w * a))
        local.append(a * (1 - a) * w)
    slopes, product = [], 1.0
    for slope in reversed(local):
        product = product * slope
        slopes.append(product)
    return np.array(slopes[::-1])


def _chain(weights, x):
    """The inputs and the outputs of the chain's layers."""
    before, after = [], []
    for w in weights:
        before.append(x)
        x = 1 / (1 + np.exp(-w * x))
        after.append(x)
    return np.array(before), np.array(after)


def _products(local):
    """Products of each entry with all that stand behind it."""
    return np.cumprod(local[::-1])[::-1]


def _slopes_without_weights(weights, x):
    _, a = _chain(weights, x)
    return _products(a * (1 - a))


def _slopes_of_weights_alone(weights, x):
    return _products(np.asarray(weights, dtype=float))


def _slopes_from_the_front(weights, x):
    _, a = _chain(weights, x)
    return np.cumprod(a * (1 - a) * weights)


def _slopes_one_layer_each(weights, x):
    _, a = _chain(weights, x)
    return a * (1 - a) * weights


def _slopes_by_the_outputs(weights, x):
    _, a = _chain(weights, x)
    return np.append(_products(a * (1 - a) * weights)[1:], 1.0)


def _slopes_by_the_sums(weights, x):
    _, a = _chain(weights, x)
    return _products(a * (1 - a) * weights) / weights


def _slopes_one_more(weights, x):
    return np.append(_slopes_down(weights, x), 1.0)


def _slopes_sigmoid_twice(weights, x):
    _, a = _chain(weights, x)
    s = 1 / (1 + np.exp(-a))
    return _products(s * (1 - s) * weights)


def _slopes_of_the_inputs(weights, x):
    a, _ = _chain(weights, x)
    return _products(a * (1 - a) * weights)


def _slopes_added(weights, x):
    _, a = _chain(weights, x)
    return np.cumsum((a * (1 - a) * weights)[::-1])[::-1]


def _slopes_of_tanh(weights, x):
    _, a = _chain(weights, x)
    return _products((1 - a**2) * weights)


def _slopes_total_only(weights, x):
    return _slopes_down(weights, x)[0]


def _slopes_last_first(weights, x):
    return _slopes_down(weights, x)[::-1]


def _slopes_x_everywhere(weights, x):
    a = 1 / (1 + np.exp(-weights * x))
    return _products(a * (1 - a) * weights)


def _slopes_by_the_weights(weights, x):
    before, _ = _chain(weights, x)
    return _slopes_by_the_sums(weights, x) * before


THROUGH_DEPTH = Exercise(
    name="backpropagation.through_depth",
    title="What is left at the bottom",
    kind="code",
    minutes=8,
    statement=r"""
The thinnest of all deep networks has one neuron a layer, all of them sigmoids without a
bias. The first is given $a_0 = x$, and layer $k$, with the weight $w_k$, makes

$$
\begin{aligned}
a_k &= \sigma(w_k\, a_{k-1}) \\
\sigma(z) &= 1 / (1 + e^{-z})
\end{aligned}
$$

Write `slopes_down(weights, x)`: the derivatives of the last output $a_n$ by what each
layer takes in,

$$\frac{\partial a_n}{\partial a_0},\; \frac{\partial a_n}{\partial a_1},\; \dots,\;
\frac{\partial a_n}{\partial a_{n-1}},$$

as an array of `len(weights)` numbers. The first is the slope by `x` itself, the last
belongs to the last layer alone. `weights` is an array, `x` a number.
""",
    starter="def slopes_down(weights, x):\n    # your code in place of the dots\n    ...\n",
    answer=_slopes_down,
    explanation=r"""
One layer has the slope $a_k (1 - a_k)\, w_k$. On the way back each layer multiplies by
its own, so that the entry of layer $k$ is the product of its own slope and of all above
it.

The slope of a sigmoid is 0.25 at most. With weights of 1 and $x = 0.5$, eight layers
leave 0.0000069 of a change in $x$. A weight of 4 could make up for the 0.25, but only
where the weighted sum is near 0; a large weight drives it away from there. This is the
*vanishing gradient*. The derivative by a layer's own weight holds the same product, so
the lowest layers learn slowest.
""",
    hints=(
        "First go forward, and keep every $a_k$. Then think of one layer alone: what "
        "is $\\partial a_k / \\partial a_{k-1}$, with $\\sigma' = \\sigma (1 - "
        "\\sigma)$?",
        "It is $a_k (1 - a_k)\\, w_k$: the slope of the sigmoid, read off its output, "
        "times the weight. These are the factors.",
        "Go through the factors from the last to the first, multiply them up, and keep "
        "each product. Turn the list round at the end.",
    ),
    cases=(
        call(np.array([1.0]), 0.0),
        call(np.array([2.0, -1.0, 3.0]), 1.0),
        call(np.array([4.0, 0.5, -2.0, 1.5]), -0.75),
        call(np.ones(8), 0.5),
    ),
    misconceptions={
        "weights_left_out": Misconception(
            _slopes_without_weights,
            "The slopes of the sigmoids are multiplied, but not the weights. On its "
            "way from one layer's input to its output a change passes the weight too.",
        ),
        "sigmoids_left_out": Misconception(
            _slopes_of_weights_alone,
            "Only the weights are multiplied. After its weight a change also passes "
            "the sigmoid, whose slope is a(1 - a).",
        ),
        "from_the_front": Misconception(
            _slopes_from_the_front,
            "The products grow from the first layer on: those are the slopes of each "
            "output by x. Asked for is the slope of the last output by what each layer "
            "takes in, so they grow from the last layer back.",
        ),
        "one_layer_each": Misconception(
            _slopes_one_layer_each,
            "This is each layer's own slope. A change that enters at layer k also "
            "passes all layers above it: multiply their slopes.",
        ),
        "one_too_late": Misconception(
            _slopes_by_the_outputs,
            "This is one layer off: the derivatives by what each layer gives out, with "
            "a 1 at the end. The layer's own slope belongs in its entry.",
        ),
        "by_the_weighted_sums": Misconception(
            _slopes_by_the_sums,
            "In each entry that layer's own weight is missing: this is the derivative "
            "by its weighted sum. Asked for is the derivative by its input.",
        ),
        "one_too_many": Misconception(
            _slopes_one_more,
            "The numbers are right, but there is one too many: the 1 at the end is the "
            "derivative of the last output by itself.",
        ),
        "sigmoid_twice": Misconception(
            _slopes_sigmoid_twice,
            "The slope is taken at the output: the sigmoid has been applied twice. "
            "a(1 - a) with the output a is the slope already.",
        ),
        "output_of_the_layer_below": Misconception(
            _slopes_of_the_inputs,
            "a(1 - a) is taken with what goes into the layer. The slope of its sigmoid "
            "is read off what comes out of it.",
        ),
        "added": Misconception(
            _slopes_added,
            "The slopes of the layers are added. Along one way they are multiplied; "
            "only separate ways are added, and here there is one way.",
        ),
        "slope_of_tanh": Misconception(
            _slopes_of_tanh,
            "1 - a² is the slope of tanh. These neurons are sigmoids, with the slope "
            "a(1 - a).",
        ),
        "total_only": Misconception(
            _slopes_total_only,
            "This is the first of the numbers, the slope by x. Keep the product after "
            "each layer as well, so that there is one number for every layer.",
        ),
        "last_first": Misconception(
            _slopes_last_first,
            "The numbers are right, but the last layer stands first. Turn them round: "
            "the first entry is the slope by x.",
        ),
        "x_into_every_layer": Misconception(
            _slopes_x_everywhere,
            "Every layer is given x here. Layer k takes in what layer k - 1 gave out: "
            "go forward first, one layer after the other.",
        ),
        "by_the_weights": Misconception(
            _slopes_by_the_weights,
            "These are the derivatives by the weights: the last factor is the layer's "
            "input. By its input, the last factor is the weight.",
        ),
    },
)

# --------------------------------------------------------------------- code: a tape


def _gradients_on(tape, output):
    gradient = {name: 0.0 for name, _ in tape}
    gradient |= {part: 0.0 for _, parts in tape for part, _ in parts}
    gradient[output] = 1.0
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] += gradient[name] * slope
    return gradient


def _zeros(tape, output):
    """A gradient of 0 for every name, and of 1 for the output."""
    names = [name for name, _ in tape]
    names += [part for _, parts in tape for part, _ in parts]
    return {**dict.fromkeys(names, 0.0), output: 1.0}


def _tape_overwrites(tape, output):
    gradient = _zeros(tape, output)
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] = gradient[name] * slope
    return gradient


def _tape_forward(tape, output):
    gradient = _zeros(tape, output)
    for name, parts in tape:
        for part, slope in parts:
            gradient[part] += gradient[name] * slope
    return gradient


def _tape_adds_slopes(tape, output):
    gradient = _zeros(tape, output)
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] += slope if gradient[name] else 0.0
    return gradient


def _tape_adds_all_slopes(tape, output):
    gradient = _zeros(tape, output)
    for _, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] += slope
    return gradient


def _tape_without_a_start(tape, output):
    return dict.fromkeys(_zeros(tape, output), 0.0)


def _tape_starts_with_ones(tape, output):
    gradient = dict.fromkeys(_zeros(tape, output), 1.0)
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] += gradient[name] * slope
    return gradient


def _tape_from_the_end(tape, output):
    return _gradients_on(tape, tape[-1][0])


def _tape_pairs_lost(tape, output):
    return _gradients_on([(n, list(dict(parts).items())) for n, parts in tape], output)


def _tape_leaves_only(tape, output):
    made = {name for name, _ in tape}
    gradient = _gradients_on(tape, output)
    return {name: value for name, value in gradient.items() if name not in made}


def _tape_no_default(tape, output):
    gradient = {output: 1.0}
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] = gradient.get(part, 0.0) + gradient[name] * slope
    return gradient


def _tape_nothing_there(tape, output):
    gradient = {output: 1.0}
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] += gradient[name] * slope
    return gradient


def _tape_every_way(tape, output):
    gradient, steps = dict.fromkeys(_zeros(tape, output), 0.0), dict(tape)

    def go(name, comes):
        gradient[name] += comes
        for part, slope in steps.get(name, ()):
            go(part, comes * slope)

    go(output, 1.0)
    return gradient


def _tape_passes_on_again(tape, output):
    gradient, steps = _zeros(tape, output), dict(tape)

    def go(name):
        for part, slope in steps.get(name, ()):
            gradient[part] += gradient[name] * slope
            go(part)

    go(output)
    return gradient


def _tape_too_early(tape, output):
    gradient, steps, seen = _zeros(tape, output), dict(tape), set()

    def go(name):
        if name in seen:
            return
        seen.add(name)
        for part, slope in steps.get(name, ()):
            gradient[part] += gradient[name] * slope
        for part, _ in steps.get(name, ()):
            go(part)

    go(output)
    return gradient


def _tape_queue(tape, output, once):
    gradient, steps = _zeros(tape, output), dict(tape)
    waiting, seen = deque([output]), {output}
    while waiting:
        name = waiting.popleft()
        for part, slope in steps.get(name, ()):
            gradient[part] += gradient[name] * slope
            if not (once and part in seen):
                waiting.append(part)
            seen.add(part)
    return gradient


def _tape_level_by_level(tape, output):
    return _tape_queue(tape, output, once=True)


def _tape_queue_again(tape, output):
    return _tape_queue(tape, output, once=False)


def _followed(answer, tape, output):
    """What the answer gives; where a 0 was left out, it is filled in."""
    right = _gradients_on(tape, output)
    given = answer(tape, output)
    if not isinstance(given, dict):
        return given
    return {**{name: 0.0 for name in right if right[name] == 0}, **given}


def _played(tape, output):
    label = "gradients_on(tape, output)"
    return Case(use=_followed, args=(tape, output), label=label)


_PRODUCT = [("f", [("a", 3.0), ("b", 2.0)])]
_SQUARE = [("s", [("a", 3.0), ("a", 3.0)]), ("f", [("s", 2.0)])]
_TWO_PATHS = [
    ("p", [("a", 4.0), ("b", 2.0)]),
    ("q", [("p", 1.0), ("c", 1.0)]),
    ("r", [("q", 6.0)]),
    ("f", [("r", 1.0), ("p", 3.0)]),
]
_UNUSED = [
    ("p", [("a", 2.0)]),
    ("q", [("p", 3.0), ("b", 1.0)]),
    ("g", [("q", 5.0), ("c", 4.0)]),
]
_LATE = [
    ("u", [("a", 2.0)]),
    ("v", [("u", 3.0)]),
    ("t", [("u", 1.0), ("v", 4.0)]),
    ("f", [("v", 5.0), ("t", 1.0)]),
]
_DOUBLED = [(f"h{k + 1}", [(f"h{k}", 1.0), (f"h{k}", 1.0)]) for k in range(40)]

TAPE = Exercise(
    name="backpropagation.tape",
    title="Play the tape backwards",
    kind="code",
    minutes=14,
    statement=r"""
While a program computes, it keeps a *tape*: a list with one entry for each number that
it works out, in the order in which it does so. An entry is a pair `(name, parts)`.
`parts` says what the number was made from: a list of pairs `(part, slope)`, where
`slope` is the local derivative, of `name` by `part`. For the graph of the exercise
"Two ways from p to f":

```python
tape = [
    ("p", [("a", 4.0), ("b", 2.0)]),  # p = a * b, with a = 2 and b = 4
    ("q", [("p", 1.0), ("c", 1.0)]),  # q = p + c
    ("r", [("q", 6.0)]),              # r = q ** 2, with q = 3
    ("f", [("r", 1.0), ("p", 3.0)]),  # f = r + 3 * p
]
```

Write `gradients_on(tape, output)`. It returns a dict: for each name on the tape, inputs
such as `a` included, the derivative of `output` by it. That of `output` by itself is 1. A
name on which `output` does not depend has 0, or is left out. A part may be named twice in
one entry, as in `a * a`, and `output` need not be the last entry.
""",
    starter=(
        "def gradients_on(tape, output):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_gradients_on,
    explanation=r"""
Two rules are all there is to it. *Add*: a number that is used twice gets two
contributions. *Go backwards*: whoever uses a number stands behind it on the tape, so
when its turn comes, all its contributions are in, and it passes on the sum, once.

That is why it is fast. In the last case each number is the one before plus itself, forty
times over: there are $2^{40}$ ways from the end to the start, and the tape is done after
forty entries. `Tensor.backward` in this course's engine is this loop, with arrays in
place of numbers.
""",
    hints=(
        "Begin with a dict in which every name has 0, and `output` has 1.",
        "Go through the tape from its end: `for name, parts in reversed(tape)`. When "
        "the turn of `name` comes, its own gradient must be complete.",
        "Each part gets the gradient of `name` times the slope, and it is *added* to "
        "what the part has already.",
    ),
    cases=(
        _played(_PRODUCT, "f"),
        _played(_SQUARE, "f"),
        _played(_TWO_PATHS, "f"),
        _played(_UNUSED, "q"),
        _played(_LATE, "f"),
        _played(_DOUBLED, "h40"),
    ),
    misconceptions={
        "overwrites": Misconception(
            _tape_overwrites,
            "Where a number is used twice, the second contribution takes the place of "
            "the first. They are added: += in place of =.",
        ),
        "forward": Misconception(
            _tape_forward,
            "The tape is read from its start, where nothing has come back yet. Begin "
            "at its end: a number can pass on its gradient only when all that were "
            "made from it have had their turn.",
        ),
        "slopes_added": Misconception(
            _tape_adds_slopes,
            "Each part gets the local slope alone. Multiply it by the gradient that "
            "has come back to `name`: that is the chain rule.",
        ),
        "all_slopes_added": Misconception(
            _tape_adds_all_slopes,
            "Each part gets the local slopes alone, whatever came back. Multiply each "
            "by the gradient of `name`: that is the chain rule, and it also leaves "
            "out what `output` was not made from.",
        ),
        "no_start": Misconception(
            _tape_without_a_start,
            "Every gradient is 0: nothing was put in at the start. The derivative of "
            "`output` by itself is 1.",
        ),
        "ones_everywhere": Misconception(
            _tape_starts_with_ones,
            "Every gradient begins with 1. Only `output` does: nothing has come back "
            "to the others yet, and sums begin with 0.",
        ),
        "last_entry_taken": Misconception(
            _tape_from_the_end,
            "The 1 is put in at the last entry of the tape. It belongs to the name "
            "that is given as `output`, which may stand earlier.",
        ),
        "pairs_lost": Misconception(
            _tape_pairs_lost,
            "Where a part is named twice in one entry, as in a * a, one of the two is "
            "lost. A dict keeps a name only once: go through the pairs of the list.",
        ),
        "inputs_only": Misconception(
            _tape_leaves_only,
            "The numbers are right, but only the inputs are there. The numbers in "
            "between have a gradient too: keep all that you have worked out.",
        ),
        "no_zero_behind_output": Misconception(
            _tape_no_default,
            "An entry that stands behind `output` has no gradient yet when its turn "
            "comes: a KeyError. Begin with a 0 for every name on the tape.",
        ),
        "nothing_to_add_to": Misconception(
            _tape_nothing_there,
            "`+=` needs something to add to: at the first use of a name the dict does "
            "not hold it yet, and that is a KeyError. Begin with a 0 for every name.",
        ),
        "passed_on_too_early": Misconception(
            _tape_too_early,
            "A number passes on its gradient before all has come back to it: its turn "
            "comes as soon as the first that uses it is done. Read the tape backwards "
            "instead: then whatever uses a number comes before it.",
        ),
        "level_by_level": Misconception(
            _tape_level_by_level,
            "The graph is walked level by level from `output`. A number that is used "
            "near the output and again further away gets its turn too soon. The tape "
            "has a safe order: read it backwards.",
        ),
        "every_way": Misconception(
            _tape_every_way,
            "The numbers are right, but every way through the graph is walked by "
            "itself, and their number can double with each entry. Let each entry wait "
            "until all has come back to it, and pass on the sum once.",
        ),
        "passed_on_again": Misconception(
            _tape_passes_on_again,
            "A number that is used twice passes on what it has each time, so that the "
            "first contribution is sent on twice. Let it wait until all has come back "
            "to it: read the tape backwards, each entry once.",
        ),
        "queued_again": Misconception(
            _tape_queue_again,
            "A number is put into the queue at each of its uses, and each time it "
            "passes on all that it has by then, the first part more than once. Read "
            "the tape backwards, each entry once.",
        ),
    },
    seconds=1.0,  # a right answer takes a thousandth of that
)

# ---------------------------------------------------------- debug: missing factors

_FACTORS = """def net_gradients(x, y, W1, b1, W2, b2):
    z = x @ W1.T + b1
    h = np.maximum(0, z)
    predicted = h @ W2.T + b2

    dpredicted = predicted - y
    dW2 = dpredicted.T @ h
    db2 = dpredicted.sum(axis=0)
    dz = dpredicted @ W2
    dW1 = dz.T @ x
    db1 = dz.sum(axis=0)
    return dW1, db1, dW2, db2
"""


def _net_gradients(x, y, W1, b1, W2, b2):
    z = x @ W1.T + b1
    h = np.maximum(0, z)
    predicted = h @ W2.T + b2

    dpredicted = 2 / len(x) * (predicted - y)
    dW2 = dpredicted.T @ h
    db2 = dpredicted.sum(axis=0)
    dz = dpredicted @ W2 * (z > 0)
    dW1 = dz.T @ x
    db1 = dz.sum(axis=0)
    return dW1, db1, dW2, db2


def _net_with(factor, mask):
    """The gradients with another factor above, and another slope in the middle."""

    def gradients(x, y, W1, b1, W2, b2):
        z = x @ W1.T + b1
        h = np.maximum(0, z)
        above = factor(x) * (h @ W2.T + b2 - y)
        dz = mask(above @ W2, z, h)
        return dz.T @ x, dz.sum(axis=0), above.T @ h, above.sum(axis=0)

    return gradients


def _two_over_n(x):
    return 2 / len(x)


def _awake(dh, z, h):
    return dh * (z > 0)


def _net_factor_below_only(x, y, W1, b1, W2, b2):
    _, _, dW2, db2 = _net_with(lambda x: 1, _awake)(x, y, W1, b1, W2, b2)
    return *_net_gradients(x, y, W1, b1, W2, b2)[:2], dW2, db2


def _net_factor_above_only(x, y, W1, b1, W2, b2):
    dW1, db1, _, _ = _net_with(lambda x: 1, _awake)(x, y, W1, b1, W2, b2)
    return dW1, db1, *_net_gradients(x, y, W1, b1, W2, b2)[2:]


def _net_output_masked(x, y, W1, b1, W2, b2):
    z = x @ W1.T + b1
    h = np.maximum(0, z)
    predicted = h @ W2.T + b2
    above = 2 / len(x) * (predicted - y) * (predicted > 0)
    dz = above @ W2 * (z > 0)
    return dz.T @ x, dz.sum(axis=0), above.T @ h, above.sum(axis=0)


def _net_bias_not_masked(x, y, W1, b1, W2, b2):
    dW1, _, dW2, db2 = _net_gradients(x, y, W1, b1, W2, b2)
    unmasked = _net_with(_two_over_n, lambda dh, z, h: dh)
    return dW1, unmasked(x, y, W1, b1, W2, b2)[1], dW2, db2


_NET = (
    np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
    np.array([0.1, 0.2]),
    np.array([[0.7, 0.8]]),
    np.array([0.3]),
)
_SLEEPY = (
    np.array([[1.0, -2.0], [-1.0, 1.0], [2.0, 1.0]]),
    np.array([0.5, -0.25, 0.5]),
    np.array([[1.0, -2.0, 3.0]]),
    np.array([-1.0]),
)

MISSING_FACTORS = Exercise(
    name="backpropagation.missing_factors",
    title="Half, twice, and neither",
    kind="debug",
    minutes=8,
    statement=r"""
`net_gradients` is meant to give the gradients of a network with one hidden layer of ReLU
neurons and one output without activation. The loss is the mean squared error over the
$N$ examples,

$$L = \frac1N \sum_{i=1}^{N} (\hat y_i - y_i)^2 .$$

`x` has shape `(N, n_in)`, `y` has shape `(N, 1)`. `W1` is `(n_hidden, n_in)`, `W2` is
`(1, n_hidden)`.

It runs. But a gradient check says: with one example, and every hidden neuron above zero,
each gradient is *half* of what it should be. With four such examples it is *twice*
what it should be. And when a hidden neuron is silent for some of the examples, `dW1` and
`db1` are off by no common factor at all. Find the two things that are missing.
Both were left out of listings in the articles that this course grew out of.
""",
    starter=_FACTORS,
    answer=_net_gradients,
    explanation=r"""
The derivative of $\frac1N (\hat y_i - y_i)^2$ by $\hat y_i$ is
$\frac2N (\hat y_i - y_i)$. Without the factor the code is $N / 2$ times too large: half
for $N = 1$, twice for $N = 4$. It belongs where the way back begins, so that everything
below gets it.

The other is the slope of ReLU: 1 where $z > 0$, and 0 elsewhere. A neuron that was
silent for an example had no part in that example's error, and nothing may come back
through it. `h > 0` says the same as `z > 0`.
""",
    hints=(
        "Half for $N = 1$ and twice for $N = 4$: which factor, depending on $N$, is "
        "missing? Write down the derivative of $L$ by one $\\hat y_i$.",
        "On the way forward `z` becomes `h`, and `h` becomes `predicted`. Which of the "
        "two steps is left out on the way back?",
        "The slope of ReLU is 1 where `z > 0`, else 0: multiply by `(z > 0)` before "
        "`dz` is used. And `dpredicted` needs the factor `2 / len(x)`.",
    ),
    cases=(
        call(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0]]), *_NET),
        call(
            np.array([[1.0, 1.0], [-1.0, 2.0], [2.0, -1.0], [-3.0, 1.0]]),
            np.array([[1.0], [0.0], [-2.0], [4.0]]),
            *_SLEEPY,
        ),
        call(
            np.array([[2.0, 1.0], [1.0, 3.0], [-2.0, -1.0]]),
            np.array([[3.0], [-1.0], [0.0]]),
            *_SLEEPY,
        ),
    ),
    misconceptions={
        "factor_still_missing": Misconception(
            _net_with(lambda x: 1, _awake),
            "The silent neurons are right now. What is left is a factor that depends "
            "on the number of examples: write down the derivative of the mean of the "
            "squares.",
        ),
        "slope_still_missing": Misconception(
            _net_with(_two_over_n, lambda dh, z, h: dh),
            "`dW2` and `db2` are right now. Below, something still comes back through "
            "hidden neurons that were silent: the slope of ReLU is missing.",
        ),
        "not_divided": Misconception(
            _net_with(lambda x: 2, _awake),
            "The slope of ReLU and the 2 are there. The loss is a mean: the 1/N is "
            "missing.",
        ),
        "two_missing": Misconception(
            _net_with(lambda x: 1 / len(x), _awake),
            "The slope of ReLU and the 1/N are there. The derivative of a square has a "
            "factor 2.",
        ),
        "divided_without_slope": Misconception(
            _net_with(lambda x: 1 / len(x), lambda dh, z, h: dh),
            "The 1/N is there now. The derivative of a square has a factor 2 as well; "
            "and the slope of ReLU is still missing.",
        ),
        "divided_by_all_inputs": Misconception(
            _net_with(lambda x: 2 / x.size, _awake),
            "It is divided by all entries of x. The mean runs over the examples: "
            "divide by the number of rows, `len(x)`.",
        ),
        "factor_below_only": Misconception(
            _net_factor_below_only,
            "`dW1` and `db1` are right. The factor 2/N comes too late for the output "
            "layer: put it where the way back begins, into `dpredicted`.",
        ),
        "factor_above_only": Misconception(
            _net_factor_above_only,
            "`dW2` and `db2` are right, but the factor 2/N does not go on to the "
            "layer below. Put it where the way back begins, into `dpredicted`.",
        ),
        "multiplied_by_the_output": Misconception(
            _net_with(_two_over_n, lambda dh, z, h: dh * h),
            "The way back is multiplied by the output of ReLU. It is multiplied by its "
            "slope, which is 1 wherever z > 0, however large z is.",
        ),
        "applied_relu_again": Misconception(
            _net_with(_two_over_n, lambda dh, z, h: dh * (dh > 0)),
            "What comes back is cut off where it is itself negative. What counts is "
            "whether the neuron was silent on the way forward: `z > 0`.",
        ),
        "slope_of_tanh": Misconception(
            _net_with(_two_over_n, lambda dh, z, h: dh * (1 - h**2)),
            "1 - h² is the slope of tanh. The hidden neurons are ReLU: 1 where z > 0, "
            "else 0.",
        ),
        "doubled_without_slope": Misconception(
            _net_with(lambda x: 2, lambda dh, z, h: dh),
            "The 2 of the square is there now. The loss is a mean: the 1/N is missing; "
            "and so is the slope of ReLU.",
        ),
        "slope_at_the_output": Misconception(
            _net_output_masked,
            "The way back is also cut off where the prediction is negative. The output "
            "has no activation: only the hidden neurons have the slope of ReLU.",
        ),
        "bias_not_masked": Misconception(
            _net_bias_not_masked,
            "All is right but `db1`. A silent neuron's bias had no part in the error "
            "either: sum up `dz` after it has been multiplied by the slope.",
        ),
    },
)

# ------------------------------------------------------------ debug: the wrong sign

_HALF_CLIMBS = """def two_layer_step(x, y, W1, b1, W2, b2, lr):
    h = np.tanh(W1 @ x + b1)
    predicted = W2 @ h + b2

    delta2 = y - predicted
    delta1 = (W2.T @ delta2) * (1 - h**2)
    W2 = W2 + lr * np.outer(delta2, h)
    b2 = b2 + lr * delta2
    W1 = W1 - lr * np.outer(delta1, x)
    b1 = b1 - lr * delta1
    return W1, b1, W2, b2
"""


def _two_layer_step(x, y, W1, b1, W2, b2, lr):
    h = np.tanh(W1 @ x + b1)
    predicted = W2 @ h + b2

    delta2 = predicted - y
    delta1 = (W2.T @ delta2) * (1 - h**2)
    W2 = W2 - lr * np.outer(delta2, h)
    b2 = b2 - lr * delta2
    W1 = W1 - lr * np.outer(delta1, x)
    b1 = b1 - lr * delta1
    return W1, b1, W2, b2


def _step_with(signs, rate=1.0, slope=lambda h: 1 - h**2, w2_first=False):
    """The step with a sign for each of W1, b1, W2, b2: 1 goes down the slope."""

    def step(x, y, W1, b1, W2, b2, lr):
        lr = rate * lr
        h = np.tanh(W1 @ x + b1)
        delta2 = W2 @ h + b2 - y
        new = W2 - signs[2] * lr * np.outer(delta2, h)
        delta1 = ((new if w2_first else W2).T @ delta2) * slope(h)
        return (
            W1 - signs[0] * lr * np.outer(delta1, x),
            b1 - signs[1] * lr * delta1,
            new,
            b2 - signs[3] * lr * delta2,
        )

    return step


_THREE = (
    np.array([[0.5, -0.5], [1.0, 0.0], [0.0, 0.5]]),
    np.zeros(3),
    np.array([[1.0, -0.5, 0.5]]),
    np.zeros(1),
)

HALF_CLIMBS = Exercise(
    name="backpropagation.half_climbs",
    title="Half of the network climbs",
    kind="debug",
    minutes=7,
    statement=r"""
One step of gradient descent for a network of two layers, tanh neurons and then outputs
without activation, on one example and half the squared error,

$$L = \tfrac12 \sum_k (\hat y_k - y_k)^2 .$$

Somebody found `target - output` in it with a minus in the updates, saw that this climbs,
and mended the output layer. From the same start, with a learning rate of 0.1 on one
example, the loss now goes

$$1.71, \quad 1.32, \quad 1.19, \quad 1.58, \quad 2.32,$$

down at first, and then up. Done right it goes $1.71, 0.75, 0.35, 0.18, 0.09$. Mend the
rest.
""",
    starter=_HALF_CLIMBS,
    answer=_two_layer_step,
    explanation=r"""
`delta1` is made from `delta2`, so it inherits its sign. With `y - predicted` at the top,
every delta below is the gradient with its sign turned, and every update needs a plus.
The safest is to let each delta be the gradient, output minus target, and to write a
minus everywhere, as here; the other way, `y - predicted` and a plus in all four updates,
is right as well.

For two steps the loss fell all the same, because the output layer learned faster than
the hidden layer spoilt it. A falling loss proves little: check the gradient.
""",
    hints=(
        "`delta1` is made from `delta2`. Is `delta2` the derivative of the loss, or that "
        "with its sign turned?",
        "Either turn `delta2` round, and then all four updates need a minus; or keep "
        "it, and all four need a plus.",
    ),
    cases=(
        call(np.array([1.0, -1.0]), np.array([2.0]), *_THREE, 0.1),
        call(
            np.array([0.5, 1.0, -1.0]),
            np.array([1.0, -1.0]),
            np.array([[0.2, -0.4, 0.6], [1.0, 0.5, -0.5]]),
            np.array([0.1, -0.2]),
            np.array([[0.5, -1.0], [2.0, 1.0]]),
            np.array([0.0, 0.3]),
            0.5,
        ),
    ),
    misconceptions={
        "other_half_climbs": Misconception(
            _step_with((1, 1, -1, -1)),
            "Now the hidden layer goes down and the output layer climbs. If you turned "
            "`delta2` round, its own two updates need a minus too.",
        ),
        "all_climb": Misconception(
            _step_with((-1, -1, -1, -1)),
            "Now all four climb. `target - output` and a minus in the update are two "
            "turned signs for the whole network: turn only one of them.",
        ),
        "turned_twice": Misconception(
            _step_with((-1, -1, 1, 1)),
            "The step is the same as before. If you turned both the sign of `delta1` "
            "and that of its updates: minus times minus is plus. Turn only one.",
        ),
        "bias_still_climbs": Misconception(
            _step_with((1, -1, 1, 1)),
            "The weights of both layers are right. The hidden layer's bias still "
            "climbs: it has the same delta as its weights.",
        ),
        "weights_still_climb": Misconception(
            _step_with((-1, 1, 1, 1)),
            "The biases are right. The hidden layer's weights still climb: they have "
            "the same delta as its bias.",
        ),
        "output_bias_climbs": Misconception(
            _step_with((1, 1, 1, -1)),
            "All is right but the bias of the output layer, which climbs. It has the "
            "same delta as its weights.",
        ),
        "output_weights_climb": Misconception(
            _step_with((1, 1, -1, 1)),
            "All is right but the weights of the output layer, which climb. They have "
            "the same delta as the bias.",
        ),
        "weights_moved_first": Misconception(
            _step_with((1, 1, 1, 1), w2_first=True),
            "The signs are right. But `W2` moves before `delta1` is worked out with "
            "it: the way back must use the weights of the way forward. Work out all "
            "deltas first, then move.",
        ),
        "weights_moved_first_and_climbing": Misconception(
            _step_with((-1, -1, 1, 1), w2_first=True),
            "The hidden layer still climbs; and `W2` moves before `delta1` is worked "
            "out with it. Work out all deltas first, then move.",
        ),
        "hidden_layer_frozen": Misconception(
            _step_with((0, 0, 1, 1)),
            "The hidden layer no longer climbs, because it no longer moves. It is to "
            "learn as well: let it go down.",
        ),
        "smaller_steps": Misconception(
            _step_with((-1, -1, 1, 1), rate=0.1),
            "Smaller steps in the wrong direction still go the wrong way. It is a sign "
            "that has to change.",
        ),
        "slope_lost": Misconception(
            _step_with((1, 1, 1, 1), slope=lambda h: 1),
            "The signs are right now, but `delta1` has lost the slope of tanh, 1 - h².",
        ),
        "sigmoid_slope": Misconception(
            _step_with((1, 1, 1, 1), slope=lambda h: h * (1 - h)),
            "The signs are right now, but h(1 - h) is the slope of a sigmoid. The "
            "hidden neurons are tanh: 1 - h².",
        ),
        "twice_as_far": Misconception(
            _step_with((1, 1, 1, 1), rate=2.0),
            "The signs are right, but the step is twice as long. The loss is *half* "
            "the squared error, and the half cancels the 2 of the derivative.",
        ),
    },
)

# ------------------------------------------------------------ debug: the wrong shape

_WRONG_SHAPE = """def layer_back(dz, a_prev, weight):
    dweight = dz * a_prev[:-1]
    dbias = np.sum(dz, axis=0)
    da_prev = dz @ weight
    return dweight, dbias, da_prev
"""


def _layer_back(dz, a_prev, weight):
    dweight = np.outer(dz, a_prev)
    dbias = dz
    da_prev = dz @ weight
    return dweight, dbias, da_prev


def _layer_bias_summed(dz, a_prev, weight):
    return np.outer(dz, a_prev), np.sum(dz, axis=0), dz @ weight


def _layer_bias_alone(dz, a_prev, weight):
    return dz * a_prev[:-1], dz, dz @ weight


def _layer_unchanged(dz, a_prev, weight):
    return dz * a_prev[:-1], np.sum(dz), weight.T @ dz


def _layer_turned(dz, a_prev, weight):
    return np.outer(a_prev, dz), dz, dz @ weight


def _layer_still_cut(dz, a_prev, weight):
    return np.outer(dz, a_prev[:-1]), dz, dz @ weight


def _layer_elementwise(dz, a_prev, weight):
    return dz * a_prev, dz, dz @ weight


def _layer_dot(dz, a_prev, weight):
    return dz @ a_prev, dz, dz @ weight


def _layer_passes_the_wrong_way(dz, a_prev, weight):
    return np.outer(dz, a_prev), dz, weight @ dz


def _layer_uses_the_weights(dz, a_prev, weight):
    return dz[:, None] * weight, dz, dz @ weight


def _layer_passes_dz(dz, a_prev, weight):
    return np.outer(dz, a_prev), dz, dz


def _layer_passes_products(dz, a_prev, weight):
    return np.outer(dz, a_prev), dz, dz[:, None] * weight


def _layer_bias_mean(dz, a_prev, weight):
    return np.outer(dz, a_prev), np.mean(dz), dz @ weight


WRONG_SHAPE = Exercise(
    name="backpropagation.wrong_shape",
    title="The outer product that was not",
    kind="debug",
    minutes=7,
    statement=r"""
A layer computed $\mathbf{z} = W \mathbf{a} + \mathbf{b}$ for *one* example.
`layer_back` is given `dz`, the derivative of the loss by $\mathbf{z}$, of shape
`(n_out,)`, the layer's input `a_prev`, of shape `(n_in,)`, and `weight`, of shape
`(n_out, n_in)`. It is to return the derivatives by the weights, by the bias and by the
layer's input, each with the shape of what it belongs to.

Two of the three lines are wrong; both were printed in the articles that this course
grew out of. The first cuts the input short until an element by element product runs, for
sizes that happen to suit it. The second gives one number for all biases.
One line is right, though it may not look it. Find out which, and mend the others.
""",
    starter=_WRONG_SHAPE,
    answer=_layer_back,
    explanation=r"""
Write it for one entry: $z_k = \sum_j W_{kj}\, a_j + b_k$. So $\partial L / \partial
W_{kj} = \mathtt{dz}_k\, a_j$, every entry of `dz` with every entry of `a_prev`: an outer
product, `(n_out, n_in)`. And $\partial L / \partial b_k = \mathtt{dz}_k$: one for each
neuron. The sum over axis 0 belongs to a batch, where axis 0 counts the examples; with
one example there is nothing to sum.

The last line is right: `dz @ weight` is `weight.T @ dz`, since a vector has no rows or
columns to transpose.
""",
    hints=(
        "Write down the shape that each of the three results must have. Which of the "
        "three lines give it, whatever `n_out` and `n_in` are?",
        "The weight from input $j$ to neuron $k$ has the derivative `dz[k] * "
        "a_prev[j]`: every entry of one with every entry of the other.",
        "`np.outer(dz, a_prev)` has the shape `(n_out, n_in)`. And each neuron has a "
        "bias of its own, with the derivative `dz[k]`.",
    ),
    cases=(
        call(
            np.array([2.0, -1.0]),
            np.array([1.0, 2.0, 3.0]),
            np.array([[1.0, 0.0, 2.0], [3.0, 1.0, -1.0]]),
        ),
        call(_numbers(21, 4), _numbers(22, 2), _numbers(23, 4, 2)),
        call(
            np.array([1.0, -2.0, 3.0]), np.array([4.0, 5.0, -1.0]), _numbers(24, 3, 3)
        ),
        call(np.array([-3.0]), _numbers(25, 4), _numbers(26, 1, 4)),
    ),
    misconceptions={
        "bias_still_summed": Misconception(
            _layer_bias_summed,
            "The weights are right now. The bias still gets the sum over all neurons: "
            "each neuron has a bias of its own, and its own entry of dz.",
        ),
        "weights_as_before": Misconception(
            _layer_bias_alone,
            "The bias is right now. The weights are not: `a_prev[:-1]` throws an input "
            "away, and * pairs entries one by one. Every neuron meets every input.",
        ),
        "only_the_right_line": Misconception(
            _layer_unchanged,
            "All three results are as before. If you wrote the third line in another "
            "way: it was right. The other two are not.",
        ),
        "turned_round": Misconception(
            _layer_turned,
            "The numbers are right, but `dweight` has one row for each input. A row of "
            "`weight` belongs to a neuron: `(n_out, n_in)`, so dz comes first.",
        ),
        "still_cut": Misconception(
            _layer_still_cut,
            "The outer product is right, but the last input is still thrown away. "
            "(Where biases are kept as a last column, such a cut has its reason; here "
            "`a_prev` holds inputs only.)",
        ),
        "one_by_one": Misconception(
            _layer_elementwise,
            "`dz * a_prev` pairs the entries one by one: it fails unless the layer is "
            "square, and is wrong when it is. Every entry of dz is multiplied by every "
            "entry of a_prev.",
        ),
        "inner_product": Misconception(
            _layer_dot,
            "This is the inner product: it multiplies in pairs and adds up, and for a "
            "square layer it leaves one number. Each weight needs a product of its "
            "own: the outer product.",
        ),
        "right_line_changed": Misconception(
            _layer_passes_the_wrong_way,
            "The first two are right. But the third line was right before: `dz @ "
            "weight` sums over the neurons. `weight @ dz` pairs inputs with neurons, "
            "and fails unless the layer is square.",
        ),
        "weights_in_place_of_inputs": Misconception(
            _layer_uses_the_weights,
            "`dweight` is made from the weights. The derivative of W_kj a_j by W_kj is "
            "a_j: it needs what the weights were multiplied by.",
        ),
        "nothing_passed_on": Misconception(
            _layer_passes_dz,
            "The first two are right, but dz is passed on as it came. On its way to "
            "the inputs it goes through the weights: the line was right before.",
        ),
        "not_summed": Misconception(
            _layer_passes_products,
            "The first two are right. For the inputs, what comes back from all neurons "
            "is added up: one number for each input, of shape `(n_in,)`.",
        ),
        "bias_averaged": Misconception(
            _layer_bias_mean,
            "The weights are right. But the bias gets the mean over all neurons: each "
            "neuron has a bias of its own, and its own entry of dz.",
        ),
    },
)

# -------------------------------------------------------- debug: the slope of another

_WRONG_SLOPE = """def relu_deltas(x, y, z1, z2, W2):
    hidden = np.maximum(0, z1)
    predicted = np.maximum(0, z2)

    dz2 = (predicted - x) * (1 - predicted**2)
    dz1 = (dz2 @ W2) * (1 - hidden**2)
    return dz1, dz2
"""


def _relu_deltas(x, y, z1, z2, W2):
    hidden = np.maximum(0, z1)
    predicted = np.maximum(0, z2)

    dz2 = (predicted - y) * (predicted > 0)
    dz1 = (dz2 @ W2) * (hidden > 0)
    return dz1, dz2


def _deltas_with(against, above, below, factor=lambda n: 1):
    """The deltas with another error and other slopes."""

    def deltas(x, y, z1, z2, W2):
        error = factor(len(z2)) * against(np.maximum(0, z2), x, y)
        dz2 = error * above(z2)
        return below(dz2 @ W2, z1), dz2

    return deltas


def _from_y(predicted, x, y):
    return predicted - y


def _from_x(predicted, x, y):
    return predicted - x


def _slope(z):
    return z > 0


def _tanh_slope(z):
    return 1 - np.maximum(0, z) ** 2


def _masked(dh, z1):
    return dh * (z1 > 0)


def _as_tanh(dh, z1):
    return dh * _tanh_slope(z1)


WRONG_SLOPE = Exercise(
    name="backpropagation.wrong_slope",
    title="The slope of another function",
    kind="debug",
    minutes=8,
    statement=r"""
A network has ReLU neurons in its hidden layer *and* at its output, and half the squared
error as its loss,

$$
\begin{aligned}
\hat y_i &= \mathrm{ReLU}(z^{(2)}_i) \\
L &= \tfrac12 \sum_{i=1}^{N} (\hat y_i - y_i)^2
\end{aligned}
$$

`relu_deltas` is to return the derivatives of $L$ by the weighted sums: `dz1`, of shape
`(N, n_hidden)`, and `dz2`, of shape `(N, 1)`. It is given the inputs `x` of shape `(N,
n_in)`, the targets `y` of shape `(N, 1)`, the sums `z1` and `z2` of both layers, and the
output's weights `W2`, of shape `(1, n_hidden)`.

The line of `dz2` is that of a listing in the articles that this course grew out of.
There, with three inputs, the next product fails with an error about shapes. With one input
everything runs, and the numbers are wrong. Two things are to be mended, one of them in two
places.
""",
    starter=_WRONG_SLOPE,
    answer=_relu_deltas,
    explanation=r"""
The error is prediction minus *target*. `predicted - x`, `(N, 1)` minus `(N, 3)`, is no
error to NumPy: it stretches the column, and the trouble shows only a line later. The
targets never came into the gradient at all.

$1 - a^2$ is the slope of tanh, read off its output. The slope of ReLU is 1 where $z > 0$,
else 0. For $\hat y = 3$ the two are $-8$ and 1: not even the sign is right. (`predicted
> 0` says the same as `z2 > 0`.)
""",
    hints=(
        "What is the derivative of $\\tfrac12 (\\hat y - y)^2$ by $\\hat y$? Does `y` "
        "appear anywhere in the code?",
        "Which activation has the slope $1 - a^2$? And which activation stands in the "
        "two lines above?",
        "The slope of ReLU is `(z2 > 0)` at the output and `(z1 > 0)` in the hidden "
        "layer, each in place of one minus a square.",
    ),
    cases=(
        call(
            np.array([[0.5], [-1.0], [2.0]]),
            np.array([[1.0], [0.0], [2.0]]),
            np.array([[0.5, -1.0], [-0.5, 2.0], [1.5, 3.0]]),
            np.array([[3.0], [0.5], [-1.0]]),
            np.array([[2.0, -1.0]]),
        ),
        call(
            np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]),
            np.array([[0.0], [1.0], [0.0]]),
            np.array([[1.5, -3.0], [0.5, 2.5], [-2.0, 4.0]]),
            np.array([[0.5], [2.0], [1.5]]),
            np.array([[-0.5, 3.0]]),
        ),
        call(
            np.array([[1.0, -1.0]]),
            np.array([[4.0]]),
            np.array([[2.0, -0.5, 0.25]]),
            np.array([[1.5]]),
            np.array([[1.0, 2.0, -2.0]]),
        ),
    ),
    misconceptions={
        "slopes_still_of_tanh": Misconception(
            _deltas_with(_from_y, _tanh_slope, _as_tanh),
            "The error is right now. 1 - a² is the slope of tanh, and both layers are "
            "ReLU.",
        ),
        "hidden_slope_of_tanh": Misconception(
            _deltas_with(_from_y, _slope, _as_tanh),
            "`dz2` is right. The hidden layer is ReLU as well: its slope is not "
            "1 - a² either.",
        ),
        "output_slope_of_tanh": Misconception(
            _deltas_with(_from_y, _tanh_slope, _masked),
            "The hidden layer has the right slope now. The output is ReLU as well: "
            "there 1 - a² still stands.",
        ),
        "targets_still_missing": Misconception(
            _deltas_with(_from_x, _slope, _masked),
            "The slopes are right now. But the prediction is compared with the inputs, "
            "not with the targets: `y` never comes into the gradient.",
        ),
        "error_turned": Misconception(
            _deltas_with(lambda p, x, y: y - p, _slope, _masked),
            "The slopes are right, but the error is target minus prediction. The "
            "derivative of half the square is prediction minus target.",
        ),
        "outputs_in_place_of_slopes": Misconception(
            _deltas_with(
                _from_y, lambda z: np.maximum(0, z), lambda d, z1: d * z1 * (z1 > 0)
            ),
            "The way back is multiplied by the outputs of ReLU. It is multiplied by "
            "their slopes: 1 where z > 0, else 0.",
        ),
        "sigmoid_slopes": Misconception(
            _deltas_with(
                _from_y,
                lambda z: np.maximum(0, z) * (1 - np.maximum(0, z)),
                lambda d, z1: d * np.maximum(0, z1) * (1 - np.maximum(0, z1)),
            ),
            "a(1 - a) is the slope of a sigmoid. Both layers are ReLU: 1 where z > 0, "
            "else 0.",
        ),
        "signs_in_place_of_slopes": Misconception(
            _deltas_with(_from_y, np.sign, lambda d, z1: d * np.sign(z1)),
            "`np.sign` gives -1 for a negative sum, so that the way back turns round "
            "there. The slope of ReLU is 0 where the sum is negative.",
        ),
        "no_slope_above": Misconception(
            _deltas_with(_from_y, lambda z: 1, _masked),
            "The hidden layer is right for what comes into it, but the output has no "
            "slope at all. It is ReLU too: where z2 is negative, nothing comes back.",
        ),
        "no_slope_below": Misconception(
            _deltas_with(_from_y, _slope, lambda dh, z1: dh),
            "`dz2` is right. The hidden layer's own slope is missing: where z1 is "
            "negative, nothing comes back. (If you used z2 there: it is in dz2.)",
        ),
        "slopes_dropped": Misconception(
            _deltas_with(_from_y, lambda z: 1, lambda dh, z1: dh),
            "The error is right, but both slopes are gone. ReLU has one: 1 where z > 0, "
            "and 0 where the neuron is silent.",
        ),
        "twice": Misconception(
            _deltas_with(_from_y, _slope, _masked, factor=lambda n: 2),
            "All is twice too large. The loss is *half* the squared error, and the "
            "half cancels the 2 of the derivative.",
        ),
        "mean": Misconception(
            _deltas_with(_from_y, _slope, _masked, factor=lambda n: 1 / n),
            "All is divided by N. The loss here is a sum, not a mean.",
        ),
        "mean_of_squares": Misconception(
            _deltas_with(_from_y, _slope, _masked, factor=lambda n: 2 / n),
            "The slopes are right. The factor 2/N belongs to the mean of the squares; "
            "here the loss is half their sum.",
        ),
    },
)

# ------------------------------------------------------ debug: every pair of examples

_EVERY_PAIR = """def line_gradients(x, y, w, b):
    predicted = w * x + b
    error = predicted - y
    dw = np.mean(2 * error * x)
    db = np.mean(2 * error)
    return dw, db
"""


def _line_gradients(x, y, w, b):
    predicted = w * x + b
    error = predicted - y[:, None]
    dw = np.mean(2 * error * x)
    db = np.mean(2 * error)
    return dw, db


def _line_still_pairs(x, y, w, b):
    error = w * x + b - y[None, :]
    return np.mean(2 * error * x), np.mean(2 * error)


def _line_pairs_come_back(x, y, w, b):
    error = w * x[:, 0] + b - y
    return np.mean(2 * error * x), np.mean(2 * error)


def _line_with(factor=2, weigh=lambda error, x: error * x, collect=np.mean):
    """The gradients of the line with another factor, product or sum."""

    def gradients(x, y, w, b):
        error = factor * (w * x[:, 0] + b - y)
        return collect(weigh(error, x[:, 0])), collect(error)

    return gradients


def _plain(answer, x, y, w, b):
    """The answer's two numbers; an array of one entry counts as a number."""
    given = answer(x, y, w, b)
    if not isinstance(given, tuple | list):
        return given
    return tuple(v.item() if getattr(v, "size", 0) == 1 else v for v in given)


def _line(x, y, w, b):
    args = np.array(x)[:, None], np.array(y), w, b
    return Case(use=_plain, args=args, label="line_gradients(x, y, w, b)")


def _line_as_columns(x, y, w, b):
    error = w * x + b - y[:, None]
    return np.mean(2 * error * x, axis=1), np.mean(2 * error, axis=1)


EVERY_PAIR = Exercise(
    name="backpropagation.every_pair",
    title="The flat line",
    kind="debug",
    minutes=7,
    statement=r"""
`line_gradients` is to give the gradients of the mean squared error of a line,
$\hat y = w x + b$, over $N$ points. `x` has shape `(N, 1)`, one example a row, as
everywhere in this course; `y` has shape `(N,)`; `w` and `b` are numbers, and so are the
two gradients.

It runs without complaint, and the descent settles down. But for the points $(0, 1)$,
$(1, 3)$, $(2, 5)$ and $(3, 7)$, which lie exactly on the line $y = 2x + 1$, it ends at
$w = 0$ and $b = 4$: a flat line at the mean height. Find the mistake, and mend it.
""",
    starter=_EVERY_PAIR,
    answer=_line_gradients,
    explanation=r"""
`(N, 1)` minus `(N,)` is `(N, N)`: NumPy reads `y` as a row, and takes every target from
every prediction. On average each point is then drawn to *all* heights, so the best line
is flat, at their mean. `db` comes out right all the same, which makes it harder to
see. `y[:, None]` turns `y` into a column; `x[:, 0]`, used in both places, is right as
well. PyTorch stretches in the same way; its `mse_loss` warns when the shapes differ.

Print the shape of `error` once: it costs a line.
""",
    hints=(
        "What is the shape of `predicted`, of `y`, and of their difference?",
        "Shapes are lined up from the right, so `(N,)` counts as a row, `(1, N)`. Next "
        "to a column `(N, 1)` both are stretched to `(N, N)`: every prediction meets "
        "every target.",
        "Make both columns, with `y[:, None]`, or both flat, with `x[:, 0]`. Mind that "
        "`x` is used twice.",
    ),
    cases=(
        _line([0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 5.0, 7.0], 0.0, 4.0),
        _line([1.0, 2.0, 4.0], [2.0, -1.0, 3.0], 0.5, -1.0),
        _line([2.0], [1.0], 3.0, 0.5),
    ),
    misconceptions={
        "still_every_pair": Misconception(
            _line_still_pairs,
            "`error` still has the shape `(N, N)`: every target is taken from every "
            "prediction. A flat `y` has no columns to turn, so `y.T` changes nothing, "
            "and as a row it is what it was. Make it a column: `y[:, None]`.",
        ),
        "pairs_come_back": Misconception(
            _line_pairs_come_back,
            "`error` is right now, and `db` with it. In `dw` the mean of the errors is "
            "multiplied by the mean of x: perhaps the flat error meets the column x "
            "there, and every error is paired with every x.",
        ),
        "two_lost": Misconception(
            _line_with(factor=1),
            "The pairs are right now, but the 2 is gone: the derivative of a square "
            "has a factor 2.",
        ),
        "summed": Misconception(
            _line_with(collect=np.sum),
            "The pairs are right now, but the examples are summed up. The loss is a "
            "mean.",
        ),
        "sign": Misconception(
            _line_with(factor=-2),
            "The pairs are right now, but the signs are turned: the derivative is "
            "prediction minus target.",
        ),
        "x_left_out": Misconception(
            _line_with(weigh=lambda error, x: error),
            "`db` is right. In `dw` the x is missing: the further out a point lies, "
            "the more w moves its prediction.",
        ),
        "size_only": Misconception(
            _line_with(collect=lambda e: np.mean(np.abs(e))),
            "Only the size of each term is left. Points above the line and points "
            "below it must pull in opposite directions: keep the sign.",
        ),
        "mean_along_the_rows": Misconception(
            _line_as_columns,
            "The pairs are right now, but the mean runs along rows of one entry, so "
            "that each example keeps its own. Take it over all examples: one number.",
        ),
    },
)

# ------------------------------------------------------------------ open: two moons


class _MoonNet:
    lr = 2.0

    def start(self, rng):
        return {
            "W1": rng.normal(size=(16, 2)),
            "b1": np.zeros(16),
            "w2": rng.normal(size=16) / 4,
            "b2": 0.0,
        }

    def forward(self, params, x):
        h = np.tanh(x @ params["W1"].T + params["b1"])  # (N, 16)
        return 1 / (1 + np.exp(-(h @ params["w2"] + params["b2"])))  # (N,)

    def gradients(self, params, x, y):
        h = np.tanh(x @ params["W1"].T + params["b1"])
        dz2 = (self.forward(params, x) - y) / len(y)  # (N,)
        dz1 = np.outer(dz2, params["w2"]) * (1 - h**2)  # (N, 16)
        return {
            "W1": dz1.T @ x,
            "b1": dz1.sum(axis=0),
            "w2": h.T @ dz2,
            "b2": dz2.sum(),
        }


_ONE_NEURON = """class MoonNet:
    lr = 0.5

    def start(self, rng):
        return {"w": rng.normal(size=2), "b": 0.0}

    def forward(self, params, x):
        return 1 / (1 + np.exp(-(x @ params["w"] + params["b"])))

    def gradients(self, params, x, y):
        dz = (self.forward(params, x) - y) / len(y)
        return {"w": x.T @ dz, "b": dz.sum()}
"""

_STEPS, _MOST_NUMBERS, _ASKED, _DRAWS = 200, 65, 0.95, 5


@lru_cache(maxsize=_DRAWS)
def _moons(draw):
    """Two moons: 200 points to learn from, and 1000 others."""
    from sklearn.datasets import make_moons

    points = [make_moons(n, noise=0.2, random_state=s) for n, s in _sizes(draw)]
    return [(x, y.astype(float)) for x, y in points]


def _sizes(draw):
    return (200, draw), (1000, 100 + draw)


def _array(x):
    """A learner's numbers as an array of floats (tensors too), or None."""
    array = numeric(snapshot(x))
    return None if array is None or array.dtype.kind == "c" else array.astype(float)


def _copied(params):
    """Copies of the parameters; those that are one number stay plain numbers."""
    return {k: v.copy() if v.ndim else float(v) for k, v in params.items()}


def _said(net, params, x):
    return _array(net.forward(_copied(params), x.copy()))


def _gradients_of(net, params, x, y):
    given = net.gradients(_copied(params), x.copy(), y.copy())
    return {k: _array(given[k]) for k in params}


def _trained(net, draw):
    """The parameters after the steps of gradient descent."""
    (x, y), _ = _moons(draw)
    params = {k: _array(v) for k, v in net.start(_rng(draw)).items()}
    for _ in range(_STEPS):
        slopes = _gradients_of(net, params, x, y)
        params = {k: np.asarray(v - net.lr * slopes[k]) for k, v in params.items()}
    return params


def _accuracy(net, params, draw):
    _, (x, y) = _moons(draw)
    return float(np.mean((_said(net, params, x) > 0.5) == y))


def _why_not_the_parts(net):
    """Say which part of a learner's network is not as it should be, or None."""
    (x, y), _ = _moons(0)
    given = net.start(_rng(0))
    if not isinstance(given, dict) or not given:
        return f"`start` should give back a dict, and {_came(given)} came."
    params = {k: _array(v) for k, v in given.items()}
    for name, value in params.items():
        if value is None:
            return f"`start`: {name!r} is no array of real numbers."
    if (total := sum(v.size for v in params.values())) > _MOST_NUMBERS:
        return f"Your network has {total} numbers. At most {_MOST_NUMBERS} are allowed."
    if _array(getattr(net, "lr", None)) is None:
        return "Your class needs a learning rate: `lr = ...` above its methods."
    return _why_not_the_output(net, params, x) or _why_not_the_slopes(net, params, x, y)


def _why_not_the_output(net, params, x):
    given = net.forward(_copied(params), x.copy())
    out = _array(given)
    if out is None:
        return f"`forward` should give back an array, and {_came(given)} came."
    if out.shape != (len(x),):
        return (
            f"`forward` gives back the shape {out.shape} for {len(x)} points. It should "
            f"be ({len(x)},): one number a point."
        )
    if not np.isfinite(out).all():
        return "`forward` gives numbers that are not finite (nan or infinity)."
    if not ((out >= 0) & (out <= 1)).all():
        return (
            "`forward` should give back probabilities. Yours leave the range from 0 "
            "to 1: let the output go through a sigmoid."
        )
    return None


def _why_not_the_slopes(net, params, x, y):
    given = net.gradients(_copied(params), x.copy(), y.copy())
    if not isinstance(given, dict):
        return f"`gradients` should give back a dict, and {_came(given)} came."
    for name, value in params.items():
        if name not in given:
            return f"`gradients` gives none for {name!r}."
        slope = _array(given[name])
        if slope is None:
            return f"`gradients`: {name!r} is no array of real numbers."
        if slope.shape != value.shape:
            return (
                f"`gradients`: {name!r} has the shape {slope.shape}. A gradient has "
                f"the shape of what it belongs to, here {value.shape}."
            )
    return None


def _came(given):
    return kind_of(snapshot(given))


def _loss_at(net, params, x, y):
    """Mean cross-entropy of a learner's network."""
    p = np.clip(_said(net, params, x), 1e-12, 1 - 1e-12)
    return -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))


def _slopes_by_differences(net, params, x, y, eps=1e-5):
    slopes = {k: np.zeros(v.shape) for k, v in params.items()}
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            loss = []
            for step in (eps, -eps):
                moved = value.copy()
                moved[index] += step
                loss.append(_loss_at(net, {**params, name: moved}, x, y))
            slopes[name][index] = (loss[0] - loss[1]) / (2 * eps)
    return slopes


def _wrong_slope_of(net):
    """Check the gradients by finite differences; say where they differ, or None."""
    (x, y), _ = _moons(0)
    rng = _rng(1)
    params = {k: _array(v) for k, v in net.start(_rng(0)).items()}
    params = {k: v + 0.1 * rng.normal(size=v.shape) for k, v in params.items()}
    params = {k: np.asarray(v) for k, v in params.items()}
    want = _slopes_by_differences(net, params, x, y)
    got = _gradients_of(net, params, x, y)
    a, b = (np.concatenate([g[k].ravel() for k in params]) for g in (want, got))
    if not _alike(a, b) and _alike(a * (factor := a @ b / (a @ a)), b):
        return _factor_found(factor)
    for name in params:
        if not _alike(want[name], got[name]):
            worst = np.abs(want[name] - got[name]).argmax()
            entry = tuple(int(i) for i in np.unravel_index(worst, want[name].shape))
            where = f"{name!r} at index {list(entry)}" if entry else f"{name!r}"
            return (
                "A gradient check of the mean cross-entropy, with slightly moved "
                f"parameters, finds the first difference in {where}: finite "
                f"differences give {want[name][entry]:.4g}, `gradients` gives "
                f"{got[name][entry]:.4g}. (If another loss is meant, they differ for "
                "that reason.)"
            )
    return None


def _factor_found(factor):
    """Say what it means that all gradients have a common factor."""
    if factor < 0:
        return (
            "A gradient check says that your gradients have the wrong sign: the network "
            "climbs."
        )
    return (
        f"All your gradients are {factor:.3g} times those of the mean cross-entropy. A "
        "common factor acts like a learning rate. Is the mean over the examples meant?"
    )


def _alike(a, b):
    """Equal but for what finite differences err by."""
    return np.allclose(a, b, 1e-4, 1e-4 * abs(a).max() + 1e-7)


def _is_straight(net, params):
    """Whether half way between two points of one side is nearly always that side."""
    _, (x, _) = _moons(0)
    other = _rng(2).permutation(x)
    says, says_other, half_way = (
        _said(net, params, points) > 0.5 for points in (x, other, (x + other) / 2)
    )
    same = says == says_other
    return np.mean(half_way[same] != says[same]) < 0.005


def _why_not_moons(answer):
    """Say what keeps a learner's network from separating the moons, or None."""
    if sentence := _why_not_the_parts(answer()):
        return sentence
    nets = [answer() for _ in range(_DRAWS)]
    with np.errstate(all="ignore"):
        ends = [_trained(net, draw) for draw, net in enumerate(nets)]
        if not all(np.isfinite(v).all() for end in ends for v in end.values()):
            return (
                f"During the {_STEPS} steps the parameters leave all bounds (nan or "
                "infinity). Is the learning rate too high, or a sign turned?"
            )
        scores = [
            _accuracy(net, end, i)
            for i, (net, end) in enumerate(zip(nets, ends, strict=True))
        ]
    mean = np.mean(scores)
    if mean >= _ASKED:
        return None
    told = (
        f"{mean:.1%} of the held-out points are right, over {_DRAWS} draws ("
        f"{min(scores):.1%} in the worst, {max(scores):.1%} in the best). "
        f"{_ASKED:.0%} are asked for. "
    )
    if trouble := _wrong_slope_of(answer()):
        return told + trouble
    if _is_straight(nets[0], ends[0]):
        return told + (
            "The gradients are right, but the boundary is still a straight line, or "
            "almost one. Are there hidden neurons, do they bend, do they start "
            f"different from one another, and are {_STEPS} steps of this length enough?"
        )
    return told + (
        "The gradients are right, and the boundary bends. What is left are the length "
        "of the steps, the number of hidden neurons, and how they start."
    )


MOON_NET = Exercise(
    name="backpropagation.moon_net",
    title="Two moons in two hundred steps",
    kind="open",
    minutes=16,
    statement=r"""
Two half moons of points reach into each other. `MoonNet` below is one sigmoid neuron,
with gradients worked out by hand. It cuts the plane along a straight line, and so it gets
about 87 % of new points right.

Make it better, with gradients of your own and NumPy alone. The checker draws 200 points
from `sklearn.datasets.make_moons` with a noise of 0.2, asks `start(rng)` for a dict of
parameters, and takes exactly 200 steps of plain gradient descent,

`params[name] = params[name] - lr * gradients(params, x, y)[name]`.

Then it counts how many of 1000 other points `forward(params, x)`, the probability of
class 1, puts on the right side of 0.5. Five draws are averaged: reach 95 %. There is room
for 65 numbers in all. `x` has shape `(N, 2)`, `y` and the probabilities have shape
`(N,)`. The network, its start and `lr` are yours to choose.
""",
    starter=_ONE_NEURON,
    answer=_MoonNet,
    explanation=r"""
Sixteen tanh neurons and a sigmoid need $16 \cdot 2 + 16 + 16 + 1 = 65$ numbers. The way
back is the one of the chapter: `dz2` is probability minus truth over N; each hidden
neuron gets it times its weight going out and its own slope; and the gradient of each
weight is what comes back to its neuron times what went in.

With so few steps the learning rate decides: at 0.5 this network has hardly begun to
bend the boundary after 200 steps, at 2 it is done. The start must be random, or the
hidden neurons remain copies of one another.

The noise is so wide that the moons overlap. About 97 % is what such networks reach,
however long they train.
""",
    hints=(
        "A hidden layer lets the boundary bend: `h = np.tanh(x @ W1.T + b1)`, of shape "
        "`(N, H)`, and the output `sigmoid(h @ w2 + b2)`. `start` needs four entries.",
        "`dz2 = (p - y) / N`, of shape `(N,)`. Then `dw2 = h.T @ dz2`, and for the "
        "hidden layer `dz1 = np.outer(dz2, w2) * (1 - h**2)`, of shape `(N, H)`.",
        "`dW1 = dz1.T @ x`, and each bias gets the sum over the examples. If the "
        "gradients are right and 95 % are not reached, take longer steps: `lr = 2.0`.",
    ),
    accept=_why_not_moons,
    seconds=10.0,
)

EXERCISES = [
    TWO_PATHS,
    EVERY_SHAPE_FITS,
    SOFTMAX_BACK,
    THROUGH_DEPTH,
    TAPE,
    MISSING_FACTORS,
    HALF_CLIMBS,
    WRONG_SHAPE,
    WRONG_SLOPE,
    EVERY_PAIR,
    MOON_NET,
]
