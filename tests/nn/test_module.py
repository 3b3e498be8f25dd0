"""Module, the containers and nn.utils, each held against torch's."""

import copy
import math

import numpy as np
import pytest
import torch

import lessons_pkg as lp

ENGINES = [lp, torch]


@pytest.fixture(params=ENGINES, ids=["lessons_pkg", "torch"])
def engine(request):
    return request.param


def model_of(engine):
    """A model with a nested list, a shared layer, and buffers of both kinds."""
    nn = engine.nn

    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(engine.ones(2))
            self.register_buffer("offset", engine.zeros(2))
            self.register_buffer("scratch", engine.zeros(1), persistent=False)
            self.register_parameter("none", None)

        def forward(self, x):
            return x * self.factor + self.offset

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Scale()
            self.rest = nn.ModuleList([Scale(), nn.Sequential(Scale(), Scale())])
            self.again = self.first

        def forward(self, x):
            return self.rest[1](self.rest[0](self.first(x)))

    return Model()


def test_names(engine):
    model = model_of(engine)
    parameters = ["first.factor", "rest.0.factor", "rest.1.0.factor", "rest.1.1.factor"]
    assert [name for name, _ in model.named_parameters()] == parameters
    assert len(list(model.parameters())) == 4
    buffers = [name for name, _ in model.named_buffers()]
    assert buffers[:3] == ["first.offset", "first.scratch", "rest.0.offset"]
    assert [name for name, _ in model.named_children()] == ["first", "rest"]
    assert [name for name, _ in model.named_modules()] == [
        *("", "first", "rest", "rest.0", "rest.1", "rest.1.0", "rest.1.1"),
    ]
    assert list(model.state_dict()) == [
        *("first.factor", "first.offset", "rest.0.factor", "rest.0.offset"),
        *("rest.1.0.factor", "rest.1.0.offset", "rest.1.1.factor", "rest.1.1.offset"),
        *("again.factor", "again.offset"),
    ]


def test_forward_and_gradients(engine):
    model = model_of(engine)
    model(engine.tensor([3.0, 5.0])).sum().backward()
    # The output is x f1 f2 f3 f4 with all factors 1: each factor's gradient is x.
    for p in model.parameters():
        assert p.grad.tolist() == [3, 5]
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())
    model(engine.tensor([3.0, 5.0])).sum().backward()
    model.zero_grad(set_to_none=False)
    assert all(p.grad.tolist() == [0, 0] for p in model.parameters())


def test_modes_and_apply(engine):
    model = model_of(engine)
    assert model.training
    assert not any(module.training for module in model.eval().modules())
    assert all(module.training for module in model.train().modules())
    seen = []
    model.apply(lambda module: seen.append(type(module).__name__))
    assert seen == [
        "Scale",
        "Scale",
        "Scale",
        "Scale",
        "Sequential",
        "ModuleList",
        "Model",
    ]
    assert not any(p.requires_grad for p in model.requires_grad_(False).parameters())


def test_dtypes(engine):
    model = model_of(engine).double()
    assert {str(p.dtype)[-7:] for p in model.parameters()} == {"float64"}
    assert model(engine.zeros(2)).dtype == engine.float64
    assert next(model.float().buffers()).dtype == engine.float32


def test_state_dict_shares_memory_and_loads(engine):
    model, other = model_of(engine), model_of(engine)
    state = model.state_dict()
    state["rest.0.factor"][0] = 7
    assert model.rest[0].factor.tolist() == [7, 1]
    other.load_state_dict(state)
    assert other.rest[0].factor.tolist() == [7, 1]
    assert other.rest[0].factor.requires_grad


def test_a_backward_notices_what_was_loaded(engine):
    layer = model_of(engine).first
    y = (layer(engine.ones(2)) * layer.factor).sum()
    layer.load_state_dict(layer.state_dict())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_what_does_not_load(engine):
    model = model_of(engine)
    state = dict(model.state_dict())
    state["first.factor"] = engine.zeros(3)
    with pytest.raises(RuntimeError, match=r"size mismatch for first\.factor"):
        model.load_state_dict(state)
    state = dict(model.state_dict())
    del state["first.offset"]
    state["surprise"] = engine.zeros(1)
    with pytest.raises(RuntimeError, match="Missing key") as error:
        model.load_state_dict(state)
    assert "surprise" in str(error.value)
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert (missing, unexpected) == (["first.offset"], ["surprise"])


def test_nothing_is_loaded_if_something_is_wrong():
    model = model_of(lp)
    state = {key: lp.ones(2) * 9 for key in model.state_dict()}
    state["rest.1.1.factor"] = lp.zeros(3)
    with pytest.raises(RuntimeError):
        model.load_state_dict(state)
    assert model.first.factor.tolist() == [1, 1]


def test_between_the_engines():
    ours, theirs = model_of(lp), model_of(torch)
    with torch.no_grad():
        theirs.first.factor.copy_(torch.tensor([4.0, 5.0]))
    ours.load_state_dict(theirs.state_dict())
    assert ours.first.factor.tolist() == [4, 5]
    ours.rest[0].factor.array[:] = 6
    theirs.load_state_dict(
        {key: torch.from_numpy(t.numpy()) for key, t in ours.state_dict().items()}
    )
    assert theirs.rest[0].factor.tolist() == [6, 6]


def test_attributes(engine):
    nn = engine.nn
    module = model_of(engine).first
    with pytest.raises(TypeError, match="cannot assign"):
        module.factor = engine.ones(2)
    module.factor = nn.Parameter(engine.zeros(2))
    assert module.factor.tolist() == [0, 0]
    module.factor = None
    assert list(module.parameters()) == []
    module.offset = engine.ones(2)
    assert "offset" in dict(module.named_buffers())
    module.plain = engine.ones(2)
    assert "plain" not in module.state_dict()
    del module.offset
    assert "offset" not in module.state_dict()
    with pytest.raises(AttributeError, match="has no attribute 'offset'"):
        module.offset  # noqa: B018


def test_the_order_is_that_in_which_they_became_parameters(engine):
    nn = engine.nn

    class Late(nn.Module):
        def __init__(self):
            self.size = 1  # plain attributes may come first
            super().__init__()
            self.register_buffer("buffer", None)
            self.first = self.second = None
            self.third, self.second = nn.Parameter(engine.ones(1)), nn.ReLU()
            self.first = nn.Parameter(engine.ones(1))
            self.third = nn.Parameter(engine.zeros(1))  # stays where it was

    model = Late()
    assert list(model.state_dict()) == ["third", "first"]
    model.buffer = engine.ones(1)
    assert list(model.state_dict()) == ["third", "first", "buffer"]
    with pytest.raises(TypeError, match="cannot assign"):
        model.first = nn.ReLU()


def test_forgetting_super(engine):
    class Forgetful(engine.nn.Module):
        def __init__(self):
            self.weight = engine.nn.Parameter(engine.ones(1))

    with pytest.raises(AttributeError, match=r"Module.__init__\(\) call"):
        Forgetful()


def test_forward_missing(engine):
    with pytest.raises(NotImplementedError, match='missing the required "forward"'):
        engine.nn.Module()(1)


def test_containers(engine):
    nn = engine.nn
    chain = nn.Sequential(nn.Module(), nn.Sequential(), nn.Module())
    assert len(chain) == 3
    assert chain[-1] is chain[2]
    assert [len(chain[:2]), len(chain[1])] == [2, 0]
    assert isinstance(chain[1:], nn.Sequential)
    chain.append(nn.Module())
    assert [name for name, _ in chain.named_children()] == ["0", "1", "2", "3"]
    x = engine.ones(2)
    assert nn.Sequential()(x) is x
    several = nn.ModuleList([nn.Module()])
    several.extend([nn.Module(), nn.Module()])
    several[0] = chain
    assert several[0] is chain
    assert len(several[1:]) == 2
    with pytest.raises(TypeError, match="is not a Module"):
        several.append(3)


def test_named_sequential():
    from collections import OrderedDict

    for engine in ENGINES:
        parts = OrderedDict(a=engine.nn.Sequential(), b=engine.nn.Module())
        chain = engine.nn.Sequential(parts)
        assert [name for name, _ in chain.named_children()] == ["a", "b"]
        assert chain.b is parts["b"]


def test_a_deep_copy_is_independent(engine):
    model = model_of(engine)
    other = copy.deepcopy(model)
    with engine.no_grad():
        other.first.factor += 1
    assert model.first.factor.tolist() == [1, 1]
    assert other.first is other.again


def test_repr():
    assert repr(model_of(lp)) == repr(model_of(torch))


# nn.utils


@pytest.mark.parametrize("norm_type", [2.0, 1.0, math.inf])
def test_clipping(norm_type):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in [(3, 2), (5,)]]
    found = []
    for engine in ENGINES:
        parameters = [engine.nn.Parameter(engine.tensor(a)) for a in arrays]
        for p in parameters:
            (p * p).sum().backward()
        norm = engine.nn.utils.clip_grad_norm_(parameters, 0.5, norm_type)
        found.append([norm.item(), *[p.grad.numpy().copy() for p in parameters]])
        engine.nn.utils.clip_grad_value_(parameters, 0.01)
        found[-1] += [p.grad.numpy() for p in parameters]
    for got, expected in zip(*found, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_small_gradients_are_not_clipped(engine):
    p = engine.nn.Parameter(engine.tensor([3.0, 4.0]))
    (p * p).sum().backward()
    assert engine.nn.utils.clip_grad_norm_(p, 100).item() == 10
    assert p.grad.tolist() == [6, 8]


def test_a_norm_that_is_not_finite(engine):
    p = engine.nn.Parameter(engine.tensor([0.0]))
    (1 / p).sum().backward()
    with pytest.raises(RuntimeError, match="non-finite"):
        engine.nn.utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)


def test_one_nan_makes_all_gradients_nan(engine):
    # One factor for all, and that is not a number: no half of the step is taken.
    p, q = (engine.nn.Parameter(engine.tensor([3.0])) for _ in range(2))
    (p * math.nan + q * 12).sum().backward()
    engine.nn.utils.clip_grad_norm_([p, q], 1.0)
    assert math.isnan(q.grad.item())


def test_vectors(engine):
    model = model_of(engine)
    utils = engine.nn.utils
    vector = utils.parameters_to_vector(model.parameters())
    assert vector.shape == (8,)
    utils.vector_to_parameters(engine.arange(8).float(), model.parameters())
    assert model.rest[1][1].factor.tolist() == [6, 7]
