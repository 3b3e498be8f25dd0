"""The chapter's answers against torch and by hand; answers that learners could give."""

import re

import numpy as np
import pytest
import torch
from torch.nn import functional

from lessons_pkg import metrics
from lessons_pkg.exercises import convolutional_networks as module
from tests.exercises.helpers import Chapter, numbers

chapter = Chapter("convolutional_networks")
ex, given, mended, spoilt = chapter.ex, chapter.given, chapter.mended, chapter.spoilt


def wrong(name, misconception):
    return ex(name).misconceptions[misconception].wrong


def tensors(*arrays):
    return [torch.tensor(np.asarray(a, float)) for a in arrays]


# ------------------------------------------------------- by hand: numbers and mistakes


def net_of_the_articles():
    nn = torch.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 64, 3), nn.Flatten(), nn.Linear(576, 64), nn.Linear(64, 10)),
    )


def products(network, x):
    """Multiplications of each layer with weights: weights times places."""
    counts = []
    for layer in network:
        x = layer(x)
        if hasattr(layer, "weight"):
            counts.append(layer.weight.numel() * int(np.prod(x.shape[2:])))
    return counts


def test_work_is_that_of_torch():
    network = net_of_the_articles()
    want = ex("work").answer
    assert products(network, torch.zeros(1, 1, 28, 28)) == want
    weights = [m.weight.numel() for m in network if hasattr(m, "weight")]
    shown = re.findall(r"\| [\w ]+ \| ([\d,]+) \|\n", ex("work").statement)
    assert [int(w.replace(",", "")) for w in shown] == weights
    assert sum(p.numel() for p in network.parameters()) == 93322
    assert round(10 * want[1] / sum(want)) == round(10 * sum(weights[2:4]) / 93322) == 8
    assert 22 * 22 * 64 * 64 == 1_982_464
    assert wrong("work", "the_sum") == sum(want)


WEIGHTS = np.array([288, 18432, 36864, 36864, 640])
PLACES = {
    "weights": [1, 1, 1, 1, 1],
    "places_of_the_input": [28**2, 13**2, 5**2, 1, 1],
    "places_of_the_input_behind_the_first": [26**2, 13**2, 5**2, 1, 1],
    "places_after_the_maximum": [13**2, 5**2, 3**2, 1, 1],
    "padded": [28**2, 14**2, 7**2, 1, 1],
    "one_row_lost": [27**2, 12**2, 4**2, 1, 1],  # 27, 13, 12, 6, 5 would have 5
    "left_over_kept": [26**2, 11**2, 4**2, 1, 1],
    "no_maximum": [26**2, 24**2, 22**2, 1, 1],
    "side_not_squared": [26, 11, 3, 1, 1],
    "all_pixels": [28**2] * 5,
    "dense_slides": [26**2, 11**2, 9, 9, 1],
    "window_counted_again": [9 * 26**2, 9 * 11**2, 81, 1, 1],
}


@pytest.mark.parametrize("name", PLACES)
def test_wrong_numbers_of_work_come_from_their_mistake(name):
    assert wrong("work", name) == [*WEIGHTS * PLACES[name]]


def test_biases_counted_in_work():
    parameters = np.array(wrong("work", "parameters"))
    assert [*parameters - WEIGHTS] == [32, 64, 64, 64, 10]
    places = [26**2, 11**2, 9, 1, 1]
    assert wrong("work", "biases_counted") == [*parameters * places]


def separable(places=100, window=9, channels=(8, 20), depth=8, reads=(8, 8), bias=0):
    """Multiplications of the full one, the depthwise one and the one of 1 x 1."""
    c, o = channels
    full = window * reads[0] * o + bias * o
    return [
        places * n for n in (full, window * depth + bias * c, reads[1] * o + bias * o)
    ]


SEPARABLE = {
    "weights": {"places": 1},
    "weights_and_biases": {"places": 1, "bias": 1},
    "products_and_biases": {"bias": 1},
    "no_padding": {"places": 64},
    "one_side": {"places": 10},
    "channels_in_forgotten": {"reads": (1, 8)},
    "depthwise_makes_20": {"depth": 20},
    "depthwise_makes_20_for_both": {"depth": 20, "reads": (8, 20)},
    "depthwise_mixes": {"depth": 64},
    "depthwise_once": {"depth": 1},
    "one_by_one_has_a_window": {"reads": (8, 72)},
    "one_by_one_once": {"reads": (8, 1)},
    "side_of_the_kernel": {"window": 3},
}


@pytest.mark.parametrize("name", SEPARABLE)
def test_wrong_numbers_of_separable_come_from_their_mistake(name):
    assert wrong("separable", name) == separable(**SEPARABLE[name])


def test_separable_is_that_of_torch():
    nn, x = torch.nn, torch.zeros(1, 8, 10, 10)
    full = [nn.Conv2d(8, 20, 3, padding=1)]
    halves = [nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 20, 1)]
    want = products(full, x) + products(halves, x)
    assert ex("separable").answer == want == separable()
    assert f"{want[0] / sum(want[1:]):.1f}" == "6.2"
    assert np.isclose(sum(want[1:]) / want[0], 1 / 20 + 1 / 9)


def unet(n, lost=4, bottom=4, up=4, last=4, grow=lambda n: 2 * n, early=False):
    """Side at the bottom, rows cut off B and A at the top, side of the result."""
    a = n - lost
    b = a / 2 - lost
    low = b // 2 - bottom
    first = grow(low)
    kept = (n, a / 2) if early else (a, b)
    second = grow(first - up)
    return [low, (kept[1] - first) / 2, (kept[0] - second) / 2, second - last]


UNET = {
    "padded": {"lost": 0, "bottom": 0, "up": 0, "last": 0},
    "one_convolution": {"lost": 2, "bottom": 2, "up": 2, "last": 2},
    "none_on_the_way_up": {"up": 0, "last": 0},
    "none_in_step_4": {"up": 0},
    "none_at_the_bottom": {"bottom": 0},
    "none_at_the_end": {"last": 0},
    "kept_too_early": {"early": True},
    "kernel_forgotten": {"grow": lambda n: 2 * (n - 1)},
}


@pytest.mark.parametrize("name", UNET)
def test_wrong_numbers_of_the_unet_come_from_their_mistake(name):
    assert wrong("unet_sizes", name) == unet(76, **UNET[name])


def test_unet_sizes_are_those_of_torch():
    def two(x):
        return functional.conv2d(functional.conv2d(x, kernel), kernel)

    def up(x):
        return functional.conv_transpose2d(x, torch.ones(1, 1, 2, 2), stride=2)

    kernel, x = torch.ones(1, 1, 3, 3), torch.ones(1, 1, 76, 76)
    a = two(x)
    b = two(functional.max_pool2d(a, 2))
    bottom = two(functional.max_pool2d(b, 2))
    first = up(bottom)
    second = up(two(first))
    cuts = [(k.shape[2] - u.shape[2]) / 2 for k, u in ((b, first), (a, second))]
    want = [bottom.shape[2], *cuts, two(second).shape[2]]
    assert ex("unet_sizes").answer == want == unet(76)


# --------------------------------------------------------- code: the answers are right


@pytest.mark.parametrize("case", range(4))
def test_saliency_is_that_of_torch(case):
    image, label = ex("saliency").cases[case].args
    seen = {}

    def model_and_x(model, x, label):
        seen["weights"] = [p.detach().numpy() for p in model.parameters()]
        return ex("saliency").answer(model, x, label)

    got = ex("saliency").cases[case].use(model_and_x, image, label)
    w1, w2 = tensors(*seen["weights"])
    x = torch.tensor(image[None], requires_grad=True)
    hidden = functional.conv2d(x, w1, padding=1).tanh()
    (hidden.flatten(1) @ w2.T)[0, label].backward()
    want = x.grad[0].abs().amax(dim=0)
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-10)


def maps_of(answer, case):
    return np.asarray(
        ex("saliency").cases[case].use(answer, *ex("saliency").cases[case].args)
    )


def test_what_the_statement_says_of_the_saliency_of_the_loss():
    def probability(model, x, label):
        return model(x).softmax(dim=1)[0, label].item()

    assert maps_of(probability, 3) > 0.999999
    assert np.abs(maps_of(given("saliency"), 3)).max() < 1e-6
    assert maps_of(ex("saliency").answer, 3).max() > 0.1
    assert (maps_of(given("saliency"), 0) < 0).any()


def moved_by_loops(image, box, rows, columns, training):
    if not training:
        return image, box
    h, w = image.shape
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            if 0 <= i + rows < h and 0 <= j + columns < w:
                out[i + rows, j + columns] = image[i, j]
    x0, y0, x1, y1 = box
    xs = [min(max(x + columns, 0), w) for x in (x0, x1)]
    ys = [min(max(y + rows, 0), h) for y in (y0, y1)]
    return out, [xs[0], ys[0], xs[1], ys[1]]


@pytest.mark.parametrize("rows", [-3, -1, 0, 2])
@pytest.mark.parametrize("columns", [-7, -2, 0, 1, 4])
def test_moved_is_that_of_loops(rows, columns):
    use = numbers(0, 4, 6), np.array([1.0, 0.0, 4.0, 3.0]), rows, columns, True
    got, want = ex("moved").answer(*use), moved_by_loops(*use)
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_scores_that_head_is_tried_on():
    maps, weight, bias = ex("head").cases[3].args
    far, small, near, below = maps.mean(axis=(2, 3)) @ weight.T + bias
    assert far.max() - 1000 > small.max()  # the batch's largest leaves small with 0 / 0
    assert far.max() - far.mean() >= 999  # the mean is not enough
    assert near.min() > 1000
    assert below.max() < -900  # the largest size is not the largest score
    assert np.ptp(near) < 2  # there the mean is enough, and nothing is not


def test_a_box_of_moved_leaves_the_picture():
    boxes = [ex("moved").answer(*case.args)[1] for case in ex("moved").cases]
    assert any(x0 == x1 and y0 < y1 for x0, y0, x1, y1 in boxes)


def test_the_example_of_moved():
    box = np.array([1.0, 0.0, 4.0, 2.0])
    _, after = ex("moved").answer(np.zeros((3, 6)), box, 0, 3, True)
    assert [after[0], after[2]] == [4, 6]
    for columns, edge in ((7, 6), (-4, 0)):
        _, left = ex("moved").answer(np.zeros((3, 6)), box, 0, columns, True)
        assert [left[0], left[2]] == [edge, edge]


def block_in_torch(x, path, weight=None, stride=1):
    out, shortcut = torch.tensor(path(x)), torch.tensor(x)
    if weight is not None:
        kernel = torch.tensor(weight)[:, :, None, None]
        shortcut = functional.conv2d(shortcut, kernel, stride=stride)
    return torch.relu(out + shortcut)


@pytest.mark.parametrize(("stride", "side"), [(1, (4, 5)), (2, (2, 3)), (3, (2, 2))])
def test_residual_block_is_that_of_torch(stride, side):
    x, weight, f = numbers(0, 2, 3, 4, 5), numbers(1, 4, 3), numbers(2, 2, 4, *side)
    got = ex("residual_block").answer(x, lambda _: f, weight, stride)
    want = block_in_torch(x, lambda _: f, weight, stride)
    np.testing.assert_allclose(got, want.numpy())


def norm_in_torch(x, running_mean, running_var, training):
    x, mean, var = tensors(x, running_mean, running_var)
    return functional.batch_norm(x, mean, var, training=training, eps=1e-5), mean, var


@pytest.mark.parametrize("training", [True, False])
def test_channel_norm_is_that_of_torch(training):
    use = numbers(0, 3, 4, 2, 5), numbers(1, 4), numbers(2, 4) ** 2, training
    got, want = ex("channel_norm").answer(*use), norm_in_torch(*use)
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10)


def test_what_the_statement_says_of_channel_norm():
    norm, kept = given("channel_norm"), (np.zeros(2), np.ones(2))
    x = numbers(0, 6, 2, 3, 3) + np.array([0.0, 100.0])[:, None, None]
    y, *_ = norm(x, *kept, True)
    assert np.allclose(y[:, 0], -1, atol=0.1)
    assert np.allclose(y[:, 1], 1, atol=0.1)
    alone, mean, _ = norm(x[:1], *kept, False)
    assert not np.allclose(alone, norm(x, *kept, False)[0][:1])
    assert not np.allclose(mean, kept[0])


def head_in_torch(maps, weight, bias):
    maps, weight, bias = tensors(maps, weight, bias)
    return functional.linear(maps.mean(dim=(2, 3)), weight, bias).softmax(dim=1)


def test_head_is_that_of_torch():
    use = numbers(0, 3, 4, 2, 5), numbers(1, 6, 4), numbers(2, 6)
    got = ex("head").answer(*use)
    np.testing.assert_allclose(got, head_in_torch(*use).numpy())
    np.testing.assert_allclose(got.sum(axis=1), 1)


def some_boxes(rng, n):
    low = rng.integers(0, 8, (n, 2))
    return np.hstack([low, low + rng.integers(1, 6, (n, 2))])


def iou_by_pixels(predicted, target):
    found = []
    for pair in zip(predicted, target, strict=True):
        a, b = (
            {(x, y) for x in range(x0, x1) for y in range(y0, y1)}
            for x0, y0, x1, y1 in pair
        )
        found.append(len(a & b) / len(a | b))
    return found


def test_iou_is_that_of_pixels_and_of_the_package():
    rng = np.random.default_rng(0)
    boxes = some_boxes(rng, 200), some_boxes(rng, 200)
    got = ex("iou").answer(*boxes)
    assert 20 < np.sum(got == 0) < 180
    np.testing.assert_allclose(got, iou_by_pixels(*boxes))
    np.testing.assert_allclose(got, metrics.box_iou(*boxes))
    example = [np.array([b]) for b in ([1, 1, 7, 5], [3, 2, 8, 6])]
    assert ex("iou").answer(*example) == 0.375


def test_dice_is_that_of_the_package():
    rng = np.random.default_rng(0)
    masks = rng.random((2, 40, 2, 2)) < 0.3
    got = ex("dice").answer(*masks)
    assert (~masks.any(axis=(0, 2, 3))).any()  # an image in which both are empty
    np.testing.assert_allclose(got, metrics.dice(*masks))
    np.testing.assert_allclose(got / (2 - got), metrics.mask_iou(*masks))


# ------------------------------------------------------------------- the open exercise


def built(layers):
    """The design in torch, a module for each convolution and pooling, and the head."""
    nn, channels, modules = torch.nn, 1, []
    for kind, *rest in layers:
        if kind == "pool":
            modules.append(nn.MaxPool2d(2))
            continue
        out, kernel, stride = rest
        if kind == "separable":
            modules += [
                nn.Conv2d(
                    channels, channels, kernel, stride, kernel // 2, groups=channels
                ),
                nn.Conv2d(channels, out, 1),
            ]
        else:
            modules.append(nn.Conv2d(channels, out, kernel, stride, kernel // 2))
        channels = out
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]
    return nn.Sequential(*modules), nn.Sequential(*head)


def field_by_gradient(body, side=160):
    """The side of the square of the image that the middle of the last map depends on."""
    pools = [torch.nn.AvgPool2d(2) if hasattr(m, "ceil_mode") else m for m in body]
    x = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    y = x
    for m in pools:
        for p in m.parameters():
            torch.nn.init.constant_(p, 0.01)
        y = m.double()(y)
    y[0, 0, y.shape[2] // 2, y.shape[3] // 2].backward()
    return int((x.grad[0, 0] != 0).any(dim=1).sum())


DESIGNS = {
    "answer": ex("design").answer,
    "starter": [("conv", 8, 3, 1), ("pool", 2), ("conv", 64, 3, 1)],
    "odd": [("conv", 4, 3, 2), ("conv", 5, 3, 2), ("pool", 2), ("separable", 6, 3, 1)],
    "strides": [
        *(("conv", 4, 5, 1), ("separable", 6, 3, 2), ("pool", 2)),
        *(("conv", 5, 1, 2), ("separable", 7, 5, 1)),
    ],
}


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_are_measured_as_torch_has_them(name):
    channels, side, field, costs = module._measured(DESIGNS[name])
    body, head = built(DESIGNS[name])
    x = torch.zeros(1, 1, 28, 28)
    assert body(x).shape[1:] == (channels, side, side)
    every = [*body, *head]
    parameters = sum(p.numel() for m in every for p in m.parameters())
    assert parameters == sum(p for p, _ in costs)
    assert sum(products(every, x)) == sum(n for _, n in costs)
    assert field == field_by_gradient(body)


def test_the_table_of_the_design():
    design = ex("design").answer
    want = module._measured(design)
    rows = re.findall(r"^\|[^|]+\|([\d ]*)\|([\d ]*)\|([\d, ]+)\|([\d, ]+)\|$",
                      ex("design").explanation, re.MULTILINE)  # fmt: skip
    cells = [[int(c.replace(",", "").strip() or 0) for c in row] for row in rows]
    assert [tuple(row[2:]) for row in cells] == want[3]
    for i, row in enumerate(cells[:-1]):
        assert tuple(row[:2]) == module._measured(design[: i + 1])[1:3]
    sums = [sum(cost) for cost in zip(*want[3], strict=True)]
    assert sums == [10_122, 842_656]
    assert all(f"{n:,}" in ex("design").explanation for n in sums)


# ------------------------------------------------------------------ right in other forms


def salient_on_the_tensor(model, x, label):
    model.eval()
    x = x.detach().clone().requires_grad_()
    model(x)[0, label].backward()
    return x.grad.abs().amax(dim=1)[0]


def rolled_and_filled(image, box, rows, columns, training):
    if not training:
        return image, box
    image = np.roll(image, (rows, columns), axis=(0, 1))
    image[:rows] = 0 if rows > 0 else image[:rows]
    image[rows:] = 0 if rows < 0 else image[rows:]
    image[:, :columns] = 0 if columns > 0 else image[:, :columns]
    image[:, columns:] = 0 if columns < 0 else image[:, columns:]
    return [image, np.clip(box + [columns, rows] * 2, 0, [*image.shape[::-1]] * 2)]


def block_by_matmul(x, path, weight=None, stride=1):
    y = path(x)
    if weight is not None:
        x = np.moveaxis(np.moveaxis(x, 1, -1) @ weight.T, -1, 1)[
            :, :, ::stride, ::stride
        ]
    y += x
    y[y < 0] = 0
    return y


def norm_by_loops(x, running_mean, running_var, training):
    y, kept = np.empty_like(x), [running_mean.copy(), running_var.copy()]
    for c in range(x.shape[1]):
        mean, var = running_mean[c], running_var[c]
        if training:
            mean, var = x[:, c].mean(), x[:, c].var()
            kept[0][c] += 0.1 * (mean - kept[0][c])
            kept[1][c] += 0.1 * (x[:, c].var(ddof=1) - kept[1][c])
        y[:, c] = (x[:, c] - mean) / (var + 1e-5) ** 0.5
    return [y, *kept]


def norm_kept_in_four_axes(x, running_mean, running_var, training):
    over = {"axis": (0, 2, 3), "keepdims": True}
    mean, var = (r[None, :, None, None] for r in (running_mean, running_var))
    now = mean, var
    if training:
        now = x.mean(**over), x.var(**over)
        mean, var = 0.9 * mean + 0.1 * now[0], 0.9 * var + 0.1 * x.var(**over, ddof=1)
    return (x - now[0]) / np.sqrt(now[1] + 1e-5), mean, var


def head_by_loops(maps, weight, bias):
    rows = []
    for image in maps:
        scores = [
            sum(w * m.mean() for w, m in zip(k, image, strict=True)) for k in weight
        ]
        scores = [s + b for s, b in zip(scores, bias, strict=True)]
        shares = [np.exp(s - max(scores)) for s in scores]
        rows.append([share / sum(shares) for share in shares])
    return rows


def iou_by_loops(predicted, target):
    found = []
    for a, b in zip(predicted.tolist(), target.tolist(), strict=True):
        width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
        height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
        areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
        found.append(width * height / (sum(areas) - width * height))
    return found


def dice_by_loops(predicted, target):
    found = []
    for p, t in zip(predicted, target, strict=True):
        marked = sum(map(bool, p.ravel())) + sum(map(bool, t.ravel()))
        both = sum(bool(a and b) for a, b in zip(p.ravel(), t.ravel(), strict=True))
        found.append(2 * both / marked if marked else 1)
    return found


def dice_with(little):
    def dice(predicted, target):
        p, t = (m.reshape(len(m), -1).astype(float) for m in (predicted, target))
        return (2 * (p * t).sum(1) + little) / (p.sum(1) + t.sum(1) + little)

    return dice


def iou_with_a_little(predicted, target):
    sides = np.minimum(predicted[:, 2:], target[:, 2:])
    sides = (sides - np.maximum(predicted[:, :2], target[:, :2])).clip(0)
    areas = sum((b[:, 2:] - b[:, :2]).prod(axis=1) for b in (predicted, target))
    both = sides.prod(axis=1)
    return (both + 1e-6) / (areas - both + 1e-6)


def head_by_logarithms(maps, weight, bias):
    scores = maps.mean((2, 3)) @ weight.T + bias
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def amax_of_the_tensor(model, x, label):
    model(x)[0, label].backward()
    return x.grad[0].abs().max(dim=0).values


def norm_of_torch_axes(x, running_mean, running_var, training):
    var, mean = torch.var_mean(torch.tensor(x), dim=(0, 2, 3), correction=0)
    kept = torch.tensor(x).var(dim=(0, 2, 3)).numpy()
    mean, var = mean.numpy(), var.numpy()
    if not training:
        mean, var = running_mean, running_var
    else:
        running_mean = running_mean + 0.1 * (mean - running_mean)
        running_var = running_var + 0.1 * (kept - running_var)
    shape = (1, -1, 1, 1)
    y = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + 1e-5)
    return y, running_mean, running_var


SCORE = (
    "    loss = scores.exp().sum().log() - scores[0, label]\n    loss.backward()",
    "    scores[0, label].backward()",
)
SIZE = ("x.grad.numpy()[0].max", "np.abs(x.grad.numpy()[0]).max")

ALONG = ("return image, box", "return image, box + np.array([columns, rows] * 2)")
SLEEPS = ("    image = np.roll", "    if not training:\n        return image, box\n"
          "    image = np.roll")  # fmt: skip

AXES = (
    ("x.mean(), x.var()", "x.mean((0, 2, 3)), x.var((0, 2, 3))"),
    ("x.var(ddof=1)", "x.var((0, 2, 3), ddof=1)"),
    ("x - mean", "x - mean[:, None, None]"),
    ("(var +", "(var[:, None, None] +"),
)

RIGHT = [
    ("work", tuple(ex("work").answer)),
    ("work", np.array([*WEIGHTS * [676, 121, 9, 1, 1.0]])),
    ("saliency", mended("saliency", SCORE, SIZE)),
    ("saliency", salient_on_the_tensor),
    ("moved", moved_by_loops),
    ("moved", rolled_and_filled),
    ("residual_block", block_in_torch),
    ("residual_block", block_by_matmul),
    ("channel_norm", norm_in_torch),
    ("channel_norm", norm_by_loops),
    ("channel_norm", norm_kept_in_four_axes),
    ("separable", (144000.0, 7200.0, 16000.0)),
    ("head", head_in_torch),
    ("head", head_by_loops),
    ("iou", metrics.box_iou),
    ("iou", iou_by_loops),
    ("iou", lambda p, t: torch.tensor(iou_by_loops(p, t)).float()),
    ("unet_sizes", np.array([12, 4, 16, 36])),
    ("unet_sizes", unet(76)),
    ("dice", metrics.dice),
    ("dice", dice_by_loops),
    ("dice", dice_with(1e-9)),
    ("dice", dice_with(1e-6)),
    ("iou", iou_with_a_little),
    ("head", head_by_logarithms),
    ("saliency", amax_of_the_tensor),
    ("channel_norm", norm_of_torch_axes),
    ("design", [list(layer) for layer in ex("design").answer]),
    ("design", tuple(tuple(np.int64(x) if x != k else x for x in (k, *rest))
                     for k, *rest in ex("design").answer)),
    ("design", [
        ("conv", 8, 3, 1), ("pool", 2), ("conv", 16, 3, 1), ("conv", 20, 3, 2),
        ("separable", 32, 5, 1), ("separable", 64, 5, 1),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "correct", verdict.message


# --------------------------------------------------------------- wrong, and told why


def design(*layers):
    return [("conv", 8, 3, 1), *layers]


WRONG = [
    ("work", [194688, 2230272, 331776, 36864, 641], "[4] is not right"),
    ("saliency", lambda model, x, label: model(x)[label], "IndexError"),
    ("saliency", lambda model, x, label: None, "None"),
    ("moved", lambda image, box, rows, columns, training: image, "a tuple of 2"),
    ("residual_block", lambda x, path: np.maximum(0, path(x) + x), "takes 2 positional"),
    ("channel_norm", spoilt("channel_norm", (", running_mean, running_var\n", "\n")),
     "a tuple of 3 was expected"),
    ("channel_norm", spoilt("channel_norm", ("running_mean = 0.9 * running_mean +",
     "running_mean[:] = 0.9 * running_mean +")), "changes its argument"),
    ("head", spoilt("head", ("axis=(2, 3)", "axis=3")), "shape"),
    ("iou", lambda predicted, target: max(predicted[0], target[0]), "ValueError"),
    ("unet_sizes", {"bottom": 12}, "Give the numbers in order"),
    ("dice", spoilt("dice", ("predicted, target = predicted.astype(bool), "
     "target.astype(bool)", "pass")), "TypeError"),
    ("design", 3, "should be a list of layers"),
    ("design", [], "should be a list of layers"),
    ("design", ["conv", 8, 3, 1], "Layer 1: it should look like"),
    ("design", [("dense", 8)], "Layer 1: it begins with one of 'conv'"),
    ("design", design(("conv", 8, 3)), "Layer 2: after 'conv' come channels, kernel"),
    ("design", design(("conv", 8.5, 3, 1)), "whole numbers"),
    ("design", design(("conv", 0, 3, 1)), "at least 1"),
    ("design", design(("conv", 8, 4, 1)), "a kernel of 4"),
    ("design", design(("conv", 8, 3, 3)), "a stride of 3"),
    ("design", design(("pool", 3)), "the size of a pooling is 2"),
    ("design", [("pool", 2), *design()], "The first layer should be a `conv`"),
    ("design", [("conv", 1, 3, 1)], "The first layer should be a `conv`"),
    ("design", [("conv", 8, 1, 1)], "The first layer should be a `conv`"),
    ("design", [("conv", 8, 3, 2)], "The first layer should be a `conv`"),
    ("design", design(("pool", 2), ("conv", 4, 3, 1)), "[8, 4]: they should never"),
    ("design", design() * 61, "60 are the most"),
    ("design", design(), "receptive field of 3, and ends with 8 maps of 28"),
    ("design", design(("pool", 2), ("conv", 64, 1, 1)), "28 at least"),
    ("design", design(("pool", 2), ("pool", 2), *[("conv", 64, 3, 1)] * 3),
     "layer 5 has 36,928 of them"),
    ("design", design(*[("pool", 2)] * 3, ("conv", 64, 5, 1)), "a side of 7"),
    ("design", design(("conv", 16, 5, 1), ("pool", 2)), "layer 2 has 2,508,800"),
    ("design", design(("pool", 2)), "64 maps at least"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


def cross_entropy_of_the_package(model, x, label):
    import lessons_pkg as lp

    lp.nn.functional.cross_entropy(model(x), lp.tensor([label])).backward()
    return x.grad.abs().amax(dim=1)[0]


def iou_of_pairs(predicted, target):
    return [[iou_by_loops(a[None], b[None])[0] for b in target] for a in predicted]


def max_of_the_tensor(model, x, label):
    model(x)[0, label].backward()
    return x.grad[0].abs().max(dim=0)


def less_the_mean(model, x, label):
    scores = model(x)
    (scores[0, label] - scores.mean()).backward()
    return np.abs(x.grad.numpy()[0]).max(axis=0)


def axis_1(x, running_mean, running_var, training):
    mean, var = x.mean(1), x.var(1)
    y = (x - mean[:, None]) / np.sqrt(var[:, None] + 1e-5)
    return y, running_mean, running_var


def zeros_for_no_area(image, box, rows, columns, training):
    image, box = moved_by_loops(image, box, rows, columns, training)
    area = (box[2] - box[0]) * (box[3] - box[1])
    return image, box if area else [0, 0, 0, 0]


def relu_of_x(x, path, weight=None, stride=1):
    x = np.maximum(0, x)
    if weight is None:
        return np.maximum(0, path(x) + x)
    x, f = x[:, :, ::stride, ::stride], path(x)
    return np.maximum(0, f + np.einsum("oc,nchw->nohw", weight, x))


KEPT_MEAN = "0.1 * mean\n"
KEPT_VAR = "x.var(axis=axes, ddof=1)"
SHIFT = "scores.max(axis=1, keepdims=True)"

RESIDUAL, RELU = "residual_block", "np.maximum(0, path(x) + shortcut)"
CLIP = "np.clip(high - low, 0, None).prod(axis=1)"

NAMED = [
    ("work", [288, 18432, 36864, 36864, 640], "weights"),
    ("saliency", max_of_the_tensor, "values_and_channels"),
    ("saliency", less_the_mean, "less_the_mean"),
    ("saliency", mended("saliency", SCORE, ("[0].max(axis=0)",
     "[0].clip(0).max(axis=0)")), "cut_off"),
    ("saliency", mended("saliency", ("[0].max(axis=0)", "[0].clip(0).max(axis=0)")),
     "loss_and_cut_off"),
    ("moved", zeros_for_no_area, "four_zeros"),
    (RESIDUAL, relu_of_x, "relu_of_x_first"),
    ("channel_norm", spoilt("channel_norm", (KEPT_VAR, "x.var(ddof=1)")),
     "kept_variance_of_all"),
    ("channel_norm", mended("channel_norm", AXES[0], *AXES[2:]),
     "kept_variance_of_all_and_training"),
    ("channel_norm", spoilt("channel_norm", (KEPT_MEAN, "0.1 * x.mean()\n")),
     "kept_mean_of_all"),
    ("channel_norm", spoilt("channel_norm", (KEPT_MEAN, "0.1 * x.mean()\n"),
     (KEPT_VAR, "x.var(ddof=1)")), "kept_both_of_all"),
    ("channel_norm", axis_1, "each_place_always"),
    ("channel_norm", mended("channel_norm", ("x.mean(), x.var()",
     "x.mean(1), x.var(1)")), "axis_1_put_in"),
    ("channel_norm", mended("channel_norm", *AXES[:2]), "not_lined_up_and_training"),
    ("channel_norm", mended("channel_norm", AXES[0]), "not_lined_up_and_kept_of_all"),
    ("head", spoilt("head", (SHIFT, "scores.max()")), "largest_of_the_batch"),
    ("head", spoilt("head", (SHIFT, "scores.max(axis=0)")), "largest_of_each_class"),
    ("head", spoilt("head", (SHIFT, SHIFT.replace("max", "mean"))), "mean_taken_away"),
    ("head", spoilt("head", (SHIFT, SHIFT.replace("max", "min"))),
     "smallest_taken_away"),
    ("dice", dice_with(1e-5), "a_little_added"),
    ("saliency", mended("saliency", SIZE), "only_the_size_mended"),
    ("saliency", mended("saliency", SCORE), "only_the_score_mended"),
    ("saliency", cross_entropy_of_the_package, "only_the_size_mended"),
    ("moved", mended("moved", ALONG), "box_moves_uncut"),
    ("moved", mended("moved", SLEEPS), "only_evaluation_mended"),
    ("moved", spoilt("moved", ("columns, rows, columns, rows", "rows, columns, rows, "
     "columns")), "axes_exchanged"),
    ("moved", spoilt("moved", ("not training", "False")), "evaluation_moves"),
    ("moved", mended("moved", ALONG, SLEEPS), "still_rolls_uncut"),
    (RESIDUAL, spoilt(RESIDUAL, (RELU, "np.maximum(0, path(x)) + shortcut")),
     "relu_before_the_sum"),
    (RESIDUAL, spoilt(RESIDUAL, ("[:, :, ::stride, ::stride]", "")), "stride_forgotten"),
    (RESIDUAL, spoilt(RESIDUAL, ('"oc,', '"co,')), "transposed_weight"),
    (RESIDUAL, lambda x, path, weight=None, stride=1: np.maximum(0, path(x) + x),
     "weight_not_used"),
    ("channel_norm", mended("channel_norm", *AXES), "only_the_axes_mended"),
    ("channel_norm", spoilt("channel_norm", ("if training", "if True")),
     "only_the_axes_mended"),
    ("channel_norm", spoilt("channel_norm", ("[:, None, None]", "")), "not_lined_up"),
    ("separable", [1440, 72, 160], "weights"),
    ("head", spoilt("head", (" - scores.max(axis=1, keepdims=True)", "")),
     "bare_softmax"),
    ("head", spoilt("head", ("(axis=1, keepdims=True)\n", "()\n")),
     "sums_of_all_images"),
    ("head", spoilt("head", ("weight.T", "weight")), "weight_as_it_is"),
    ("head", spoilt("head", (".mean(", ".max(")), "largest_of_maps"),
    ("iou", spoilt("iou", (" - both)", ")")), "over_the_sum"),
    ("iou", spoilt("iou", ("(areas[0] + areas[1] - both)", "areas[0]")),
     "over_the_prediction"),
    ("iou", spoilt("iou", (CLIP, "(high - low).prod(axis=1)")), "not_clamped"),
    ("iou", iou_of_pairs, "all_pairs"),
    ("unet_sizes", [12, 8, 32, 36], "both_sides"),
    ("dice", lambda p, t: 2 * (p * t).sum() / (p.sum() + t.sum()), "whole_batch"),
    ("dice", lambda p, t: 2 * np.sum(p * t, (1, 2)) / (p.sum((1, 2)) + t.sum((1, 2))),
     "two_empty_are_nan"),
    ("dice", lambda p, t: 2 * (p * t).sum((1, 2)) / (p + t).sum((1, 2)),
     "added_truth_values_and_nan"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    assert ex(name).check(answer).misconception == misconception


UNNAMED = [
    ("work", [194688, 2230272, 331776, 36864, 64]),
    ("saliency", spoilt("saliency", (".max(axis=0)", ".max(axis=0) * 2"))),
    ("moved", spoilt("moved", ("(c, c))", "(c, c)), constant_values=1"))),
    (RESIDUAL, spoilt(RESIDUAL, (RELU, "np.maximum(1, path(x) + shortcut)"))),
    ("channel_norm", spoilt("channel_norm", ("1e-5", "1.0"))),
    ("separable", [144000, 7200, 1600]),
    ("head", spoilt("head", ("+ bias", "- bias"))),
    ("iou", spoilt("iou", ("areas[0] + areas[1]", "2 * areas[0]"))),
    ("unet_sizes", [12, 4, 16, 38]),
    ("unet_sizes", [12, 4, 12, 36]),
    ("work", [194688, 3115008, 331776, 36864, 640]),
    ("saliency", spoilt("saliency", ("np.abs(", "np.minimum(0, "))),
    (
        "moved",
        spoilt(
            "moved", ("[columns, rows, columns, rows]", "[columns, rows, columns, 0]")
        ),
    ),
    (
        "channel_norm",
        spoilt("channel_norm", (KEPT_VAR, "x.var(axis=0, ddof=1).mean()")),
    ),
    (
        "channel_norm",
        mended("channel_norm", ("x.mean(), x.var()", "x.mean(2), x.var(2)")),
    ),
    ("head", spoilt("head", (SHIFT, "700"))),
    ("head", spoilt("head", (SHIFT, "1000"))),
    ("head", spoilt("head", (SHIFT, SHIFT.replace("scores", "np.abs(scores)")))),
    ("head", spoilt("head", (SHIFT, "scores[:, :1]"))),
    ("head", spoilt("head", (f"scores - {SHIFT}", "np.clip(scores, -700, 700)"))),
    ("dice", dice_with(0.1)),
    ("dice", spoilt("dice", ("2 * both", "3 * both"))),
]


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None
