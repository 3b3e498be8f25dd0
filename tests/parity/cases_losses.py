"""Cases of losses and their layers."""

import numpy as np

from .cases_basic import shape
from .draw import cases, layer_cases, special

inf = np.inf


def reduction(draw, *more):
    return draw.choice({}, *({"reduction": r} for r in ("none", "mean", "sum", *more)))


# Distances

DISTANCES = {
    "mse_loss": [{}],
    "l1_loss": [{}],
    "smooth_l1_loss": [{}, {"beta": 0.3}, {"beta": 0.0}, {"beta": 5.0}],
    "huber_loss": [{}, {"delta": 0.3}, {"delta": 5.0}],
}
for _name, _options in DISTANCES.items():

    @cases(_name, count=40)
    def distance(draw, options=_options):
        s = shape(draw)
        scale = draw.choice(1e-3, 1.0, 1.0, 30.0)
        x, target = (
            draw.array(*s, scale=scale, grad=g) for g in (True, draw.choice(0, 1))
        )
        return (x, target), {**reduction(draw), **draw.choice(*options)}

    special(_name, np.array([1.0, 2.0, inf, -inf]), np.array([1.0, -inf, 0.0, 0.0]))
    if _name != "huber_loss":  # torch refuses whole numbers there
        special(_name, np.array([1.5, 2.5], np.float32), np.array([1, 4]))
    special(_name, np.array([1e4, -1e4], np.float32), np.zeros(2, np.float32))
special("smooth_l1_loss", np.array([0.5, -0.5, 0.0]), np.zeros(3), beta=0.5)
special("huber_loss", np.array([0.5, -0.5, 0.0]), np.zeros(3), delta=0.5)


def distance_layer(draw):
    return ((), reduction(draw)), (draw.array(2, 3), draw.array(2, 3))


for _layer in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss"):
    layer_cases(_layer, count=4)(distance_layer)


# Yes or no


def factor(draw, s):
    """A weight that broadcasts to the shape: of it, of its last axes, or with ones."""
    thin = tuple(draw.choice(n, n, 1) for n in s)[draw.choice(0, 0, 1) :]
    return draw.maybe(draw.array(*draw.choice(s, thin), positive=True, grad=False))


@cases("binary_cross_entropy", count=60)
def binary_cross_entropy(draw):
    s = shape(draw)
    x = draw.array(*s, low=0.01, high=0.99)
    target = draw.array(*s, low=0.0, high=1.0, grad=draw.choice(True, False))
    return (x, target), dict(weight=factor(draw, s), **reduction(draw))


@cases("binary_cross_entropy_with_logits", count=60)
def binary_cross_entropy_with_logits(draw):
    s = shape(draw)
    x = draw.array(*s, scale=draw.choice(1e-3, 1.0, 30.0, 1e4))
    target = draw.array(*s, low=0.0, high=1.0, grad=draw.choice(True, False))
    weights = dict(weight=factor(draw, s), pos_weight=factor(draw, s))
    return (x, target), dict(**weights, **reduction(draw))


CERTAIN = (
    np.array([0.0, 1.0, 0.0, 1.0, 0.3, 0.3]),
    np.array([0.0, 0.0, 1.0, 1.0, 0.4, 0.0]),
)
special("binary_cross_entropy", *CERTAIN, reduction="none")
special("binary_cross_entropy", CERTAIN[0], CERTAIN[0].astype(int).astype(float))
SURE = np.array([-1e4, 1e4, 0.0, 3.0, -inf, inf]), CERTAIN[1]
special("binary_cross_entropy_with_logits", *SURE, reduction="none")


@layer_cases("BCELoss")
def bce_layer(draw):
    options = dict(weight=draw.maybe(draw.array(3, positive=True, grad=False)))
    inputs = (draw.array(2, 3, low=0.1, high=0.9), draw.array(2, 3, low=0.0, high=1.0))
    return ((), {**options, **reduction(draw)}), inputs


@layer_cases("BCEWithLogitsLoss")
def bce_with_logits_layer(draw):
    options = dict(pos_weight=draw.maybe(draw.array(3, positive=True, grad=False)))
    inputs = (draw.array(2, 3), draw.array(2, 3, low=0.0, high=1.0))
    return ((), {**options, **reduction(draw)}), inputs


# Distributions


@cases("kl_div", count=60)
def kl_div(draw):
    s = shape(draw)
    log_target = draw.choice(True, False)
    x = draw.array(*s, scale=3.0)
    target = draw.array(*s) if log_target else draw.array(*s, low=0.01, high=1.0)
    options = dict(log_target=log_target, **reduction(draw, "batchmean"))
    return (x, target), options


SELDOM = np.array([-1.0, -1.0, -inf, -inf, 0.0])  # logs of what may be 0
special("kl_div", SELDOM, np.array([0.0, 0.5, 0.0, 0.5, -1.0]), reduction="none")
special("kl_div", SELDOM, np.array([-inf, -0.7, -inf, -0.7, 0.0]), log_target=True)
special("kl_div", np.zeros((0, 3)), np.zeros((0, 3)), reduction="batchmean")


@layer_cases("KLDivLoss")
def kl_div_layer(draw):
    options = reduction(draw, "batchmean")
    return ((), options), (draw.array(2, 3), draw.array(2, 3, low=0.1, high=0.9))


# Classes


def scores(draw):
    """Scores, and the shape of their classes: (C,), (N, C) or (N, C, d1, ...)."""
    n, n_classes = draw.batch(), draw.size(1, 7)
    more = draw.choice((), (), (draw.size(0, 3),), (3, 2))
    examples, s = (n, *more), (n, n_classes, *more)
    if draw.rng.random() < 0.15:
        examples, s = (), (n_classes,)
    return (
        draw.array(*s, scale=draw.choice(1e-3, 1.0, 1.0, 30.0, 1e4)),
        examples,
        n_classes,
    )


def class_numbers(draw, examples, n_classes):
    """Targets and options; some are ignored, now and then all."""
    target = np.asarray(draw.integers(0, n_classes, examples))
    ignored = draw.choice(-100, -100, 0, -1)
    share = draw.choice(0.0, 0.3, 1.0)
    target = np.where(draw.rng.random(examples) < share, ignored, target)
    options = {} if ignored == -100 else {"ignore_index": ignored}
    weight = draw.maybe(draw.array(n_classes, positive=True, grad=False))
    return np.asarray(target), dict(weight=weight, **options, **reduction(draw))


@cases("nll_loss", count=80)
def nll_loss(draw):
    x, *about = scores(draw)
    target, options = class_numbers(draw, *about)
    return (x.copy(), target), options  # torch needs (N, C, d1, d2) contiguous


@cases("cross_entropy", count=120)
def cross_entropy(draw):
    x, *about = scores(draw)
    target, options = class_numbers(draw, *about)
    smoothing = draw.choice({}, {}, {"label_smoothing": draw.choice(0.1, 1.0)})
    return (x, target), {**options, **smoothing}


@cases("cross_entropy", count=80)
def cross_entropy_of_probabilities(draw):
    x, _, n_classes = scores(draw)
    target = draw.array(*x.shape, low=0.0, high=1.0, grad=draw.choice(True, False))
    weight = draw.maybe(draw.array(n_classes, positive=True, grad=False))
    smoothing = draw.choice({}, {"label_smoothing": draw.choice(0.1, 1.0)})
    return (x, target), dict(weight=weight, **smoothing, **reduction(draw))


for _name in ("cross_entropy", "nll_loss"):
    special(_name, np.array([[-0.7, -0.7, -inf], [-inf, 0.0, -inf]]), np.array([2, 1]))
    special(_name, np.zeros((2, 3)), np.array([-100, -100]))
    special(
        _name,
        np.array([[-inf, 0.0], [1.0, -inf]]),
        np.array([-100, 0]),
        reduction="sum",
    )
    special(
        _name, np.zeros((4, 3, 0), np.float32), np.zeros((4, 0), int), reduction="sum"
    )
special(
    "cross_entropy", np.array([[1e4, -1e4], [0.0, 1e4]], np.float32), np.array([1, 0])
)
special(
    "cross_entropy",
    np.array([[-inf, -inf, -inf], [1.0, -inf, 0.0]]),
    np.array([-100, 2]),
    reduction="none",
    label_smoothing=0.2,
)


@layer_cases("CrossEntropyLoss")
def cross_entropy_layer(draw):
    weight = draw.maybe(draw.array(5, positive=True, grad=False))
    options = dict(
        weight=weight, label_smoothing=draw.choice(0.0, 0.1), **reduction(draw)
    )
    return ((), options), (draw.array(3, 5), draw.integers(0, 5, 3))


@layer_cases("NLLLoss")
def nll_layer(draw):
    weight = draw.maybe(draw.array(5, positive=True, grad=False))
    options = dict(weight=weight, ignore_index=draw.choice(-100, 2), **reduction(draw))
    return ((), options), (draw.array(3, 5), draw.integers(0, 5, 3))
