"""The course's networks: counted by hand, equal on both engines, and able to learn."""

import re

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg import models

# name -> (the network of an nn, the shape of its images, the shape that comes out)
NETWORKS = {
    "article_cnn": (models.article_cnn, (3, 1, 28, 28), (3, 10)),
    "lenet": (lambda nn: models.lenet(nn, 7, size=14), (3, 1, 14, 14), (3, 7)),
    "conv_block": (
        lambda nn: models.conv_block(nn, 2, 3, 2),
        (5, 2, 7, 5),
        (5, 3, 4, 3),
    ),
    "separable": (lambda nn: models.separable(nn, 3, 5, 2), (2, 3, 7, 5), (2, 5, 4, 3)),
    "small_cnn": (lambda nn: models.small_cnn(nn, 7, 2, 3), (3, 2, 11, 13), (3, 7)),
    "small_cnn separable": (
        lambda nn: models.small_cnn(nn, width=3, block=models.separable),
        (3, 1, 8, 8),
        (3, 10),
    ),
    "resnet": (lambda nn: models.resnet(nn, 14, 3, 7, 2), (2, 2, 7, 11), (2, 7)),
    "resnet plain": (
        lambda nn: models.resnet(nn, 8, 3, residual=False),
        (3, 1, 8, 8),
        (3, 10),
    ),
    "resnet bare": (
        lambda nn: models.resnet(nn, 8, 3, norm=False),
        (3, 1, 5, 7),
        (3, 10),
    ),
    "unet": (lambda nn: models.unet(nn, 2, 3, 2), (2, 2, 8, 12), (2, 3, 8, 12)),
    "unet of one level": (
        lambda nn: models.unet(nn, width=3, levels=1),
        (2, 1, 10, 6),
        (2, 1, 10, 6),
    ),
    "locator": (lambda nn: models.locator(nn, width=2), (2, 1, 17, 11), (2, 4)),
    "locator with classes": (
        lambda nn: models.locator(nn, 7, 2, 3),
        (2, 2, 24, 16),
        (2, 11),
    ),
}
WITH_NORM = [n for n in NETWORKS if n not in ("article_cnn", "lenet", "resnet bare")]


def count(model):
    return sum(p.numel() for p in model.parameters())


def on_both(name):
    """The network on torch and on ours, in float64, from torch's weights."""
    make = NETWORKS[name][0]
    torch.manual_seed(0)
    theirs, ours = make(torch.nn).double(), make(lp.nn).double()
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def images(name, seed=0):
    return np.random.default_rng(seed).normal(size=NETWORKS[name][1])


# How many numbers each learns: (filter size * channels in + bias) * channels out


def test_the_articles_network_has_93322_parameters():
    # 3x3: (9 + 1) 32 = 320, (9 * 32 + 1) 64 = 18,496, (9 * 64 + 1) 64 = 36,928
    # 28 - 2 = 26, / 2 = 13, - 2 = 11, / 2 = 5, - 2 = 3: (64 * 3 * 3 + 1) 64 = 36,928
    # dense (64 + 1) 10 = 650
    by_hand = 320 + 18_496 + 36_928 + 36_928 + 650
    assert count(models.article_cnn(lp.nn)) == by_hand == 93_322


def test_lenet_has_61706_parameters():
    # 5x5: (25 + 1) 6 = 156, (25 * 6 + 1) 16 = 2,416; 28 / 2 = 14, - 4 = 10, / 2 = 5
    # dense (16 * 25 + 1) 120 = 48,120, (120 + 1) 84 = 10,164, (84 + 1) 10 = 850
    by_hand = 156 + 2_416 + 48_120 + 10_164 + 850
    assert count(models.lenet(lp.nn)) == by_hand == 61_706


def test_small_cnn_counts_its_weights_and_two_a_channel_for_batch_norm():
    # 9 * 16 + 9 * 16 * 32 + 9 * 32 * 64 = 144 + 4,608 + 18,432, no biases
    # batch norm 2 (16 + 32 + 64) = 224; dense (64 + 1) 10 = 650
    by_hand = 144 + 4_608 + 18_432 + 224 + 650
    assert count(models.small_cnn(lp.nn)) == by_hand == 24_058


def test_separable_blocks_need_fewer():
    # the second: 9 * 16 + 16 * 32 = 656 for 4,608; the third: 9 * 32 + 32 * 64 = 2,336 for
    # 18,432; and batch norm of 16 + 32 channels more, 96
    by_hand = 24_058 - 4_608 - 18_432 + 656 + 2_336 + 96
    found = count(models.small_cnn(lp.nn, block=models.separable))
    assert found == by_hand == 4_106


def test_resnet_20_of_the_paper():
    # "0.27M" in He et al. 2016, table 6. Width 16, colour images:
    # first 27 * 16 = 432; six of 16 to 16: 6 * 2,304 = 13,824; one of 16 to 32 and five of
    # 32 to 32: 4,608 + 5 * 9,216 = 50,688; 18,432 + 5 * 36,864 = 202,752
    # batch norm 2 (7 * 16 + 6 * 32 + 6 * 64) = 1,376; dense (64 + 1) 10 = 650
    by_hand = 432 + 13_824 + 50_688 + 202_752 + 1_376 + 650
    found = count(models.resnet(lp.nn, depth=20, width=16, in_channels=3))
    assert found == by_hand == 269_722


@pytest.mark.parametrize("depth", [8, 14, 20, 32])
def test_depth_counts_the_layers_with_weights(depth):
    layers = models.resnet(lp.nn, depth, width=2).modules()
    assert sum(isinstance(x, lp.nn.Conv2d | lp.nn.Linear) for x in layers) == depth


def test_unet_counts_both_ways():
    # width 8, levels 2; a pair of convolutions a to b: 9 b (a + b) + 4 b of batch norm
    # down: 1 to 8, 648 + 32; 8 to 16, 3,456 + 64; 16 to 32, 13,824 + 128
    # up: 32 to 16 by 2x2 windows, 2,048 + 16; 16 to 8, 512 + 8
    # joined: 32 to 16, 6,912 + 64; 16 to 8, 1,728 + 32; out 8 + 1
    by_hand = 680 + 3_520 + 13_952 + 2_064 + 520 + 6_976 + 1_760 + 9
    assert count(models.unet(lp.nn)) == by_hand == 29_481


def test_locator_counts_one_look_for_all_places():
    # 9 (8 + 8 * 16 + 16 * 32 + 32 * 32) = 15,048; batch norm 2 (8 + 16 + 32 + 32) = 176
    # where (32 + 1) = 33; what (32 + 1) 14 = 462
    by_hand = 15_048 + 176 + 33 + 462
    assert count(models.locator(lp.nn, n_classes=10)) == by_hand == 15_719


# One definition, two engines


@pytest.mark.parametrize("name", NETWORKS)
def test_the_keys_are_the_same(name):
    make = NETWORKS[name][0]
    theirs, ours = make(torch.nn).state_dict(), make(lp.nn).state_dict()
    assert list(ours) == list(theirs)
    assert [a.shape for a in ours.values()] == [a.shape for a in theirs.values()]


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("name", NETWORKS)
def test_values_and_gradients_are_the_same(name, mode):
    theirs, ours = on_both(name)
    found = []
    for lib, model in ((torch, theirs), (lp, ours)):
        model.train(mode == "train")
        x = lib.tensor(images(name), requires_grad=True)
        y = model(x)
        G = np.random.default_rng(1).normal(size=y.shape)
        y.backward(lib.tensor(G))
        named = {n: p.grad for n, p in model.named_parameters()}
        named |= dict(model.named_buffers())  # the running statistics move alike
        found.append({"y": y.detach(), "dx": x.grad} | named)
    for key, value in found[0].items():
        a, b = found[1][key].numpy(), value.numpy()
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9, err_msg=key)
        assert np.abs(b).max() > 0 or "running" in key or "tracked" in key, key


@pytest.mark.parametrize("name", NETWORKS)
def test_what_comes_out(name):
    make, _, expected = NETWORKS[name]
    x = lp.tensor(images(name).astype(np.float32))
    y = make(lp.nn)(x)
    assert (y.shape, y.dtype) == (expected, np.float32)


@pytest.mark.parametrize("side", [8, 28, 40])
def test_the_mean_over_all_places_leaves_the_size_free(side):
    x = lp.zeros(2, 1, side, side)
    for model in (models.small_cnn(lp.nn), models.resnet(lp.nn)):
        assert model(x).shape == (2, 10)


@pytest.mark.parametrize("name", NETWORKS)
def test_training_reduces_the_loss(name):
    """The target is what another network of the same kind answers, so it can be reached."""
    lp.manual_seed(0)
    model, other = (NETWORKS[name][0](lp.nn) for _ in range(2))
    x = lp.tensor(images(name).astype(np.float32))
    target = other(x).detach()
    optimizer = lp.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(15):
        loss = lp.nn.functional.mse_loss(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


# Batch norm


@pytest.mark.parametrize("name", WITH_NORM)
def test_an_answer_depends_on_the_other_images_in_training_only(name):
    model = NETWORKS[name][0](lp.nn).double()
    batch, other = images(name), images(name)
    other[1] = images(name, 1)[1]

    def first(x):
        return model(lp.tensor(x)).detach().numpy()[0]

    model.eval()
    np.testing.assert_allclose(first(batch), first(other), rtol=1e-12)
    model.train()
    assert np.abs(first(batch) - first(other)).max() > 1e-4


def test_without_norm_there_is_none_and_a_bias_in_its_place():
    bare, normal = (models.resnet(lp.nn, norm=norm) for norm in (False, True))
    layers = [type(m) for m in bare.modules()]
    assert lp.nn.BatchNorm2d not in layers
    convs = [m for m in bare.modules() if isinstance(m, lp.nn.Conv2d)]
    assert all(conv.bias is not None for conv in convs)
    assert count(normal) - count(bare) == sum(conv.out_channels for conv in convs)


# Residual connections


def first_block(model, stage):
    """The first block of a stage, and its body silenced: it gives zeros."""
    block = model[stage][0]
    for p in block.body.parameters():
        p.array[...] = 0
    return block


def test_a_block_that_computes_nothing_passes_its_input_on():
    x = lp.tensor(images("resnet")[:, :1].repeat(8, 1))
    block = first_block(models.resnet(lp.nn).double(), 1)
    np.testing.assert_array_equal(block(x).detach(), np.maximum(x.numpy(), 0))


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_without_residual_nothing_passes(stage):
    model = models.resnet(lp.nn, width=2, residual=False)
    width = (2, 2, 2, 4)[stage]
    y = first_block(model, stage)(lp.ones(1, width, 4, 4))
    assert (y.detach().numpy() == 0).all()


def test_without_residual_the_parameters_are_the_same():
    with_, without = (models.resnet(lp.nn, residual=r) for r in (True, False))
    assert list(with_.state_dict()) == list(without.state_dict())
    without.load_state_dict(with_.state_dict())
    x = lp.tensor(np.random.default_rng(0).random((2, 1, 8, 8), np.float32))
    assert np.abs((with_(x) - without(x)).detach().numpy()).max() > 0.01


def test_option_a_by_hand():
    # every second row and column of 1..9, and a second channel of zeros
    block = first_block(models.resnet(lp.nn, width=1), 2)
    x = lp.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
    assert block(x).tolist() == [[[[1, 3], [7, 9]], [[0, 0], [0, 0]]]]


def test_the_stages_of_a_resnet_halve_and_double():
    x, sizes = lp.zeros(1, 1, 16, 12), []
    for part in list(models.resnet(lp.nn, width=2).eval())[:4]:
        x = part(x)
        sizes.append(x.shape[1:])
    assert sizes == [(2, 16, 12), (2, 16, 12), (4, 8, 6), (8, 4, 3)]


# What each is made of


BLOCK = "Conv2d BatchNorm2d ReLU"
TWICE = f"{BLOCK} {BLOCK}"
LAYERS = {  # in the order in which they are made
    "lenet": (
        models.lenet,
        "Conv2d Tanh AvgPool2d " * 2 + "Flatten Linear Tanh Linear Tanh Linear",
    ),
    "article_cnn": (
        models.article_cnn,
        "Conv2d ReLU MaxPool2d " * 2 + "Conv2d ReLU Flatten Linear ReLU Linear",
    ),
    "separable": (lambda nn: models.separable(nn, 1, 2), TWICE),
    "small_cnn": (
        models.small_cnn,
        f"{BLOCK} MaxPool2d " * 2 + f"{BLOCK} AdaptiveAvgPool2d Flatten Linear",
    ),
    "resnet": (
        models.resnet,
        f"{BLOCK} "
        + f"{BLOCK} Conv2d BatchNorm2d " * 3
        + "AdaptiveAvgPool2d Flatten Linear",
    ),
    "unet": (
        lambda nn: models.unet(nn, levels=1),
        f"MaxPool2d {TWICE} {TWICE} ConvTranspose2d {TWICE} Conv2d",
    ),
    "locator": (models.locator, f"{BLOCK} MaxPool2d " * 3 + f"{BLOCK} Conv2d Linear"),
}


@pytest.mark.parametrize("nn", [lp.nn, torch.nn], ids=["ours", "torch"])
@pytest.mark.parametrize("name", LAYERS)
def test_the_layers(name, nn):
    make, expected = LAYERS[name]
    leaves = [m for m in make(nn).modules() if not list(m.children())]
    assert [type(m).__name__ for m in leaves] == expected.split()


def test_separable_by_hand():
    # Ones everywhere, no norm yet: the middle pixel sees nine 1s in channel 1 and nine 2s
    # in channel 2, 9 and 18; mixed with weights 1 and 10: 9 + 180 = 189
    block = models.separable(lp.nn, 2, 1).eval()
    for p in block.parameters():
        p.array[...] = 1 if p.ndim == 4 else p.array
    block[3].weight.array[0, :, 0, 0] = [1, 10]
    x = lp.ones(1, 2, 3, 3) * lp.tensor([[[[1.0]], [[2.0]]]])
    scale = 1 / (1 + 1e-5)  # batch norm twice, with mean 0 and variance 1
    assert block(x)[0, 0, 1, 1].item() == pytest.approx(189 * scale, rel=1e-6)


def test_unet_in_plain_functions():
    """One level written out: what was seen on the way down stands first in the cat."""
    F = torch.nn.functional
    model = models.unet(torch.nn, 2, 3, 5, levels=1).double().eval()
    w = model.state_dict()

    def twice(x, name):
        for i in (0, 1):
            x = F.conv2d(x, w[f"{name}.{i}.0.weight"], padding=1)
            norm = [w[f"{name}.{i}.1.{n}"] for n in ("weight", "bias")]
            x = F.relu(x / np.sqrt(1 + 1e-5) * norm[0].view(-1, 1, 1))
        return x

    x = torch.tensor(images("unet"))
    seen = twice(x, "down.0")
    low = twice(F.max_pool2d(seen, 2), "down.1")
    up = F.conv_transpose2d(low, w["up.0.weight"], w["up.0.bias"], stride=2)
    joined = twice(torch.cat([seen, up], 1), "join.0")
    y = F.conv2d(joined, w["out.weight"], w["out.bias"])
    np.testing.assert_allclose(model(x).detach(), y, rtol=1e-9, atol=1e-12)


def spot(row, column, size=64):
    """A square on an empty image, with room around for what the locator sees."""
    x = np.zeros((1, 1, size, size), np.float32)
    x[:, :, row : row + 6, column : column + 6] = 1
    return lp.tensor(x)


def test_the_locators_box_moves_with_the_thing_and_the_classes_stay():
    """By 8 pixels, a multiple of what the poolings skip: 8 / 64 of the width."""
    lp.manual_seed(0)
    model = models.locator(lp.nn, n_classes=3).eval()
    where = model.where.weight
    where.array[...] = 1000 * np.abs(
        where.array
    )  # it looks at the square, nowhere else
    model.where.bias.array[...] = 0
    first, right, down = (
        model(x).detach().numpy()[0] for x in (spot(24, 24), spot(24, 32), spot(32, 24))
    )
    np.testing.assert_allclose(right - first, [1 / 8, 0, 1 / 8, 0, 0, 0, 0], atol=1e-5)
    np.testing.assert_allclose(down - first, [0, 1 / 8, 0, 1 / 8, 0, 0, 0], atol=1e-5)


def test_the_mean_place_by_hand():
    # an image of 16 x 32: 2 x 4 places, with middles at 1/4, 3/4 and 1/8, 3/8, 5/8, 7/8
    model = models.locator(lp.nn)
    for p in (*model.where.parameters(), *model.what.parameters()):
        p.array[...] = 0
    x = lp.zeros(1, 1, 16, 32)
    np.testing.assert_allclose(model(x).detach(), [[0.5] * 4])  # all weights 1/8
    a = np.zeros((1, 1, 2, 4), np.float32)
    a[0, 0, 1, 0], a[0, 0, 1, 1] = 0.75, 0.25  # y = 3/4; x = 3/4 * 1/8 + 1/4 * 3/8
    features, _ = model.look(x)
    model.look = lambda _: (features, lp.tensor(a))
    np.testing.assert_allclose(model(x).detach(), [[3 / 16, 3 / 4] * 2])


@pytest.mark.parametrize("lib", [lp, torch])
def test_the_poolings_cut_the_last_pixels_off_and_places_stay(lib):
    # 23 x 31: 2 x 3 cells of 8 pixels, middles at 4, 12 and 4, 12, 20; means 8 and 12
    model = models.locator(lib.nn)
    for p in (*model.where.parameters(), *model.what.parameters()):
        p.data[...] = 0
    x, y = 12 / 31, 8 / 23
    found = model(lib.zeros(1, 1, 23, 31)).detach()
    np.testing.assert_allclose(found, [[x, y, x, y]], rtol=1e-6)


def test_the_locator_answers_from_the_place_it_looks_at():
    model = models.locator(lp.nn, 3).double().eval()
    x = lp.tensor(images("locator with classes")[:, :1, :16, :8])
    features, a = (t.detach().numpy() for t in model.look(x))
    only = np.zeros_like(a)
    only[:, :, 1, 0] = 1  # of 2 x 1 places: the middle of the lower half
    model.look = lambda _: (lp.tensor(features), lp.tensor(only))
    w, b = (p.detach().numpy() for p in model.what.parameters())
    expected = features[:, :, 1, 0] @ w.T + b + [0.5, 0.75, 0.5, 0.75, 0, 0, 0]
    np.testing.assert_allclose(model(x).detach(), expected, rtol=1e-12)


def test_the_weights_of_places_sum_to_one():
    features, a = models.locator(lp.nn).look(
        lp.tensor(images("article_cnn", 3)).float()
    )
    assert (features.shape, a.shape) == ((3, 32, 3, 3), (3, 1, 3, 3))
    np.testing.assert_allclose(a.detach().numpy().sum((1, 2, 3)), 1, rtol=1e-6)


def test_the_weights_of_a_resnet_start_as_he_et_al_say():
    lp.manual_seed(0)
    conv = models.resnet(lp.nn, width=32)[3][0].body[0]  # 64 to 128 channels
    assert conv.weight.detach().numpy().std() == pytest.approx(
        (2 / (9 * 128)) ** 0.5, rel=0.02
    )


# What they refuse


def refuses(sentence):
    return pytest.raises(ValueError, match=f"^{re.escape(sentence)}$")


@pytest.mark.parametrize("depth", [2, 9, 18])
def test_resnet_names_the_depths(depth):
    with refuses(
        "resnet: depth must be 6 n + 2 (three stages of n blocks with two convolutions, "
        f"and two layers), but came as {depth}. Choose 8, 14, 20 or 32."
    ):
        models.resnet(lp.nn, depth)


def test_lenet_needs_12_pixels():
    with refuses(
        "lenet: size must be 12 or more, or the second convolution has nothing to see, "
        "but came as 11. Enlarge the images, or use small_cnn."
    ):
        models.lenet(lp.nn, size=11)
    assert models.lenet(lp.nn, size=12)(lp.zeros(1, 1, 12, 12)).shape == (1, 10)


@pytest.mark.parametrize("lib", [lp, torch])
def test_unet_says_which_sizes_it_can_halve(lib):
    with refuses(
        "unet: 2 levels halve the image 2 times, so its height and width must be "
        "multiples of 4, but it is 12 x 14. Pad the images, or use fewer levels."
    ):
        models.unet(lib.nn)(lib.zeros(1, 1, 12, 14))


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda value: models.lenet(lp.nn, size=value), "lenet: size", 28.0),
        (lambda value: models.lenet(lp.nn, size=value), "lenet: size", (28, 28)),
        (lambda value: models.resnet(lp.nn, value), "resnet: depth", 8.0),
        (lambda value: models.resnet(lp.nn, value), "resnet: depth", -4),
        (lambda value: models.unet(lp.nn, levels=value), "unet: levels", -1),
        (lambda value: models.unet(lp.nn, levels=value), "unet: levels", 0),
        (lambda value: models.unet(lp.nn, levels=value), "unet: levels", True),
    ],
)
def test_numbers_must_be_whole(make, name, value):
    with refuses(
        f"{name}={value} must be a whole number, 1 or more. Give such a number."
    ):
        make(value)
    make(np.int64({"lenet: size": 28, "resnet: depth": 8}.get(name, 1)))
