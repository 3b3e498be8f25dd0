"""Exercises of the chapter "Backpropagation"."""

from collections import deque
from functools import lru_cache, partial

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
    title="Two paths from p to f",
    kind="by hand",
    minutes=5,
    statement=r"""
A small graph, with $a = 2$, $b = 4$ and $c = -5$:

$$
\begin{aligned}
p &= a \cdot b = 8 \\
q &= p + c = 3 \\
r &= q^2 = 9 \\
f &= r + 3p = 33
\end{aligned}
$$

Go back through it on paper, from $f$ upwards. Mind that $p$ is used twice.

Find $\partial f / \partial a$, $\partial f / \partial b$ and $\partial f / \partial c$,
and write them as a list, in this order.
""",
    starter="slopes_abc = ...\n",
    answer=[36, 18, 6],
    explanation=r"""
Start at $f$ with 1, and multiply by the local derivative at each step back:

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

Where paths meet, what comes back is added. That happens at $p$, and everything above
$p$ must wait for the sum.
""",
    hints=(
        "Find the derivative of $f$ by each node in turn, from the last line to the "
        "first: $r$, $q$, $p$, and only then $a$ and $b$.",
        "Two paths lead from $p$ to $f$: one through $q$ and $r$, and a direct one, "
        "$3p$. Work out both, and add them.",
        "$\\partial f / \\partial q = 2q = 6$. Through $q$ comes 6, directly comes 3, "
        "so $\\partial f / \\partial p = 9$.",
    ),
    misconceptions={
        "first_path_only": Misconception(
            [24, 12, 6],
            "Only the path through q and r is counted. p also goes into f directly, as "
            "3p, and what comes back on that path is added.",
        ),
        "second_path_alone_for_p": Misconception(
            [12, 6, 6],
            "c is right. For p only the direct path, 3p, is left: did the second path "
            "take the place of the first? The two are added.",
        ),
        "direct_path_only": Misconception(
            [12, 6, 0],
            "Only the direct path, 3p, is counted. p also goes into q, and through r "
            "into f; and c reaches f on that path too.",
        ),
        "paths_multiplied": Misconception(
            [72, 36, 6],
            "What comes back to p on its two paths is multiplied. Along one path the "
            "local derivatives are multiplied; where paths meet, they are added.",
        ),
        "three_added_too_late": Misconception(
            [27, 15, 6],
            "3p goes through p: its 3 is added at p, before it is multiplied by b or "
            "by a.",
        ),
        "two_lost": Misconception(
            [24, 12, 3],
            "The 2 is missing in the derivative of r = q²: it is 2q, not q.",
        ),
        "three_lost": Misconception(
            [28, 14, 6],
            "On the direct path the factor is missing: f = r + 3p grows by 3 when p "
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
            "These are the derivatives of p by a and b, and of q by c: one step of "
            "each path alone. Multiply each by what comes back from f.",
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
neuron a row of `weight`. `dy` is what comes back: the derivative of the loss by each
entry of `y`.

$$
\begin{aligned}
\mathtt{x} &= \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \\
\mathtt{weight} &= \begin{bmatrix} 2 & 0 \\ 1 & 3 \end{bmatrix} \\
\mathtt{dy} &= \begin{bmatrix} 1 & -1 \\ 2 & 1 \end{bmatrix}
\end{aligned}
$$

Two examples, two inputs, two neurons: whatever you multiply or transpose, the shapes
fit. They cannot tell you which product is right.

Work out `dweight`, the derivative by each weight, on paper. Write it as a list of two
rows.
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
        "element_by_element": Misconception(
            [[1, -2], [6, 4]],
            "This is dy * x, entry by entry. Every weight joins one input to one "
            "neuron, and each pair of an input and a neuron needs a product of its "
            "own, summed over the examples.",
        ),
        "weights_in_place_of_inputs": Misconception(
            [[4, 6], [-1, 3]],
            "This is dy.T @ weight. The transpose is right, but the derivative by the "
            "weights does not depend on the weights: it needs what they were "
            "multiplied by, x.",
        ),
        "down_to_the_inputs": Misconception(
            [[1, -3], [5, 3]],
            "This is dy @ weight, and that is dx, what goes on to the layer below. "
            "The derivative by the weights needs what they were multiplied by: x.",
        ),
        "mean_over_examples": Misconception(
            [[3.5, 5], [1, 1]],
            "This is the mean over the two examples. dy is already the derivative of "
            "the loss: if there is a mean in the loss, its 1/N is in dy. Here the "
            "examples are summed.",
        ),
        "last_example_only": Misconception(
            [[6, 8], [3, 4]],
            "This is the part of the last example alone. All examples use the same "
            "weights, so their parts are added: += in place of =.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# ------------------------------------------------------------ code: through softmax


def _softmax_back(p, dp):
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
`p`. You are given `p`, and `dp`, the derivative of the loss by `p`.

Write `softmax_back(p, dp)`: the derivative by `z`, of the same shape. No loop is needed.

Within one row every score moves every probability:

$$\frac{\partial p_j}{\partial z_k} = \begin{cases} p_k\,(1 - p_k) & j = k \\
-p_j\,p_k & j \ne k \end{cases}$$

So $C$ paths lead from each $z_k$ to the loss, and what comes back on them is added:

$$\mathtt{dz}_k = \sum_j \mathtt{dp}_j\, \frac{\partial p_j}{\partial z_k}$$
""",
    starter="def softmax_back(p, dp):\n    # your code in place of the dots\n    ...\n",
    answer=_softmax_back,
    explanation=r"""
Put the two cases into the sum. Every $j$, the one that equals $k$ included, gives
$-\mathtt{dp}_j\,p_j\,p_k$, and $j = k$ gives $\mathtt{dp}_k\,p_k$ besides:

$$\mathtt{dz}_k = p_k \Bigl(\mathtt{dp}_k - \sum_j p_j\,\mathtt{dp}_j\Bigr).$$

The sum is the mean of `dp`, weighted by `p`: what comes back to a score is how far its own
`dp` lies from that mean, times $p_k$. So the entries of a row sum to zero, as they must:
the same number added to all scores changes nothing.

With cross-entropy on top, `dp` is $-1 / p_y$ at the right class and 0 elsewhere, and out
comes $\mathbf{p} - \mathbf{e}_y$.
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
            lambda p, dp: dp * p * (1 - p),
            "Each score moves only its own probability here: p(1 - p), the slope of a "
            "sigmoid. In a softmax it moves all the others of its row as well, by "
            "-p_j p_k, and what comes back from them is added.",
        ),
        "no_mean_taken_away": Misconception(
            lambda p, dp: p * dp,
            "This is p times dp: one part is missing. If all entries of dp are equal, "
            "nothing should come back, since a row of p always sums to 1. Each score "
            "also takes p_j p_k dp_j from all classes, its own included.",
        ),
        "over_everything": Misconception(
            lambda p, dp: p * (dp - (p * dp).sum()),
            "The sum runs over the whole array, so that the examples get into one "
            "another's gradients. Sum along each row, `axis=-1`.",
        ),
        "down_the_columns": Misconception(
            lambda p, dp: p * (dp - (p * dp).sum(axis=0)),
            "The sum runs down the columns, over the examples. The classes of one "
            "example share a softmax: sum along the last axis.",
        ),
        "keepdims_forgotten": Misconception(
            lambda p, dp: p * (dp - (p * dp).sum(axis=-1)),
            "The sums have the shape `(N,)` and meet the columns of an `(N, C)` array: "
            "an error, or wrong without one where N = C. `keepdims=True` keeps them a "
            "column, one for each row.",
        ),
        "p_in_front_lost": Misconception(
            lambda p, dp: dp - (p * dp).sum(axis=-1, keepdims=True),
            "The bracket is right, but the factor p_k in front of it is missing: a "
            "class that has almost no probability hardly answers to its score.",
        ),
        "p_once": Misconception(
            lambda p, dp: p * dp - (p * dp).sum(axis=-1, keepdims=True),
            "The first term has its p_k, the sum has not. Are brackets lost? p_k "
            "stands in front of both: p * (dp - sum).",
        ),
        "own_counted_twice": Misconception(
            lambda p, dp: p * (1 - p) * dp - p * (p * dp).sum(axis=-1, keepdims=True),
            "The term j = k is counted twice: once in p(1 - p), and once more in the "
            "sum over all j.",
        ),
        "first_row_for_all": Misconception(
            lambda p, dp: dp @ (np.diag(p[0]) - np.outer(p[0], p[0])),
            "Each row has its own p, and so its own derivatives: those of the first "
            "row were used for all.",
        ),
        "cross_entropy_shortcut": Misconception(
            lambda p, dp: p - dp,
            "Probability minus truth is the gradient of softmax and cross-entropy "
            "together. Here dp is not the truth: it is the derivative of any loss by "
            "p, and only the softmax is to be undone.",
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


def _sigmoid_slopes(weights, x):
    _, a = _chain(weights, x)
    return a * (1 - a)


def _slopes_sigmoid_twice(weights, x):
    _, a = _chain(weights, x)
    s = 1 / (1 + np.exp(-a))
    return _products(s * (1 - s) * weights)


def _slopes_of_the_inputs(weights, x):
    a, _ = _chain(weights, x)
    return _products(a * (1 - a) * weights)


THROUGH_DEPTH = Exercise(
    name="backpropagation.through_depth",
    title="What is left at the bottom",
    kind="code",
    minutes=8,
    statement=r"""
The thinnest of all deep networks: one neuron a layer, all of them sigmoids without a
bias. It begins with $a_0 = x$, and layer $k$ has the weight $w_k$:

$$
\begin{aligned}
a_k &= \sigma(w_k\, a_{k-1}) \\
\sigma(z) &= 1 / (1 + e^{-z})
\end{aligned}
$$

Write `slopes_down(weights, x)`: the derivatives of the last output $a_n$ by the input of
each layer,

$$\frac{\partial a_n}{\partial a_0},\; \frac{\partial a_n}{\partial a_1},\; \dots,\;
\frac{\partial a_n}{\partial a_{n-1}}$$

It returns an array of `len(weights)` numbers. The first is the slope by `x`, the last
that of the last layer alone. `weights` is an array, `x` a number.
""",
    starter="def slopes_down(weights, x):\n    # your code in place of the dots\n    ...\n",
    answer=_slopes_down,
    explanation=r"""
One layer has the slope $a_k (1 - a_k)\, w_k$. On the way back each layer multiplies by
its own, so that the entry of layer $k$ is the product of its own slope and of all above
it.

The slope of a sigmoid is 0.25 at most. With weights of 1 and $x = 0.5$, eight layers
leave 0.0000069 of a change in $x$. A weight of 4 could make up for the 0.25, but only
where the weighted sum is near 0; a large weight drives it away from there.

This is the *vanishing gradient*. The derivative by a layer's own weight holds the same
product, with $a_{k-1}$ in the place of $w_k$, so the lowest layers learn slowest.
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
            lambda w, x: _products(_sigmoid_slopes(w, x)),
            "The slopes of the sigmoids are multiplied, but not the weights. On its "
            "way from one layer's input to its output a change passes the weight too.",
        ),
        "from_the_front": Misconception(
            lambda w, x: np.cumprod(_sigmoid_slopes(w, x) * w),
            "The products grow from the first layer on: those are the slopes of each "
            "output by x. Asked for is the slope of the last output by what each layer "
            "takes in, so they grow from the last layer back.",
        ),
        "one_layer_each": Misconception(
            lambda w, x: _sigmoid_slopes(w, x) * w,
            "This is each layer's own slope. A change that enters at layer k also "
            "passes all layers above it: multiply their slopes.",
        ),
        "one_too_late": Misconception(
            lambda w, x: np.append(_slopes_down(w, x)[1:], 1.0),
            "This is one layer off: the derivatives by what each layer gives out, with "
            "a 1 at the end. The layer's own slope belongs in its entry.",
        ),
        "by_the_weighted_sums": Misconception(
            lambda w, x: _slopes_down(w, x) / w,
            "In each entry that layer's own weight is missing: this is the derivative "
            "by its weighted sum. Asked for is the derivative by its input.",
        ),
        "one_too_many": Misconception(
            lambda w, x: np.append(_slopes_down(w, x), 1.0),
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
        "total_only": Misconception(
            lambda w, x: _slopes_down(w, x)[0],
            "This is the first of the numbers, the slope by x. Keep the product after "
            "each layer as well, so that there is one number for every layer.",
        ),
        "last_first": Misconception(
            lambda w, x: _slopes_down(w, x)[::-1],
            "The numbers are right, but the last layer stands first. Turn them round: "
            "the first entry is the slope by x.",
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


def _tape_adds_all_slopes(tape, output):
    gradient = _zeros(tape, output)
    for _, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] += slope
    return gradient


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


def _tape_every_path(tape, output):
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
it works out, in that order.

An entry is a pair `(name, parts)`. `parts` lists what the number was made from, as pairs
`(part, slope)`; `slope` is the local derivative, of `name` by `part`. The graph of
"Two paths from p to f" leaves this tape:

```python
tape = [
    # p = a * b, with a = 2, b = 4
    ("p", [("a", 4.0), ("b", 2.0)]),
    # q = p + c
    ("q", [("p", 1.0), ("c", 1.0)]),
    # r = q ** 2, with q = 3
    ("r", [("q", 6.0)]),
    # f = r + 3 * p
    ("f", [("r", 1.0), ("p", 3.0)]),
]
```

Write `gradients_on(tape, output)`. It returns a dict: for each name on the tape, inputs
such as `a` included, the derivative of `output` by it.

- The derivative of `output` by itself is 1.
- A name on which `output` does not depend has 0, or is left out.
- A part may be named twice in one entry, as in `a * a`.
- `output` need not be the last entry.
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
times over: there are $2^{40}$ paths from the end to the start, and the tape is done
after forty entries. `Tensor.backward` in this course's engine is this loop, with arrays in
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
        "all_slopes_added": Misconception(
            _tape_adds_all_slopes,
            "Each part gets the local slopes alone, whatever came back. Multiply each "
            "by the gradient of `name`: that is the chain rule, and it also leaves "
            "out what `output` was not made from.",
        ),
        "last_entry_taken": Misconception(
            lambda tape, output: _gradients_on(tape, tape[-1][0]),
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
        "passed_on_too_early": Misconception(
            _tape_too_early,
            "A number passes on its gradient before all has come back to it: its turn "
            "comes as soon as the first that uses it is done. Read the tape backwards "
            "instead: then whatever uses a number comes before it.",
        ),
        "level_by_level": Misconception(
            partial(_tape_queue, once=True),
            "The graph is walked level by level from `output`. A number that is used "
            "near the output and again further away gets its turn too soon. The tape "
            "has a safe order: read it backwards.",
        ),
        "every_path": Misconception(
            _tape_every_path,
            "The numbers are right, but every path through the graph is walked by "
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
            partial(_tape_queue, once=False),
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


def _net_scaled(weights, biases):
    """The right gradients, scaled by one function of N each for weights and biases."""

    def gradients(x, *others):
        dW1, db1, dW2, db2 = _net_gradients(x, *others)
        w, b = weights(len(x)), biases(len(x))
        return w * dW1, b * db1, w * dW2, b * db2

    return gradients


def _net_factor_above_only(x, y, W1, b1, W2, b2):
    dW1, db1, _, _ = _net_with(lambda x: 1, _awake)(x, y, W1, b1, W2, b2)
    return dW1, db1, *_net_gradients(x, y, W1, b1, W2, b2)[2:]


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
`net_gradients` is meant for a network with one hidden layer of ReLU neurons and one
output without activation. The loss is the mean squared error over the $N$ examples:

$$L = \frac1N \sum_{i=1}^{N} (\hat y_i - y_i)^2$$

The shapes: `x` `(N, n_in)`, `y` `(N, 1)`, `W1` `(n_hidden, n_in)`, `W2`
`(1, n_hidden)`.

It runs. But a gradient check says:

- One example, no hidden neuron silent: each gradient is *half* of what it should be.
- Four such examples: each is *twice* what it should be.
- A hidden neuron is silent for some examples: `dW1` and `db1` are off by no common
  factor.

Mend two places: one factor where the way back begins (it depends on $N$), and one slope
further on. Both were left out of listings in the articles that this course grew out of.
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
        "Forward, `z` becomes `h`, and `h` becomes `predicted`. Which of these two "
        "steps is left out on the way back?",
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
            "The slope of ReLU is there, and of the factor 2/N the 2. The loss is a "
            "mean: the 1/N is missing.",
        ),
        "two_missing": Misconception(
            _net_with(lambda x: 1 / len(x), _awake),
            "The slope of ReLU is there, and of the factor 2/N the 1/N. The derivative "
            "of a square has a factor 2.",
        ),
        "divided_twice": Misconception(
            _net_scaled(lambda n: 1 / n, lambda n: 1 / n),
            "1/N is in there twice: once in `dpredicted`, and once more in the "
            "gradients. Those are sums over the examples.",
        ),
        "biases_divided_twice": Misconception(
            _net_scaled(lambda n: 1, lambda n: 1 / n),
            "`dW1` and `dW2` are right. In `db1` and `db2` 1/N is in there twice: "
            "once in `dpredicted`, and once more in a mean. Take the sum.",
        ),
        "only_weights_divided": Misconception(
            _net_scaled(lambda n: 1, lambda n: n),
            "`dW1` and `dW2` have the 1/N, `db1` and `db2` do not. Put it into "
            "`dpredicted`, and all get it.",
        ),
        "only_biases_divided": Misconception(
            _net_scaled(lambda n: n, lambda n: 1),
            "`db1` and `db2` have the 1/N, `dW1` and `dW2` do not. Put it into "
            "`dpredicted`, take sums everywhere, and all get it once.",
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


def _step_with(signs, w2_first=False):
    """The step with a sign for each of W1, b1, W2, b2: 1 goes down the slope."""

    def step(x, y, W1, b1, W2, b2, lr):
        h = np.tanh(W1 @ x + b1)
        delta2 = W2 @ h + b2 - y
        new = W2 - signs[2] * lr * np.outer(delta2, h)
        delta1 = ((new if w2_first else W2).T @ delta2) * (1 - h**2)
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
One step of gradient descent for two layers, tanh neurons and then outputs without
activation. There is one example, and the loss is half the squared error:

$$L = \tfrac12 \sum_k (\hat y_k - y_k)^2$$

The code had `target - output` in it and a minus in all updates. Somebody saw that this
climbs, and mended the output layer.

With a learning rate of 0.1 the loss now goes down at first, and then up:

$$1.71,\; 1.32,\; 1.19,\; 1.58,\; 2.32$$

Done right, it goes from the same start

$$1.71,\; 0.75,\; 0.35,\; 0.18,\; 0.09$$

Mend the rest. Return new arrays; leave those that are given as they are.
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
        "weights_moved_first": Misconception(
            _step_with((1, 1, 1, 1), w2_first=True),
            "The signs are right. But `W2` moves before `delta1` is worked out with "
            "it: the way back must use the weights of the way forward. Work out all "
            "deltas first, then move.",
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


WRONG_SHAPE = Exercise(
    name="backpropagation.wrong_shape",
    title="The outer product that was not",
    kind="debug",
    minutes=7,
    statement=r"""
A layer computed $\mathbf{z} = W \mathbf{a} + \mathbf{b}$ for *one* example. `layer_back`
is given

- `dz`, the derivative of the loss by $\mathbf{z}$, of shape `(n_out,)`
- `a_prev`, the layer's input $\mathbf{a}$, of shape `(n_in,)`
- `weight`, of shape `(n_out, n_in)`

It is to return the derivatives by the weights, by the bias and by the layer's input,
each with the shape of what it belongs to.

Two of the three lines are wrong; both were printed in the articles that this course
grew out of. The first cuts the input short until an element by element product runs.
The second gives one number for all biases.

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
            lambda dz, a, w: (np.outer(dz, a), np.sum(dz), dz @ w),
            "The weights are right now. The bias still gets the sum over all neurons: "
            "each neuron has a bias of its own, and its own entry of dz.",
        ),
        "weights_as_before": Misconception(
            lambda dz, a, w: (dz * a[:-1], dz, dz @ w),
            "The bias is right now. The weights are not: `a_prev[:-1]` throws an input "
            "away, and * pairs entries one by one. Every neuron meets every input.",
        ),
        "only_the_right_line": Misconception(
            lambda dz, a, w: (dz * a[:-1], np.sum(dz), w.T @ dz),
            "All three results are as before. If you wrote the third line in another "
            "way: it was right. The other two are not.",
        ),
        "turned_round": Misconception(
            lambda dz, a, w: (np.outer(a, dz), dz, dz @ w),
            "The numbers are right, but `dweight` has one row for each input. A row of "
            "`weight` belongs to a neuron: `(n_out, n_in)`, so dz comes first.",
        ),
        "still_cut": Misconception(
            lambda dz, a, w: (np.outer(dz, a[:-1]), dz, dz @ w),
            "The outer product is right, but the last input is still thrown away. "
            "(Where biases are kept as a last column, such a cut has its reason; here "
            "`a_prev` holds inputs only.)",
        ),
        "one_by_one": Misconception(
            lambda dz, a, w: (dz * a, dz, dz @ w),
            "`dz * a_prev` pairs the entries one by one: it fails unless the layer is "
            "square, and is wrong when it is. Every entry of dz is multiplied by every "
            "entry of a_prev.",
        ),
        "inner_product": Misconception(
            lambda dz, a, w: (dz @ a, dz, dz @ w),
            "This is the inner product: it multiplies in pairs and adds up, and for a "
            "square layer it leaves one number. Each weight needs a product of its "
            "own: the outer product.",
        ),
        "right_line_changed": Misconception(
            lambda dz, a, w: (np.outer(dz, a), dz, w @ dz),
            "The first two are right. But the third line was right before: `dz @ "
            "weight` sums over the neurons. `weight @ dz` pairs inputs with neurons, "
            "and fails unless the layer is square.",
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


def _deltas_with(against, above, below):
    """The deltas with another error and other slopes."""

    def deltas(x, y, z1, z2, W2):
        dz2 = against(np.maximum(0, z2), x, y) * above(z2)
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
A network has ReLU neurons in its hidden layer *and* at its output. The loss is half the
squared error:

$$
\begin{aligned}
\hat y_i &= \mathrm{ReLU}(z^{(2)}_i) \\
L &= \tfrac12 \sum_{i=1}^{N} (\hat y_i - y_i)^2
\end{aligned}
$$

`relu_deltas` is to return the derivatives of $L$ by the weighted sums of both layers:
`dz1`, of shape `(N, n_hidden)`, and `dz2`, of shape `(N, 1)`. It is given

- the inputs `x`, of shape `(N, n_in)`, and the targets `y`, of shape `(N, 1)`
- the sums `z1` and `z2`
- the output's weights `W2`, of shape `(1, n_hidden)`

The line of `dz2` is that of a listing in the articles that this course grew out of.
There, with three inputs, the next product fails with an error about shapes. With one
input everything runs, and the numbers are wrong.

Two things are to be mended, one of them in two places.
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


def _line_of_pairs(collect):
    """The gradients with an error of shape (N, N), as the starter has it."""

    def gradients(x, y, w, b):
        error = w * x + b - y
        return collect(2 * error * x), collect(2 * error)

    return gradients


def _line_pairs_come_back(x, y, w, b):
    error = w * x[:, 0] + b - y
    return np.mean(2 * error * x), np.mean(2 * error)


def _line_summed(x, y, w, b):
    error = w * x[:, 0] + b - y
    return np.sum(2 * error * x[:, 0]), np.sum(2 * error)


def _plain(answer, x, y, w, b):
    """The answer's two numbers; an array of one entry counts as a number."""
    given = answer(x, y, w, b)
    if not isinstance(given, tuple | list):
        return given
    return tuple(v.item() if getattr(v, "size", 0) == 1 else v for v in given)


def _line(x, y, w, b):
    args = np.array(x)[:, None], np.array(y), w, b
    return Case(use=_plain, args=args, label="line_gradients(x, y, w, b)")


EVERY_PAIR = Exercise(
    name="backpropagation.every_pair",
    title="The flat line",
    kind="debug",
    minutes=7,
    statement=r"""
`line_gradients` is to give the gradients of the mean squared error of a line,
$\hat y = w x + b$, over $N$ points. `x` has shape `(N, 1)`, one example a row; `y` has
shape `(N,)`. `w` and `b` are numbers, and so are the two gradients.

The points $(0, 1)$, $(1, 3)$, $(2, 5)$ and $(3, 7)$ lie exactly on the line
$y = 2x + 1$. With them it runs without complaint, and the descent settles down: at
$w = 0$ and $b = 4$, a flat line at the mean height.

Find the mistake, and mend it.
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
            _line_of_pairs(np.mean),
            "`error` still has the shape `(N, N)`: every target is taken from every "
            "prediction. If you tried `y.T`: a flat `y` has nothing to turn, and "
            "comes out as it was. Make it a column: `y[:, None]`.",
        ),
        "pairs_summed_over_n": Misconception(
            _line_of_pairs(lambda terms: np.sum(terms) / len(terms)),
            "`error` still has the shape `(N, N)`: print `error.shape`. A sum divided "
            "by N instead of the mean does not mend that.",
        ),
        "pairs_summed": Misconception(
            _line_of_pairs(np.sum),
            "`error` still has the shape `(N, N)`: print `error.shape`. Mend that, and "
            "keep the mean.",
        ),
        "pairs_come_back": Misconception(
            _line_pairs_come_back,
            "`error` is right now, and `db` with it. In `dw` the mean of the errors is "
            "multiplied by the mean of x: perhaps the flat error meets the column x "
            "there, and every error is paired with every x.",
        ),
        "summed": Misconception(
            _line_summed,
            "The pairs are right now, but the examples are summed up. The loss is a "
            "mean.",
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
Two half moons of points reach into each other. `MoonNet` below is one sigmoid neuron
with gradients worked out by hand. It cuts the plane along a straight line, and gets
about 87 % of new points right. Reach 95 %, with gradients of your own and NumPy alone.

The checker draws 200 points from `sklearn.datasets.make_moons` with a noise of 0.2. It
asks `start(rng)` for a dict of parameters, and takes exactly 200 steps of plain gradient
descent:

```python
slopes = gradients(params, x, y)
for name in params:
    params[name] -= lr * slopes[name]
```

Then `forward(params, x)` gives the probability of class 1 for 1000 other points. Those
on the right side of 0.5 are counted, and five draws are averaged.

`x` has shape `(N, 2)`, `y` and the probabilities have shape `(N,)`. The network, its
start and `lr` are yours to choose, with at most 65 numbers among the parameters.
""",
    starter=_ONE_NEURON,
    answer=_MoonNet,
    explanation=r"""
Sixteen tanh neurons and a sigmoid need $16 \cdot 2 + 16 + 16 + 1 = 65$ numbers. The way
back is the one of the chapter: `dz2` is probability minus truth over N; each hidden
neuron gets it times its weight going out and its own slope; and the gradient of each
weight is what comes back to its neuron times what went in.

With so few steps the learning rate decides: at 0.5 this network is not half way from
the straight line's result to its end after 200 steps, at 2 it is done. The start must be
random, or the hidden neurons remain copies of one another.

The noise is so wide that the moons overlap, so some points must be missed. Training much
longer does not help: then the boundary begins to fit the noise.
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
