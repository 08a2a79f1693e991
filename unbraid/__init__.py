"""Unbraid from Python: what the command line does, for notebooks and scripts.

``sweep`` and ``train`` run trials and return their results as data frames, ``load`` reads them
again, ``load_model`` returns a trained method, ``report`` draws the page.
"""

from harness import __version__, load_model
from harness.api import load, report, sweep, train

__all__ = ["__version__", "load", "load_model", "report", "sweep", "train"]
