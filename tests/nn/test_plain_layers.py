"""The plain layers: what the comparison with torch does not see."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg import nn

STATELESS = (
    *("ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Softplus", "Softmax", "LogSoftmax"),
    *("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "NLLLoss", "CrossEntropyLoss"),
    *("BCELoss", "BCEWithLogitsLoss", "KLDivLoss"),
)
OTHERS = (
    *("Linear", "Embedding", "Dropout", "Flatten", "LayerNorm", "RMSNorm"),
    *("BatchNorm1d", "BatchNorm2d", "GroupNorm"),
)


@pytest.mark.parametrize("name", STATELESS + OTHERS)
def test_constructors_are_torchs(name):
    ours, theirs = (
        inspect.signature(getattr(e.nn, name)).parameters for e in (lp, torch)
    )
    theirs = [(p.name, p.default) for p in theirs.values()]
    if "bias" not in inspect.signature(torch.nn.BatchNorm1d).parameters:
        ours = {
            n: p
            for n, p in ours.items()
            if n != "bias" or name in ("Linear", "LayerNorm")
        }
    assert [(p.name, p.default) for p in ours.values()] == theirs


@pytest.mark.parametrize(
    "make",
    [
        lambda nn: nn.ReLU(),
        lambda nn: nn.LeakyReLU(0.2),
        lambda nn: nn.ELU(),
        lambda nn: nn.GELU("tanh"),
        lambda nn: nn.Sigmoid(),
        lambda nn: nn.Softmax(dim=-1),
        lambda nn: nn.MSELoss(),
        lambda nn: nn.Linear(2, 3),
        lambda nn: nn.Linear(2, 3, bias=False),
        lambda nn: nn.Embedding(5, 3),
        lambda nn: nn.Embedding(5, 3, padding_idx=-1),
        lambda nn: nn.Dropout(0.2),
        lambda nn: nn.Flatten(),
        lambda nn: nn.Identity(1, two=2),
        lambda nn: nn.Sequential(nn.Linear(2, 3), nn.ReLU()),
    ],
)
def test_layers_print_as_torchs(make):
    assert repr(make(nn)) == repr(make(torch.nn))


def test_a_loss_prints_what_was_changed():
    loss = nn.CrossEntropyLoss(lp.ones(3), reduction="sum", label_smoothing=0.1)
    assert repr(loss) == "CrossEntropyLoss(reduction='sum', label_smoothing=0.1)"


UNSUPPORTED = [
    ("ReLU", (), {"inplace": True}),
    ("MSELoss", (), {"size_average": False}),
    ("NLLLoss", (), {"reduce": True}),
    ("Dropout", (), {"inplace": True}),
    ("Linear", (2, 3), {"device": "cuda"}),
    ("Linear", (2, 3), {"dtype": "float64"}),
    ("BatchNorm1d", (2,), {"device": "cuda"}),
    ("LayerNorm", (2,), {"dtype": "float64"}),
    ("RMSNorm", (2,), {"dtype": "float64"}),
    ("GroupNorm", (1, 2), {"device": "cuda"}),
    ("Embedding", (5, 3), {"max_norm": 1.0}),
    ("Embedding", (5, 3), {"norm_type": 1.0}),
    ("Embedding", (5, 3), {"scale_grad_by_freq": True}),
    ("Embedding", (5, 3), {"sparse": True}),
    ("Embedding", (5, 3), {"_freeze": True}),
]


@pytest.mark.parametrize(("name", "args", "option"), UNSUPPORTED)
def test_what_is_not_supported_is_refused_by_name(name, args, option):
    with pytest.raises(NotImplementedError) as error:
        getattr(nn, name)(*args, **option)
    ((argument, value),) = option.items()
    assert str(error.value) == (
        f"{name}: {argument}={value!r} is not supported here; use torch.nn.{name}"
    )


def test_an_argument_that_nobody_has():
    with pytest.raises(TypeError, match="unexpected keyword argument 'slope'"):
        nn.LeakyReLU(slope=1)


def test_an_option_may_be_changed_later():
    layer, x = nn.LeakyReLU(0.5), lp.tensor([-2.0])
    layer.negative_slope = 0.25
    assert layer(x).item() == -0.5


def test_a_weight_of_a_loss_is_saved_with_the_model():
    loss = nn.CrossEntropyLoss(lp.tensor([1.0, 2.0]))
    assert list(loss.state_dict()) == ["weight"]
    assert list(loss.parameters()) == []
    assert loss.double().weight.dtype == np.float64


def test_dropout_drops_in_training_only():
    lp.manual_seed(0)
    layer, x = nn.Dropout(0.5), lp.ones(1000)
    assert set(layer(x).tolist()) == {0.0, 2.0}
    assert set(layer.eval()(x).tolist()) == {1.0}
    assert (layer.train()(x).array != layer(x).array).any()


@pytest.mark.parametrize(
    "make", [lambda: nn.ReLU(), lambda: nn.Linear(2, 3), lambda: nn.MSELoss()]
)
def test_layers_can_be_copied_and_pickled(make):
    layer = make()
    for copied in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(copied) == repr(layer)
        assert copied.state_dict().keys() == layer.state_dict().keys()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: nn.BatchNorm1d(3)(lp.ones(2, 3, 4, 5)),
            "BatchNorm1d: x must be (N, C) or (N, C, L), but has shape (2, 3, 4, 5).",
        ),
        (
            lambda: nn.BatchNorm2d(3)(lp.ones(2, 3)),
            "BatchNorm2d: x must be (N, C, H, W), but has shape (2, 3).",
        ),
        (
            lambda: nn.GroupNorm(4, 6),
            "GroupNorm: num_channels=6 does not divide into num_groups=4.",
        ),
        (
            lambda: nn.Embedding(5, 3, padding_idx=5),
            "Embedding: padding_idx=5 is no row of a table of 5.",
        ),
        (lambda: nn.Dropout(1.5), "Dropout: p must be a probability, but 1.5 came."),
    ],
)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match=sentence.partition(":")[0]) as error:
        call()
    assert str(error.value) == sentence


def test_batch_norm_counts_and_can_be_switched_off():
    layer, x = nn.BatchNorm1d(3), lp.randn(5, 3)
    layer(x), layer(x)
    layer.eval()(x)
    assert layer.num_batches_tracked.item() == 2
    layer.track_running_stats = False  # as torch: the batch alone is used from now on
    before = layer.running_mean.array.copy()
    layer.train()(x)
    np.testing.assert_array_equal(layer.running_mean.array, before)
