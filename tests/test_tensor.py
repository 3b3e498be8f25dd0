"""The tape and the Tensor: what no single operation decides."""

import copy
import gc
import threading
import weakref

import numpy as np
import pytest
import torch

import lessons_pkg as lp

ENGINES = [lp, torch]


@pytest.fixture(params=ENGINES, ids=["lessons_pkg", "torch"])
def engine(request):
    """Each of these tests holds for torch too: that is how we know it should hold."""
    return request.param


def numbers(t):
    return t.detach().numpy().tolist()


# By hand


def test_three_nodes(engine):
    # f = (a b + c)^2 at a = 2, b = 3, c = -1: u = 6, v = 5, f = 25.
    # df/dv = 10; df/dc = 10; df/da = 10 b = 30; df/db = 10 a = 20.
    a, b, c = (engine.tensor(v, requires_grad=True) for v in (2.0, 3.0, -1.0))
    f = (a * b + c) ** 2
    f.backward()
    assert f.item() == 25
    assert [t.grad.item() for t in (a, b, c)] == [30, 20, 10]


def test_a_reused_node_adds_up(engine):
    # y = x * x + x: dy/dx = 2x + 1 = 7.
    x = engine.tensor(3.0, requires_grad=True)
    (x * x + x).backward()
    assert x.grad.item() == 7


def test_a_diamond(engine):
    # u = x^2, y = u * u + u = x^4 + x^2: dy/dx = 4 x^3 + 2x = 36.
    x = engine.tensor(2.0, requires_grad=True)
    u = x * x
    (u * u + u).backward()
    assert x.grad.item() == 36


def test_gradients_accumulate_over_calls(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    (3 * x).sum().backward()
    (4 * x).sum().backward()
    assert numbers(x.grad) == [7, 7]


def test_a_gradient_given(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    (x * x).backward(engine.tensor([1.0, 10.0]))
    assert numbers(x.grad) == [2, 40]


def test_only_leaves_that_ask_get_a_gradient(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    w = engine.tensor([3.0, 4.0])
    y = x * w
    y.sum().backward()
    assert numbers(x.grad) == [3, 4]
    assert w.grad is None
    assert x.is_leaf
    assert w.is_leaf
    assert not y.is_leaf


def test_retained_gradient_of_an_intermediate(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward()
    assert numbers(y.grad) == [6, 12]


def test_several_outputs_used_in_part(engine):
    x = engine.tensor([[1.0, 5.0, 2.0]], requires_grad=True)
    values, places = x.max(1)
    assert places.tolist() == [1]
    assert not places.requires_grad
    (values * 2).sum().backward()
    assert numbers(x.grad) == [[0, 2, 0]]
    first, _, third = engine.split(x, 1, 1)
    (first * third).sum().backward()
    assert numbers(x.grad) == [[2, 2, 1]]


# Long chains, and letting go


def test_a_chain_of_ten_thousand_steps(engine):
    x = engine.tensor(1.0, requires_grad=True, dtype=engine.float64)
    y = x
    for _ in range(10_000):
        y = y + x
    y.backward()
    assert x.grad.item() == 10_001


def test_the_graph_is_freed():
    x = lp.tensor([1.0, 2.0], requires_grad=True)
    h = lp.exp(x)
    y = lp.exp(h).sum()
    kept = weakref.ref(h)
    del h
    assert kept() is None  # the graph keeps arrays, not tensors
    node = y.grad_fn.edges[0][0]
    assert isinstance(node.cache, np.ndarray)
    y.backward()
    assert node.cache == "freed"


def test_no_cycles_are_left_for_the_garbage_collector():
    x = lp.tensor([1.0, 2.0], requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            lp.exp(x * x).sum().backward()
        assert gc.collect() == 0
    finally:
        gc.enable()


# Errors that torch's users know


def test_backward_from_several_numbers(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(
        RuntimeError, match="grad can be implicitly created only for scalar"
    ):
        (x * 2).backward()
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        (x * 2).backward(engine.tensor([1.0, 2.0, 3.0]))


def test_backward_without_history(engine):
    for y in (engine.tensor(1.0), engine.tensor(1.0, requires_grad=True).detach()):
        with pytest.raises(
            RuntimeError, match="does not require grad and does not have"
        ):
            y.backward()


def test_second_backward(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = engine.exp(x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_second_backward_when_retained(engine):
    x = engine.tensor([0.0, 0.0], requires_grad=True)
    y = engine.exp(x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert numbers(x.grad) == [2, 2]


@pytest.mark.parametrize(
    "use",
    [
        lambda e, y: y * y,
        lambda e, y: y @ y,
        lambda e, y: y[:1] * y[1:],
    ],
)
def test_in_place_change_of_what_backward_needs(engine, use):
    y = engine.tensor([1.0, 2.0], requires_grad=True) * 1
    z = use(engine, y)
    y += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_in_place_change_of_a_result_that_backward_needs(engine):
    y = engine.exp(engine.tensor([1.0, 2.0], requires_grad=True))
    y *= 2
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_in_place_change_that_no_backward_needs(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x + 1  # an addition saves nothing
    y += 5
    y *= 3
    y[0] = 0
    y.sum().backward()
    assert numbers(y) == [0, 24]
    assert numbers(x.grad) == [0, 3]


@pytest.mark.parametrize(
    "use",
    [
        lambda e, y: y * 2,
        lambda e, y: y / e.tensor([2.0, 4.0]),
        lambda e, y: y @ e.tensor([3.0, 5.0]),
        lambda e, y: e.nn.functional.linear(y, e.tensor([[3.0, 5.0]])),
    ],
)
def test_in_place_change_of_what_only_another_gradient_needs(engine, use):
    # The gradient of y takes the constant's value, and not that of y.
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    before = use(engine, y)
    y += 1
    before.sum().backward()
    again = torch.tensor([1.0, 2.0], requires_grad=True)
    use(torch, again).sum().backward()
    assert numbers(x.grad) == numbers(again.grad)


@pytest.mark.parametrize(
    "use",
    [
        lambda e, y: y**2,
        lambda e, y: e.nn.functional.layer_norm(y, (2,)),
        lambda e, y: e.nn.functional.max_pool1d(y[None], 2),
    ],
)
def test_in_place_change_of_a_result_that_backward_does_not_need(engine, use):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = use(engine, x)
    y += 1
    y.sum().backward()
    again = torch.tensor([1.0, 2.0], requires_grad=True)
    use(torch, again).sum().backward()
    assert numbers(x.grad) == pytest.approx(numbers(again.grad), abs=1e-6)


@pytest.mark.parametrize("overwrite", ["zero_", "copy_", "fill_"])
def test_what_is_written_over_has_no_gradient_but_keeps_its_history(engine, overwrite):
    w = engine.tensor([1.0, 2.0], requires_grad=True)
    y = w * 2
    arguments = {"zero_": (), "copy_": (engine.ones(2),), "fill_": (7,)}[overwrite]
    getattr(y, overwrite)(*arguments)
    assert not y.is_leaf
    y += w
    y.sum().backward()
    assert numbers(w.grad) == [1, 1]


def test_a_number_is_written_with_all_its_digits(engine):
    y = engine.zeros(3, dtype=engine.float64)
    y[0] = 0.7
    y[1:].fill_(0.1)
    assert numbers(y) == [0.7, 0.1, 0.1]


def test_what_was_expanded_may_not_be_written_to(engine):
    y = engine.zeros(3, 1).expand(3, 2)
    with pytest.raises(RuntimeError, match="unsupported operation"):
        y += 1


def test_in_place_change_of_a_leaf(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        x += 1
    with engine.no_grad():
        x -= 0.5
        x.add_(engine.tensor([1.0, 1.0]), alpha=2)
    assert numbers(x) == [2.5, 3.5]
    assert x.requires_grad


def test_a_step_between_forward_and_backward_is_noticed(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    with engine.no_grad():
        x -= 0.5
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_a_change_through_a_view_is_noticed(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = (y * y).sum()
    with engine.no_grad():
        y.detach()[0] = 7
    assert numbers(y) == [7, 2]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


def test_assignment_into_a_plain_tensor_is_recorded(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = engine.zeros(3)
    y[1:] = x * 2
    (y * engine.tensor([5.0, 6.0, 7.0])).sum().backward()
    assert numbers(x.grad) == [12, 14]


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2,), (1, 2), (1, 1, 2)])
def test_assignment_of_more_axes_than_fit(engine, shape):
    # Leading axes of size one are left out, forwards and back.
    w = engine.ones(shape, requires_grad=True)
    y = engine.zeros(3, 2)
    part = 0 if shape[-1] == 2 else (0, 1)
    y[part] = w * 3
    y.sum().backward()
    assert tuple(w.grad.shape) == shape
    assert numbers(w.grad.flatten()) == [3] * shape[-1]


def test_a_recorded_change_of_a_view_is_not_supported():
    y = lp.tensor([1.0, 2.0], requires_grad=True) * 1
    with pytest.raises(NotImplementedError, match="in-place change of a view"):
        y[0] += 1
    row = lp.zeros(3, 2)[0]  # torch would give the history to all three rows
    with pytest.raises(NotImplementedError, match="in-place change of a view"):
        row += y


def test_an_index_of_one_number(engine):
    x = engine.tensor(np.arange(24.0).reshape(2, 3, 4), requires_grad=True)
    y = x[engine.tensor(-1)]
    assert tuple(y.shape) == (3, 4)
    assert numbers(x[engine.tensor(1), engine.tensor([0, 2])]) == numbers(y[[0, 2]])
    y.sum().backward()
    y.sum().backward()  # a view saves nothing, so it can run again
    assert x.grad.sum() == 24


def test_what_was_picked_lies_in_order(engine):
    x = engine.tensor(np.arange(24.0).reshape(2, 3, 4))
    assert numbers(x[:, [2, 0]].view(-1)) == numbers(x[:, [2, 0]].reshape(-1))


def test_to(engine):
    x = engine.ones(2)
    assert x.to("cpu") is x
    for y in (
        x.to(engine.float64),
        x.to("cpu", engine.float64),
        x.to(device="cpu", dtype=engine.float64),
    ):
        assert y.dtype == engine.float64
    layer = engine.nn.Linear(2, 1).to("cpu").to(engine.float64)
    assert layer.weight.dtype == engine.float64
    assert layer.to(dtype=engine.float32).bias.dtype == engine.float32


@pytest.mark.parametrize(
    "target", [("cuda",), ("cpu", np.float64, True), (lp.ones(1),)]
)
def test_to_what_is_not_here(target):
    with pytest.raises(
        NotImplementedError, match=r"to: target=.* is not supported here"
    ):
        lp.ones(2).to(*target)
    with pytest.raises(
        NotImplementedError, match=r"to: target=.* is not supported here"
    ):
        lp.nn.Linear(2, 1).to(*target)


def test_numpy_only_without_history(engine):
    x = engine.tensor([1.0], requires_grad=True)
    for convert in (lambda: x.numpy(), lambda: np.asarray(x)):
        with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor"):
            convert()
    assert x.detach().numpy().tolist() == [1]


def test_gradients_of_whole_numbers(engine):
    with pytest.raises(RuntimeError, match=r"[Oo]nly Tensors of floating point"):
        engine.tensor([1, 2], requires_grad=True)


def test_item_of_several_numbers(engine):
    with pytest.raises(RuntimeError, match="cannot be converted to Scalar"):
        engine.tensor([1.0, 2.0]).item()
    with pytest.raises(RuntimeError, match="ambiguous"):
        bool(engine.tensor([1.0, 2.0]))


# The switch


def test_no_grad(engine):
    x = engine.tensor([1.0], requires_grad=True)
    with engine.no_grad():
        assert not engine.is_grad_enabled()
        assert not (x * 2).requires_grad
        with engine.enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad

    @engine.no_grad()
    def double(v):
        return v * 2

    assert not double(x).requires_grad
    assert engine.is_grad_enabled()


def test_the_switch_is_thrown_back_after_an_error(engine):
    with pytest.raises(ZeroDivisionError), engine.no_grad():
        1 / 0  # noqa: B018
    assert engine.is_grad_enabled()


def test_each_thread_has_its_own_switch(engine):
    seen = []
    with engine.no_grad():
        thread = threading.Thread(target=lambda: seen.append(engine.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


# Memory: what is shared, and what is not


def test_gradients_do_not_share_memory(engine):
    a = engine.tensor([1.0, 2.0], requires_grad=True)
    b = engine.tensor([3.0, 4.0], requires_grad=True)
    g = engine.tensor([1.0, 1.0])
    (a + b).backward(g)
    a.grad[0] = 9
    assert numbers(b.grad) == [1, 1]
    assert numbers(g) == [1, 1]


def test_views_share_memory(engine):
    x = engine.zeros(2, 3)
    for view in (x.T, x.reshape(6), x[1], x.view(3, 2), x.unsqueeze(0), x.detach()):
        view[..., 0] = 1
    assert x.sum().item() > 0
    x.copy_(engine.ones(2, 3))
    assert view.sum().item() == 6


def test_view_needs_the_order_in_memory(engine):
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        engine.zeros(2, 3).T.view(6)


def test_tensor_copies_and_from_numpy_shares(engine):
    array = np.zeros(2, np.float32)
    copied, shared = engine.tensor(array), engine.from_numpy(array)
    array[0] = 5
    assert numbers(copied) == [0, 0]
    assert numbers(shared) == [5, 0]


def test_deep_copies_of_leaves(engine):
    x = engine.tensor([1.0], requires_grad=True)
    y = copy.deepcopy(x)
    with engine.no_grad():
        y += 1
    assert numbers(x) == [1]
    assert y.requires_grad


# Making tensors


@pytest.mark.parametrize(
    "data",
    [
        1,
        1.5,
        True,
        [1, 2],
        [1.0, 2],
        [[True, False]],
        [],
        [[], []],
        np.float64(2.5),
        [np.float64(2.5)],
        np.arange(3),
        np.zeros((2, 0)),
        np.int32(3),
    ],
)
def test_dtype_of_data(data):
    ours, theirs = lp.tensor(data), torch.tensor(data)
    assert str(theirs.dtype) == f"torch.{ours.dtype}"
    assert ours.shape == tuple(theirs.shape)


@pytest.mark.parametrize(
    "make",
    [
        lambda e: e.zeros(2, 3),
        lambda e: e.zeros((2, 3), dtype=e.int64),
        lambda e: e.ones([2]),
        lambda e: e.full((2, 2), 7),
        lambda e: e.full((2,), 0.5),
        lambda e: e.eye(3, 2),
        lambda e: e.arange(5),
        lambda e: e.arange(1, 2, 0.25),
        lambda e: e.linspace(0, 1, 5),
        lambda e: e.zeros_like(e.tensor([1, 2])),
        lambda e: e.ones_like(e.tensor([1.0, 2.0]), requires_grad=True),
        lambda e: e.tensor([[1.0, 2.0]]).T.contiguous(),
        lambda e: e.tensor([1.7, -1.7]).long(),
        lambda e: e.tensor([1, 0]).bool(),
        lambda e: ~e.tensor([True, False]),
        lambda e: e.tensor([1, 6]) & e.tensor([3, 3]),
        lambda e: 2 ** e.tensor([1.0, 2.0]) - 1 / e.tensor([1.0, 2.0]),
        lambda e: np.float64(2.0) * e.tensor([1.0, 2.0]),
        lambda e: abs(e.tensor([-1.0, 2.0])),
        lambda e: e.tensor([3.0, 1.0])[e.tensor([1, 0, 0])],
        lambda e: e.tensor([3.0, 1.0])[e.tensor([True, False])],
    ],
)
def test_values_and_dtypes(make):
    ours, theirs = make(lp), make(torch)
    assert numbers(ours) == numbers(theirs)
    assert str(theirs.dtype) == f"torch.{ours.dtype}"
    assert ours.requires_grad == theirs.requires_grad


@pytest.mark.parametrize("data", ["text", None, [None], {"a": 1}, [1j]])
def test_data_that_are_no_numbers(data):
    with pytest.raises(TypeError, match="tensor: the data must be real numbers"):
        lp.tensor(data)


def test_rows_of_different_lengths():
    with pytest.raises(ValueError, match="the rows have different lengths"):
        lp.tensor([[1.0], [1.0, 2.0]])


def test_chance_can_be_repeated():
    lp.manual_seed(3)
    a = lp.randn(4)
    lp.manual_seed(3)
    assert lp.randn(4).tolist() == a.tolist()
    own = lp.Generator().manual_seed(3)
    assert lp.randn(4, generator=own).tolist() == a.tolist()
    assert sorted(lp.randperm(5).tolist()) == [0, 1, 2, 3, 4]
    assert set(lp.randint(2, 4, (100,)).tolist()) == {2, 3}
    assert lp.rand(2, 3).shape == (2, 3)


def test_repr():
    x = lp.tensor([1.0, 2.5], requires_grad=True)
    assert repr(x) == "tensor([1. , 2.5], requires_grad=True)"
    assert repr(lp.exp(x)) == "tensor([ 2.7183, 12.1825], grad_fn=<ExpBackward>)"
    assert repr(lp.tensor(2.0, dtype=lp.float64)) == "tensor(2., dtype=float64)"


def test_the_recorded_graph():
    x, w = lp.tensor([1.0, 2.0], requires_grad=True), lp.tensor([3.0, 4.0])
    w.requires_grad = True
    y = (lp.exp(x * w) * x).sum()
    rows = y.graph(x=x, w=w)
    assert [row[2] for row in rows] == ["", "", "Mul", "Exp", "Mul", "Sum"]
    assert {row[1] for row in rows} == {"x", "w", ""}
    ids = {row[1]: row[0] for row in rows}
    assert set(rows[2][4]) == {ids["x"], ids["w"]}
    assert rows[3][4] == (2,)
    assert rows[4][4] == (3, ids["x"])
    assert [row[3]["shape"] for row in rows] == [(2,)] * 5 + [()]


def test_a_gradient_that_no_backward_gives_is_refused():
    x = lp.tensor([[1.0, 2.0]], requires_grad=True)
    weight = lp.tensor([1.0, 3.0], requires_grad=True)
    loss = lp.nn.functional.cross_entropy(x, lp.tensor([1]), weight)
    with pytest.raises(NotImplementedError, match="only the first 1 inputs can have"):
        loss.backward()
