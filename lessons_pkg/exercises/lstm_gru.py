"""Exercises of the chapter "LSTM and GRU"."""

from functools import partial
from itertools import permutations

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot


def _quarters(seed, *shape):
    """Numbers such as -0.75, with few decimals and well inside of a gate's range."""
    return np.random.default_rng(seed).integers(-7, 8, shape) / 4


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


# ------------------------------------------------------- by hand: gates at 0, 1/2 and 1

GATES = Exercise(
    name="lstm_gru.gates",
    title="Four steps of one cell",
    kind="by hand",
    minutes=6,
    statement=r"""
An LSTM with a single unit takes four steps. The table gives the weighted sums, *before* the
sigmoid or the tanh. Take $\sigma(100)$ and $\tanh(100)$ for 1, $\sigma(-100)$ for 0, and
$\tanh(-100)$ for $-1$.

| step | input gate $i$ | forget gate $f$ | candidate $g$ | output gate $o$ |
|---|---|---|---|---|
| 1 | 100 | 0 | 100 | −100 |
| 2 | 0 | 100 | −100 | 100 |
| 3 | 100 | 0 | 0 | 100 |
| 4 | 0 | −100 | 100 | 0 |

The gates $i$, $f$ and $o$ pass through the sigmoid, the candidate $g$ through the tanh. Then

$$c_t = f_t\, c_{t-1} + i_t\, g_t$$

$$h_t = o_t \tanh(c_t)$$

The cell begins with $c_0 = 4$. Write five numbers as a list: $c_1$, $c_2$, $c_3$, $c_4$, and
$h_4$ to two decimals. These may help: $\tanh(0.5) = 0.462$, $\tanh(1) = 0.762$,
$\tanh(1.25) = 0.848$.
""",
    starter="c1_c2_c3_c4_h4 = ...\n",
    answer=[3.0, 2.5, 1.25, 0.5, 0.23],
    explanation=r"""
A sum of 0 means two things: $\sigma(0) = \tfrac12$ is a gate half open, $\tanh(0) = 0$ is
nothing to write.

| step | $i$ | $f$ | $g$ | $c_t$ |
|---|---|---|---|---|
| 1 | 1 | ½ | 1 | $\tfrac12 \cdot 4 + 1 \cdot 1 = 3$ |
| 2 | ½ | 1 | −1 | $1 \cdot 3 + \tfrac12 \cdot (-1) = 2.5$ |
| 3 | 1 | ½ | 0 | $\tfrac12 \cdot 2.5 + 1 \cdot 0 = 1.25$ |
| 4 | ½ | 0 | 1 | $0 \cdot 1.25 + \tfrac12 \cdot 1 = 0.5$ |

Last, $h_4 = \tfrac12 \tanh(0.5) = 0.23$.

The forget gate is named after what it does when it is *closed*: at 1 all is kept, at 0 all
is forgotten. Step 1 shows nothing ($o = 0$, so $h_1 = 0$), and the cell keeps its 3 all the
same. What is remembered and what is shown are two things.
""",
    hints=(
        "Turn the table of sums into a table of gates first. What is the sigmoid of 0, "
        "and what is the tanh of 0?",
        "Step 1: the forget gate is one half, so 2 of the 4 are kept. The input gate is 1 "
        "and the candidate 1, so 1 is added.",
        "The gates $i$ are 1, ½, 1, ½; the gates $f$ are ½, 1, ½, 0; the candidates 1, "
        "−1, 0, 1; and the last $o$ is ½.",
    ),
    misconceptions={
        "sigmoid_on_the_candidate": Misconception(
            [3.0, 3.0, 2.0, 0.5, 0.23],
            "The candidate went through the sigmoid. It goes through the tanh: a sum of "
            "0 gives 0, and one of -100 gives -1, so that it can take away.",
        ),
        "half_open_is_closed": Misconception(
            [1.0, 1.0, 0.0, 0.0, 0.0],
            "A sum of 0 was read as a closed gate. The sigmoid of 0 is one half; only "
            "the tanh of 0 is 0.",
        ),
        "half_open_is_open": Misconception(
            [5.0, 4.0, 4.0, 1.0, 0.76],
            "A sum of 0 was read as an open gate. The sigmoid of 0 is one half.",
        ),
        "input_and_forget_exchanged": Misconception(
            [4.5, 1.25, 1.25, 0.625, 0.28],
            "The gates i and f are exchanged: f multiplies the old cell, i the candidate.",
        ),
        "forget_erases": Misconception(
            [3.0, -0.5, -0.25, 0.25, 0.12],
            "A forget gate of 1 was taken to erase everything. It is the share that is "
            "kept: at 1 the whole cell stays, at 0 nothing.",
        ),
        "candidate_not_gated": Misconception(
            [3.0, 2.0, 1.0, 1.0, 0.38],
            "The candidate was added whole. The input gate says how much of it goes in: "
            "in steps 2 and 4, one half.",
        ),
        "begins_at_0": Misconception(
            [1.0, 0.5, 0.25, 0.5, 0.23],
            "The cell was taken to begin at 0. Here it begins at 4.",
        ),
        "shown_cell_is_carried": Misconception(
            [3.0, -0.5, -0.23, 0.5, 0.23],
            "What was handed on is h, what the cell shows. The next step begins with c: "
            "the output gate does not touch the memory.",
        ),
        "nothing_forgotten": Misconception(
            [5.0, 4.5, 4.5, 5.0, 0.5],
            "The forget gate was left out: the old cell is multiplied by f.",
        ),
        "coupled": Misconception(
            [2.5, 2.5, 1.25, 1.0, 0.38],
            "1 - f was taken for the input gate. In an LSTM the two are gates of their "
            "own.",
        ),
        "output_gate_left_out": Misconception(
            [3.0, 2.5, 1.25, 0.5, 0.46],
            "The cell is right. For h it is still multiplied by the output gate, one half.",
        ),
        "no_tanh": Misconception(
            [3.0, 2.5, 1.25, 0.5, 0.25],
            "The cell is right. For h it goes through the tanh before the output gate.",
        ),
        "old_cell_shown": Misconception(
            [3.0, 2.5, 1.25, 0.5, 0.42],
            "The cell is right. For the last h the new cell counts, 0.5, not 1.25.",
        ),
        "sigmoid_of_the_cell": Misconception(
            [3.0, 2.5, 1.25, 0.5, 0.31],
            "The cell is right. For h it goes through the tanh, not through the sigmoid.",
        ),
    },
    atol=0.006,
)

# ---------------------------------------------- by hand: the gradient along the conveyor

CONVEYOR = Exercise(
    name="lstm_gru.conveyor",
    title="What comes through",
    kind="by hand",
    minutes=6,
    statement=r"""
The gates of an LSTM unit, over five steps:

| step | 1 | 2 | 3 | 4 | 5 |
|---|---|---|---|---|---|
| $i$ | 0.2 | 0.5 | 0.6 | 0.4 | 0.3 |
| $f$ | 0.5 | 0.7 | 0.8 | 0.5 | 0.9 |
| $g$ | −0.6 | 0.4 | 0.1 | 0.5 | −0.7 |
| $o$ | 0.9 | 0.6 | 0.5 | 0.8 | 0.2 |

The cell is $c_t = f_t\, c_{t-1} + i_t\, g_t$, and its values are $c_3 = 2$ and $c_4 = 1.2$.
Look only at the way **along the cell**: the gates and candidates of later steps are taken as
given numbers, as if they did not depend on what happened before. Find

1. $\partial c_5 / \partial c_2$,
2. $\partial c_5 / \partial g_2$,
3. $\partial c_5 / \partial f_4$,
4. and, for another unit whose forget gate is always 0.9: after how many whole steps is, for
   the first time, less than a tenth left of a change in its cell?

Write four numbers as a list. Python may do the products.
""",
    starter="derivatives_and_steps = ...\n",
    answer=[0.36, 0.18, 1.8, 22],
    explanation=r"""
Each step multiplies by its own forget gate, and by nothing else: no weight, no slope of a
tanh.

1. $c_2$ becomes part of $c_3$ by $f_3$, and so on: $f_3 f_4 f_5 = 0.8 \cdot 0.5 \cdot 0.9 =
   0.36$. ($f_2$ belongs to the way *into* $c_2$.)
2. $g_2$ enters $c_2$ through $i_2$: $0.5 \cdot 0.36 = 0.18$.
3. $f_4$ multiplies $c_3$ in $c_4$, then $f_5$ follows: $2 \cdot 0.9 = 1.8$.
4. $0.9^{21} = 0.109$ and $0.9^{22} = 0.098$: 22 steps. With 0.99 it would be 230.

A plain cell multiplies at each step by its recurrent weight and by the slope of the tanh,
which is 1 only at 0. An LSTM can hold its factor near 1, and it can learn when to. But a
product of many factors below 1 still vanishes: it is slower, not gone. And the whole
gradient also runs through the gates, since they do depend on $h_{t-1}$. That part can still
explode, so clipping stays useful.
""",
    hints=(
        "If $c_2$ were larger by 1, by how much would $c_3$ be larger? And $c_4$?",
        "Each step from $c_2$ on multiplies by the forget gate of the step that is "
        "entered: $f_3$, $f_4$, $f_5$. How does $g_2$ get into $c_2$?",
        "1: $f_3 f_4 f_5$. 2: $i_2$ times that. 3: $c_3$ times $f_5$. 4: the first $n$ for "
        "which $0.9^n < 0.1$.",
    ),
    misconceptions={
        "first_gate_too": Misconception(
            [0.252, 0.126, 1.8, 22],
            "f2 was multiplied in as well. It leads from c1 to c2: whoever begins at c2 "
            "meets f3 first.",
        ),
        "last_gate_left_out": Misconception(
            [0.4, 0.2, 2.0, 22],
            "The last step is missing: c4 becomes part of c5 by f5.",
        ),
        "gates_before": Misconception(
            [0.28, 0.14, 1.0, 22],
            "The gates are one step early. The step from c2 to c3 multiplies by f3, so "
            "the product ends with f5.",
        ),
        "last_gate_left_out_of_two": Misconception(
            [0.4, 0.2, 1.8, 22],
            "The third is right. In the first and the second the last step is missing: "
            "c4 becomes part of c5 by f5.",
        ),
        "gates_before_in_two": Misconception(
            [0.28, 0.14, 1.8, 22],
            "The third is right. In the first and the second the gates are one step "
            "early: begin with f3 and end with f5.",
        ),
        "added": Misconception(
            [2.2, 1.1, 2.9, 22],
            "The factors were added up. A change that passes through three gates one "
            "after another is multiplied by all three.",
        ),
        "shown": Misconception(
            [0.072, 0.036, 0.36, 22],
            "The output gate was multiplied in. It stands between c5 and h5, not between "
            "the cells.",
        ),
        "input_gates": Misconception(
            [0.072, 0.036, 0.6, 22],
            "The input gates were multiplied up. They let in what is new; what is old "
            "passes the forget gates.",
        ),
        "input_gate_left_out": Misconception(
            [0.36, 0.36, 1.8, 22],
            "The second: g2 gets into the cell only through the input gate i2.",
        ),
        "second_own_step": Misconception(
            [0.36, 0.5, 1.8, 22],
            "The second stops at c2. Go on to c5.",
        ),
        "third_own_step": Misconception(
            [0.36, 0.18, 2.0, 22],
            "The third stops at c4. Go on to c5.",
        ),
        "cell_after": Misconception(
            [0.36, 0.18, 1.08, 22],
            "The third: f4 multiplies the cell before it, c3, not c4.",
        ),
        "gate_itself": Misconception(
            [0.36, 0.18, 0.9, 22],
            "The third has the factor f5 and lacks what f4 is multiplied by: c3, which "
            "is 2. (2 times 0.5 times 0.9 would be the part of c5 itself.)",
        ),
        "one_step_early": Misconception(
            [0.36, 0.18, 1.8, 21],
            "The fourth: after 21 steps 0.109 is left, a little more than a tenth.",
        ),
        "one_step_late": Misconception(
            [0.36, 0.18, 1.8, 23],
            "The fourth: after 22 steps 0.098 is left already.",
        ),
        "not_a_whole_number": Misconception(
            [0.36, 0.18, 1.8, np.log(0.1) / np.log(0.9)],
            "The fourth is asked for in whole steps: the first after which less than a "
            "tenth is left.",
        ),
        "a_tenth_each_step": Misconception(
            [0.36, 0.18, 1.8, 10],
            "The fourth: a tenth of what is *left* goes at each step, not a tenth of the "
            "whole.",
        ),
    },
)

# ------------------------------------------------------------- by hand: counting weights

COUNTS = Exercise(
    name="lstm_gru.counts",
    title="What the gates cost",
    kind="by hand",
    minutes=6,
    statement=r"""
A layer reads 7 numbers at each step and has a state of 5. As in `torch`, each gate or
candidate has weights for the input, weights for the state, and **two** biases, one for each
product (`bias_ih` and `bias_hh`).

How many parameters has

1. a plain recurrent layer (`nn.RNN`),
2. a GRU,
3. an LSTM,
4. and the *second* layer alone of a bidirectional LSTM with two layers? Both of its
   directions have a state of 5, and both read what both directions of the first layer show.

Write four numbers as a list.
""",
    starter="parameters = ...\n",
    answer=[70, 210, 280, 680],
    explanation=r"""
The plain layer has $5 \cdot 7$ weights for the input, $5 \cdot 5$ for the state and
$2 \cdot 5$ biases: 70. A GRU has three such blocks ($r$, $z$, $n$), an LSTM four ($i$, $f$,
$g$, $o$). So a GRU needs three quarters of an LSTM with the same state, whatever the sizes.
(Our 210 are 3 · 70, though a GRU is sometimes described as an LSTM that merges two gates:
it also gives up the output gate and the separate cell, and gains a reset gate.)

Each direction of the second layer reads $5 + 5 = 10$ numbers: $4 \cdot (5 \cdot 10 + 5 \cdot
5 + 10) = 340$, and both together 680.

The length of a sequence occurs nowhere. And of the two biases one would do, since only their
sum is used in an LSTM. In a GRU the two of the candidate do differ: the reset gate multiplies
only that of the state.

Whoever compares cells should say what is equal: the size of the state, or the number of
parameters. With equal states the LSTM has four times as many as the plain cell.
""",
    hints=(
        "Begin with the plain layer: a matrix of 5 × 7, one of 5 × 5, and two biases.",
        "That is 70. How many such blocks has a GRU (r, z, n), and how many an LSTM?",
        "In the second layer each direction reads 10 numbers: a block has "
        "$5 \\cdot 10 + 5 \\cdot 5 + 10$. Four blocks, two directions.",
    ),
    misconceptions={
        "one_bias": Misconception(
            [65, 195, 260, 640],
            "One bias was counted for each unit and gate. Here there are two, `bias_ih` "
            "and `bias_hh`.",
        ),
        "no_biases": Misconception(
            [60, 180, 240, 600],
            "The biases are missing, two for each unit and gate.",
        ),
        "gates_forgotten": Misconception(
            [70, 70, 70, 170],
            "The gates have weights of their own: a GRU has three blocks like that of the "
            "plain layer, an LSTM four.",
        ),
        "candidate_forgotten": Misconception(
            [70, 140, 210, 510],
            "Only the gates were counted, two in a GRU and three in an LSTM. The "
            "candidate has weights as well.",
        ),
        "gates_beside_a_plain_layer": Misconception(
            [70, 280, 350, 850],
            "One block too many: a GRU has r, z and n, an LSTM has i, f, g and o. The "
            "candidate (n, g) is the plain layer.",
        ),
        "gru_merges_one": Misconception(
            [70, 140, 280, 680],
            "The GRU has three blocks: reset gate, update gate and candidate.",
        ),
        "gru_like_lstm": Misconception(
            [70, 280, 280, 680],
            "The GRU has three blocks, r, z and n: three quarters of an LSTM.",
        ),
        "state_to_state_forgotten": Misconception(
            [45, 135, 180, 480],
            "The weights of the state are missing, 5 × 5 in each block.",
        ),
        "second_reads_5": Misconception(
            [70, 210, 280, 480],
            "The second layer was counted as reading 5 numbers. It reads both directions "
            "of the first, 10.",
        ),
        "second_reads_the_input": Misconception(
            [70, 210, 280, 560],
            "The second layer was counted as reading the 7 inputs. It reads what the "
            "first shows, 5 of each direction.",
        ),
        "one_direction": Misconception(
            [70, 210, 280, 340],
            "The second layer: 340 is right for one direction. There are two.",
        ),
        "both_layers": Misconception(
            [70, 210, 280, 1240],
            "The fourth is that of both layers. Asked for is the second alone.",
        ),
        "state_of_10": Misconception(
            [70, 210, 280, 880],
            "The second layer was counted with a state of 10 in its matrices of the "
            "state. Each direction has a state of 5, and reads only its own.",
        ),
    },
)

# ----------------------------------------------------------------- code: one LSTM step


def _lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    a = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-s)) for s in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


def _sums(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh


def _in_blocks(a):
    return np.split(a, 4, axis=1)


def _side_by_side(a):
    """The columns of the gates taken in turn, as if each unit had its four together."""
    return [a[:, k::4] for k in range(4)]


def _renewed(i, f, g, c):
    return f * c + i * g


def _shown(o, c, old):
    return o * np.tanh(c)


def _lstm_with(
    order="ifgo",
    sums=_sums,
    split=_in_blocks,
    gate=_sigmoid,
    squash=np.tanh,
    renew=_renewed,
    show=_shown,
):
    """An LSTM step of which some parts are done in another way."""

    def step(x, h, c, *weights):
        parts = dict(zip(order, split(sums(x, h, *weights)), strict=True))
        i, f, o = (gate(parts[k]) for k in "ifo")
        new = renew(i, f, squash(parts["g"]), c)
        return show(o, new, c), new

    return step


def _lstm_gives(give):
    """What give(h, c, o) makes of the right h and c and the sum of the output gate."""

    def step(x, h, c, *weights):
        o = _in_blocks(_sums(x, h, *weights))[3]
        return give(*_lstm_step(x, h, c, *weights), o)

    return step


def _pair(answer, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """What the answer gives; one array that holds h and c counts as a pair."""
    found = answer(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
    is_pair = getattr(found, "ndim", 0) == 3 and len(found) == 2
    return tuple(found) if is_pair else found


_ELSEWHERE = {
    "iofg": ", as in ONNX",
    "igfo": ", as in the first LSTM of TensorFlow",
    "figo": " (or the forget gate multiplies the candidate)",
}


def _in_order(order):
    return Misconception(
        _lstm_with(order),
        f"The gates are read in another order: {', '.join(order)}"
        f"{_ELSEWHERE.get(order, '')}. Here, as in torch, the blocks are i, f, g, o.",
    )


def _step_case(seed, n, d, size, n_gates=4, cell=True):
    """A case with states and weights of these sizes, drawn with this seed."""
    states = [_quarters(seed + k, n, size) for k in range(1 + cell)]
    shapes = [(d,), (size,), (), ()]
    weights = [
        _quarters(seed + 5 + k, n_gates * size, *s) for k, s in enumerate(shapes)
    ]
    args = _quarters(seed + 3, n, d), *states, *weights
    return Case(_pair, args, "lstm_step(x, h, c, ...)") if cell else call(*args)


LSTM_STEP = Exercise(
    name="lstm_gru.lstm_step",
    title="One step of an LSTM",
    kind="code",
    minutes=9,
    statement=r"""
Write one step of an LSTM layer for a batch, `lstm_step(x, h, c, weight_ih, weight_hh,
bias_ih, bias_hh)`. It gives back the new `h` and the new `c`, in this order, and leaves the
arrays that it is given as they are.

| array | shape | |
|---|---|---|
| `x` | `(N, D)` | the input of this step |
| `h`, `c` | `(N, H)` | what was shown last, and the cell |
| `weight_ih` | `(4 * H, D)` | weights of the input |
| `weight_hh` | `(4 * H, H)` | weights of the state |
| `bias_ih`, `bias_hh` | `(4 * H,)` | their biases; both are added |

The rows of the weights and biases lie in four blocks of `H`, in torch's order: **i, f, g,
o**. The sums of all four are

$$a = x W_{ih}^\top + b_{ih} + h W_{hh}^\top + b_{hh}$$

Of its blocks $a_i$, $a_f$ and $a_o$ pass through the sigmoid, $\sigma(z) = 1 / (1 + e^{-z})$,
and give the gates $i$, $f$ and $o$; $a_g$ passes through the tanh and gives $g$. Then

$$c \leftarrow f \odot c + i \odot g$$

$$h \leftarrow o \odot \tanh(c)$$
""",
    starter="""def lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    # your code in place of the dots
    ...
""",
    answer=_lstm_step,
    explanation=r"""
All four sums come out of two products; then `np.split` cuts the columns into four blocks.
The new cell is worked out before it is shown: the tanh in the last line is that of the new
`c`.

The order of the blocks is a matter of taste, and it differs: torch and Keras have i, f, g, o
(Keras calls g c), the exchange format ONNX has i, o, f, g, and the first LSTM of TensorFlow had
i, g, f, o. Whoever loads weights from elsewhere has to put the blocks in order. With a wrong
order nothing stops, for all shapes fit, and the network answers nonsense.
""",
    hints=(
        "Work out all sums first, an array of shape `(N, 4 * H)`. Into which four pieces "
        "is it cut, and along which axis?",
        "`i, f, g, o = np.split(a, 4, axis=1)`. Then the sigmoid of three of them, and "
        "the tanh of `g`.",
        "`c = f * c + i * g`, and only then `h = o * np.tanh(c)`. Last, `return h, c`.",
    ),
    cases=(
        _step_case(1, 1, 1, 1),
        _step_case(2, 3, 2, 5),
        _step_case(3, 2, 5, 3),
    ),
    misconceptions={
        **{
            f"gates_in_another_order_{''.join(order)}": _in_order("".join(order))
            for order in permutations("ifgo")
            if order != (*"ifgo",)
        },
        "columns_in_turn": Misconception(
            _lstm_with(split=_side_by_side),
            "The columns of the gates were taken in turn, as if each unit had its four "
            "side by side. They lie in four blocks: `np.split(a, 4, axis=1)`.",
        ),
        "sigmoid_on_the_candidate": Misconception(
            _lstm_with(squash=_sigmoid),
            "The candidate went through the sigmoid, so it can never take anything away "
            "from the cell. It goes through the tanh.",
        ),
        "candidate_as_it_is": Misconception(
            _lstm_with(squash=lambda z: z),
            "The candidate went in as a bare sum. It goes through the tanh first: "
            "`np.tanh(g)`.",
        ),
        "output_gate_bare": Misconception(
            _lstm_gives(lambda h, c, o: (o * np.tanh(c), c)),
            "c is right. In h the output gate is a bare sum: it goes through the "
            "sigmoid too.",
        ),
        "reshaped": Misconception(
            _lstm_with(split=lambda a: a.reshape(4, len(a), -1)),
            "`reshape(4, N, H)` mixes the sequences of the batch. Cut the columns: "
            "`np.split(a, 4, axis=1)`.",
        ),
        "tanh_on_the_gates": Misconception(
            _lstm_with(gate=np.tanh),
            "The gates went through the tanh, and can turn signs round. A gate is a "
            "share between 0 and 1: the sigmoid.",
        ),
        "tanh_forgotten": Misconception(
            _lstm_with(show=lambda o, c, old: o * c),
            "c is right. In h its tanh is missing: the cell may grow without bound, what "
            "it shows should not.",
        ),
        "old_cell_shown": Misconception(
            _lstm_with(show=lambda o, c, old: o * np.tanh(old)),
            "c is right. h shows the tanh of the *old* cell: renew c first.",
        ),
        "output_gate_left_out": Misconception(
            _lstm_with(show=lambda o, c, old: np.tanh(c)),
            "c is right. In h the output gate is missing.",
        ),
        "output_gate_added": Misconception(
            _lstm_with(show=lambda o, c, old: o + np.tanh(c)),
            "c is right. The output gate multiplies, with `*`; here it is added.",
        ),
        "forget_gate_added": Misconception(
            _lstm_with(renew=lambda i, f, g, c: f + c + i * g),
            "The forget gate is added to the cell. It multiplies it: `f * c`.",
        ),
        "input_gate_added": Misconception(
            _lstm_with(renew=lambda i, f, g, c: f * c + i + g),
            "Input gate and candidate are added. The gate multiplies: `i * g`.",
        ),
        "all_multiplied": Misconception(
            _lstm_with(renew=lambda i, f, g, c: f * c * i * g),
            "What is kept and what is new are multiplied. They are *added*: that sum is "
            "what lets a gradient through.",
        ),
        "forget_erases": Misconception(
            _lstm_with(renew=lambda i, f, g, c: (1 - f) * c + i * g),
            "The forget gate was taken as the share that is erased. It is the share that "
            "is kept: `f * c`.",
        ),
        "coupled": Misconception(
            _lstm_with(renew=lambda i, f, g, c: f * c + (1 - f) * g),
            "1 - f was taken for the input gate. In an LSTM the two are gates of their "
            "own.",
        ),
        "forget_gate_left_out": Misconception(
            _lstm_with(renew=lambda i, f, g, c: c + i * g),
            "The forget gate is missing: the old cell is multiplied by f. (The LSTM of "
            "1997 had none.)",
        ),
        "old_cell_left_out": Misconception(
            _lstm_with(renew=lambda i, f, g, c: i * g),
            "The old cell is not carried on: add `f * c`.",
        ),
        "one_bias": Misconception(
            _lstm_with(sums=lambda x, h, w, v, a, b: x @ w.T + a + h @ v.T),
            "`bias_hh` is not used. Both biases are added.",
        ),
        "state_left_out": Misconception(
            _lstm_with(sums=lambda x, h, w, v, a, b: x @ w.T + a + b),
            "`h` is not used: the gates see the input alone. Add `h @ weight_hh.T`.",
        ),
        "cell_in_place_of_state": Misconception(
            lambda x, h, c, *weights: _lstm_step(x, c, c, *weights),
            "The gates read the cell `c`. They read what was shown: `h @ weight_hh.T`.",
        ),
        "exchanged": Misconception(
            _lstm_gives(lambda h, c, o: (c, h)),
            "Both are right, but in the order c, h. Give back `h, c`.",
        ),
        "shown_only": Misconception(
            _lstm_gives(lambda h, c, o: h),
            "h is right. Give the new c back as well, `return h, c`: the next step "
            "needs both.",
        ),
        "state_twice": Misconception(
            _lstm_gives(lambda h, c, o: (h, h)),
            "h is right, and came twice. The second is the new cell `c`.",
        ),
        "tanh_kept": Misconception(
            _lstm_gives(lambda h, c, o: (h, np.tanh(c))),
            "h is right, but the c that is handed on has gone through the tanh. The cell "
            "is kept as it is; the tanh is only for showing.",
        ),
    },
    atol=1e-6,  # some work in float32
)

# --------------------------------------------------- code: the bias of the forget gate


def _with_forget_bias(state):
    state = {name: values.copy() for name, values in state.items()}
    for name, values in state.items():
        if name.startswith("bias"):
            n = len(values) // 4
            values[n : 2 * n] = 1.0 if name.startswith("bias_ih") else 0.0
    return state


def _lstm_state(seed, d, size, endings=("l0",)):
    """The state dict of an LSTM: endings such as "l0", "l1" and "l0_reverse"."""
    state, seeds = {}, iter(range(seed, seed + 100))
    for ending in endings:
        reads = d if ending.startswith("l0") else size
        shapes = {"weight_ih": (reads,), "weight_hh": (size,), "bias_ih": (),
                  "bias_hh": ()}  # fmt: skip
        for name, shape in shapes.items():
            state[f"{name}_{ending}"] = _quarters(next(seeds), 4 * size, *shape)
    return state


def _summed(answer, state):
    """What the answer makes of a state dict, each pair of biases as their sum."""
    new = answer(state)
    if not isinstance(new, dict) or new.keys() != state.keys():
        return new
    found = {}
    for name, values in new.items():
        if name.startswith("weight"):
            found[name] = values
        elif name.startswith("bias_ih"):
            other = name.replace("ih", "hh")
            found[f"{name} + {other}, added up"] = _added(values, new[other])
    return found


def _added(a, b):
    a, b = (numeric(snapshot(x)) for x in (a, b))
    same = a is not None and b is not None and a.shape == b.shape
    return a + b if same else None


def _bias_case(*args):
    return Case(
        use=_summed, args=(_lstm_state(*args),), label="with_forget_bias(state)"
    )


def _biases_with(change, where=lambda name: True, sort="bias", copied=True):
    """State dicts in which change(values, n, is_ih) was done; n rows to a gate."""

    def with_forget_bias(state):
        if copied:
            state = {name: values.copy() for name, values in state.items()}
        for name, values in state.items():
            if name.startswith(sort) and where(name):
                change(values, len(values) // 4, "_ih" in name)
        return state

    return with_forget_bias


def _set(blocks=(1,), ih=1.0, hh=0.0):
    """A change that sets whole blocks; None leaves what is there."""

    def change(values, n, is_ih):
        value = ih if is_ih else hh
        for k in blocks if value is not None else ():
            values[k * n : (k + 1) * n] = value

    return change


def _biased_with(blocks=(1,), ih=1.0, hh=0.0, **which):
    return _biases_with(_set(blocks, ih, hh), **which)


def _added_to(ih, hh):
    def change(values, n, is_ih):
        values[n : 2 * n] += ih if is_ih else hh

    return _biases_with(change)


def _rows_set(part):
    """Rows set that depend on the length alone."""

    def change(values, n, is_ih):
        values[part] = 1.0 if is_ih else 0.0

    return _biases_with(change)


def _others_cleared(clear):
    """The forget gate's bias set, and before it all others of some biases to 0."""

    def change(values, n, is_ih):
        values[:] = 0.0 if clear(is_ih) else values
        _set()(values, n, is_ih)

    return _biases_with(change)


FORGET_BIAS = Exercise(
    name="lstm_gru.forget_bias",
    title="Remember, to begin with",
    kind="code",
    minutes=7,
    statement=r"""
With biases near 0 the forget gate begins near $\sigma(0) = \tfrac12$: after ten steps a
thousandth is left of what the cell held. A bias of 1 opens it to $\sigma(1) = 0.73$, so that
the gradient reaches further back before anything is learnt.

Write `with_forget_bias(state)`. `state` is the state dict of an `nn.LSTM`, with NumPy arrays:
for each layer (`l0`, `l1`, …, and `l0_reverse`, … for the second direction of a bidirectional
one)

| name | shape |
|---|---|
| `weight_ih_l0` | `(4 * H, D)` |
| `weight_hh_l0` | `(4 * H, H)` |
| `bias_ih_l0`, `bias_hh_l0` | `(4 * H,)` |

with the gates in blocks of `H` rows, in the order i, f, g, o. Give back a *new* dict with the
same names, in which the two biases of the forget gate, `bias_ih` and `bias_hh`, add up to
exactly 1 for every unit, in **every** layer and direction. (How the 1 is shared out between
the two is your choice.) All else stays as it is, and so do `state` and its arrays.
""",
    starter="""def with_forget_bias(state):
    # your code in place of the dots
    ...
""",
    answer=_with_forget_bias,
    explanation=r"""
`H` is a quarter of a bias's length, and the forget gate is the *second* quarter. Only the sum of
the two biases counts, so one is set to 1 and the other to 0: setting both to 1 would make 2,
and leaving the other as it was drawn would make 1 and something.

`dict(state)` alone would copy the names and share the arrays.

The idea is that of Gers, Schmidhuber and Cummins (2000). Jozefowicz, Zaremba and Sutskever
(2015) tried it on several tasks, and found that with it the LSTM catches up with the GRU.
`torch` draws these biases around 0 like all others; Keras sets them to 1 by default.
""",
    hints=(
        "Which rows of a bias belong to the forget gate, if there are `4 * H` of them? "
        "How is `H` found from the bias?",
        "`n = len(bias) // 4`, and the forget gate is `bias[n : 2 * n]`. Two biases are "
        "added: what should each of them be?",
        "Copy every array first: `{name: values.copy() for name, values in "
        "state.items()}`. Then for each name with `bias_ih` the slice becomes 1, with "
        "`bias_hh` 0.",
    ),
    cases=(
        _bias_case(10, 1, 1),
        _bias_case(20, 3, 2, ("l0", "l1")),
        _bias_case(40, 2, 3, ("l0", "l0_reverse")),
    ),
    misconceptions={
        "forget_gate_bias_not_set": Misconception(
            _biased_with(blocks=()),
            "The bias of the forget gate is still as it was drawn. In each bias it is "
            "the second quarter: rows n to 2 * n.",
        ),
        "forget_gate_bias_of_2": Misconception(
            _biased_with(hh=1.0),
            "The two biases of the forget gate add up to 2. Was each of them set to 1? "
            "Set one to 1 and the other to 0.",
        ),
        "forget_gate_bias_of_2_in_place": Misconception(
            _biased_with(hh=1.0, copied=False),
            "The two biases of the forget gate add up to 2: set one to 1 and the other "
            "to 0. And they are written into the arrays of `state` itself: copy each "
            "array first.",
        ),
        "forget_gate_bias_of_ih_only": Misconception(
            _biased_with(hh=None),
            "`bias_ih` is 1 now, but `bias_hh` keeps what was drawn for it, and the two "
            "are added. Set its part of the forget gate to 0.",
        ),
        "forget_gate_bias_of_hh_only": Misconception(
            _biased_with(ih=None, hh=1.0),
            "`bias_hh` is 1 now, but `bias_ih` keeps what was drawn for it, and the two "
            "are added. Set its part of the forget gate to 0.",
        ),
        "all_gates": Misconception(
            _biased_with(range(4)),
            "All four gates got the bias. Only the forget gate does: the second quarter.",
        ),
        "all_gates_of_both": Misconception(
            _biased_with(range(4), hh=1.0),
            "All of both biases was set to 1. Only the part of the forget gate changes, "
            "and there the two should add up to 1.",
        ),
        **{
            f"gates_in_another_order_block_{k + 1}": Misconception(
                _biased_with((k,)),
                f"The gates were taken in another order: block {k + 1} was set, that of "
                f"the {part}. In the order i, f, g, o the forget gate is the second.",
            )
            for k, part in {0: "input gate", 2: "candidate", 3: "output gate"}.items()
        },
        **{
            f"gate_in_place_of_bias_{gate:.4g}": Misconception(
                _biased_with(ih=gate),
                f"{gate:.4g} is the gate that a bias of 1 gives. Asked for is the bias: "
                "it is set to 1.",
            )
            for gate in (0.73, _sigmoid(1.0))
        },
        "input_gate_too": Misconception(
            _biased_with((0, 1)),
            "The first two blocks were set, so the input gate as well: a slice to 2 * n "
            "has to begin at n.",
        ),
        "one_row": Misconception(
            _rows_set(1),
            "Only row 1 was set. The forget gate has a block of H rows, a quarter of the "
            "bias.",
        ),
        "every_fourth": Misconception(
            _rows_set(slice(1, None, 4)),
            "Every fourth row was set, as if the gates of a unit lay side by side. They "
            "lie in blocks: rows n to 2 * n.",
        ),
        "first_layer_only": Misconception(
            _biased_with(where=lambda name: "l0" in name),
            "The first layer is right. The other layers need it too.",
        ),
        "reverse_forgotten": Misconception(
            _biased_with(where=lambda name: not name.endswith("reverse")),
            "The second direction, `..._reverse`, has a forget gate of its own.",
        ),
        "only_bias_l0": Misconception(
            _biased_with(where=lambda name: name.endswith("l0")),
            "One layer in one direction is right. The others, such as `l1` and "
            "`l0_reverse`, need it too: go through all names.",
        ),
        "added": Misconception(
            _added_to(1, 0),
            "1 was *added* to what had been drawn. The sum of both biases is to be "
            "exactly 1: set them.",
        ),
        "added_to_both": Misconception(
            _added_to(1, 1),
            "1 was added to both biases. They should add up to 1: set one to 1 and the "
            "other to 0.",
        ),
        "rest_cleared": Misconception(
            _others_cleared(lambda is_ih: True),
            "The biases of the other gates were set to 0. They stay as they are.",
        ),
        "other_bias_cleared": Misconception(
            _others_cleared(lambda is_ih: not is_ih),
            "The forget gate is right, but the whole of `bias_hh` was set to 0. Only its "
            "part of the forget gate changes; the rest stays as it was drawn.",
        ),
        "all_that_is_ih": Misconception(
            _biased_with(sort=""),
            "The weights of the forget gate were changed as well: only names that begin "
            "with `bias` are meant.",
        ),
        "in_place": Misconception(
            _biased_with(copied=False),
            "The numbers are right, but they were written into the arrays of `state` "
            "itself. Copy each array first (`dict(state)` copies only the names).",
        ),
    },
)

# ----------------------------------------------------- debug: a GRU with one gate only

_GRU_STEP = """def gru_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    a = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
    b = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
    z = 1 / (1 + np.exp(-(a[1] + b[1])))
    n = np.tanh(a[2] + b[2])
    return (1 - z) * h + z * n
"""


def _gru_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    a = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
    b = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
    r = 1 / (1 + np.exp(-(a[0] + b[0])))
    z = 1 / (1 + np.exp(-(a[1] + b[1])))
    n = np.tanh(a[2] + r * b[2])
    return (1 - z) * n + z * h


def _reset_part(r, a, b, *_):
    return np.tanh(a + r * b)


def _no_reset(r, a, b, *_):
    return np.tanh(a + b)


def _reset_inside(r, a, b, product, inside):
    return np.tanh(a + inside)


def _mixed(z, n, h, r):
    return (1 - z) * n + z * h


def _mixed_the_other_way(z, n, h, r):
    return (1 - z) * h + z * n


def _gru_with(
    order="rzn", gate=_sigmoid, candidate=_reset_part, mix=_mixed, reset=None
):
    """A GRU step of which some parts are done in another way.

    The candidate gets r and the sums a and b; b without its bias; b with r at h.
    """

    def step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        a = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
        product = np.split(h @ weight_hh.T, 3, axis=1)
        bias = np.split(bias_hh, 3)
        b = [p + q for p, q in zip(product, bias, strict=True)]
        at_r, at_z = order.index("r"), order.index("z")
        z = gate(a[at_z] + b[at_z])
        r = (reset or gate_of_both)(a[at_r], b[at_r])
        inside = (r * h) @ np.split(weight_hh, 3)[2].T + bias[2]
        return mix(z, candidate(r, a[2], b[2], product[2], inside), h, r)

    def gate_of_both(a, b):
        return gate(a + b)

    return step


_gru_case = partial(_step_case, n_gates=3, cell=False)

GRU_STEP = Exercise(
    name="lstm_gru.gru_step",
    title="A GRU has two gates",
    kind="debug",
    minutes=8,
    statement=r"""
A GRU is often described by what it merges: the input gate and the forget gate of an LSTM
become one, the update gate. Whoever builds it from that alone gets the code below. It runs, but
with weights that were trained in `torch` it answers something else.

One step of a GRU, as in `torch.nn.GRU`: the rows of weights and biases lie in three blocks of
`H`, for the **reset gate** $r$, the **update gate** $z$ and the candidate $n$. With the
sums of the input, $a = x W_{ih}^\top + b_{ih}$, and those of the state,
$b = h W_{hh}^\top + b_{hh}$, block by block,

$$r = \sigma(a_r + b_r)$$

$$z = \sigma(a_z + b_z)$$

$$n = \tanh(a_n + r \odot b_n)$$

$$h \leftarrow (1 - z) \odot n + z \odot h$$

`x` has shape `(N, D)`, `h` `(N, H)`, the weights `(3 * H, D)` and `(3 * H, H)`, the biases
`(3 * H,)`. The new `h` is given back.

Mend the code: one thing is missing in it, and one is the wrong way round.
""",
    starter=_GRU_STEP,
    answer=_gru_step,
    explanation=r"""
The reset gate was missing. It says how much of the old state the *candidate* gets to see: with
$r = 0$ the unit begins afresh, and its candidate comes from the input alone. The update gate
says how much of the old state *stays*. A GRU has no separate cell and no output gate:
all that it remembers, it shows.

Whether $z$ is the share that stays or the share that is new is a convention, and both are in
print: Cho and others (2014), who introduced it, and torch let $z$ keep; other texts write
$(1 - z) \odot h + z \odot n$. A network that is trained from the start learns either.
Weights that come from elsewhere do not.

There is a second such choice. In the published description the reset gate multiplies $h$ *before*
the product with the weights; in that paper's first version, in torch and here, it multiplies the
result. Keras has a switch for it, `reset_after`.
""",
    hints=(
        "Which of the three blocks of the weights does the code never use?",
        "`r` is made like `z`, from `a[0] + b[0]`. What does it multiply in the formula: "
        "the input's part of the candidate, or the state's?",
        "`n = np.tanh(a[2] + r * b[2])`. And the last line: with $z = 1$ the old state "
        "should stay.",
    ),
    cases=(
        _gru_case(1, 1, 1, 1),
        _gru_case(2, 3, 2, 5),
        _gru_case(3, 2, 5, 3),
    ),
    misconceptions={
        "only_the_mixture_mended": Misconception(
            _gru_with(candidate=_no_reset),
            "The mixture is right now. The reset gate is still missing: the candidate "
            "sees the old state only as far as r lets it.",
        ),
        "reset_gate_bare": Misconception(
            _gru_with(reset=lambda a, b: a + b),
            "r is a bare sum. It goes through the sigmoid, like z.",
        ),
        "reset_gate_through_tanh": Misconception(
            _gru_with(reset=lambda a, b: np.tanh(a + b)),
            "r went through the tanh. A gate is a share between 0 and 1: the sigmoid.",
        ),
        "reset_gate_of_the_input": Misconception(
            _gru_with(reset=lambda a, b: _sigmoid(a)),
            "r looks at the input alone. The state has its say as well: `a[0] + b[0]`.",
        ),
        "reset_added": Misconception(
            _gru_with(candidate=lambda r, a, b, *_: np.tanh(a + r + b)),
            "r is added to the state's part of the candidate. It multiplies it: "
            "`r * b[2]`.",
        ),
        "only_the_reset_mended": Misconception(
            _gru_with(mix=_mixed_the_other_way),
            "The candidate is right now. z and 1 - z are still exchanged: in torch's "
            "formula z is the share of the old state that stays.",
        ),
        "reset_before_the_product": Misconception(
            _gru_with(candidate=_reset_inside),
            "r multiplies h before the product with the weights, as in the published "
            "paper. Here it multiplies the result, with its bias: `r * b[2]`.",
        ),
        "reset_before_the_product_other_way": Misconception(
            _gru_with(candidate=_reset_inside, mix=_mixed_the_other_way),
            "r multiplies h before the product with the weights; here it multiplies the "
            "result, `r * b[2]`. And z and 1 - z are still exchanged.",
        ),
        "bias_not_reset": Misconception(
            _gru_with(candidate=lambda r, a, b, p, _: np.tanh(a + r * p + b - p)),
            "The bias of the state stands outside of the reset gate. Here r multiplies "
            "the product *and* its bias: `r * b[2]`.",
        ),
        "all_reset": Misconception(
            _gru_with(candidate=lambda r, a, b, *_: np.tanh(r * (a + b))),
            "r multiplies the input's part of the candidate as well. It decides only "
            "what is seen of the state.",
        ),
        "input_reset": Misconception(
            _gru_with(candidate=lambda r, a, b, *_: np.tanh(r * a + b)),
            "r multiplies the part of the input. It belongs to that of the state, "
            "`r * b[2]`.",
        ),
        "reset_turned_round": Misconception(
            _gru_with(candidate=lambda r, a, b, *_: np.tanh(a + (1 - r) * b)),
            "1 - r was taken. r itself multiplies the state's part: at 0 nothing of the "
            "state is seen.",
        ),
        "reset_afterwards": Misconception(
            _gru_with(candidate=lambda r, a, b, *_: r * np.tanh(a + b)),
            "r multiplies the finished candidate. Its place is inside of the tanh, at "
            "the state's part.",
        ),
        "reset_of_the_old_state": Misconception(
            _gru_with(
                candidate=_no_reset, mix=lambda z, n, h, r: (1 - z) * n + z * r * h
            ),
            "r multiplies the old state in the mixture. Its place is in the candidate, "
            "at `b[2]`.",
        ),
        "merged_both": Misconception(
            _gru_with(mix=lambda z, n, h, r: r * n + z * h),
            "r was used like an input gate in the mixture. There 1 - z goes with the "
            "candidate.",
        ),
        "gates_in_another_order": Misconception(
            _gru_with("zrn"),
            "The gates are read in another order: r is the first block, z the second.",
        ),
        "sigmoid_on_the_candidate": Misconception(
            _gru_with(candidate=lambda r, a, b, *_: _sigmoid(a + r * b)),
            "The candidate goes through the tanh, not through the sigmoid.",
        ),
        "tanh_on_the_gates": Misconception(
            _gru_with(gate=np.tanh),
            "The gates go through the sigmoid: they are shares between 0 and 1.",
        ),
    },
    atol=1e-6,
)


# --------------------------------------------------- code: where each direction ends


def _ends(output, lengths):
    n, _, width = output.shape
    forward = output[np.arange(n), lengths - 1, : width // 2]
    backward = output[:, 0, width // 2 :]
    return np.concatenate([forward, backward], axis=1)


def _last_column(output, lengths):
    return output[:, -1]


def _first_column(output, lengths):
    return output[:, 0]


def _last_valid(output, lengths):
    return output[np.arange(len(output)), lengths - 1]


def _one_behind(output, lengths):
    return output[np.arange(len(output)), lengths]


def _every(output, lengths):
    """Row n, step lengths[n] - 1 for all pairs of n, not one for each."""
    return output[:, lengths - 1]


def _mean_of_all(output, lengths):
    return output.mean(axis=1)


def _counted(output, lengths):
    return (np.arange(output.shape[1]) < np.asarray(lengths)[:, None])[:, :, None]


def _mean_of_valid(output, lengths):
    return (output * _counted(output, lengths)).sum(axis=1) / lengths[:, None]


def _joined(forward, backward):
    """The first half of one reading and the second half of another."""

    def ends(output, lengths):
        half = output.shape[2] // 2
        first, second = forward(output, lengths), backward(output, lengths)
        return np.concatenate([first[..., :half], second[..., half:]], axis=-1)

    return ends


def _halves_turned(output, lengths):
    half = output.shape[2] // 2
    return np.roll(_ends(output, lengths), half, axis=1)


def _forward_only(output, lengths):
    return _last_valid(output, lengths)[:, : output.shape[2] // 2]


def _halves_added(output, lengths):
    half = output.shape[2] // 2
    both = _ends(output, lengths)
    return both[:, :half] + both[:, half:]


def _shown_of(seed, steps, half, lengths):
    """What a bidirectional layer might show: zeros behind the end of each sequence."""
    lengths = np.array(lengths)
    output = _quarters(seed, len(lengths), steps, 2 * half)
    return call(output * _counted(output, lengths), lengths)


ENDS = Exercise(
    name="lstm_gru.ends",
    title="Two directions, two ends",
    kind="code",
    minutes=7,
    statement=r"""
A bidirectional layer read `N` sequences of unequal length, packed. What it showed lies in
`output` of shape `(N, T, 2 * H)`, batch first: at each step first the `H` numbers of the
forward direction, then the `H` numbers of the backward direction, which reads from the end of
each sequence to its beginning. `lengths`, an array of shape `(N,)`, holds the number of steps of
each sequence (at least 1); behind its end there are zeros.

To classify the sequences, each is to be summed up in `2 * H` numbers: what each direction
shows **once it has read the whole sequence**. Write `ends(output, lengths)`, which gives them
back in an array of shape `(N, 2 * H)`, forward half first.
""",
    starter="""def ends(output, lengths):
    # your code in place of the dots
    ...
""",
    answer=_ends,
    explanation=r"""
The forward direction has read everything at the last step that counts, which is at index
`lengths - 1`; the backward direction at index 0. So the two halves come from two places.

`output[np.arange(n), lengths - 1]` takes one step of each sequence; `output[:, lengths - 1]`
would take all of these steps of every sequence.

Taking `output[:, -1]` is wrong twice. For short sequences it is padding. And in the longest one,
the backward direction has seen only the last step there: half of the summary knows nothing
of the rest. Such a network still learns something, so nobody notices. (`h_n` of a packed
layer holds the right states of both directions.)
""",
    hints=(
        "Where has the backward direction read the whole sequence: at the last step or "
        "at the first?",
        "`output[np.arange(n), lengths - 1]` takes one step of each sequence. Which half "
        "of its columns is wanted? And of `output[:, 0]`?",
        "With `half = output.shape[2] // 2`: the columns `[:, :half]` of the first, the "
        "columns `[:, half:]` of the second, joined with `np.concatenate(..., axis=1)`.",
    ),
    cases=(
        _shown_of(1, 5, 2, [5, 2, 3]),
        _shown_of(2, 4, 1, [3, 1]),
        _shown_of(3, 7, 3, [2, 7, 4, 6, 1]),
    ),
    misconceptions={
        "last_column": Misconception(
            _last_column,
            "The last column was taken. For short sequences that is padding, and the "
            "backward direction has only begun there.",
        ),
        "both_at_the_last_step": Misconception(
            _last_valid,
            "The forward half is right. But at the last step the backward direction has "
            "only begun: it has read everything at step 0.",
        ),
        "forward_from_the_padding": Misconception(
            _joined(_last_column, _first_column),
            "The backward half is right. The forward half was taken from the last "
            "column, which is padding for short sequences: index `lengths - 1`.",
        ),
        "both_at_the_first_step": Misconception(
            _first_column,
            "The backward half is right. At step 0 the forward direction has only begun.",
        ),
        "ends_exchanged": Misconception(
            _joined(_first_column, _last_valid),
            "The two ends are exchanged: forward has read everything at the last step, "
            "backward at the first.",
        ),
        "length_not_less_1": Misconception(
            _joined(_one_behind, _first_column),
            "`lengths` itself was used as the index. Counting begins at 0, so the last "
            "step is at `lengths - 1`.",
        ),
        "length_not_less_1_both": Misconception(
            _one_behind,
            "`lengths` itself was used as the index: the last step is at `lengths - 1`. "
            "And the backward direction has read everything at step 0.",
        ),
        "all_pairs": Misconception(
            _joined(_every, lambda o, n: np.repeat(o[:, :1], len(n), axis=1)),
            "`output[:, lengths - 1]` takes all these steps of every sequence. One of "
            "each: `output[np.arange(n), lengths - 1]`.",
        ),
        "all_pairs_of_both": Misconception(
            _every,
            "`output[:, lengths - 1]` takes all these steps of every sequence: take one "
            "of each with `np.arange(n)`. And the backward half is at step 0.",
        ),
        "mean_of_all": Misconception(
            _mean_of_all,
            "This is the mean over all steps, padding among them. Asked for is what each "
            "direction shows at its end.",
        ),
        "mean_of_valid": Misconception(
            _mean_of_valid,
            "This is the mean over the steps that count. It is a good summary too, but "
            "asked for is what each direction shows at its end.",
        ),
        "halves_turned": Misconception(
            _halves_turned,
            "Both halves are right, but the backward one comes first. Forward first.",
        ),
        "forward_only": Misconception(
            _forward_only,
            "This is the forward half, and it is right. The backward half is missing.",
        ),
        "halves_added": Misconception(
            _halves_added,
            "Both halves are right, but added up. Put them side by side: `(N, 2 * H)`.",
        ),
    },
)

# -------------------------------------------- debug: a loss that is averaged over padding

_MEAN_LOSS = """def mean_loss(log_probabilities, targets, lengths):
    n, t = targets.shape
    steps = np.arange(t)
    losses = -log_probabilities[np.arange(n)[:, None], steps, targets]
    mask = steps <= lengths[:, None]
    return (losses * mask).mean()
"""


def _mean_loss(log_probabilities, targets, lengths):
    n, t = targets.shape
    steps = np.arange(t)
    losses = -log_probabilities[np.arange(n)[:, None], steps, targets]
    mask = steps < lengths[:, None]
    return losses[mask].mean()


def _steps_that_count(targets, lengths):
    return np.arange(targets.shape[1]) < lengths[:, None]


def _one_too_many(targets, lengths):
    return np.arange(targets.shape[1]) <= lengths[:, None]


def _over_all_that_count(losses, mask):
    return losses[mask].mean()


def _times_the_mask(losses, mask):
    with np.errstate(invalid="ignore"):
        return losses * mask


def _over_all_places(losses, mask):
    return np.where(mask, losses, 0).mean()


def _over_all_places_nan(losses, mask):
    return _times_the_mask(losses, mask).mean()


def _over_the_number_nan(losses, mask):
    return _times_the_mask(losses, mask).sum() / mask.sum()


def _mean_of_means(losses, mask):
    return (np.where(mask, losses, 0).sum(axis=1) / mask.sum(axis=1)).mean()


def _nan_left_out(losses, mask):
    return np.nanmean(_times_the_mask(losses, mask))


def _over_all_up_to_the_longest(losses, mask):
    return losses[mask].sum() / (len(mask) * mask.any(axis=0).sum())


def _zeros_left_out(losses, mask):
    kept = np.where(mask, losses, 0)
    return kept[kept > 0].mean()


def _over_the_lengths(log_probabilities, targets, lengths):
    """The sum under the mask that was given, over the right number."""
    total = _mean_loss_with(
        lambda x, mask: _times_the_mask(x, mask).sum(), _one_too_many
    )
    return total(log_probabilities, targets, lengths) / lengths.sum()


def _mean_loss_with(mean=_over_all_that_count, mask=_steps_that_count):
    """A mean loss of which some parts are done in another way."""

    def mean_loss(log_probabilities, targets, lengths):
        n, t = targets.shape
        places = np.arange(n)[:, None], np.arange(t), targets
        with np.errstate(all="ignore"):
            return mean(-log_probabilities[places], mask(targets, lengths))

    return mean_loss


def _loss_case(lengths, targets, parts, certain=()):
    """Log-probabilities of a table of parts of 16; `certain` places give 0 to token 0."""
    probabilities = np.array(parts, float)
    probabilities /= probabilities.sum(axis=2, keepdims=True)
    for place in certain:
        probabilities[place] = [0.0, 0.5, 0.5]
    with np.errstate(divide="ignore"):
        return call(np.log(probabilities), np.array(targets), np.array(lengths))


def _some_parts(seed, n, t):
    return np.random.default_rng(seed).integers(1, 9, (n, t, 3))


# a token that counts has the probability 1, so the loss 0; the next one 1/2
_SURE = call(
    np.array([[[-800.0, 0.0, -800.0], np.log([0.25, 0.25, 0.5])]]),
    np.array([[1, 2]]),
    np.array([2]),
)

MASKED_LOSS = Exercise(
    name="lstm_gru.masked_loss",
    title="A loss that padding makes small",
    kind="debug",
    minutes=8,
    statement=r"""
`mean_loss(log_probabilities, targets, lengths)` should be the cross-entropy of a
batch of sequences, for each **token that counts**.

- `log_probabilities`, shape `(N, T, K)`: the logarithms of the probabilities of `K` tokens, at
  each step of each sequence.
- `targets`, shape `(N, T)`: the token that is right. Behind the end of a sequence there stands
  0, which is also a token like any other.
- `lengths`, shape `(N,)`: how many steps of each sequence count.

The loss is the sum over all tokens that count in the whole batch, divided by their number.
What the network says about padding has no influence at all.

What was seen of the code below:

- Where the same sequences are padded to twice the length, the loss is about half as large. A batch
  of short sequences with one long one has the smallest losses of all.
- What is said just behind the end of a sequence changes the loss.
- A network that was sure that no padding would come (probability 0) got the loss `nan`.

Mend it.
""",
    starter=_MEAN_LOSS,
    answer=_mean_loss,
    explanation=r"""
`steps <= lengths` counts one step too many: a sequence of length 3 has the steps 0, 1 and 2.

`.mean()` divides by all places, padding included. Then a loss depends on how long the
*longest* sequence of its batch happens to be, and so does the size of the gradient: the
step of the optimiser changes from batch to batch. `losses[mask].mean()` picks out what counts, and
divides by its number. It also does away with `nan`: $-\log 0$ is infinite, and infinity times
0 is not 0.

The mean of the sequences' own means is another number: there each token of a short sequence
weighs more. It may be wanted, but it is no longer the logarithm of the perplexity.

`targets != 0` would be a mask if 0 stood for padding only. Here it does not.
""",
    hints=(
        "How many values of `steps` are there with `steps <= 3`? And by what number does "
        "`.mean()` divide?",
        "`losses[mask]` is a flat array of the losses that count, and nothing else.",
        "`mask = steps < lengths[:, None]`, and `return losses[mask].mean()`.",
    ),
    cases=(
        _loss_case(
            [3, 1],
            [[1, 0, 2], [2, 0, 0]],
            [
                [[1, 2, 1], [2, 1, 1], [1, 1, 6]],
                [[1, 3, 4], [2, 5, 1], [5, 2, 1]],
            ],
        ),
        _loss_case(
            [2, 5, 4],
            [[2, 1, 0, 0, 0, 0, 0], [0, 1, 1, 2, 0, 0, 0], [1, 2, 0, 1, 0, 0, 0]],
            _some_parts(2, 3, 7),
        ),
        _loss_case(
            [1, 3],
            [[2, 0, 0, 0, 0], [1, 0, 1, 0, 0]],
            _some_parts(3, 2, 5),
            certain=[(0, 3), (1, 4)],
        ),
        _SURE,
    ),
    misconceptions={
        "only_the_mask_mended": Misconception(
            _mean_loss_with(_over_all_places_nan),
            "The mask is right now. The loss is still averaged over padding, and infinity "
            "times 0 is nan: `losses[mask].mean()`.",
        ),
        "only_the_mean_mended": Misconception(
            _mean_loss_with(mask=_one_too_many),
            "The mean is right now. The mask still counts one step too many: a sequence "
            "of length 3 has the steps 0, 1 and 2.",
        ),
        "only_the_number_mended": Misconception(
            _mean_loss_with(_over_the_number_nan, _one_too_many),
            "The number of the mask is divided by now. But the mask counts one step too "
            "many, and infinity times 0 is still nan.",
        ),
        "nan_left": Misconception(
            _mean_loss_with(_over_the_number_nan),
            "What counts is right. But infinity times 0 is nan, so padding can still "
            "spoil it: pick out with `losses[mask]`, or use `np.where`.",
        ),
        "mask_left_as_it_was": Misconception(
            _over_the_lengths,
            "The number divided by is right now. But the mask counts one step too many, "
            "and infinity times 0 is still nan: `losses[mask]`.",
        ),
        "loss_averaged_over_padding": Misconception(
            _mean_loss_with(_over_all_places),
            "Padding adds nothing any more, but it is still counted: the loss is averaged "
            "over padding. Divide by the number of tokens that count.",
        ),
        "loss_averaged_over_padding_but_nan": Misconception(
            _mean_loss_with(_nan_left_out),
            "`nanmean` leaves out what is nan; the other padding is still counted. The "
            "loss is averaged over padding: divide by the number of tokens that count.",
        ),
        "loss_averaged_over_padding_to_the_longest": Misconception(
            _mean_loss_with(_over_all_up_to_the_longest),
            "The loss is averaged over the padding up to the longest sequence. Divide by "
            "the number of tokens that count.",
        ),
        "zeros_left_out": Misconception(
            _mean_loss_with(_zeros_left_out),
            "Losses of 0 are left out. A token that counts has the loss 0 where the "
            "network was sure and right. Only `lengths` says what counts.",
        ),
        "loss_averaged_over_padding_one_too_many": Misconception(
            _mean_loss_with(_over_all_places, _one_too_many),
            "There is no nan any more. But the mask counts one step too many, and the "
            "mean still divides by all places.",
        ),
        "mean_of_means": Misconception(
            _mean_loss_with(_mean_of_means),
            "This is the mean of the sequences' means: a token of a short sequence weighs "
            "more. Divide the sum of all by the number of all.",
        ),
        "for_each_sequence": Misconception(
            _mean_loss_with(lambda losses, mask: losses[mask].sum() / len(losses)),
            "The sum is divided by the number of sequences. Divide by the number of "
            "tokens that count.",
        ),
        "sum": Misconception(
            _mean_loss_with(lambda losses, mask: losses[mask].sum()),
            "This is the sum over the tokens that count. Divide by their number.",
        ),
        "no_mask": Misconception(
            _mean_loss_with(mask=lambda targets, lengths: targets >= 0),
            "The mask is not used any more: padding counts like a token.",
        ),
        "one_too_few": Misconception(
            _mean_loss_with(mask=lambda t, n: _steps_that_count(t, n - 1)),
            "The last token of each sequence is left out: `steps < lengths[:, None]`.",
        ),
        "not_0": Misconception(
            _mean_loss_with(mask=lambda targets, lengths: targets != 0),
            "All places with the target 0 are left out. 0 is also a token like any "
            "other: only `lengths` says what counts.",
        ),
        "perplexity": Misconception(
            _mean_loss_with(lambda losses, mask: np.exp(losses[mask].mean())),
            "This is the perplexity, exp of the loss. Asked for is the loss itself.",
        ),
    },
)

# ------------------------------------------- debug: what the decoder is given, and asked

_PAD, _START, _END = 0, 1, 2

_DECODER_BATCH = """def decoder_batch(sequences):
    pad, start, end = 0, 1, 2
    n_steps = max(len(s) for s in sequences) + 2
    given = np.full((len(sequences), n_steps), pad)
    for row, s in zip(given, sequences, strict=True):
        row[: len(s) + 2] = [start, *s, end]
    targets = given.copy()
    return given, targets
"""


def _decoder_batch(sequences):
    pad, start, end = 0, 1, 2
    n_steps = max(len(s) for s in sequences) + 1
    given = np.full((len(sequences), n_steps), pad)
    targets = given.copy()
    for i, s in enumerate(sequences):
        given[i, : len(s) + 1] = [start, *s]
        targets[i, : len(s) + 1] = [*s, end]
    return given, targets


def _read_where_it_counts(answer, sequences):
    """Both arrays; what is given where the target is padding does not count."""
    found = snapshot(answer(sequences))
    if isinstance(found, np.ndarray) and found.ndim == 3:
        found = tuple(found)  # one array that holds both
    if not (isinstance(found, list | tuple) and len(found) == 2):
        return found
    given, targets = map(numeric, found)
    if given is None or targets is None or given.shape != targets.shape:
        return found
    return np.where(targets == _PAD, _PAD, given), targets


def _sequences(*sequences):
    return Case(
        use=_read_where_it_counts,
        args=([*map(list, sequences)],),
        label="decoder_batch(sequences)",
    )


def _filled(rows, extra=0, fill=_PAD, front=False):
    n_steps = max(map(len, rows)) + extra
    array = np.full((len(rows), n_steps), fill)
    for line, row in zip(array, rows, strict=True):
        line[n_steps - len(row) if front else 0 :][: len(row)] = row
    return array


def _decoder_with(give, ask, **filling):
    """Two arrays: give(s) and ask(s) make a row of each out of a sequence."""

    def decoder_batch(sequences):
        return tuple(
            _filled([row(s) for s in sequences], **filling) for row in (give, ask)
        )

    return decoder_batch


def _decoder_made_of(make):
    """Two arrays, made of one that holds START, the sequence and END."""
    return lambda sequences: make(_filled([*map(_whole, sequences)]))


def _begun(s):
    return [_START, *s]


def _ended(s):
    return [*s, _END]


def _whole(s):
    return [_START, *s, _END]


def _bare(s):
    return [*s]


def _cut_behind(s):
    return [_START, *s][:-1]


DECODER_BATCH = Exercise(
    name="lstm_gru.decoder_batch",
    title="The decoder that learns to copy",
    kind="debug",
    minutes=7,
    statement=r"""
In *teacher forcing* the decoder is given, at each step, the right token of the step before,
and is asked for the token of this step. At the first step it is given START; when all has
been said it is asked for END. For the sequence 7, 5, 9:

| step | 0 | 1 | 2 | 3 |
|---|---|---|---|---|
| given | START | 7 | 5 | 9 |
| asked for | 7 | 5 | 9 | END |

`decoder_batch(sequences)` gets a list of lists of tokens and gives back two arrays, `given`
and `targets`. Both have a row for each sequence and as many columns as the longest needs
(one more than it has tokens). Shorter rows are filled up with PAD. The numbers of
PAD, START and END are 0, 1 and 2; they do not occur in the sequences.

With the code below the training loss soon falls to almost 0, whatever the task. Left to itself,
the decoder then writes START, START, START and never ends. Mend it.
""",
    starter=_DECODER_BATCH,
    answer=_decoder_batch,
    explanation=r"""
Whoever is asked for what he is given learns to copy, and needs no encoder for it. Then, on its
own, the decoder is given START and copies that. A loss that is far too good is the sign to look
for: the answer has leaked into the input.

One step lies between the two rows: `given` is START and the sequence, `targets` the sequence
and END. Without START the first token is never asked for; without END the decoder never
learns when to stop.

Both are often cut out of one array, `whole[:, :-1]` and `whole[:, 1:]`. In shorter rows END
is then given as well, where the target is PAD. That does no harm, since the loss leaves such
steps out, and it is accepted here.
""",
    hints=(
        "At one and the same step, what does the code give, and what does it ask for?",
        "`given` is `[start, *s]` and `targets` is `[*s, end]`. How many columns do they "
        "have?",
        "One way: cut both out of the array that is there. `given[:, :-1]` loses the last "
        "column. What does `targets` lose?",
    ),
    cases=(
        _sequences([7, 5, 9]),
        _sequences([3, 8], [4, 6, 5, 9, 7], [8]),
        _sequences([5, 5, 6], [9, 3, 4], [6, 7, 7, 8]),
    ),
    misconceptions={
        "still_the_same": Misconception(
            _decoder_with(_begun, _begun),
            "Both arrays are still the same: the decoder is asked for what it is given. "
            "Targets are one step further on.",
        ),
        "same_with_end": Misconception(
            _decoder_with(_ended, _ended),
            "Both arrays are the same: the decoder is asked for what it is given. It "
            "should be given START and then the sequence.",
        ),
        "bare_and_same": Misconception(
            _decoder_with(_bare, _bare),
            "Both arrays hold the bare sequence: the decoder is asked for what it is "
            "given. START goes in front of one, END behind the other.",
        ),
        "shifted_the_wrong_way": Misconception(
            _decoder_with(_ended, _begun),
            "The shift goes the wrong way (or the two arrays are exchanged): the decoder "
            "is given a token and asked for the one before it. START belongs to what is "
            "given, END to the targets.",
        ),
        "end_missing": Misconception(
            _decoder_with(_cut_behind, _bare),
            "END is missing: the decoder never learns when to stop. It is asked for END "
            "after the last token, so there is one more column.",
        ),
        "end_missing_but_wide": Misconception(
            _decoder_with(_begun, lambda s: [*s, _PAD]),
            "END is missing in the targets: the decoder never learns when to stop. The "
            "last target of each row is END.",
        ),
        "start_missing": Misconception(
            _decoder_with(_bare, lambda s: [*s[1:], _END]),
            "START is missing: the decoder is given the first token, and never asked for "
            "it. Give START and then the sequence.",
        ),
        "cut_the_wrong_way": Misconception(
            _decoder_made_of(lambda whole: (whole[:, 1:], whole[:, :-1])),
            "The two cuts are exchanged: the decoder is given a token and asked for the "
            "one before it. What is given begins with START, so it loses the last column.",
        ),
        "given_not_cut": Misconception(
            _decoder_made_of(lambda whole: (whole, whole[:, 1:])),
            "The targets are right. What is given has one column more than they have: "
            "the last, in which END is given, is not needed.",
        ),
        "targets_not_cut": Misconception(
            _decoder_made_of(lambda whole: (whole[:, :-1], whole)),
            "What is given is right. The targets have one column more: START is asked "
            "for. Leave out their first column.",
        ),
        "rolled_back": Misconception(
            _decoder_made_of(lambda whole: (whole, np.roll(whole, 1, axis=1))),
            "The roll goes the wrong way: each target is the token before. And cutting "
            "does better than rolling, which brings START or END round.",
        ),
        "rolled": Misconception(
            _decoder_made_of(lambda whole: (whole, np.roll(whole, -1, axis=1))),
            "`np.roll` brings START in again at the end of the rows, where it is asked "
            "for. Leave out the last column of both arrays.",
        ),
        "end_given": Misconception(
            _decoder_with(_whole, lambda s: [*s, _END, _PAD]),
            "Each step is right, but there is a column too many: END is never given, so "
            "as many columns as tokens and one more are enough.",
        ),
        "start_asked_for": Misconception(
            _decoder_with(lambda s: [_PAD, _START, *s], _whole),
            "There is a column too many: START is asked for. It is only given, the "
            "first token is asked for at once.",
        ),
        "padding_in_front": Misconception(
            _decoder_with(_begun, _ended, front=True),
            "The rows are right, but filled up in front. PAD goes behind.",
        ),
        "filled_with_end": Misconception(
            _decoder_with(_begun, _ended, fill=_END),
            "The rows are filled up with END, so END would be asked for again and again. "
            "Fill up with PAD.",
        ),
    },
)

# -------------------------------------------------------- code: one step of a beam search


def _beam_step(beams, log_probabilities, width, end):
    candidates = []
    for (tokens, score), row in zip(beams, log_probabilities, strict=True):
        if tokens[-1] == end:
            candidates.append((tokens, score))
            continue
        for token, log_p in enumerate(row):
            candidates.append(([*tokens, token], score + log_p))
    candidates.sort(key=lambda beam: beam[1], reverse=True)
    return candidates[:width]


def _score(beam):
    return beam[1]


def _best(beams, width):
    return sorted(beams, key=_score, reverse=True)[:width]


def _followed(beam, row, add=lambda score, log_p: score + log_p):
    tokens, score = beam
    return [([*tokens, token], add(score, log_p)) for token, log_p in enumerate(row)]


def _is_finished(beam, end):
    return beam[0][-1] == end


def _beams_with(finished=lambda beam, row: [beam], follow=_followed, choose=_best):
    """A step of which some parts are done in another way."""

    def beam_step(beams, log_probabilities, width, end):
        found = []
        for beam, row in zip(beams, log_probabilities, strict=True):
            done = _is_finished(beam, end)
            found += finished(beam, row) if done else follow(beam, row)
        return choose(found, width)

    return beam_step


def _own_best(beam, row):
    return _best(_followed(beam, row), 1)


def _added_to_the_score(add):
    return partial(_followed, add=add)


def _each_beam_its_own(beams, log_probabilities, width, end):
    found = []
    for beam, row in zip(beams, log_probabilities, strict=True):
        done = _is_finished(beam, end)
        found += [beam] if done else _best(_followed(beam, row), width)
    return found


def _finished_apart(beams, log_probabilities, width, end):
    """Finished beams are put aside, and all the width goes to the others."""
    done = [beam for beam in beams if _is_finished(beam, end)]
    others = _beams_with(finished=lambda beam, row: [])
    found = others(beams, log_probabilities, width, end)
    return _best(done + found, len(beams) + width)


def _rows_in_turn(beams, log_probabilities, width, end):
    """Rows counted by the beams that are not finished."""
    rows = iter(log_probabilities)
    own = [None if _is_finished(beam, end) else next(rows) for beam in beams]
    return _beams_with()(beams, own, width, end)


def _by_mean(beams, width):
    """Chosen by the score for each token."""
    return sorted(beams, key=lambda b: b[1] / len(b[0]), reverse=True)[:width]


def _worst(beams, width):
    return sorted(beams, key=_score)[:width]


def _worst_last(beams, width):
    return sorted(beams, key=_score)[-width:]


def _as_probabilities(beams, width):
    return [(tokens, np.exp(score)) for tokens, score in _best(beams, width)]


def _longer_in_place(beams, log_probabilities, width, end):
    found = []
    for (tokens, score), row in zip(beams, log_probabilities, strict=True):
        if tokens[-1] == end:
            found.append((tokens, score))
            continue
        for token, log_p in enumerate(row):
            tokens.append(token)
            found.append((tokens, score + log_p))
    return _best(found, width)


def _beams(*beams):
    return [([*tokens], float(np.log(p))) for p, *tokens in beams]


def _beam_case(beams, rows, width, end=0):
    return call(_beams(*beams), np.log(np.array(rows)), width, end)


BEAM_STEP = Exercise(
    name="lstm_gru.beam_step",
    title="One step of a beam search",
    kind="code",
    minutes=10,
    statement=r"""
Beam search keeps the `width` most probable beginnings of an answer. Write one step of it,
`beam_step(beams, log_probabilities, width, end)`:

- `beams` is a list of pairs `(tokens, score)`: a list of tokens and the logarithm of its
  probability, a float.
- `log_probabilities`, of shape `(len(beams), K)`, holds in row `b` the logarithms of the
  probabilities of the `K` tokens that may follow beam `b`.
- A beam whose last token is `end` is **finished**. It stays in the race as it is, with the
  score it has; its row is not looked at.
- Every other beam is followed by each of the `K` tokens, 0 to `K - 1`.

Of all these, finished and longer ones together, give back the `width` with the highest score,
the best first (or all, if there are fewer). They are again pairs `(tokens, score)`, and a
score is still the logarithm of the probability of the whole. Leave `beams` as it is.

For instance, with `width` 2: a beam `[5, 1]` of probability 0.5 that may go on with token 0, 1 or
2 at 0.6, 0.3 and 0.1, next to a finished beam `[5, 0]` of probability 0.2. The candidates have
the probabilities 0.3, 0.15, 0.05 and 0.2, so `[5, 1, 0]` and `[5, 0]` stay.
""",
    starter="""def beam_step(beams, log_probabilities, width, end):
    # your code in place of the dots
    ...
""",
    answer=_beam_step,
    explanation=r"""
The probability of a sequence is the product of those of its steps, so logarithms are *added*.
The product itself would become 0 in floating point: a hundred tokens at 0.0001 are
$10^{-400}$, and the smallest float64 above 0 is about $5 \cdot 10^{-324}$.

All candidates compete in one race. With one place for each beam, a beam that is hardly better
than nothing would keep its place, and two good continuations of the best beam could not both
stay. With `width` 1 the step is greedy decoding.

A finished beam must not go on (whatever the network says after END means nothing), and it must
not be dropped. Since every further token makes a score smaller, the sum favours short answers.
That is why many searches divide by a power of the length at the end.
""",
    hints=(
        "Make one list of all candidates first: what does a finished beam add to it, and "
        "what does any other?",
        "A longer beam is `([*tokens, token], score + log_p)`. Why the logarithm's sum, "
        "and why a new list of tokens?",
        "`candidates.sort(key=lambda beam: beam[1], reverse=True)`, then "
        "`candidates[:width]`.",
    ),
    cases=(
        _beam_case([(0.5, 5, 1), (0.2, 5, 0)], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]], 2),
        _beam_case(
            [(0.6, 3, 1), (0.3, 3, 2)],
            [[0.1, 0.48, 0.42], [0.1, 0.2, 0.7]],
            3,
        ),
        _beam_case(
            [(0.5, 3, 3, 1), (0.04, 3, 0), (0.03, 3, 2, 4)],
            [
                [0.3, 0.25, 0.2, 0.15, 0.1],
                [0.1, 0.1, 0.1, 0.6, 0.1],
                [0.9, 0.04, 0.03, 0.02, 0.01],
            ],
            3,
        ),
        _beam_case(
            [(0.3, 4, 1, 2), (0.25, 4, 3), (0.2, 4, 2, 2)],
            [[0.2, 0.5, 0.18, 0.12], [0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.15, 0.05]],
            4,
            end=3,
        ),
        _beam_case([(0.9, 5)], [[0.2, 0.5, 0.3]], 5),
    ),
    misconceptions={
        "greedy_for_each_beam": Misconception(
            _beams_with(follow=_own_best),
            "Each beam keeps only its own best continuation. All candidates compete in "
            "one race: two good ones may come from the same beam.",
        ),
        "width_for_each_beam": Misconception(
            _each_beam_its_own,
            "Each beam keeps `width` continuations, so there are more at each step. Sort "
            "all candidates together, and keep `width`.",
        ),
        "not_cut_off": Misconception(
            _beams_with(choose=lambda beams, width: _best(beams, len(beams))),
            "All candidates come back. Keep the `width` best.",
        ),
        "not_sorted": Misconception(
            _beams_with(choose=lambda beams, width: beams[:width]),
            "The first `width` candidates are kept, not the best. Sort by the score.",
        ),
        "worst_kept": Misconception(
            _beams_with(choose=_worst),
            "The lowest scores are kept: `sort` begins with the smallest. "
            "`reverse=True` turns it round.",
        ),
        "best_last": Misconception(
            _beams_with(choose=_worst_last),
            "The right ones are kept, but the best comes last.",
        ),
        "finished_go_on": Misconception(
            _beams_with(finished=_followed),
            "Finished beams go on. A beam whose last token is `end` stays as it is.",
        ),
        "finished_dropped": Misconception(
            _beams_with(finished=lambda beam, row: []),
            "Finished beams are dropped. They stay in the race with their score.",
        ),
        "finished_lengthened": Misconception(
            _beams_with(
                finished=lambda beam, row: [([*beam[0], beam[0][-1]], beam[1])]
            ),
            "Finished beams get a second `end`. They stay as they are.",
        ),
        "rows_in_turn": Misconception(
            _rows_in_turn,
            "The rows are counted for the unfinished beams only. Row b belongs to beam b, "
            "also where a finished beam stands before it: go through both with `zip`.",
        ),
        "old_beams_kept": Misconception(
            _beams_with(follow=lambda beam, row: [beam, *_followed(beam, row)]),
            "A beam that is not finished was kept beside its continuations. They take "
            "its place.",
        ),
        "finished_apart": Misconception(
            _finished_apart,
            "Finished beams are kept beside the `width` others. All compete for the "
            "same `width` places.",
        ),
        "score_replaced": Misconception(
            _beams_with(follow=_added_to_the_score(lambda score, log_p: log_p)),
            "Only the last token's probability counts. Add it to the score of the beam.",
        ),
        "multiplied": Misconception(
            _beams_with(follow=_added_to_the_score(lambda score, log_p: score * log_p)),
            "The logarithms are multiplied. Probabilities are multiplied; their "
            "logarithms are added.",
        ),
        "probabilities_given_back": Misconception(
            _beams_with(choose=_as_probabilities),
            "The right ones are kept, but the score is the probability itself. It should "
            "stay a logarithm: products of many steps become 0.",
        ),
        "longer_ones_as_probabilities": Misconception(
            _beams_with(follow=_added_to_the_score(lambda s, log_p: np.exp(s + log_p))),
            "The score of a longer beam is its probability. It should stay a logarithm: "
            "products of many steps become 0, and finished beams cannot be compared.",
        ),
        "sorted_by_tokens": Misconception(
            _beams_with(
                choose=lambda beams, width: sorted(beams, reverse=True)[:width]
            ),
            "The pairs are sorted by their tokens, which come first in them. Sort by the "
            "score: `key=lambda beam: beam[1]`.",
        ),
        "finished_many_times": Misconception(
            _beams_with(finished=lambda beam, row: [beam] * len(row)),
            "A finished beam stands among the candidates once for each token. It is one "
            "candidate.",
        ),
        "by_the_mean": Misconception(
            _beams_with(choose=_by_mean),
            "The score is divided by the length before it is compared. Many searches do "
            "so; here the score itself counts.",
        ),
        "one_list_for_all": Misconception(
            _longer_in_place,
            "`append` makes the beam's own list longer, and all candidates share it. "
            "Make a new list for each: `[*tokens, token]`.",
        ),
    },
)

# ------------------------------------------------------- open: a memory made of four gates

_ORDER = "ifgo"
_NEAR = 0.05

_MEMORY = """gates = {
    # value, write, ask, bias
    "i": [0, 0, 0, 0],
    "f": [0, 0, 0, 0],
    "g": [0, 0, 0, 0],
    "o": [0, 0, 0, 0],
}
"""


def _read_rows(gates):
    """The four rows as an array (4, 4), or the sentence why not."""
    gates = snapshot(gates)
    if isinstance(gates, dict):
        if set(gates) != set(_ORDER):
            return "`gates` needs exactly the entries 'i', 'f', 'g' and 'o'."
        gates = [gates[k] for k in _ORDER]
    rows = numeric(gates)
    if rows is None or rows.shape != (4, 4) or rows.dtype.kind not in "iufb":
        return (
            "`gates` should hold four numbers for each gate (value, write, ask, bias), "
            f"and {kind_of(gates)} came."
        )
    if not np.isfinite(rows).all():
        return "All numbers should be finite."
    if np.abs(rows).max() > 1000:
        return "Numbers from -1000 to 1000 are enough."
    return rows.astype(float)


def _played(rows, inputs):
    """The gates i, f, g, o, then c and h, at each step: (T, 6)."""
    c, steps = 0.0, []
    for x in inputs:
        i, f, g, o = rows @ [*x, 1.0]
        i, f, o = (0.5 * (1 + np.tanh(s / 2)) for s in (i, f, o))  # no overflow
        g = np.tanh(g)
        c = f * c + i * g
        steps.append((i, f, g, o, c, o * np.tanh(c)))
    return np.array(steps)


def _wanted(inputs):
    """What the cell should hold after each step, and what it should show."""
    c, steps = 0.0, []
    for value, write, ask in inputs:
        c = value if write else c
        steps.append((c, ask * np.tanh(c)))
    return np.array(steps)


def _plays():
    """A few steps that a reader can follow, then long ones."""
    short = [(1, 1, 0), (-1, 0, 0), (-1, 0, 1), (-1, 1, 1), (1, 0, 1), (1, 1, 0)]
    rng = np.random.default_rng(0)
    long = [(v, 0, a) for v, a in zip(rng.choice([-1, 1], 200), rng.integers(0, 2, 200),
                                      strict=True)]  # fmt: skip
    quiet = [(1, 0, 1)] * 100
    mixed = [
        (int(rng.choice([-1, 1])), int(rng.random() < 0.2), int(rng.random() < 0.5))
        for _ in range(100)
    ]
    stubborn = [(1, 1, 0)] * 30 + [(-1, 1, 1)]
    return [short, quiet, [(-1, 1, 0), *long], mixed, stubborn]


def _why_not_memory(gates):
    """Say what the cell gets wrong first, or None."""
    rows = _read_rows(gates)
    if isinstance(rows, str):
        return rows
    for inputs in _plays():
        steps, want = _played(rows, inputs), _wanted(inputs)
        far = np.abs(steps[:, 4:] - want) > _NEAR
        if far.any():
            t = int(far.any(axis=1).argmax())
            return _blamed(inputs, t, steps, want, shown=not far[t, 0])
    return None


def _blamed(inputs, t, steps, want, shown):
    """A sentence on the first wrong step, and on the gate that is farthest off."""
    value, write, ask = inputs[t]
    i, f, g, o, c, h = steps[t]
    told = (
        f"In step {t + 1} of a sequence of {len(inputs)} the inputs are value {value}, "
        f"write {write}, ask {ask}. "
    )
    if shown:
        told += f"It should show {_say(want[t, 1], 4)}, and shows {_say(h, 4)}: "
        return told + f"the {_gate_said('output', o, float(ask))}"
    told += f"The cell should hold {_say(want[t, 0])}, and holds {_say(c, 4)}. "
    before = want[t - 1, 0] if t else 0.0
    worst = _farthest(i, f, g, value, write, before)
    return told + _off(worst, i, f, g, value, write, inputs, t)


def _farthest(i, f, g, value, write, before):
    """The part that moves the cell most away from what it should hold."""
    errors = {"f": abs((f - (1 - write)) * before)}
    if write:
        errors["i"] = abs((i - 1) * value)
        errors["g"] = abs(g - value)
    else:
        errors["i"] = abs(i * g)
    return max(errors, key=errors.get)


def _off(worst, i, f, g, value, write, inputs, t):
    if worst == "g":
        return (
            f"The candidate is {_say(g)} there, and should be {value}: the tanh of a "
            "sum that is large and has the sign of the value."
        )
    gate, is_now = ("forget", f) if worst == "f" else ("input", i)
    should = float(write) if worst == "i" else float(1 - write)
    quiet = t - max((k for k in range(t + 1) if inputs[k][1]), default=-1)
    if write or quiet <= 3 or abs(is_now - should) > _NEAR:
        return f"The {_gate_said(gate, is_now, should)}"
    return (
        f"The {_gate_said(gate, is_now, should, digits=5)} A little goes wrong at each "
        f"of {quiet} steps: its sum should be farther from 0."
    )


def _gate_said(gate, is_now, should, digits=3):
    word = "open (1)" if should else "closed (0)"
    return f"{gate} gate should be {word}, and is {_say(is_now, digits)}."


def _say(x, digits=3):
    text = f"{x:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


MEMORY = Exercise(
    name="lstm_gru.memory",
    title="A memory with three wires",
    kind="open",
    minutes=10,
    statement=r"""
Set the weights of an LSTM unit by hand, so that it is a memory for one number. At each step
three numbers come in:

- **value**, which is always $-1$ or $1$;
- **write**, 1 or 0. Where it is 1, the cell is to hold this step's value from now on.
  Where it is 0, the value means nothing, and the cell keeps what it has;
- **ask**, 1 or 0. Where it is 1, the unit shows $h = \tanh(c)$; where it is 0, it shows 0.

The unit does not read its own state ($W_{hh} = 0$), and begins with $c = 0$. So each of its
four parts has a weight for each input and a bias: `gates["i"]` is a list of four numbers, for
value, write, ask and 1, and likewise `"f"`, `"g"` and `"o"`. The sum of each is

$w_1 \cdot$ value $+\; w_2 \cdot$ write $+\; w_3 \cdot$ ask $+\; b$.

Three of the sums pass through the sigmoid and `"g"` through the tanh; then
$c \leftarrow f c + i g$ and $h = o \tanh(c)$, as always.

Asked for is a memory that is good for **200 steps**: at every one of them, whatever comes in,
the cell is within 0.05 of what it should hold, and what it shows within 0.05 of what it
should show.
""",
    starter=_MEMORY,
    answer={
        "i": [0, 20, 0, -10],
        "f": [0, -20, 0, 10],
        "g": [10, 0, 0, 0],
        "o": [0, 0, 20, -10],
    },
    explanation=r"""
Each part has a task of its own.

| part | should be | weights |
|---|---|---|
| $i$ | 1 if write, else 0 | $20 \cdot \text{write} - 10$ |
| $f$ | 0 if write, else 1 | $-20 \cdot \text{write} + 10$ |
| $g$ | the value | $10 \cdot \text{value}$ |
| $o$ | 1 if ask, else 0 | $20 \cdot \text{ask} - 10$ |

The sums are 10 or −10, and $\sigma(10) = 0.99995$. Is that overdone? With sums of 5 the gates
would be 0.9933 and 0.0067, which looks good enough. But after 200 steps, $0.9933^{200} =
0.26$: three quarters of the memory are gone, and each closed step lets something in.

A plain recurrent unit cannot do this. It has one sum for everything: it cannot choose to
ignore an input in one step and to take it in the next. The gates multiply, and that is what
they are for. Training finds such weights with difficulty, as they lie far out where the sigmoid
is flat; a bias of the forget gate that begins above 0 is a step towards them.
""",
    hints=(
        "Which of the four parts decides whether something new comes in? Which one "
        "whether the old stays? Write down for each when it should be 1 and when 0.",
        "The sigmoid is near 1 for a sum of 10 and near 0 for −10. Which weight and bias "
        "make $-10$ out of write = 0, and $10$ out of write = 1?",
        "The input gate: 20 for write and a bias of −10. The forget gate does the "
        "contrary, the output gate the same with ask. The candidate is 10 times the "
        "value.",
    ),
    accept=_why_not_memory,
    note="Now train one: do its gates come near to yours?",
)

EXERCISES = [
    GATES,
    CONVEYOR,
    COUNTS,
    LSTM_STEP,
    FORGET_BIAS,
    GRU_STEP,
    ENDS,
    MASKED_LOSS,
    DECODER_BATCH,
    BEAM_STEP,
    MEMORY,
]
