"""Datasets, samplers and the DataLoader: torch's semantics, case by case against torch."""

import inspect
import re
from collections import Counter, namedtuple
from types import SimpleNamespace

import numpy as np
import pytest
import torch.utils.data

import lessons_pkg as lp
from lessons_pkg import data

OURS = SimpleNamespace(data=data, tensor=lp.tensor, Generator=lp.Generator)
THEIRS = SimpleNamespace(
    data=torch.utils.data, tensor=torch.tensor, Generator=torch.Generator
)


def plain(value):
    """Nested lists and (dtype, numbers), which can be compared across engines."""
    if isinstance(value, lp.Tensor | torch.Tensor):
        array = value.detach().numpy()
        return str(array.dtype), array.tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(v) for v in value]
    return value


def both(function):
    """What a function of an engine gives on each of the two."""
    return [plain(function(engine)) for engine in (OURS, THEIRS)]


def equal(function):
    ours, theirs = both(function)
    assert ours == theirs
    return ours


class Squares:
    def __getitem__(self, i):
        return i, i * i

    def __len__(self):
        return 7


def pair(engine, n=7):
    x = np.arange(3 * n, dtype=np.float32).reshape(n, 3)
    return engine.data.TensorDataset(engine.tensor(x), engine.tensor(list(range(n))))


# Batches in order


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, 7, 10, None])
@pytest.mark.parametrize("make", [pair, lambda e: Squares(), lambda e: range(7)])
def test_batches_in_order(make, batch_size, drop_last):
    if batch_size is None and drop_last:
        return
    options = {"batch_size": batch_size, "drop_last": drop_last}

    def run(engine):
        loader = engine.data.DataLoader(make(engine), **options)
        batches = list(loader)
        assert len(loader) == len(batches)
        return batches

    kinds = ("tuple", "list")  # a single sample: torch keeps the tuple
    ours, theirs = both(run)
    assert str(ours).replace(*kinds) == str(theirs).replace(*kinds)


def test_batches_of_a_tensor_dataset_by_hand():
    x = lp.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    [(a, b), (c, d)] = data.DataLoader(
        data.TensorDataset(x, lp.arange(3)), batch_size=2
    )
    assert a.tolist() == [[1, 2], [3, 4]]
    assert b.tolist() == [0, 1]
    assert (c.tolist(), d.tolist()) == ([[5, 6]], [2])
    assert not np.shares_memory(a.array, x.array)


def test_a_batch_is_one_index_a_tensor_and_not_one_a_sample(monkeypatch):
    calls = []
    index = lp.Tensor.__getitem__

    def counted(self, i):
        calls.append(i)
        return index(self, i)

    monkeypatch.setattr(lp.Tensor, "__getitem__", counted)
    list(data.DataLoader(data.Subset(pair(OURS), [5, 3, 1, 0]), batch_size=2))
    assert np.array_equal(calls, [[5, 3], [5, 3], [1, 0], [1, 0]])


@pytest.mark.parametrize("base", ["TensorDataset", "Subset"])
def test_a_subclass_may_change_the_samples(base):
    """One whose __getitem__ is its own is asked for each sample."""
    inside = pair(OURS).tensors if base == "TensorDataset" else (pair(OURS), [1, 2, 3])

    class Negative(getattr(data, base)):
        def __getitem__(self, i):
            x, y = super().__getitem__(i)
            return -x, y

    x, _ = next(iter(data.DataLoader(Negative(*inside), batch_size=2)))
    assert (x.array <= 0).all()


def test_torchs_protocol_getitems_is_used():
    class Batches(Squares):
        def __getitems__(self, indices):
            return [(i, -1) for i in indices]

    equal(lambda e: list(e.data.DataLoader(Batches(), batch_size=4)))
    _, y = next(iter(data.DataLoader(Batches(), batch_size=4)))
    assert y.tolist() == [-1] * 4


def test_getitems_that_is_none_is_not_used():
    class Single(Squares):
        __getitems__ = None

    equal(lambda e: list(e.data.DataLoader(Single(), batch_size=4)))


def test_own_collate_fn_gets_a_list_of_samples():
    seen = []

    def collate(batch):
        seen.append(type(batch))
        return sum(int(y.item()) for _, y in batch)

    assert equal(
        lambda e: list(e.data.DataLoader(pair(e), batch_size=3, collate_fn=collate))
    ) == ("list", [3, 12, 6])
    assert set(seen) == {list}


def test_own_samplers():
    equal(lambda e: list(e.data.DataLoader(pair(e), 2, sampler=[4, 0, 4])))
    equal(lambda e: list(e.data.DataLoader(pair(e), batch_sampler=[[1], [2, 6, 0]])))
    loader = data.DataLoader(pair(OURS), batch_sampler=[[1], [2, 6, 0]])
    assert (len(loader), loader.batch_size) == (2, None)


# Collating

Point = namedtuple("Point", "x y")
a = np.array


@pytest.mark.parametrize(
    "batch",
    [
        lambda t: [t([1.0, 2.0]), t([3.0, 4.0])],
        lambda t: [a([1.0, 2.0]), a([3.0, 4.0])],
        lambda t: [np.float32(1), np.float32(2)],
        lambda t: [a(1.0), a(2.0)],
        lambda t: [1, 2],
        lambda t: [1.5, 2.5],
        lambda t: [True, False],
        lambda t: ["a", "bc"],
        lambda t: [(1, "a"), (2, "b")],
        lambda t: [[1, 2.5], [3, 4.5]],
        lambda t: [{"x": t([1]), "y": (1, 2)}, {"x": t([2]), "y": (3, 4)}],
        lambda t: [Point(1, a([1])), Point(2, a([2]))],
    ],
)
def test_collate_and_convert(batch):
    equal(lambda e: e.data.default_collate(batch(e.tensor)))
    ours, theirs = both(lambda e: e.data.default_convert(batch(e.tensor)))
    assert str(ours) == str(theirs).replace("Point", "list")


def test_collate_keeps_the_history_of_tensors():
    w = lp.tensor([1.0, 2.0], requires_grad=True)
    data.default_collate([w * 2, w * 3]).sum().backward()
    assert w.grad.tolist() == [5, 5]


# Chance


def order(loader):
    return [i for batch in loader for i in batch.tolist()]


def test_shuffle_is_a_new_permutation_each_epoch_and_can_be_repeated():
    make = lambda: data.DataLoader(  # noqa: E731
        range(50), 8, shuffle=True, generator=lp.Generator().manual_seed(3)
    )
    loader, again = make(), make()
    first, second = order(loader), order(loader)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second != list(range(50))
    assert [order(again), order(again)] == [first, second]
    lp.manual_seed(1)
    one = order(data.DataLoader(range(50), shuffle=True))
    lp.manual_seed(1)
    assert order(data.DataLoader(range(50), shuffle=True)) == one


def test_every_order_is_equally_likely():
    lp.manual_seed(0)
    counts = Counter(tuple(data.RandomSampler(range(3))) for _ in range(3000))
    assert len(counts) == 6
    assert min(counts.values()) > 400  # 500 expected, standard deviation 20


def test_random_sampler_with_and_without_replacement():
    lp.manual_seed(0)
    sampler = data.RandomSampler(range(4), num_samples=10)
    drawn = list(sampler)
    assert len(sampler) == len(drawn) == 10
    assert sorted(drawn[:4]) == sorted(drawn[4:8]) == [0, 1, 2, 3]
    assert len(set(drawn[8:])) == 2
    drawn = list(data.RandomSampler(range(4), replacement=True, num_samples=4000))
    assert min(Counter(drawn).values()) > 850
    assert {type(i) for i in drawn} == {int}


def test_weighted_random_sampler():
    lp.manual_seed(0)
    drawn = Counter(data.WeightedRandomSampler([1, 0, 3], 4000))
    assert drawn[1] == 0
    assert drawn[2] / drawn[0] == pytest.approx(3, rel=0.15)
    alone = data.WeightedRandomSampler([1.0, 2.0, 3.0], 3, replacement=False)
    assert sorted(alone) == [0, 1, 2]
    assert len(alone) == 3


@pytest.mark.parametrize(
    "lengths",
    [
        [3, 7],
        [10],
        [0, 10],
        [0.5, 0.5],
        [0.3, 0.3, 0.4],
        [0.15, 0.85],
        [1 / 3] * 3,
        [1.0],
    ],
)
@pytest.mark.filterwarnings("ignore:Length of split")
def test_random_split_sizes_are_torchs(lengths):
    def sizes(engine):
        parts = engine.data.random_split(range(10), lengths, engine.Generator())
        assert sorted(i for part in parts for i in part) == list(range(10))
        return [len(part) for part in parts]

    equal(sizes)


def test_random_split_takes_whole_numbers_that_are_floats():
    parts = data.random_split(range(10), [6.0, np.float32(4)])
    assert [len(part) for part in parts] == [6, 4]


def test_random_split_can_be_repeated_and_loads_in_one_index():
    one, two = (
        data.random_split(pair(OURS), [5, 2], lp.Generator().manual_seed(7))
        for _ in range(2)
    )
    assert [p.indices for p in one] == [p.indices for p in two]
    [(x, y)] = data.DataLoader(one[0], batch_size=5)
    assert y.tolist() == one[0].indices
    assert (x.array[:, 0] == 3 * y.array).all()
    assert one[0][1][1].item() == one[0].indices[1]


# Datasets


def test_concat_and_addition():
    equal(
        lambda e: [
            e.data.ConcatDataset([range(3), range(10, 12)])[i] for i in range(-5, 5)
        ]
    )
    equal(lambda e: list(e.data.DataLoader(pair(e) + pair(e, 2), batch_size=4)))
    for engine in (OURS, THEIRS):
        with pytest.raises((IndexError, ValueError)):
            engine.data.ConcatDataset([range(3)])[-4]


def test_rows_are_a_sequence_of_samples():
    rows = pair(OURS).__getitems__([2, 4])
    assert [y.item() for _, y in rows] == [2, 4]
    assert len(rows) == 2


def test_names_and_signatures_are_torchs():
    homes = {f"lessons_pkg.data.{home}" for home in ("dataset", "loader", "sampler")}
    named = [
        name
        for name in data.__all__
        if getattr(getattr(data, name), "__module__", None) in homes
    ]
    assert len(named) == 13
    for name in named:
        ours, theirs = getattr(data, name), getattr(torch.utils.data, name)
        if name not in ("Dataset", "Sampler"):
            ours, theirs = (
                list(inspect.signature(f).parameters) for f in (ours, theirs)
            )
            assert ours == theirs, name


# Errors


def refuses(function, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        function()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda e: e.data.DataLoader(range(3), shuffle=True, sampler=[0]),
            "sampler option is mutually exclusive with shuffle. Leave one of them out.",
        ),
        (
            lambda e: e.data.DataLoader(range(3), batch_sampler=[[0]], drop_last=True),
            "batch_sampler option is mutually exclusive with batch_size, shuffle, "
            "sampler, and drop_last. Leave one of them out.",
        ),
        (
            lambda e: e.data.DataLoader(range(3), batch_sampler=[[0]], batch_size=2),
            "batch_sampler option is mutually exclusive with batch_size, shuffle, "
            "sampler, and drop_last. Leave one of them out.",
        ),
        (
            lambda e: e.data.DataLoader(range(3), batch_size=None, drop_last=True),
            "batch_size=None gives no batches and is mutually exclusive with drop_last. "
            "Leave one of them out.",
        ),
        (
            lambda e: e.data.DataLoader(range(3), batch_size=0),
            "batch_size should be a positive integer value, but got batch_size=0.",
        ),
        (
            lambda e: e.data.DataLoader(range(3), batch_size=2.0),
            "batch_size should be a positive integer value, but got batch_size=2.0.",
        ),
        (
            lambda e: e.data.DataLoader([], shuffle=True),
            "num_samples should be a positive integer value, but got num_samples=0.",
        ),
        (
            lambda e: e.data.WeightedRandomSampler([1], True),
            "num_samples should be a positive integer value, but got num_samples=True.",
        ),
        (
            lambda e: e.data.random_split(range(5), [2, 2]),
            "lengths [2, 2] do not fit a dataset of 5 samples. Give whole numbers with "
            "the sum 5, or fractions with the sum 1.",
        ),
        (
            lambda e: e.data.random_split(range(5), [0.5, 0.4]),
            "lengths [0.5, 0.4] do not fit a dataset of 5 samples. Give whole numbers "
            "with the sum 5, or fractions with the sum 1.",
        ),
        (
            lambda e: e.data.TensorDataset(e.tensor([1, 2]), e.tensor([1])),
            "Size mismatch between tensors: the shapes are (2,), (1,). Give one or more "
            "with the same first size.",
        ),
        (
            lambda e: e.data.TensorDataset(e.tensor([1, 2]), e.tensor(1)),
            "Size mismatch between tensors: the shapes are (2,), (). Give one or more "
            "with the same first size.",
        ),
        (
            lambda e: e.data.TensorDataset(e.tensor(1)),
            "Size mismatch between tensors: the shapes are (). Give one or more with the "
            "same first size.",
        ),
        (
            lambda e: e.data.ConcatDataset([]),
            "datasets should not be an empty iterable.",
        ),
        (
            lambda e: e.data.default_collate([(1, 2), (1,)]),
            "each element in list of batch should be of equal size, but the samples "
            "differ in length. Give DataLoader a collate_fn that pads them.",
        ),
    ],
)
def test_value_errors_where_torch_has_them(make, sentence):
    with pytest.raises((ValueError, AssertionError, RuntimeError, IndexError)):
        make(THEIRS)
    with pytest.raises(ValueError, match=re.escape(f": {sentence}") + "$"):
        make(OURS)


@pytest.mark.parametrize("lengths", [[6, -1], [2.5, 2.5]])
def test_random_split_refuses_what_torch_does_not(lengths):
    refuses(
        lambda: data.random_split(range(5), lengths),
        ValueError,
        f"random_split: lengths {lengths} do not fit a dataset of 5 samples. Give whole "
        f"numbers with the sum 5, or fractions with the sum 1.",
    )


def test_type_errors():
    refuses(
        lambda: data.TensorDataset(np.ones(3)),
        TypeError,
        "TensorDataset: entry 0 is of type ndarray. Make it a Tensor first: "
        "lessons_pkg.tensor(...).",
    )
    refuses(
        lambda: data.DataLoader(iter([1])),
        TypeError,
        "DataLoader: dataset must have __getitem__ and __len__, but list_iterator has "
        "not. Put its samples in a list.",
    )
    refuses(
        lambda: data.default_collate([object()]),
        TypeError,
        "default_collate: batch must contain tensors, arrays, numbers, dicts, lists or "
        "text, but found object. Give DataLoader a collate_fn.",
    )


@pytest.mark.parametrize(
    "argument",
    [
        {"num_workers": 2},
        {"pin_memory": True},
        {"timeout": 1},
        {"worker_init_fn": print},
        {"multiprocessing_context": "fork"},
        {"prefetch_factor": 2},
        {"persistent_workers": True},
        {"pin_memory_device": "cuda"},
        {"in_order": False},
    ],
)
def test_what_is_not_supported_is_refused_by_name(argument):
    [(name, value)] = argument.items()
    refuses(
        lambda: data.DataLoader(range(3), **argument),
        NotImplementedError,
        f"DataLoader: {name}={value!r} is not supported here; use "
        f"torch.utils.data.DataLoader",
    )
    default = inspect.signature(data.DataLoader).parameters[name].default
    assert default == inspect.signature(THEIRS.data.DataLoader).parameters[name].default


def test_what_a_subclass_owes():
    refuses(
        lambda: data.Dataset()[0],
        NotImplementedError,
        "Dataset: a Dataset needs a method __getitem__(self, index)",
    )
    refuses(
        lambda: iter(data.Sampler()),
        NotImplementedError,
        "Sampler: a Sampler needs a method __iter__(self)",
    )
