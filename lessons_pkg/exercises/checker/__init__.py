"""The framework of the exercises: define one, and check answers to it."""

from .case import Case, call
from .definition import Exercise, Misconception
from .show import Verdict

__all__ = ["Case", "Exercise", "Misconception", "Verdict", "call"]
