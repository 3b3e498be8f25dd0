"""The U-Net: an answer for each pixel, from far around and from close by."""

from itertools import pairwise

from .blocks import conv_block, engine, whole


def unet(nn, in_channels=1, out_channels=1, width=8, levels=2):
    """Return a small U-Net: (N, in_channels, H, W) -> (N, out_channels, H, W).

    On the way down each level has two convolutions, then halves the image and doubles the
    channels, from width to width * 2 ** levels at the bottom. On the way up a transposed
    convolution doubles the image again, and what the way down saw at this size is put
    beside it (cat). The last layer, 1 x 1, gives out_channels logits a pixel.
    The original has four levels from width 64 and no batch norm; without padding it loses
    a border, so that it has to crop before it joins.
    Raises ValueError for levels below 1; and, when called, for H or W that cannot be
    halved so often.
    Source: Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical
    image segmentation", MICCAI 2015.
    """
    levels = whole("unet", "levels", levels)
    widths = [width * 2**level for level in range(levels + 1)]

    def twice(n_in, n_out):
        return nn.Sequential(conv_block(nn, n_in, n_out), conv_block(nn, n_out, n_out))

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.pool = nn.MaxPool2d(2)
            self.down, self.up = nn.ModuleList(), nn.ModuleList()
            self.join, self.out = nn.ModuleList(), nn.Conv2d(width, out_channels, 1)
            for n_in, n in pairwise([in_channels, *widths]):
                self.down.append(twice(n_in, n))
            for n in reversed(widths[:-1]):
                self.up.append(nn.ConvTranspose2d(2 * n, n, 2, stride=2))
                self.join.append(twice(2 * n, n))

        def forward(self, x):
            """(N, in_channels, H, W) -> (N, out_channels, H, W)."""
            _check_size(x.shape, levels)
            *downs, bottom = self.down
            seen = []
            for down in downs:
                seen.append(down(x))
                x = self.pool(seen[-1])
            x = bottom(x)
            for up, join in zip(self.up, self.join, strict=True):
                x = join(engine(nn).cat([seen.pop(), up(x)], 1))
            return self.out(x)

    return UNet()


def _check_size(shape, levels):
    height, width = shape[-2:]
    unit = 2**levels
    if height % unit or width % unit:
        raise ValueError(
            f"unet: {levels} levels halve the image {levels} times, so its height and "
            f"width must be multiples of {unit}, but it is {height} x {width}. "
            f"Pad the images, or use fewer levels."
        )
