"""One made-up board for all tests of its page: drawing takes seconds."""

import numpy as np
import pytest

from reports.layout.board import make_board
from reports.leaderboard.computing import standings
from reports.leaderboard.report import page
from reports.page.page import render
from tests.reports.helpers.leaderboards import leaderboard, supervision


class Pictured(type(leaderboard())):
    """Results whose trials have arrays for figures."""

    def artifact(self, trial_id):
        rng = np.random.default_rng(int(trial_id, 16))
        images = rng.integers(0, 255, (9, 1, 8, 8), np.uint8)
        return {
            "test_images": images[:3],
            "reconstructions": images[3:6],
            "swaps": images,
            "swap_pose": images[:3],
            "swap_appearance": images[:3],
            "walk_pose": images[None, :5],
        }


@pytest.fixture(scope="session")
def run():
    made = leaderboard(("vae", "beta_vae", "c_vitae", "rodi"))
    return Pictured(**{name: getattr(made, name) for name in made.__dataclass_fields__})


@pytest.fixture(scope="session")
def board(run):
    return make_board([run], supervision)


@pytest.fixture(scope="session")
def numbers(board):
    return standings(board)


@pytest.fixture(scope="session")
def drawn(board, run):
    """The page as HTML."""
    return render(page(board, [run]))
