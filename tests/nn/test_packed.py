"""Packed sequences, and recurrent networks over them: torch's numbers and gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.autograd import gradcheck

ENGINES = lp, torch
KINDS = "RNN", "LSTM", "GRU"
TOLERANCE = {np.float32: 2e-5, np.float64: 1e-11}
quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)
some_lengths = st.lists(st.integers(1, 7), min_size=1, max_size=6)


def normal(shape, seed, dtype=np.float32):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def rnn_of(engine):
    return engine.nn.utils.rnn


def array(t):
    return None if t is None else np.asarray(t.detach().numpy())


def same(got, expected, tolerance=0.0):
    """The same tensors, packed or not, in nested tuples or lists."""
    if isinstance(expected, tuple | list):
        assert len(got) == len(expected)
        for a, b in zip(got, expected, strict=True):
            same(a, b, tolerance)
    elif expected is None:
        assert got is None
    else:
        np.testing.assert_allclose(
            array(got), array(expected), tolerance, tolerance, strict=True
        )


def leaf(engine, x):
    return engine.tensor(x.copy(), requires_grad=x.dtype.kind == "f")


def pull(engine, outputs, seed=9):
    """Pull random gradients back from the floats among the outputs, packed or not."""
    for k, y in enumerate(flat(outputs)):
        if y.requires_grad:
            dy = normal(tuple(y.shape), seed + k, array(y).dtype)
            y.backward(engine.tensor(dy), retain_graph=True)


def flat(outputs):
    if isinstance(outputs, tuple | list):
        return [t for part in outputs for t in flat(part)]
    return [] if outputs is None else [outputs]


def on_both(use, *arrays):
    """What use(engine, *tensors) gives on each engine, and the tensors' gradients."""
    found = []
    for engine in ENGINES:
        tensors = [leaf(engine, x) for x in arrays]
        outputs = use(engine, *tensors)
        pull(engine, outputs)
        found.append((outputs, [t.grad for t in tensors]))
    return found


# Packing and padding

EXAMPLE = [[1, 2, 0], [3, 0, 0], [4, 5, 6]]


def test_packing_by_hand():
    pack = lp.nn.utils.rnn.pack_padded_sequence
    packed = pack(lp.tensor(EXAMPLE), [2, 1, 3], batch_first=True, enforce_sorted=False)
    # The first steps of the third, first and second sequence; then the second steps.
    assert packed.data.tolist() == [4, 1, 3, 5, 2, 6]
    assert packed.batch_sizes.tolist() == [3, 2, 1]
    assert packed.sorted_indices.tolist() == [2, 0, 1]
    assert packed.unsorted_indices.tolist() == [1, 2, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("batch_first", [True, False])
@quick
@given(lengths=some_lengths, spare=st.integers(0, 2), tail=st.sampled_from(["", "3"]))
def test_packing_is_torchs(dtype, batch_first, lengths, spare, tail):
    axes = (max(lengths) + spare, len(lengths))
    axes = (axes[::-1] if batch_first else axes) + tuple(int(n) for n in tail)
    x = normal(axes, 0).round(2).astype(dtype)
    total = max(lengths) + 3

    def there_and_back(engine, x):
        rnn = rnn_of(engine)
        packed = rnn.pack_padded_sequence(x, lengths, batch_first, False)
        padded = rnn.pad_packed_sequence(packed, batch_first)
        more = rnn.pad_packed_sequence(packed, not batch_first, -1.0, total)
        return packed, padded, more, rnn.unpack_sequence(packed)

    ours, theirs = on_both(there_and_back, x)
    same(ours, theirs)


@pytest.mark.parametrize("enforce_sorted", [True, False])
@quick
@given(lengths=some_lengths, tail=st.sampled_from([(), (3,), (2, 1)]))
def test_packing_a_list_is_torchs(enforce_sorted, lengths, tail):
    lengths = sorted(lengths, reverse=True) if enforce_sorted else lengths
    arrays = [normal((n, *tail), seed) for seed, n in enumerate(lengths)]

    def use(engine, *tensors):
        rnn = rnn_of(engine)
        packed = rnn.pack_sequence(tensors, enforce_sorted=enforce_sorted)
        left = rnn.pad_sequence(tensors, True, 7.0, "left")
        padded = rnn.pad_sequence(tensors)
        # torch turns the padded array round in place, and so gets it turned already
        apart = rnn.unpad_sequence(padded.transpose(0, 1), engine.tensor(lengths), True)
        return packed, left, padded, apart

    ours, theirs = on_both(use, *arrays)
    same(ours, theirs)


def test_lengths_may_be_a_tensor_or_an_array():
    pack = lp.nn.utils.rnn.pack_padded_sequence
    x, lengths = lp.randn(4, 3, 2), [4, 2, 2]
    expected = pack(x, lengths)
    for given_as in (lp.tensor(lengths), np.array(lengths), tuple(lengths)):
        same(pack(x, given_as), expected)


def test_other_data_for_the_same_steps():
    rnn = lp.nn.utils.rnn
    tokens = [lp.tensor([3, 1]), lp.tensor([0, 2, 1])]
    packed = rnn.pack_sequence(tokens, enforce_sorted=False)
    table = lp.nn.Embedding(4, 5)
    embedded = packed._replace(data=table(packed.data))
    assert isinstance(embedded, rnn.PackedSequence)
    for row, sequence in zip(rnn.unpack_sequence(embedded), tokens, strict=True):
        same(row, table(sequence))
    rebuilt = rnn.PackedSequence(embedded.data, *packed[1:3])
    same(rebuilt, embedded)
    same(rnn.PackedSequence(tuple(packed[:2]), None, packed[2]), packed)
    assert packed.to(np.float64).data.dtype == np.float64


# Recurrent networks over packed sequences


def networks(kind, dtype, *args, **options):
    """The same network on both engines, with weights that no bias of zero hides."""
    theirs = getattr(torch.nn, kind)(*args, **options)
    ours = getattr(lp.nn, kind)(*args, **options)
    theirs.to(getattr(torch, np.dtype(dtype).name)), ours.to(dtype)
    for seed, p in enumerate(theirs.parameters()):
        p.data = torch.tensor(0.6 * normal(tuple(p.shape), seed, dtype))
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def states_for(kind, rows, N, H, dtype):
    n_states = 2 if kind == "LSTM" else 1
    return [normal((rows, N, H), 50 + k, dtype) for k in range(n_states)]


def over_packed(layer, engine, lengths, batch_first, x, states):
    rnn = rnn_of(engine)
    packed = rnn.pack_padded_sequence(x, lengths, batch_first, enforce_sorted=False)
    hx = (states[0] if len(states) == 1 else tuple(states)) if states else None
    output, last = layer(packed, hx)
    return output, last, rnn.pad_packed_sequence(output, batch_first)[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
@quick
@given(
    lengths=some_lengths,
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    batch_first=st.booleans(),
    first=st.booleans(),
    dropout=st.sampled_from([0.0, 0.0, 1.0]),
    hidden=st.sampled_from([1, 2, 5]),
)
def test_a_network_over_packed_sequences_is_torchs(
    kind,
    dtype,
    lengths,
    layers,
    bidirectional,
    bias,
    batch_first,
    first,
    dropout,
    hidden,
):
    options = dict(bias=bias, bidirectional=bidirectional, batch_first=batch_first)
    options |= dict(dropout=dropout if layers > 1 else 0.0)  # 1.0 leaves no chance
    pair = networks(kind, dtype, 3, hidden, layers, **options)
    T, N, rows = max(lengths), len(lengths), layers * (1 + bidirectional)
    x = normal((N, T, 3) if batch_first else (T, N, 3), 1, dtype)
    states = states_for(kind, rows, N, hidden, dtype) if first else []
    found = []
    for engine, layer in zip(ENGINES, pair, strict=True):
        tensors = [leaf(engine, a) for a in (x, *states)]
        outputs = over_packed(
            layer, engine, lengths, batch_first, tensors[0], tensors[1:]
        )
        pull(engine, outputs)
        found.append((outputs, [p.grad for p in (*tensors, *layer.parameters())]))
    same(*found, TOLERANCE[dtype])


@pytest.mark.parametrize("kind", KINDS)
def test_each_sequence_is_as_if_alone(kind):
    lp.manual_seed(0)
    layer = getattr(lp.nn, kind)(3, 5, num_layers=2, bidirectional=True)
    sequences = [lp.randn(n, 3) for n in (2, 7, 1, 4)]
    rnn = lp.nn.utils.rnn
    output, last = layer(rnn.pack_sequence(sequences, enforce_sorted=False))
    last = last if isinstance(last, tuple) else (last,)
    for n, (x, y) in enumerate(
        zip(sequences, rnn.unpack_sequence(output), strict=True)
    ):
        alone, states = layer(x)
        same(y, alone, 1e-6)
        states = states if isinstance(states, tuple) else (states,)
        for a, b in zip(last, states, strict=True):
            same(a[:, n], b, 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_is_never_read(kind):
    """The bug of not masking: without packing, the last state depends on the padding."""
    lp.manual_seed(0)
    layer = getattr(lp.nn, kind)(3, 5)
    x = lp.randn(6, 2, 3).array
    other = x.copy()
    other[4:, 1] = 100
    pack = lp.nn.utils.rnn.pack_padded_sequence
    packed = [layer(pack(lp.tensor(a), [6, 4]))[1] for a in (x, other)]
    same(*packed)
    last = [flat(layer(lp.tensor(a))[1])[0].detach().array[0, 1] for a in (x, other)]
    assert abs(last[0] - last[1]).max() > 0.01


def test_dropout_between_layers_of_packed_sequences():
    lp.manual_seed(0)
    layer = lp.nn.GRU(3, 200, num_layers=2, dropout=0.5)
    packed = lp.nn.utils.rnn.pack_sequence([lp.randn(3, 3), lp.randn(2, 3)])
    first, second = (layer(packed)[0].data.array for _ in range(2))
    assert (first != second).any()
    layer.eval()
    same(layer(packed)[0], layer(packed)[0])


def test_nothing_is_recorded_where_nothing_shall_be():
    layer = lp.nn.LSTM(3, 5)
    packed = lp.nn.utils.rnn.pack_sequence([lp.randn(3, 3), lp.randn(2, 3)])
    with lp.no_grad():
        output, (h, c) = layer(packed)
    assert not any(t.requires_grad for t in (output.data, h, c))
    assert layer(packed)[0].data.requires_grad


@pytest.mark.parametrize("kind", KINDS)
def test_gradcheck(kind):
    layer = getattr(lp.nn, kind)(2, 2, num_layers=2, bidirectional=True).double()
    x = lp.tensor(normal((3, 2, 2), 0, np.float64), requires_grad=True)
    pack = lp.nn.utils.rnn.pack_padded_sequence

    def forward(x, *weights):
        output, last = layer(pack(x, [1, 3], enforce_sorted=False))
        return [output.data, *flat(last)]

    assert gradcheck(forward, [x, *layer.parameters()])


# Error sentences

X = lp.zeros(4, 3, 2)
pack, pad = (getattr(lp.nn.utils.rnn, f"{w}_sequence") for w in ("pack_padded", "pad"))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: pack(X, [1, 2, 3]),
            "pack_padded_sequence: with enforce_sorted=True the longest sequence must "
            "stand first, but lengths [1, 2, 3] came. Give enforce_sorted=False.",
        ),
        (
            lambda: pack(X, [4, 2, 0]),
            "pack_padded_sequence: each length must be at least 1 and at most the 4 steps "
            "of the input, but 0 came. Leave empty sequences out.",
        ),
        (
            lambda: pack(X, [5, 2, 1]),
            "pack_padded_sequence: each length must be at least 1 and at most the 4 steps "
            "of the input, but 5 came. Leave empty sequences out.",
        ),
        (
            lambda: pack(X, [4, 2, 1], batch_first=True),
            "pack_padded_sequence: lengths must hold one number for each sequence, at least "
            "one, but for 4 sequences came shape (3,). Is batch_first right?",
        ),
        (
            lambda: pack(X[:, :0], []),
            "pack_padded_sequence: lengths must hold one number for each sequence, at least "
            "one, but for 0 sequences came shape (0,). Is batch_first right?",
        ),
        (
            lambda: pack(X[0, 0], [2]),
            "pack_padded_sequence: input must have an axis of steps and one of sequences, "
            "but came with shape (2,). One sequence (T,) is input[:, None].",
        ),
        (
            lambda: pad([]),
            "pad_sequence: sequences must be at least one tensor (length, ...), alike in "
            "all axes but the first, but the shapes [] came.",
        ),
        (
            lambda: pad([X, X[0]]),
            "pad_sequence: sequences must be at least one tensor (length, ...), alike in "
            "all axes but the first, but the shapes [(4, 3, 2), (3, 2)] came.",
        ),
        (
            lambda: pad([X], padding_side="top"),
            "pad_sequence: padding_side must be 'left' or 'right', but 'top' came.",
        ),
        (
            lambda: lp.nn.utils.rnn.pad_packed_sequence(
                pack(X, [3, 1, 1]), total_length=2
            ),
            "pad_packed_sequence: total_length must be at least the length of the longest "
            "sequence, 3, but 2 came.",
        ),
        (
            lambda: lp.nn.utils.rnn.unpad_sequence(X, [3, 1, 1], batch_first=True),
            "unpad_sequence: 3 lengths came for 4 sequences. Is batch_first right?",
        ),
        (
            lambda: lp.nn.GRU(5, 7)(pack(X, [3, 1, 1])),
            "GRU: the input must have 2 axes, the last one of input_size=5 entries, but "
            "came with shape (5, 2).",
        ),
        (
            lambda: lp.nn.GRU(2, 7)(pack(X, [3, 1, 1]), lp.zeros(1, 2, 7)),
            "GRU: hx must hold 1 of shape (1, 3, 7), but the shapes (1, 2, 7) came.",
        ),
        (
            lambda: lp.nn.GRU(2, 7)(pack(X, [3, 1, 1])._replace(data=X[0])),
            "unpack: there are 5 places, but 3 entries came. Do the batch sizes belong to "
            "this data?",
        ),
    ],
)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match=":") as error:
        call()
    assert str(error.value) == sentence


@pytest.mark.parametrize("lengths", [[4, 2, 0], [1, 2, 3], [4, 2], [-1, 2, 3]])
def test_torch_refuses_these_lengths_too(lengths):
    for engine in ENGINES:
        with pytest.raises((ValueError, RuntimeError)):
            rnn_of(engine).pack_padded_sequence(engine.zeros(4, 3, 2), lengths)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: pack(X, [4.0, 2.0, 1.0]),
            "pack_padded_sequence: lengths must be whole numbers, but their dtype is "
            "float64.",
        ),
        (
            lambda: pack([[1, 2]], [2]),
            "pack_padded_sequence: input must be a tensor, but a list came.",
        ),
        (
            lambda: pad([[1, 2], [3]]),
            "pad_sequence: each sequence must be a tensor, but a list came.",
        ),
        (
            lambda: lp.nn.utils.rnn.pad_packed_sequence(X),
            "pad_packed_sequence: sequence must be a PackedSequence, but a Tensor came.",
        ),
    ],
)
def test_what_is_of_another_type(call, sentence):
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value) == sentence
