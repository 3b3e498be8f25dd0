"""AugmentedDataset: a batch changed at once, on both DataLoaders."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch.utils.data

import lessons_pkg as lp
from lessons_pkg import data
from lessons_pkg.data import AugmentedDataset, augment
from lessons_pkg.train import fit

OURS = SimpleNamespace(data=data, Tensor=lp.Tensor)
THEIRS = SimpleNamespace(data=torch.utils.data, Tensor=torch.Tensor)
ENGINES = pytest.mark.parametrize("engine", [OURS, THEIRS], ids=["ours", "torch"])


def rng(seed=0):
    return np.random.default_rng(seed)


def make(transform=lambda x, rng: x, n=7, seed=0):
    x = np.arange(n * 2 * 3, dtype=np.float32).reshape(n, 1, 2, 3)
    return AugmentedDataset(x, np.arange(n) % 4, transform, rng(seed))


@ENGINES
def test_batches_by_hand(engine):
    batches = list(engine.data.DataLoader(make(lambda x, rng: -x), batch_size=4))
    assert [len(batch) for batch in batches] == [2, 2]
    (x, y), (x2, y2) = batches
    assert {type(a) for a in (x, y, x2, y2)} == {engine.Tensor}
    assert str(x.dtype).endswith("float32")
    assert str(y.dtype).endswith("int64")
    np.testing.assert_array_equal(
        x.numpy(), -np.arange(24.0).reshape(4, 1, 2, 3), strict=False
    )
    assert (y.tolist(), y2.tolist()) == ([0, 1, 2, 3], [0, 1, 2])
    assert x2.shape == (3, 1, 2, 3)


@ENGINES
def test_the_transform_is_called_once_a_batch(engine):
    calls = []

    def counted(x, rng):
        calls.append(x.shape)
        return x

    list(engine.data.DataLoader(make(counted), batch_size=3))
    assert calls == [(3, 1, 2, 3), (3, 1, 2, 3), (1, 1, 2, 3)]


def test_both_loaders_give_the_same_numbers():
    def run(engine):
        dataset = make(lambda x, rng: augment.add_noise(x, rng, 1), seed=3)
        order = [[5, 0, 3], [1, 2], [6]]
        loader = engine.data.DataLoader(dataset, batch_sampler=order)
        return [(x.numpy(), y.tolist()) for _ in range(2) for x, y in loader]

    for (x, y), (x2, y2) in zip(run(OURS), run(THEIRS), strict=True):
        np.testing.assert_array_equal(x, x2, strict=True)
        assert y == y2


@ENGINES
def test_each_epoch_draws_anew_and_the_seed_decides(engine):
    def epochs(seed):
        dataset = make(lambda x, rng: augment.add_noise(x, rng, 1), seed=seed)
        loader = engine.data.DataLoader(dataset, batch_size=7)
        return [next(iter(loader))[0].numpy() for _ in range(2)]

    one, two = epochs(1)
    again, _ = epochs(1)
    assert (one != two).all()
    np.testing.assert_array_equal(one, again)


def noisy(seed):
    return make(lambda x, rng: augment.add_noise(0 * x, rng, 1), n=4, seed=seed)


def in_workers(*datasets, seed=0, **how):
    """The first number of each batch of two, in two epochs with two processes."""
    torch.manual_seed(seed)
    both = torch.utils.data.ConcatDataset(datasets)
    loader = torch.utils.data.DataLoader(both, batch_size=2, num_workers=2, **how)
    return [float(x.ravel()[0]) for _ in range(2) for x, _ in loader]


@pytest.mark.parametrize("stays", [False, True])
def test_workers_of_torch_draw_each_for_itself(stays):
    def seen(rng_seed=0, seed=0):
        return in_workers(noisy(rng_seed), seed=seed, persistent_workers=stays)

    one = seen()
    assert len(set(one)) == 4
    assert seen() == one
    assert not set(one) & {*seen(seed=1), *seen(rng_seed=1)}  # both seeds decide


def test_two_datasets_in_one_worker_differ():
    found = in_workers(noisy(0), noisy(1))
    assert len(set(found)) == len(found) == 8


@ENGINES
def test_shuffled_images_keep_their_labels(engine):
    x = np.arange(50, dtype=np.float32).reshape(50, 1, 1, 1)
    dataset = AugmentedDataset(x, np.arange(50), lambda x, rng: x + 100, rng())
    seen = []
    for images, labels in engine.data.DataLoader(dataset, 8, shuffle=True):
        assert (images.numpy()[:, 0, 0, 0] == labels.numpy() + 100).all()
        seen += labels.tolist()
    assert sorted(seen) == list(range(50)) != seen


@ENGINES
def test_it_can_be_cut_and_joined(engine):
    part = engine.data.Subset(make(lambda x, rng: -x), [4, 2])
    [(x, y)] = engine.data.DataLoader(part, batch_size=2)
    assert (x[:, 0, 0, 0].tolist(), y.tolist()) == ([-24, -12], [0, 2])
    both = engine.data.ConcatDataset([part, make()])
    [(x, y)] = engine.data.DataLoader(both, batch_size=9)
    assert x[:, 0, 0, 0].tolist() == [-24, -12, 0, 6, 12, 18, 24, 30, 36]


@ENGINES
def test_samples_without_batches(engine):
    loader = engine.data.DataLoader(make(lambda x, rng: -x), batch_size=None)
    x, y = list(loader)[5]
    assert (x[0, 1].tolist(), y.item()) == ([-33, -34, -35], 1)


def test_own_collate_fn_gets_a_list_of_samples():
    loader = data.DataLoader(make(), batch_size=3, collate_fn=lambda batch: batch)
    batch = next(iter(loader))
    assert type(batch) is list
    assert [(x.shape, int(y)) for x, y in batch] == [((1, 2, 3), i) for i in range(3)]


def test_one_sample_is_a_batch_of_one():
    shapes = []

    def transform(x, rng):
        shapes.append(x.shape)
        return x * 2

    dataset = make(transform)
    x, y = dataset[3]
    np.testing.assert_array_equal(x, 2 * dataset.x[3])
    assert (y, shapes, len(dataset)) == (3, [(1, 1, 2, 3)], 7)
    np.testing.assert_array_equal(dataset[-1][0], dataset[6][0])
    assert dataset[np.int64(2)][1] == 2
    assert len(list(dataset)) == 7  # a plain for loop ends


def test_a_transform_that_writes_into_its_images_spoils_nothing():
    def careless(x, rng):
        x *= 0
        return x

    dataset = make(careless)
    before = dataset.x.copy()
    assert not next(iter(data.DataLoader(dataset, 7)))[0].array.any()
    np.testing.assert_array_equal(dataset.x, before)


def test_targets_may_be_arrays():
    boxes = np.arange(12.0).reshape(3, 4)
    dataset = AugmentedDataset(np.zeros((3, 5, 5)), boxes, lambda x, rng: x, rng())
    [(_, y)] = data.DataLoader(dataset, batch_size=3)
    np.testing.assert_array_equal(y.array, boxes)


def test_the_transform_may_change_the_size():
    dataset = make(lambda x, rng: x[:, :, :1])
    assert next(iter(data.DataLoader(dataset, 4)))[0].shape == (4, 1, 1, 3)


def test_a_model_is_trained_on_it():
    lp.manual_seed(0)
    x = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
    noisy = lambda x, rng: x + 0.1 * rng.normal(size=x.shape).astype(x.dtype)  # noqa: E731
    dataset = AugmentedDataset(x, np.repeat([0, 1], 20), noisy, rng())
    model = lp.nn.Linear(2, 2)
    history = fit(
        model,
        lp.nn.functional.cross_entropy,
        lp.optim.SGD(model.parameters(), lr=1.0),
        data.DataLoader(dataset, batch_size=8, shuffle=True),
        epochs=5,
        progress=False,
    )
    assert history["train_loss"][-1] < 0.3


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        (
            (np.zeros((3, 2)), np.zeros(2), len, rng()),
            ValueError,
            "AugmentedDataset: x has shape (3, 2) and y (2,), but the first sizes must be "
            "equal. Give one y for each x.",
        ),
        (
            (np.zeros(()), np.zeros(()), len, rng()),
            ValueError,
            "AugmentedDataset: x has shape () and y (), but the first sizes must be "
            "equal. Give one y for each x.",
        ),
        (
            (np.zeros(3), np.zeros(3), "flip", rng()),
            TypeError,
            "AugmentedDataset: transform must be a function (x_batch, rng) -> x_batch, "
            "but is of type str.",
        ),
        (
            (np.zeros(3), np.zeros(3), len, 0),
            TypeError,
            "AugmentedDataset: rng must be a numpy.random.Generator, but is of type int. "
            "Make one, np.random.default_rng(0), and give the same one each time: a seed "
            "would draw the same again for each batch.",
        ),
    ],
)
def test_what_does_not_fit(arguments, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        AugmentedDataset(*arguments)


def test_a_transform_that_loses_images():
    sentence = (
        "AugmentedDataset: transform made shape (1, 1, 2, 3) of (4, 1, 2, 3). It must "
        "return as many images as it is given."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        next(iter(data.DataLoader(make(lambda x, rng: x[:1]), 4)))
    with pytest.raises(IndexError, match=r"index 7 is out of range for 7 samples$"):
        make()[7]


def test_an_index_is_a_whole_number():
    for index in (2, np.int64(2), lp.tensor(2), torch.tensor(2)):
        assert make()[index][1] == 2
    for index in (1.7, slice(0, 3), [0, 1], None):
        sentence = (
            f"AugmentedDataset: index must be a whole number, but {index!r} came. For "
            "several samples use a Subset, or __getitems__."
        )
        with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
            make()[index]
    for indices in ([1.7], [True, False]):
        sentence = (
            f"AugmentedDataset: indices must be whole numbers, but {indices} came."
        )
        with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
            make().__getitems__(indices)
    assert len(make().__getitems__([])) == 0
