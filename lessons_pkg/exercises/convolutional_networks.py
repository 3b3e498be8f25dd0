"""Exercises of the chapter "Convolutional networks"."""

from functools import partial

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot


def _whole(seed, *shape):
    """Small whole numbers, so that a difference is easy to read."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(float)


# ------------------------------------------------- by hand: where the work of a network is

WORK = Exercise(
    name="convolutional_networks.work",
    title="Where the work is done",
    kind="by hand",
    minutes=6,
    statement=r"""
A network for pictures of 28 × 28 pixels, in one channel:

| layer | turns | weights |
|---|---|---|
| 1. convolution 3 × 3 | 1 channel into 32 | 288 |
| maximum of each 2 × 2 window | | |
| 2. convolution 3 × 3 | 32 channels into 64 | 18,432 |
| maximum of each 2 × 2 window | | |
| 3. convolution 3 × 3 | 64 channels into 64 | 36,864 |
| 4. dense | all numbers of all maps into 64 | 36,864 |
| 5. dense | 64 numbers into 10 | 640 |

No convolution pads its input. The windows of the maximum lie side by side, and a row or
column that is left over is dropped.

How many *multiplications* does each of the five layers need for one picture? Count one for
each weight each time it is used. Write five numbers as a list; Python may do the products.
""",
    starter="multiplications_of_each = ...\n",
    answer=[194688, 2230272, 331776, 36864, 640],
    explanation=r"""
Each weight of a convolution is used once at every place of its output. In a dense layer it
is used once.

| layer | places | multiplications |
|---|---|---|
| 1 | 26 · 26 = 676 | 194,688 |
| 2 | 11 · 11 = 121 | 2,230,272 |
| 3 | 3 · 3 = 9 | 331,776 |
| 4 | 1 | 36,864 |
| 5 | 1 | 640 |

Memory and work sit in different layers. Eight in ten weights belong to layers 3 and 4, and
eight in ten multiplications to layer 2. Layers 3 and 4 have equally many weights, and not by
chance: on maps of 3 × 3 a dense layer *is* a convolution with a kernel of 3 × 3.

The maximum learns nothing: it has no parameters, so it cannot save any of its own, as is
sometimes said. What it saves is found behind it. Without the two, layer 3 would have 22 · 22
places, and layer 4 would need $22 \cdot 22 \cdot 64 \cdot 64 = 1{,}982{,}464$ weights.

With one bias for each channel and each neuron the network has 93,322 parameters. It is the
one whose accuracy the articles behind this course report; their text counts two
convolutions and one dense layer, their code has three and two.
""",
    hints=(
        "In layer 1 a kernel stops at how many places? Each of the 288 weights is used "
        "once at each of them.",
        "The sides of the maps are 28, then 26 after the first convolution, 13 after the "
        "maximum, 11, 5 and 3.",
        "The products: $288 \\cdot 26 \\cdot 26$, then $18432 \\cdot 11 \\cdot 11$ and "
        "$36864 \\cdot 3 \\cdot 3$. How often does a dense layer use a weight?",
    ),
    misconceptions={
        "weights": Misconception(
            [288, 18432, 36864, 36864, 640],
            "These are the weights. A convolution uses each of them at every place of "
            "its output.",
        ),
        "parameters": Misconception(
            [320, 18496, 36928, 36928, 650],
            "These are weights and biases. A convolution uses each weight at every place "
            "of its output, and biases are added, not multiplied.",
        ),
        "biases_counted": Misconception(
            [216320, 2238016, 332352, 36928, 650],
            "The places are right, but biases were counted. They are added, not "
            "multiplied.",
        ),
        "places_of_the_input": Misconception(
            [225792, 3115008, 921600, 36864, 640],
            "The places of each layer's input were counted. Without padding a kernel of "
            "3 × 3 fits at fewer: 28 becomes 26.",
        ),
        "places_of_the_input_behind_the_first": Misconception(
            [194688, 3115008, 921600, 36864, 640],
            "Layer 1 is right. Layers 2 and 3 were counted for the places that go *in*, "
            "13 · 13 and 5 · 5: the kernel fits at two fewer in each direction.",
        ),
        "places_after_the_maximum": Misconception(
            [48672, 460800, 331776, 36864, 640],
            "The places after the maximum were counted. The convolution has to work out "
            "all those that the maximum chooses from.",
        ),
        "padded": Misconception(
            [225792, 3612672, 1806336, 36864, 640],
            "The sides were taken for 28, 14 and 7, as with padding. Without it each "
            "convolution takes 2 away: 26, 11, 3.",
        ),
        "one_row_lost": Misconception(
            [209952, 2654208, 589824, 36864, 640],
            "One was taken away from the side for each convolution: 27, 12, 4. A kernel "
            "of 3 takes 2 away.",
        ),
        "left_over_kept": Misconception(
            [194688, 2230272, 589824, 36864, 640],
            "In layer 3, 11 was halved to 6. A row that is left over is dropped: 11 "
            "becomes 5, and the convolution makes it 3.",
        ),
        "no_maximum": Misconception(
            [194688, 10616832, 17842176, 36864, 640],
            "The sides were taken for 26, 24 and 22. The maximum halves them in between.",
        ),
        "side_not_squared": Misconception(
            [7488, 202752, 110592, 36864, 640],
            "The sides are right, but a map of side 26 has 26 · 26 places.",
        ),
        "all_pixels": Misconception(
            [225792, 14450688, 28901376, 28901376, 501760],
            "Every weight was counted for all 784 pixels of the picture. It is used once "
            "for each place of its own layer's output.",
        ),
        "dense_slides": Misconception(
            [194688, 2230272, 331776, 331776, 640],
            "Layer 4 was counted for 9 places. A dense layer does not slide: each of its "
            "weights is used once.",
        ),
        "window_counted_again": Misconception(
            [1752192, 20072448, 2985984, 36864, 640],
            "The nine weights of the window were counted twice: the table has them "
            "already.",
        ),
        "the_sum": Misconception(
            2794240,
            "That is the sum of all layers, and it is right. Write each by itself: a list "
            "of five.",
        ),
        "places": Misconception(
            [676, 121, 9, 1, 1],
            "These are the places, and they are right. Multiply each by the weights.",
        ),
    },
)

# --------------------------------------------------------- debug: saliency of the loss

_SALIENT = """def salient(model, x, label):
    scores = model(x)
    loss = scores.exp().sum().log() - scores[0, label]
    loss.backward()
    return x.grad.numpy()[0].max(axis=0)
"""


def _salient(model, x, label):
    scores = model(x)
    scores[0, label].backward()
    return np.abs(x.grad.numpy()[0]).max(axis=0)


def _score(scores, label):
    return scores[0, label]


def _cross_entropy(scores, label):
    return scores.exp().sum().log() - scores[0, label]


def _share(scores, label):
    return scores.softmax(dim=1)[0, label]


def _all_scores(scores, label):
    return scores.sum()


def _highest(scores, label):
    return scores.max()


def _less_the_mean(scores, label):
    return scores[0, label] - scores.mean()


def _largest_size(grad):
    return np.abs(grad).max(axis=0)


def _only_positive(grad):
    return np.maximum(grad, 0).max(axis=0)


def _with_channels(grad):
    """The largest sizes, and which channel has them: what max(dim=0) of a tensor gives."""
    return _largest_size(grad), np.abs(grad).argmax(axis=0)


def _salient_of(what=_score, seen=_largest_size, times_x=False):
    """A map of the gradient of `what`, made from (C, H, W) to (H, W) by `seen`."""

    def salient(model, x, label):
        what(model(x), label).backward()
        grad = x.grad.numpy()[0]
        return seen(grad * x.detach().numpy()[0] if times_x else grad)

    return salient


def _model(w1, w2):
    """A small network of this package with the given weights."""
    import lessons_pkg as lp

    n_classes, n_inner = w2.shape
    model = lp.nn.Sequential(
        lp.nn.Conv2d(w1.shape[1], w1.shape[0], 3, padding=1, bias=False),
        lp.nn.Tanh(),
        lp.nn.Flatten(),
        lp.nn.Linear(n_inner, n_classes, bias=False),
    ).double()
    for p, weight in zip(model.parameters(), (w1, w2), strict=True):
        p.data = lp.tensor(weight)
    return model.eval()


def _salient_map(salient, image, label, sure=1.0):
    """The map of a network that is drawn with a fixed seed; `sure` scales its scores."""
    import lessons_pkg as lp

    rng = np.random.default_rng(4)
    w1 = rng.normal(0, 0.25, (3, image.shape[0], 3, 3))
    w2 = rng.normal(0, sure / 8, (5, 3 * image[0].size))
    x = lp.tensor(image[None], requires_grad=True)
    return salient(_model(w1, w2), x, label)


def _looked_at(image, label, sure=1.0):
    return Case(
        use=partial(_salient_map, sure=sure),
        args=(image, label),
        label="salient(model, x, label), where x holds image",
    )


SALIENCY = Exercise(
    name="convolutional_networks.saliency",
    title="What the score looks at",
    kind="debug",
    minutes=7,
    statement=r"""
A *saliency map* asks of each pixel: if it changed a little, how much would the score of
this class change? It is the gradient of the **score** (the number before the softmax) with
respect to the image. Only its size counts, not its sign; and where a pixel has several
channels, the map shows the largest size among them (Simonyan, Vedaldi and Zisserman, 2014).

`salient` below makes such maps. `model` takes images of shape `(1, C, H, W)` and gives
scores of shape `(1, n_classes)`. `x` is such an image, as a tensor of this package whose
gradient is wanted (`requires_grad=True`) and was not asked for yet. The result has shape
`(H, W)`.

Two things make one wonder:

- The surer the network is of an image, the fainter is its map: it is practically 0
  everywhere for an image whose class has the probability 0.999999.
- Where an image has one channel, a part of the map is below 0; and where it has three, a
  pixel with the gradients $-5$, $1$ and $0$ is shown as $1$.

Mend both.
""",
    starter=_SALIENT,
    answer=_salient,
    explanation=r"""
`loss` is the cross-entropy, $-\log p_\text{label}$. Its gradient is that of the scores,
weighted by $p_k$ for each class, and by $p_\text{label} - 1$ for the label:

$$\frac{\partial L}{\partial x} = \sum_k p_k \frac{\partial s_k}{\partial x} -
\frac{\partial s_\text{label}}{\partial x}$$

Where the network is sure, $p_\text{label} \approx 1$ and the two cancel: nothing is left.
That is right for training, where there is nothing left to learn from such an image. It
does not say what the network looks at. The probability has the same fault.

The size is taken first and then the largest: the other way round, the largest of
$-5, 1, 0$ is 1.
""",
    hints=(
        "What is the gradient of the loss where the network is perfectly sure and right? "
        "Which number of the model does the text ask about instead?",
        "`scores[0, label].backward()` fills `x.grad` with the gradient of the score. "
        "And then: sizes, `np.abs`, before the largest is taken.",
        "The last line: `np.abs(x.grad.numpy()[0]).max(axis=0)`.",
    ),
    cases=(
        _looked_at(_whole(1, 1, 3, 4), 2),
        _looked_at(_whole(2, 3, 4, 5), 3),
        _looked_at(_whole(3, 2, 5, 3), 0),
        _looked_at(_whole(2, 3, 4, 5), 0, sure=12.0),
    ),
    misconceptions={
        "only_the_size_mended": Misconception(
            _salient_of(_cross_entropy),
            "The sizes are right now. But it is still the gradient of the loss, which "
            "fades where the network is sure (log of the probability does the same). "
            "Take that of the score, `scores[0, label]`.",
        ),
        "only_the_score_mended": Misconception(
            _salient_of(seen=lambda g: g.max(axis=0)),
            "It is the score now. But its sign is still there: take the size, `np.abs`, "
            "before the largest over the channels.",
        ),
        "size_too_late": Misconception(
            _salient_of(seen=lambda g: np.abs(g.max(axis=0))),
            "The size is taken after the largest. Of -5, 1 and 0 the largest is 1: take "
            "the sizes first.",
        ),
        "loss_and_size_too_late": Misconception(
            _salient_of(_cross_entropy, lambda g: np.abs(g.max(axis=0))),
            "It is still the gradient of the loss; and the size is taken after the "
            "largest, where it should come first.",
        ),
        "log_probability": Misconception(
            _salient_of(
                lambda s, label: -_cross_entropy(s, label), lambda g: g.max(axis=0)
            ),
            "The log of the probability is the loss with the other sign, and fades as "
            "it does. Take the score; and take sizes before the largest.",
        ),
        "probability": Misconception(
            _salient_of(_share),
            "This is the gradient of the probability. It fades where the network is "
            "sure, as that of the loss does: take the score, before the softmax.",
        ),
        "probability_signed": Misconception(
            _salient_of(_share, lambda g: g.max(axis=0)),
            "This is the gradient of the probability, which fades where the network is "
            "sure: take the score. And take sizes before the largest.",
        ),
        "all_scores": Misconception(
            _salient_of(_all_scores),
            "The scores of all classes were added up. Asked for is that of `label` "
            "alone.",
        ),
        "highest_score": Misconception(
            _salient_of(_highest),
            "This is the map of the class with the highest score. Asked for is that of "
            "`label`, whether the network prefers it or not.",
        ),
        "less_the_mean": Misconception(
            _salient_of(_less_the_mean),
            "The mean of all scores is taken away from that of `label`. That asks what "
            "sets the class apart; asked for is its score alone.",
        ),
        "cut_off": Misconception(
            _salient_of(seen=_only_positive),
            "Negative gradients were set to 0. A pixel that lowers the score matters as "
            "much: take the size, `np.abs`.",
        ),
        "loss_and_cut_off": Misconception(
            _salient_of(_cross_entropy, _only_positive),
            "It is still the gradient of the loss. And negative gradients were set to 0, "
            "where their size is asked for: `np.abs`.",
        ),
        "values_and_channels": Misconception(
            _salient_of(seen=_with_channels),
            "Two things came: the sizes, which are right, and the channels they stand in. "
            "`max(dim=0)` of a tensor gives both: write `.amax(dim=0)`.",
        ),
        "loss_values_and_channels": Misconception(
            _salient_of(_cross_entropy, _with_channels),
            "It is still the gradient of the loss. And two things came: `max(dim=0)` of a "
            "tensor gives the sizes and their channels. Write `.amax(dim=0)`.",
        ),
        "summed_over_channels": Misconception(
            _salient_of(seen=lambda g: np.abs(g).sum(axis=0)),
            "The sizes of the channels are added up. Take the largest of them.",
        ),
        "mean_over_channels": Misconception(
            _salient_of(seen=lambda g: np.abs(g).mean(axis=0)),
            "This is the mean size over the channels. Take the largest of them.",
        ),
        "size_of_the_sum": Misconception(
            _salient_of(seen=lambda g: np.abs(g.sum(axis=0))),
            "The channels are added up, where they may cancel. Take the largest size.",
        ),
        "squared": Misconception(
            _salient_of(seen=lambda g: (g**2).max(axis=0)),
            "These are squares. The size of a number is `np.abs`.",
        ),
        "length_over_channels": Misconception(
            _salient_of(seen=lambda g: np.sqrt((g**2).sum(axis=0))),
            "This is the length of the gradient over the channels. Others show it; here "
            "the largest size is asked for.",
        ),
        "times_the_image": Misconception(
            _salient_of(times_x=True),
            "The gradient is multiplied by the image. That is another map: a black "
            "pixel always gets 0 in it.",
        ),
        "scaled": Misconception(
            _salient_of(seen=lambda g: _largest_size(g) / np.abs(g).max()),
            "The map is right but divided by its largest number. Leave that to whoever "
            "draws it: two maps could not be compared.",
        ),
        "every_channel": Misconception(
            _salient_of(seen=np.abs),
            "There is a map for each channel. Asked for is one, with the largest size "
            "over the channels: shape (H, W).",
        ),
        "largest_in_the_rows": Misconception(
            _salient_of(seen=lambda g: np.abs(g).max(axis=1)),
            "The largest was taken over the rows of the image. Take it over the "
            "channels, which is the first axis of `x.grad.numpy()[0]`.",
        ),
    },
)

# ------------------------------------------------- debug: a label that is left behind

_MOVED = """def moved(image, box, rows, columns, training):
    image = np.roll(image, (rows, columns), axis=(0, 1))
    return image, box
"""


def _moved(image, box, rows, columns, training):
    if not training:
        return image, box
    height, width = image.shape
    r, c = abs(rows), abs(columns)
    padded = np.pad(image, ((r, r), (c, c)))
    image = padded[r - rows : r - rows + height, c - columns : c - columns + width]
    box = box + np.array([columns, rows, columns, rows])
    return image, np.clip(box, 0, [width, height, width, height])


def _cut(box, image):
    height, width = image.shape
    return np.clip(box, 0, [width, height, width, height])


def _shifted(image, rows, columns):
    return _moved(image, np.zeros(4), rows, columns, True)[0]


def _rolled(image, rows, columns):
    return np.roll(image, (rows, columns), axis=(0, 1))


def _box_along(box, rows, columns, image):
    return _cut(box + np.array([columns, rows, columns, rows]), image)


def _box_uncut(box, rows, columns, image):
    return box + np.array([columns, rows, columns, rows])


def _box_stays(box, rows, columns, image):
    return box


def _cut_or_zeros(box, image):
    x0, y0, x1, y1 = cut = _cut(box, image)
    return cut if x0 < x1 and y0 < y1 else 0 * cut


def _box_with(move, cut=_cut):
    """A box moved by another four numbers."""
    return lambda box, rows, columns, image: cut(
        box + np.array(move(rows, columns)), image
    )


def _moved_with(picture=_shifted, label=_box_along, asleep=True):
    """A `moved` of which some parts are done in another way."""

    def moved(image, box, rows, columns, training):
        if asleep and not training:
            return image, box
        return picture(image, rows, columns), label(box, rows, columns, image)

    return moved


_PICTURE = np.array(
    [
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        [0.0, 2.0, 3.0, 4.0, 0.0, 0.0],
        [0.0, 5.0, 6.0, 0.0, 0.0, 7.0],
        [8.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    ]
)
_BOX = np.array([1.0, 0.0, 4.0, 3.0])

MOVED = Exercise(
    name="convolutional_networks.moved",
    title="The box that stays behind",
    kind="debug",
    minutes=8,
    statement=r"""
Moving a picture about is cheap variety for training. `moved` takes one picture of shape
`(H, W)` and the box around its digit, `[x0, y0, x1, y1]`: `x` counts columns from the left,
`y` rows from the top, and the box ends just before `x1` and `y1`. It gives back both.

In training all that is seen moves down by `rows` and to the right by `columns` (where they
are negative: up and to the left). Pixels that come in at an edge are 0. What leaves the
picture is lost, and the box is cut off at the edge: a box that reached from column 1 to 4
and moves by 3 in a picture 6 wide reaches from 4 to 6. Of a box that leaves altogether
nothing remains but a line at the edge: there it reaches from 6 to 6, or from 0 to 0.

In evaluation, where `training` is `False`, picture and box come back as they are: what is
measured is the task, not our tricks.

The code below has three faults. A network that is trained with it learns to put boxes
beside the digits, meets halves of digits at both edges at once, and is judged on pictures
that nobody took. Mend it.
""",
    starter=_MOVED,
    answer=_moved,
    explanation=r"""
`np.roll` lets in on the left what left on the right. A margin of zeros on all sides,
from which the right window is cut, does not.

An augmentation changes the input *and* whatever of the target is tied to it: boxes,
masks, key points. The class of a digit stays (but a 6 that is turned by 180° is a 9). `x`
goes with the columns and `y` with the rows, so the box is moved by
`[columns, rows, columns, rows]`: exchanged axes are the commonest mistake with boxes.

Test pictures are left alone. (Judging several moved copies and averaging is a method of its
own, and has to be named as one.)
""",
    hints=(
        "Which of the three faults lies in `np.roll`, which in `box`, and which argument "
        "is not used at all?",
        "`np.pad(image, ((r, r), (c, c)))` puts zeros around. With `r = abs(rows)`, where "
        "does the moved picture begin in it? For `rows = r` at row 0.",
        "The window begins at row `abs(rows) - rows` and column `abs(columns) - columns`. "
        "The box: add `[columns, rows, columns, rows]`, then `np.clip` it from 0 to "
        "`[W, H, W, H]`.",
    ),
    cases=(
        call(_PICTURE, _BOX, 1, 2, True),
        call(_PICTURE, _BOX, -1, 3, True),
        call(_PICTURE, _BOX, 2, -2, True),
        call(_PICTURE, _BOX, 0, 0, True),
        call(_PICTURE, _BOX, 1, -5, True),
        call(_PICTURE, _BOX, 1, -1, False),
    ),
    misconceptions={
        "only_the_edge_mended": Misconception(
            _moved_with(label=_box_stays, asleep=False),
            "The picture is right in training now. The box still stays where it was, and "
            "evaluation still moves the picture.",
        ),
        "only_the_box_mended": Misconception(
            _moved_with(_rolled, asleep=False),
            "The box is right in training now. The picture still comes in again on the "
            "other side, and evaluation still moves both.",
        ),
        "box_moves_uncut": Misconception(
            _moved_with(_rolled, _box_uncut, asleep=False),
            "The box moves now, but is not cut off at the edge. The picture still comes "
            "in again on the other side, and evaluation still moves both.",
        ),
        "only_evaluation_mended": Misconception(
            _moved_with(_rolled, _box_stays),
            "Evaluation is right now. In training the picture still comes in again on "
            "the other side, and the box stays where it was.",
        ),
        "evaluation_moves": Misconception(
            _moved_with(asleep=False),
            "Training is right now. In evaluation both are still moved: there they come "
            "back as they are.",
        ),
        "evaluation_moves_and_uncut": Misconception(
            _moved_with(label=_box_uncut, asleep=False),
            "Picture and box go together now. The box is not cut off at the edge yet, "
            "and evaluation moves both.",
        ),
        "box_stays": Misconception(
            _moved_with(label=_box_stays),
            "The picture is right, and evaluation is. The box still stays where it was.",
        ),
        "still_rolls": Misconception(
            _moved_with(_rolled),
            "The box is right, and evaluation is. The picture still comes in again on "
            "the other side: fill with 0.",
        ),
        "still_rolls_uncut": Misconception(
            _moved_with(_rolled, _box_uncut),
            "The box moves now, but is not cut off at the edge; and the picture still "
            "comes in again on the other side.",
        ),
        "uncut": Misconception(
            _moved_with(label=_box_uncut),
            "Picture and box go together. But the box reaches out of the picture: cut it "
            "off at the edges.",
        ),
        "cut_below_only": Misconception(
            _moved_with(
                label=_box_with(
                    lambda r, c: [c, r, c, r], lambda b, image: np.maximum(b, 0)
                )
            ),
            "The box is cut off at 0 but not at the far edges, W and H.",
        ),
        "cut_above_only": Misconception(
            _moved_with(
                label=_box_with(
                    lambda r, c: [c, r, c, r],
                    lambda b, image: np.minimum(b, [*image.shape[::-1]] * 2),
                )
            ),
            "The box is cut off at the far edges but not at 0.",
        ),
        "cut_one_early": Misconception(
            _moved_with(
                label=_box_with(
                    lambda r, c: [c, r, c, r],
                    lambda b, image: np.clip(
                        b, 0, [s - 1 for s in image.shape[::-1]] * 2
                    ),
                )
            ),
            "The box is cut off one pixel early: x1 and y1 may be W and H, since the "
            "box ends just before them.",
        ),
        "cut_with_sides_exchanged": Misconception(
            _moved_with(
                label=_box_with(
                    lambda r, c: [c, r, c, r],
                    lambda b, image: np.clip(b, 0, [*image.shape] * 2),
                )
            ),
            "The box is cut off at H in x and at W in y. `image.shape` is (H, W): x "
            "goes with the width.",
        ),
        "four_zeros": Misconception(
            _moved_with(label=_box_with(lambda r, c: [c, r, c, r], _cut_or_zeros)),
            "All is right but a box that leaves the picture altogether, for which you "
            "give four zeros. It is cut off like the others: a line at the edge.",
        ),
        "axes_exchanged": Misconception(
            _moved_with(label=_box_with(lambda r, c: [r, c, r, c])),
            "The box moves by `rows` in x. x counts columns: the order is "
            "[columns, rows, columns, rows].",
        ),
        "axes_exchanged_uncut": Misconception(
            _moved_with(label=_box_with(lambda r, c: [r, c, r, c], lambda b, image: b)),
            "The box moves by `rows` in x. x counts columns. Nor is it cut off at the "
            "edges yet.",
        ),
        "box_the_other_way": Misconception(
            _moved_with(label=_box_with(lambda r, c: [-c, -r, -c, -r])),
            "The box moves against the picture: change the sign.",
        ),
        "first_corner_only": Misconception(
            _moved_with(label=_box_with(lambda r, c: [c, r, 0, 0])),
            "Only the first corner of the box moves. Both do, by the same.",
        ),
        "far_corner_only": Misconception(
            _moved_with(label=_box_with(lambda r, c: [0, 0, c, r])),
            "Only the far corner of the box moves. Both do, by the same.",
        ),
        "picture_the_other_way": Misconception(
            _moved_with(lambda image, r, c: _shifted(image, -r, -c)),
            "The box is right. The picture moves the other way: a positive `rows` is "
            "down, positive `columns` to the right.",
        ),
        "picture_axes_exchanged": Misconception(
            _moved_with(lambda image, r, c: _shifted(image, c, r)),
            "The box is right. In the picture rows and columns are exchanged: the first "
            "axis holds the rows.",
        ),
        "only_positive_filled": Misconception(
            _moved_with(
                lambda image, r, c: np.where(
                    _shifted(np.ones_like(image), max(r, 0), max(c, 0)) > 0,
                    _rolled(image, r, c),
                    0,
                )
            ),
            "Moves down and to the right are right. For negative `rows` or `columns` "
            "what left still comes in on the other side.",
        ),
        "edge_repeated": Misconception(
            _moved_with(
                lambda image, r, c: np.pad(
                    image, ((abs(r),) * 2, (abs(c),) * 2), mode="edge"
                )[abs(r) - r :, abs(c) - c :][: len(image), : image.shape[1]]
            ),
            "The pixels of the edge are repeated where nothing is known. Fill with 0.",
        ),
        "turned_round": Misconception(
            lambda image, box, rows, columns, training: _moved(
                image, box, rows, columns, not training
            ),
            "The condition is turned round: evaluation moves and training does not.",
        ),
        "never": Misconception(
            lambda image, box, rows, columns, training: (image, box),
            "Nothing is moved any more, in training either.",
        ),
    },
)

# ----------------------------------------------------------- code: a residual block


def _residual_block(x, path, weight=None, stride=1):
    shortcut = x
    if weight is not None:
        read = x[:, :, ::stride, ::stride]
        shortcut = np.einsum("oc,nchw->nohw", weight, read)
    return np.maximum(0, path(x) + shortcut)


def _relu(x):
    return np.maximum(0, x)


def _projected(x, weight, stride):
    """The shortcut as it should be."""
    if weight is None:
        return x
    return np.einsum("oc,nchw->nohw", weight, x[:, :, ::stride, ::stride])


def _block(join=lambda f, s: _relu(f + s), shortcut=_projected):
    """A residual block of which some parts are done in another way."""

    def block(x, path, weight=None, stride=1):
        return join(path(x), shortcut(x, weight, stride))

    return block


def _mixed(x, weight):
    return x if weight is None else np.einsum("oc,nchw->nohw", weight, x)


def _window_means(x, stride):
    n, c, h, w = x.shape
    cut = x[:, :, : h // stride * stride, : w // stride * stride]
    return cut.reshape(n, c, h // stride, stride, w // stride, stride).mean((3, 5))


def _window_largest(x, stride):
    n, c, h, w = x.shape
    cut = x[:, :, : h // stride * stride, : w // stride * stride]
    return cut.reshape(n, c, h // stride, stride, w // stride, stride).max((3, 5))


def _off_by_one(x, weight, stride):
    return _mixed(x[:, :, stride - 1 :: stride, stride - 1 :: stride], weight)


def _corner(x, weight, stride):
    h, w = (-(-side // stride) for side in x.shape[2:])
    return _mixed(x[:, :, :h, :w], weight)


def _turned(x, weight, stride):
    return _projected(x, None if weight is None else weight.T, stride)


def _blocked(block, x, f, weight, stride):
    """The block around a path that gives f where it is given x, and else not."""

    def path(z):
        return f + (np.asarray(z).sum() - x.sum())

    if weight is None:
        return block(x, path)
    return block(x, path, weight, stride)


def _around(x, f, weight=None, stride=1):
    call_text = "residual_block(x, path, weight, stride), where path(x) gives f"
    if weight is None:
        call_text = "residual_block(x, path), where path(x) gives f"
    return Case(use=_blocked, args=(x, f, weight, stride), label=call_text)


RESIDUAL_BLOCK = Exercise(
    name="convolutional_networks.residual_block",
    title="The way around two layers",
    kind="code",
    minutes=8,
    statement=r"""
A residual block adds what came in to what its layers make of it, and takes ReLU of the
*sum* (He, Zhang, Ren and Sun, 2016):

$$y = \operatorname{ReLU}\bigl(\mathtt{path}(x) + \text{shortcut}(x)\bigr)$$

Write `residual_block(x, path, weight=None, stride=1)`. `x` has shape `(N, C, H, W)`. `path` is a
function: `path(x)` runs the layers of the block (convolution, normalisation, ReLU,
convolution, normalisation) and gives an array.

- Without `weight` the shortcut is `x` itself. `path(x)` then has the shape of `x`.
- Where the block changes the shape, `weight` is given, of shape `(O, C)`, and `path(x)` has
  the shape `(N, O, H', W')`. The shortcut is then a 1 × 1 convolution with this stride and
  without a bias: it reads every `stride`-th row and column, from the first on, and at each
  of these places multiplies the `C` numbers by `weight`.
""",
    starter=(
        "def residual_block(x, path, weight=None, stride=1):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_residual_block,
    explanation=r"""
If the layers of the path give 0, the block passes `x` on unharmed (after a ReLU, as it is
here, `x` has no negative numbers). So a deeper network can always do what a shallower one
does; plain layers would first have to *learn* to pass something on. And in the backward
pass the `+` hands the gradient to both ways: the shortcut carries it on without a factor.

`einsum("oc,nchw->nohw", ...)` sums over `c`, at each place by itself. A 1 × 1 convolution is
just that: a dense layer over the channels of each pixel.
""",
    hints=(
        "Begin without `weight`: three steps, `path(x)`, the sum, and ReLU of the sum.",
        "`x[:, :, ::stride, ::stride]` reads every `stride`-th row and column. Which axis "
        "of it do the columns of `weight` belong to?",
        "`np.einsum('oc,nchw->nohw', weight, x[:, :, ::stride, ::stride])` is the "
        "shortcut (it sums over `c`, at each place); then `np.maximum(0, path(x) + shortcut)`.",
    ),
    cases=(
        _around(_whole(1, 1, 2, 2, 3), _whole(2, 1, 2, 2, 3)),
        _around(_whole(3, 2, 2, 3, 4), _whole(4, 2, 2, 3, 4), _whole(5, 2, 2)),
        _around(_whole(12, 1, 2, 2, 4), _whole(13, 1, 2, 1, 2), _whole(14, 2, 2), 2),
        _around(_whole(6, 1, 2, 4, 6), _whole(7, 1, 3, 2, 3), _whole(8, 3, 2), 2),
        _around(_whole(9, 2, 3, 5, 7), _whole(10, 2, 2, 2, 3), _whole(11, 2, 3), 3),
    ),
    misconceptions={
        "relu_before_the_sum": Misconception(
            _block(lambda f, s: _relu(f) + s),
            "ReLU is taken of the path alone, and the shortcut added after. Add first: "
            "ReLU is taken of the sum.",
        ),
        "relu_of_both": Misconception(
            _block(lambda f, s: _relu(f) + _relu(s)),
            "ReLU is taken of both parts. It is taken once, of their sum.",
        ),
        "relu_of_the_shortcut": Misconception(
            _block(lambda f, s: f + _relu(s)),
            "ReLU is taken of the shortcut. It is taken of the sum.",
        ),
        "relu_twice": Misconception(
            _block(lambda f, s: _relu(_relu(f) + s)),
            "ReLU is taken of the path as well, so it can only add and never take away. "
            "Take it once, of the sum.",
        ),
        "no_relu": Misconception(
            _block(lambda f, s: f + s),
            "The sum is right. ReLU of it is missing.",
        ),
        "no_shortcut": Misconception(
            _block(lambda f, s: _relu(f)),
            "The shortcut is missing: this is a plain stack of layers.",
        ),
        "shortcut_alone": Misconception(
            _block(lambda f, s: _relu(s)),
            "The path is missing: `path(x)` is added to the shortcut.",
        ),
        "difference": Misconception(
            _block(lambda f, s: _relu(s - f)),
            "The path is taken away from the shortcut. It is added.",
        ),
        "multiplied": Misconception(
            _block(lambda f, s: _relu(f * s)),
            "The two are multiplied. They are added.",
        ),
        "averaged": Misconception(
            _block(lambda f, s: _relu((f + s) / 2)),
            "This is the mean of the two. Asked for is their sum.",
        ),
        "concatenated": Misconception(
            _block(lambda f, s: _relu(np.concatenate([f, s], axis=1))),
            "The two are laid side by side as channels, as in a U-Net. Here they are "
            "added, number by number.",
        ),
        "path_of_the_shortcut": Misconception(
            lambda x, path, weight=None, stride=1: _relu(
                path(_projected(x, weight, stride)) + _projected(x, weight, stride)
            ),
            "The path was given the shortcut. Both begin with x itself.",
        ),
        "path_after_relu": Misconception(
            lambda x, path, weight=None, stride=1: _relu(
                path(_relu(x)) + _projected(x, weight, stride)
            ),
            "The path was given ReLU of x. It is given x as it came.",
        ),
        "relu_of_x_first": Misconception(
            lambda x, path, weight=None, stride=1: _relu(
                path(_relu(x)) + _projected(_relu(x), weight, stride)
            ),
            "ReLU is taken of x, before the block. Both ways are given x as it came; ReLU "
            "is taken of their sum.",
        ),
        "weight_not_used": Misconception(
            _block(shortcut=lambda x, weight, stride: x),
            "`weight` is not used: where the shapes differ, x cannot be added as it is.",
        ),
        "only_subsampled": Misconception(
            _block(shortcut=lambda x, weight, stride: x[:, :, ::stride, ::stride]),
            "Rows and columns are left out, but `weight` is not used: at each place it "
            "turns C numbers into O.",
        ),
        "stride_forgotten": Misconception(
            _block(shortcut=lambda x, weight, stride: _mixed(x, weight)),
            "`stride` is not used: the shortcut reads every stride-th row and column.",
        ),
        "transposed_weight": Misconception(
            _block(shortcut=_turned),
            "`weight` is used transposed. Its shape is (O, C): each row makes one output "
            "channel, from all C.",
        ),
        "begins_later": Misconception(
            _block(shortcut=_off_by_one),
            "The right number of rows and columns is read, but not from the first on.",
        ),
        "corner_only": Misconception(
            _block(shortcut=_corner),
            "The upper left corner of x is taken. Every stride-th row and column is "
            "meant: `x[:, :, ::stride, ::stride]`.",
        ),
        "window_means": Misconception(
            _block(
                shortcut=lambda x, weight, stride: _mixed(
                    x if weight is None else _window_means(x, stride), weight
                )
            ),
            "Windows are averaged. A 1 × 1 convolution with a stride reads single "
            "pixels and leaves the others out.",
        ),
        "window_largest": Misconception(
            _block(
                shortcut=lambda x, weight, stride: _mixed(
                    x if weight is None else _window_largest(x, stride), weight
                )
            ),
            "The largest of each window is taken. A 1 × 1 convolution with a stride "
            "reads single pixels and leaves the others out.",
        ),
    },
)

# ------------------------------------------- debug: normalisation of a network's maps

_NORM_CHANNELS = """def norm_channels(x, running_mean, running_var, training):
    mean, var = x.mean(), x.var()
    running_mean = 0.9 * running_mean + 0.1 * mean
    running_var = 0.9 * running_var + 0.1 * x.var(ddof=1)
    y = (x - mean) / np.sqrt(var + 1e-5)
    return y, running_mean, running_var
"""


def _norm_channels(x, running_mean, running_var, training):
    mean, var = running_mean, running_var
    if training:
        axes = (0, 2, 3)
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        running_mean = 0.9 * running_mean + 0.1 * mean
        running_var = 0.9 * running_var + 0.1 * x.var(axis=axes, ddof=1)
    y = (x - mean[:, None, None]) / np.sqrt(var[:, None, None] + 1e-5)
    return y, running_mean, running_var


_CHANNELS, _ALL, _PIXELS = (0, 2, 3), (0, 1, 2, 3), (0,)


def _per_channel(numbers):
    """Numbers (C,), or one for all, ready to meet (N, C, H, W)."""
    numbers = np.asarray(numbers)
    return numbers[:, None, None] if numbers.ndim == 1 else numbers


def _scaled(x, mean, var, eps=1e-5):
    with np.errstate(all="ignore"):
        return (x - _per_channel(mean)) / np.sqrt(_per_channel(var) + eps)


def _norm_with(
    axes=_CHANNELS,
    kept_axes=None,
    batch_when=lambda training: training,
    move_when=lambda training: training,
    new=0.1,
    ddof=1,
    inside_ddof=0,
    moved_first=False,
):
    """A norm_channels of which some parts are done in another way.

    `kept_axes` are those of the mean and of the variance that are kept.
    """
    of_mean, of_var = kept_axes or (axes, axes)

    def norm(x, running_mean, running_var, training):
        mean, var = x.mean(axis=axes), x.var(axis=axes, ddof=inside_ddof)
        kept = running_mean, running_var
        if move_when(training):
            more = x.mean(axis=of_mean), x.var(axis=of_var, ddof=ddof)
            pairs = zip(kept, more, strict=True)
            kept = tuple((1 - new) * old + new * now for old, now in pairs)
        if not batch_when(training):
            mean, var = kept if moved_first else (running_mean, running_var)
        return _scaled(x, mean, var), *kept

    return norm


def _always(training):
    return True


def _never(training):
    return False


def _each_image(x, running_mean, running_var, training):
    """Each image and channel by itself, in training."""
    y, mean, var = _norm_channels(x, running_mean, running_var, training)
    if training:
        over = {"axis": (2, 3), "keepdims": True}
        y = (x - x.mean(**over)) / np.sqrt(x.var(**over) + 1e-5)
    return y, mean, var


def _whole_image(x, running_mean, running_var, training):
    """Each image by itself, all channels together, in training."""
    y, mean, var = _norm_channels(x, running_mean, running_var, training)
    if training:
        over = {"axis": (1, 2, 3), "keepdims": True}
        y = (x - x.mean(**over)) / np.sqrt(x.var(**over) + 1e-5)
    return y, mean, var


def _each_place(x, running_mean, running_var, training):
    """Each place of each image by itself, over its channels, in training."""
    y, mean, var = _norm_channels(x, running_mean, running_var, training)
    if training:
        y = _over_axis_1(x)
    return y, mean, var


def _over_axis_1(x):
    over = {"axis": 1, "keepdims": True}
    return (x - x.mean(**over)) / np.sqrt(x.var(**over) + 1e-5)


def _axis_1_put_in(x, running_mean, running_var, training):
    """The code as given, but for `x.mean(axis=1), x.var(axis=1)`."""
    mean, var = x.mean(axis=1), x.var(axis=1)
    running_mean = 0.9 * running_mean + 0.1 * mean
    running_var = 0.9 * running_var + 0.1 * x.var(ddof=1)
    return (x - mean) / np.sqrt(var + 1e-5), running_mean, running_var


def _not_lined_up(**parts):
    """Numbers (C,) meet the columns: an error, unless there are C of them."""

    def norm(x, running_mean, running_var, training):
        _, *kept = _norm_with(**parts)(x, running_mean, running_var, training)
        mean, var = running_mean, running_var
        if training or parts:
            mean, var = x.mean(axis=_CHANNELS), x.var(axis=_CHANNELS)
        return (x - mean) / np.sqrt(var + 1e-5), *kept

    return norm


def _normed_maps(norm, x, running_mean, running_var, training):
    """What comes out, and what is kept: of shape (C,), (1, C, 1, 1) or the like."""
    given = norm(x, running_mean, running_var, training)
    if not isinstance(given, list | tuple) or len(given) != 3:
        return given
    return given[0], *(_in_a_row(kept, len(running_mean)) for kept in given[1:])


def _in_a_row(kept, n):
    array = numeric(snapshot(kept))
    return kept if array is None or array.size != n else array.reshape(-1)


def _norm_case(x, mean, var, training):
    label = "norm_channels(x, running_mean, running_var, training)"
    args = x, np.array(mean), np.array(var), training
    return Case(use=_normed_maps, args=args, label=label)


_FAR = np.array([[[[1.0, 3.0, 2.0]], [[90.0, 110.0, 100.0]]]])

CHANNEL_NORM = Exercise(
    name="convolutional_networks.channel_norm",
    title="One mean for each channel",
    kind="debug",
    minutes=8,
    statement=r"""
Batch normalisation in a convolutional network treats all places of a map alike, as the
convolution does: each **channel** has one mean and one variance, taken over all images of
the batch and all places.

`norm_channels(x, running_mean, running_var, training)` should do this for `x` of shape
`(N, C, H, W)`. The running numbers have shape `(C,)`. It gives back the result and both
running numbers, without changing the arrays it is given:

- In training `x` is normalised with the mean and variance of the batch, and each running
  number becomes 0.9 of itself and 0.1 of the batch's. (For the variance that is kept,
  divide by one less, as torch does: leave the `ddof=1` in, whatever else you change.)
- In evaluation `x` is normalised with the running numbers, and they stay as they are.

The stretching and shifting that follow are left out here.

What was seen of the code below:

- A batch has small numbers in one channel and numbers around 100 in the other. After it
  the first are all near $-1$ and the second near $1$: within a channel hardly anything is
  to be told apart.
- In evaluation the same image gets other numbers when it stands in another batch.
- After an evaluation the running numbers are not what they were.

Mend it.
""",
    starter=_NORM_CHANNELS,
    answer=_norm_channels,
    explanation=r"""
`axis=(0, 2, 3)` leaves the channels standing. `[:, None, None]` lines them up: NumPy matches
shapes from the back, so `(C,)` would meet the columns of the image. With `(C, 1, 1)` it
meets the channels.

The commonest form of the second fault is a forgotten `model.eval()`: nothing stops, and
the answer to one image depends on its neighbours. Where the batch is large it even comes
out nearly right, which makes the fault hard to see.

Since all places share a mean, the result of the layer still moves along when the image
is moved (Ioffe and Szegedy, 2015, chose it for that).
""",
    hints=(
        "Over which axes of `(N, C, H, W)` is a mean to be taken, if one number a channel "
        "is to be left?",
        "`x.mean(axis=(0, 2, 3))` has shape `(C,)`. Give it the shape `(C, 1, 1)` before "
        "it meets `x`: `[:, None, None]`. And where is `training` asked?",
        "Begin with `mean, var = running_mean, running_var`. All that has to do with the "
        "batch goes under `if training:`.",
    ),
    cases=(
        _norm_case(_FAR, [0.0, 50.0], [1.0, 400.0], True),
        _norm_case(_FAR, [0.0, 50.0], [1.0, 400.0], False),
        _norm_case(_whole(1, 4, 3, 2, 5), [1.0, -1.0, 2.0], [4.0, 9.0, 1.0], True),
        # as many columns as channels: here numbers (C,) meet the columns without an error
        _norm_case(_whole(2, 3, 3, 5, 3), [1.0, -1.0, 2.0], [4.0, 9.0, 1.0], False),
    ),
    misconceptions={
        "only_the_axes_mended": Misconception(
            _norm_with(batch_when=_always, move_when=_always),
            "Each channel has its own mean now. But `training` is still not asked: in "
            "evaluation take the running numbers, and leave them as they are.",
        ),
        "always_the_batch": Misconception(
            _norm_with(batch_when=_always),
            "Training is right, and the running numbers rest in evaluation. But they are "
            "not used: what comes out still depends on the rest of the batch.",
        ),
        "evaluation_learns": Misconception(
            _norm_with(move_when=_always),
            "In evaluation the running numbers are used, but they still move.",
        ),
        "evaluation_learns_first": Misconception(
            _norm_with(move_when=_always, moved_first=True),
            "In evaluation the running numbers are moved towards this batch, and then "
            "used. There they stay as they are.",
        ),
        "kept_variance_of_all": Misconception(
            _norm_with(kept_axes=(_CHANNELS, _ALL)),
            "One thing is left: the variance that is kept is still that of all channels "
            "together. `x.var(ddof=1)` needs the axes too.",
        ),
        "kept_variance_of_all_and_training": Misconception(
            _norm_with(
                kept_axes=(_CHANNELS, _ALL), batch_when=_always, move_when=_always
            ),
            "Each channel is normalised with its own mean now. But the variance that is "
            "kept is still that of all channels, `x.var(ddof=1)`; and `training` is "
            "still not asked.",
        ),
        "kept_mean_of_all": Misconception(
            _norm_with(kept_axes=(_ALL, _CHANNELS)),
            "One thing is left: the mean that is kept is that of all channels together. "
            "Each channel keeps its own.",
        ),
        "kept_both_of_all": Misconception(
            _norm_with(kept_axes=(_ALL, _ALL)),
            "What comes out is right. But the mean and the variance that are kept are "
            "those of all channels together: each channel keeps its own.",
        ),
        "each_place": Misconception(
            _each_place,
            "In training each place is normalised over its channels. `axis=1` names the "
            "axis that vanishes, the channels: let the others vanish, `(0, 2, 3)`.",
        ),
        "each_place_always": Misconception(
            lambda x, mean, var, training: (_over_axis_1(x), mean, var),
            "Each place is normalised over its channels, for `axis=1` names the axis that "
            "vanishes: it should be `(0, 2, 3)`. Nor are the running numbers moved in "
            "training, or used in evaluation.",
        ),
        "axis_1_put_in": Misconception(
            _axis_1_put_in,
            "`axis=1` names the axis that vanishes: the channels. One number for each "
            "channel is left where the others vanish, `axis=(0, 2, 3)`.",
        ),
        "one_for_all": Misconception(
            _norm_with(_ALL),
            "Evaluation is right now. In training one mean and one variance are still "
            "taken over all channels.",
        ),
        "one_for_all_and_the_batch": Misconception(
            _norm_with(_ALL, batch_when=_always),
            "The running numbers rest in evaluation now. But they are not used there, "
            "and one mean is still taken over all channels.",
        ),
        "one_for_all_and_learns": Misconception(
            _norm_with(_ALL, move_when=_always),
            "The running numbers are used in evaluation now. But they still move there, "
            "and one mean is still taken over all channels.",
        ),
        "each_image": Misconception(
            _each_image,
            "In training each image is normalised by itself (instance normalisation). "
            "The mean is taken over the images of the batch as well: axis 0.",
        ),
        "whole_image": Misconception(
            _whole_image,
            "In training each image is normalised by itself, all channels together "
            "(layer normalisation). Here each channel is, over all images.",
        ),
        "always_the_running": Misconception(
            _norm_with(batch_when=_never),
            "In training the running numbers are used as well. There the batch is "
            "normalised with its own.",
        ),
        "running_after_moving": Misconception(
            _norm_with(batch_when=_never, moved_first=True),
            "In training the running numbers are used, after they moved. There the batch "
            "is normalised with its own.",
        ),
        "nothing_kept": Misconception(
            _norm_with(move_when=_never),
            "The running numbers do not move in training any more.",
        ),
        "turned_round": Misconception(
            lambda x, mean, var, training: _norm_channels(x, mean, var, not training),
            "The condition is turned round: training does what evaluation should do.",
        ),
        "momentum_turned": Misconception(
            _norm_with(new=0.9),
            "0.9 and 0.1 are exchanged: the new number gets 0.1.",
        ),
        "biased_kept": Misconception(
            _norm_with(ddof=0),
            "`ddof=1` got lost in the variance that is kept.",
        ),
        "unbiased_inside": Misconception(
            _norm_with(inside_ddof=1),
            "The batch is normalised with the variance of `ddof=1`. Only the one that is "
            "kept has it.",
        ),
        "not_lined_up": Misconception(
            _not_lined_up(),
            "The axes may be right, but `(C,)` meets the columns of the image, for NumPy "
            "matches shapes from the back. Make it `(C, 1, 1)`: `mean[:, None, None]`.",
        ),
        "not_lined_up_and_training": Misconception(
            _not_lined_up(batch_when=_always, move_when=_always),
            "The axes are right, but NumPy matches shapes from the back, where `(C,)` "
            "meets the columns: `mean[:, None, None]`, and `var` likewise. And "
            "`training` is still not asked.",
        ),
        "not_lined_up_and_kept_of_all": Misconception(
            _not_lined_up(
                batch_when=_always, move_when=_always, kept_axes=(_CHANNELS, _ALL)
            ),
            "The axes of `mean` and `var` are right, but NumPy matches shapes from the "
            "back, where `(C,)` meets the columns: `mean[:, None, None]`. Then "
            "`x.var(ddof=1)` needs the axes too, and `training` is to be asked.",
        ),
    },
)

# --------------------------------------------- by hand: a convolution in two halves

SEPARABLE = Exercise(
    name="convolutional_networks.separable",
    title="A convolution in two halves",
    kind="by hand",
    minutes=5,
    statement=r"""
Maps of 10 × 10, in 8 channels, are to become maps of 10 × 10 in 20 channels. All kernels of
3 × 3 pad their input with one row of zeros on each side, so that the size stays. There are
two ways:

- **Full**: one convolution 3 × 3, from 8 channels to 20.
- **Separable**: first a *depthwise* convolution 3 × 3, in which each channel is filtered by
  itself, with one kernel of its own, and gives one channel. Then a convolution 1 × 1, from
  8 channels to 20.

How many multiplications does each need, for one image? Count one for each weight each time
it is used (zeros of the padding count too, biases do not). Write three numbers as a list:
the full convolution, the depthwise one, and the one of 1 × 1.
""",
    starter="multiplications = ...\n",
    answer=[144000, 7200, 16000],
    explanation=r"""
There are 100 places.

- Full: at each place, $9 \cdot 8$ products for each of 20 output channels, $100 \cdot 9
  \cdot 8 \cdot 20 = 144{,}000$.
- Depthwise: at each place, 9 products for each of 8 channels, $100 \cdot 9 \cdot 8 = 7{,}200$.
- 1 × 1: at each place, 8 products for each of 20 channels, $100 \cdot 8 \cdot 20 =
  16{,}000$.

23,200 in place of 144,000: a factor of 6.2. With $k \times k$ kernels and $O$ output channels
the share that is left is $1/O + 1/k^2$, here $0.05 + 0.11$. The weights shrink in the same
ratio, from 1440 to 232. So the many channels of late layers make it pay; in the first
layer, with one channel in, there is nothing to separate.

What is given up: the pattern that is looked for in one channel no longer depends on which
output channel asks. Xception (Chollet, 2017) and MobileNet (Howard and others, 2017)
are built of such pairs. On a real machine the gain in *time* is smaller than that in
multiplications, since reading and writing the maps counts as well.
""",
    hints=(
        "Take a single place of the output first, and in the end multiply by the 100 "
        "places.",
        "One number of the full convolution's output needs a window in all 8 channels: "
        "72 products. One number of the depthwise one needs a window in one channel.",
        "At one place: $72 \\cdot 20$ for the full one, $9 \\cdot 8$ for the depthwise, "
        "$8 \\cdot 20$ for the one of 1 × 1.",
    ),
    misconceptions={
        "weights": Misconception(
            [1440, 72, 160],
            "These are the weights. Each of them is used at every one of the 100 places.",
        ),
        "weights_and_biases": Misconception(
            [1460, 80, 180],
            "These are the parameters. Asked for are multiplications: each weight is "
            "used at every one of the 100 places, and biases are added.",
        ),
        "products_and_biases": Misconception(
            [146000, 8000, 18000],
            "Biases were counted. They are added, not multiplied.",
        ),
        "no_padding": Misconception(
            [92160, 4608, 10240],
            "64 places were counted, as without padding. Here the size stays: 100.",
        ),
        "no_padding_twice": Misconception(
            [92160, 4608, 16000],
            "In the kernels of 3 × 3 64 places were counted, as without padding. Here "
            "the size stays: 100.",
        ),
        "one_side": Misconception(
            [14400, 720, 1600],
            "10 places were counted. A map of 10 × 10 has 100.",
        ),
        "channels_in_forgotten": Misconception(
            [18000, 7200, 16000],
            "The full one: each output channel reads its window in all 8 input channels.",
        ),
        "channels_out_forgotten": Misconception(
            [7200, 7200, 16000],
            "The full one: 7200 is for one output channel. There are 20.",
        ),
        "depthwise_makes_20": Misconception(
            [144000, 18000, 16000],
            "The depthwise one gives as many channels as came in, 8. The 20 come from "
            "the one of 1 × 1.",
        ),
        "depthwise_makes_20_for_both": Misconception(
            [144000, 18000, 40000],
            "The depthwise one gives as many channels as came in, 8, so the one of "
            "1 × 1 reads 8.",
        ),
        "depthwise_mixes": Misconception(
            [144000, 57600, 16000],
            "The depthwise one was counted as if each channel read all 8. It reads only "
            "itself.",
        ),
        "depthwise_once": Misconception(
            [144000, 900, 16000],
            "The depthwise one: 900 is for one channel. There are 8, each with a kernel "
            "of its own.",
        ),
        "one_by_one_has_a_window": Misconception(
            [144000, 7200, 144000],
            "The one of 1 × 1 was counted with nine weights for each pair of channels. "
            "It has one.",
        ),
        "one_by_one_once": Misconception(
            [144000, 7200, 2000],
            "The one of 1 × 1: each of its 20 outputs adds up all 8 channels.",
        ),
        "one_by_one_one_output": Misconception(
            [144000, 7200, 800],
            "The one of 1 × 1: 800 is for one output channel. There are 20.",
        ),
        "side_of_the_kernel": Misconception(
            [48000, 2400, 16000],
            "A kernel of 3 × 3 has nine weights, not three.",
        ),
        "order": Misconception(
            [144000, 16000, 7200],
            "The numbers are right. The depthwise one comes before the one of 1 × 1.",
        ),
        "both_halves_added": Misconception(
            [144000, 23200],
            "These are right, with the two halves added up. Write both by themselves: "
            "three numbers.",
        ),
    },
)

# -------------------------------------------------- debug: a head that multiplies

_HEAD = """def class_probabilities(maps, weight, bias):
    pooled = maps.max(axis=3)
    return pooled[:, :, 0] * pooled[:, :, 1]
"""


def _class_probabilities(maps, weight, bias):
    pooled = maps.mean(axis=(2, 3))
    scores = pooled @ weight.T + bias
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _mean_of_maps(maps):
    return maps.mean(axis=(2, 3))


def _dense(pooled, weight, bias):
    return pooled @ weight.T + bias


def _softmax(scores, axis=1):
    shares = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)


def _bare_softmax(scores):
    with np.errstate(all="ignore"):
        shares = np.exp(scores)
        return shares / shares.sum(axis=1, keepdims=True)


def _less(what):
    """A softmax before which something else is taken away than each image's largest."""
    return lambda scores: _bare_softmax(scores - what(scores))


def _over_all_sums(scores):
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum()


def _row_product(maps):
    rows = maps.max(axis=3)
    return rows[:, :, 0] * rows[:, :, 1]


def _head_with(pool=_mean_of_maps, dense=_dense, squash=_softmax):
    """A head of which some parts are done in another way."""

    def head(maps, weight, bias):
        return squash(dense(pool(maps), weight, bias))

    return head


def _as_scores(scores):
    return scores


# the scores lie far apart, are small, large but near each other, and far below 0
_EVEN = np.array([[1000.0, 0.0], [1.0, 1.0], [1000.0, 1000.0], [-1000.0, 0.0]])
_EVEN = _EVEN.repeat(6, axis=1).reshape(4, 2, 2, 3)

HEAD = Exercise(
    name="convolutional_networks.head",
    title="A head that multiplies",
    kind="debug",
    minutes=7,
    statement=r"""
The worked example of an article behind this course ends like the code below: of each row
of a map only the largest number is kept, two of these are multiplied, and the product is
the output. As a head for `K` classes that cannot work:

- Nothing in it can be learned. `weight`, of shape `(K, C)`, and `bias`, of shape `(K,)`, are
  not used.
- It gives as many numbers as there are channels, not classes, and no probabilities. One 0
  makes the product 0, whatever the other number is.
- Where a map has more than two rows, the rest of it is not looked at.

Mend `class_probabilities(maps, weight, bias)`. `maps` has shape `(N, C, H, W)`. The head that is
wanted has three steps:

1. *Global average pooling*: the mean of each whole map, `(N, C)`.
2. A dense layer: `K` scores for each image, `(N, K)`.
3. Softmax, which makes them probabilities. Scores beyond 1000 must not break it.
""",
    starter=_HEAD,
    answer=_class_probabilities,
    explanation=r"""
After the global average each channel says one thing of the whole image: how much of its
pattern there is, wherever. The dense layer weighs these. Such a head has $K \cdot (C + 1)$
parameters and takes maps of any size; a dense layer on all numbers of the maps needs
$K \cdot (C H W + 1)$, and one size only. (The global average is from Lin, Chen and Yan, 2014.
Their last convolution gives one map for each class, and no dense layer follows.)

Softmax does not change when the same number is taken from all scores of an image. Without
the largest taken away `np.exp(1000)` is infinite, and inf / inf is nan.

The largest number of each *window* is pooling as well; the mean or the largest of a whole
map is *global* pooling. The two are often confused.
""",
    hints=(
        "First the shapes, step by step: `(N, C, H, W)`, `(N, C)`, `(N, K)`, `(N, K)`. Which "
        "axes does the first step take away?",
        "`maps.mean(axis=(2, 3))`, then `@ weight.T + bias`. The classes lie along which "
        "axis?",
        "Before `np.exp` take the largest score of each image away: `scores.max(axis=1, "
        "keepdims=True)`. Then divide by the sum, along the same axis.",
    ),
    cases=(
        call(_whole(1, 2, 3, 2, 4), _whole(2, 5, 3), _whole(3, 5)),
        call(_whole(4, 3, 2, 3, 2), _whole(5, 2, 2), _whole(6, 2)),
        call(_whole(7, 1, 2, 5, 3), _whole(8, 4, 2), _whole(9, 4)),
        call(
            _EVEN,
            np.array([[3.0, 0.0], [1.0, 2.0], [2.0, 1.0]]),
            np.array([0.0, 1.0, 0.0]),
        ),
    ),
    misconceptions={
        "bare_softmax": Misconception(
            _head_with(squash=_bare_softmax),
            "All is right until the scores grow large: np.exp(1000) is infinite. Take "
            "the largest score of each image away first.",
        ),
        "largest_of_the_batch": Misconception(
            _head_with(squash=_less(lambda s: s.max())),
            "The largest score of the whole batch is taken away. An image whose scores "
            "all lie far below it is left with 0 / 0: take the largest of each image, "
            "`axis=1`.",
        ),
        "largest_of_each_class": Misconception(
            _head_with(squash=_less(lambda s: s.max(axis=0))),
            "From each class its largest score among the images is taken away, which "
            "changes the probabilities. Take the same from all scores of an image: "
            "`axis=1`.",
        ),
        "mean_taken_away": Misconception(
            _head_with(squash=_less(lambda s: s.mean(axis=1, keepdims=True))),
            "A number from the middle of an image's scores is taken away, as their mean "
            "is. The largest may still lie far above it, and np.exp be infinite: take "
            "the largest away.",
        ),
        "smallest_taken_away": Misconception(
            _head_with(squash=_less(lambda s: s.min(axis=1, keepdims=True))),
            "The smallest score of each image is taken away, which makes the others "
            "larger still. Take the largest away: then np.exp is 1 at most.",
        ),
        "largest_of_maps": Misconception(
            _head_with(lambda maps: maps.max(axis=(2, 3))),
            "This is global *max* pooling. Asked for is the mean of each map.",
        ),
        "largest_of_maps_bare": Misconception(
            _head_with(lambda maps: maps.max(axis=(2, 3)), squash=_bare_softmax),
            "This is global *max* pooling. Asked for is the mean of each map. And large "
            "scores still break the softmax.",
        ),
        "sum_of_maps": Misconception(
            _head_with(lambda maps: maps.sum(axis=(2, 3))),
            "The maps are summed up. Take the mean: a larger image should not make "
            "larger scores.",
        ),
        "largest_of_rows_averaged": Misconception(
            _head_with(lambda maps: maps.max(axis=3).mean(axis=2)),
            "The largest number of each row is still there, and the mean is taken of "
            "these. Take the mean of all numbers of a map.",
        ),
        "first_row_only": Misconception(
            _head_with(lambda maps: maps.mean(axis=3)[:, :, 0]),
            "Only the first row of each map counts. Take the mean over both axes, 2 "
            "and 3.",
        ),
        "still_a_product": Misconception(
            _head_with(_row_product),
            "The dense layer and softmax are there. What they get is still the product "
            "of two numbers: take the mean of each map.",
        ),
        "product_and_scores": Misconception(
            _head_with(_row_product, squash=_as_scores),
            "The dense layer is there. It still gets the product of two numbers: take "
            "the mean of each map. And softmax is missing.",
        ),
        "channels_averaged_too": Misconception(
            lambda maps, weight, bias: _softmax(
                maps.mean(axis=(1, 2, 3))[:, None] * weight.sum(axis=1) + bias
            ),
            "One mean was taken over all channels. Each has its own.",
        ),
        "bias_forgotten": Misconception(
            _head_with(dense=lambda pooled, weight, bias: pooled @ weight.T),
            "The bias is missing.",
        ),
        "weight_as_it_is": Misconception(
            _head_with(dense=lambda pooled, weight, bias: pooled @ weight + bias),
            "`weight` has shape (K, C), a row a class: the pooled numbers (N, C) meet "
            "its transpose, `weight.T`.",
        ),
        "scores": Misconception(
            _head_with(squash=_as_scores),
            "These are the scores, and they are right. Softmax of them is missing.",
        ),
        "over_the_images": Misconception(
            _head_with(squash=lambda scores: _softmax(scores, axis=0)),
            "Softmax is taken over the images. The classes share the probability of one "
            "image: axis 1.",
        ),
        "over_everything": Misconception(
            _head_with(squash=lambda scores: _softmax(scores, axis=(0, 1))),
            "The probabilities of all images together make 1. Each image has its own: "
            "axis 1.",
        ),
        "sums_of_all_images": Misconception(
            _head_with(squash=_over_all_sums),
            "`shares.sum()` adds up all images. Each image has a sum of its own: "
            "`shares.sum(axis=1, keepdims=True)`.",
        ),
        "each_for_itself": Misconception(
            _head_with(squash=lambda scores: 1 / (1 + np.exp(-scores))),
            "This is the sigmoid of each score. The classes of one image share 1: "
            "softmax.",
        ),
        "logarithms": Misconception(
            _head_with(squash=lambda scores: np.log(_softmax(scores) + 1e-300)),
            "These are logarithms of the probabilities. Asked for are the "
            "probabilities.",
        ),
        "classes": Misconception(
            _head_with(squash=lambda scores: scores.argmax(axis=1)),
            "This is the class of each image. Asked for are all its probabilities.",
        ),
        "divided_by_the_sum": Misconception(
            _head_with(squash=lambda s: s / s.sum(axis=1, keepdims=True)),
            "The scores are divided by their sum, which may be 0 or negative. Softmax "
            "divides `np.exp` of them.",
        ),
    },
)

# --------------------------------------------------------- code: overlap of two boxes


def _iou_of_boxes(predicted, target):
    low = np.maximum(predicted[:, :2], target[:, :2])
    high = np.minimum(predicted[:, 2:], target[:, 2:])
    both = np.clip(high - low, 0, None).prod(axis=1)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (predicted, target)]
    return both / (areas[0] + areas[1] - both)


def _areas(boxes, more=0.0):
    return (boxes[:, 2:] - boxes[:, :2] + more).prod(axis=1)


def _sides(predicted, target, more=0.0):
    low = np.maximum(predicted[:, :2], target[:, :2])
    return np.minimum(predicted[:, 2:], target[:, 2:]) - low + more


def _clamped(sides):
    return np.clip(sides, 0, None).prod(axis=1)


def _iou_with(over=lambda a, b, both: a + b - both, both=_clamped, more=0.0):
    """An overlap: what both cover, over something else."""

    def iou(predicted, target):
        shared = both(_sides(predicted, target, more))
        areas = _areas(predicted, more), _areas(target, more)
        with np.errstate(all="ignore"):
            return shared / over(*areas, shared)

    return iou


def _around_both(predicted, target):
    low = np.minimum(predicted[:, :2], target[:, :2])
    high = np.maximum(predicted[:, 2:], target[:, 2:])
    return _clamped(_sides(predicted, target)) / (high - low).prod(axis=1)


def _as_width_and_height(predicted, target):
    boxes = [np.hstack([b[:, :2], b[:, :2] + b[:, 2:]]) for b in (predicted, target)]
    return _iou_of_boxes(*boxes)


def _ends_exchanged(predicted, target):
    low = np.minimum(predicted[:, :2], target[:, :2])
    both = (np.maximum(predicted[:, 2:], target[:, 2:]) - low).prod(axis=1)
    with np.errstate(all="ignore"):
        return both / (_areas(predicted) + _areas(target) - both)


def _far_corners(predicted, target):
    """The area of a box taken for x1 times y1."""
    both = _clamped(_sides(predicted, target))
    a, b = predicted[:, 2:].prod(axis=1), target[:, 2:].prod(axis=1)
    return both / (a + b - both)


_PREDICTED = np.array(
    [
        [1.0, 1.0, 7.0, 5.0],
        [2.0, 3.0, 5.0, 10.0],
        [0.0, 0.0, 2.0, 3.0],
        [0.0, 0.0, 2.0, 7.0],
    ]
)
_TARGET = np.array(
    [
        [3.0, 2.0, 8.0, 6.0],
        [2.0, 3.0, 5.0, 10.0],
        [3.0, 5.0, 7.0, 8.0],
        [3.0, 2.0, 6.0, 5.0],
    ]
)
_INSIDE = np.array([[0.0, 0.0, 10.0, 5.0], [1.5, 2.0, 4.0, 3.0]])

IOU = Exercise(
    name="convolutional_networks.iou",
    title="How well does the box fit?",
    kind="code",
    minutes=7,
    statement=r"""
How well two boxes agree is measured by their *intersection over union*: the area that both
cover, divided by the area that at least one of them covers.

Write `iou_of_boxes(predicted, target)`. Both have shape `(N, 4)`, a box `[x0, y0, x1, y1]` in each
row; a box reaches from `x0` to `x1` and from `y0` to `y1`, so that its area is
$(x_1 - x_0) \cdot (y_1 - y_0)$. All areas are more than 0. Return `(N,)`: row $i$ of the one is
compared with row $i$ of the other.

Two boxes may have nothing in common: then it is 0.

To try it by hand: `[1, 1, 7, 5]` and `[3, 2, 8, 6]` cover 24 and 20, both together cover a piece
of 4 by 3, and the result is 12 / 32 = 0.375.
""",
    starter=(
        "def iou_of_boxes(predicted, target):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_iou_of_boxes,
    explanation=r"""
Where both boxes are, the left edge is the further one to the right of both left edges, and
the right edge the nearer one of both right edges; the same for top and bottom. If left
comes out beyond right, they do not meet, and the side is set to 0. Without that two boxes
that miss each other in x *and* in y have two negative sides, whose product is a fine
positive area.

The union is both areas minus what was counted twice. The intersection over the area of
the target alone is no measure: a box around the whole picture would be perfect.
""",
    hints=(
        "Draw two boxes that overlap. Where does the common piece begin in x: at the "
        "smaller or at the larger of the two `x0`? Where does it end?",
        "`low = np.maximum(predicted[:, :2], target[:, :2])` and `high` with the minimum "
        "of the other corners. What if `high` is below `low`?",
        "`sides = np.clip(high - low, 0, None)`, their product is the intersection; the "
        "union is the sum of both areas minus the intersection.",
    ),
    cases=(
        call(_PREDICTED[:1], _TARGET[:1]),
        call(_PREDICTED, _TARGET),
        call(_INSIDE, np.array([[2.0, 1.0, 4.0, 4.0], [0.5, 0.0, 6.5, 5.0]])),
        call(
            np.array(
                [[2.0, 2.0, 4.0, 5.0], [0.0, 1.0, 3.0, 2.0], [0.0, 0.0, 2.0, 3.0]]
            ),
            np.array(
                [[4.0, 2.0, 7.0, 5.0], [1.0, 5.0, 2.0, 7.0], [5.0, 7.0, 9.0, 8.0]]
            ),
        ),
    ),
    misconceptions={
        "over_the_sum": Misconception(
            _iou_with(lambda a, b, both: a + b),
            "The two areas are added, so what both cover counts twice: two equal boxes "
            "get 0.5. Take the intersection away once.",
        ),
        "over_the_prediction": Misconception(
            _iou_with(lambda a, b, both: a),
            "This divides by the area of the prediction alone, so a tiny box within the "
            "target is perfect. Divide by the union.",
        ),
        "over_the_target": Misconception(
            _iou_with(lambda a, b, both: b),
            "This divides by the area of the target alone, so a box around the whole "
            "picture is perfect. Divide by the union.",
        ),
        "over_the_smaller": Misconception(
            _iou_with(lambda a, b, both: np.minimum(a, b)),
            "This divides by the smaller area, so a box within the other is perfect. "
            "Divide by the union.",
        ),
        "over_the_larger": Misconception(
            _iou_with(lambda a, b, both: np.maximum(a, b)),
            "This divides by the larger area. The union may be larger than either.",
        ),
        "dice": Misconception(
            _iou_with(lambda a, b, both: (a + b) / 2),
            "This is Dice: twice the intersection over the sum of the areas. Asked for "
            "is the intersection over the union.",
        ),
        "over_the_box_around": Misconception(
            _around_both,
            "This divides by the box around both, which has corners that neither "
            "covers. The union is the sum of the areas minus the intersection.",
        ),
        "not_clamped": Misconception(
            _iou_with(both=lambda sides: sides.prod(axis=1)),
            "Boxes that do not meet have negative sides in common. Two negative sides "
            "make a positive area: set each side to 0 at least, before the product.",
        ),
        "product_clamped": Misconception(
            _iou_with(both=lambda sides: np.maximum(sides.prod(axis=1), 0)),
            "The product is set to 0 at least, but two negative sides have a positive "
            "one. Set each side to 0 at least, before the product.",
        ),
        "width_clamped": Misconception(
            _iou_with(both=lambda sides: np.maximum(sides, [0, -np.inf]).prod(axis=1)),
            "The common width is set to 0 at least, the common height is not.",
        ),
        "height_clamped": Misconception(
            _iou_with(both=lambda sides: np.maximum(sides, [-np.inf, 0]).prod(axis=1)),
            "The common height is set to 0 at least, the common width is not.",
        ),
        "size_of_the_product": Misconception(
            _iou_with(both=lambda sides: np.abs(sides).prod(axis=1)),
            "The sizes of the sides are taken: boxes that do not meet then have a gap "
            "for an intersection. Set negative sides to 0.",
        ),
        "result_clamped": Misconception(
            lambda p, t: np.clip(
                _iou_with(both=lambda sides: sides.prod(axis=1))(p, t), 0, 1
            ),
            "The result is cut to 0 and 1, which is too late: two negative sides have a "
            "positive product. Set each side to 0 at least.",
        ),
        "one_pixel_more": Misconception(
            _iou_with(more=1.0),
            "1 is added to the sides, as for pixels that are counted from first to last. "
            "Here a side is x1 - x0.",
        ),
        "intersection_alone": Misconception(
            lambda p, t: _clamped(_sides(p, t)),
            "This is the area that both cover. Divide it by the union.",
        ),
        "union_over": Misconception(
            lambda p, t: _areas(p) + _areas(t) - _clamped(_sides(p, t)),
            "This is the area of the union. The intersection is divided by it.",
        ),
        "not_taken_away": Misconception(
            _iou_with(lambda a, b, both: a + b + both),
            "The intersection is added to the two areas. It was counted twice: take it "
            "away.",
        ),
        "corners_exchanged": Misconception(
            _ends_exchanged,
            "Maximum and minimum are exchanged: this is the box around both. The common "
            "piece begins at the larger of the two beginnings.",
        ),
        "width_and_height": Misconception(
            _as_width_and_height,
            "The last two numbers are taken for width and height. They are the far "
            "corner.",
        ),
        "far_corner_areas": Misconception(
            _far_corners,
            "The areas are taken as x1 times y1. A box begins at x0 and y0.",
        ),
        "all_pairs": Misconception(
            lambda p, t: np.array([_iou_of_boxes(0 * t + box, t) for box in p]),
            "Each box is compared with all of the others, as in torchvision. Here row i "
            "is compared with row i only: the result has shape (N,).",
        ),
        "mean": Misconception(
            lambda p, t: _iou_of_boxes(p, t).mean(),
            "This is the mean over the boxes. Asked for is a number for each.",
        ),
        "distance": Misconception(
            lambda p, t: 1 - _iou_of_boxes(p, t),
            "This is 1 minus it: a loss. Asked for is the overlap itself.",
        ),
    },
    atol=1e-6,  # some add a small number above and below
)

# ------------------------------------------------------ by hand: sizes in a U-Net

UNET_SIZES = Exercise(
    name="convolutional_networks.unet_sizes",
    title="Cut to fit",
    kind="by hand",
    minutes=7,
    statement=r"""
The first U-Net (Ronneberger, Fischer and Brox, 2015) pads nothing, so its maps shrink on the
way. Here is a small one, with two levels, for an image of 76 × 76:

1. two convolutions 3 × 3; what comes out is kept as **A**; maximum of each 2 × 2 window
2. two convolutions 3 × 3; kept as **B**; maximum of each 2 × 2 window
3. two convolutions 3 × 3: the bottom
4. a *transposed convolution* with a kernel of 2 × 2 and stride 2, which turns each pixel into
   2 × 2. **B** is cut to this size, the same on all four sides, and laid beside it as
   further channels. Two convolutions 3 × 3
5. once more a transposed convolution; **A** is cut and laid beside; two convolutions 3 × 3

No convolution pads. Write four numbers as a list: the side of the map at the bottom (after
its two convolutions), how many rows are cut off **B** at the top, how many off **A** at the
top, and the side of the result.
""",
    starter="sizes_of_unet = ...\n",
    answer=[12, 4, 16, 36],
    explanation=r"""
Two convolutions 3 × 3 take away 4, whatever the side.

| step | side |
|---|---|
| 1 | 76, 72 = **A**, 36 |
| 2 | 36, 32 = **B**, 16 |
| 3 | 16, 12 |
| 4 | 24, **B** loses (32 − 24) / 2 = 4 on each side; then 20 |
| 5 | 40, **A** loses (72 − 40) / 2 = 16 on each side; then 36 |

A transposed convolution of kernel $k$, stride $s$ and padding $p$ turns $n$ into
$(n - 1)\,s - 2p + k$, here $2n$: the size formula of the convolution, read backwards.

76 pixels in, 36 out: only places that have seen their whole surroundings are judged. The
paper's own network takes 572 and gives 388. With padding all maps of a level have
the same side, nothing is cut, and the result is as large as the image; near the edges it
then judges by zeros that were never there. And the sides must be divisible by 4.
""",
    hints=(
        "One convolution 3 × 3 without padding takes away 2, so a pair takes away 4. The "
        "window of the maximum halves the side.",
        "On the way down: 76, 72, 36, 32, 16, 12. On the way up the side doubles; what "
        "was kept is larger. By how much, on two sides together?",
        "**B** has 32 and must become 24, so 8 rows go, half of them at the top. Then "
        "20, doubled 40, against the 72 of **A**.",
    ),
    misconceptions={
        "padded": Misconception(
            [19, 0, 0, 76],
            "This is with padding, where nothing is lost and nothing cut. Here each "
            "convolution takes away 2.",
        ),
        "both_sides": Misconception(
            [12, 8, 32, 36],
            "The sides are right. What is cut off falls on two edges: half of it at the "
            "top.",
        ),
        "one_convolution": Misconception(
            [15, 2.5, 9, 54],
            "Only 2 were taken away on each level. There are two convolutions, and each "
            "takes away 2: one row at either edge.",
        ),
        "none_on_the_way_up": Misconception(
            [12, 4, 12, 48],
            "On the way up there are two convolutions as well, and each takes away 2.",
        ),
        "none_in_step_4": Misconception(
            [12, 4, 12, 44],
            "Step 4 ends with two convolutions as well: 24 becomes 20, and 40 then stands "
            "against **A**.",
        ),
        "none_at_the_bottom": Misconception(
            [16, 0, 8, 52],
            "The two convolutions at the bottom are missing: 16 becomes 12.",
        ),
        "bottom_before": Misconception(
            [16, 4, 16, 36],
            "All is right but the first: 16 is the side before the two convolutions at "
            "the bottom.",
        ),
        "none_at_the_end": Misconception(
            [12, 4, 16, 40],
            "All is right but the last: two more convolutions follow when **A** lies "
            "beside.",
        ),
        "kept_too_early": Misconception(
            [12, 6, 18, 36],
            "**A** and **B** were taken before the two convolutions of their level. They "
            "are kept after them.",
        ),
        "kept_too_late": Misconception(
            [12, -4, -2, 36],
            "**A** and **B** were taken after the maximum. They are kept before it, with "
            "32 and 72.",
        ),
        "negative": Misconception(
            [12, -4, -16, 36],
            "The sizes are right, the signs are not: write how many rows are cut off.",
        ),
        "kernel_forgotten": Misconception(
            [12, 5, 19, 30],
            "The transposed convolution makes 12 into 24: each pixel becomes 2 × 2. "
            "(n - 1) times the stride is without the kernel.",
        ),
        "kept_sides": Misconception(
            [12, 32, 72, 36],
            "These are the sides of **B** and **A**. Asked for is how many rows are cut "
            "off each at the top.",
        ),
        "sides_after": Misconception(
            [12, 24, 40, 36],
            "These are the sides that **B** and **A** are cut to. Asked for is how many "
            "rows are cut off each at the top.",
        ),
        "order": Misconception(
            [12, 16, 4, 36],
            "The numbers are right. **B** comes first: it is the one kept lower down.",
        ),
    },
)

# --------------------------------------------------------------- code: Dice of masks


def _dice_of_each(predicted, target):
    predicted, target = predicted.astype(bool), target.astype(bool)
    both = (predicted & target).sum(axis=(1, 2))
    sizes = predicted.sum(axis=(1, 2)) + target.sum(axis=(1, 2))
    return np.where(sizes > 0, 2 * both / np.maximum(sizes, 1), 1.0)


def _counts(predicted, target, axis=(1, 2)):
    """How many pixels both mark, the one, the other."""
    p, t = predicted.astype(bool), target.astype(bool)
    return [np.asarray(m.sum(axis=axis), float) for m in (p & t, p, t)]


def _dice_with(formula, empty=1.0, axis=(1, 2)):
    """A score by formula(both, a, b); `empty` where neither mask marks anything."""

    def dice(predicted, target):
        both, a, b = _counts(predicted, target, axis)
        with np.errstate(all="ignore"):
            score = formula(both, a, b)
        return np.where(a + b > 0, score, empty) if empty is not None else score

    return dice


def _dice_formula(both, a, b):
    return 2 * both / (a + b)


def _dice_added(predicted, target):
    """For truth values `+` means or, and the sum is the union."""
    with np.errstate(all="ignore"):
        both = (predicted * target).sum(axis=(1, 2))
        sizes = (predicted + target).sum(axis=(1, 2))
        return np.where(sizes > 0, 2 * both / sizes, 1.0)


def _dice_added_nan(predicted, target):
    with np.errstate(all="ignore"):
        both = (predicted * target).sum(axis=(1, 2))
        return 2 * both / (predicted + target).sum(axis=(1, 2))


def _agreement(predicted, target):
    return (predicted.astype(bool) == target.astype(bool)).mean(axis=(1, 2))


def _equal_counted(predicted, target):
    _, a, b = _counts(predicted, target)
    same = (predicted == target).sum(axis=(1, 2))
    with np.errstate(all="ignore"):
        return np.where(a + b > 0, 2 * same / (a + b), 1.0)


_MASKS = np.zeros((3, 4, 5), bool)
_MASKS[0, :3, :4], _MASKS[1, 1, 1:3], _MASKS[2, 2:, 3] = True, True, True
_SEEN = np.zeros((3, 4, 5), bool)
_SEEN[0, :3, 1:], _SEEN[1, 3, :3], _SEEN[2, 2:, 3] = True, True, True
_NONE = np.zeros((2, 3, 2), bool)
_SOME = _NONE.copy()
_SOME[1, 0] = True

DICE = Exercise(
    name="convolutional_networks.dice",
    title="A score for every mask",
    kind="code",
    minutes=7,
    statement=r"""
A network that segments marks pixels: its mask $P$ is 1 where it sees the object, and the true
mask $T$ is 1 where it is. How well they agree is measured by *Dice* (1945):

$$\frac{2\,|P \cap T|}{|P| + |T|}$$

that is, twice the number of pixels that both mark, over the pixels that the one marks plus
those that the other marks.

Write `dice_of_each(predicted, target)`. Both have shape `(N, H, W)`; they hold `True` and
`False`, or numbers 1 and 0. Return `(N,)`, one score for each image: one for the whole batch
would let a large object hide that a small one was missed.

Where both masks of an image are empty, there was nothing to find, and nothing was claimed:
that is 1.
""",
    starter=(
        "def dice_of_each(predicted, target):\n"
        "    # your code in place of the dots\n"
        "    ...\n"
    ),
    answer=_dice_of_each,
    explanation=r"""
A trap of NumPy: for truth values `+` means *or*. `(predicted + target).sum()` then is the
*union*, and a perfect mask gets 2. Count each mask by itself.

Dice $D$ and the intersection over union $J$ say the same on another scale:
$J = D / (2 - D)$. Dice is never below the other, so say which of them you report; and say
what an empty mask counts as, since with many empty images that choice decides the mean.

Pixels that neither marks do not count. Where objects are small, the share of pixels that
are right is near 1 for a network that marks nothing at all.
""",
    hints=(
        "Three counts for each image: what both mark, what the first marks, what the "
        "second marks. Over which axes of `(N, H, W)` is summed?",
        "`(predicted & target).sum(axis=(1, 2))`, once both are `astype(bool)`; and the "
        "sums of each by itself. What is 0 / 0 to be?",
        "`np.where(sizes > 0, 2 * both / np.maximum(sizes, 1), 1.0)`, where `sizes` is "
        "the sum of both counts.",
    ),
    cases=(
        call(_SEEN[:2], _MASKS[:2]),
        call(_SEEN, _MASKS),
        call(_SEEN.astype(float), _MASKS.astype(float)),
        call(_NONE, _SOME),
        call(_SOME.astype(int), _NONE.astype(int)),
    ),
    misconceptions={
        "whole_batch": Misconception(
            _dice_with(_dice_formula, axis=None),
            "The pixels of all images are counted together, and one number comes out. "
            "A large object then hides a small one that was missed: sum over axes 1 "
            "and 2.",
        ),
        "whole_batch_repeated": Misconception(
            lambda p, t: np.full(
                len(p), float(_dice_with(_dice_formula, axis=None)(p, t))
            ),
            "Each image gets the score of the whole batch. Count by itself for each: "
            "sum over axes 1 and 2.",
        ),
        "sizes_of_the_batch": Misconception(
            lambda p, t: 2 * _counts(p, t)[0] / max(1, p.sum() + t.sum()),
            "What both mark is counted for each image, but it is divided by the pixels "
            "of the whole batch: `axis=(1, 2)` there as well.",
        ),
        "mean": Misconception(
            lambda p, t: _dice_of_each(p, t).mean(),
            "This is the mean over the images. Asked for is the score of each.",
        ),
        "added_truth_values": Misconception(
            _dice_added,
            "For truth values `+` means or: `predicted + target` marks the union, and a "
            "perfect mask gets 2. Sum each mask by itself, then add.",
        ),
        "added_truth_values_and_nan": Misconception(
            _dice_added_nan,
            "For truth values `+` means or: `predicted + target` marks the union. Sum "
            "each mask by itself, then add. And two empty masks give 0 / 0.",
        ),
        "two_empty_are_nan": Misconception(
            _dice_with(_dice_formula, empty=None),
            "Two empty masks give 0 / 0, which is nan. There the score is 1.",
        ),
        "two_empty_are_0": Misconception(
            _dice_with(_dice_formula, empty=0.0),
            "Two empty masks get 0. Nothing was there and nothing was claimed: that is "
            "1.",
        ),
        "one_empty_is_1": Misconception(
            lambda p, t: np.where(
                _counts(p, t)[2] > 0, _dice_with(_dice_formula)(p, t), 1.0
            ),
            "Whenever the target is empty the score is 1, even if pixels are claimed. "
            "Both have to be empty.",
        ),
        "one_empty_is_1_either": Misconception(
            lambda p, t: np.where(
                _counts(p, t)[1] * _counts(p, t)[2] > 0,
                _dice_with(_dice_formula)(p, t),
                1.0,
            ),
            "The score is 1 where one of the masks is empty. Both have to be.",
        ),
        "iou": Misconception(
            _dice_with(lambda both, a, b: both / (a + b - both)),
            "This is the intersection over the union. Dice is twice the intersection "
            "over the sum of the two counts.",
        ),
        "iou_and_nan": Misconception(
            _dice_with(lambda both, a, b: both / (a + b - both), empty=None),
            "This is the intersection over the union. Dice is twice the intersection "
            "over the sum of the two counts. And two empty masks give 0 / 0.",
        ),
        "two_forgotten": Misconception(
            _dice_with(lambda both, a, b: both / (a + b)),
            "The 2 is missing: a perfect mask gets one half.",
        ),
        "over_the_union": Misconception(
            _dice_with(lambda both, a, b: 2 * both / (a + b - both)),
            "Twice the intersection is divided by the union: a perfect mask gets 2. "
            "Divide by the sum of the two counts.",
        ),
        "recall": Misconception(
            _dice_with(lambda both, a, b: both / b),
            "This is the share of the object that was found. Whoever marks all pixels "
            "gets 1: divide twice the intersection by both counts.",
        ),
        "precision": Misconception(
            _dice_with(lambda both, a, b: both / a),
            "This is the share of the marked pixels that are right. Whoever marks a "
            "single sure pixel gets 1.",
        ),
        "smoothed": Misconception(
            _dice_with(lambda both, a, b: (2 * both + 1) / (a + b + 1)),
            "1 is added above and below. That helps a loss; a score it makes too good "
            "for small objects.",
        ),
        "a_little_added": Misconception(
            _dice_with(lambda both, a, b: (2 * both + 1e-5) / (a + b + 1e-5)),
            "0.00001 is added above and below, so a mask that misses gets more than 0. "
            "Ask with `np.where` whether both are empty, or add far less.",
        ),
        "pixels_right": Misconception(
            _agreement,
            "This is the share of pixels that are right, empty ones among them. Only "
            "marked pixels count.",
        ),
        "empty_pixels_counted": Misconception(
            _equal_counted,
            "`predicted == target` also holds where neither marks anything. Count the "
            "pixels that both mark.",
        ),
        "loss": Misconception(
            lambda p, t: 1 - _dice_of_each(p, t),
            "This is 1 minus it: a loss. Asked for is the score itself.",
        ),
    },
    atol=1e-6,  # some add a small number above and below
)

# -------------------------------------------------------- open: a network on a budget

_SIDE, _CLASSES = 28, 10
_FIELD, _PARAMETERS, _PRODUCTS, _MAPS, _LEAST = 28, 20_000, 1_000_000, 64, 7
_FORMS = {"conv": 4, "separable": 4, "pool": 2}

_DESIGN = """design = [
    ("conv", 8, 3, 1),
    ("pool", 2),
    ("conv", 64, 3, 1),
]
"""


def _why_not_layers(layers):
    """Say what is not as the statement describes it, or None."""
    if not isinstance(layers, list | tuple) or not layers:
        return f"`design` should be a list of layers, and {_came(layers)} came."
    if len(layers) > 60:
        return f"These are {len(layers)} layers. 60 are the most that are read."
    for i, layer in enumerate(layers):
        if said := _why_not_layer(layer):
            return f"Layer {i + 1}: {said}"
    kind, *rest = layers[0]
    if kind != "conv" or rest[0] < 8 or rest[1] < 3 or rest[2] > 1:
        return (
            "The first layer should be a `conv` with at least 8 channels, a kernel of 3 "
            "or 5 and stride 1."
        )
    widths = [layer[1] for layer in layers if layer[0] != "pool"]
    if widths != sorted(widths):
        return f"The channels are {widths}: they should never become fewer."
    return None


def _why_not_layer(layer):
    if not isinstance(layer, list | tuple) or not layer:
        return f"it should look like `('conv', 8, 3, 1)`, and {_came(layer)} came."
    kind, *rest = layer
    if not isinstance(kind, str) or kind not in _FORMS:
        return f"it begins with one of {', '.join(map(repr, _FORMS))}."
    if len(layer) != _FORMS[kind]:
        what = "channels, kernel, stride" if kind != "pool" else "size"
        return f"after {kind!r} come {what}, and {len(rest)} came."
    if not all(type(x) is int for x in rest):
        return f"after {kind!r} come whole numbers."
    if kind == "pool":
        return None if rest[0] == 2 else "the size of a pooling is 2."
    channels, kernel, stride = rest
    if not 1 <= channels <= 4096:
        return f"{channels} channels: there are at least 1 and at most 4096."
    if kernel not in (1, 3, 5):
        return f"a kernel of {kernel}: it is 1, 3 or 5."
    return None if stride in (1, 2) else f"a stride of {stride}: it is 1 or 2."


def _came(given):
    return kind_of(snapshot(given))


def _convolved(kind, inputs, channels, kernel, places):
    """Parameters and multiplications of a layer that gives so many places."""
    if kind == "conv":
        weights, biases = kernel**2 * inputs * channels, channels
    else:
        weights, biases = kernel**2 * inputs + inputs * channels, inputs + channels
    return weights + biases, weights * places


def _measured(layers):
    """Channels, side, receptive field; parameters and multiplications of each layer."""
    channels, side, field, jump, costs = 1, _SIDE, 1, 1, []
    for kind, *rest in layers:
        if kind == "pool":
            side, field, jump = side // 2, field + jump, 2 * jump
            costs.append((0, 0))
            continue
        out, kernel, stride = rest
        side, field = -(-side // stride), field + (kernel - 1) * jump
        costs.append(_convolved(kind, channels, out, kernel, side**2))
        channels, jump = out, jump * stride
    costs.append(((channels + 1) * _CLASSES, channels * _CLASSES))
    return channels, side, field, costs


def _heaviest(costs, which):
    i = max(range(len(costs)), key=lambda i: costs[i][which])
    where = "the dense layer" if i == len(costs) - 1 else f"layer {i + 1}"
    return f"{where} has {costs[i][which]:,} of them"


def _plain(x):
    """The same with NumPy's whole numbers as Python's."""
    if isinstance(x, list | tuple):
        return [_plain(item) for item in x]
    whole = isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype.kind in "iu"
    return int(x) if whole else x


def _why_not_design(layers):
    """Say what keeps a design from the goals, or None."""
    layers = _plain(snapshot(layers))
    if said := _why_not_layers(layers):
        return said
    channels, side, field, costs = _measured(layers)
    parameters, products = (sum(cost) for cost in zip(*costs, strict=True))
    told = (
        f"Yours has {parameters:,} parameters, {products:,} multiplications, a receptive "
        f"field of {field}, and ends with {channels} maps of {side} × {side}. "
    )
    missed = []
    if field < _FIELD:
        missed.append(
            f"The receptive field should be {_FIELD} at least. A kernel adds to it its "
            "side less 1, times all strides before it."
        )
    if channels < _MAPS:
        missed.append(f"{_MAPS} maps at least are asked for at the end.")
    if side < _LEAST:
        missed.append(f"The maps should keep a side of {_LEAST} at least.")
    if parameters >= _PARAMETERS:
        missed.append(
            f"Fewer than {_PARAMETERS:,} parameters are allowed: {_heaviest(costs, 0)}."
        )
    if products >= _PRODUCTS:
        missed.append(
            f"Fewer than {_PRODUCTS:,} multiplications are allowed: "
            f"{_heaviest(costs, 1)}."
        )
    return told + " ".join(missed) if missed else None


DESIGN = Exercise(
    name="convolutional_networks.design",
    title="A network on a budget",
    kind="open",
    minutes=13,
    statement=r"""
Design a network for images of 28 × 28 in one channel and 10 classes. Write it as a list of
layers, from the image on:

- `("conv", channels, kernel, stride)`: a convolution. Kernels are 1, 3 or 5; strides 1 or 2.
- `("separable", channels, kernel, stride)`: a depthwise convolution with this kernel and
  stride, then one of 1 × 1 to this number of channels.
- `("pool", 2)`: the maximum of each 2 × 2 window.

Convolutions pad with `kernel // 2`, so with stride 1 the side stays; with stride 2 it is
halved (7 becomes 4), and so it is by pooling (7 becomes 3). Every convolution has a bias a
channel, both halves of a separable one too. After the last layer the checker adds global
average pooling and a dense layer to 10 classes, and counts them with the rest.

What is asked for:

- a **receptive field** of at least 28 before the global pooling, so that each place may see
  the whole width of a digit;
- at least **64 maps** at the end, of at least **7 × 7**;
- fewer than **20,000 parameters** and fewer than **1,000,000 multiplications** for an image;
- the first layer is a `conv` with at least 8 channels, a kernel of 3 or 5 and stride 1, and
  from layer to layer the channels never become fewer.

The receptive field begins at 1. A kernel $k$ makes it larger by $(k - 1)$ times the product of
all strides *before* it; pooling counts as a kernel of 2 with stride 2. Multiplications are
weights times places of the output.
""",
    starter=_DESIGN,
    answer=[
        ("conv", 16, 3, 1),
        ("pool", 2),
        ("separable", 32, 3, 1),
        ("separable", 32, 3, 1),
        ("pool", 2),
        ("separable", 64, 3, 1),
        ("separable", 64, 3, 1),
    ],
    explanation=r"""
| layer | side | receptive field | parameters | multiplications |
|---|---|---|---|---|
| conv, 16 | 28 | 3 | 160 | 112,896 |
| pool | 14 | 4 | 0 | 0 |
| separable, 32 | 14 | 8 | 704 | 128,576 |
| separable, 32 | 14 | 12 | 1,376 | 257,152 |
| pool | 7 | 14 | 0 | 0 |
| separable, 64 | 7 | 22 | 2,432 | 114,464 |
| separable, 64 | 7 | 30 | 4,800 | 228,928 |
| dense | | | 650 | 640 |

Together 10,122 parameters and 842,656 multiplications. Three thoughts lead there. Early
layers are dear in multiplications (784 places), late ones in parameters (many channels). Each
halving doubles what a kernel adds to the receptive field. And full convolutions between many
channels are what costs most: from 64 to 64 maps one has 36,928 parameters.

Such figures say what a network *can* do and what it costs, not how well it will learn. That
the field covers the digit is necessary for some tasks, and never enough.
""",
    hints=(
        "Begin small in channels while the side is 28, and halve twice. What does a "
        "kernel of 3 add to the receptive field at a side of 7?",
        "After two halvings each kernel of 3 adds 8. From 14, two of them reach 30. With "
        "full convolutions of 64 channels, how many parameters would they have?",
        "`separable` layers of 32 channels at a side of 14, and of 64 at a side of 7, are "
        "light enough. The checker says which layer is the heaviest.",
    ),
    accept=_why_not_design,
    note="Build it with `nn.Sequential`, and see how well it learns.",
)

EXERCISES = [
    WORK,
    SALIENCY,
    MOVED,
    RESIDUAL_BLOCK,
    CHANNEL_NORM,
    SEPARABLE,
    HEAD,
    IOU,
    UNET_SIZES,
    DICE,
    DESIGN,
]
