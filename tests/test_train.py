"""The training loop: by hand, the same on both engines, and however it ends."""

import math
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg import optim
from lessons_pkg.train import History, _watched, fit

ROOT = str(Path(__file__).resolve().parents[1])
OURS = SimpleNamespace(nn=lp.nn, optim=optim, tensor=lp.Tensor, name="lessons_pkg")
THEIRS = SimpleNamespace(
    nn=torch.nn, optim=torch.optim, tensor=torch.tensor, name="torch"
)
each_engine = pytest.mark.parametrize("engine", [OURS, THEIRS], ids=lambda e: e.name)


def squared(scores, y):
    return ((scores - y) ** 2).mean()


def network(engine, sizes=(3, 5, 2), dtype="float32"):
    """A small network with the same weights on both engines."""
    rng = np.random.default_rng(1)
    shapes = [(sizes[0], sizes[1]), (sizes[1],), (sizes[1], sizes[2])]
    start = [rng.normal(size=shape).astype(dtype) for shape in shapes]

    class Network(engine.nn.Module):
        def __init__(self):
            super().__init__()
            self.w1, self.b, self.w2 = (
                engine.nn.Parameter(engine.tensor(p.copy())) for p in start
            )
            self.modes = []

        def forward(self, x):
            self.modes.append(self.training)
            return (x @ self.w1 + self.b).tanh() @ self.w2

    return Network()


def batches(engine, n=23, size=8, seed=0, dtype="float32"):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(dtype)
    y = np.stack([x[:, 0] * x[:, 1], x[:, 2]], axis=1)
    return [
        (engine.tensor(x[i : i + size]), engine.tensor(y[i : i + size]))
        for i in range(0, n, size)
    ]


def one_weight(engine, start=0.0):
    """The model y = w x, for cases by hand."""

    class Line(engine.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = engine.nn.Parameter(engine.tensor(np.array([start])))

        def forward(self, x):
            return x * self.w

    return Line()


def numbers(engine, *pairs):
    return [
        (engine.tensor(np.array(x, float)), engine.tensor(np.array(y, float)))
        for x, y in pairs
    ]


def distance(scores, y):
    return abs(scores - y).mean()


# By hand


@each_engine
def test_two_epochs_by_hand(engine):
    """y = w x from w = 0, with x = 1, loss (w - y)^2, gradient 2 (w - y), lr 0.25."""
    model = one_weight(engine)
    history = fit(
        model,
        squared,
        engine.optim.SGD(model.parameters(), lr=0.25),
        # two examples with y = 2, then one with y = 5
        numbers(engine, ([1, 1], [2, 2]), ([1], [5])),
        validation=numbers(engine, ([1], [3])),
        epochs=2,
        metrics={"distance": distance},
    )
    # Epoch 1: loss 4, w = 0 + 0.25 * 4 = 1; loss 16, w = 1 + 0.25 * 8 = 3.
    # Epoch 2: loss 1, w = 3 - 0.5 = 2.5; loss 6.25, w = 2.5 + 1.25 = 3.75.
    assert history["train_loss"] == pytest.approx(
        [(2 * 4 + 16) / 3, (2 * 1 + 6.25) / 3]
    )
    assert history["train_distance"] == pytest.approx([(2 * 2 + 4) / 3, (2 + 2.5) / 3])
    assert history["validation_loss"] == pytest.approx([0, 0.75**2])
    assert history["validation_distance"] == pytest.approx([0, 0.75])
    assert history["lr"] == [0.25, 0.25]
    assert len(history["seconds"]) == 2
    assert (history.best_epoch, history.stopped) == (1, "finished")
    assert model.w.item() == 3  # the best epoch's


# Both engines


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"clip": 0.1},
        {"metrics": {"distance": distance}},
        {"schedule": "batch"},
        {"patience": 2, "keep_best": False},
    ],
)
def test_the_same_history_on_both_engines(options):
    histories, weights = [], []
    for engine in (OURS, THEIRS):
        model = network(engine)
        optimizer = engine.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
        scheduler = engine.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        history = fit(
            model,
            squared,
            optimizer,
            batches(engine),
            batches(engine, seed=1),
            epochs=8,
            scheduler=scheduler,
            **options,
        )
        histories.append({k: v for k, v in history.items() if k != "seconds"})
        weights.append([p.detach().numpy() for p in model.parameters()])
    ours, theirs = histories
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4)
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    n_steps = 3 if options.get("schedule") else 1
    assert ours["lr"] == pytest.approx(
        [0.3 * 0.9 ** (n_steps * i) for i in range(len(ours["lr"]))]
    )


@each_engine
def test_it_learns(engine):
    model = network(engine, (3, 16, 2))
    optimizer = engine.optim.Adam(model.parameters(), lr=0.02)
    history = fit(model, squared, optimizer, batches(engine, 64), epochs=40)
    assert history["train_loss"][-1] < 0.1 * history["train_loss"][0]


@each_engine
def test_modes_and_gradients(engine):
    """Training in train mode, validation in eval mode without gradients, then as before."""
    model = network(engine)
    model.eval()
    grads = []

    def metric(scores, y):
        grads.append(scores.requires_grad)
        return 0.0

    def loss(scores, y):
        grads.append(scores.requires_grad)
        return squared(scores, y)

    def on_epoch(epoch, history):
        assert not model.training
        assert not model(batches(engine)[0][0]).requires_grad
        assert len(history["train_loss"]) == epoch

    optimizer = engine.optim.SGD(model.parameters(), lr=0.01)
    part = batches(engine, 16)
    fit(
        *(model, loss, optimizer, part, part[:1]),
        epochs=1,
        metrics={"m": metric},
        on_epoch=on_epoch,
    )
    assert model.modes == [True, True, False, False]
    assert grads == [True, False, True, False, False, False]
    assert not model.training


@each_engine
def test_a_frozen_part_stays_in_its_mode_afterwards(engine):
    inner, outer = network(engine), network(engine)
    outer.inner = inner
    inner.eval()
    fit(outer, squared, engine.optim.SGD(outer.parameters()), batches(engine), epochs=1)
    assert outer.training
    assert not inner.training


@each_engine
def test_several_inputs(engine):
    class Two(engine.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = engine.nn.Parameter(engine.tensor(np.array([0.0])))

        def forward(self, a, b):
            return (a + b) * self.w

    one = engine.tensor(np.array([1.0]))
    model = Two()
    fit(
        *(model, squared, engine.optim.SGD(model.parameters(), lr=0.125)),
        train=[(one, one, one)],
        epochs=1,
    )
    assert model.w.item() == 0.5  # 0 - 0.125 * 2 (0 - 1) * 2


# However it ends


def rising(engine, best, **options):
    """A run whose validation loss is lowest after `best` epochs: w = 1, 2, 3, ..."""
    model = one_weight(engine)
    optimizer = engine.optim.SGD(model.parameters(), lr=1.0)
    history = fit(
        *(
            model,
            lambda scores, y: ((scores - y) ** 2).mean() if y < 50 else -scores.sum(),
        ),
        optimizer,
        numbers(engine, ([1], [99])),
        numbers(engine, ([1], [best])),
        epochs=10,
        **options,
    )
    return model, history


@each_engine
def test_patience(engine):
    model, history = rising(engine, 3, patience=2)
    assert history["validation_loss"] == [4, 1, 0, 1, 4]
    assert (history.best_epoch, history.stopped) == (3, "no improvement")
    assert model.w.item() == 3


@each_engine
def test_an_equal_loss_is_no_improvement(engine):
    model = one_weight(engine)
    data = numbers(engine, ([1], [0]))  # w = 0 stays, with the loss 0
    run = (model, squared, engine.optim.SGD(model.parameters()), data, data)
    history = fit(*run, patience=3)
    assert (history.best_epoch, len(history.rows)) == (1, 4)


@each_engine
def test_without_patience_the_best_is_kept_all_the_same(engine):
    model, history = rising(engine, 3)
    assert len(history.rows) == 10
    assert model.w.item() == 3


@each_engine
def test_keep_best_false_leaves_the_last(engine):
    model, history = rising(engine, 3, keep_best=False)
    assert (history.best_epoch, model.w.item()) == (3, 10)


@each_engine
@pytest.mark.parametrize("with_validation", [False, True])
def test_an_interrupt_leaves_the_model_usable(engine, with_validation, capsys):
    model = one_weight(engine)
    model.eval()
    calls = []

    def loss(scores, y):
        calls.append(1)
        if len(calls) == (9 if with_validation else 5):
            raise KeyboardInterrupt
        return -scores.sum() if y > 50 else squared(scores, y)

    history = fit(
        *(model, loss, engine.optim.SGD(model.parameters(), lr=1.0)),
        numbers(engine, ([1], [99])),
        numbers(engine, ([1], [3])) if with_validation else None,
    )
    assert history.stopped == "interrupted"
    assert len(history["train_loss"]) == 4
    assert {len(column) for column in history.values()} == {4}
    assert not model.training
    said = capsys.readouterr().out
    if with_validation:
        assert model.w.item() == 3
        assert said == (
            "fit: interrupted in epoch 5. The model's weights are those of epoch 3, the "
            "best so far.\n"
        )
    else:
        assert model.w.item() == 4
        assert said == (
            "fit: interrupted in epoch 5. The model's weights are as they are now.\n"
        )
    assert model(engine.tensor(np.array([2.0]))).requires_grad  # recording as before


def fails(kind, sentence, *arguments, **options):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        fit(*arguments, **options)


@each_engine
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_no_number(engine, bad):
    model = one_weight(engine)
    model.eval()
    optimizer = engine.optim.SGD(model.parameters(), lr=0.25)
    good = ([1], [2])
    advice = "Try a lower learning rate or clip=1.0, and look for nan and infinity in the data."
    fails(
        FloatingPointError,
        f"fit: the loss is {bad} in epoch 1, train batch 3. {advice}",
        *(model, squared, optimizer, numbers(engine, good, good, ([1], [bad]))),
    )
    assert model.w.item() == 1.5  # as after the second batch
    assert not model.training
    fails(
        FloatingPointError,
        f"fit: the loss is {bad} in epoch 1, validation batch 1. {advice}",
        *(model, squared, optimizer, numbers(engine, good)),
        validation=numbers(engine, ([1], [bad])),
    )


@each_engine
def test_divergence_is_found_when_it_happens(engine):
    model = one_weight(engine)
    optimizer = engine.optim.SGD(model.parameters(), lr=1e300)
    with pytest.raises(FloatingPointError, match="epoch 2, train batch 1"):
        fit(model, squared, optimizer, numbers(engine, ([1], [1])))


@each_engine
def test_errors(engine):
    model = one_weight(engine)
    run = (model, squared, engine.optim.SGD(model.parameters()))
    data = numbers(engine, ([1], [1]))
    fails(
        ValueError,
        "fit: train had no batches in epoch 2. Give what can be gone through again and "
        "again, a DataLoader or a list; a generator is used up at once.",
        *run,
        (batch for batch in data),
    )
    fails(
        ValueError,
        "fit: patience needs validation, and must be 1 or more.",
        *run,
        data,
        patience=3,
    )
    fails(
        ValueError,
        "fit: schedule must be 'epoch' or 'batch', but came as 'step'.",
        *run,
        data,
        schedule="step",
    )
    for clip in (-1.0, 0, math.nan):
        fails(
            ValueError,
            f"fit: clip must be a number above 0, such as 1.0, but came as {clip!r}.",
            *run,
            data,
            clip=clip,
        )
    fails(
        ValueError,
        "fit: a metric may not be called 'loss', which is there already.",
        *run,
        data,
        metrics={"loss": squared},
    )
    fails(
        ValueError,
        "fit: the model has no parameters, so there is nothing to learn.",
        engine.nn.Module(),
        *run[1:],
        data,
    )


def test_a_parameter_of_ones_own_class_still_tells_its_engine():
    class Special(lp.nn.Parameter):
        pass

    model = one_weight(OURS)
    model.w = Special(lp.Tensor(np.array([0.0])))
    fit(
        model,
        squared,
        optim.SGD(model.parameters()),
        numbers(OURS, ([1], [1])),
        epochs=1,
    )


def test_history_is_a_mapping():
    history = History()
    assert (list(history), dict(history)) == ([], {})
    assert repr(history) == "History: finished after 0 epochs"
    history.rows += [{"train_loss": 2.0, "lr": 0.1}, {"train_loss": 1.23456, "lr": 0.1}]
    history.best_epoch = 2
    assert dict(history) == {"train_loss": [2.0, 1.23456], "lr": [0.1, 0.1]}
    assert repr(history) == (
        "History: finished after 2 epochs, best epoch 2. Last: train_loss 1.235, lr 0.1"
    )
    with pytest.raises(KeyError) as error:
        history["loss"]
    assert error.value.args == (
        "History: there is no 'loss'. Choose from: ['train_loss', 'lr'].",
    )


# Progress


class Bar:
    """A stand-in for tqdm that writes down what is asked of it."""

    seen = ()

    def __init__(self, **options):
        Bar.seen = [options]

    def set_description(self, text, refresh):
        self.seen.append(text)

    def set_postfix(self, numbers, refresh):
        self.seen.append(numbers)

    def update(self):
        self.seen.append("+")

    def close(self):
        self.seen.append("closed")


def run_with(monkeypatch, **options):
    """What a run shows."""
    Bar.seen = []
    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace(tqdm=Bar))
    model = one_weight(OURS)
    optimizer = optim.SGD(model.parameters(), lr=0.25)
    train = numbers(OURS, ([1], [2]), ([1], [2]))
    fit(model, squared, optimizer, train, epochs=2, **options)
    return Bar.seen


def test_progress_is_quiet_here_and_can_be_asked_for(monkeypatch, capfd):
    assert run_with(monkeypatch) == []
    assert run_with(monkeypatch, progress=True) == [
        {"total": 4, "unit": "batch", "leave": False},
        *("epoch 1", {}, "+", "+"),
        *("epoch 2", {"train_loss": 2.5}, "+", "+"),
        "closed",
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_at_a_terminal(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: terminal))
    assert _watched() == terminal
    assert bool(run_with(monkeypatch)) == terminal
    assert run_with(monkeypatch, progress=False) == []


def test_progress_with_the_real_tqdm(capfd):
    pytest.importorskip("tqdm")
    model = one_weight(OURS)
    run = (model, squared, optim.SGD(model.parameters(), lr=0.25))
    fit(*run, numbers(OURS, ([1], [2])), epochs=2, progress=True)
    assert "0/2" in capfd.readouterr().err


def test_progress_in_a_notebook_only_where_somebody_can_be_asked():
    """JupyterLab says that input is possible; nbval and Jupyter Book say that it is not."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=ROOT)
    try:
        seen = []
        for someone in (True, False):
            reply = client.execute(
                "import lessons_pkg.train",
                user_expressions={"seen": "lessons_pkg.train._watched()"},
                allow_stdin=someone,
                reply=True,
                timeout=60,
            )
            seen.append(reply["content"]["user_expressions"]["seen"])
        assert [entry["data"]["text/plain"] for entry in seen] == ["True", "False"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
