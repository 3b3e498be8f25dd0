"""Two plain chains: LeNet-5, the pattern of all that follow, and the articles' network."""

from .blocks import whole


def lenet(nn, n_classes=10, size=28):
    """Return LeNet-5 in today's form: (N, 1, size, size) -> (N, n_classes).

    61,706 parameters at size 28. In 1998 the images were padded to 32 x 32, as the padding
    does here. Other than here, a channel of the second convolution saw only some of the
    6 before it; each pooled channel had a learned scale and shift, then a nonlinearity;
    the tanh was stretched, 1.7159 tanh(2x/3); and the last layer measured distances to
    drawn patterns of the characters in place of giving logits.
    Raises ValueError for a size that is no whole number, or is below 12, of which the
    second convolution leaves nothing.
    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE, 1998.
    """
    size = whole("lenet", "size", size)
    side = (size // 2 - 4) // 2  # after a pooling, a 5 x 5 window, and a pooling
    if side < 1:
        raise ValueError(
            f"lenet: size must be 12 or more, or the second convolution has nothing to "
            f"see, but came as {size}. Enlarge the images, or use small_cnn."
        )
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * side * side, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, n_classes),
    )


def article_cnn(nn):
    """Return the source articles' network: (N, 1, 28, 28) -> (N, 10).

    93,322 parameters: three convolutions, two dense layers. The articles end in a softmax;
    here the loss applies it.
    """
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),  # (N, 32, 26, 26)
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),  # (N, 64, 11, 11)
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),  # (N, 64, 3, 3)
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
