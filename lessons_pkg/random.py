"""Chance that can be repeated: torch's names over NumPy's generator."""

import numpy as np


class Generator:
    """A source of random numbers of one's own, as torch.Generator; .rng is NumPy's."""

    def __init__(self, device="cpu"):
        if str(device) != "cpu":
            raise NotImplementedError(
                f"Generator: device={device!r} is not supported here; use torch.Generator"
            )
        self.manual_seed(np.random.SeedSequence().entropy)

    def manual_seed(self, seed):
        """Start again from a seed; return the generator itself."""
        self._seed, self.rng = seed, np.random.default_rng(seed)
        return self

    def initial_seed(self):
        """Return the seed that it started from."""
        return self._seed


default_generator = Generator()


def manual_seed(seed):
    """Seed the generator that everything uses that is given none. torch.manual_seed.

    The numbers are not torch's: from the same seed the two engines draw differently.
    """
    return default_generator.manual_seed(seed)


def generator(given=None):
    """Return NumPy's generator inside the one given, or inside the default one."""
    return (default_generator if given is None else given).rng
