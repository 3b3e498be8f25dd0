"""The residual network: each block adds to what it was given, so it may pass it on."""

from .blocks import whole


def resnet(
    nn, depth=8, width=8, n_classes=10, in_channels=1, residual=True, norm=True
):  # fmt: skip
    """Return the ResNet for small images: (N, in_channels, H, W) -> (N, n_classes).

    One convolution; three stages of n = (depth - 2) / 6 blocks of two, with width, 2 width
    and 4 width channels, the second and third at half the height and width of the one
    before; the mean over all places; a dense layer. The paper's has width 16 and depth 20
    to 110.
    residual : False leaves the shortcuts out; these have no parameters, so nothing else
               changes
    norm     : False leaves batch norm out, and gives the convolutions biases
    Raises ValueError for a depth that is not 6 n + 2.
    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition",
    CVPR 2016, section 4.2; the weights start as in their "Delving deep into rectifiers",
    ICCV 2015.
    """
    depth = whole("resnet", "depth", depth)
    n_blocks, left = divmod(depth - 2, 6)
    if left or n_blocks < 1:
        raise ValueError(
            f"resnet: depth must be 6 n + 2 (three stages of n blocks with two "
            f"convolutions, and two layers), but came as {depth}. Choose 8, 14, 20 or 32."
        )

    Block = _block(nn)

    def conv(n_in, n_out, stride=1):
        layer = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=not norm)
        nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        return [layer, nn.BatchNorm2d(n_out)] if norm else [layer]

    def block(n_in, n_out, stride):
        body = [*conv(n_in, n_out, stride), nn.ReLU(), *conv(n_out, n_out)]
        return Block(nn.Sequential(*body), n_out - n_in, stride, residual)

    def stage(n_in, n_out, stride):
        first = block(n_in, n_out, stride)
        rest = (block(n_out, n_out, 1) for _ in range(n_blocks - 1))
        return nn.Sequential(first, *rest)

    return nn.Sequential(
        nn.Sequential(*conv(in_channels, width), nn.ReLU()),
        stage(width, width, 1),
        stage(width, 2 * width, 2),
        stage(2 * width, 4 * width, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, n_classes),
    )


def _block(nn):
    class Block(nn.Module):
        """y = relu(body(x) + x).

        Where the body halves the image and adds channels, x is brought to its shape by
        taking every second row and column and adding channels of zeros: the paper's
        option A, which has nothing to learn.
        """

        def __init__(self, body, more, stride, residual):
            super().__init__()
            self.body, self.more, self.stride = body, more, stride
            self.residual = residual

        def shortcut(self, x):
            """Return x, or what option A makes of it."""
            if self.stride > 1:
                x = x[:, :, :: self.stride, :: self.stride]
            return nn.functional.pad(x, (0, 0, 0, 0, 0, self.more)) if self.more else x

        def forward(self, x):
            """(N, C, H, W) -> (N, C + more, H / stride, W / stride)."""
            y = self.body(x)
            return nn.functional.relu(y + self.shortcut(x) if self.residual else y)

    return Block
