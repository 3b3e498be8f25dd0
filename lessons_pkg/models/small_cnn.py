"""The modern small network: 3 x 3 filters, batch norm, ReLU, pooling, and a mean at the end."""

from .blocks import conv_block


def small_cnn(nn, n_classes=10, in_channels=1, width=16, block=conv_block):
    """Return a network for images of 8 x 8 and more: (N, in_channels, H, W) -> (N, n_classes).

    Three blocks of width, 2 width and 4 width channels, with max pooling between them. The
    mean of each channel over all places (global average pooling) goes to the one dense
    layer, so the size of the image is free.
    block : conv_block, or separable for fewer weights from the second block on
    Sources: 3 x 3 throughout, Simonyan and Zisserman, ICLR 2015; batch norm, Ioffe and
    Szegedy, ICML 2015; global average pooling, Lin, Chen and Yan, "Network in network",
    ICLR 2014.
    """
    return nn.Sequential(
        conv_block(nn, in_channels, width),
        nn.MaxPool2d(2),
        block(nn, width, 2 * width),
        nn.MaxPool2d(2),
        block(nn, 2 * width, 4 * width),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, n_classes),
    )
