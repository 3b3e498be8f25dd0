"""gradcheck: it accepts right gradients, and names what is wrong with wrong ones."""

import re

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg.autograd import GradcheckError, gradcheck
from lessons_pkg.tensor import apply


def leaf(*values):
    return lp.Tensor(np.array(values), requires_grad=True)


def square(x):
    return x * x, x


def right(dy, x):
    return 2 * x * dy


def check(backward, forward=square, x=(1.0, -2.0, 3.0), **options):
    return gradcheck(lambda t: apply(forward, backward, t), leaf(*x), **options)


# Right gradients


def test_a_right_backward():
    assert check(right) is True


def test_several_inputs_and_outputs():
    rng = np.random.default_rng(0)
    a, b = leaf(*rng.normal(size=(2, 3))), leaf(*rng.normal(size=(3, 2)))
    index = lp.tensor([1, 0])
    constant = lp.Tensor(rng.normal(size=(2, 2)).astype("float32"))  # needs no gradient
    assert gradcheck(
        lambda a, b, i, c, n: (a @ b, a[i].sum(), n * b, a.argmax()),
        (a, b, index, constant, 3),
    )


def test_nothing_is_changed():
    x = leaf(1.0, 2.0)
    w = leaf(3.0)
    before = x.array.copy()
    gradcheck(lambda t: t * w, x)
    assert np.array_equal(x.array, before)
    assert (x.grad, w.grad) == (None, None)


def test_a_leaf_that_func_knows_already():
    """The parameters of a layer, say, which func does not take from its arguments."""
    w = leaf(1.0, 2.0)
    assert gradcheck(lambda _: w * w, w)
    with pytest.raises(GradcheckError):
        gradcheck(lambda _: apply(square, lambda dy, x: 0 * dy, w), w)


def test_inputs_with_a_history_and_without_contiguous_memory():
    x = leaf([1.0, 2.0], [3.0, 4.0])
    assert gradcheck(lambda t: t.exp(), (x * 2).T)
    wide = leaf(1.0, 2.0).expand(3, 2)  # one number in several places
    assert gradcheck(lambda t: t.sin(), wide)
    turned = lp.Tensor(np.arange(6.0).reshape(2, 3).T[::-1], requires_grad=True)
    assert gradcheck(lambda t: t.sin(), turned)


def test_numbers_and_empty_axes():
    assert gradcheck(lambda t: t.exp(), lp.Tensor(np.array(0.5), requires_grad=True))
    empty = lp.Tensor(np.zeros((0, 3)), requires_grad=True)
    assert gradcheck(lambda t: t.sum(0), empty)


def test_it_records_inside_no_grad():
    with lp.no_grad():
        assert check(right)


# Wrong ones: each fails, in torch's gradcheck too


def one_wrong(dy, x):
    dx = 2 * x * dy
    dx[..., 1] += 0.01
    return dx


WRONG = {
    "zero": lambda dy, x: 0 * dy,
    "missing factor": lambda dy, x: x * dy,
    "wrong sign": lambda dy, x: -2 * x * dy,
    "one wrong entry": one_wrong,
    "upstream forgotten": lambda dy, x: 2 * x,
    "nothing": lambda dy, x: None,
    "nan": lambda dy, x: 2 * x * dy * np.nan,
    "infinite": lambda dy, x: 2 * x * dy + np.inf,
    "derivative of another function": lambda dy, x: 3 * x**2 * dy,
    "a little off": lambda dy, x: 2.01 * x * dy,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_backward_is_found(name):
    with pytest.raises(GradcheckError, match="input 0 at index"):
        check(WRONG[name])
    assert check(WRONG[name], raise_exception=False) is False

    class Theirs(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x.numpy(force=True)
            return x * x

        @staticmethod
        def backward(ctx, dy):
            dx = WRONG[name](dy.numpy(), ctx.x)
            return None if dx is None else torch.tensor(dx)

    x = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
    assert not torch.autograd.gradcheck(Theirs.apply, x, raise_exception=False)


def fails(sentence, function, kind=GradcheckError):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        function()


def test_the_worst_entry_is_named_by_hand():
    # d(x^2)/dx = 2 x: 2, -4, 6; the second is 0.01 off
    fails(
        "gradcheck: the gradient with respect to input 0 at index (1,), of output 0 at "
        "index (0,): expected 0 (numeric), got 0.01 (backward). 3 of 9 entries are wrong.",
        lambda: check(one_wrong),
    )
    # Halved: of 2, -4, 6 the last is missed by most.
    fails(
        "gradcheck: the gradient with respect to input 0 at index (2,), of output 0 at "
        "index (2,): expected 6 (numeric), got 3 (backward). 3 of 9 entries are wrong. "
        "All are 0.5 times what is expected.",
        lambda: check(WRONG["missing factor"]),
    )
    fails(
        "gradcheck: the gradient with respect to input 0 at index (0,), of output 0 at "
        "index (0,): expected 2 (numeric), got -2 (backward). 1 of 1 entries are wrong. "
        "All are -1 times what is expected.",
        lambda: check(WRONG["wrong sign"], x=(1.0,)),
    )


def test_nan_is_worse_than_any_number():
    def backward(dy, x):
        dx = 0 * dy
        dx[..., 1] = np.nan if dy[1] else 0
        return dx

    with pytest.raises(GradcheckError, match=r"index \(1,\).* -4 .* got nan"):
        check(backward)


def test_the_right_input_and_output_are_named():
    def product(a, b):
        return (a + b, a * b), (a, b)

    def backward(dys, cache):
        (ds, dp), (a, b) = dys, cache
        ds, dp = (np.zeros_like(a) if d is None else d for d in (ds, dp))
        return ds + b * dp, ds + b * dp  # the second should be a * dp

    fails(
        "gradcheck: the gradient with respect to input 1 at index (1, 0), of output 1 at "
        "index (1, 0): expected 3 (numeric), got 30 (backward). 1 of 4 entries are wrong.",
        lambda: gradcheck(
            lambda a, b: apply(product, backward, a, b),
            (leaf([2.0], [3.0]), leaf([2.0], [30.0])),
        ),
    )


def test_a_gradient_of_a_wrong_shape():
    fails(
        "gradcheck: backward gives input 0, of shape (3,), a gradient of shape (3, 1). "
        "They must be the same.",
        lambda: check(lambda dy, x: (2 * x * dy)[:, None]),
    )
    fails(
        "gradcheck: backward gives input 0, of shape (3,), a gradient of shape (). They "
        "must be the same.",
        lambda: check(lambda dy, x: (2 * x * dy).sum()),
    )


def test_a_history_that_was_lost():
    fails(
        "gradcheck: the gradient with respect to input 0 at index (0,), of output 0 at "
        "index (0,): expected 4 (numeric), got 0 (backward). 1 of 1 entries are wrong. "
        "All are 0 times what is expected.",
        lambda: gradcheck(lambda t: t.detach() * t.detach(), leaf(2.0)),
    )


def test_tolerances():
    off = WRONG["a little off"]
    assert check(off, rtol=0.01)
    assert check(off, atol=0.1)
    assert not check(right, eps=0.5, forward=cube, raise_exception=False)


def cube(x):
    return x**3, x


# What cannot be checked


def test_chance_is_named():
    rng = np.random.default_rng(0)
    fails(
        "gradcheck: output 0 is another one when func is called again with the same "
        "inputs. Seed what is random inside it; change no input.",
        lambda: gradcheck(lambda t: t * float(rng.normal()), leaf(1.0)),
    )


@pytest.mark.parametrize(
    ("func", "x", "sentence"),
    [
        (
            lambda t: t * t,
            lambda: lp.tensor([1.0], requires_grad=True),
            "gradcheck: input 0 has dtype float32, which rounds away the small "
            "differences that the check lives on. Make it float64: x.double().",
        ),
        (
            lambda t: t,
            lambda: lp.tensor([1, 2]),
            "gradcheck expects at least one input tensor to require gradient, but none "
            "of them have requires_grad=True. Make it with requires_grad=True.",
        ),
        (
            lambda t: t.float(),
            lambda: leaf(1.0),
            "gradcheck: output 0 has dtype float32, which rounds away the small "
            "differences that the check lives on. Make it float64: x.double().",
        ),
        (
            lambda t: t.argmax(),
            lambda: leaf(1.0),
            "gradcheck: no output is a float, so there is nothing to check.",
        ),
    ],
)
def test_what_cannot_be_checked(func, x, sentence):
    fails(sentence, lambda: gradcheck(func, x(), raise_exception=False), ValueError)
