"""Cases of arithmetic, reductions, shapes and matrix products."""

import numpy as np

from .draw import cases, special

inf, nan = np.inf, np.nan


def shape(draw, low=0, high=4):
    """Up to four axes; now and then an empty one, or none at all."""
    n = draw.choice(*range(low, high))
    sizes = [draw.size(1, 5) for _ in range(n)]
    if n and draw.rng.random() < 0.1:
        sizes[draw.rng.integers(n)] = 0
    return tuple(sizes)


def broadcast_pair(draw):
    """Two shapes that broadcast."""
    full = shape(draw, 0, 4)
    thin = tuple(draw.choice(n, n, 1) for n in full)[draw.choice(0, 0, 1) :]
    return draw.choice((full, thin), (thin, full), (full, full))


UNARY = {
    "abs": {},
    "neg": {},
    "square": {},
    "exp": {"scale": 3.0},
    "log": {"positive": True},
    "sqrt": {"positive": True},
    "sin": {"scale": 3.0},
    "cos": {"scale": 3.0},
}
for _name, _options in UNARY.items():

    @cases(_name)
    def unary(draw, options=_options):
        return (draw.array(*shape(draw), **options),), {}


@cases("add")
@cases("sub")
def add_or_sub(draw):
    a, b = broadcast_pair(draw)
    other = draw.choice(draw.array(*b), 2, 0.5)
    return (draw.array(*a), other), draw.choice({}, {"alpha": draw.choice(2, -0.5)})


@cases("mul")
@cases("maximum")
@cases("minimum")
def two(draw):
    a, b = broadcast_pair(draw)
    return (draw.array(*a, scale=draw.scale()), draw.array(*b)), {}


@cases("div")
def div(draw):
    a, b = broadcast_pair(draw)
    return (draw.array(*a), draw.choice(draw.array(*b, positive=True), 2, 0.5)), {}


@cases("pow")
def power(draw):
    a, b = broadcast_pair(draw)
    x = draw.array(*a, positive=True)
    return (x, draw.choice(draw.array(*b), 2, 3, 0.5, -1, 0)), {}


@cases("pow")
def power_of_a_number(draw):
    return (2.0, draw.array(*shape(draw))), {}


@cases("pow")
def whole_power_of_any_sign(draw):
    return (draw.array(*shape(draw)), draw.choice(2, 3, -2, 0, 1)), {}


@cases("clamp")
def clamp(draw):
    low, high = draw.choice((-0.5, 0.5), (None, 0.3), (-0.2, None))
    return (draw.array(*shape(draw)),), dict(min=low, max=high)


@cases("where")
def where(draw):
    a, b = broadcast_pair(draw)
    condition = draw.booleans(*np.broadcast_shapes(a, b))
    other = draw.choice(draw.array(*b), 0.0, -inf)
    return (condition, draw.array(*a), other), {}


def dims(draw, n):
    """None, one axis or several, from the front or the back."""
    if n == 0:
        return None
    one = int(draw.rng.integers(-n, n))
    several = tuple(int(i) for i in draw.rng.permutation(n)[: draw.choice(1, 2, 3)])
    return draw.choice(None, one, one, several)


@cases("sum")
@cases("mean")
def reduced(draw):
    s = shape(draw)
    return (draw.array(*s),), dict(
        dim=dims(draw, len(s)), keepdim=draw.choice(True, False)
    )


@cases("var")
@cases("std", numeric=False)
def spread(draw):
    s = shape(draw, 1)
    options = draw.choice({}, {"correction": draw.choice(0, 1, 2)})
    return (draw.array(*s),), dict(
        dim=dims(draw, len(s)), keepdim=draw.choice(True, False), **options
    )


@cases("var")
def biased(draw):
    return (draw.array(3, 5),), dict(
        dim=draw.choice(0, 1), unbiased=draw.choice(True, False)
    )


def nonempty(draw, low=0):
    return tuple(max(n, 1) for n in shape(draw, low))


@cases("amax", numeric=False)
@cases("amin", numeric=False)
def extreme(draw):
    s = nonempty(draw)
    x = draw.choice(draw.permuted(*s), np.asarray(np.round(draw.array(*s)), draw.dtype))
    return (x,), dict(
        dim=dims(draw, len(s)) or tuple(range(len(s))), keepdim=draw.choice(True, False)
    )


@cases("max")
@cases("min")
def extreme_and_place(draw):
    s = nonempty(draw)
    x = draw.permuted(*s)
    if not s or draw.choice(True, False, False):
        return (x,), {}
    return (x, int(draw.rng.integers(-len(s), len(s)))), dict(
        keepdim=draw.choice(True, False)
    )


@cases("max")
@cases("min")
def of_two(draw):
    a, b = broadcast_pair(draw)
    return (draw.array(*a), draw.array(*b)), {}


@cases("argmax")
@cases("argmin")
def place(draw):
    s = nonempty(draw)
    dim = int(draw.rng.integers(-len(s), len(s))) if s else None
    dim = draw.choice(dim, dim, None)
    keepdim = {} if dim is None else dict(keepdim=draw.choice(True, False))
    return (draw.permuted(*s),), dict(dim=dim, **keepdim)


@cases("logsumexp")
def logsumexp(draw):
    s = shape(draw, 1)
    x = draw.array(*s, scale=draw.choice(1.0, 30.0))
    return (x,), dict(dim=dims(draw, len(s)) or 0, keepdim=draw.choice(True, False))


# Matrix products


@cases("matmul")
def matmul(draw):
    n, k, m = draw.batch(), draw.choice(0, 1, 2, 3, 5, 7), draw.size()
    front = draw.choice(
        ((), ()), ((2,), ()), ((), (3,)), ((2, 1), (3,)), ((2, 3), (2, 3))
    )
    a, b = (*front[0], n, k), (*front[1], k, m)
    a, b = draw.choice((a, b), (a, b), ((k,), b), (a, (k,)), ((k,), (k,)))
    return (draw.array(*a), draw.array(*b)), {}


@cases("linear")
def linear(draw):
    k, m = draw.size(), draw.size()
    front = draw.choice((), (draw.batch(),), (2, draw.batch()), (2, 1, 3))
    bias = draw.maybe(draw.array(m))
    return (draw.array(*front, k), draw.array(m, k), bias), {}


EQUATIONS = [
    "ij,jk->ik",
    "ij,kj->ki",
    "ij,jk",
    "bij,bjk->bik",
    "bhqd,bhkd->bhqk",
    "i,j->ij",
    "ij->ji",
    "ij->i",
    "ij->",
    "ij,ij->",
    "i,i",
    "...ij,...jk->...ik",
    "...i->...",
    "bi,oi,bo->b",
    "ij,j,k->ik",
    " i j , j k -> k i ",
]


@cases("einsum", count=60)
def einsum(draw):
    equation = draw.choice(*EQUATIONS)
    size = {letter: draw.size(1, 5) for letter in "abcdefghijklmnopqrstuvwxyz"}
    front = tuple(draw.size(1, 3) for _ in range(draw.choice(0, 1, 2)))
    terms = equation.replace(" ", "").partition("->")[0].split(",")
    shapes = []
    for term in terms:
        own = draw.choice(front, front, front[1:], tuple(1 for _ in front))
        dots = own if term.startswith("...") else ()
        shapes.append((*dots, *(size[c] for c in term.removeprefix("..."))))
    return (equation, *(draw.array(*s) for s in shapes)), {}


# Shapes


def nested(draw, low=1, high=5):
    return tuple(draw.size(1, 4) for _ in range(draw.choice(*range(low, high))))


def axis(draw, n):
    return int(draw.rng.integers(-n, n))


@cases("reshape")
def reshape(draw):
    n, m = draw.batch(), draw.size()
    return (draw.array(n, m, 2),), dict(
        shape=draw.choice(
            (n, 2 * m), (2, m, n), (n * m * 2,), (1, n, 1, m, 2), (m, n, -1)
        )
        if n
        else (m, n, 2)
    )


@cases("permute")
def permute(draw):
    s = nested(draw)
    order = [int(i) for i in draw.rng.permutation(len(s))]
    order = [i - draw.choice(0, len(s)) for i in order]
    return (draw.array(*s),), dict(dims=tuple(order))


@cases("transpose")
def transpose(draw):
    s = nested(draw)
    return (draw.array(*s), axis(draw, len(s)), axis(draw, len(s))), {}


@cases("flatten")
def flatten(draw):
    s = draw.choice(nested(draw), (), (3, 0, 2))
    i, j = sorted(int(v) for v in draw.rng.integers(0, max(len(s), 1), 2))
    return (draw.array(*s),), dict(start_dim=i, end_dim=draw.choice(j, -1))


@cases("squeeze")
def squeeze(draw):
    s = nested(draw)
    dim = draw.choice((), ({"dim": axis(draw, len(s))}), {"dim": (0,)}, {})
    return (draw.array(*s),), dict(dim or {})


@cases("unsqueeze")
def unsqueeze(draw):
    s = shape(draw)
    return (draw.array(*s), axis(draw, len(s) + 1)), {}


@cases("Tensor.expand")
def expand(draw):
    x = draw.array(*draw.choice((1, 3), (3,), (2, 1, 3), (1,)))
    return (x, draw.choice((2, 4, 3), (5, 2, -1, 3))) if x.ndim > 1 and x.shape[
        0
    ] != 1 else (
        x,
        (2, 4, 3),
    ), {}


@cases("cat")
@cases("stack")
def join(draw):
    s = nested(draw)
    return ([draw.array(*s) for _ in range(draw.choice(1, 2, 3))],), dict(
        dim=axis(draw, len(s))
    )


@cases("cat")
def cat_of_unequal(draw):
    return ([draw.array(n, 3) for n in (draw.batch(), 2, draw.batch())],), {}


@cases("split")
def split(draw):
    x = draw.array(7, 3, 5)
    return (x, draw.choice(2, 3, 7, 9, [1, 6], [3, 0, 4])), draw.choice(
        {}, {"dim": 0}, {"dim": -3}
    )


@cases("chunk")
def chunk(draw):
    return (draw.array(7, 4), draw.choice(1, 2, 3, 4, 7)), dict(
        dim=draw.choice(0, 1, -1)
    )


@cases("pad")
def pad(draw):
    width = lambda: int(draw.choice(0, 1, 2, -1))  # noqa: E731
    widths = tuple(width() for _ in range(draw.choice(2, 4, 6)))
    return (draw.array(4, 5, 3), widths), draw.choice({}, {"value": 2.5})


@cases("gather")
def gather(draw):
    s = tuple(n + 1 for n in nested(draw, 1, 4))
    d = axis(draw, len(s))
    size = tuple(draw.size(1, n) for n in s)
    size = tuple(5 if i == d % len(s) else n for i, n in enumerate(size))
    return (draw.array(*s), d, draw.integers(0, s[d], size)), {}


@cases("index_select")
def index_select(draw):
    s = nested(draw)
    d = axis(draw, len(s))
    return (draw.array(*s), d, draw.integers(0, s[d], draw.choice(0, 1, 6))), {}


@cases("masked_fill")
def masked_fill(draw):
    a = shape(draw)
    mask = draw.booleans(*draw.choice(a, tuple(draw.choice(n, 1) for n in a)))
    return (draw.array(*a), mask, draw.choice(0.0, -inf, 3)), {}


@cases("tril")
@cases("triu")
def triangle(draw):
    return (draw.array(*nested(draw, 2, 4)), draw.choice(0, 1, -1, 3)), {}


INDICES = [
    0,
    -1,
    slice(None),
    slice(1, 3),
    slice(None, None, 2),
    None,
    ...,
    (0, 1),
    (..., 0),
    (slice(None), None, 2),
    (slice(1, None), slice(None, 2), 0),
    np.array([0, 2, 2, 0]),
    np.array([[0, 1], [3, 3]]),
    (np.array([0, 1, 1]), np.array([2, 0, 0])),
    (slice(None), np.array([1, 1, 3])),
    (np.array([0, 3]), slice(1, 3)),
    (np.array([0, 3]), slice(None), np.array([1, 0])),
    (np.array([[0], [1]]), np.array([1, 2])),
    [0, 2],
]


@cases("Tensor.__getitem__", count=80)
def getitem(draw):
    x = draw.array(4, 5, 3)
    mask = draw.booleans(4)
    index = draw.choice(*INDICES, mask, draw.booleans(4, 5), (mask, 0))
    return (x, index), {}


@cases("Tensor.double", numeric=False)
@cases("Tensor.float", numeric=False)
def convert(draw):
    return (draw.array(*shape(draw)),), {}


# What is special

for _name in ("exp", "log", "sqrt", "abs", "relu", "sigmoid", "tanh"):
    special(
        _name, np.array([0.0, -0.0, inf, -inf, nan, 1e-30, 100.0, -100.0], np.float32)
    )
for _name in ("exp", "log", "sqrt", "sin", "cos", "sigmoid", "tanh", "logsumexp"):
    _more = (0,) if _name == "logsumexp" else ()
    special(_name, np.array([1, 4, 9]), *_more)
for _other in (0.0, 2, True, np.float64(2.5)):
    special("add", np.array([1, 2, 3]), _other)
    special("div", np.array([1, 2, 3]), _other)
    special("mul", np.array([1.0, 2.0], np.float32), _other)
for _a, _b in [
    (np.float32, np.float64),
    (np.int64, np.float32),
    (np.int32, np.int64),
    (np.bool, np.int64),
    (np.uint8, np.float32),
]:
    for _name in ("add", "mul", "div", "maximum"):
        special(_name, np.array([1, 0, 1], _a), np.array([2, 3, 4], _b))
        special(_name, np.array([1, 0, 1], _a), np.array(2, _b))
        special(_name, np.array(1, _a), np.array([2, 3, 4], _b))
special("pow", np.array([0.0, 0.0, 2.0, -2.0]), np.array([0.0, 2.0, 0.0, 2.0]))
special("pow", np.array([2, 3]), 2)
special("div", np.array([1.0, -1.0, 0.0]), np.array([0.0, 0.0, 0.0]))
special("maximum", np.array([1.0, 2.0, nan]), np.array([1.0, 3.0, 1.0]))
special("minimum", np.array([1.0, 2.0, nan]), np.array([1.0, 3.0, 1.0]))
special("amax", np.array([[2.0, 2.0], [1.0, 2.0]]), 1)
special("max", np.array([[2.0, 2.0], [1.0, 2.0]]))
special("max", np.array([[2.0, 2.0], [1.0, 2.0]]), 1)
special("std", np.full((2, 3), 4.0), 1)
special("var", np.array([3.0]), 0)
special("mean", np.zeros((0, 3)), 0)
special("sum", np.array([True, False, True]))
special("sum", np.array([[1, 2], [3, 4]]), 0)
special("logsumexp", np.array([[-inf, -inf], [1e4, 0.0], [inf, 1.0]]), 1)
special("where", np.array([True, False]), 1.0, 0.0)
special("where", np.array([True, False]), np.array([1, 2]), np.array([0.5, 1.5]))
special("eq", np.array([1, 2]), np.array([1, 3]))
special("lt", np.array([1.0, 2.0], np.float32), 1.5)
special("squeeze", np.zeros((1, 0, 1)))
special("cat", [np.array([1, 2]), np.array([1.5, 2.5], np.float32)])
special("einsum", "ij,jk->ik", np.zeros((2, 0)), np.zeros((0, 3)))
