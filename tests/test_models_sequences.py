"""The networks over sequences: by hand, equal on both engines, blind to padding."""

import re

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg import models

N, T, TOKENS, LENGTHS = 3, 5, 11, [3, 5, 2]  # not sorted, one of the full length
SOURCE = np.random.default_rng(0).integers(0, TOKENS, (N, T))
GIVEN = np.random.default_rng(1).integers(0, 7, (N, 4))
SERIES = np.random.default_rng(2).normal(size=(N, T, 2))
ENGINES = pytest.mark.parametrize("lib", [torch, lp])
CELLS = pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])


def stateful(model, lib):
    """Two batches, one going on where the other stopped, with the gradient through both."""
    first, state = model(lib.tensor(SOURCE))
    return lib.cat([first, model(lib.tensor(GIVEN), state)[0]], 1)


# name -> (the network of an nn and a cell, what it answers)
NETWORKS = {
    "language_model": (
        lambda nn, cell: models.language_model(nn, TOKENS, 5, 7, cell),
        stateful,
    ),
    "language_model of two layers": (
        lambda nn, cell: models.language_model(nn, TOKENS, 5, 7, cell, layers=2),
        stateful,
    ),
    "sequence_classifier": (
        lambda nn, cell: models.sequence_classifier(nn, TOKENS, 3, 5, 7, cell),
        lambda model, lib: model(lib.tensor(SOURCE), LENGTHS),
    ),
    "sequence_classifier that reads the padding": (
        lambda nn, cell: models.sequence_classifier(nn, TOKENS, 3, 5, 7, cell),
        lambda model, lib: model(lib.tensor(SOURCE)),
    ),
    "sequence_classifier both ways, two layers": (
        lambda nn, cell: models.sequence_classifier(
            nn, TOKENS, 3, 5, 7, cell, layers=2, bidirectional=True
        ),
        lambda model, lib: model(lib.tensor(SOURCE), lib.tensor(LENGTHS)),
    ),
    "sequence_regressor": (
        lambda nn, cell: models.sequence_regressor(nn, 2, 3, 7, cell, layers=2),
        lambda model, lib: model(lib.tensor(SERIES)),
    ),
    "encoder_decoder": (
        lambda nn, cell: models.encoder_decoder(nn, TOKENS, 7, 5, 3, cell),
        lambda model, lib: model(lib.tensor(SOURCE), lib.tensor(GIVEN), LENGTHS),
    ),
}
NAMES = pytest.mark.parametrize("name", NETWORKS)


def count(model):
    return sum(p.numel() for p in model.parameters())


def on_both(make):
    """The network on torch and on ours, in float64, from torch's weights."""
    torch.manual_seed(0)
    theirs, ours = make(torch.nn).double(), make(lp.nn).double()
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def close(a, b, **message):
    a, b = (np.asarray(t.detach()) for t in (a, b))
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9, **message)


# How many numbers each learns


@pytest.mark.parametrize(("cell", "n_gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_language_model_counts_its_gates(cell, n_gates):
    # table 11 * 5; each gate 7 (5 + 7) weights and two biases of 7; dense (7 + 1) 11
    by_hand = 55 + n_gates * (84 + 14) + 88
    assert count(models.language_model(lp.nn, 11, 5, 7, cell)) == by_hand


def test_both_ways_doubles_the_cell_and_what_the_answer_comes_from():
    # table 11 * 5; GRU 3 (7 * 12 + 14) = 294; dense (7 + 1) 3, and both ways (14 + 1) 3
    make = models.sequence_classifier
    assert count(make(lp.nn, 11, 3, 5, 7)) == 55 + 294 + 24
    assert count(make(lp.nn, 11, 3, 5, 7, bidirectional=True)) == 55 + 588 + 45


def test_encoder_decoder_has_two_of_each_but_the_output():
    # tables 11 * 5 + 7 * 5; two GRUs 3 (3 * (5 + 3) + 6) = 90; dense (3 + 1) 7
    by_hand = 55 + 35 + 2 * 90 + 28
    assert count(models.encoder_decoder(lp.nn, 11, 7, 5, 3)) == by_hand


# One definition, two engines


@CELLS
@NAMES
def test_the_keys_are_the_same(name, cell):
    make = NETWORKS[name][0]
    theirs, ours = (make(nn, cell).state_dict() for nn in (torch.nn, lp.nn))
    assert list(ours) == list(theirs)
    assert [a.shape for a in ours.values()] == [a.shape for a in theirs.values()]


@CELLS
@NAMES
def test_values_and_gradients_are_the_same(name, cell):
    make, answer = NETWORKS[name]
    found = []
    for lib, model in zip((torch, lp), on_both(lambda nn: make(nn, cell)), strict=True):
        y = answer(model, lib)
        G = np.random.default_rng(3).normal(size=y.shape)
        y.backward(lib.tensor(G))
        found.append({"y": y} | {n: p.grad for n, p in model.named_parameters()})
    theirs, ours = found
    for key, value in theirs.items():
        close(ours[key], value, err_msg=key)
        assert np.abs(value.detach().numpy()).max() > 0, key


@ENGINES
def test_the_state_and_a_step_are_what_they_say(lib):
    model = models.language_model(lib.nn, TOKENS, 5, 7, "LSTM", layers=2)
    logits, (h, c) = model(lib.tensor(SOURCE))
    assert tuple(logits.shape) == (N, T, TOKENS)
    assert tuple(h.shape) == tuple(c.shape) == (2, N, 7)
    state = None
    for t in range(T):
        one, state = model.step(lib.tensor(SOURCE[:, t]), state)
        np.testing.assert_allclose(one.detach(), logits[:, t].detach(), atol=1e-5)
    assert tuple(one.shape) == (N, TOKENS)


@ENGINES
@CELLS
def test_a_state_that_was_cut_off_has_the_numbers_and_no_gradient(lib, cell):
    model = models.language_model(lib.nn, TOKENS, 5, 7, cell)
    _, state = model(SOURCE)
    kept = model.detach(state)
    pairs = zip(state, kept, strict=True) if cell == "LSTM" else [(state, kept)]
    for a, b in pairs:
        np.testing.assert_array_equal(a.detach().numpy(), b.numpy())
        assert a.requires_grad
        assert not b.requires_grad
    assert model.detach(None) is None


@CELLS
def test_a_language_model_never_looks_ahead(cell):
    model = models.language_model(lp.nn, TOKENS, 5, 7, cell, layers=2)
    changed = SOURCE.copy()
    changed[:, 3] = (changed[:, 3] + 1) % TOKENS
    a, b = (model(x)[0].detach().numpy() for x in (SOURCE, changed))
    np.testing.assert_array_equal(a[:, :3], b[:, :3])
    assert np.abs(a[:, 3:] - b[:, 3:]).min(axis=2).max() > 1e-6


def test_a_plain_language_model_step_by_step():
    """In NumPy, from the formula: h_t = tanh(W x_t + b + V h_{t-1} + d), logits U h + e."""
    model = models.language_model(lp.nn, TOKENS, 5, 7, "RNN").double()
    table, W, V, b, d, U, e = (p.detach().numpy() for p in model.parameters())
    h, expected = np.zeros((N, 7)), []
    for t in range(T):
        h = np.tanh(table[SOURCE[:, t]] @ W.T + b + h @ V.T + d)
        expected.append(h @ U.T + e)
    np.testing.assert_allclose(
        model(SOURCE)[0].detach(), np.stack(expected, 1), rtol=1e-10
    )


@ENGINES
def test_both_last_states_stand_in_torchs_order(lib):
    """Forward first: the top layer's are the last two of (layers * directions, N, H)."""
    make = models.sequence_classifier
    model = make(lib.nn, TOKENS, 3, 5, 7, layers=2, bidirectional=True).double()
    output, _ = model.cell(model.embedding(lib.tensor(SOURCE)))  # (N, T, 2 * 7)
    h = lib.cat([output[:, -1, :7], output[:, 0, 7:]], 1)  # back at the first token
    close(model(SOURCE), h @ model.out.weight.T + model.out.bias)


@ENGINES
def test_the_decoder_starts_from_what_the_encoder_remembers(lib):
    model = models.encoder_decoder(lib.nn, TOKENS, 7, 5, 3, "LSTM")
    logits = model(SOURCE, GIVEN, LENGTHS)
    state = model.encode(SOURCE, LENGTHS)
    for t in range(GIVEN.shape[1]):
        one, state = model.step(GIVEN[:, t], state)
        np.testing.assert_allclose(one.detach(), logits[:, t].detach(), atol=1e-5)


# Padding


def padded(more, value):
    """The sequences, padded up to T + more steps with one value."""
    steps = np.arange(T + more)
    x = np.pad(SOURCE, [(0, 0), (0, more)])
    return np.where(steps < np.array(LENGTHS)[:, None], x, value)


@ENGINES
@CELLS
@pytest.mark.parametrize("both", [False, True])
def test_padding_changes_nothing_where_lengths_are_given(lib, cell, both):
    model = models.sequence_classifier(
        lib.nn, TOKENS, 3, 5, 7, cell, layers=2, bidirectional=both
    ).double()
    expected = model(padded(0, 0), LENGTHS)
    for x in (padded(0, 4), padded(6, 9)):
        close(model(x, LENGTHS), expected)
    for n in range(N):  # and each sequence alone, without any
        close(model(SOURCE[n : n + 1, : LENGTHS[n]])[0], expected[n])


@ENGINES
@CELLS
def test_padding_that_is_read_changes_the_answer(lib, cell):
    model = models.sequence_classifier(lib.nn, TOKENS, 3, 5, 7, cell).double()
    good = model(padded(0, 0), LENGTHS).detach().numpy()
    short, long = (model(padded(m, 0)).detach().numpy() for m in (0, 4))
    close(lp.tensor(short[1]), lp.tensor(good[1]))  # the full length has none
    assert np.abs(short - good)[[0, 2]].max(axis=1).min() > 1e-3
    assert np.abs(long - short).max(axis=1).min() > 1e-3


@ENGINES
def test_padding_does_not_reach_the_encoders_state(lib):
    model = models.encoder_decoder(lib.nn, TOKENS, 7, 5, 3, "LSTM").double()
    for a, b in zip(
        *(model.encode(padded(m, m), LENGTHS) for m in (0, 4)), strict=True
    ):
        close(a, b)


@ENGINES
def test_padding_gets_no_gradient(lib):
    model = models.sequence_classifier(lib.nn, TOKENS, 3, 5, 7)
    model(padded(2, 10), LENGTHS).sum().backward()
    used = {t for n, x in enumerate(SOURCE) for t in x[: LENGTHS[n]]}
    moved = np.flatnonzero(np.abs(np.asarray(model.embedding.weight.grad)).sum(1))
    assert set(moved) == used


# The forget gate


@ENGINES
def test_the_forget_gate_opens_and_nothing_else_moves(lib):
    made = []
    for bias in (None, 1.5):
        lib.manual_seed(0)
        make = models.sequence_classifier
        options = {"layers": 2, "bidirectional": True, "forget_bias": bias}
        made.append(make(lib.nn, TOKENS, 3, 5, 7, "LSTM", **options).named_parameters())
    for (name, plain), (_, opened) in zip(*made, strict=True):
        plain, opened = (np.asarray(p.detach()).copy() for p in (plain, opened))
        if "bias_" in name:
            f = slice(7, 14)  # rows of i, f, g, o, 7 each
            assert set(opened[f]) == {1.5 if "bias_ih" in name else 0.0}
            plain[f] = opened[f]
        np.testing.assert_array_equal(opened, plain)


@NAMES
def test_training_reduces_the_loss(name):
    """The target is what another network of the same kind answers, so it can be reached."""
    lp.manual_seed(0)
    make, answer = NETWORKS[name]
    model, other = (make(lp.nn, "GRU").double() for _ in range(2))
    target = answer(other, lp).detach()
    optimizer = lp.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(15):
        loss = lp.nn.functional.mse_loss(answer(model, lp), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


# What they refuse


def refuses(sentence, kind=ValueError):
    return pytest.raises(kind, match=f"^{re.escape(sentence)}$")


SMALL = {
    "language_model": lambda nn, **o: models.language_model(nn, 11, **o),
    "sequence_classifier": lambda nn, **o: models.sequence_classifier(nn, 11, 3, **o),
    "sequence_regressor": lambda nn, **o: models.sequence_regressor(nn, 2, **o),
    "encoder_decoder": lambda nn, **o: models.encoder_decoder(nn, 11, 7, **o),
}
EACH = pytest.mark.parametrize("name", SMALL)


@EACH
def test_a_cell_must_be_known(name):
    with refuses(
        f"{name}: cell='lstm' is not known here. Choose 'RNN', 'LSTM' or 'GRU'."
    ):
        SMALL[name](lp.nn, cell="lstm")


@EACH
def test_a_gru_has_no_forget_gate(name):
    with refuses(
        f"{name}: forget_bias=1 is for the forget gate of an LSTM, but cell is 'GRU'. "
        "Leave it out, or choose cell='LSTM'."
    ):
        SMALL[name](torch.nn, cell="GRU", forget_bias=1)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1"])
def test_a_forget_bias_is_a_number(value):
    with refuses(
        f"language_model: forget_bias={value!r} must be a finite number. Give such a "
        "number, usually 1, or None."
    ):
        models.language_model(lp.nn, 11, cell="LSTM", forget_bias=value)


@ENGINES
@pytest.mark.parametrize("name", ["language_model", "encoder_decoder"])
def test_a_step_takes_one_token_each(lib, name):
    with refuses(
        f"{name}: step takes tokens (N,), one for each of N sequences, but they came "
        "with shape (3, 4). Call the model for more steps."
    ):
        SMALL[name](lib.nn).step(GIVEN, None)


@ENGINES
def test_a_series_without_gaps(lib):
    x = SERIES.astype(np.float32)
    model = SMALL["sequence_regressor"](lib.nn)
    assert tuple(model(x).shape) == (N, 1)  # an array will do
    for value in (np.nan, np.inf):
        x[1, 2, 1] = value
        with refuses(
            "sequence_regressor: x holds a value that is not finite (inf or nan), and so "
            "would every answer. Fill the gaps of the series first."
        ):
            model(lib.tensor(x))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *((name, "hidden") for name in SMALL),
        *((name, "width") for name in SMALL if name != "sequence_regressor"),
        *((name, "layers") for name in SMALL if name != "encoder_decoder"),
    ],
)
def test_sizes_must_be_whole(name, size):
    for value in (0, -3, 2.0, True, "8"):
        with refuses(
            f"{name}: {size}={value!r} must be a whole number, 1 or more. Give such a "
            "number."
        ):
            SMALL[name](lp.nn, **{size: value})


@ENGINES
@pytest.mark.parametrize("name", ["language_model", "sequence_classifier"])
@pytest.mark.parametrize(
    ("tokens", "sentence", "kind"),
    [
        (
            SOURCE[0],
            "tokens must be (N, T), T numbers for each of N sequences, but came with "
            "shape (5,). One sequence (T,) is tokens[None].",
            ValueError,
        ),
        (
            SOURCE[:, :0],
            "tokens must be (N, T), T numbers for each of N sequences, but came with "
            "shape (3, 0). One sequence (T,) is tokens[None].",
            ValueError,
        ),
        (
            SOURCE + 2,
            "tokens holds 12, but the numbers of 11 tokens go from 0 to 10. Give the "
            "network the size of the vocabulary.",
            ValueError,
        ),
        (
            SOURCE - 1,
            "tokens holds -1, but the numbers of 11 tokens go from 0 to 10. Give the "
            "network the size of the vocabulary.",
            ValueError,
        ),
    ],
)
def test_tokens_must_fit(lib, name, tokens, sentence, kind):
    with refuses(f"{name}: {sentence}", kind):
        SMALL[name](lib.nn)(lib.tensor(tokens))


@ENGINES
def test_tokens_are_whole_numbers(lib):
    dtype = {torch: "torch.float32", lp: "float32"}[lib]
    with refuses(
        "encoder_decoder: source must hold the numbers of tokens, but their dtype is "
        f"{dtype}. Convert them to int64.",
        TypeError,
    ):
        SMALL["encoder_decoder"](lib.nn)(lib.zeros(2, 3), GIVEN)


@ENGINES
@pytest.mark.parametrize(
    "lengths",
    [
        *([5], [3, 5], [3, 5, 0], [3, 6, 2], [3, 5, 2.5], [3, 5, float("nan")]),
        *([3, 5, "a"], ["3", "5", "2"], [3, 5, None], [3, 5, [2]]),
    ],
)
def test_lengths_must_fit(lib, lengths):
    given = lengths[0] if len(lengths) == 1 else lengths  # a lone number too
    with refuses(
        "sequence_classifier: lengths must be 3 whole numbers from 1 to 5, one for each "
        f"sequence of 5 steps, but {lengths} came. Count the tokens before padding."
    ):
        SMALL["sequence_classifier"](lib.nn)(SOURCE, given)


@ENGINES
def test_lengths_may_be_numbers_of_any_kind(lib):
    model = SMALL["sequence_classifier"](lib.nn)
    want = model(SOURCE, [3, 5, 2]).detach()
    one_by_one = [lib.tensor(n) for n in (3, 5, 2)]
    for lengths in (lib.tensor([3, 5, 2]), one_by_one, [3.0, 5, np.int32(2)]):
        np.testing.assert_array_equal(model(SOURCE, lengths).detach(), want)


@ENGINES
@pytest.mark.parametrize(
    ("shape", "cure"),
    [
        ((3, 5), "One feature (N, T) is x[:, :, None], one series (T, F) is x[None]."),
        ((3, 5, 1), "Check n_features of the network."),
        ((3, 0, 2), "Check n_features of the network."),
    ],
)
def test_a_series_has_features(lib, shape, cure):
    with refuses(
        "sequence_regressor: x must be (N, T, 2), T steps of 2 features for each of N "
        f"series, but came with shape {shape}. {cure}"
    ):
        SMALL["sequence_regressor"](lib.nn)(lib.zeros(*shape))
