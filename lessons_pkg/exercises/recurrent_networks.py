"""Exercises of the chapter "Recurrent networks"."""

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot


def _numbers(seed, *shape):
    """Normal numbers with two decimals, so that a difference is easy to read."""
    return np.random.default_rng(seed).normal(size=shape).round(2)


# --------------------------------------------------- by hand: three steps of one state

THREE_STEPS = Exercise(
    name="recurrent_networks.three_steps",
    title="Three numbers, one after another",
    kind="by hand",
    minutes=6,
    statement=r"""
A recurrent layer reads one number at each step, and its state $h_t$ has two entries:

$$
h_t = \operatorname{relu}(W_x x_t + W_h h_{t-1} + b)
$$

Before the first step it is $h_0 = (0, 0)$. The weights are

$$
\begin{aligned}
W_x &= \begin{bmatrix} 3 \\ -1 \end{bmatrix} \\
W_h &= \begin{bmatrix} 1 & -1 \\ -2 & 3 \end{bmatrix} \\
b &= \begin{bmatrix} -1 \\ 2 \end{bmatrix}
\end{aligned}
$$

It reads the sequence $x_1 = 1$, $x_2 = -1$, $x_3 = 2$. Here relu, the larger of the number and
0, stands in for tanh, so that all numbers stay whole. It is applied to each entry.

Work out the three states on paper. Write them as a list of three rows, $h_1$ first.
""",
    starter="states = [[..., ...], [..., ...], [..., ...]]\n",
    answer=[[2, 1], [0, 2], [3, 6]],
    explanation=r"""
Each step takes the same weights; only $x_t$ and the state before are new.

$$
\begin{aligned}
h_1 &= \operatorname{relu} \begin{bmatrix} 3 + 0 - 1 \\ -1 + 0 + 2 \end{bmatrix}
     = \begin{bmatrix} 2 \\ 1 \end{bmatrix} \\
h_2 &= \operatorname{relu} \begin{bmatrix} -3 + 1 - 1 \\ 1 - 1 + 2 \end{bmatrix}
     = \begin{bmatrix} 0 \\ 2 \end{bmatrix} \\
h_3 &= \operatorname{relu} \begin{bmatrix} 6 - 2 - 1 \\ -2 + 6 + 2 \end{bmatrix}
     = \begin{bmatrix} 3 \\ 6 \end{bmatrix}
\end{aligned}
$$

The middle column of numbers is $W_h h_{t-1}$. At step 2 it is
$1 \cdot 2 - 1 \cdot 1 = 1$ and $-2 \cdot 2 + 3 \cdot 1 = -1$: each entry of the new state
listens to both entries of the old one.
""",
    hints=(
        "Make a table with a line for each step: $W_x x_t$, $W_h h_{t-1}$, $b$, their sum, "
        "and relu of the sum. The last of a line goes into the next line.",
        "At step 1 the state before is 0, so $W_h$ adds nothing: the sums are "
        "$3 \\cdot 1 - 1$ and $-1 \\cdot 1 + 2$.",
        "At step 2 $W_h h_1$ is $(1 \\cdot 2 - 1 \\cdot 1,\\; -2 \\cdot 2 + 3 \\cdot 1) = "
        "(1, -1)$. The first sum is $-3 + 1 - 1 = -3$, and relu makes it 0.",
    ),
    misconceptions={
        "state_not_carried": Misconception(
            [[2, 1], [0, 3], [5, 0]],
            "Each step begins again with a state of zeros. The state before comes in, "
            "through W_h: that is the network's memory.",
        ),
        "matrix_transposed": Misconception(
            [[2, 1], [0, 4], [0, 12]],
            "Rows and columns of W_h are exchanged. Its first row makes the first entry of "
            "the new state, from both entries of the old one.",
        ),
        "one_after_another": Misconception(
            [[2, 0], [0, 3], [2, 5]],
            "The second entry is worked out from the *new* first entry. Both come from the "
            "state before: finish a step with the old state, then replace it.",
        ),
        "no_relu": Misconception(
            [[2, 1], [-3, 2], [0, 12]],
            "relu is missing: the first sum at step 2 is below 0, and becomes 0.",
        ),
        "relu_at_the_end": Misconception(
            [[2, 1], [0, 2], [0, 12]],
            "What is handed on is the sum before relu. The state is what comes out of relu, "
            "and that goes into the next step: h_2 is (0, 2).",
        ),
        "before_relu": Misconception(
            [[2, 1], [-3, 2], [3, 6]],
            "You used the right states, but wrote down the sums before relu. The state is "
            "what comes out of it.",
        ),
        "relu_of_the_state_only": Misconception(
            [[2, 1], [-3, 3], [5, 15]],
            "relu is applied to W_h h alone. It is applied to the whole sum, with the input "
            "and the bias in it.",
        ),
        "bias_forgotten": Misconception(
            [[3, 0], [0, 0], [6, 0]],
            "The bias is missing. It is added at each step.",
        ),
        "bias_once": Misconception(
            [[2, 1], [0, 0], [6, 0]],
            "The bias is added at the first step only. It is part of every step.",
        ),
        "each_entry_by_itself": Misconception(
            [[2, 1], [0, 6], [5, 18]],
            "Each entry listens to itself alone: only the diagonal of W_h is used. W_h is "
            "2 × 2, because each new entry listens to both old ones.",
        ),
        "input_once": Misconception(
            [[2, 1], [0, 1], [0, 5]],
            "Only the first input is in it: W_x x_t comes in at every step.",
        ),
        "backwards": Misconception(
            [[5, 0], [1, 0], [3, 0]],
            "The sequence is read from its end. The first step reads x = 1.",
        ),
        "with_the_start": Misconception(
            [[0, 0], [2, 1], [0, 2]],
            "This begins with h_0, the state before anything was read. Asked for are h_1, "
            "h_2 and h_3.",
        ),
        "with_the_start_and_all": Misconception(
            [[0, 0], [2, 1], [0, 2], [3, 6]],
            "All three are right, with h_0 in front of them. Asked for are h_1, h_2 and h_3.",
        ),
        "last_state_only": Misconception(
            [3, 6],
            "This is the last state, and it is right. Asked for are all three.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# ----------------------------------------------------- debug: the shapes of the weights

_TWO_NUMBERS = """def shapes(n_in, n_hidden, n_out):
    return {
        "W_x": (n_hidden, n_in),
        "W_h": (n_hidden,),
        "b_h": (n_hidden,),
        "W_y": (n_out, n_hidden),
        "b_y": (n_hidden,),
    }
"""


def _shapes(n_in, n_hidden, n_out):
    return {
        "W_x": (n_hidden, n_in),
        "W_h": (n_hidden, n_hidden),
        "b_h": (n_hidden,),
        "W_y": (n_out, n_hidden),
        "b_y": (n_out,),
    }


def _shapes_with(**changes):
    """The right shapes, but for some: each a function of (n_in, n_hidden, n_out)."""

    def shapes(n_in, n_hidden, n_out):
        changed = {name: f(n_in, n_hidden, n_out) for name, f in changes.items()}
        return {**_shapes(n_in, n_hidden, n_out), **changed}

    return shapes


TWO_NUMBERS = Exercise(
    name="recurrent_networks.two_numbers",
    title="Two numbers where four belong",
    kind="debug",
    minutes=5,
    statement=r"""
A recurrent network reads vectors and gives one out at each step:

$$
\begin{aligned}
h_t &= \tanh(W_x x_t + W_h h_{t-1} + b_h) \\
y_t &= W_y h_t + b_y
\end{aligned}
$$

`x_t` is an array of shape `(n_in,)`, `h_t` of shape `(n_hidden,)` and `y_t` of shape
`(n_out,)`. A product like $W_x x_t$ is `W_x @ x_t`.

`shapes(n_in, n_hidden, n_out)` is to return the shapes of the five arrays. It follows a worked
example from the articles that this course grew out of: one input, two entries in the state,
one output, and two numbers each for $W_h$ and $b_y$. NumPy runs it without an error. But
with two numbers `W_h @ h` is one number, which is added to *both* entries of the state; and
two numbers come out where one was asked for.

Mend the shapes.
""",
    starter=_TWO_NUMBERS,
    answer=_shapes,
    explanation=r"""
A matrix has a row for each number that comes out of it and a column for each that goes in.
$W_h$ takes a state to a state, so it is square: `(n_hidden, n_hidden)`, four numbers for a state
of two. What is added has the shape of what it is added to: $b_h$ that of the state, $b_y$ that
of the output.

The example's network has $2 \cdot 1 + 2 \cdot 2 + 2 + 1 \cdot 2 + 1 = 11$ numbers to learn. The
length of the sequence is not among them: every step uses the same five arrays.
""",
    hints=(
        "For each product: how many numbers go in, and how many are to come out? "
        "A matrix has the shape (out, in).",
        "`W_h` turns the state before into a part of the new state. Which size goes in, "
        "and which comes out?",
        "A bias is added to a vector and has its shape. `b_h` is added to the state; "
        "what is `b_y` added to?",
    ),
    cases=(call(1, 2, 1), call(3, 5, 2), call(7, 2, 3)),
    misconceptions={
        "only_the_state_mended": Misconception(
            _shapes_with(b_y=lambda i, h, o: (h,)),
            "W_h is right now. b_y is still as long as the state, and it is added to the "
            "output.",
        ),
        "only_the_output_mended": Misconception(
            _shapes_with(W_h=lambda i, h, o: (h,)),
            "b_y is right now. W_h is still a row of numbers. Each entry of the new state "
            "listens to all entries of the old one.",
        ),
        "state_like_the_input": Misconception(
            _shapes_with(W_h=lambda i, h, o: (h, i)),
            "W_h has the shape of W_x. What it multiplies is no input but the state.",
        ),
        "state_as_a_row": Misconception(
            _shapes_with(W_h=lambda i, h, o: (1, h)),
            "W_h has one row: that makes one number of the state. As many are to come out "
            "as go in.",
        ),
        "input_transposed": Misconception(
            _shapes_with(W_x=lambda i, h, o: (i, h)),
            "W_x is turned round: for `W_x @ x_t` it has a column for each input.",
        ),
        "output_transposed": Misconception(
            _shapes_with(W_y=lambda i, h, o: (h, o)),
            "W_y is turned round: for `W_y @ h_t` it has a column for each entry of the "
            "state.",
        ),
        "all_transposed": Misconception(
            _shapes_with(W_x=lambda i, h, o: (i, h), W_y=lambda i, h, o: (h, o)),
            "W_x and W_y are turned round, as for `x_t @ W_x`. Here the matrix stands on "
            "the left: (out, in).",
        ),
        "one_output_bias": Misconception(
            _shapes_with(b_y=lambda i, h, o: (1,)),
            "b_y is one number, which is right for one output only. There is one for each "
            "output.",
        ),
        "no_comma": Misconception(
            _shapes_with(b_y=lambda i, h, o: o),
            "`(n_out)` is a number in brackets. A shape with one number has a comma: "
            "`(n_out,)`.",
        ),
        "state_bias_as_a_column": Misconception(
            _shapes_with(b_h=lambda i, h, o: (h, 1)),
            "b_h is a column, which makes a matrix of the state: plain vectors have the "
            "shape `(n_hidden,)`.",
        ),
        "output_bias_as_a_column": Misconception(
            _shapes_with(b_y=lambda i, h, o: (o, 1)),
            "b_y is a column, which makes a matrix of the output: plain vectors have the "
            "shape `(n_out,)`.",
        ),
        "biases_as_columns": Misconception(
            _shapes_with(b_h=lambda i, h, o: (h, 1), b_y=lambda i, h, o: (o, 1)),
            "The biases are columns, and a column added to a plain vector gives a matrix: "
            "`(n_hidden,)` and `(n_out,)`.",
        ),
        "biases_as_rows": Misconception(
            _shapes_with(b_h=lambda i, h, o: (1, h), b_y=lambda i, h, o: (1, o)),
            "The biases are tables with one row. They are plain vectors, `(n_hidden,)` and "
            "`(n_out,)`.",
        ),
    },
)

# ------------------------------------------------------------ code: the whole sequence


def _run_rnn(x, begins, w_x, w_h, b):
    h, states = np.zeros((x.shape[1], len(b))), []
    for x_t, new in zip(x, begins, strict=True):
        h = np.where(new[:, None], 0.0, h)
        h = np.tanh(x_t @ w_x.T + h @ w_h.T + b)
        states.append(h)
    return np.stack(states)


def _tanh_of_all(x_t, h, w_x, w_h, b):
    return np.tanh(x_t @ w_x.T + h @ w_h.T + b)


def _reset(h, new):
    return np.where(new[:, None], 0.0, h)


def _run_with(step=_tanh_of_all, before=_reset, after=lambda h, new: h):
    """The layer with another step, or another change of the state before or after it."""

    def run_rnn(x, begins, w_x, w_h, b):
        h, states = np.zeros((x.shape[1], len(b))), []
        for x_t, new in zip(x, begins, strict=True):
            h = step(x_t, before(h, new), w_x, w_h, b)
            states.append(h)
            h = after(h, new)
        return np.stack(states)

    return run_rnn


def _not_reset(h, new):
    return h


def _zeros_given_back(x, begins, *weights):
    """The state is set to 0 when the step is done: what was read is lost."""
    h, states = np.zeros((x.shape[1], len(weights[-1]))), []
    for x_t, new in zip(x, begins, strict=True):
        h = _reset(_tanh_of_all(x_t, h, *weights), new)
        states.append(h)
    return np.stack(states)


def _input_in_place_of_state(x, begins, *weights):
    return _run_with(before=_not_reset)(x * ~begins[..., None], begins, *weights)


def _reset_in_the_list(x, begins, *weights):
    """`h[new] = 0` changes the array that was put in the list a step ago."""
    found = _run_rnn(x, begins, *weights)
    found[:-1][begins[1:]] = 0.0
    return found


def _time_on_the_wrong_axis(x, begins, *weights):
    h, states = np.zeros((x.shape[1], len(weights[-1]))), []
    for t in range(x.shape[1]):
        h = _tanh_of_all(x[:, t], _reset(h, begins[:, t]), *weights)
        states.append(h)
    return np.stack(states)


def _one_state(order):
    """One state for all rows, which takes the steps (t, n) sorted by `order`."""

    def run_rnn(x, begins, *weights):
        size = len(weights[-1])
        h, states = np.zeros(size), np.zeros((*begins.shape, size))
        for t, n in sorted(np.ndindex(begins.shape), key=order):
            h = _tanh_of_all(x[t, n], 0 * h if begins[t, n] else h, *weights)
            states[t, n] = h
        return states

    return run_rnn


RUN_RNN = Exercise(
    name="recurrent_networks.run_rnn",
    title="A layer that knows where texts begin",
    kind="code",
    minutes=9,
    statement=r"""
A recurrent layer reads `N` rows of text side by side. In each row text follows text, and where a
new one begins the state is to forget the old one. Write `run_rnn(x, begins, w_x, w_h, b)`:

- `x` has the shape `(T, N, D)`: at each step, for each row, a vector of `D` numbers.
- `begins` has the shape `(T, N)`: True where `x[t, n]` is the first vector of a text. There the
  state of row `n` is set to 0 *before* the step.
- `w_x` is `(H, D)`, `w_h` is `(H, H)` and `b` is `(H,)`. For one row a step is
  $h_t = \tanh(W_x x_t + W_h h_{t-1} + b)$.

All states are 0 before step 0. Give back the states after each of the `T` steps, as an array of
shape `(T, N, H)`. The rows know nothing of each other.
""",
    starter=(
        "def run_rnn(x, begins, w_x, w_h, b):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_run_rnn,
    explanation=r"""
One loop, over time. Inside it all rows take their step together: their vectors are the rows of
`x_t`, of shape `(N, D)`, and a row times $W_x^\top$ is the same as $W_x$ times a column. So
`x_t @ w_x.T` has the shape `(N, H)`, as `h @ w_h.T` has.

`new[:, None]` has the shape `(N, 1)`, so `np.where` sets whole rows of the state to 0 and keeps
the others. It makes a new array. `h[new] = 0` would do too, if `h` were not the very array
that was put in the list one step ago: there the state would become 0 as well. (Then put a copy in
the list.)

Without the reset nothing fails. The first words of a text are read with the memory of
another, and the model learns from chance.
""",
    hints=(
        "Begin with `h = np.zeros((N, H))` and an empty list, and go through the steps: "
        "`for x_t, new in zip(x, begins)`. `x_t` has the shape `(N, D)`, `new` has `(N,)`.",
        "First the reset: `np.where(new[:, None], 0.0, h)` gives 0 in the rows where a "
        "text begins, and the old state in the others.",
        "Then the step, a row for each text: `h = np.tanh(x_t @ w_x.T + h @ w_h.T + b)`; "
        "append it, and at the end `np.stack(states)`.",
    ),
    cases=(
        call(
            np.array([[[1.0]], [[0.0]], [[2.0]], [[0.0]]]),
            np.array([[True], [False], [True], [False]]),
            np.array([[1.0]]),
            np.array([[0.5]]),
            np.array([0.25]),
        ),
        call(
            np.array([[[1.0], [0.0]], [[2.0], [-1.0]], [[0.5], [0.5]]]),
            np.array([[True, True], [False, True], [False, False]]),
            np.array([[1.0], [-1.0], [0.5]]),
            np.array([[0.0, 1.0, 0.0], [-0.5, 0.25, 1.0], [0.0, 0.0, 0.5]]),
            np.array([0.25, -0.25, 0.0]),
        ),
        call(
            _numbers(1, 5, 3, 2),
            np.arange(15).reshape(5, 3) % 4 == 1,
            _numbers(3, 7, 2),
            _numbers(4, 7, 7) / 4,
            _numbers(5, 7),
        ),
    ),
    misconceptions={
        "state_not_reset": Misconception(
            _run_with(before=_not_reset),
            "The state is never reset: a text is read with the memory of the one before it "
            "in its row. Where `begins[t, n]` is True row n begins with 0.",
        ),
        "state_not_carried": Misconception(
            _run_with(before=lambda h, new: 0 * h),
            "Each step begins with 0. It begins with the state that the step before left, "
            "but where a text begins.",
        ),
        "reset_in_the_list": Misconception(
            _reset_in_the_list,
            "The reset changes the state of the step before, which is in the list already: "
            "`h[new] = 0` writes into that same array. Make a new one, with `np.where`, or "
            "put copies in the list.",
        ),
        "all_rows_reset": Misconception(
            _run_with(before=lambda h, new: 0 * h if new.any() else h),
            "Where a text begins in one row the states of all rows are reset. The other "
            "rows are in the middle of theirs.",
        ),
        "reset_only_together": Misconception(
            _run_with(before=lambda h, new: 0 * h if new.all() else h),
            "The states are reset only where a text begins in all rows at once. Each row "
            "is reset by itself.",
        ),
        "reset_a_step_late": Misconception(
            _run_with(before=_not_reset, after=_reset),
            "The state is reset after the step. The first vector of a text is read with "
            "the old memory, and then forgotten. Reset before the step.",
        ),
        "zeros_given_back": Misconception(
            _zeros_given_back,
            "The new state is set to 0 where a text begins, so that its first vector is "
            "lost. The state *before* the step is.",
        ),
        "input_in_place_of_state": Misconception(
            _input_in_place_of_state,
            "The input is set to 0 where a text begins. The state is.",
        ),
        "reset_elsewhere": Misconception(
            _run_with(before=lambda h, new: _reset(h, ~new)),
            "It is the wrong way round: the state is kept where a text begins, and 0 "
            "elsewhere.",
        ),
        "no_tanh": Misconception(
            _run_with(lambda x, h, w_x, w_h, b: x @ w_x.T + h @ w_h.T + b),
            "tanh is missing: without it the state has no bounds, and all steps together "
            "are one linear map and a constant.",
        ),
        "tanh_of_the_input_only": Misconception(
            _run_with(lambda x, h, w_x, w_h, b: np.tanh(x @ w_x.T + b) + h @ w_h.T),
            "tanh is applied to the input's part alone. It is applied to the whole sum, "
            "with the state in it.",
        ),
        "bias_forgotten": Misconception(
            _run_with(lambda x, h, w_x, w_h, b: np.tanh(x @ w_x.T + h @ w_h.T)),
            "The bias is missing: `b` is added to each row's sum.",
        ),
        "bias_twice": Misconception(
            _run_with(lambda x, h, w_x, w_h, b: np.tanh(x @ w_x.T + h @ w_h.T + 2 * b)),
            "The bias is in it twice, once with the input and once with the state. (torch "
            "has two biases here. This layer has one.)",
        ),
        "matrix_transposed": Misconception(
            _run_with(lambda x, h, w_x, w_h, b: np.tanh(x @ w_x.T + h @ w_h + b)),
            "`h @ w_h` multiplies by the transpose. The states are rows here, so W_h times "
            "a state is `h @ w_h.T`.",
        ),
        "one_state_for_all_rows": Misconception(
            _one_state(order=lambda tn: tn),
            "One state goes through all rows: row 1 begins its step with what row 0 has "
            "just left. Each row has a state of its own.",
        ),
        "one_state_row_after_row": Misconception(
            _one_state(order=lambda tn: tn[::-1]),
            "Row 1 begins with the state in which row 0 ended. All states are 0 before "
            "step 0: set `h` to 0 inside the loop over the rows.",
        ),
        "time_on_the_wrong_axis": Misconception(
            _time_on_the_wrong_axis,
            "The loop runs over the second axis, the rows: `x[:, t]`. Time is the first: "
            "`x[t]`, or `for x_t in x`.",
        ),
        "last_state_only": Misconception(
            lambda *a: _run_rnn(*a)[-1],
            "This is the state after the last step. Asked for are the states after each "
            "step: keep them in a list, and stack it.",
        ),
        "last_state_everywhere": Misconception(
            lambda *a: np.repeat(_run_rnn(*a)[-1:], len(a[0]), axis=0),
            "All states are the last one. Does each step write into the same array, with "
            "`h[:] = ...` or `out=`? The list then holds that array T times. Make a new one.",
        ),
        "states_before": Misconception(
            lambda *a: np.concatenate([0 * _run_rnn(*a)[:1], _run_rnn(*a)[:-1]]),
            "These are the states before each step, 0 first. Asked for are those after: "
            "append once the step is done.",
        ),
        "batch_first": Misconception(
            lambda *a: _run_rnn(*a).swapaxes(0, 1),
            "The states are right, but their first axis is that of the rows. Time comes "
            "first: (T, N, H).",
        ),
        "two_results": Misconception(
            lambda *a: (_run_rnn(*a), _run_rnn(*a)[-1]),
            "It gives back two things, as torch.nn.RNN does: all states, and the last. "
            "Asked for are the states.",
        ),
    },
    seconds=20.0,  # a first import of torch takes its time
)

# ------------------------------------------------------- code: the loss of the next token


def _next_token_loss(logits, tokens):
    scores, targets = logits[:, :-1], tokens[:, 1:]
    scores = scores - scores.max(axis=-1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(logs, targets[..., None], axis=-1).mean()


def _log_softmax(z, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def _of_targets(logs, targets):
    return np.take_along_axis(logs, targets[..., None], axis=-1)[..., 0]


def _loss_with(pair=None, logs=_log_softmax, end=lambda found: -found.mean()):
    """The loss with other pairs of logits and targets, another log-softmax or mean."""

    def next_token_loss(logits, tokens):
        z, targets = pair(logits, tokens) if pair else (logits[:, :-1], tokens[:, 1:])
        return float(end(_of_targets(logs(z), targets)))

    return next_token_loss


def _over_all(z):
    flat = _log_softmax(z.reshape(1, -1))
    return flat.reshape(z.shape)


def _softmax_before_the_cut(logits, tokens):
    logs = _log_softmax(logits, axis=1)[:, :-1]
    return -_of_targets(logs, tokens[:, 1:]).mean()


def _largest_in_place_of_the_target(logits, tokens):
    return -_log_softmax(logits[:, :-1]).max(axis=-1).mean()


def _divided_by_all(logits, tokens):
    return _next_token_loss(logits, tokens) * (tokens.shape[1] - 1) / tokens.shape[1]


_HALVES = np.log(
    np.array([[[0.5, 0.25, 0.25], [0.125, 0.5, 0.375], [0.75, 0.125, 0.125]]])
)

NEXT_TOKEN_LOSS = Exercise(
    name="recurrent_networks.next_token_loss",
    title="What comes next?",
    kind="code",
    minutes=8,
    statement=r"""
A language model reads texts piece by piece; a piece, here a letter or a word, is a *token*. After
each it says, with `K` scores (logits), which of the `K` tokens it expects next.

- `tokens` has the shape `(N, T)`: `N` texts of `T` tokens each, as whole numbers from 0.
- `logits` has the shape `(N, T, K)`: `logits[n, t]` are the scores after the model has read
  `tokens[n, 0]` to `tokens[n, t]`.

Write `next_token_loss(logits, tokens)`: the cross-entropy of the *next* token, with natural
logarithms, as a mean over all predictions that can be judged. At the last step of a text
nobody knows what would come next: it is left out.

The softmax of the scores gives the probabilities of one prediction. For one text with tokens
0, 1, 1, where a model gives the second token a probability of 1/4 and the third 1/2, the loss
is $(\ln 4 + \ln 2) / 2 \approx 1.04$.
""",
    starter=(
        "def next_token_loss(logits, tokens):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_next_token_loss,
    explanation=r"""
After `tokens[n, t]` has been read, the right answer is `tokens[n, t + 1]`. So the targets are
the tokens without the first, the scores are those without the last, and both have `T - 1`
steps.

One token too early, and the model is asked for what it has just read: it learns to repeat its
input, the loss falls to almost nothing, and the samples are worth nothing. A loss that looks too
good is worth a look at its targets.

Softmax runs over the last axis, the `K` scores of *one* prediction, which compete. Over the axis
of time the steps would compete with each other, and a step could not be worked out before the
text has ended.
""",
    hints=(
        "Write down for a text of four tokens which scores are judged by which token. How "
        "many pairs are there?",
        "The scores `logits[:, :-1]` belong to the targets `tokens[:, 1:]`. Which axis of "
        "the scores holds those that compete for one prediction?",
        "Softmax over the last axis, its logarithm, then the entries of the targets: "
        "`np.take_along_axis(logs, targets[..., None], axis=-1)`, or two loops. At the end "
        "the mean, with a minus.",
    ),
    cases=(
        call(_HALVES, np.array([[0, 1, 1]])),
        call(
            np.array([[[2.0, 0.0], [1.0, 3.0], [0.0, 1.0], [2.0, 2.0]]]),
            np.array([[1, 0, 0, 1]]),
        ),
        call(
            _numbers(6, 3, 5, 4),
            np.array([[3, 1, 0, 2, 2], [0, 0, 1, 3, 2], [1, 2, 3, 0, 0]]),
        ),
    ),
    misconceptions={
        "off_by_one_targets": Misconception(
            _loss_with(lambda z, y: (z[:, :-1], y[:, :-1])),
            "The targets are off by one, too early: each step is judged by the token that "
            "it has just read. A model learns to repeat, and its loss falls to almost "
            "nothing. The target of step t is token t + 1.",
        ),
        "off_by_one_not_shifted": Misconception(
            _loss_with(lambda z, y: (z, y)),
            "Off by one: step t is judged by token t, which the model has just read. Scores "
            "and targets are not shifted. The target of step t is token t + 1.",
        ),
        "off_by_one_first_of_both_dropped": Misconception(
            _loss_with(lambda z, y: (z[:, 1:], y[:, 1:])),
            "Off by one: the first step is dropped from scores and tokens alike, so each is "
            "still judged by the token that it has just read. Drop the last scores and the "
            "first token: `logits[:, :-1]` and `tokens[:, 1:]`.",
        ),
        "shifted_the_wrong_way": Misconception(
            _loss_with(lambda z, y: (z[:, 1:], y[:, :-1])),
            "It is shifted the wrong way: each step is judged by the token *before* the one "
            "that it has just read. The target of step t is token t + 1.",
        ),
        "rolled_round": Misconception(
            _loss_with(lambda z, y: (z, np.roll(y, -1, axis=1))),
            "The last step is judged by the first token of the text: `np.roll` brings it "
            "round to the end. That step has no target, and is left out.",
        ),
        "next_text": Misconception(
            _loss_with(
                lambda z, y: (z, np.roll(y.ravel(), -1).reshape(y.shape)),
            ),
            "The last step of a text is judged by the first token of the next text. The "
            "texts are not one: the last step of each is left out.",
        ),
        "two_tokens_on": Misconception(
            _loss_with(lambda z, y: (z[:, :-2], y[:, 2:])),
            "The targets are two tokens on. The target of step t is token t + 1.",
        ),
        "softmax_over_time": Misconception(
            _loss_with(logs=lambda z: _log_softmax(z, axis=1)),
            "Softmax runs over the axis of time, so that the steps of a text compete. The "
            "K scores of one step do: it runs over the last axis.",
        ),
        "softmax_over_time_before_the_cut": Misconception(
            _softmax_before_the_cut,
            "Softmax runs over the steps of a text, the last included. What competes are "
            "the K scores of one step: it runs over the last axis.",
        ),
        "softmax_twice": Misconception(
            _loss_with(logs=lambda z: _log_softmax(np.exp(_log_softmax(z)))),
            "Softmax is applied twice: to the scores, and to the probabilities again. "
            "(torch's `cross_entropy` has a softmax in it: give it the scores.)",
        ),
        "softmax_over_texts": Misconception(
            _loss_with(logs=lambda z: _log_softmax(z, axis=0)),
            "Softmax runs over the texts. What competes are the K scores of one step: it "
            "runs over the last axis.",
        ),
        "softmax_over_all": Misconception(
            _loss_with(logs=_over_all),
            "Softmax runs over all scores at once, `.sum()` without an axis. The K scores "
            "of each step add up to 1 by themselves.",
        ),
        "no_softmax": Misconception(
            _loss_with(logs=lambda z: z),
            "The scores are used as if they were logarithms of probabilities. They become "
            "that by softmax and the logarithm.",
        ),
        "sum": Misconception(
            _loss_with(end=lambda found: -found.sum()),
            "It is added up over all predictions. The mean is asked for.",
        ),
        "mean_over_the_scores": Misconception(
            lambda logits, tokens: _next_token_loss(logits, tokens) / logits.shape[-1],
            "It is divided by K too, as in the mean of a table that is 0 but for the "
            "targets. Divide by the number of predictions.",
        ),
        "sum_over_time": Misconception(
            _loss_with(end=lambda found: -found.sum(axis=1).mean()),
            "It is added up over the steps of a text, and the mean taken over the texts. "
            "The mean is over all predictions.",
        ),
        "divided_by_all_steps": Misconception(
            _divided_by_all,
            "The sum is divided by all N · T steps. The last step of each text makes no "
            "prediction that can be judged: N · (T - 1) are left.",
        ),
        "last_prediction_only": Misconception(
            _loss_with(end=lambda found: -found[:, -1].mean()),
            "Only the last prediction of each text is judged, as where one label belongs to "
            "a whole text. Here every step but the last makes one.",
        ),
        "last_score_by_last_token": Misconception(
            _loss_with(lambda z, y: (z[:, -1:], y[:, -1:])),
            "The last scores of each text are judged by its last token, which the model has "
            "just read. Every step but the last is judged, by the token after it.",
        ),
        "base_2": Misconception(
            _loss_with(end=lambda found: -found.mean() / np.log(2)),
            "This is in bits: the logarithms are those to the base 2. Natural ones are "
            "asked for, `np.log`.",
        ),
        "sign": Misconception(
            _loss_with(end=lambda found: found.mean()),
            "The minus is missing: logarithms of probabilities are below 0, and a loss is "
            "to be small where the model is right.",
        ),
        "probabilities": Misconception(
            _loss_with(end=lambda found: np.exp(found).mean()),
            "This is the mean probability of the targets. The loss is the mean of their "
            "logarithms, with a minus.",
        ),
        "log_of_the_mean": Misconception(
            _loss_with(end=lambda found: -np.log(np.exp(found).mean())),
            "The mean is taken before the logarithm. First the logarithm of each "
            "probability, then the mean.",
        ),
        "perplexity": Misconception(
            _loss_with(end=lambda found: np.exp(-found.mean())),
            "This is the perplexity, the exponential of the loss. The loss itself is asked "
            "for.",
        ),
        "not_averaged": Misconception(
            lambda logits, tokens: (
                -_of_targets(_log_softmax(logits[:, :-1]), tokens[:, 1:])
            ),
            "These are the losses of all predictions, and they are right. Take their mean.",
        ),
        "largest_score": Misconception(
            _largest_in_place_of_the_target,
            "It takes the largest probability of each step. The loss is that of the token "
            "that really came.",
        ),
    },
)

# ------------------------------------------------------------------ by hand: perplexity

_DICE = (4.0, 16.0, 2 ** (8 / 3), 27.0)


def _first_wrong(answer):
    """The four numbers; behind the first wrong one all is made right."""
    given = numeric(snapshot(answer))
    if given is None or given.shape != (len(_DICE),):
        return answer
    for i, (number, right) in enumerate(zip(given.tolist(), _DICE, strict=True)):
        if not abs(number - right) <= 0.005:
            return [*_DICE[:i], number, *_DICE[i + 1 :]]
    return given.tolist()


def _die(i, number, sentence):
    """The right answer, but for one number."""
    numbers = [*_DICE]
    numbers[i] = number
    return Misconception(numbers, sentence)


PERPLEXITY = Exercise(
    name="recurrent_networks.perplexity",
    title="A die with how many sides?",
    kind="by hand",
    minutes=6,
    statement=r"""
A model has read two texts, and at each token it had given these probabilities to the token
that really came:

- Text A, four tokens: 1/2, 1/8, 1/4, 1/4
- Text B, two tokens: 1/16, 1/16

Perplexity is $\exp$ of the mean of $-\ln p$ over the tokens. Work out four perplexities:

1. of text A
2. of text B
3. over both texts, all six tokens counting alike
4. of another model that knows nothing: at every token it gives each of 27 characters the same
   probability

Write the four as a list, the third to two decimals. The first two need no calculator: all
probabilities are powers of 1/2. For the third Python may do the sums.
""",
    starter="perplexities = [..., ..., ..., ...]\n",
    answer=[4.0, 16.0, 6.35, 27.0],
    explanation=r"""
Count in powers of 1/2, that is, in bits: $-\log_2 p$.

1. 1, 3, 2 and 2 bits, 2 in the mean: $2^2 = 4$. The model is as unsure as if it threw a die
   with 4 sides at each token.
2. 4 and 4 bits: $2^4 = 16$.
3. $1 + 3 + 2 + 2 + 4 + 4 = 16$ bits over 6 tokens: $2^{16/6} \approx 6.35$. That is neither
   10, the mean of the perplexities, nor 8, where both texts count alike.
4. $-\ln(1/27) = \ln 27$ at each token, and $\exp \ln 27 = 27$: a die with 27 sides.

The base does not matter, as long as it is the same twice. With natural logarithms the mean of
text A is $2 \ln 2 \approx 1.39$, and $e^{1.39} = 4$. To take $e^2 \approx 7.39$ for it, or
$2^{1.39} \approx 2.61$, is to count in one base and to go back in another.
""",
    hints=(
        "Write each probability as a power of 1/2: $1/8 = (1/2)^3$. Take the mean of the "
        "exponents.",
        "Mean exponents of text A: $(1 + 3 + 2 + 2) / 4 = 2$. A mean of 2 powers of 1/2: "
        "the perplexity is $2^2$, in the same base.",
        "For both texts: add up all six exponents, and divide by six. `2 ** (16 / 6)`.",
    ),
    cases=(Case(use=_first_wrong, label="perplexities"),),
    misconceptions={
        "wrong_base_bits_back_with_e": _die(
            0,
            np.exp(2.0),
            "Text A: the wrong base. The mean is counted in bits, 2, and taken back with e. "
            "Bits go back with 2: two to the power of the mean.",
        ),
        "wrong_base_nats_back_with_2": _die(
            0,
            4 ** np.log(2),
            "Text A: the wrong base. The mean is counted with natural logarithms, and taken "
            "back with 2. Natural ones go back with e: `np.exp(mean)`.",
        ),
        "sum_in_place_of_mean": _die(
            0,
            256.0,
            "Text A: this is the exponential of the *sum*, one over the probability of the "
            "whole text. Perplexity takes the mean over the tokens.",
        ),
        "mean_of_the_exponentials": _die(
            0,
            4.5,
            "Text A: this is the mean of 2, 8, 4 and 4, the exponentials one by one. First "
            "the mean of the logarithms, and then the exponential, once.",
        ),
        "mean_of_the_probabilities": _die(
            0,
            32 / 9,
            "Text A: this is one over the mean probability. Take the mean of the "
            "logarithms.",
        ),
        "mean_in_bits": _die(
            0,
            2.0,
            "Text A: 2 is the mean in bits. The perplexity is two to that power.",
        ),
        "mean_in_nats": _die(
            0,
            np.log(4),
            "Text A: this is the loss, the mean of -ln p. The perplexity is its exponential.",
        ),
        "sign": _die(
            0,
            0.25,
            "Text A: the minus is missing. A perplexity is never below 1: it is the mean of "
            "-ln p that goes into the exponential.",
        ),
        "bits_of_b": _die(
            1,
            4.0,
            "Text B: 4 is the mean in bits, and the perplexity of text A. Two to the power "
            "of 4 is asked for.",
        ),
        "sum_over_b": _die(
            1,
            256.0,
            "Text B: this is the exponential of the sum over its two tokens. Perplexity "
            "takes the mean.",
        ),
        "mean_of_perplexities": _die(
            2,
            10.0,
            "Both: this is the mean of the two perplexities. Take the mean of all six "
            "logarithms, then the exponential, once.",
        ),
        "weighted_mean_of_perplexities": _die(
            2,
            8.0,
            "Both: 8 is the perplexity if both texts count alike (and also the weighted "
            "mean of 4 and 16). Each *token* counts alike: add up all six logarithms, "
            "divide by six, and take the exponential, once.",
        ),
        "both_summed": _die(
            2,
            65536.0,
            "Both: this is the exponential of the sum. Divide the sum by the six tokens "
            "first.",
        ),
        "both_of_the_exponentials": _die(
            2,
            50 / 6,
            "Both: this is the mean of the exponentials, 1/p, one by one. First the mean of "
            "the logarithms, and then the exponential, once.",
        ),
        "wrong_base_over_both": _die(
            2,
            np.exp(8 / 3),
            "Both: the wrong base. The mean in bits is right; it goes back with 2, not e.",
        ),
        "one_in_27": _die(
            3,
            1 / 27,
            "The fourth: this is the probability of each character. The perplexity is the "
            "exponential of -ln(1/27).",
        ),
        "log_of_27": _die(
            3,
            np.log(27),
            "The fourth: this is the loss, ln 27. The perplexity is its exponential.",
        ),
        "bits_of_27": _die(
            3,
            np.log2(27),
            "The fourth: these are the bits of one character. The perplexity is two to "
            "that power.",
        ),
    },
    rtol=0.0,
    atol=0.005,
)

# ----------------------------------------------------------- code: sampling, temperature


def _with_temperature(logits, temperature):
    z = logits / temperature
    z = z - z.max(axis=-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def _softmax(z, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)


def _as_typed(z, axis=-1):
    """Softmax as the formula stands, which overflows."""
    return np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)


TEMPERATURE = Exercise(
    name="recurrent_networks.temperature",
    title="Warmer and colder",
    kind="code",
    minutes=7,
    statement=r"""
A model writes by drawing the next token at random, and a *temperature* $\tau$ says how
adventurous it is. With the scores (logits) $z_k$ of one step, token $k$ is drawn with the
probability

$$
p_k = \frac{e^{z_k / \tau}}{\sum_j e^{z_j / \tau}}
$$

At $\tau = 1$ these are the model's own probabilities. Below 1 the favourite wins more often, and
above 1 less often.

Write `with_temperature(logits, temperature)`. `logits` has the shape `(T, K)`: `T` steps of `K`
scores each. It gives back the probabilities, in the same shape, for each step by itself. It is
to stand temperatures down to 0.01: there $e^{z_k / \tau}$ alone would be too large to hold.
""",
    starter=(
        "def with_temperature(logits, temperature):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_with_temperature,
    explanation=r"""
The scores are *divided* by the temperature, and softmax comes after that. A small temperature
stretches the gaps between scores, and the largest takes all; a large one brings them together,
and all tokens become alike.

Dividing the probabilities instead does nothing at all: divided by their sum again, they are what
they were. (Raising them to the power $1 / \tau$ and dividing by the sum is the same as the
formula above.)

With the largest score taken away first, the exponents are 0 and below: nothing overflows, and
the fraction is the same.
""",
    hints=(
        "Two lines: the scores by the temperature, and then softmax over the scores of each "
        "step. Which axis is that?",
        "Softmax does not change when the same number is taken away from all scores of a "
        "step. Take away the largest: `z - z.max(axis=-1, keepdims=True)`.",
        "`z = logits / temperature`, less its largest in each row, then `np.exp(z)` over its "
        "sum in each row, with `keepdims=True`.",
    ),
    cases=(
        call(np.log(np.array([[1.0, 4.0], [9.0, 1.0], [2.0, 2.0]])), 0.5),
        call(np.array([[2.0, 0.0, 1.0], [0.0, 0.0, 3.0]]), 2.0),
        call(_numbers(7, 5, 3), 1.0),
        call(np.array([[7.12, 7.1, 1.0], [1.0, 2.0, 19.0]]), 0.01),
        call(_numbers(8, 2, 7) * 3, 10.0),
    ),
    misconceptions={
        "temperature_multiplied": Misconception(
            lambda z, tau: _softmax(z * tau),
            "The scores are multiplied by the temperature (or the probabilities raised to "
            "its power, which comes to the same): hot and cold are exchanged. Divide by "
            "it.",
        ),
        "temperature_ignored": Misconception(
            lambda z, tau: _softmax(z),
            "The temperature has no effect. Are the *probabilities* divided by it, and then "
            "by their sum? That brings them back. The scores are divided, before softmax.",
        ),
        "applied_after_softmax": Misconception(
            lambda z, tau: _softmax(z) / tau,
            "The probabilities are divided by the temperature, and do not add up to 1 any "
            "more. Divide the scores, before softmax.",
        ),
        "softmax_twice": Misconception(
            lambda z, tau: _softmax(_softmax(z) / tau),
            "Softmax is applied twice: to the scores, and to probabilities over the "
            "temperature. Divide the scores, and apply it once.",
        ),
        "power_not_normalised": Misconception(
            lambda z, tau: _softmax(z) ** (1 / tau),
            "Probabilities to the power 1/temperature do not add up to 1. Divide them by "
            "their sum, step by step.",
        ),
        "softmax_over_time": Misconception(
            lambda z, tau: _softmax(z / tau, axis=0),
            "Softmax runs over the steps, axis 0: the columns add up to 1. What competes "
            "are the K scores of one step: its row adds up to 1.",
        ),
        "softmax_over_time_and_overflow": Misconception(
            lambda z, tau: _as_typed(z / tau, axis=0),
            "Softmax runs over the steps, axis 0, and it overflows where the temperature is "
            "low. What competes are the K scores of one step, a row.",
        ),
        "softmax_over_time_with_rows_largest": Misconception(
            lambda z, tau: _as_typed((z - z.max(axis=-1, keepdims=True)) / tau, axis=0),
            "The exponentials are divided by the sums of the columns, axis 0. Each step, a "
            "row, adds up to 1 by itself.",
        ),
        "softmax_over_all": Misconception(
            lambda z, tau: _softmax((z / tau).reshape(-1)).reshape(z.shape),
            "All steps together add up to 1: `.sum()` without an axis. Each step adds up to "
            "1 by itself.",
        ),
        "softmax_over_all_and_overflow": Misconception(
            lambda z, tau: np.exp(z / tau) / np.exp(z / tau).sum(),
            "All steps together add up to 1, `.sum()` without an axis; and where the "
            "temperature is low it overflows. Each step adds up to 1 by itself.",
        ),
        "overflow": Misconception(
            lambda z, tau: _as_typed(z / tau),
            "The formula is right, and overflows where the temperature is low: inf over "
            "inf is nan. Take the largest of each row away first; the fraction stays the "
            "same.",
        ),
        "largest_of_all": Misconception(
            lambda z, tau: _as_typed((z - z.max()) / tau),
            "The largest score of the whole table is taken away. In a row whose scores are "
            "far below it every exponential is 0, and 0 over 0 is nan. Take away the "
            "largest of each row: `z.max(axis=-1, keepdims=True)`.",
        ),
        "not_normalised": Misconception(
            lambda z, tau: np.exp(z / tau),
            "These are the numerators alone. Divide them by the sum of their row.",
        ),
        "not_normalised_less_the_largest": Misconception(
            lambda z, tau: np.exp((z - z.max(axis=-1, keepdims=True)) / tau),
            "The exponentials are right. Divide them by the sum of their row.",
        ),
        "favourite_takes_all": Misconception(
            lambda z, tau: (z == z.max(axis=-1, keepdims=True)).astype(float),
            "The favourite gets all: that is temperature 0. At any other the other tokens "
            "get something too.",
        ),
    },
)

# --------------------------------------------------- code: batches whose rows go on


def _rows_that_go_on(tokens, n_rows, n_steps):
    n_batches = (len(tokens) - 1) // (n_rows * n_steps)
    used = n_rows * n_batches * n_steps
    shape = n_rows, n_batches, n_steps
    x = tokens[:used].reshape(shape).swapaxes(0, 1)
    y = tokens[1 : used + 1].reshape(shape).swapaxes(0, 1)
    return x, y


def _n_batches(tokens, n_rows, n_steps):
    return (len(tokens) - 1) // (n_rows * n_steps)


def _batches_with(places, shift=1):
    """x from places(n_batches, n_rows, n_steps), of the tokens; y is so many on."""

    def rows_that_go_on(tokens, n_rows, n_steps):
        n = _n_batches(tokens, n_rows, n_steps)
        where = places(n, n_rows, n_steps)
        return tokens[where], tokens[(where + shift) % len(tokens)]

    return rows_that_go_on


def _places(n_batches, n_rows, n_steps):
    where = np.arange(n_batches * n_rows * n_steps)
    return where.reshape(n_rows, n_batches, n_steps).swapaxes(0, 1)


def _places_batch_after_batch(n_batches, n_rows, n_steps):
    return np.arange(n_batches * n_rows * n_steps).reshape(n_batches, n_rows, n_steps)


def _places_dealt_out(n_batches, n_rows, n_steps):
    """Tokens dealt out to the rows one by one, like cards."""
    return _places_batch_after_batch(n_batches, n_steps, n_rows).swapaxes(1, 2)


def _last_of_each_window(tokens, n_rows, n_steps):
    x, _ = _rows_that_go_on(tokens, n_rows, n_steps)
    return x, np.roll(x, -1, axis=-1)


def _last_of_each_row(tokens, n_rows, n_steps):
    n = _n_batches(tokens, n_rows, n_steps)
    rows = tokens[: n_rows * n * n_steps].reshape(n_rows, -1)
    pair = rows, np.roll(rows, -1, axis=1)
    return tuple(r.reshape(n_rows, n, n_steps).swapaxes(0, 1) for r in pair)


def _all_tokens_used(tokens, n_rows, n_steps):
    """As many batches as the inputs fill, with the first token behind the last."""
    n = len(tokens) // (n_rows * n_steps)
    where = _places(n, n_rows, n_steps)
    return tokens[where], tokens[(where + 1) % len(tokens)]


def _all_tokens_used_until_it_fails(tokens, n_rows, n_steps):
    n = len(tokens) // (n_rows * n_steps)
    used, shape = n_rows * n * n_steps, (n_rows, n, n_steps)
    x = tokens[:used].reshape(shape).swapaxes(0, 1)
    return x, tokens[1 : used + 1].reshape(shape).swapaxes(0, 1)


def _without_swap(tokens, n_rows, n_steps):
    return tuple(a.swapaxes(0, 1) for a in _rows_that_go_on(tokens, n_rows, n_steps))


def _time_first(tokens, n_rows, n_steps):
    return tuple(a.swapaxes(1, 2) for a in _rows_that_go_on(tokens, n_rows, n_steps))


def _left_over_between_rows(tokens, n_rows, n_steps):
    n = _n_batches(tokens, n_rows, n_steps)
    starts = np.arange(n_rows) * ((len(tokens) - 1) // n_rows)
    where = starts[:, None] + np.arange(n * n_steps)
    where = where.reshape(n_rows, n, n_steps).swapaxes(0, 1)
    return tokens[where], tokens[where + 1]


def _left_over_at_the_front(tokens, n_rows, n_steps):
    left = (len(tokens) - 1) % (n_rows * n_steps)
    return _rows_that_go_on(tokens[left:], n_rows, n_steps)


def _targets_in_their_row(tokens, n_rows, n_steps):
    """Each row is a text by itself, its last token a target only."""
    length = len(tokens) // n_rows
    n = (length - 1) // n_steps
    rows = tokens[: n_rows * length].reshape(n_rows, length)
    pair = rows[:, : n * n_steps], rows[:, 1 : n * n_steps + 1]
    return tuple(r.reshape(n_rows, n, n_steps).swapaxes(0, 1) for r in pair)


def _pairs(tokens, n_rows, n_steps):
    return list(zip(*_rows_that_go_on(tokens, n_rows, n_steps), strict=True))


def _pieces_without_their_last(tokens, n_rows, n_steps):
    """Pieces of n_steps + 1 tokens, side by side: a token between two is no input."""
    n = len(tokens) // (n_rows * (n_steps + 1))
    where = _places(n, n_rows, n_steps + 1)
    return tokens[where[..., :-1]], tokens[where[..., 1:]]


ROWS_THAT_GO_ON = Exercise(
    name="recurrent_networks.rows_that_go_on",
    title="Batches that read on",
    kind="code",
    minutes=10,
    statement=r"""
A long text is read in several rows at once, a few steps at a time, and the state of each row is
kept from batch to batch. That makes sense only if each row *goes on* in the next batch where it
stopped in this one.

Write `rows_that_go_on(tokens, n_rows, n_steps)` for an array of tokens. First find how many full
batches there are targets for: the last token can only be a target. With the 14 tokens
0, 1, 2, …, 13, two rows and three steps that is two. Then each row has `n_batches * n_steps`
tokens, here 6: row 0 reads the first 6, row 1 the next 6, without a gap, and so on. In each batch
it reads `n_steps` of them:

| | row 0 reads | row 1 reads |
|---|---|---|
| batch 0 | 0, 1, 2 | 6, 7, 8 |
| batch 1 | 3, 4, 5 | 9, 10, 11 |

Give back two arrays of shape `(n_batches, n_rows, n_steps)`: `x` with the tokens read, and `y`
with the targets, for each the token that comes next *in the text*. What is left over at the end
of the text is dropped: here 13, which is not even a target.
""",
    starter=(
        "def rows_that_go_on(tokens, n_rows, n_steps):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_rows_that_go_on,
    explanation=r"""
The rows are far apart in the text, and each batch takes the next piece of every row. So the text
is first cut into rows, `(n_rows, n_batches, n_steps)`, and then the batches come to the front.

`tokens[:used].reshape(n_batches, n_rows, n_steps)` has the right shape, and reads as if nothing
were wrong. But there row 1 of a batch goes on where row 0 of the *same* batch ends, and a state
that is kept goes to a place in the text where it does not belong. The same happens where batches
are shuffled.

The targets come from the text, one on. The last target of a row is the first token of the next
row; the last of all needs a token behind the last input. So one token fewer can be read than there
are: `(len(tokens) - 1) // (n_rows * n_steps)`.

In torch the state that is kept is also cut off from its past, `h = h.detach()`. Else the
gradient would run back through all batches before.
""",
    hints=(
        "First the number of batches. `n_rows * n_steps` tokens are read in each, and the "
        "last token of the text can only be a target.",
        "`tokens[:used].reshape(n_rows, n_batches, n_steps)`: what does row 0 of that hold, "
        "and which axis is to come first?",
        "The targets are cut in the same way from `tokens[1 : used + 1]`. Then "
        "`.swapaxes(0, 1)` for both.",
    ),
    cases=(
        call(np.arange(14), 2, 3),
        call(np.arange(10, 22), 2, 3),
        call(np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]), 5, 2),
        call(np.arange(100, 150), 3, 5),
    ),
    misconceptions={
        "batch_after_batch": Misconception(
            _batches_with(_places_batch_after_batch),
            "Row 1 of a batch goes on where row 0 of the *same* batch ends. A state that "
            "is kept for row 0 would land in another part of the text. Cut into rows "
            "first: reshape to (n_rows, n_batches, n_steps), then swap.",
        ),
        "dealt_out": Misconception(
            _batches_with(_places_dealt_out),
            "The tokens are dealt out to the rows one by one, like cards. A row reads "
            "tokens that follow each other in the text.",
        ),
        "off_by_one_targets": Misconception(
            _batches_with(_places, shift=0),
            "The targets are off by one: x and y are the same, each token its own target. "
            "The target is the token that comes next.",
        ),
        "two_tokens_on": Misconception(
            _batches_with(_places, shift=2),
            "The targets are two tokens on. They are one on.",
        ),
        "rolled_in_each_piece": Misconception(
            _last_of_each_window,
            "The last target of each piece is the piece's own first token: rolled round. "
            "It is the token that comes next in the text.",
        ),
        "rolled_in_each_row": Misconception(
            _last_of_each_row,
            "The last target of each row is the row's own first token: rolled round. It is "
            "the token that comes next in the text.",
        ),
        "one_batch_too_many": Misconception(
            _all_tokens_used,
            "Where the tokens just fill the batches the last one has no token behind it, "
            "and is no input: (len(tokens) - 1) // (n_rows * n_steps) batches.",
        ),
        "no_target_for_the_last": Misconception(
            _all_tokens_used_until_it_fails,
            "Where the tokens just fill the batches a target is missing. The last token is "
            "a target at most: (len(tokens) - 1) // (n_rows * n_steps) batches.",
        ),
        "rows_in_front": Misconception(
            _without_swap,
            "The tokens are right, but the rows are the first axis. The batches are: "
            "swap axes 0 and 1.",
        ),
        "time_in_front_of_the_rows": Misconception(
            _time_first,
            "The tokens are right, but steps and rows are exchanged: the shape is "
            "(n_batches, n_rows, n_steps).",
        ),
        "left_over_between_rows": Misconception(
            _left_over_between_rows,
            "Some tokens are dropped between the rows. All rows are cut without a gap, "
            "n_batches · n_steps tokens each, and what is left over is at the end.",
        ),
        "targets_in_their_row": Misconception(
            _targets_in_their_row,
            "The text is cut into rows first, and each keeps a last token that is only a "
            "target. So tokens are dropped between the rows. A row's last target may be "
            "the first token of the next row: cut x and y one by one.",
        ),
        "left_over_at_the_front": Misconception(
            _left_over_at_the_front,
            "The tokens left over are dropped at the front. Begin with the first token, and "
            "drop at the end.",
        ),
        "a_token_lost_between_pieces": Misconception(
            _pieces_without_their_last,
            "The text is cut into pieces of n_steps + 1, and a token between two pieces is "
            "never read. The next piece begins with the last target of this one.",
        ),
        "pairs_by_batch": Misconception(
            _pairs,
            "It gives a list with a pair x, y for each batch. Two arrays are asked for: all "
            "of x, and all of y.",
        ),
        "x_only": Misconception(
            lambda *a: _rows_that_go_on(*a)[0],
            "x is right. Give back y too: `return x, y`.",
        ),
        "y_first": Misconception(
            lambda *a: _rows_that_go_on(*a)[::-1],
            "x and y are exchanged: `return x, y`, what is read first.",
        ),
    },
)

# --------------------------------------------------- debug: which state goes with which

_READ_PIECES = """def read_pieces(pieces, step, start):
    ends = []
    h = start
    for text, number, tokens in pieces:
        for token in tokens:
            h = step(h, token)
        ends.append(h)
    return ends
"""


def _read_pieces(pieces, step, start):
    ends, known = [], {}
    for text, number, tokens in pieces:
        h = known.get((text, number - 1), start)
        for token in tokens:
            h = step(h, token)
        known[text, number] = h
        ends.append(h)
    return ends


def half_and_add(h, token):
    """A state that is easy to follow: half of the old one, and the token."""
    return h / 2 + token


def _read_with(first):
    """Reading, where first(piece, known, last, start) gives the state to begin with.

    `known` are the end states so far by (text, number), in order; `last` is such a pair.
    """

    def read_pieces(pieces, step, start):
        ends, known, last = [], {}, None
        for text, number, tokens in pieces:
            h = first((text, number), known, last, start)
            for token in tokens:
                h = step(h, token)
            last = text, number
            known[last] = h
            ends.append(h)
        return ends

    return read_pieces


def _of_the_text(piece, known, last, start):
    """The latest state of this text."""
    same = [h for (text, _), h in known.items() if text == piece[0]]
    return same[-1] if same else start


def _of_the_number(piece, known, last, start):
    found = [h for (_, number), h in known.items() if number == piece[1] - 1]
    return found[-1] if found else start


def _sorted_first(pieces, step, start):
    return _read_pieces(sorted(pieces, key=lambda p: p[:2]), step, start)


def _as_if_in_order(pieces, step, start):
    order = sorted(range(len(pieces)), key=lambda i: pieces[i][:2])
    ends = _read_pieces([pieces[i] for i in order], step, start)
    return [ends[order.index(i)] for i in range(len(pieces))]


READ_PIECES = Exercise(
    name="recurrent_networks.read_pieces",
    title="Whose memory is this?",
    kind="debug",
    minutes=8,
    statement=r"""
Long texts are cut into pieces, and a network reads one piece after another. Each piece is
`(text, number, tokens)`: from which text it comes, its number in that text from 0, and its tokens.
`step(h, token)` gives the state after one token; `start` is the state with which a text begins.

`read_pieces(pieces, step, start)` is to give back a list with the state at the end of each piece,
in the order in which the pieces came. What it gives is right only while all of them are from one
text and in order. The loader may shuffle them, or take them from several texts in turn.

Mend it, by this rule:

- If the piece just before it *in the same text* has been read already, a piece goes on with the
  state at that one's end.
- Every other piece begins with `start`.

The checker uses `half_and_add(h, token)` as `step`, which gives `h / 2 + token`. With it and a
start of 0 the pieces `("A", 0, [4])`, `("B", 0, [6])` and `("A", 1, [1])` end in 4, 6 and 3: the
last goes on with the 4.
""",
    starter=_READ_PIECES,
    answer=_read_pieces,
    explanation=r"""
The code as given never resets the state: a text begins with what is left of the text before. And
in shuffled order even pieces of one text get the state of a place where they do not belong.
Nothing fails, because any array of the right shape is a state; the model learns
worse, and tells nobody.

The rule is kept by a table from (text, number) to the state at the end of that piece. In practice
one of two simpler things is done: either batches whose rows go on, in order and never shuffled,
with a reset where a text begins; or shuffled pieces, each of them from a state of zeros.

In torch a state that is kept is also detached, or the gradient would run back through
every piece before.
""",
    hints=(
        "Two questions for each piece: which piece comes before it in its text, and has that "
        "been read? The answer does not depend on which piece was read last.",
        "Keep all end states in a dict, with `(text, number)` as its key.",
        "`h = known.get((text, number - 1), start)` at the beginning of each piece, and "
        "`known[text, number] = h` at its end.",
    ),
    cases=(
        call([("A", 0, [4, 2]), ("A", 1, [1])], half_and_add, 0),
        call([("A", 0, [8]), ("B", 0, [3, 1]), ("B", 1, [2])], half_and_add, 10),
        call([("A", 0, [4]), ("B", 0, [6]), ("A", 1, [1])], half_and_add, 0),
        call(
            [("A", 2, [7]), ("A", 0, [8]), ("A", 1, [1]), ("B", 0, [5])],
            half_and_add,
            2,
        ),
        call(
            [
                ("B", 1, [-1]),  # ends in 0: a state like any other
                ("A", 0, [6]),
                ("A", 2, [9]),
                ("B", 0, [5]),
                ("A", 1, [1]),
                ("B", 2, [12]),
            ],
            half_and_add,
            2,
        ),
    ),
    misconceptions={
        "state_not_reset": Misconception(
            _read_with(lambda piece, known, last, start: known.get(last, start)),
            "The state is never reset: a piece goes on with whatever was read last, and "
            "a text begins with what is left of another.",
        ),
        "never_carried": Misconception(
            _read_with(lambda piece, known, last, start: start),
            "Every piece begins with `start`, and nothing is remembered from one to the "
            "next. Where the piece before it, `number - 1`, has been read, its state goes "
            "on.",
        ),
        "state_carried_across_shuffled_batches": Misconception(
            _read_with(
                lambda piece, known, last, start: (
                    known[last] if last and piece[1] > 0 else start
                )
            ),
            "It is reset at piece 0 of a text. But any other piece goes on with whatever "
            "was read last: the state is carried across shuffled pieces, and pieces of "
            "several texts in turn, where it does not belong.",
        ),
        "reset_at_another_text": Misconception(
            _read_with(
                lambda piece, known, last, start: (
                    known[last] if last and last[0] == piece[0] else start
                )
            ),
            "It is reset where the text is another one. Pieces of the same text that are "
            "shuffled still go on with the wrong state; and a text that is taken up again "
            "has lost its own.",
        ),
        "reset_at_both": Misconception(
            _read_with(
                lambda piece, known, last, start: (
                    known[last] if last and last[0] == piece[0] and piece[1] else start
                )
            ),
            "It is reset at piece 0 and at another text. Pieces of one text that are "
            "shuffled still go on with the wrong state. What matters is the number: is "
            "the piece before this one known?",
        ),
        "last_state_as_default": Misconception(
            _read_with(
                lambda piece, known, last, start: known.get(
                    (piece[0], piece[1] - 1), known.get(last, start)
                )
            ),
            "Where the piece before has been read all is right. Where it has not, a piece "
            "goes on with whatever was read last: it begins with `start`.",
        ),
        "only_what_was_read_last": Misconception(
            _read_with(
                lambda piece, known, last, start: (
                    known[last] if last == (piece[0], piece[1] - 1) else start
                )
            ),
            "A piece goes on only if the piece before it was read *last*. It may have been "
            "read earlier, with others in between: keep all end states.",
        ),
        "zero_in_place_of_start": Misconception(
            lambda pieces, step, start: _read_pieces(pieces, step, 0),
            "A piece with nothing before it begins with 0 here. It begins with `start`, "
            "which need not be 0.",
        ),
        "one_state_for_each_text": Misconception(
            _read_with(_of_the_text),
            "Each text keeps one state, its latest. Where its pieces are shuffled that is "
            "the end of some other piece: ask for the piece with the number before.",
        ),
        "one_state_and_a_reset": Misconception(
            _read_with(
                lambda piece, known, last, start: (
                    _of_the_text(piece, known, last, start) if piece[1] else start
                )
            ),
            "Each text keeps one state, its latest, and piece 0 begins afresh. Where "
            "pieces are shuffled the latest is the end of some other piece: ask for the "
            "piece with the number before.",
        ),
        "number_alone": Misconception(
            _read_with(_of_the_number),
            "The states are kept by number alone, so that texts overwrite each other's. "
            "The key is the text and the number.",
        ),
        "sorted_first": Misconception(
            _sorted_first,
            "The pieces are sorted first, and their states come in that order. Read them in "
            "the order in which they come.",
        ),
        "as_if_in_order": Misconception(
            _as_if_in_order,
            "The pieces are read in the order of their texts, and only the list is in the "
            "order in which they came. A piece that comes before its predecessor begins "
            "with `start`.",
        ),
        "last_state_only": Misconception(
            lambda *a: _read_pieces(*a)[-1],
            "This is the state at the end of the last piece. Asked for is a list, with one "
            "for each piece.",
        ),
    },
)

# --------------------------------------------------------- code: back through the steps


def _back_through_time(h, w_h, up, k):
    dw_h, later = np.zeros(w_h.shape), np.zeros(len(w_h))
    for t in range(len(up) - 1, -1, -1):
        if (t + 1) % k == 0:  # the next step is in another piece
            later = np.zeros(len(w_h))
        da = (up[t] + later) * (1 - h[t + 1] ** 2)
        dw_h += np.outer(da, h[t])
        later = w_h.T @ da
    return dw_h


def _slope(h, t):
    return 1 - h[t + 1] ** 2


def _product(da, h, t):
    return np.outer(da, h[t])


def _back_with(
    slope=_slope,
    product=_product,
    join=lambda direct, later, slope: (direct + later) * slope,
    back=lambda w_h, da, total, later: w_h.T @ da,
    end=lambda outers: np.sum(outers, axis=0),  # from the last step to the first
    direct=lambda up, k: up,
    cut=lambda t, k, n: (t + 1) % k == 0,
    order=reversed,
):
    """The way back with one part replaced; cut(t, k, n): nothing comes back to step t."""

    def back_through_time(h, w_h, up, k):
        up, outers, later = direct(up, k), [], np.zeros(len(w_h))
        for t in order(range(len(up))):
            later = later * (not cut(t, k, len(up)))
            da = join(up[t], later, slope(h, t))
            outers.append(product(da, h, t))
            later = back(w_h, da, up[t] + later, later)
        return end(outers)

    return back_through_time


def _last_of_each_piece(up, k):
    last = [t for t in range(len(up)) if (t + 1) % k == 0 or t == len(up) - 1]
    return np.where(np.isin(np.arange(len(up)), last)[:, None], up, 0.0)


def _state_cut_too(h, w_h, up, k):
    """The pieces begin with a state of 0."""
    return _back_with(product=lambda da, h, t: np.outer(da, h[t] * (t % k > 0)))(
        h, w_h, up, k
    )


def _k_steps_from_each(h, w_h, up, k):
    """Every output looks back k steps, across all borders."""
    dw_h = np.zeros(w_h.shape)
    for s in range(len(up)):
        g = up[s]
        for t in range(s, max(s - k, -1), -1):
            da = g * (1 - h[t + 1] ** 2)
            dw_h += np.outer(da, h[t])
            g = w_h.T @ da
    return dw_h


def _first_piece_only(h, w_h, up, k):
    return _back_through_time(h[: k + 1], w_h, up[:k], k)


BACK_THROUGH_TIME = Exercise(
    name="recurrent_networks.back_through_time",
    title="Blame, as far as the border",
    kind="code",
    minutes=12,
    statement=r"""
A recurrent layer has read a text of `T` steps, $h_t = \tanh(a_t)$ with
$a_t = W_x x_t + W_h h_{t-1} + b$. It learns from it in pieces of `k` steps: steps 1 to `k`, steps
`k + 1` to `2 k`, and so on; the last piece may be shorter. The *state* goes on from piece to
piece, but *no gradient* runs back over the border between two: the state with which a piece
begins counts as a given number (in torch, `h.detach()`).

Write `back_through_time(h, w_h, up, k)`:

- `h` has the shape `(T + 1, H)`: all states. `h[0]` is $h_0$, and `h[t]` the state after step $t$.
- `w_h` is $W_h$, of shape `(H, H)`.
- `up` has the shape `(T, H)`. `up[t]` is the slope from above: the gradient of the loss that the
  output of step $t + 1$ sends into *its own* state, `h[t + 1]`. What later steps send back is not
  in it.

Give back the gradient of the loss with respect to $W_h$, summed over all pieces.

For one unit, two steps, `h = [[1.0], [0.5], [0.0]]`, `w_h = [[2.0]]` and `up = [[1.0], [3.0]]` it
is `[[6.75]]` with `k = 2`, and `[[2.25]]` with `k = 1`.
""",
    starter=(
        "def back_through_time(h, w_h, up, k):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_back_through_time,
    explanation=r"""
A state has two readers: the output of its own step, which sends $\mathtt{up}_t$, and the next
step, which sends $W_h^\top$ times its own $\mathtt{da}$. Both are added, and go through tanh
together:

$$
\mathtt{da}_t = (\mathtt{up}_t + W_h^\top\, \mathtt{da}_{t+1}) \odot (1 - h_t^2)
$$

At the last step of a piece the second part is missing. The same $W_h$ is used at every step,
so its gradient is a sum over time, $\sum_t \mathtt{da}_t h_{t-1}^\top$. (The formulas count steps
from 1, the array from 0: $\mathtt{up}_1$ is `up[0]`.) In the example with $k = 2$:
$\mathtt{da}_2 = 3 \cdot (1 - 0^2) = 3$, $\mathtt{da}_1 = (1 + 2 \cdot 3) (1 - 0.5^2) = 5.25$, and
the sum is $3 \cdot 0.5 + 5.25 \cdot 1 = 6.75$. With $k = 1$ nothing comes back to step 1:
$\mathtt{da}_1 = 0.75$, and $3 \cdot 0.5 + 0.75 \cdot 1 = 2.25$.

This is *truncated* backpropagation through time. It saves time and memory. But no gradient says
that something mattered `k` or more steps ago (near the beginning of a piece, fewer), though the
state may well carry it that far.
""",
    hints=(
        "Begin with the last step and go backwards. Two gradients meet in a state: `up[t]`, "
        "and what the next step sent back, which is 0 if the next step is in another piece.",
        "Through tanh: times `1 - h[t + 1] ** 2`. Then it splits: to $W_h$ goes its outer "
        "product with the state *before*, `h[t]`; to that state goes `w_h.T @ da`.",
        "In a loop over `t` from `T - 1` down to 0: where `(t + 1) % k == 0` set `later` to "
        "0, then `da = (up[t] + later) * (1 - h[t + 1] ** 2)`, `dw_h += np.outer(da, h[t])` "
        "and `later = w_h.T @ da`.",
    ),
    cases=(
        call(
            np.array([[1.0], [0.5], [0.0]]),
            np.array([[2.0]]),
            np.array([[1.0], [3.0]]),
            2,
        ),
        call(
            np.array([[0.5, 0.0], [0.0, 0.5], [0.5, -0.5], [0.0, 0.5]]),
            np.array([[1.0, 2.0], [0.0, -1.0]]),
            np.array([[4.0, 0.0], [0.0, 8.0], [4.0, 4.0]]),
            2,
        ),
        call(np.tanh(_numbers(9, 8, 3)), _numbers(10, 3, 3), _numbers(11, 7, 3), 3),
        call(np.tanh(_numbers(9, 6, 2)), _numbers(10, 2, 2), _numbers(11, 5, 2), 9),
    ),
    misconceptions={
        "not_detached": Misconception(
            _back_with(cut=lambda t, k, n: False),
            "The gradient runs back over the borders, to the beginning of the text: `k` does "
            "not come into it. Where the next step is in another piece, nothing comes back.",
        ),
        "each_step_by_itself": Misconception(
            _back_with(cut=lambda t, k, n: True),
            "Nothing runs back from step to step: each step gets its own `up[t]` alone. A "
            "state is read by the next step too, which sends back `w_h.T @ da`.",
        ),
        "cut_one_step_off": Misconception(
            _back_with(cut=lambda t, k, n: t % k == 0),
            "The cut is one step off: nothing comes back to the *first* step of a piece. "
            "It is the last one to which nothing comes back, `(t + 1) % k == 0`.",
        ),
        "cleared_after_use": Misconception(
            _back_with(cut=lambda t, k, n: (t + 2) % k == 0),
            "The cut is one step early: nothing comes back to the last step but one of a "
            "piece. Is what comes from later set to 0 at the end of the loop's body? There "
            "it is cleared for the next t: do it before da is worked out.",
        ),
        "short_piece_dropped": Misconception(
            lambda h, w_h, up, k: _back_through_time(
                h, w_h, up[: len(up) - len(up) % k], k
            ),
            "The last piece is left out where it is shorter than k. It counts too.",
        ),
        "inner_product": Misconception(
            _back_with(product=lambda da, h, t: np.full((len(da),) * 2, da @ h[t])),
            "`da.T @ h[t]` is one number here, added to every weight: da and h[t] are plain "
            "vectors, not tables with a row for each sequence. `np.outer(da, h[t])`.",
        ),
        "pieces_from_the_end": Misconception(
            _back_with(cut=lambda t, k, n: (n - 1 - t) % k == 0),
            "The pieces are counted from the end of the text. The first piece has k steps, "
            "and the last may be shorter.",
        ),
        "state_cut_too": Misconception(
            _state_cut_too,
            "Each piece begins with a state of 0. Only the gradient stops at the border; the "
            "state goes on, and W_h multiplied it.",
        ),
        "k_steps_from_each": Misconception(
            _k_steps_from_each,
            "Every output looks back k steps, over the borders too. The gradient stops at "
            "the border of its piece, which may be near.",
        ),
        "first_piece_only": Misconception(
            _first_piece_only,
            "Only the first piece is in it. Add up all pieces.",
        ),
        "last_gradient_only": Misconception(
            _back_with(direct=_last_of_each_piece),
            "Only the last output of each piece is in it. At each step `up[t]` is added to "
            "what comes back.",
        ),
        "no_sum_over_time": Misconception(
            _back_with(end=lambda outers: outers[-1]),
            "This is the share of step 1 alone, which overwrote the others. W_h is used at "
            "every step: += in place of =.",
        ),
        "last_step_only": Misconception(
            _back_with(end=lambda outers: outers[0]),
            "This is the share of the last step alone. W_h is used at every step: add up "
            "all of them.",
        ),
        "mean_over_time": Misconception(
            _back_with(end=lambda outers: np.mean(outers, axis=0)),
            "This is a mean over the steps. They are added up.",
        ),
        "not_transposed": Misconception(
            _back_with(back=lambda w_h, da, total, later: w_h @ da),
            "What goes back is `w_h @ da`. On the way back it is the transpose: `w_h.T @ "
            "da`.",
        ),
        "product_transposed": Misconception(
            _back_with(product=lambda da, h, t: np.outer(h[t], da)),
            "The gradient is transposed. Its rows belong to what comes out, as in W_h: "
            "`np.outer(da, h[t])`.",
        ),
        "entry_by_entry": Misconception(
            _back_with(product=lambda da, h, t: np.ones((len(da), 1)) * (da * h[t])),
            "`da * h[t]` multiplies entry by entry. Each pair of an entry of da and one of "
            "the state belongs to a weight: `np.outer(da, h[t])`.",
        ),
        "same_state": Misconception(
            _back_with(product=lambda da, h, t: np.outer(da, h[t + 1])),
            "da is multiplied by the state *after* the step, `h[t + 1]`. W_h multiplied the "
            "one before it, `h[t]`.",
        ),
        "no_slope": Misconception(
            _back_with(slope=lambda h, t: 1.0),
            "The slope of tanh is missing: times `1 - h[t + 1] ** 2`.",
        ),
        "slope_not_handed_on": Misconception(
            _back_with(back=lambda w_h, da, total, later: w_h.T @ total),
            "What goes back has not passed tanh: `w_h.T @ da`, with the slope in da.",
        ),
        "later_past_tanh": Misconception(
            _back_with(join=lambda direct, later, slope: direct * slope + later),
            "Only `up[t]` is multiplied by the slope; what the next step sent back is added "
            "after it. Both arrive at h[t + 1], and pass tanh together: add first.",
        ),
        "one_state_off": Misconception(
            _back_with(
                slope=lambda h, t: 1 - h[t] ** 2,
                product=lambda da, h, t: np.outer(da, h[t - 1]),
            ),
            "All states are one too early, as if up[t] belonged to h[t]. There is one more "
            "state than steps: up[t] belongs to h[t + 1], and h[t] is the state before.",
        ),
        "slope_of_the_state_before": Misconception(
            _back_with(slope=lambda h, t: 1 - h[t] ** 2),
            "The slope is taken at the state before the step, `h[t]`. tanh made `h[t + 1]`.",
        ),
        "tanh_once_more": Misconception(
            _back_with(slope=lambda h, t: 1 - np.tanh(h[t + 1]) ** 2),
            "The slope takes tanh of the state. The state is a tanh already: `1 - h ** 2`.",
        ),
        "added_up_on_the_way": Misconception(
            _back_with(back=lambda w_h, da, total, later: later + w_h.T @ da),
            "`later += ...` adds what the steps send back. Each sends to the one before it "
            "alone, and what came from later is in da already: `later = w_h.T @ da`.",
        ),
        "forward_in_time": Misconception(
            _back_with(order=iter),
            "The loop runs from the first step to the last. A gradient runs back: "
            "`reversed(range(T))`.",
        ),
    },
    seconds=20.0,  # a first import of torch takes its time
)

# ----------------------------------------------------- debug: windows without the future

_TRAIN_AND_TEST = """def train_and_test(x, n_in, cut):
    z = (x - x.mean()) / x.std()
    inputs = np.array([z[i : i + n_in] for i in range(len(z) - n_in)])
    targets = z[n_in:]
    return inputs[:cut], targets[:cut], inputs[cut - n_in :], targets[cut - n_in :]
"""


def _train_and_test(x, n_in, cut):
    z = (x - x[:cut].mean()) / x[:cut].std()
    inputs = np.array([z[i : i + n_in] for i in range(len(z) - n_in)])
    targets = z[n_in:]
    k = cut - n_in
    return inputs[:k], targets[:k], inputs[k:], targets[k:]


def _whole(x, n_in, cut):
    return x


def _past(x, n_in, cut):
    return x[:cut]


def _by_known(part):
    """Scaled by the mean and the spread of part(x, n_in, cut)."""

    def scaled(x, n_in, cut):
        known = part(x, n_in, cut)
        return (x - known.mean()) / known.std()

    return scaled


_scaled_by_the_past = _by_known(_past)


def _split_with(scaled=_scaled_by_the_past, first=None, second=None):
    """Windows up to first(n_in, cut) to train on, from second(n_in, cut) to test on."""
    first = first or (lambda n_in, cut: cut - n_in)
    second = second or first

    def train_and_test(x, n_in, cut):
        z = scaled(x, n_in, cut)
        inputs = np.array([z[i : i + n_in] for i in range(len(z) - n_in)])
        i, j = first(n_in, cut), second(n_in, cut)
        return inputs[:i], z[n_in:][:i], inputs[j:], z[n_in:][j:]

    return train_and_test


def _scaled_apart(x, n_in, cut):
    parts = [(p - p.mean()) / p.std() for p in (x[:cut], x[cut:])]
    return np.concatenate(parts)


def _test_scaled_by_itself(x, n_in, cut):
    """Windows cut first; then those of the test scaled by what they hold."""
    train = _train_and_test(x, n_in, cut)[:2]
    seen = x[cut - n_in :]
    z = (seen - seen.mean()) / seen.std()
    inputs = np.array([z[i : i + n_in] for i in range(len(z) - n_in)])
    return *train, inputs, z[n_in:]


def _targets_as_they_were(x, n_in, cut):
    a, _, b, _ = _train_and_test(x, n_in, cut)
    return a, x[n_in:cut], b, x[cut:]


def _target_among_inputs(x, n_in, cut):
    z, k = _scaled_by_the_past(x, n_in, cut), cut - n_in
    inputs = np.array([z[i : i + n_in] for i in range(1, len(z) - n_in + 1)])
    return inputs[:k], z[n_in:cut], inputs[k:], z[cut:]


_CLIMB = np.array([1.0, 3.0, 2.0, 4.0, 5.0, 9.0, 14.0, 10.0])

LEAKING_WINDOWS = Exercise(
    name="recurrent_networks.leaking_windows",
    title="A forecast that has seen tomorrow",
    kind="debug",
    minutes=9,
    statement=r"""
A network is to forecast a series from its last `n_in` values. It learns from what is known, the
values `x[0]` to `x[cut - 1]`, and is tested on the rest, `x[cut]` and after.

`train_and_test(x, n_in, cut)` is to return inputs and targets to train on, then inputs and
targets to test on:

- All values are scaled: less a mean, over a standard deviation.
- A window's inputs are `n_in` values in a row, and its target is the value right after them. The
  windows are in the order of time.
- Every value from `n_in` on is a target once: those before `cut` to train on, the others to
  test on. The *inputs* of a test window may reach back before `cut`: they are known by then.

The code looks into the future, twice. One of the two is easily counted: with the eight values
`[1, 3, 2, 4, 5, 9, 14, 10]`, `n_in = 2` and `cut = 5` it trains on five targets, of which two are
not known yet, and these two are in the test as well.

Find the other, and mend both.
""",
    starter=_TRAIN_AND_TEST,
    answer=_train_and_test,
    explanation=r"""
*The scale.* Mean and standard deviation of the whole series hold values from after the cut. Who
knows that the mean of the scaled past is far below 0 knows that the series will climb. The
numbers come from `x[:cut]`; the test is scaled with the same ones.

*The cut.* Window `i` has its target at `i + n_in`. The first `cut` windows have targets up to
`cut + n_in - 1`, so `n_in` of them lie in the future. The targets before `cut` belong to the first
`cut - n_in` windows.

Nothing fails with either mistake. The cut puts `n_in` values into training *and* test, so that
the test looks better than it is. The scale tells the model of the level and the spread that are
to come, which helps some models and others not. Ask of every number that reaches the model: would
it have been known at that moment?
""",
    hints=(
        "Write the index of the target of window 0, of window 1, of window `i`. Which "
        "windows have a target before `cut`?",
        "And a number that knows the future is in every single value: where do the mean and "
        "the standard deviation come from?",
        "Mean and standard deviation of `x[:cut]`, used for the whole series; and the "
        "windows are split at `cut - n_in`.",
    ),
    cases=(
        call(_CLIMB, 2, 5),
        call(np.array([4.0, 1.0, 3.0, 2.0, 8.0, 6.0, 9.0]), 1, 4),
        call(np.cumsum(_numbers(12, 13)), 3, 7),
    ),
    misconceptions={
        "leakage_from_the_future_in_the_scale": Misconception(
            _split_with(_by_known(_whole)),
            "The windows are right now. But there is leakage from the future in the scale: "
            "mean and standard deviation still come from the whole series. Take them from "
            "`x[:cut]`.",
        ),
        "leakage_from_the_future_in_the_windows": Misconception(
            _split_with(
                first=lambda n_in, cut: cut, second=lambda n_in, cut: cut - n_in
            ),
            "The scale is right now. But there is leakage from the future in the windows: "
            "window i has its target at i + n_in, so the first `cut` windows have targets "
            "after the cut, which are in the test as well.",
        ),
        "border_too_late": Misconception(
            _split_with(first=lambda n_in, cut: cut),
            "The scale is right now. But training ends, and the test begins, n_in targets "
            "too late: window i has its target at i + n_in, and the border is that of the "
            "targets.",
        ),
        "scaled_apart": Misconception(
            _split_with(_scaled_apart),
            "Past and future are scaled each by its own mean. On the day of the forecast the "
            "mean of the future is not known: use that of `x[:cut]` for both.",
        ),
        "test_scaled_by_itself": Misconception(
            _test_scaled_by_itself,
            "The test windows are scaled by their own mean. It is not known on the day of "
            "the forecast, and the model learned with another: use that of `x[:cut]`.",
        ),
        "scaled_by_the_inputs": Misconception(
            _split_with(_by_known(lambda x, n_in, cut: x[: cut - n_in])),
            "Mean and standard deviation come from `x[:cut - n_in]`. All of `x[:cut]` is "
            "known.",
        ),
        "sample_deviation": Misconception(
            _split_with(
                lambda x, n_in, cut: (x - x[:cut].mean()) / x[:cut].std(ddof=1)
            ),
            "The standard deviation divides by one less than the count (`ddof=1`). Take "
            "that of NumPy, as the code did.",
        ),
        "mean_of_the_past_only": Misconception(
            _split_with(lambda x, n_in, cut: (x - x[:cut].mean()) / x.std()),
            "The mean comes from the past now. The standard deviation does not: it is still "
            "that of the whole series.",
        ),
        "not_scaled": Misconception(
            _split_with(lambda x, n_in, cut: x),
            "Nothing is scaled. Take the mean away and divide by the standard deviation, "
            "both of `x[:cut]`.",
        ),
        "targets_not_scaled": Misconception(
            _targets_as_they_were,
            "The targets are not scaled. All values are.",
        ),
        "gap_before_the_test": Misconception(
            _split_with(second=lambda n_in, cut: cut),
            "The training windows are right. The test begins n_in windows too late: a test "
            "window's inputs may reach back before the cut, because they are known by then.",
        ),
        "two_series": Misconception(
            _split_with(_scaled_apart, second=lambda n_in, cut: cut),
            "Past and future are cut apart first, each scaled by itself, so that the mean "
            "of the future is used; and the first n_in values after the cut are no targets. "
            "Scale all with `x[:cut]`. A test window's inputs may reach back before the cut.",
        ),
        "whole_series_scaled_with_a_gap": Misconception(
            _split_with(_by_known(_whole), second=lambda n_in, cut: cut),
            "The training windows are right. But the scale still comes from the whole "
            "series; and the test begins n_in windows too late, as its inputs may reach "
            "back before the cut.",
        ),
        "one_training_window_too_many": Misconception(
            _split_with(first=lambda n_in, cut: cut - n_in + 1),
            "One training window too many: its target is `x[cut]`. The targets before `cut` "
            "belong to the first cut - n_in windows.",
        ),
        "one_training_window_too_few": Misconception(
            _split_with(first=lambda n_in, cut: cut - n_in - 1),
            "One training window too few: the target `x[cut - 1]` is known. The targets "
            "before `cut` belong to the first cut - n_in windows.",
        ),
        "target_among_the_inputs": Misconception(
            _target_among_inputs,
            "The last input of each window is its target. The target comes right after the "
            "inputs.",
        ),
        "inputs_and_targets_grouped": Misconception(
            lambda *a: [_train_and_test(*a)[i] for i in (0, 2, 1, 3)],
            "They are in another order: inputs and targets to train on, then inputs and "
            "targets to test on.",
        ),
    },
)

# ------------------------------------------------------------- open: a unit that remembers

_N_STEPS = 100
_NOISE = 0.3
_AT_LEAST = 0.99


def _share_remembered(w_x, w_h, n_steps, n=1000):
    """How often the state's sign is, after so many steps, that of the first number."""
    rng = np.random.default_rng(5)
    x = rng.uniform(-_NOISE, _NOISE, (n_steps, n))
    x[0] = np.where(np.arange(n) % 2, 1.0, -1.0)
    h = np.zeros(n)
    for x_t in x:
        h = np.tanh(w_x * x_t + w_h * h)
    return np.mean(np.sign(h) == x[0])


def _exponent(w_x, w_h, first=2):
    """log10 of the 99 factors of dh_100 / dh_1 for the sequence 1, 0, 0, ...

    They are those of h_2 to h_100. first=1: those of h_1 to h_99, a mistake.
    """
    h = [np.tanh(w_x)]
    for _ in range(_N_STEPS - 1):
        h.append(np.tanh(w_h * h[-1]))
    factors = w_h * (1 - np.array(h) ** 2)
    return np.log10(factors[first - 1 :][: _N_STEPS - 1]).sum()


def _why_not_three_numbers(given):
    plain = snapshot(given)
    numbers = numeric(plain)
    if isinstance(plain, dict | frozenset | str) or numbers is None:
        return f"Write three numbers in square brackets. This is {kind_of(plain)}."
    if numbers.size != 3 or numbers.dtype.kind not in "biuf":
        return f"Three numbers were asked for: w_x, w_h, exponent. This is {kind_of(plain)}."
    if not np.isfinite(numbers[:2]).all():
        return "w_x and w_h must be finite numbers."
    return None


def _why_not_a_memory(given):
    """Return None where it remembers and knows its gradient, else the sentence why not."""
    if sentence := _why_not_three_numbers(given):
        return sentence
    w_x, w_h, exponent = numeric(snapshot(given)).astype(float).ravel()
    return _why_forgetful(w_x, w_h) or _why_not_that_gradient(w_x, w_h, exponent)


def _why_forgetful(w_x, w_h):
    if w_x == 0:
        return "With w_x = 0 nothing of the sequence gets into the state."
    now, next_ = (_share_remembered(w_x, w_h, _N_STEPS + i) for i in (0, 1))
    if min(now, next_) >= _AT_LEAST:
        return None
    found = f"After 100 steps the sign is right in {now:.1%} of the sequences"
    if w_h < 0:
        return (
            f"{found}, and after 101 in {next_:.1%}. A w_h below 0 turns the sign round at "
            "each step: the state remembers only who counts the steps."
        )
    if now < 0.05:
        return (
            f"{found}: it remembers the *opposite*. With a w_x below 0 a first number of 1 "
            "makes a state below 0."
        )
    if w_h <= 1:
        return (
            f"{found}. With w_h = {w_h:.4g} the state is drawn to 0 at each step, because "
            "tanh(w_h * h) is nearer to 0 than h. What must w_h be, for a state that stays "
            "away from 0 by itself?"
        )
    return (
        f"{found}. It could stay by itself, for w_h is above 1. But the noise overturns it: "
        "let it listen less, or hold on more."
    )


def _why_not_that_gradient(w_x, w_h, exponent):
    remembers = f"It remembers ({_share_remembered(w_x, w_h, _N_STEPS):.1%})."
    if w_h >= 10:
        return (
            f"{remembers} But with so large a w_h the state is 1 to the last digits, and "
            "1 - h ** 2 is not to be had exactly. Take a w_h below 10."
        )
    right = _exponent(w_x, w_h)
    if abs(exponent - right) <= 0.51:
        return None
    told = _what_gradient(exponent, right, w_h, early=_exponent(w_x, w_h, first=1))
    return f"{remembers} The third number is not right. {told}"


def _what_gradient(exponent, right, w_h, early):
    near = 0.51
    if abs(exponent + right) <= near:
        return "It is right but for the sign: 0.001 is 10 to the power of -3."
    if abs(exponent - 99 * np.log10(w_h)) <= near:
        return (
            "This is the power of w_h alone. At each step the slope of tanh is a factor "
            "too: 1 - h ** 2, small where the state is near 1 or -1."
        )
    if abs(exponent - early) <= near:
        return (
            "Are these the factors of h_1 to h_99? Those of h_2 to h_100 are asked for: "
            "renew h first, then add."
        )
    if abs(exponent - right * np.log(10)) <= near:
        return "This is its natural logarithm. A power of ten is asked for: `np.log10`."
    if abs(exponent - right / 99) <= 0.05:
        return "This is the power of ten of a single step. There are 99 of them."
    if 0 <= exponent < 1e-3:
        return (
            "Is that the gradient itself? Write its power of ten: -3 for a gradient of "
            "about 0.001."
        )
    if not np.isfinite(exponent):
        return (
            "The product has become 0: add up the logarithms of the factors in place of "
            "multiplying them."
        )
    return (
        "Multiply the 99 factors w_h * (1 - h_t ** 2), with h_t for t from 2 to 100, "
        "of the sequence 1, 0, 0, and so on; then `np.log10`."
    )


MEMORY = Exercise(
    name="recurrent_networks.memory",
    title="To hold on, and to learn to",
    kind="open",
    minutes=10,
    statement=r"""
One recurrent unit, $h_t = \tanh(w_x x_t + w_h h_{t-1})$ with $h_0 = 0$, is to remember one
thing. The first number of a sequence is 1 or −1. After it come 99 numbers of noise, between
−0.3 and 0.3. At the end, and one step later as well, the *sign* of the state is to be that of
the first number, in at least 99 of 100 sequences.

Find $w_x$ and $w_h$. The checker tries them on 1000 sequences.

Then measure what descent would see of such a memory. For the sequence 1, 0, 0, …, 0 work out

$$
\frac{\partial h_{100}}{\partial h_1} = \prod_{t=2}^{100} w_h \, (1 - h_t^2)
$$

and give its power of ten, to the nearest whole number: −3 for about 0.001.

Write `[w_x, w_h, exponent]`. Many pairs will do, and each has an exponent of its own. A loop of a
few lines in Python finds it.
""",
    starter="memory = [..., ..., ...]\n",
    answer=[1.0, 2.0, -77],
    explanation=r"""
With $w_h$ up to 1 the state falls back to 0, whatever it was: $\tanh(w_h h)$ is nearer to 0 than
$h$. Above 1 there are two states that stay by themselves, one above 0 and one below; with
$w_h = 2$ they are ±0.96. The first number chooses one of them, and noise that is small
beside $w_h h$ cannot push the state over to the other side.

The price is in the gradient. Near ±0.96 the slope of tanh is 0.08, so each step back multiplies by
$2 \cdot 0.08 \approx 0.17$: after 99 steps $10^{-77}$ is left. What holds against noise holds
against gradients too: an error at the end tells descent next to nothing about the first number.

At the other end, with $w_x = 0.1$ and $w_h = 1.1$, the memory just holds, and the exponent is
−6. Bengio, Simard and Frasconi showed in 1994 that this is no bad luck: where a plain recurrent
network holds on to something safely, its gradient vanishes. The next chapter changes the cell.
""",
    hints=(
        "Without noise: h is 0.5, say. Is `np.tanh(w_h * h)` above or below 0.5 for w_h = "
        "0.5, 1, 2? In which case does a state stay away from 0?",
        "A w_h of about 2 holds on, and a w_x of about 1 lets the first number in. If w_x "
        "is many times larger, noise gets in too.",
        "For the gradient: `h = np.tanh(w_x)`, then 99 times `h = np.tanh(w_h * h)`, adding "
        "up `np.log10(w_h * (1 - h ** 2))`.",
    ),
    accept=_why_not_a_memory,
    note="Compare your exponent with that of a w_h nearer to 1: what does it cost?",
)

EXERCISES = [
    THREE_STEPS,
    TWO_NUMBERS,
    RUN_RNN,
    NEXT_TOKEN_LOSS,
    PERPLEXITY,
    TEMPERATURE,
    ROWS_THAT_GO_ON,
    READ_PIECES,
    BACK_THROUGH_TIME,
    LEAKING_WINDOWS,
    MEMORY,
]
