"""What all optimisers share: by hand, groups, state dicts, and the sentences of errors."""

import copy
import re

import numpy as np
import pytest
import torch

from lessons_pkg import optim
from lessons_pkg.tensor import Tensor, is_grad_enabled, no_grad

ALL = ["SGD", "RMSprop", "Adagrad", "Adam", "AdamW"]


def parameter(*values, grad=None):
    p = Tensor(np.array(values), requires_grad=True)
    p.grad = None if grad is None else Tensor(np.array(grad))
    return p


# By hand, from p = 1 with the gradient 2 at every step


def after(name, n_steps, **options):
    p = parameter(1.0, grad=[2.0])
    optimizer = getattr(optim, name)([p], **options)
    for _ in range(n_steps):
        optimizer.step()
    return p.array[0]


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        # 1 - 0.1 * 2 = 0.8, then 0.8 - 0.2
        ("SGD", {"lr": 0.1}, 0.6),
        # v = 2, 0.5 * 2 + 2 = 3: 1 - 0.1 * 2 - 0.1 * 3
        ("SGD", {"lr": 0.1, "momentum": 0.5}, 0.5),
        # 1 - 0.1 (2 + 0.5 * 2), - 0.1 (2 + 0.5 * 3)
        ("SGD", {"lr": 0.1, "momentum": 0.5, "nesterov": True}, 0.35),
        # v = 2, 0.5 * 2 + 0.25 * 2 = 1.5
        ("SGD", {"lr": 0.1, "momentum": 0.5, "dampening": 0.75}, 0.65),
        # 1 - 0.1 (2 + 1) = 0.7, 0.7 - 0.1 (2 + 0.7)
        ("SGD", {"lr": 0.1, "weight_decay": 1.0}, 0.43),
        # s = 0.5 * 4 = 2, 0.5 * 2 + 2 = 3: 1 - 0.1 * 2 / sqrt 2 - 0.1 * 2 / sqrt 3
        (
            "RMSprop",
            {"lr": 0.1, "alpha": 0.5, "eps": 0},
            1 - 0.2 / 2**0.5 - 0.2 / 3**0.5,
        ),
        # s = 4, 8: 1 - 0.1 * 2 / 2 - 0.1 * 2 / sqrt 8
        ("Adagrad", {"lr": 0.1, "eps": 0}, 0.9 - 0.2 / 8**0.5),
        # m / (1 - beta1^t) = 2 and v / (1 - beta2^t) = 4: each step is lr
        ("Adam", {"lr": 0.1, "eps": 0}, 0.8),
        # (1 - 0.1 * 0.5) 1 - 0.1 = 0.85, 0.95 * 0.85 - 0.1
        ("AdamW", {"lr": 0.1, "eps": 0, "weight_decay": 0.5}, 0.7075),
    ],
)
def test_two_steps_by_hand(name, options, expected):
    assert after(name, 2, **options) == pytest.approx(expected, rel=1e-12)


# Groups, gradients, closures


def test_params_may_come_as_a_generator_and_in_groups_added_later():
    a, b, c = (parameter(1.0, grad=[1.0]) for _ in range(3))
    optimizer = optim.SGD((p for p in [a]), lr=0.1)
    optimizer.add_param_group({"params": b, "lr": 0.2, "name": "head"})
    optimizer.add_param_group({"params": (p for p in [c]), "maximize": True})
    optimizer.step()
    assert [p.item() for p in (a, b, c)] == pytest.approx([0.9, 0.8, 1.1])
    assert optimizer.param_groups[1]["name"] == "head"
    assert optimizer.param_groups[0].keys() < torch_group().keys()


def torch_group():
    return torch.optim.SGD([torch.ones(1)]).param_groups[0]


def test_zero_grad():
    p, q = parameter(1.0, grad=[3.0]), parameter(1.0)
    optimizer = optim.SGD([p, q])
    kept = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is kept
    assert kept.array == [0]
    assert q.grad is None
    optimizer.zero_grad()
    assert p.grad is None


@pytest.mark.parametrize("name", ALL)
def test_no_gradient_no_step_and_a_zero_gradient_is_one(name):
    p, q = parameter(1.0), parameter(1.0, grad=[0.0])
    optimizer = getattr(optim, name)([p, q], weight_decay=0.5)
    optimizer.step()
    assert p.item() == 1
    assert q.item() != 1
    assert p not in optimizer.state


@pytest.mark.parametrize("name", ALL)
def test_the_gradient_and_other_views_of_it_stay(name):
    p = parameter(1.0, 2.0, grad=[3.0, 4.0])
    getattr(optim, name)([p], lr=0.1, weight_decay=0.1, maximize=True).step()
    assert p.grad.array.tolist() == [3, 4]


def test_the_closure_records_even_inside_no_grad_and_its_loss_is_returned():
    p = parameter(3.0)
    optimizer = optim.SGD([p], lr=0.5)

    def closure():
        assert is_grad_enabled()
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with no_grad():
        assert optimizer.step(closure).item() == 9
        assert not is_grad_enabled()
    assert p.item() == 0  # 3 - 0.5 * 2 * 3
    assert optimizer.step() is None


def test_a_graph_notices_that_a_step_changed_what_it_saved():
    p = parameter(3.0)
    loss = (p * p).sum()
    loss.backward(retain_graph=True)
    optim.SGD([p]).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("name", ALL)
def test_numpys_numbers_do_not_widen_the_arithmetic(name):
    """lr = np.float64(0.1) would make lr * g float64, and round differently."""
    results = []
    for lr in (0.1, np.float64(0.1)):
        p = Tensor(np.linspace(1, 2, 50, dtype="float32"), requires_grad=True)
        p.grad = Tensor(np.linspace(-3, 3, 50, dtype="float32"))
        optimizer = getattr(optim, name)([p], weight_decay=0.1)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
        results.append(p.tolist())
    assert results[0] == results[1]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ALL)
def test_overflow_is_silent_as_in_torch(name):
    p = Tensor(np.full(2, 3e38, "float32"), requires_grad=True)
    p.grad = Tensor(np.full(2, 3e38, "float32"))
    getattr(optim, name)([p], lr=1e3).step()


def test_repr_is_torchs_but_for_its_ways_of_running():
    ours = repr(optim.AdamW([parameter(1.0)], lr=0.1)).splitlines()
    theirs = repr(torch.optim.AdamW([torch.ones(1)], lr=0.1)).splitlines()
    ways = ("foreach", "fused", "capturable", "differentiable")
    assert ours == [line for line in theirs if not line.strip().startswith(ways)]


def test_a_subclass_needs_only_update():
    class SignSGD(optim.Optimizer):
        def __init__(self, params, lr=0.1):
            super().__init__(params, {"lr": lr})

        def update(self, p, g, state, lr):
            p -= lr * np.sign(g)

    p = parameter(1.0, grad=[5.0])
    SignSGD([p]).step()
    assert p.item() == 0.9

    class Nothing(SignSGD):
        update = optim.Optimizer.update

    with pytest.raises(
        NotImplementedError, match="Nothing: an optimiser needs a method"
    ):
        Nothing([p]).step()


# State dicts


def steps(optimizer, params, n_steps, array):
    for k in range(n_steps):
        for p in params:
            p.grad = array(np.cos(np.arange(p.shape[0]) + k))
        optimizer.step()


OPTIONS = {
    "SGD": {"lr": 0.1, "momentum": 0.9},
    "RMSprop": {"lr": 0.1, "momentum": 0.9, "centered": True},
    "Adagrad": {"lr": 0.1, "lr_decay": 0.1},
    "Adam": {"lr": 0.1, "amsgrad": True},
    "AdamW": {"lr": 0.1},
}


@pytest.mark.parametrize("name", ALL)
def test_state_dicts_go_both_ways(name):
    """Five steps on one engine, five more on the other: as ten on one."""
    options = OPTIONS[name]
    start = [np.array([1.0, 2.0]), np.array([3.0])]

    def on_ours(values):
        params = [Tensor(v.copy(), requires_grad=True) for v in values]
        return params, getattr(optim, name)(params, **{**options, "lr": 1.0})

    def on_theirs(values):
        params = [torch.tensor(v, requires_grad=True) for v in values]
        return params, getattr(torch.optim, name)(params, **{**options, "lr": 1.0})

    def to_torch(state):
        state["state"] = {
            i: {
                k: torch.tensor(v.array) if isinstance(v, Tensor) else v
                for k, v in entry.items()
            }
            for i, entry in state["state"].items()
        }
        return state

    params, straight = on_theirs(start)
    straight.param_groups[0]["lr"] = 0.1
    steps(straight, params, 10, torch.tensor)
    expected = [p.detach().numpy() for p in params]
    engines = [(on_ours, Tensor, to_torch), (on_theirs, torch.tensor, copy.deepcopy)]
    for first, second in (engines, engines[::-1], engines[:1] * 2):
        params, optimizer = first[0](start)
        optimizer.param_groups[0]["lr"] = 0.1
        steps(optimizer, params, 5, first[1])
        state = optimizer.state_dict()
        state = first[2](state) if first is not second else state
        params, optimizer = second[0]([p.detach().numpy() for p in params])
        optimizer.load_state_dict(state)
        for k in range(5, 10):
            for p in params:
                p.grad = second[1](np.cos(np.arange(p.shape[0]) + k))
            optimizer.step()
        if first is second:  # steps counts from 0
            assert state["param_groups"][0]["params"] == [0, 1]
        for p, right in zip(params, expected, strict=True):
            np.testing.assert_allclose(p.detach().numpy(), right, rtol=1e-6)


def test_a_loaded_state_is_a_copy():
    p = parameter(1.0, grad=[1.0])
    a, b = (optim.SGD([p], momentum=0.9) for _ in range(2))
    a.step()
    b.load_state_dict(a.state_dict())
    a.step()
    assert b.state[p]["momentum_buffer"] == [1]


def test_loading_refuses_other_groups_and_torchs_ways():
    a, b = optim.SGD([parameter(1.0)]), optim.SGD([parameter(1.0), parameter(2.0)])
    refuses(
        lambda: a.load_state_dict(b.state_dict()),
        ValueError,
        "SGD: the loaded state dict has parameter groups of sizes [2], but here they are "
        "[1]. Build both for the same model.",
    )
    other = torch.optim.SGD([torch.ones(1)], foreach=True)
    refuses(
        lambda: a.load_state_dict(other.state_dict()),
        NotImplementedError,
        "SGD: foreach=True is not supported here; use torch.optim.SGD",
    )


# Errors


def refuses(function, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        function()


P = parameter(1.0)
NOT_NEGATIVE = "a number of 0 or more, such as 0.1"
BETAS = "two numbers from 0 to below 1, such as (0.9, 0.999)"


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (
            lambda: optim.SGD([]),
            ValueError,
            "SGD: optimizer got an empty parameter list. Give model.parameters(); a "
            "generator may be used up.",
        ),
        (
            lambda: optim.Adam(P),
            TypeError,
            "Adam: params must be an iterable, but came as a Tensor. Give a list of "
            "Tensors or dicts.",
        ),
        (
            lambda: optim.SGD([P, np.ones(2)]),
            TypeError,
            "SGD: optimizer can only optimize Tensors, but entry 1 of params is of type "
            "ndarray. Give model.parameters().",
        ),
        (
            lambda: optim.SGD([P * 2]),
            ValueError,
            "SGD: entry 0 of params, of shape (1,), is not a leaf Tensor. Give each "
            "parameter itself, once.",
        ),
        (
            lambda: optim.SGD([{"params": [P]}, {"params": [P]}]),
            ValueError,
            "SGD: entry 0 of params, of shape (1,), came before. Give each parameter "
            "itself, once.",
        ),
        (
            lambda: optim.SGD([P, P]),
            ValueError,
            "SGD: entry 1 of params, of shape (1,), came before. Give each parameter "
            "itself, once.",
        ),
        (
            lambda: optim.SGD([{"params": [P], "learning_rate": 1}]),
            ValueError,
            "SGD: a parameter group has the unknown option 'learning_rate'. Choose from: "
            "lr, momentum, dampening, weight_decay, nesterov, maximize.",
        ),
        (
            lambda: optim.SGD([P], lr=-1),
            ValueError,
            f"SGD: lr must be {NOT_NEGATIVE}, but came as -1.",
        ),
        (
            lambda: optim.SGD([{"params": [P], "momentum": "0.9"}]),
            ValueError,
            f"SGD: momentum must be {NOT_NEGATIVE}, but came as '0.9'.",
        ),
        (
            lambda: optim.RMSprop([P], eps=float("nan")),
            ValueError,
            f"RMSprop: eps must be {NOT_NEGATIVE}, but came as nan.",
        ),
        (
            lambda: optim.Adagrad([P], lr_decay=-0.1),
            ValueError,
            f"Adagrad: lr_decay must be {NOT_NEGATIVE}, but came as -0.1.",
        ),
        (
            lambda: optim.AdamW([P], betas=(0.9, 1.0)),
            ValueError,
            f"AdamW: betas must be {BETAS}, but came as (0.9, 1.0).",
        ),
        (
            lambda: optim.Adam([P], betas=(0.9, 0.99, 0.999)),
            ValueError,
            f"Adam: betas must be {BETAS}, but came as (0.9, 0.99, 0.999).",
        ),
        (
            lambda: optim.Adam([P], betas=0.9),
            ValueError,
            f"Adam: betas must be {BETAS}, but came as 0.9.",
        ),
        (
            lambda: optim.SGD([P], momentum=0.9, dampening=0.1, nesterov=True),
            ValueError,
            "SGD: Nesterov momentum requires a momentum and zero dampening, but came "
            "with momentum=0.9, dampening=0.1. Write momentum=0.9, dampening=0.",
        ),
        (
            lambda: optim.SGD([P], lr=Tensor(0.1)),
            NotImplementedError,
            "SGD: lr=tensor(0.1) is not supported here; use torch.optim.SGD",
        ),
    ],
)
def test_errors(make, kind, sentence):
    refuses(make, kind, sentence)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("way", ["foreach", "fused", "capturable", "differentiable"])
def test_torchs_ways_of_running_are_refused_by_name(name, way):
    if way in torch.optim.__dict__[name].__init__.__code__.co_varnames:
        make = getattr(optim, name)
        make([P], **{way: False})
        refuses(
            lambda: make([P], **{way: True}),
            NotImplementedError,
            f"{name}: {way}=True is not supported here; use torch.optim.{name}",
        )


@pytest.mark.parametrize("name", ALL)
def test_signatures_are_torchs(name):
    import inspect

    ours, theirs = (
        inspect.signature(getattr(engine, name)).parameters.values()
        for engine in (optim, torch.optim)
    )
    theirs = {p.name: p.default for p in theirs}
    ours = {p.name: p.default for p in ours if p.kind is not p.VAR_KEYWORD}
    assert ours == dict(list(theirs.items())[: len(ours)]) or ours == theirs
