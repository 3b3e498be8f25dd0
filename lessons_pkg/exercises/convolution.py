"""Exercises of the chapter "Convolution"."""

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot


def _numbers(seed, *shape):
    """Small whole numbers, so that a difference is easy to read."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(float)


# ------------------------------------------------------ by hand: two channels, one map

TWO_CHANNELS = Exercise(
    name="convolution.two_channels",
    title="Two channels, one map",
    kind="by hand",
    minutes=7,
    statement=r"""
An image with two channels, of 3 × 3 pixels each:

$$
\begin{aligned}
x_0 &= \begin{bmatrix} 2 & 0 & 1 \\ 1 & 3 & 0 \\ 0 & 1 & 2 \end{bmatrix} \\
x_1 &= \begin{bmatrix} 1 & 1 & 0 \\ 0 & 2 & 1 \\ 3 & 0 & 1 \end{bmatrix}
\end{aligned}
$$

A layer has *one* kernel. It holds 2 × 2 weights for each channel, and a bias:

$$
\begin{aligned}
w_0 &= \begin{bmatrix} 0 & 1 \\ -1 & 2 \end{bmatrix} \\
w_1 &= \begin{bmatrix} -2 & 1 \\ 0 & 1 \end{bmatrix} \\
b &= 5
\end{aligned}
$$

Work out the layer's map on paper, with stride 1 and without padding. As in every
deep-learning library the kernel is laid on as it is (correlation). Write the map as a
list of rows.
""",
    starter="two_channel_map = ...\n",
    answer=[[11, 2], [12, 6]],
    explanation=r"""
The kernel fits at four places, so the map is 2 × 2. At each place all $2 \cdot 2 \cdot 2 = 8$
products are added up, and the bias once. At the upper left:

$$
\begin{aligned}
x_0: &\; 2 \cdot 0 + 0 \cdot 1 + 1 \cdot (-1) + 3 \cdot 2 = 5 \\
x_1: &\; 1 \cdot (-2) + 1 \cdot 1 + 0 \cdot 0 + 2 \cdot 1 = 1 \\
&\; 5 + 1 + 5 = 11
\end{aligned}
$$

One kernel makes one map, however many channels come in. Two maps would take a second
kernel, again with weights for both channels.
""",
    hints=(
        "How many places are there for a 2 × 2 window in a 3 × 3 image? So many "
        "entries has the map.",
        "At each place: lay $w_0$ on $x_0$ and $w_1$ on $x_1$, in the same place, and "
        "multiply what lies on top of each other. Add all eight products.",
        "At the upper left the first channel gives 5 and the second 1. Then the bias, "
        "once: $5 + 1 + 5 = 11$.",
    ),
    misconceptions={
        "kernel_flipped": Misconception(
            [[7, 8], [7, 12]],
            "The kernel is turned round, upside down and left to right: the convolution "
            "of the mathematicians. A layer lays it on as it is.",
        ),
        "kernel_transposed": Misconception(
            [[12, 8], [7, 7]],
            "Rows and columns of the kernel are exchanged. The upper right weight meets "
            "the upper right pixel of the window.",
        ),
        "map_transposed": Misconception(
            [[11, 12], [2, 6]],
            "The numbers are right, but the map is transposed: its first row holds the "
            "two places at the top of the image.",
        ),
        "channels_kept_apart": Misconception(
            [[[10, 3], [10, 8]], [[6, 4], [7, 3]]],
            "These are two maps, one for each channel. One kernel makes one map: the "
            "channels are added up, and the bias comes once.",
        ),
        "first_channel_only": Misconception(
            [[10, 3], [10, 8]],
            "Only the first channel is in it. What the second gives at the same place is "
            "added.",
        ),
        "second_channel_only": Misconception(
            [[6, 4], [7, 3]],
            "Only the second channel is in it. What the first gives at the same place is "
            "added.",
        ),
        "mean_of_the_channels": Misconception(
            [[8.0, 3.5], [8.5, 5.5]],
            "This is the mean of the two channels. They are added.",
        ),
        "channels_exchanged": Misconception(
            [[9, 6], [6, 4]],
            "The first channel's weights are laid on the second channel, and the other "
            "way round. Each channel has weights of its own.",
        ),
        "same_weights_for_both": Misconception(
            [[15, 3], [9, 11]],
            "The first channel's weights are laid on both channels. The second has "
            "weights of its own.",
        ),
        "summed_twice": Misconception(
            [[15, 3], [13, 5]],
            "The channels are summed twice: the image over its channels first, the "
            "kernel too, and then the two are multiplied. Multiply each channel by its "
            "own weights, then add.",
        ),
        "bias_forgotten": Misconception(
            [[6, -3], [7, 1]],
            "The products are right. The bias, 5, is missing.",
        ),
        "bias_in_each_channel": Misconception(
            [[16, 7], [17, 11]],
            "The bias is in it twice, once for each channel. It is added once, to the "
            "whole sum.",
        ),
        "bias_at_each_tap": Misconception(
            [[46, 37], [47, 41]],
            "The bias is added with each of the eight products. It is added once, to "
            "the whole sum.",
        ),
        "matrix_product": Misconception(
            [[3, 9], [2, 14]],
            "This is the upper left window times the kernel, as a product of matrices. "
            "A convolution multiplies what lies on top of each other and adds it all up: "
            "one number for each place.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# ------------------------------------------------------- by hand: what is to be learned

_COUNTS = (608, 0, 15_690, 19_273_856)


def _first_wrong(answer):
    """The four numbers; behind the first wrong one all is made right."""
    given = numeric(snapshot(answer))
    if given is None or given.shape != (len(_COUNTS),):
        return answer
    for i, (number, right) in enumerate(zip(given.tolist(), _COUNTS, strict=True)):
        if number != right:
            return [*_COUNTS[:i], number, *_COUNTS[i + 1 :]]
    return given.tolist()


def _count(i, number, sentence):
    """The right answer, but for one number."""
    counts = [*_COUNTS]
    counts[i] = number
    return Misconception(counts, sentence)


NUMBERS_LEARNED = Exercise(
    name="convolution.numbers_learned",
    title="How many numbers are learned",
    kind="by hand",
    minutes=6,
    statement=r"""
A colour picture, 3 channels of 32 × 32 pixels, goes through three layers:

1. a convolution with 8 kernels of 5 × 5, stride 1, without padding
2. max pooling over windows of 2 × 2, side by side
3. a dense layer from all that pooling gives out to 10 outputs

How many numbers, weights and biases together, does each of the three layers learn? Every
kernel and every neuron has a bias.

And a fourth number: how many would it be if layer 1 were dense, from all numbers of the
picture to as many outputs as the convolution has?

Write the four as a list. Python may do the sums: `12 * (5 + 1)`.
""",
    starter="counts = [..., ..., ..., ...]\n",
    answer=[*_COUNTS],
    explanation=r"""
1. A kernel sees all 3 channels: $3 \cdot 5 \cdot 5 = 75$ weights and a bias. Eight of
   them: $8 \cdot 76 = 608$. The size of the picture does not come into it.
2. Pooling takes the largest number of each window. There is nothing to learn: 0.
3. The convolution gives $32 - 5 + 1 = 28$ rows and columns, pooling 14. That is
   $8 \cdot 14 \cdot 14 = 1568$ numbers into 10 neurons: $1568 \cdot 10 + 10 = 15\,690$.
4. $3 \cdot 32 \cdot 32 = 3072$ numbers in and $8 \cdot 28 \cdot 28 = 6272$ out:
   $3072 \cdot 6272 + 6272 = 19\,273\,856$, some 30 000 times as many.

One of the articles that this course grew out of says that pooling reduces the parameters. It
has none of its own, and leaves the convolution's alone. What shrinks is the map, and with it
the *next* dense layer: without pooling layer 3 would have 62 730.
""",
    hints=(
        "One kernel at a time: how many numbers lie in its window? Mind the channels.",
        "A window of 5 fits into 32 pixels at $32 - 5 + 1 = 28$ places, and pooling "
        "halves that. How many numbers leave layer 2, over all 8 maps?",
        "A dense layer has a weight for each pair of an input and an output, and a bias "
        "for each output. In layer 3 these are $8 \\cdot 14 \\cdot 14$ inputs; in the "
        "fourth number $3 \\cdot 32 \\cdot 32$ inputs and $8 \\cdot 28 \\cdot 28$ outputs.",
    ),
    cases=(Case(use=_first_wrong, label="counts"),),
    misconceptions={
        "channels_forgotten": _count(
            0,
            208,
            "Layer 1: 5 × 5 weights in a kernel are those for one channel. A kernel "
            "sees all three channels of the picture, with weights for each.",
        ),
        "one_kernel_only": _count(
            0, 76, "Layer 1: 76 are the numbers of one kernel. There are eight."
        ),
        "biases_forgotten": _count(
            0,
            600,
            "Layer 1: the weights are right. Each of the eight kernels has a bias as "
            "well. (So has each neuron of the dense layers.)",
        ),
        "bias_for_each_channel": _count(
            0,
            624,
            "Layer 1: there is a bias for each channel of each kernel. A kernel has one "
            "bias, however many channels it sees.",
        ),
        "bias_for_each_place": _count(
            0,
            6872,
            "Layer 1: the weights are right, but each place of the map got a bias of "
            "its own. A kernel uses the same bias at all places.",
        ),
        "weights_for_each_place": _count(
            0,
            476_672,
            "Layer 1: each place of the map got weights of its own. The kernel is the "
            "same at all places: that is what makes the layer small.",
        ),
        "products_counted": _count(
            0,
            470_400,
            "Layer 1: these are the products that are computed, 28 · 28 times those of "
            "one place. Asked for is how many numbers are learned.",
        ),
        "outputs_counted": _count(
            0,
            6272,
            "Layer 1: 6272 are the numbers that it gives out. Asked for is how many it "
            "learns.",
        ),
        "a_kernel_in_pooling": _count(
            1,
            32,
            "Layer 2: 2 × 2 weights for each of the 8 maps? Pooling multiplies by "
            "nothing: it takes the largest of the four numbers.",
        ),
        "window_of_pooling": _count(
            1,
            4,
            "Layer 2: 4 are the numbers in a window. Pooling takes the largest of them, "
            "without a weight.",
        ),
        "biases_in_pooling": _count(
            1,
            8,
            "Layer 2: pooling has no biases either. It takes the largest of the numbers "
            "as they are.",
        ),
        "kernel_and_bias_in_pooling": _count(
            1,
            40,
            "Layer 2: these would be 8 kernels of 2 × 2 with a bias. Pooling has no "
            "kernel: it takes the largest of the numbers as they are.",
        ),
        "outputs_of_pooling": _count(
            1,
            1568,
            "Layer 2: 1568 are the numbers that it gives out. Asked for is how many it "
            "learns.",
        ),
        "shrunk_by_pooling": _count(
            1,
            152,
            "Layer 2: a quarter of the convolution's numbers? Pooling leaves the "
            "convolution's weights alone, and has none of its own.",
        ),
        "pooling_left_out": _count(
            2,
            62_730,
            "Layer 3: these are its numbers without pooling. What comes in are maps of "
            "14 × 14.",
        ),
        "biases_of_layer_3": _count(
            2, 15_680, "Layer 3: the weights are right. Ten neurons have ten biases."
        ),
        "one_map_only": _count(
            2,
            1970,
            "Layer 3: these are the numbers for one map. There are 8 of them, of "
            "14 × 14.",
        ),
        "map_of_32": _count(
            2,
            20_490,
            "Layer 3: the maps would be 16 × 16 if the convolution kept the 32 pixels. "
            "Without padding it gives 28.",
        ),
        "map_of_27": _count(
            2,
            13_530,
            "Layer 3: a window of 5 fits into 32 pixels at 28 places, not at 27: count "
            "both the first and the last.",
        ),
        "map_of_32_without_pooling": _count(
            2,
            81_930,
            "Layer 3: these are maps of 32 × 32. The convolution, without padding, gives "
            "28 × 28, and pooling halves that.",
        ),
        "map_of_27_without_pooling": _count(
            2,
            58_330,
            "Layer 3: these are maps of 27 × 27. A window of 5 fits into 32 pixels at 28 "
            "places, and pooling halves that.",
        ),
        "bias_for_each_input_of_layer_3": _count(
            2,
            17_248,
            "Layer 3: there is a bias for each input. A bias belongs to an output, and "
            "there are ten.",
        ),
        "biases_of_the_dense": _count(
            3,
            19_267_584,
            "The fourth: the weights are right. Each output has a bias as well.",
        ),
        "bias_for_each_input": _count(
            3,
            19_270_656,
            "The fourth: there is a bias for each input. A bias belongs to an output.",
        ),
        "eight_outputs": _count(
            3,
            24_584,
            "The fourth: these would be 8 outputs. The convolution has 8 maps of "
            "28 × 28 outputs.",
        ),
        "grey_picture": _count(
            3,
            6_428_800,
            "The fourth: the picture has 3 channels of 32 × 32 numbers, and all of them "
            "go in.",
        ),
        "outputs_after_pooling": _count(
            3,
            4_818_464,
            "The fourth: these are as many outputs as pooling has. Asked for are those "
            "of the convolution, 8 maps of 28 × 28.",
        ),
        "one_map_of_outputs": _count(
            3,
            2_409_232,
            "The fourth: these are the outputs of one map. The convolution has 8.",
        ),
    },
    rtol=0.0,
    atol=1e-6,
)

# --------------------------------------------------------------- code: the map's size


def _map_size(size, kernel, stride=1, padding=0, dilation=1):
    span = dilation * (kernel - 1) + 1
    return (size + 2 * padding - span) // stride + 1


def _size_with(places):
    """A wrong size: `places` gets what is left over beside the first window."""

    def map_size(size, kernel, stride=1, padding=0, dilation=1):
        span = dilation * (kernel - 1) + 1
        return places(size + 2 * padding - span, stride)

    return map_size


MAP_SIZE = Exercise(
    name="convolution.map_size",
    title="How many windows fit",
    kind="code",
    minutes=7,
    statement=r"""
Along one side of an image lie `size` pixels. A kernel with `kernel` weights slides along:

- `padding` zeros are added to the side, at each of its two ends.
- Neighbouring weights meet pixels that lie `dilation` apart. With 1 they lie side by side,
  with 2 one pixel is left out between them.
- From one window to the next the kernel moves by `stride` pixels.
- A window counts only if it lies wholly inside the image and its padding. At least one
  does.

Write `map_size(size, kernel, stride=1, padding=0, dilation=1)`. It gives back how many
windows there are: that is the size of the map. `map_size(7, 3)` is 5.
""",
    starter=(
        "def map_size(size, kernel, stride=1, padding=0, dilation=1):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_map_size,
    explanation=r"""
From its first weight to its last a kernel spans $d\,(k - 1) + 1$ pixels: $k$ weights have
$k - 1$ steps between them, of $d$ pixels each. The first window stands at the left end.
What lies to the right of it,

$$n + 2p - \bigl(d\,(k - 1) + 1\bigr),$$

is room for so many steps as the stride goes into it, rounded down: a last step that
does not fit whole is left out. And the first window itself is one more.

$$\left\lfloor \frac{n + 2p - d\,(k - 1) - 1}{s} \right\rfloor + 1$$
""",
    hints=(
        "First the simple case: stride 1, no padding, no dilation. How far can the window "
        "move until it touches the right end? How many places is that, with the first?",
        "Padding makes the side longer, at both ends, before anything slides. Dilation "
        "makes the kernel longer: from the first to the last of $k$ weights there are "
        "$k - 1$ steps.",
        "Room to move: `size + 2 * padding - span`, with `span = dilation * (kernel - 1) "
        "+ 1`. Divide by the stride with `//`, and add the first window.",
    ),
    cases=(
        call(7, 3, 1, 0, 1),
        call(11, 5, 2, 0, 1),
        call(8, 3, 2, 0, 1),
        call(13, 3, 3, 2, 1),
        call(17, 3, 2, 0, 4),
        call(6, 2, 1, 0, 3),
        call(23, 5, 3, 1, 2),
        call(224, 7, 2, 3, 1),
        call(5, 5, 3, 0, 1),
    ),
    misconceptions={
        "one_too_few": Misconception(
            _size_with(lambda room, s: room // s),
            "One is missing: the first window, before any step. (Between five posts of a "
            "fence lie four gaps.)",
        ),
        "span_one_too_short": Misconception(
            _size_with(lambda room, s: (room + 1) // s + 1),
            "One pixel too much room: dilation * (k - 1) are the steps from the first "
            "weight to the last, and the first one's own pixel comes on top.",
        ),
        "one_inside_the_division": Misconception(
            _size_with(lambda room, s: (room + 1) // s),
            "The 1 is added before the division by the stride. With stride 1 that is the "
            "same; else it is not. Divide the room by the stride, then add the first "
            "window.",
        ),
        "rounded_up": Misconception(
            _size_with(lambda room, s: -(-room // s) + 1),
            "It is rounded up: a last window that lies partly outside is counted. Only "
            "whole windows count, so round down.",
        ),
        "rounded_to_the_nearest": Misconception(
            _size_with(lambda room, s: int(np.floor(room / s + 0.5)) + 1),
            "It is rounded to the nearest whole number. Half a step is no step: round "
            "down.",
        ),
        "python_round": Misconception(
            _size_with(lambda room, s: round(room / s) + 1),
            "`round` goes to the nearest whole number, and a half to the even one. A "
            "part of a step is no step: round down, with `//`.",
        ),
        "not_rounded": Misconception(
            _size_with(lambda room, s: room / s + 1),
            "It is not rounded. A window that fits only in part does not count: round "
            "down, with `//`.",
        ),
        "not_rounded_nor_dilated": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - k + 2 * p) / s + 1,
            "Two things are missing. It is not rounded: round down, with `//`. And the "
            "dilation does not come into it: put the kernel's span, dilation * (kernel - "
            "1) + 1, in place of its weights.",
        ),
        "padding_once": Misconception(
            lambda n, k, s=1, p=0, d=1: (n + p - d * (k - 1) - 1) // s + 1,
            "The padding is counted once. It is added at both ends of the side.",
        ),
        "padding_after_stride": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - d * (k - 1) - 1) // s + 1 + 2 * p,
            "The padding is added to the map, after the stride. It is added to the image: "
            "the kernel slides, with its stride, over the padding too.",
        ),
        "padding_after_stride_nor_dilated": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - k) // s + 1 + 2 * p,
            "The padding is added to the map, after the stride. It is added to the image, "
            "before. And the dilation does not come into it: it makes the kernel's span "
            "longer.",
        ),
        "padding_once_after_stride": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - d * (k - 1) - 1) // s + 1 + p,
            "The padding is added to the map, and once. It is added to the image, at "
            "both ends, before the division by the stride.",
        ),
        "padding_ignored": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - d * (k - 1) - 1) // s + 1,
            "The padding does not come into it: it makes the side longer, at both ends.",
        ),
        "padding_taken_away": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - 2 * p - d * (k - 1) - 1) // s + 1,
            "The padding is taken away. It makes the side longer.",
        ),
        "dilation_ignored": Misconception(
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - k) // s + 1,
            "The dilation does not come into it. It makes the kernel's span longer.",
        ),
        "dilation_times_kernel": Misconception(
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - d * k) // s + 1,
            "The span is taken as dilation times kernel. Behind the last weight there is "
            "no step: k weights have k - 1 steps between them.",
        ),
        "dilation_added_once": Misconception(
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - k - (d - 1)) // s + 1,
            "The dilation is added once. There is a gap between each weight and the next: "
            "k - 1 gaps.",
        ),
        "dilation_as_gap": Misconception(
            lambda n, k, s=1, p=0, d=1: (n + 2 * p - k - d * (k - 1)) // s + 1,
            "The dilation is taken as the number of pixels left out. It is the step from "
            "weight to weight: with 1 nothing is left out.",
        ),
        "neither_padding_nor_dilation": Misconception(
            lambda n, k, s=1, p=0, d=1: (n - k) // s + 1,
            "Right for the plain case. Neither the padding nor the dilation comes into "
            "it: one makes the side longer, the other the kernel.",
        ),
        "only_the_simplest": Misconception(
            lambda n, k, s=1, p=0, d=1: n - k + 1,
            "Right without padding, dilation and stride. Take them one by one: padding "
            "makes the side longer, dilation the kernel, and the stride leaves out places.",
        ),
        "stride_ignored": Misconception(
            _size_with(lambda room, s: room + 1),
            "The stride does not come into it: with stride 2 only every other window is "
            "taken.",
        ),
        "size_over_stride": Misconception(
            lambda n, k, s=1, p=0, d=1: n // s,
            "This is the size over the stride. The kernel needs room of its own, and "
            "padding gives room.",
        ),
        "as_padding_same": Misconception(
            lambda n, k, s=1, p=0, d=1: -(-n // s),
            "This is the size over the stride, rounded up: what libraries call "
            '`padding="same"`. Here the padding is a number, and it may be too little '
            "for that, or more.",
        ),
    },
)

# -------------------------------------------------------------- code: the whole layer


def _conv_by_loops(x, weight, bias, stride=1, padding=0):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    _, _, kh, kw = weight.shape
    rows = (x.shape[1] - kh) // stride + 1
    columns = (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(weight), rows, columns))
    for o in range(len(weight)):
        for i in range(rows):
            for j in range(columns):
                top, left = i * stride, j * stride
                window = x[:, top : top + kh, left : left + kw]
                y[o, i, j] = np.sum(window * weight[o]) + bias[o]
    return y


def _zeros_around(x, padding):
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding)))


def _starts(n, k, stride):
    """Where along a side the windows begin."""
    return range(0, n - k + 1, stride)


def _entry(window, kernel, b):
    return np.sum(window * kernel) + b


def _conv_with(entry=_entry, padded=_zeros_around, starts=_starts):
    """The layer with another entry, another padding, or other places."""

    def conv(x, weight, bias, stride=1, padding=0):
        x = padded(x, padding)
        _, _, kh, kw = weight.shape
        rows = starts(x.shape[1], kh, stride)
        columns = starts(x.shape[2], kw, stride)
        y = np.zeros((len(weight), len(rows), len(columns)))
        for o, i, j in np.ndindex(y.shape):
            window = x[:, rows[i] : rows[i] + kh, columns[j] : columns[j] + kw]
            y[o, i, j] = entry(window, weight[o], bias[o])
        return y

    return conv


def _crowded(n, k, stride):
    """As many places as there should be, but one beside the other."""
    return range(len(_starts(n, k, stride)))


def _channels_apart(x, weight, bias, stride=1, padding=0):
    channels = [
        _conv_by_loops(x[[c]], weight[:, [c]], bias, stride, padding)
        for c in range(len(x))
    ]
    return np.stack(channels, axis=1)


def _every_start(n, k, stride):
    """Windows that begin inside, whole or not, up to the one that reaches the end."""
    return range(0, max(n - k, 0) + stride, stride)


def _zeros_around_the_map(x, weight, bias, stride=1, padding=0):
    return _zeros_around(_conv_by_loops(x, weight, bias, stride), padding)


def _columns_as_many_as_rows(x, weight, bias, stride=1, padding=0):
    rows = _conv_by_loops(x, weight, bias, stride, padding).shape[1]
    padded = _zeros_around(x, padding)
    width = (rows - 1) * stride + weight.shape[3]
    if width > padded.shape[2]:
        raise ValueError("operands could not be broadcast together")
    return _conv_by_loops(padded[:, :, :width], weight, bias, stride)


def _size_without_padding(x, weight, bias, stride=1, padding=0):
    plain = _conv_by_loops(x, weight, bias, stride)
    y = _conv_by_loops(x, weight, bias, stride, padding)
    return y[:, : plain.shape[1], : plain.shape[2]]


def _from_the_other_side(x, weight, bias, stride=1, padding=0):
    """Indices below 0 are used as they are, and those too large left out."""
    y = np.zeros_like(_conv_by_loops(x, weight, bias, stride, padding))
    for o, i, j in np.ndindex(y.shape):
        y[o, i, j] = bias[o]
        for c, u, v in np.ndindex(weight.shape[1:]):
            r, q = i * stride + u - padding, j * stride + v - padding
            if r < x.shape[1] and q < x.shape[2]:
                y[o, i, j] += weight[o, c, u, v] * x[c, r, q]
    return y


def _stride_one_way(rows, columns):
    """Every place the one way, every stride-th the other."""

    def conv(x, weight, bias, stride=1, padding=0):
        y = _conv_by_loops(x, weight, bias, 1, padding)
        return y[:, :: stride if rows else 1, :: stride if columns else 1]

    return conv


CONV_BY_LOOPS = Exercise(
    name="convolution.conv_by_loops",
    title="A layer in three loops",
    kind="code",
    minutes=12,
    statement=r"""
Write `conv_by_loops(x, weight, bias, stride=1, padding=0)`: a convolutional layer for one
image, in loops.

- `x` is the image, of shape `(C, H, W)`: `C` channels.
- `weight` has the shape `(O, C, KH, KW)`: `O` kernels, each with weights for all channels.
- `bias` has the shape `(O,)`.
- `padding` zeros go around each channel, on all four sides.
- The window moves by `stride`, downwards and to the right.

It gives back the `O` maps, as an array of shape `(O, H_out, W_out)`. The kernel is not
turned round. `H` and `W` may differ, and so may `KH` and `KW`. Leave `x` as it is.
""",
    starter=(
        "def conv_by_loops(x, weight, bias, stride=1, padding=0):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_conv_by_loops,
    explanation=r"""
For each kernel and each place: cut the window out, `(C, KH, KW)`, multiply it by the
kernel, which has the same shape, and add everything up, channels and all. So there is one
map for each kernel, whatever the number of channels. Then comes the bias, once for each entry.

Place `(i, j)` of the map begins at pixel `(i * stride, j * stride)` of the padded image.
`np.pad` gets a pair for each axis: `(0, 0)` for the channels, which are not padded.

Three loops here, and three more inside `np.sum`. Written out in Python all six would
do the same, and take their time.
""",
    hints=(
        "Pad first, and forget about it: everything after works on the padded image. "
        "`np.pad(x, ((0, 0), (padding, padding), (padding, padding)))`.",
        "How many rows and columns has a map? Each as in `map_size`, from the padded "
        "height and `KH`, and from the padded width and `KW`.",
        "Loop over kernels, rows and columns. The window of entry `(i, j)` is "
        "`x[:, i * stride : i * stride + KH, j * stride : j * stride + KW]`, and the entry "
        "is `np.sum(window * weight[o]) + bias[o]`.",
    ),
    cases=(
        call(
            np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]),
            np.array([[[[1.0, 0.0, -1.0]] * 3]]),
            np.array([0.0]),
            1,
            0,
        ),
        call(
            np.array([[[2.0, 0.0, 1.0, 3.0]] * 2, [[1.0, 5.0, 0.0, 2.0]] * 2]),
            np.array([[[[1.0, 2.0]], [[-1.0, 3.0]]]]),
            np.array([10.0]),
            1,
            0,
        ),
        call(
            np.array([[[1.0, 2.0, 4.0], [0.5, 3.0, 1.5]]]),
            np.array([[[[3.0, 1.0], [-1.0, 2.0]]]]),
            np.array([0.25]),
            1,
            1,
        ),
        call(
            _numbers(1, 1, 4, 5),
            np.array([[[[1.0, 2.0], [0.0, -1.0]]], [[[3.0, 0.0], [1.0, 1.0]]]]),
            np.array([10.0, 20.0]),
            2,
            0,
        ),
        call(_numbers(2, 2, 4, 4), _numbers(3, 3, 2, 2, 2), _numbers(4, 3), 1, 0),
        call(_numbers(5, 3, 5, 6), _numbers(6, 2, 3, 2, 3), np.array([5.0, 7.0]), 3, 2),
        call(
            _numbers(7, 2, 5, 7), _numbers(8, 2, 2, 3, 2), np.array([1.0, -2.0]), 2, 1
        ),
    ),
    misconceptions={
        "kernel_flipped": Misconception(
            _conv_with(lambda x, k, b: _entry(x, k[:, ::-1, ::-1], b)),
            "The kernel is turned round, upside down and left to right. A layer lays it "
            "on as it is.",
        ),
        "kernel_flipped_with_channels": Misconception(
            _conv_with(lambda x, k, b: _entry(x, k[::-1, ::-1, ::-1], b)),
            "The kernel is turned round, and its channels with it. A layer lays it on as "
            "it is.",
        ),
        "kernel_transposed": Misconception(
            _conv_with(lambda x, k, b: _entry(x, k.transpose(0, 2, 1), b)),
            "Rows and columns of the kernel are exchanged: weight[o, c, u, v] meets the "
            "pixel u rows down and v columns to the right.",
        ),
        "matrix_product": Misconception(
            _conv_with(lambda x, k, b: np.sum(x @ k) + b),
            "`@` multiplies window and kernel as matrices. Multiply what lies on top of "
            "each other, with `*`, and add it all up.",
        ),
        "channels_not_summed": Misconception(
            _channels_apart,
            "There is a map for each pair of a kernel and a channel. A kernel makes one "
            "map: the channels are added up.",
        ),
        "first_channel_only": Misconception(
            _conv_with(lambda x, k, b: _entry(x[0], k[0], b)),
            "Only the first channel is in it. Every channel is multiplied by weights of "
            "its own, and all are added up.",
        ),
        "last_channel_only": Misconception(
            _conv_with(lambda x, k, b: _entry(x[-1], k[-1], b)),
            "Only the last channel is left in it. In a loop over channels, does each "
            "overwrite the one before? They are added: += in place of =.",
        ),
        "channels_summed_twice": Misconception(
            _conv_with(lambda x, k, b: _entry(x.sum(0), k, b)),
            "The channels are summed twice: each channel of the kernel meets the sum of "
            "all channels of the image. It meets its own channel, and then the products "
            "are added.",
        ),
        "mean_over_channels": Misconception(
            _conv_with(lambda x, k, b: np.sum(x * k) / len(x) + b),
            "The channels are averaged. They are added.",
        ),
        "mean_of_the_products": Misconception(
            _conv_with(lambda x, k, b: np.mean(x * k) + b),
            "The products are averaged. They are added up.",
        ),
        "bias_forgotten": Misconception(
            _conv_with(lambda x, k, b: np.sum(x * k)),
            "The bias is missing: `bias[o]` is added to each entry of map `o`.",
        ),
        "bias_at_each_tap": Misconception(
            _conv_with(lambda x, k, b: np.sum(x * k + b)),
            "The bias is added with each product, so many times as the kernel has weights. "
            "It is added once, to the sum.",
        ),
        "bias_in_each_channel": Misconception(
            _conv_with(lambda x, k, b: np.sum(x * k) + len(x) * b),
            "The bias is added once for each channel. It is added once, to the whole sum.",
        ),
        "first_bias_for_all": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b * 0 + b[0], s, p),
            "All maps get the first bias. Each kernel has a bias of its own: `bias[o]`.",
        ),
        "first_kernel_for_all": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w[[0] * len(w)], b, s, p),
            "All maps are made with the first kernel. Map `o` has a kernel of its own: "
            "`weight[o]`.",
        ),
        "all_biases": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b * 0 + b.sum(), s, p),
            "All biases are added to each map: in `np.sum(window * kernel + bias)`, "
            "perhaps? Each kernel has a bias of its own: `bias[o]`, once.",
        ),
        "kernels_summed": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b, s, p).sum(0),
            "The kernels are added up into one map. Channels are added up, kernels are "
            "not: each makes a map of its own, `y[o, i, j]`.",
        ),
        "kernels_summed_into_one_map": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b, s, p).sum(0)[None],
            "There is one map in all, the sum over the kernels. Channels are added up, "
            "kernels are not: O kernels make O maps.",
        ),
        "kernels_overwritten": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b, s, p)[-1],
            "There is one map, and each kernel overwrites what the one before wrote. Each "
            "makes a map of its own, `y[o, i, j]`.",
        ),
        "map_transposed": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b, s, p).transpose(0, 2, 1),
            "The numbers are right, but rows and columns of the maps are exchanged: "
            "entry [o, i, j] is in row i and column j.",
        ),
        "stride_ignored": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b, 1, p),
            "The stride does not come into it. With stride 2 every other place is taken, "
            "downwards and to the right.",
        ),
        "stride_downwards_only": Misconception(
            _stride_one_way(rows=True, columns=False),
            "The stride is there downwards, but to the right every place is taken. The "
            "window moves by `stride` both ways.",
        ),
        "stride_across_only": Misconception(
            _stride_one_way(rows=False, columns=True),
            "The stride is there to the right, but downwards every place is taken. The "
            "window moves by `stride` both ways.",
        ),
        "stride_in_size_only": Misconception(
            _conv_with(starts=_crowded),
            "The map has the right size, but its windows lie one pixel apart. Entry "
            "(i, j) begins at pixel (i * stride, j * stride).",
        ),
        "padding_ignored": Misconception(
            lambda x, w, b, s=1, p=0: _conv_by_loops(x, w, b, s),
            "The padding does not come into it: `padding` zeros go around each channel.",
        ),
        "padding_added_to_the_map": Misconception(
            _zeros_around_the_map,
            "The zeros are put around the map, at the end. They go around the image, "
            "before the kernel slides over it.",
        ),
        "size_without_padding": Misconception(
            _size_without_padding,
            "The entries are right, but there are as many as without padding: work out "
            "the size of the map from the padded image.",
        ),
        "from_the_other_side": Misconception(
            _from_the_other_side,
            "Where an index is below 0, NumPy counts from the end and takes a pixel from "
            "the other side of the image. Outside there are zeros: ask first, or pad.",
        ),
        "padded_on_two_sides": Misconception(
            _conv_with(padded=lambda x, p: np.pad(x, ((0, 0), (p, 0), (p, 0)))),
            "The zeros are at the top and at the left alone. They go on all four sides.",
        ),
        "padded_at_the_end": Misconception(
            _conv_with(padded=lambda x, p: np.pad(x, ((0, 0), (0, p), (0, p)))),
            "The zeros are at the bottom and at the right alone. They go on all four "
            "sides.",
        ),
        "channels_padded": Misconception(
            _conv_with(padded=np.pad),
            "`np.pad(x, padding)` pads all axes, the channels too. Give it a pair for "
            "each axis, with (0, 0) for the channels.",
        ),
        "padded_with_copies": Misconception(
            _conv_with(
                padded=lambda x, p: np.pad(x, ((0, 0), (p, p), (p, p)), mode="edge")
            ),
            "The image is continued by copies of its border. Padding here is zeros, as "
            "`np.pad` makes them by itself.",
        ),
        "last_place_missing": Misconception(
            _conv_with(starts=lambda n, k, s: _starts(n, k, s)[:-1]),
            "The map is one row and one column short. The first window counts as well: "
            "room // stride + 1.",
        ),
        "last_place_missing_at_stride_1": Misconception(
            _conv_with(starts=lambda n, k, s: range(0, n - k, s)),
            "The last place is missing where it ends right at the border. `range(0, H - "
            "KH, stride)` stops before its end: let it end at H - KH + 1.",
        ),
        "one_inside_the_division": Misconception(
            _conv_with(starts=lambda n, k, s: range(0, (n - k + 1) // s * s, s)),
            "A row or a column is missing where the stride is more than 1: the 1 is added "
            "before the division. Divide first: (H - KH) // stride + 1.",
        ),
        "rounded_up": Misconception(
            _conv_with(starts=_every_start),
            "The size is rounded up, and the last windows reach over the border. NumPy "
            "cuts them short without a word. Only whole windows count: round down.",
        ),
        "columns_as_many_as_rows": Misconception(
            _columns_as_many_as_rows,
            "Rows and columns are taken to be as many. The image need not be square, nor "
            "the kernel: work out both.",
        ),
    },
)

# --------------------------------------------------------------------- code: pooling


def _pool_maps(x, size, stride):
    rows = (x.shape[1] - size) // stride + 1
    columns = (x.shape[2] - size) // stride + 1
    y = np.zeros((len(x), rows, columns))
    for c in range(len(x)):
        for i in range(rows):
            for j in range(columns):
                top, left = i * stride, j * stride
                y[c, i, j] = np.max(x[c, top : top + size, left : left + size])
    return y


def _pool_with(entry=np.max, starts=_starts):
    """Pooling with another number for each window, or other windows."""

    def pool(x, size, stride):
        rows, columns = (starts(n, size, stride) for n in x.shape[1:])
        y = np.zeros((len(x), len(rows), len(columns)))
        for c, i, j in np.ndindex(y.shape):
            top, left = rows[i], columns[j]
            y[c, i, j] = entry(x[c, top : top + size, left : left + size])
        return y

    return pool


def _pool_columns(x, size, stride):
    y = np.zeros_like(_pool_maps(x, size, stride))
    return y + np.max(x, axis=1)[:, None, : y.shape[2]]


def _pool_all_columns(x, size, stride):
    return np.max(x, axis=1)


def _pool_stripes(x, size, stride, rows):
    """The maximum of all rows, or of all columns, that a window touches."""
    y = np.zeros_like(_pool_maps(x, size, stride))
    for c, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        seen = x[c, top : top + size] if rows else x[c, :, left : left + size]
        y[c, i, j] = np.max(seen)
    return y


def _pool_as_many_as_rows(x, size, stride):
    y = _pool_maps(x, size, stride)
    if y.shape[2] < y.shape[1]:
        raise ValueError("zero-size array to reduction operation maximum")
    return y[:, :, : y.shape[1]]


_EXAMPLE = np.array(
    [
        [
            [1.0, 3.0, 2.0, 4.0],
            [5.0, 6.0, 1.0, 2.0],
            [7.0, 2.0, 9.0, 1.0],
            [0.0, 8.0, 3.0, 5.0],
        ]
    ]
)

POOL_MAPS = Exercise(
    name="convolution.pool_maps",
    title="The largest of each window",
    kind="code",
    minutes=7,
    statement=r"""
Write `pool_maps(x, size, stride)`: max pooling.

`x` holds maps, of shape `(C, H, W)`. A window of `size` × `size` slides over each map by
itself, and moves by `stride`, downwards and to the right. Of each window the largest number
is kept. A window that does not lie wholly inside is left out.

It gives back an array of shape `(C, H_out, W_out)`. For instance, with `size=2` and
`stride=1`, where windows overlap:

$$
\begin{bmatrix} 1 & 3 & 2 \\ 5 & 4 & 0 \\ 7 & 2 & 9 \end{bmatrix}
\;\to\;
\begin{bmatrix} 5 & 4 \\ 7 & 9 \end{bmatrix}
$$
""",
    starter=(
        "def pool_maps(x, size, stride):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_pool_maps,
    explanation=r"""
The places are those of a convolution without padding. Only what happens in the window
differs: the largest number in place of a sum of products, and every map for itself.

Most often `stride` equals `size`, and the windows lie side by side; then a map that `size`
does not divide loses its last rows and columns. With a smaller stride they overlap, as in
AlexNet (3 and 2).

The maximum of the whole map is a thing of its own, *global* pooling: one number for each map.
""",
    hints=(
        "How many rows and columns come out? The same count as for a convolution without "
        "padding: from `H`, `size` and `stride`.",
        "Entry `(c, i, j)` looks at one map alone, `x[c]`. At which row and which column "
        "does its window begin?",
        "It begins at row `i * stride` and column `j * stride`, and the entry is "
        "`np.max(x[c, top : top + size, left : left + size])`.",
    ),
    cases=(
        call(_EXAMPLE, 2, 2),
        call(np.array([[[-3.0, -1.5, -4.0], [-2.0, -5.0, -6.5]]]), 2, 1),
        call(_numbers(11, 2, 5, 7), 3, 2),
        call(_numbers(12, 3, 5, 4), 2, 2),
        call(_numbers(13, 2, 7, 8), 2, 3),
        call(_numbers(14, 2, 6, 6), 3, 1),
    ),
    misconceptions={
        "whole_map": Misconception(
            lambda x, size, stride: x.max(axis=(1, 2)),
            "One number for each map: that is the maximum of the whole map, global "
            "pooling. Asked for is one for each window.",
        ),
        "whole_map_as_a_map": Misconception(
            lambda x, size, stride: x.max(axis=(1, 2), keepdims=True),
            "This is the maximum of the whole map, global pooling. Asked for is one "
            "number for each window.",
        ),
        "whole_map_everywhere": Misconception(
            lambda x, size, stride: (
                _pool_maps(x, size, stride) * 0 + x.max(axis=(1, 2), keepdims=True)
            ),
            "Every entry is the maximum of the whole map. Each has a window of its own: "
            "cut it out first.",
        ),
        "whole_array": Misconception(
            lambda x, size, stride: x.max(),
            "This is the largest number of all maps. Asked for is one for each window of "
            "each map.",
        ),
        "column_maximum": Misconception(
            _pool_columns,
            "This is the maximum of column j, from top to bottom: the row i does not come "
            "into it, so all rows are alike. A window has rows and columns.",
        ),
        "every_column": Misconception(
            _pool_all_columns,
            "This is the maximum of each column, from top to bottom. A window has rows "
            "and columns, and slides both ways.",
        ),
        "whole_columns": Misconception(
            lambda x, size, stride: _pool_stripes(x, size, stride, rows=False),
            "The window has the right columns, but all rows of the map. It is cut in both "
            "directions.",
        ),
        "whole_rows": Misconception(
            lambda x, size, stride: _pool_stripes(x, size, stride, rows=True),
            "The window has the right rows, but all columns of the map. It is cut in both "
            "directions.",
        ),
        "all_maps_in_each": Misconception(
            lambda x, size, stride: (
                0 * _pool_maps(x, size, stride)
                + _pool_maps(x, size, stride).max(axis=0)
            ),
            "Each window reaches through all maps, so that they come out alike. Each map "
            "is pooled by itself: `x[c]`.",
        ),
        "mean": Misconception(
            _pool_with(np.mean),
            "This is the mean of each window, average pooling. Take its largest number.",
        ),
        "sum": Misconception(
            _pool_with(np.sum),
            "This is the sum of each window. Take its largest number.",
        ),
        "smallest": Misconception(
            _pool_with(np.min), "This is the smallest number of each window."
        ),
        "begins_at_zero": Misconception(
            _pool_with(lambda window: max(0.0, np.max(window))),
            "Where a window holds negative numbers only, 0 comes out. Does the search "
            "begin with 0? Begin with -np.inf, or with the window's first number.",
        ),
        "largest_size": Misconception(
            _pool_with(lambda window: np.max(np.abs(window))),
            "The signs are lost: -5 counts as 5. The largest number is asked for, not "
            "the one farthest from 0.",
        ),
        "across_channels": Misconception(
            lambda x, size, stride: _pool_maps(x, size, stride).max(axis=0),
            "The maps are pooled into one. Each map is pooled by itself.",
        ),
        "stride_ignored": Misconception(
            lambda x, size, stride: _pool_maps(x, size, 1),
            "The stride does not come into it: the windows lie one pixel apart.",
        ),
        "windows_side_by_side": Misconception(
            lambda x, size, stride: _pool_maps(x, size, size),
            "The windows lie side by side, `size` apart, whatever the stride is. They "
            "move by `stride`: where that is smaller they overlap, where it is larger "
            "pixels are left out.",
        ),
        "windows_overlap": Misconception(
            _pool_with(starts=_crowded),
            "The map has the right size, but the windows lie one pixel apart and overlap. "
            "That of entry (i, j) begins at (i * stride, j * stride).",
        ),
        "size_and_stride_exchanged": Misconception(
            lambda x, size, stride: _pool_maps(x, stride, size),
            "Size and stride are exchanged: a window is `size` wide, and moves by "
            "`stride`.",
        ),
        "window_as_wide_as_stride": Misconception(
            lambda x, size, stride: _pool_with(
                starts=lambda n, k, s: _starts(n, size, s)
            )(x, stride, stride),
            "The windows begin at the right places, but are as wide as the stride. They "
            "are `size` wide.",
        ),
        "one_too_few": Misconception(
            _pool_with(starts=lambda n, k, s: _starts(n, k, s)[:-1]),
            "The last row and the last column of windows are missing: room // stride, "
            "and one more for the first.",
        ),
        "one_inside_the_division": Misconception(
            _pool_with(starts=lambda n, k, s: range(0, (n - k + 1) // s * s, s)),
            "A row or a column is missing where the stride is more than 1: the 1 is added "
            "before the division. Divide first: (H - size) // stride + 1.",
        ),
        "size_over_stride": Misconception(
            _pool_with(starts=lambda n, k, s: range(0, n // s * s, s)),
            "There are H // stride windows, and the last may reach over the border. Only "
            "those that lie wholly inside count: (H - size) // stride + 1.",
        ),
        "as_many_columns_as_rows": Misconception(
            _pool_as_many_as_rows,
            "Rows and columns are taken to be as many. The maps need not be square.",
        ),
        "range_ends_early": Misconception(
            _pool_with(starts=lambda n, k, s: range(0, n - k, s)),
            "The last window is missing where it ends right at the border: a `range` stops "
            "before its end. Let it end at H - size + 1.",
        ),
        "parts_of_windows": Misconception(
            _pool_with(starts=lambda n, k, s: range(0, n, s)),
            "Windows that reach over the border count here too. Only those that lie "
            "wholly inside are asked for: `range` ends at H - size + 1.",
        ),
        "rounded_up": Misconception(
            _pool_with(starts=_every_start),
            "The size is rounded up: a last window that lies partly outside counts too. "
            "Only those that lie wholly inside are asked for.",
        ),
    },
)

# ------------------------------------------------- debug: a product is no convolution

_NO_CONVOLUTION = """def slide_over(image, kernel):
    rows, columns = image.shape
    size = len(kernel)
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for k in range(size):
                out[i, j] += kernel[i, k] * image[k, j]
    return out
"""


def _slide_over(image, kernel):
    rows, columns = image.shape
    size = len(kernel)
    out = np.zeros((rows - size + 1, columns - size + 1))
    for i in range(rows - size + 1):
        for j in range(columns - size + 1):
            for u in range(size):
                for v in range(size):
                    out[i, j] += kernel[u, v] * image[i + u, j + v]
    return out


def _slid(entry, starts=_starts):
    """A map whose entries are entry(image, kernel, i, j)."""

    def slide_over(image, kernel):
        shape = [len(starts(n, len(kernel), 1)) for n in image.shape]
        out = np.zeros(shape)
        for i, j in np.ndindex(out.shape):
            out[i, j] = entry(image, kernel, i, j)
        return out

    return slide_over


def _window(image, kernel, i, j):
    return image[i : i + len(kernel), j : j + len(kernel)]


def _right_entry(image, kernel, i, j):
    return np.sum(kernel * _window(image, kernel, i, j))


def _product_entry(image, kernel, i, j):
    return sum(kernel[i, k] * image[k, j] for k in range(len(kernel)))


def _diagonal_entry(image, kernel, i, j):
    return sum(kernel[k, k] * image[i + k, j + k] for k in range(len(kernel)))


def _column_entry(image, kernel, i, j):
    return sum(kernel[k, 0] * image[i + k, j] for k in range(len(kernel)))


def _row_entry(image, kernel, i, j):
    return sum(kernel[0, k] * image[i, j + k] for k in range(len(kernel)))


def _row_by_row_entry(image, kernel, i, j):
    return sum(kernel[i, k] * image[i, j + k] for k in range(len(kernel)))


def _rows_by_column_entry(image, kernel, i, j):
    return sum(kernel[i, k] * image[i + k, j] for k in range(len(kernel)))


def _size_kept(image, kernel):
    """The right sums in an array as large as the image: an IndexError at the end."""
    out = np.zeros(image.shape)
    for i, j in np.ndindex(image.shape):
        for u, v in np.ndindex(kernel.shape):
            out[i, j] += kernel[u, v] * image[i + u, j + v]
    return out


def _size_kept_in_slices(image, kernel):
    out = np.zeros(image.shape)
    for i, j in np.ndindex(image.shape):
        out[i, j] = _right_entry(image, kernel, i, j)  # NumPy cannot, near the end
    return out


def _map_in_a_corner(image, kernel):
    out, found = np.zeros(image.shape), _slide_over(image, kernel)
    out[: found.shape[0], : found.shape[1]] = found
    return out


def _windows_cut_off(image, kernel):
    """Windows over the border too, with those of their pixels that exist."""
    return _slide_over(np.pad(image, (0, len(kernel) - 1)), kernel)


def _columns_as_rows(image, kernel):
    return _slide_over(image, kernel)[:, : len(image) - len(kernel) + 1]


def _last_place_left_at_zero(image, kernel):
    out = _slide_over(image, kernel)
    out[-1:], out[:, -1:] = 0.0, 0.0
    return out


def _entry_one_too_early(image, kernel, i, j):
    return _right_entry(np.roll(image, (1, 1), (0, 1)), kernel, i, j)


def _same_by_padding(image, kernel):
    size = len(kernel)
    before = (size - 1) // 2
    return _slide_over(np.pad(image, (before, size - 1 - before)), kernel)


_ONE_TO_NINE = np.arange(1.0, 10.0).reshape(3, 3)
_DOWN = np.array([[1.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -1.0]])

NO_CONVOLUTION = Exercise(
    name="convolution.no_convolution",
    title="A convolution that is none",
    kind="debug",
    minutes=8,
    statement=r"""
`slide_over` is to slide a square kernel of shape `(K, K)` over an image of shape `(H, W)`
and return the map: correlation, stride 1, no padding. The code follows a formula from the
articles that this course grew out of.

$$
\begin{aligned}
\mathtt{image} &= \begin{bmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \\ 7 & 8 & 9 \end{bmatrix} \\
\mathtt{kernel} &= \begin{bmatrix} 1 & 2 & 1 \\ 0 & 0 & 0 \\ -1 & -2 & -1 \end{bmatrix}
\end{aligned}
$$

Here the kernel fits at one place only, and the map is a single number in two pairs of
brackets, `[[-24]]`. The code gives nine numbers, from −24 to 24. With an image of 5 × 5
pixels it stops with an `IndexError`.

Mend it. What does an entry of the map add up, and how many entries are there?
""",
    starter=_NO_CONVOLUTION,
    answer=_slide_over,
    explanation=r"""
`kernel[i, k] * image[k, j]`, added up over `k`, is the product of two matrices: row `i` of the
kernel with column `j` of the image. Nothing slides, and three pixels of one column come
into it.

An entry of a convolution looks at a window. The place `(i, j)` says where that begins, and two
more numbers run through it: `kernel[u, v] * image[i + u, j + v]`. A window of `K` fits at
`H - K + 1` places; at any other it would ask for pixels that do not exist.

In the example the product gives the kernel's row of zeros a row of the map, which makes no
sense: the rows of a kernel are not places of the image.
""",
    hints=(
        "Write the sum of one entry for a 2 × 2 kernel, with all four products. Which "
        "pixels are in it, if the window begins at row `i` and column `j`?",
        "Two numbers run through the window, one down and one across: it takes a fourth "
        "loop. And the kernel's entry does not depend on `i` and `j`: the same kernel "
        "everywhere.",
        "`kernel[u, v] * image[i + u, j + v]`, with `u` and `v` from 0 to `size - 1`, and "
        "`i` from 0 to `rows - size`.",
    ),
    cases=(
        call(_ONE_TO_NINE, _DOWN),
        call(
            np.array([[1.0, 5.0, 2.0], [0.0, 3.0, 0.5], [6.0, 1.0, 0.0]]),
            np.array([[1.0, 2.0], [-1.0, 3.0]]),
        ),
        call(_numbers(15, 4, 6), _numbers(16, 3, 3)),
        call(_numbers(17, 5, 5), _numbers(18, 3, 3)),
        call(_numbers(19, 2, 3), np.array([[4.0]])),
    ),
    misconceptions={
        "still_a_product": Misconception(
            _slid(_product_entry),
            "The map has the right size now, but its entries are those of a product of "
            "matrices. The window begins at (i, j), and all of the kernel is laid on it.",
        ),
        "size_kept": Misconception(
            _size_kept,
            "The sum is right now, but the map is as large as the image: its last windows "
            "ask for pixels that do not exist. A window of K fits at H - K + 1 places.",
        ),
        "size_kept_in_slices": Misconception(
            _size_kept_in_slices,
            "The sum is right, but the map is as large as the image: the last windows "
            "reach over the border, where a slice is cut short and no longer fits the "
            "kernel. A window of K fits at H - K + 1 places.",
        ),
        "map_in_a_corner": Misconception(
            _map_in_a_corner,
            "The sums are right, but they stand in an array as large as the image, with "
            "zeros left over. Make `out` as large as there are places.",
        ),
        "windows_cut_off": Misconception(
            _windows_cut_off,
            "The sums are right where the window lies inside. But windows that reach over "
            "the border are counted too, with the pixels that exist. Only whole windows "
            "count: `out` has H - K + 1 rows.",
        ),
        "padded": Misconception(
            _same_by_padding,
            "Zeros are put around the image, so that the map is as large. That is a "
            "convolution too, with padding. Here none is asked for.",
        ),
        "last_place_left_at_zero": Misconception(
            _last_place_left_at_zero,
            "The map has the right size, but its last row and its last column are left at "
            "0: `range` ends before its end, so let it be `range(rows - size + 1)`.",
        ),
        "place_forgotten": Misconception(
            _slid(lambda image, kernel, i, j: _right_entry(image, kernel, 0, 0)),
            "All entries are those of the first window. It moves: entry (i, j) begins at "
            "`image[i, j]`.",
        ),
        "one_too_early": Misconception(
            _slid(_entry_one_too_early),
            "The window begins one row and one column too early, with index -1 at the "
            "border. With `size - 1` fewer places there is nothing to centre: it begins "
            "at (i, j).",
        ),
        "one_place_missing": Misconception(
            _slid(_right_entry, starts=lambda n, k, s: range(n - k)),
            "The last row and the last column of the map are missing: there are "
            "H - K + 1 places, the first and the last counted.",
        ),
        "columns_as_many_as_rows": Misconception(
            _columns_as_rows,
            "Columns are taken to be as many as rows. The image need not be square: W - K "
            "+ 1 columns.",
        ),
        "map_transposed": Misconception(
            lambda image, kernel: _slide_over(image, kernel).T,
            "The sums are right, but rows and columns of the map are exchanged: entry "
            "[i, j] belongs to the window that begins at row i and column j.",
        ),
        "diagonal_only": Misconception(
            _slid(_diagonal_entry),
            "One number runs down and across at the same time: only the diagonal of the "
            "window is added up. It takes two, `u` and `v`.",
        ),
        "column_only": Misconception(
            _slid(_column_entry),
            "Only one column of the window is added up. Across, it takes a second loop.",
        ),
        "row_only": Misconception(
            _slid(_row_entry),
            "Only one row of the window is added up. Downwards, it takes a second loop.",
        ),
        "kernel_row_by_place": Misconception(
            _slid(_row_by_row_entry),
            "It slides across now, but the row of the kernel depends on `i`, the place. The "
            "whole kernel is laid on at every place.",
        ),
        "kernel_row_down_the_image": Misconception(
            _slid(_rows_by_column_entry),
            "It slides downwards now, but the row of the kernel depends on `i`, the place. "
            "The whole kernel is laid on at every place.",
        ),
        "kernel_flipped": Misconception(
            lambda image, kernel: _slide_over(image, kernel[::-1, ::-1]),
            "The kernel is turned round: `kernel[u, v]` meets the pixel `u` rows down and "
            "`v` columns to the right, counted from the window's upper left.",
        ),
        "kernel_transposed": Misconception(
            lambda image, kernel: _slide_over(image, kernel.T),
            "Rows and columns of the kernel are exchanged: `kernel[u, v]` meets "
            "`image[i + u, j + v]`.",
        ),
        "window_product_summed": Misconception(
            _slid(
                lambda image, kernel, i, j: np.sum(
                    kernel @ _window(image, kernel, i, j)
                )
            ),
            "The window is right now, but `@` multiplies it as a matrix. Multiply what "
            "lies on top of each other, with `*`.",
        ),
        "window_product_turned": Misconception(
            _slid(
                lambda image, kernel, i, j: np.sum(
                    _window(image, kernel, i, j) @ kernel
                )
            ),
            "The window is right now, but `window @ kernel` is a product of matrices. "
            "Multiply what lies on top of each other, with `*`.",
        ),
        "last_product_only": Misconception(
            _slid(
                lambda image, kernel, i, j: (kernel * _window(image, kernel, i, j))[
                    -1, -1
                ]
            ),
            "Only the last product is left. They are added up: += in place of =.",
        ),
    },
)

# --------------------------------------------------- debug: an index outside the image

_OTHER_SIDE = """def same_size_map(image, kernel):
    rows, columns = image.shape
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for u, v in np.ndindex(3, 3):
                r, c = i + u - 1, j + v - 1
                try:
                    out[i, j] += kernel[u, v] * image[r, c]
                except IndexError:
                    continue  # outside the image: counts as 0
    return out
"""


def _same_size_map(image, kernel):
    rows, columns = image.shape
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for u, v in np.ndindex(3, 3):
                r, c = i + u - 1, j + v - 1
                if 0 <= r < rows and 0 <= c < columns:
                    out[i, j] += kernel[u, v] * image[r, c]
    return out


def _map_of(pad):
    """The map of an image that was continued by pad(image)."""
    return lambda image, kernel: _slide_over(pad(image), kernel)


def _border_left(image, kernel):
    return np.pad(_slide_over(image, kernel), 1)


def _larger_map(image, kernel):
    return _slide_over(np.pad(image, 2), kernel)


def _asked(inside, moved=1):
    """The map of the pixels for which inside(r, rows, c, columns), others as 0."""

    def same_size_map(image, kernel):
        (rows, columns), out = image.shape, np.zeros(image.shape)
        for i, j in np.ndindex(rows, columns):
            for u, v in np.ndindex(3, 3):
                r, c = i + u - moved, j + v - moved
                if inside(r, rows, c, columns):
                    out[i, j] += kernel[u, v] * image[r, c]
        return out

    return same_size_map


def _left_at(outside):
    """The loop over the window is left at the first pixel that is `outside`."""

    def same_size_map(image, kernel):
        (rows, columns), out = image.shape, np.zeros(image.shape)
        for i, j in np.ndindex(rows, columns):
            for u, v in np.ndindex(3, 3):
                r, c = i + u - 1, j + v - 1
                if outside(r, rows, c, columns):
                    break
                if r < rows and c < columns:
                    out[i, j] += kernel[u, v] * image[r, c]
        return out

    return same_size_map


_wrapped = _asked(lambda r, rows, c, columns: r < rows and c < columns)


def _repeated_above(image, kernel):
    (rows, columns), out = image.shape, np.zeros(image.shape)
    for i, j in np.ndindex(rows, columns):
        for u, v in np.ndindex(3, 3):
            r, c = max(i + u - 1, 0), max(j + v - 1, 0)
            if r < rows and c < columns:
                out[i, j] += kernel[u, v] * image[r, c]
    return out


def _mirrored(image, kernel):
    (rows, columns), out = image.shape, np.zeros(image.shape)
    for i, j in np.ndindex(rows, columns):
        for u, v in np.ndindex(3, 3):
            r, c = abs(i + u - 1), abs(j + v - 1)
            if r < rows and c < columns:
                out[i, j] += kernel[u, v] * image[r, c]
    return out


_GROUND = np.zeros((4, 5))
_GROUND[3] = 9.0
_BELOW = np.array([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])

OTHER_SIDE = Exercise(
    name="convolution.other_side",
    title="Seen from the other side",
    kind="debug",
    minutes=7,
    statement=r"""
`same_size_map` is to slide a 3 × 3 kernel over an image so that the map is as large as the
image: the window is *centred* on each pixel in turn, and what lies outside of the image counts
as 0.

It was tried on a dark picture with a bright bottom row, and with a kernel that takes what
is above away from what is below:

```python
image = np.zeros((4, 5))
image[3] = 9
kernel = np.array([
    [-1, -1, -1],
    [0, 0, 0],
    [1, 1, 1],
])
```

There is nothing to see at the top of this picture. But the top row of the map is

$$-27,\; -27,\; -27,\; -27,\; -18$$

in place of zeros. Where does the code look? Find the mistake, and mend it.
""",
    starter=_OTHER_SIDE,
    answer=_same_size_map,
    explanation=r"""
At the top row `r` is −1 for `u = 0`. That is outside of the image, but no error for NumPy: −1 is
the *last* row. So the window looks at the bright bottom of the picture, and at the left it
looks at the last column. Too large an index raises an `IndexError`; too small a one is
silent. Ask whether both lie inside. Or give the image a border of zeros first,
`np.pad(image, 1)`, and begin the window at `(i, j)` in the larger one.

Catching an error is no way to ask a question.
""",
    hints=(
        "Take the first pixel, `i = 0` and `j = 0`, and write down `r` and `c` for all "
        "nine `u`, `v`. Which of them lie outside of the image?",
        "What is `image[-1, 0]` in NumPy? Is it an `IndexError`?",
        "Use a pixel only if `0 <= r < rows and 0 <= c < columns`. Or begin with "
        "`padded = np.pad(image, 1)`, and read `padded[i + u, j + v]`.",
    ),
    cases=(
        call(_GROUND, _BELOW),
        call(_GROUND[:, ::-1].T.copy(), _BELOW.T.copy()),
        call(
            np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5], [0.0, 8.0, 7.0]]),
            np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]),
        ),
        call(_numbers(20, 5, 4), _numbers(21, 3, 3)),
    ),
    misconceptions={
        "only_rows_mended": Misconception(
            _asked(lambda r, rows, c, columns: 0 <= r < rows and -1 <= c < columns),
            "The rows are right now. At the left edge `c` is -1, and NumPy takes the last "
            "column: ask for the columns too.",
        ),
        "only_columns_mended": Misconception(
            _asked(lambda r, rows, c, columns: -1 <= r < rows and 0 <= c < columns),
            "The columns are right now. At the top `r` is -1, and NumPy takes the last "
            "row: ask for the rows too.",
        ),
        "corners_only": Misconception(
            _asked(
                lambda r, rows, c, columns: (
                    r < rows and c < columns and (r >= 0 or c >= 0)
                )
            ),
            "Now a pixel is left out only where both `r` and `c` are negative. One of the "
            "two is enough to lie outside: `and` in place of `or`, or the other way "
            "round?",
        ),
        "first_row_and_column_lost": Misconception(
            _asked(lambda r, rows, c, columns: 0 < r < rows and 0 < c < columns),
            "The first row and the first column of the image are left out now. 0 lies "
            "inside: `0 <= r`, not `0 < r`.",
        ),
        "last_row_and_column_lost": Misconception(
            _asked(
                lambda r, rows, c, columns: 0 <= r < rows - 1 and 0 <= c < columns - 1
            ),
            "The last row and the last column of the image are left out now. "
            "`rows - 1` lies inside: `r < rows`.",
        ),
        "wrapped_all_round": Misconception(
            _map_of(lambda image: np.pad(image, 1, mode="wrap")),
            "Now all four sides look at the opposite side. What lies outside is to count "
            "as 0.",
        ),
        "border_repeated": Misconception(
            _map_of(lambda image: np.pad(image, 1, mode="edge")),
            "Outside, the nearest pixel of the border is taken. What lies outside is to "
            "count as 0.",
        ),
        "border_repeated_above": Misconception(
            _repeated_above,
            "At the top and at the left the nearest pixel of the border is taken: "
            "`max(..., 0)`? What lies outside is to count as 0.",
        ),
        "mirrored": Misconception(
            _mirrored,
            "Negative indices have lost their sign, so that the second row is taken for "
            "what lies above the first. What lies outside is to count as 0.",
        ),
        "left_at_the_first_outside": Misconception(
            _left_at(lambda r, rows, c, columns: r < 0 or c < 0),
            "At the first negative index the loop over the window is left altogether, and "
            "the pixels that lie inside are lost too: `continue`, not `break`.",
        ),
        "left_at_any_outside": Misconception(
            _left_at(
                lambda r, rows, c, columns: not (0 <= r < rows and 0 <= c < columns)
            ),
            "At the first pixel outside the loop over the window is left altogether, and "
            "those inside that come after it are lost: `continue`, not `break`.",
        ),
        "clipped_at_zero": Misconception(
            lambda image, kernel: np.maximum(_wrapped(image, kernel), 0.0),
            "The map is cut off at 0. That hides the negative numbers, but the code still "
            "looks at the other side of the image: mend what it reads.",
        ),
        "mended_and_clipped": Misconception(
            lambda image, kernel: np.maximum(_same_size_map(image, kernel), 0.0),
            "The border is right now, but negative sums are cut off at 0. They belong to "
            "the map.",
        ),
        "smaller_map": Misconception(
            _slide_over,
            "Only the places at which the window lies inside are left: a map without "
            "padding. It is to be as large as the image.",
        ),
        "larger_map": Misconception(
            _larger_map,
            "The map is larger than the image. If you padded the image: take `rows` and "
            "`columns` before that, and read `padded[i + u, j + v]`.",
        ),
        "border_left_at_zero": Misconception(
            _border_left,
            "The map has the right size, but its border is left at 0. There too the part "
            "of the window that lies inside counts.",
        ),
        "begins_at_the_pixel": Misconception(
            _asked(
                lambda r, rows, c, columns: 0 <= r < rows and 0 <= c < columns, moved=0
            ),
            "No index is negative any more, but now the window begins at the pixel. It is "
            "to be centred on it. (With `np.pad(image, 1)` read from the padded image.)",
        ),
        "padded_and_moved": Misconception(
            _asked(
                lambda r, rows, c, columns: 0 <= r < rows and 0 <= c < columns, moved=2
            ),
            "The map is moved by a row and a column. In the padded image pixel (i, j) stands at "
            "(i + 1, j + 1), so the -1 is in there already: read `padded[i + u, j + v]`.",
        ),
        "kernel_flipped": Misconception(
            lambda image, kernel: _same_size_map(image, kernel[::-1, ::-1]),
            "The border is right, but the kernel is turned round now. `kernel[u, v]` meets "
            "the pixel `u - 1` rows below and `v - 1` columns to the right of the centre.",
        ),
    },
)

# ---------------------------------------------------------- code: the receptive field


def _field_of(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def _field_with(grow, start=1):
    """A wrong field: grow(field, step, kernel, stride) gives the new field and step."""

    def field_of(layers):
        field, step = start, 1
        for kernel, stride in layers:
            field, step = grow(field, step, kernel, stride)
        return field

    return field_of


def _field_from_the_top(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = field * stride + kernel
    return field


def _total_stride(layers):
    return int(np.prod([stride for _, stride in layers]))


RECEPTIVE_FIELD = Exercise(
    name="convolution.receptive_field",
    title="How far one number sees",
    kind="code",
    minutes=8,
    statement=r"""
Layers with windows stand on top of each other, convolutions or pooling. An entry of the last
map depends on a square of the image: its *receptive field*.

Write `field_of(layers)`. `layers` is a list of pairs `(kernel, stride)`, the lowest layer
first, for one side of the image. It gives back how many pixels of that side one entry of
the last map sees. (Think of an entry in the middle. No dilation; padding changes nothing.)

Two kernels of 3, one on the other, see 5 pixels: `field_of([(3, 1), (3, 1)])` is 5.
""",
    starter="def field_of(layers):\n    # your code in place of the dots\n    ...\n",
    answer=_field_of,
    explanation=r"""
Go up, and keep two numbers: the field of one entry, and how many pixels of the image two
neighbours lie apart, the *step*. At the bottom both are 1.

A layer with a kernel of $k$ joins $k$ neighbours. The first brings its whole field, each of
the $k - 1$ others only what it sees beyond: one step. So the field grows by
$(k - 1) \cdot \text{step}$. Only then does the layer's stride make the step longer, for
the layers above:

$$
\begin{aligned}
\text{field} &\leftarrow \text{field} + (k - 1) \cdot \text{step} \\
\text{step} &\leftarrow \text{step} \cdot s
\end{aligned}
$$

From the top it is $\text{field} \leftarrow (\text{field} - 1) \cdot s + k$, the last layer
first.

Strides multiply. That is how a few layers come to see much: five kernels of 3 see 11
pixels with stride 1, and 63 with stride 2.
""",
    hints=(
        "Draw two kernels of 3 on top of each other: three neighbours, each of which sees "
        "3 pixels. How many pixels do they share?",
        "Keep the distance, in pixels of the image, between two neighbours of the map that "
        "you have come to. It is 1 at first, and each stride multiplies it.",
        "A layer adds `(kernel - 1) * step` to the field, with the step of the map that it "
        "looks at. Only afterwards `step *= stride`.",
    ),
    cases=(
        call([(3, 1), (3, 1)]),
        call([(3, 2), (3, 1)]),
        call([(5, 1), (2, 2), (5, 1), (2, 2)]),
        call([(3, 2), (5, 3), (4, 1), (2, 2)]),
        call([(7, 2)]),
        call([(11, 4), (3, 2), (5, 1), (3, 2)]),
    ),
    misconceptions={
        "strides_ignored": Misconception(
            _field_with(lambda f, t, k, s: (f + k - 1, t)),
            "The strides do not come into it. After a layer with stride 2 neighbours lie "
            "two pixels apart, and every kernel above reaches twice as far.",
        ),
        "own_stride_first": Misconception(
            _field_with(lambda f, t, k, s: (f + (k - 1) * t * s, t * s)),
            "Each layer's own stride is counted before its kernel. A kernel joins "
            "neighbours of the map below; its stride sets the distance of those above.",
        ),
        "own_stride_only": Misconception(
            _field_with(lambda f, t, k, s: (f + (k - 1) * s, t)),
            "Each kernel is multiplied by its own stride. What counts is the product of "
            "the strides of all layers *below* it.",
        ),
        "last_stride_only": Misconception(
            _field_with(lambda f, t, k, s: (f + (k - 1) * t, s)),
            "Only the stride of the layer just below is counted. The strides of all "
            "layers below multiply: `step *= stride` in place of `step = stride`.",
        ),
        "first_stride_lost": Misconception(
            lambda layers: _field_of([(layers[0][0], 1), *layers[1:]]),
            "The first layer's stride is missing. Begin before it, with field 1 and step "
            "1, so that its stride counts for the layers above.",
        ),
        "multiplied_going_up": Misconception(
            _field_with(lambda f, t, k, s: (f * s + k - 1, t)),
            "Going up, the field is multiplied by the layer's own stride. A stride moves "
            "neighbours apart: it makes longer what the layers above add.",
        ),
        "multiplied_going_down": Misconception(
            lambda layers: _field_with(lambda f, t, k, s: (f * s + k - 1, t))(
                layers[::-1]
            ),
            "Going down, the field is multiplied by the stride. Of f neighbours only the "
            "f - 1 steps between them are: (field - 1) * stride + kernel.",
        ),
        "strides_added": Misconception(
            _field_with(lambda f, t, k, s: (f + (k - 1) * t, t + s)),
            "The strides are added. They multiply: two layers with stride 3 put "
            "neighbours 9 pixels apart.",
        ),
        "strides_added_less_one": Misconception(
            _field_with(lambda f, t, k, s: (f + (k - 1) * t, t + s - 1)),
            "The strides are added. They multiply: two layers with stride 3 put "
            "neighbours 9 pixels apart, not 5.",
        ),
        "kernels_added": Misconception(
            lambda layers: sum(k for k, _ in layers),
            "This is the sum of the kernels. Neighbouring windows share pixels: each "
            "further neighbour adds one step only.",
        ),
        "kernels_less_one": Misconception(
            lambda layers: sum(k - 1 for k, _ in layers),
            "This is the sum of kernel - 1. Begin with 1, the pixel itself; and strides "
            "make the steps longer.",
        ),
        "area": Misconception(
            lambda layers: _field_of(layers) ** 2,
            "This is how many pixels the whole square holds. Asked for is its side.",
        ),
        "kernels_multiplied": Misconception(
            lambda layers: int(np.prod([k for k, _ in layers])),
            "This is the product of the kernels, as if windows did not overlap. Two "
            "kernels of 3 see 5 pixels, not 9.",
        ),
        "whole_kernels": Misconception(
            _field_with(lambda f, t, k, s: (f + k * t, t * s)),
            "Each layer adds its whole kernel. Of k neighbours the first is in the field "
            "already: k - 1 are new.",
        ),
        "whole_kernels_from_zero": Misconception(
            _field_with(lambda f, t, k, s: (f + k * t, t * s), start=0),
            "Each layer adds its whole kernel. Begin with 1 pixel; of a kernel's k "
            "neighbours the first is in the field already, and k - 1 are new.",
        ),
        "kernels_added_to_one": Misconception(
            lambda layers: 1 + sum(k for k, _ in layers),
            "This is 1 and the sum of the kernels. Each adds only k - 1 neighbours, and "
            "each of them lies one step further, the product of the strides below it.",
        ),
        "begins_at_zero": Misconception(
            _field_with(lambda f, t, k, s: (f + (k - 1) * t, t * s), start=0),
            "One is missing: before the first layer an entry is a pixel, and sees 1. Begin "
            "with 1.",
        ),
        "highest_first": Misconception(
            lambda layers: _field_of(layers[::-1]),
            "The layers are taken in the wrong order. Adding (kernel - 1) * step goes "
            "from the lowest up; (field - 1) * stride + kernel goes from the highest "
            "down.",
        ),
        "from_the_top_with_overlap": Misconception(
            _field_from_the_top,
            "From the top: f entries lie (f - 1) strides apart from first to last, and "
            "then comes one kernel. It is (field - 1) * stride + kernel.",
        ),
        "overlap_and_order": Misconception(
            lambda layers: _field_from_the_top(layers[::-1]),
            "field * stride + kernel goes from the highest layer down, and counts one "
            "stride too many: it is (field - 1) * stride + kernel, the last layer first.",
        ),
        "highest_layer_only": Misconception(
            lambda layers: layers[-1][0],
            "This is the last kernel alone: what an entry sees of the map below. That "
            "map's entries see several pixels each.",
        ),
        "total_stride": Misconception(
            _total_stride,
            "This is the product of the strides: how far apart two neighbours of the last "
            "map lie. Asked for is how much one of them sees.",
        ),
    },
)

# -------------------------------------------------------------- code: patches as rows


def _patch_rows(x, size, stride=1):
    _, height, width = x.shape
    rows = []
    for i in range(0, height - size + 1, stride):
        for j in range(0, width - size + 1, stride):
            patch = x[:, i : i + size, j : j + size]
            rows.append(patch.ravel())
    return np.array(rows)


def _patches(x, size, stride=1, starts=_starts):
    """The patches, (H_out, W_out, C, K, K)."""
    rows, columns = (starts(n, size, stride) for n in x.shape[1:])
    return np.array([[x[:, i : i + size, j : j + size] for j in columns] for i in rows])


def _rows_of(turn, starts=_starts):
    """Patches as rows, after turn(patches) has put their axes into another order."""

    def patch_rows(x, size, stride=1):
        patches = turn(_patches(x, size, stride, starts))
        return patches.reshape(patches.shape[0] * patches.shape[1], -1)

    return patch_rows


PATCH_ROWS = Exercise(
    name="convolution.patch_rows",
    title="Patches as rows",
    kind="code",
    minutes=9,
    statement=r"""
With the patches of an image as rows, a convolution is one product of matrices:

```python
rows = patch_rows(x, size, stride)
w = weight.reshape(O, -1)
maps = rows @ w.T
```

`x` has the shape `(C, H, W)`, `weight` the shape `(O, C, size, size)`, and row `o` of `w` holds
kernel `o` as NumPy lays it out: channel by channel, and in each channel row by row.

Write `patch_rows(x, size, stride=1)`. It gives back an array with one row for each place of
the window, and `C * size * size` columns, in the order of `w`. Places come as one reads: from
left to right, and then the next row of places. There is no padding.
""",
    starter=(
        "def patch_rows(x, size, stride=1):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_patch_rows,
    explanation=r"""
`ravel` writes a patch `(C, size, size)` out as NumPy lays out a kernel, so that number `n` of
the row meets number `n` of the kernel. The product then has a row for each place and a column
for each kernel; `maps.T.reshape(O, H_out, W_out)` are the maps.

The array holds most pixels many times: with a kernel of 3 and stride 1 nearly nine times. That
memory buys speed, as the product of two large matrices is what computers do best.

`np.lib.stride_tricks.sliding_window_view` shows all windows without copying: from
`sliding_window_view(x, (size, size), axis=(1, 2))`, which is `(C, H', W', size, size)`, take
every stride-th place, bring the channels behind the places and reshape.
""",
    hints=(
        "Two loops, over the rows and the columns at which a window begins. What is the "
        "shape of a patch of all channels, `x[:, i : i + size, j : j + size]`?",
        "`ravel` of such a patch has the order of `w`. Collect these in a list, and make an "
        "array of it at the end.",
        "`for i in range(0, H - size + 1, stride)`, and inside it the same for `j` with "
        "`W`: `rows.append(x[:, i : i + size, j : j + size].ravel())`.",
    ),
    cases=(
        call(np.arange(1.0, 13.0).reshape(1, 3, 4), 2, 1),
        call(np.arange(1.0, 19.0).reshape(2, 3, 3), 2, 1),
        call(_numbers(22, 3, 4, 5), 3, 1),
        call(_numbers(23, 2, 5, 8), 2, 3),
        call(_numbers(24, 2, 7, 6), 3, 2),
    ),
    misconceptions={
        "patches_as_columns": Misconception(
            lambda x, size, stride=1: _patch_rows(x, size, stride).T,
            "The patches stand in columns. (Some write it so, with the kernels in front.) "
            "Here each patch is a row.",
        ),
        "channels_last": Misconception(
            _rows_of(lambda p: p.transpose(0, 1, 3, 4, 2)),
            "In each row the channels of a pixel stand side by side. The kernels lie "
            "channel by channel: all of channel 0 first.",
        ),
        "patch_down_the_columns": Misconception(
            _rows_of(lambda p: p.transpose(0, 1, 2, 4, 3)),
            "The patches are written out column by column. Row by row is NumPy's order, "
            "and that of the kernels.",
        ),
        "patch_in_fortran_order": Misconception(
            _rows_of(lambda p: p.transpose(0, 1, 4, 3, 2)),
            "The patches are written out from the last axis to the first. The kernels lie "
            "channel by channel, row by row: the plain `ravel()`.",
        ),
        "patch_backwards": Misconception(
            _rows_of(lambda p: p[:, :, :, ::-1, ::-1]),
            "The patches are turned round, upside down and left to right. The kernel is "
            "laid on as it is, so leave them.",
        ),
        "places_down_the_columns": Misconception(
            _rows_of(lambda p: p.transpose(1, 0, 2, 3, 4)),
            "The places run down the columns. They come as one reads: left to right, then "
            "the next row.",
        ),
        "not_flattened": Misconception(
            lambda x, size, stride=1: _patches(x, size, stride).reshape(
                -1, len(x), size, size
            ),
            "The patches are right, but each is still an array of `(C, size, size)`. "
            "Write each out as one row: `ravel()`.",
        ),
        "places_not_flattened": Misconception(
            lambda x, size, stride=1: np.array(
                [
                    [patch.ravel() for patch in line]
                    for line in _patches(x, size, stride)
                ]
            ),
            "The patches are right, but the places still stand in rows and columns. One "
            "row for each place, one after the other.",
        ),
        "neither_flattened": Misconception(
            _patches,
            "The patches are right, but neither they nor their places are written out. "
            "One row for each place: `reshape(H_out * W_out, -1)`.",
        ),
        "channels_in_front": Misconception(
            lambda x, size, stride=1: (
                _patches(x, size, stride)
                .transpose(2, 0, 1, 3, 4)
                .reshape(-1, len(x) * size * size)
            ),
            "The shape is right, but the channels stood in front of the places when the "
            "array was reshaped. Put the places first, by `transpose`, and then reshape.",
        ),
        "channels_in_rows_of_their_own": Misconception(
            lambda x, size, stride=1: np.concatenate(
                [_patch_rows(channel[None], size, stride) for channel in x]
            ),
            "Each channel of a patch has a row of its own. All channels of a place belong "
            "in one row: the sum runs over them too.",
        ),
        "first_channel_only": Misconception(
            lambda x, size, stride=1: _patch_rows(x[:1], size, stride),
            "Only the first channel is there. A row holds the window of every channel.",
        ),
        "channels_summed": Misconception(
            lambda x, size, stride=1: _patch_rows(x.sum(0)[None], size, stride),
            "The channels are summed up beforehand. Each has weights of its own: let all "
            "of them stand in the row.",
        ),
        "stride_ignored": Misconception(
            lambda x, size, stride=1: _patch_rows(x, size, 1),
            "The stride does not come into it: the window moves by `stride` each time.",
        ),
        "side_by_side": Misconception(
            lambda x, size, stride=1: _patch_rows(x, size, size),
            "The windows lie side by side: they move by `size`. They move by `stride`, and "
            "overlap where that is smaller.",
        ),
        "crowded": Misconception(
            _rows_of(lambda p: p, starts=_crowded),
            "There are as many rows as there should be, but the windows lie one pixel "
            "apart: they begin at `i * stride`.",
        ),
        "last_place_missing": Misconception(
            _rows_of(lambda p: p, starts=lambda n, k, s: range(0, n - k, s)),
            "The last place is missing where the window ends right at the border: "
            "`range(0, H - size + 1, stride)`.",
        ),
    },
)

# ---------------------------------------------------------- code: back through a layer


def _slide_back(dy, x, w):
    dx, dw = np.zeros(len(x)), np.zeros(len(w))
    for p in range(len(dy)):
        dx[p : p + len(w)] += dy[p] * w
        dw += dy[p] * x[p : p + len(w)]
    return dx, dw


def _back_with(dx=None, dw=None):
    """The two gradients, one of them worked out in another way."""

    def slide_back(dy, x, w):
        right = _slide_back(dy, x, w)
        made = [
            other(dy, x, w) if other else gradient
            for other, gradient in zip((dx, dw), right, strict=True)
        ]
        return tuple(made)

    return slide_back


def _overwritten(dy, x, w):
    dx = np.zeros(len(x))
    for p in range(len(dy)):
        dx[p : p + len(w)] = dy[p] * w
    return dx


def _first_taps(dy, x, w):
    """Only what comes back to the first entry of each window."""
    dx = np.zeros(len(x))
    dx[: len(dy)] = dy * w[0]
    return dx


def _index_added(dy, x, w):
    """The kernel as it is, against dy[i], dy[i + 1], ..., as far as there are any."""
    return np.convolve(dy, w[::-1])[len(w) - 1 :].tolist() + [0.0] * (len(w) - 1)


def _index_from_the_end(dy, x, w):
    dx = np.zeros(len(x))
    for i, u in np.ndindex(len(x), len(w)):
        if -len(dy) <= i - u < len(dy):
            dx[i] += w[u] * dy[i - u]
    return dx


def _last_place(dy, x, w):
    return dy[-1] * x[len(dy) - 1 :]


def _place_forgotten(dy, x, w):
    """dx[p] += dy[p] * w[u]."""
    return np.append(dy * w.sum(), np.zeros(len(w) - 1))


def _weight_forgotten(dy, x, w):
    """dw[u] += dy[p] * x[p]."""
    return np.full(len(w), dy @ x[: len(dy)])


SLIDE_BACK = Exercise(
    name="convolution.slide_back",
    title="Back through a sliding kernel",
    kind="code",
    minutes=10,
    statement=r"""
In one dimension: a signal `x` of $n$ numbers, a kernel `w` of $k$ weights, and

$$y_p = \sum_{u=0}^{k-1} w_u\, x_{p+u}$$

at the $n - k + 1$ places $p$ where the kernel fits. `dy` is what comes back: the derivative
of the loss by each $y_p$.

Write `slide_back(dy, x, w)`. It returns two arrays, `dx` and `dw`: the derivatives by each
entry of `x` and by each weight.

For instance, with two weights and three places:

```python
dy = np.array([1.0, 0.0, 0.0])
x = np.array([2.0, 3.0, 5.0, 7.0])
w = np.array([10.0, 4.0])
# dx: 10, 4, 0, 0
# dw: 2, 3
```
""",
    starter=(
        "def slide_back(dy, x, w):\n    # your code in place of the dots\n    ...\n"
    ),
    answer=_slide_back,
    explanation=r"""
$y_p$ was made from $w_u$ and $x_{p+u}$. So `dy[p] * w[u]` goes back to `x[p + u]`, and
`dy[p] * x[p + u]` to `w[u]`; and all that comes back to the same number is added. That is
the loop.

Both are sliding sums again. A weight is used at every place:
$\mathtt{dw}_u = \sum_p \mathtt{dy}_p\, x_{p+u}$, `dy` sliding over `x`. An entry $x_i$ was
seen through weight $u$ from place $i - u$:

$$\mathtt{dx}_i = \sum_u w_u\, \mathtt{dy}_{i-u}$$

Here the index of `dy` *falls* as that of `w` grows: the kernel is turned round. With $k - 1$
zeros at each end of `dy` this is `np.convolve(dy, w)`, the convolution of the
mathematicians; and `dw` is `np.correlate(x, dy)`.
""",
    hints=(
        "One place at a time. $y_p$ is a weighted sum: what goes back from it to $x_{p+u}$, "
        "and what to $w_u$?",
        "`dy[p] * w[u]` goes to `x[p + u]`, and `dy[p] * x[p + u]` goes to `w[u]`. An entry "
        "of `x` lies in several windows, and a weight is used at all places: add up.",
        "Begin with zeros. For each `p`: `dx[p : p + len(w)] += dy[p] * w`, and "
        "`dw += dy[p] * x[p : p + len(w)]`.",
    ),
    cases=(
        call(
            np.array([1.0, 0.0, 0.0]),
            np.array([2.0, 3.0, 5.0, 7.0]),
            np.array([10.0, 4.0]),
        ),
        call(
            np.array([1.0, 2.0, -1.0]),
            np.array([1.0, 0.0, 2.0, 4.0, 3.0]),
            np.array([1.0, 3.0, 5.0]),
        ),
        call(_numbers(25, 7), _numbers(26, 9), np.array([2.0, -1.0, 3.0])),
        call(
            np.array([3.0, -2.0, 1.0, 4.0]),
            _numbers(27, 8),
            np.array([1.0, 4.0, 0.0, -2.0, 5.0]),
        ),
        call(_numbers(28, 4), _numbers(29, 4), np.array([3.0])),
    ),
    misconceptions={
        "kernel_not_turned": Misconception(
            _back_with(dx=lambda dy, x, w: np.convolve(dy, w[::-1])),
            "`dw` is right. For `dx` the kernel slides over `dy` as it is. It must be "
            "turned round: what weight u saw ahead goes back through weight u, and lands "
            "u places ahead of p. (`np.correlate` does not turn it, `np.convolve` does.)",
        ),
        "not_padded": Misconception(
            _back_with(dx=lambda dy, x, w: np.convolve(dy, w, "valid")),
            "`dw` is right. `dx` is too short: the entries at the ends of `x` were seen "
            'too, by few windows. Let the kernel slide over the ends of `dy`, `"full"`.',
        ),
        "not_padded_nor_turned": Misconception(
            _back_with(dx=lambda dy, x, w: np.correlate(dy, w, "valid")),
            "`dw` is right. For `dx`, `dy` needs zeros at both ends, so that every entry of "
            "`x` gets one; and the kernel must be turned round.",
        ),
        "middle_only": Misconception(
            _back_with(dx=lambda dy, x, w: np.convolve(dy, w, "same")),
            '`dw` is right. `dx` is cut off at its ends, as `"same"` does it: `x` has more '
            "entries.",
        ),
        "overwritten": Misconception(
            _back_with(dx=_overwritten),
            "`dw` is right. In `dx` each window overwrites what the one before brought. "
            "An entry that lies in several windows gets the sum: += in place of =.",
        ),
        "both_overwritten": Misconception(
            _back_with(_overwritten, _last_place),
            "Each place overwrites what the one before brought. What comes back to the "
            "same number is added: += in place of =, for both.",
        ),
        "index_added": Misconception(
            _back_with(dx=_index_added),
            "`dw` is right. For `dx[i]` weight u was paired with `dy[i + u]`. Place p saw "
            "entry p + u through weight u, so entry i was seen from place i - u.",
        ),
        "index_from_the_end": Misconception(
            _back_with(dx=_index_from_the_end),
            "`dw` is right. In `dx`, `dy[i - u]` is right as long as i - u is a place. "
            "Below 0 NumPy counts from the end: leave those out.",
        ),
        "place_index_forgotten": Misconception(
            _back_with(dx=_place_forgotten),
            "`dw` is right. In `dx` all weights send their share to `x[p]`. Weight u saw "
            "`x[p + u]`: `dy[p] * w[u]` goes there, one entry for each weight.",
        ),
        "weight_index_forgotten": Misconception(
            _back_with(dw=_weight_forgotten),
            "`dx` is right. In `dw` every weight is paired with `x[p]`. Weight u met "
            "`x[p + u]`.",
        ),
        "both_indices_forgotten": Misconception(
            _back_with(_place_forgotten, _weight_forgotten),
            "In both, each weight is paired with `x[p]`. Weight u met `x[p + u]`, at "
            "every place p.",
        ),
        "arguments_exchanged": Misconception(
            _back_with(dx=lambda dy, x, w: np.correlate(w, dy, "full")),
            "`dw` is right. `dx` is that of `np.correlate(w, dy)`, which turns `dy` round "
            "and not the kernel. `np.convolve(dy, w)` turns the kernel, and does not mind "
            "the order.",
        ),
        "dx_backwards": Misconception(
            _back_with(dx=lambda dy, x, w: _slide_back(dy, x, w)[0][::-1]),
            "`dw` is right, and `dx` has the right numbers from the last to the first. "
            "Turn the kernel round, and neither `dy` nor the result.",
        ),
        "dx_without_dy": Misconception(
            _back_with(dx=lambda dy, x, w: np.convolve(np.ones(len(dy)), w)),
            "`dw` is right. `dx` holds the weights alone: what comes back to place p, "
            "`dy[p]`, is multiplied by them.",
        ),
        "dw_without_dy": Misconception(
            _back_with(dw=lambda dy, x, w: np.correlate(x, np.ones(len(dy)))),
            "`dx` is right. `dw` holds the entries of `x` alone: what comes back to place "
            "p, `dy[p]`, is multiplied by them.",
        ),
        "without_dy": Misconception(
            lambda dy, x, w: _slide_back(np.ones(len(dy)), x, w),
            "`dy` does not come into it: what comes back to a place is multiplied by the "
            "weights there, and by the entries.",
        ),
        "mean_over_places": Misconception(
            lambda dy, x, w: tuple(g / len(dy) for g in _slide_back(dy, x, w)),
            "Both are divided by the number of places. What comes back is added.",
        ),
        "first_weight_only": Misconception(
            _back_with(dx=_first_taps),
            "`dw` is right. In `dx` only the first weight sends something back. Each "
            "place goes back through all weights of the kernel.",
        ),
        "kernel_turned_for_dw": Misconception(
            _back_with(dw=lambda dy, x, w: _slide_back(dy, x, w)[1][::-1]),
            "`dx` is right, and `dw` has the right numbers in the wrong order: `w[u]` met "
            "`x[p + u]`. Only in `dx` is something turned round.",
        ),
        "dy_turned_for_dw": Misconception(
            _back_with(dw=lambda dy, x, w: np.convolve(x, dy, "valid")),
            "`dx` is right. For `dw`, `dy` is turned round: `np.convolve` does that. Place "
            "p goes with x[p + u]: `np.correlate(x, dy)`.",
        ),
        "both_turned": Misconception(
            _back_with(
                lambda dy, x, w: np.convolve(dy, w[::-1]),
                lambda dy, x, w: np.convolve(x, dy, "valid"),
            ),
            "The two are the wrong way round: for `dx` the kernel is turned round, and for "
            "`dw` nothing is. `np.convolve(dy, w)` and `np.correlate(x, dy)`.",
        ),
        "dw_mean_over_places": Misconception(
            _back_with(dw=lambda dy, x, w: _slide_back(dy, x, w)[1] / len(dy)),
            "`dx` is right. `dw` is the mean over the places. A weight is used at all of "
            "them, and what comes back is added.",
        ),
        "dw_too_long": Misconception(
            _back_with(dw=lambda dy, x, w: np.correlate(x, dy, "full")),
            "`dx` is right. `dw` is too long: `dy` slides over `x` only as far as it fits, "
            "and that gives one number for each weight.",
        ),
        "dw_last_place_only": Misconception(
            _back_with(dw=_last_place),
            "`dx` is right. `dw` holds the last place alone: each overwrites the one "
            "before. They are added: += in place of =.",
        ),
        "dw_first_place_only": Misconception(
            _back_with(dw=lambda dy, x, w: dy[0] * x[: len(w)]),
            "`dx` is right. `dw` holds the first place alone. A weight is used at every "
            "place, and what comes back from them is added.",
        ),
        "one_place_missing": Misconception(
            lambda dy, x, w: _slide_back(np.append(dy[:-1], 0.0), x, w),
            "The last place is missing: there are len(dy) of them, n - k + 1.",
        ),
        "exchanged": Misconception(
            lambda dy, x, w: _slide_back(dy, x, w)[::-1],
            "The two are right, but exchanged: `dx` comes first, then `dw`.",
        ),
        "dx_only": Misconception(
            lambda dy, x, w: _slide_back(dy, x, w)[0],
            "`dx` is right, and `dw` is missing: `return dx, dw`.",
        ),
        "climbs": Misconception(
            lambda dy, x, w: tuple(-g for g in _slide_back(dy, x, w)),
            "Both have the wrong sign. The step downhill is not asked for here, only the "
            "derivatives.",
        ),
    },
    seconds=20.0,  # torch's first backward, on a busy machine
)

# ----------------------------------------------------------- open: design of a kernel

_UPHILL = [[2, 1, 0], [1, 0, -1], [0, -1, -2]]
_SIDE = 7


def _edge(downhill=False):
    """A picture cut along a diagonal: 1 at the upper left or right, 0 below."""
    row, column = np.indices((_SIDE, _SIDE))
    column = _SIDE - 1 - column if downhill else column
    return (row + column < _SIDE).astype(float)


def _why_not_nine_numbers(given):
    array = numeric(plain := snapshot(given))
    if array is None or array.dtype.kind == "c":
        came = f"{kind_of(plain)} came. Are all of its entries numbers?"
        return f"Three rows of three numbers are asked for, and {came}"
    if array.size != 9:
        return f"Three rows of three numbers are asked for, and {kind_of(plain)} came."
    if array.shape[-2:] != (3, 3):
        return f"The nine numbers stand in the shape {array.shape}: write three rows."
    if not np.isfinite(array).all():
        return "Not all of the nine numbers are finite."
    return None


def _why_not_an_uphill_edge(given):
    """Say what keeps a kernel from finding uphill edges, or None."""
    if sentence := _why_not_nine_numbers(given):
        return sentence
    kernel = numeric(snapshot(given)).astype(float).reshape(3, 3)
    if not kernel.any():
        return "Nine zeros see nothing at all."
    scale = np.abs(kernel).sum()
    here, there = (
        np.where(abs(found) < 1e-6 * scale, 0.0, found)
        for found in (_slide_over(_edge(down), kernel) for down in (False, True))
    )
    return (
        _why_not_flat(kernel.sum(), scale)
        or _why_not_the_edge(here, there)
        or _why_not_the_other_edge(there)
        or _why_noisy(here.max(), scale * np.linalg.norm(kernel / scale))
    )


def _why_not_flat(total, scale):
    if abs(total) < 1e-6 * scale:
        return None
    return (
        f"On a flat area of brightness 1 it gives {total:.4g}, the sum of its nine "
        "weights, and on a flat area of brightness 2 twice as much. What must the sum be?"
    )


def _why_not_the_edge(here, there):
    least, most = here.min(), here.max()
    if least < 0 < most:
        return (
            "On its edge, bright at the upper left, it gives positive numbers, up to "
            f"{most:.4g}, and negative ones, down to {least:.4g}. So it fires on the edge "
            "with the bright side at the lower right too. Positive weights belong on the "
            "bright side, negative ones on the dark side."
        )
    if least < 0:
        return (
            f"On its edge it gives {least:.4g} at the lowest, and nothing positive: it "
            "fires where the bright side is at the *lower right*. A layer lays the kernel "
            "on as it is. Where do the positive weights belong?"
        )
    if most == 0 and there.any():
        return (
            "It gives 0 all over its own edge, and "
            f"{np.abs(there).max():.4g} on a downhill one: it runs along the other "
            "diagonal. Mirror it."
        )
    if most == 0:
        return "It gives 0 on flat areas, and on its edge too: it does not see edges."
    return None


def _why_not_the_other_edge(there):
    if not there.any():
        return None
    return (
        "It fires on its edge, and is silent on flat areas. But on a downhill edge it "
        f"gives {there.min():.4g} to {there.max():.4g}, where 0 is asked for. Each of the "
        "five lines parallel to that edge, from the corner at the upper right to that at "
        "the lower left, must add up to 0 by itself."
    )


def _why_noisy(peak, noise):
    if peak >= noise * (1 - 1e-6):
        return None
    return (
        f"It finds its edge, and that alone: the largest number there is {peak:.4g}. But "
        f"noise of standard deviation 1 comes out of it with {noise:.4g}, which is more. "
        "Let more pixels have a say on both sides of the edge, and none too loud a one."
    )


UPHILL_EDGE = Exercise(
    name="convolution.uphill_edge",
    title="A kernel for edges that run uphill",
    kind="open",
    minutes=8,
    statement=r"""
Find nine weights for a 3 × 3 kernel that fires on edges that run *uphill*, like the stroke
of a `/`, with the bright side at the upper left:

$$
\begin{matrix}
1 & 1 & 1 & 1 & 0 \\
1 & 1 & 1 & 0 & 0 \\
1 & 1 & 0 & 0 & 0 \\
1 & 0 & 0 & 0 & 0
\end{matrix}
$$

The kernel is laid on as it is, without padding and without a bias. The checker looks at the
maps of several pictures:

- *A flat area*, whatever its brightness: 0 everywhere.
- *An uphill edge*, bright at the upper left, as above: positive numbers along the edge, and
  nowhere a negative one.
- *A downhill edge*, like a `\`, whichever side is bright: 0 everywhere.
- *Noise.* If every pixel is random by itself, with standard deviation 1, the map has as its
  standard deviation the square root of the sum of the nine squared weights. The largest
  number on the uphill edge above must be at least as large.

Write three rows of three numbers. More than one kernel will do.
""",
    starter="edge_kernel = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]\n",
    answer=_UPHILL,
    explanation=r"""
Positive weights on the bright side, their negatives on the dark side: then flat areas cancel,
and the edge adds up. The map of this one has 2, 4, 4 and 2 across the edge.

Parallel to a downhill edge run five lines of the kernel: a corner, a pair, the diagonal, a
pair, a corner. As a downhill edge moves across the window it covers one line after the other,
so each must add up to 0 by itself. That makes the upper right and the lower left corner 0.

Against noise many weights do better than two: the largest number on the edge is 4 here, against
$\sqrt{12} \approx 3.5$. The corners 1 and −1 alone would give 1, against $\sqrt 2$.

In a network nobody designs kernels. Descent finds them; and in the lowest layer many turn out
to be edges, in all directions.
""",
    hints=(
        "Draw the window with the edge through its middle. Where is it bright, and where "
        "is it dark? Give one side positive weights and the other the same with a minus.",
        "Now lay a downhill edge over it, and move it. The first line that it covers is one "
        "corner, then a pair, then the diagonal through the centre. Each must add up to 0.",
        "What is left: upper left a and lower right -a; b and b beside the one, -b and -b "
        "beside the other; zeros in the middle and in the two other corners. Try a and b "
        "against the noise.",
    ),
    accept=_why_not_an_uphill_edge,
)

EXERCISES = [
    TWO_CHANNELS,
    NUMBERS_LEARNED,
    MAP_SIZE,
    CONV_BY_LOOPS,
    NO_CONVOLUTION,
    OTHER_SIDE,
    POOL_MAPS,
    RECEPTIVE_FIELD,
    PATCH_ROWS,
    SLIDE_BACK,
    UPHILL_EDGE,
]
