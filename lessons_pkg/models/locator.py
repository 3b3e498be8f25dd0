"""The locator: where something is, as the corners of a box, and what it is."""

from .blocks import conv_block, engine

CELL = 8  # pixels along a side that one place stands for, after three poolings


def locator(nn, n_classes=0, in_channels=1, width=8):
    """Return a network that boxes one thing: (N, in_channels, H, W) -> (N, 4 + n_classes).

    The first four numbers are the box's corners x0, y0, x1, y1 as shares of the image's
    width and height: 0 left or top, 1 right or bottom, and nothing keeps them within. The
    others, if any, are logits of the classes.
    Four blocks, with max pooling between them, then a softmax over all places: its weights
    a say where to look. The middle of the box starts as the mean of the places, weighted by
    a; from the mean of the features, weighted by a, a dense layer tells how far from this
    point each side lies, and what stands there. A plain mean over all places would forget
    where; a dense layer over all places would learn each place by itself.
    Source: the mean place under a softmax, Levine, Finn, Darrell and Abbeel, "End-to-end
    training of deep visuomotor policies", JMLR 2016.
    """
    cat, arange = engine(nn).cat, engine(nn).arange
    many = 4 * width

    class Locator(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(
                conv_block(nn, in_channels, width),
                nn.MaxPool2d(2),
                conv_block(nn, width, 2 * width),
                nn.MaxPool2d(2),
                conv_block(nn, 2 * width, many),
                nn.MaxPool2d(2),
                conv_block(nn, many, many),
            )
            self.where = nn.Conv2d(many, 1, 1)
            self.what = nn.Linear(many, 4 + n_classes)

        def look(self, x):
            """Return the features, (N, C, h, w), and the weights a of places, (N, 1, h, w)."""
            features = self.body(x)
            scores = self.where(features)
            a = nn.functional.softmax(scores.flatten(1), 1)
            return features, a.reshape(scores.shape)

        def forward(self, x):
            """(N, in_channels, H, W) -> (N, 4 + n_classes)."""
            features, a = self.look(x)
            middle = [
                _mean_place(arange, a.sum(2), x.shape[3]),  # x
                _mean_place(arange, a.sum(3), x.shape[2]),  # y
            ]
            seen = (features * a).sum((2, 3))
            answers = self.what(seen)
            corners = answers[:, :4] + cat(middle * 2, 1)
            return cat([corners, answers[:, 4:]], 1)

    return Locator()


def _mean_place(arange, a, side):
    """Return the mean place under weights a (N, 1, cells), as a share of `side` pixels."""
    middles = arange(0.5, a.shape[2], dtype=a.dtype) / (side / CELL)
    return (a * middles).sum(2)
