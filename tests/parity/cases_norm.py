"""Cases of normalisation, embedding, and the plain layers."""

import numpy as np

from .draw import cases, layer_cases, special

inf = np.inf

# Two or three numbers may lie so near each other that xhat has few digits left in
# float32: every group here has at least four.


def images(draw, *, batch=None):
    """(N, C) or (N, C, d1, ...), and C."""
    n, c = draw.batch() if batch is None else batch, draw.size(1, 6)
    more = draw.choice((), (), (draw.size(4, 7),), (2, 3), (2, 1, 3))
    return (n, c, *more), c


def affine(draw, *s):
    return draw.maybe(draw.array(*s)), draw.maybe(draw.array(*s))


@cases("batch_norm", tolerance=5, count=80)
def batch_norm(draw):
    training = draw.choice(True, False)
    s, c = images(draw, batch=draw.choice(4, 5, 7, 0))
    x = draw.array(*s, scale=draw.choice(1e-2, 1.0, 30.0))
    running = draw.array(c, grad=False), draw.array(c, positive=True, grad=False)
    if training:
        running = draw.choice(running, (None, None))
    options = draw.choice(
        {}, {"momentum": draw.choice(0.0, 1.0, 0.3, -1.2)}, {"eps": 0.1}
    )
    return (x, *running, *affine(draw, c)), dict(training=training, **options)


@cases("layer_norm", tolerance=5, count=60)
def layer_norm(draw):
    s = draw.choice((5,), (draw.size(4, 8),), (2, 3), (2, 1, 2))
    front = draw.choice((), (draw.batch(),), (draw.batch(), 2))
    x = draw.array(*front, *s, scale=draw.choice(1e-2, 1.0, 30.0))
    return (x, s, *affine(draw, *s)), draw.choice({}, {"eps": 0.1})


@cases("rms_norm", tolerance=5, count=40)
def rms_norm(draw):
    s = draw.choice((1,), (draw.size(2, 8),), (2, 3))
    front = draw.choice((), (draw.batch(),), (draw.batch(), 2))
    x = draw.array(*front, *s, scale=draw.choice(1e-2, 1.0, 30.0))
    weight = draw.maybe(draw.array(*s))
    return (x, s, weight), draw.choice({}, {"eps": 0.1}, {"eps": 0.0})


@cases("group_norm", tolerance=5, count=60)
def group_norm(draw):
    groups = draw.choice(1, 2, 3)
    n, c = draw.choice(1, 2, 3), groups * draw.choice(2, 4)
    more = draw.choice((4,), (2, 3), (2, 1, 5))
    x = draw.array(n, c, *more, scale=draw.choice(1e-2, 1.0, 30.0))
    both = draw.choice(
        (None, None), (draw.array(c), draw.array(c))
    )  # torch fails at one
    return (x, groups, *both), draw.choice({}, {"eps": 0.1})


special("layer_norm", np.full((2, 4), 3.0), (4,))
special("layer_norm", np.array([[1e4, 1e4 + 1, 1e4 + 2, 1e4 + 5]]), (4,))
special("layer_norm", np.array([[1.0, 2.0, inf]]), (3,))
special("batch_norm", np.full((3, 2), 5.0), None, None, training=True)
special("batch_norm", np.zeros((0, 3)), np.ones(3), np.ones(3), training=True)


def batch_norm_options(draw):
    return dict(
        eps=draw.choice(1e-5, 0.1),
        momentum=draw.choice(0.1, 0.7, None),
        affine=draw.choice(True, True, False),
        track_running_stats=draw.choice(True, True, False),
    )


@layer_cases("BatchNorm1d", tolerance=10, count=30)
def batch_norm_1d(draw):
    return ((3,), batch_norm_options(draw)), (draw.array(5, 3, *draw.choice((), (4,))),)


@layer_cases("BatchNorm2d", tolerance=10, count=30)
def batch_norm_2d(draw):
    return ((3,), batch_norm_options(draw)), (draw.array(2, 3, 4, 2),)


@layer_cases("LayerNorm", tolerance=10)
def layer_norm_layer(draw):
    s = draw.choice(5, [5], (3, 5))
    options = dict(
        elementwise_affine=draw.choice(True, False), bias=draw.choice(True, False)
    )
    return ((s,), options), (draw.array(2, 3, 5),)


@layer_cases("RMSNorm", tolerance=10)
def rms_norm_layer(draw):
    options = dict(
        elementwise_affine=draw.choice(True, False), eps=draw.choice(None, 0.1)
    )
    return ((draw.choice(5, (3, 5)),), options), (draw.array(2, 3, 5),)


@layer_cases("GroupNorm", tolerance=10)
def group_norm_layer(draw):
    return ((2, 6), dict(affine=draw.choice(True, False))), (draw.array(2, 6, 3, 2),)


# Embedding


def numbers(draw, v):
    s = draw.choice((), (draw.batch(),), (draw.batch(), 3), (2, 1, 2))
    return draw.integers(0, v, s)


@cases("embedding", count=40)
def embedding(draw):
    v, d = draw.size(), draw.size()
    return (numbers(draw, v), draw.array(v, d)), {}


@cases("embedding", numeric=False)  # the padding has an effect, but gets no gradient
def embedding_with_padding(draw):
    v, d = draw.size(), draw.size()
    padding = int(draw.rng.integers(-v, v))
    return (numbers(draw, v), draw.array(v, d)), {"padding_idx": padding}


@layer_cases("Embedding")
def embedding_layer(draw):
    options = draw.choice({}, {"padding_idx": 0}, {"padding_idx": -1})
    return ((5, 3), options), (draw.integers(0, 5, (2, 7)),)


special("embedding", np.array([1, 1, 1], np.int32), np.ones((3, 2), np.float32))


# Plain layers


@layer_cases("Linear")
def linear_layer(draw):
    options = draw.choice({}, {"bias": False})
    return ((5, 3), options), (draw.array(*draw.choice((2,), (0,), (2, 3), ()), 5),)


@layer_cases("Flatten")
def flatten_layer(draw):
    options = draw.choice({}, {"start_dim": 0}, {"end_dim": 2}, {"start_dim": -2})
    return ((), options), (draw.array(2, 3, 2, 4),)


@layer_cases("Identity")
def identity_layer(draw):
    return ((7, "anything"), {"unused": 1}), (draw.array(2, 3),)
