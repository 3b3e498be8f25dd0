"""Newton's method: bowls, logistic regression, damping, and Hessians that it refuses."""

import re

import numpy as np
import pytest

import lessons_pkg as lp
from lessons_pkg import optim
from lessons_pkg.nn import functional as F

A = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]])
B = np.array([1.0, -2.0, 3.0])


def parameter(values, dtype=float):
    return lp.tensor(np.array(values, dtype=dtype), requires_grad=True)


def closing(optimizer, loss_of):
    """Return the closure of a loss, and a list that grows with each call."""
    calls = []

    def closure():
        calls.append(1)
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    return closure, calls


def step(params, loss_of, **options):
    """Take one step; return its loss."""
    optimizer = optim.Newton(params, **options)
    return optimizer.step(closing(optimizer, loss_of)[0])


def bowl(p, a=A, b=B):
    """1/2 p . A p - b . p, lowest where A p = b."""
    a, b = (lp.tensor(np.asarray(v, p.dtype)) for v in (a, b))
    return 0.5 * (p * (a @ p)).sum() - (b * p).sum()


def says(sentence, kind=ValueError):
    return pytest.raises(kind, match=rf"\A{re.escape(sentence)}\Z")


# Bowls


def test_by_hand():
    # L = (p - 3)^2 at p = 1: g = -4, H = 2, p - g / H = 1 + 2 = 3
    p = parameter([1.0])
    loss = step([p], lambda: ((p - 3) ** 2).sum())
    assert loss.item() == 4
    assert p.item() == pytest.approx(3, abs=1e-9)


@pytest.mark.parametrize("start", [[0.0, 0.0, 0.0], [30.0, -7.0, 1e3]])
def test_one_step_reaches_the_bottom_of_a_bowl(start):
    p = parameter(start)
    step([p], lambda: bowl(p))
    far = 1e-9 * np.abs(start).max()  # H has nine digits
    np.testing.assert_allclose(p.array, np.linalg.solve(A, B), rtol=1e-8, atol=far)


def test_float32_reaches_it_to_three_digits_and_stays_float32():
    p = parameter([1, 2, 3], np.float32)
    step([p], lambda: bowl(p))
    assert p.dtype == np.float32
    np.testing.assert_allclose(p.array, np.linalg.solve(A, B), rtol=1e-3)


def test_lr_goes_that_part_of_the_way():
    p = parameter([1.0, 2.0, 3.0])
    step([p], lambda: bowl(p), lr=0.25)
    expected = 0.75 * np.array([1, 2, 3]) + 0.25 * np.linalg.solve(A, B)
    np.testing.assert_allclose(p.array, expected, rtol=1e-8)


def test_damping_is_added_to_every_curvature():
    p = parameter([1.0, 2.0, 3.0])
    step([p], lambda: bowl(p), damping=0.7)
    start = np.array([1.0, 2.0, 3.0])
    change = np.linalg.solve(A + 0.7 * np.eye(3), A @ start - B)
    np.testing.assert_allclose(p.array, start - change, rtol=1e-8)


def test_great_damping_is_a_short_step_along_the_gradient():
    p = parameter([1.0, 2.0, 3.0])
    step([p], lambda: bowl(p), damping=1e6)
    start = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(p.array - start, -(A @ start - B) / 1e6, rtol=1e-4)


def test_curvature_between_parameters_counts():
    """One Hessian joins a matrix and a number; each alone would miss the product."""
    w, b = parameter([[1.0, 2.0]]), parameter(0.5)

    def loss():
        total = (w * lp.tensor(np.array([[1.0, -1.0]]))).sum() + b
        return (total - 2) ** 2 + (w * w).sum() + 0.5 * b * b

    step([w, b], loss)
    optimizer = optim.SGD([w, b])
    closing(optimizer, loss)[0]()
    assert w.shape == (1, 2)
    for p in (w, b):
        np.testing.assert_allclose(p.grad.array, 0, atol=1e-7)


# Logistic regression


@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression_takes_the_steps_of_the_formula(seed):
    """H = X^T diag(s (1 - s)) X / N, g = X^T (s - y) / N."""
    rng = np.random.default_rng(seed)
    x = np.c_[rng.normal(size=(41, 2)), np.ones(41)]
    y = (x @ [1.0, -2.0, 0.5] + rng.normal(size=41) > 0).astype(float)
    w, expected = parameter(np.zeros(3)), np.zeros(3)
    optimizer = optim.Newton([w])
    inputs, target = lp.tensor(x), lp.tensor(y)
    closure, calls = closing(
        optimizer, lambda: F.binary_cross_entropy_with_logits(inputs @ w, target)
    )
    for _ in range(8):
        optimizer.step(closure)
        s = 1 / (1 + np.exp(-x @ expected))
        g, hessian = x.T @ (s - y) / 41, (x.T * (s * (1 - s))) @ x / 41
        expected = expected - np.linalg.solve(hessian, g)
        np.testing.assert_allclose(w.array, expected, rtol=1e-6)
    assert len(calls) == 8 * (2 * 3 + 2)
    s = 1 / (1 + np.exp(-x @ w.array))
    np.testing.assert_allclose(x.T @ (s - y), 0, atol=1e-8)  # at the bottom


def test_a_small_network_with_damping_descends():
    lp.manual_seed(0)
    model = lp.nn.Sequential(lp.nn.Linear(2, 3), lp.nn.Tanh(), lp.nn.Linear(3, 1))
    model.double()
    x = lp.tensor(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]))
    y = lp.tensor(np.array([[0.0], [1], [1], [0]]))
    optimizer = optim.Newton(model.parameters(), damping=3.0)
    closure, _ = closing(optimizer, lambda: F.mse_loss(model(x), y))
    losses = [optimizer.step(closure).item() for _ in range(10)]
    assert np.all(np.diff(losses) < 0)


# As the other optimisers


def test_parameters_without_a_gradient_stay():
    p, q = parameter([1.0, 2.0, 3.0]), parameter([5.0])
    step([p, q], lambda: bowl(p))
    np.testing.assert_allclose(p.array, np.linalg.solve(A, B), rtol=1e-8)
    assert q.item() == 5


def test_a_closure_that_forgets_zero_grad_gives_the_same():
    p = parameter([1.0, 2.0, 3.0])

    def closure():
        loss = bowl(p)
        loss.backward()
        return loss

    optim.Newton([p]).step(closure)
    np.testing.assert_allclose(p.array, np.linalg.solve(A, B), rtol=1e-8)


def test_state_dict_carries_the_options():
    p = parameter([1.0, 2.0, 3.0])
    first = optim.Newton([p], lr=0.5, damping=0.1)
    saved = first.state_dict()
    groups = [{"params": [0], "lr": 0.5, "damping": 0.1}]
    assert saved == {"state": {}, "param_groups": groups}
    second = optim.Newton([p])
    second.load_state_dict(saved)
    assert second.state_dict() == saved
    assert "damping: 0.1" in repr(second)


def test_a_schedule_changes_its_lr():
    p = parameter([1.0])
    optimizer = optim.Newton([p], lr=1.0)
    schedule = optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    closure, _ = closing(optimizer, lambda: ((p - 3) ** 2).sum())
    optimizer.step(closure)
    schedule.step()
    p.data = lp.tensor(np.array([1.0]))
    optimizer.step(closure)
    assert p.item() == pytest.approx(2)


# What it refuses


def refused(p, loss_of, sentence, **options):
    """Expect a sentence, and the parameters as they were."""
    before = p.array.copy()
    with says(sentence):
        step([p], loss_of, **options)
    np.testing.assert_array_equal(p.array, before)


def test_a_singular_hessian():
    p = parameter([1.0, 2.0])  # only the sum counts
    sentence = (
        r"Newton: the Hessian is singular as far as its digits go: in some direction the "
        r"loss curves too little, next to the greatest curvature, for the length of the "
        r"step to be known \(curvatures from \S+ to 4\)\. Give a damping, such as 0\.004, "
        r"or start elsewhere\."
    )
    with pytest.raises(ValueError, match=rf"\A{sentence}\Z"):
        step([p], lambda: (p.sum() - 1) ** 2)
    assert p.array.tolist() == [1, 2]
    step([p], lambda: (p.sum() - 1) ** 2, damping=0.004)
    assert p.sum().item() == pytest.approx(1, abs=0.01)


def test_a_curvature_that_float32_cannot_tell_from_0_is_told_as_measured():
    p = parameter([1.0, 1.0], np.float32)
    scale = lp.tensor(np.array([5000.0, 1.0], np.float32))
    with pytest.raises(ValueError, match=r"as its digits go.*from 2 to 1e\+04"):
        step([p], lambda: (scale * p * p).sum())


def test_a_plane_has_no_curvature_at_all():
    p = parameter([1.0, 2.0])
    with pytest.raises(ValueError, match=r"is singular.*such as 0.001, or start"):
        step([p], lambda: (p * 2).sum())


def test_a_saddle():
    p = parameter([1.0, 2.0])
    saddle = np.diag([3.0, -2.0])
    refused(
        p,
        lambda: bowl(p, saddle, [0, 0]),
        "Newton: the Hessian curves downwards in some direction, where the step would "
        "lead uphill, to a saddle or a top (curvatures from -2 to 3). Give a damping "
        "above 2, or start elsewhere.",
    )
    with pytest.raises(ValueError, match=r"from -0.5 to 4.5.*damping above 2,"):
        step([p], lambda: bowl(p, saddle, [0, 0]), damping=1.5)
    before = bowl(p, saddle, [0, 0]).item()
    step([p], lambda: bowl(p, saddle, [0, 0]), damping=4.0)
    assert bowl(p, saddle, [0, 0]).item() < before


def test_a_loss_that_differs_from_call_to_call():
    rng = np.random.default_rng(0)
    p = parameter([1.0, 2.0, 3.0])
    refused(
        p,
        lambda: bowl(p) * rng.uniform(0.5, 1),
        "Newton: the closure gave two different gradients for the same parameters, but "
        "their difference must come from the parameters alone. Give it the same examples "
        "each time, without dropout or other random parts.",
    )


def test_a_gradient_that_is_not_finite():
    p = parameter([0.0, 1.0])
    with np.errstate(all="ignore"):
        refused(
            p,
            lambda: p.log().sum(),
            "Newton: the gradient holds a value that is not finite (inf or nan). Take "
            "shorter steps with lr below 1, give a damping, or start elsewhere.",
        )


def test_a_closure_that_raises_leaves_the_parameters():
    p, calls = parameter([1.0, 2.0, 3.0]), []

    def closure():
        calls.append(1)
        if len(calls) == 4:
            raise KeyError("stop")
        loss = bowl(p)
        loss.backward()
        return loss

    with pytest.raises(KeyError):
        optim.Newton([p]).step(closure)
    assert p.array.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("params", "options", "sentence"),
    [
        (
            [np.zeros((20, 25)), np.zeros(1)],
            {},
            "Newton: params hold 501 numbers, but the Hessian has the square of that "
            "many, so at most 500 are taken. Use SGD or Adam, or fewer parameters.",
        ),
        (
            [[1.0]],
            {"damping": -1},
            "Newton: damping must be a finite number of 0 or more, such as 0.01, but came "
            "as -1.",
        ),
        (
            [[1.0]],
            {"damping": float("inf")},
            "Newton: damping must be a finite number of 0 or more, such as 0.01, but came "
            "as inf.",
        ),
        (
            [[1.0]],
            {"lr": float("inf")},
            "Newton: lr must be a finite number of 0 or more, such as 0.01, but came as "
            "inf.",
        ),
        (
            [[1.0]],
            {"lr": "fast"},
            "Newton: lr must be a number of 0 or more, such as 0.1, but came as 'fast'.",
        ),
        ([], {}, None),
    ],
)
def test_errors(params, options, sentence):
    sentence = sentence or (
        "Newton: optimizer got an empty parameter list. Give model.parameters(); a "
        "generator may be used up."
    )
    with says(sentence):
        optim.Newton([parameter(p) for p in params], **options)


def test_five_hundred_numbers_are_taken():
    optim.Newton([parameter(np.zeros(500))])


def test_two_groups_are_refused():
    p, q = parameter([1.0]), parameter([2.0])
    with says(
        "Newton: params came in several groups, but one Hessian joins all the "
        "parameters. Give one list of parameters."
    ):
        optim.Newton([{"params": [p]}, {"params": [q], "lr": 0.1}])


def test_a_closure_without_backward():
    p = parameter([1.0])
    optimizer = optim.Newton([p])
    with says(
        "Newton: no parameter has a gradient after the closure. Let it call backward on "
        "the loss."
    ):
        optimizer.step(lambda: (p * p).sum())
    assert p.item() == 1


@pytest.mark.parametrize("given", [(), (3,)])
def test_a_step_needs_a_closure(given):
    with says(
        "Newton: step needs a closure, for it computes the gradient many times. Give a "
        "function that calls zero_grad, the loss and its backward, and returns the loss.",
        TypeError,
    ):
        optim.Newton([parameter([1.0])]).step(*given)
