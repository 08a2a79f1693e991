"""TensorBoard's own reader finds in the event files what was told."""

from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from harness.tracking.tensorboard import TensorBoard
from tests.harness.tracking.helpers.trackers import ENDING, TRIAL, curves


def written(folder: Path) -> EventAccumulator:
    board = TensorBoard(folder)
    board.start(TRIAL)
    board.points(TRIAL.trial_id, curves(3))
    board.end(TRIAL.trial_id, ENDING)
    board.close()
    events = EventAccumulator(str(folder / TRIAL.trial_id))
    events.Reload()
    return events


def test_curves_are_scalars_at_their_steps(tmp_path: Path) -> None:
    events = written(tmp_path)
    assert [(e.step, e.value) for e in events.Scalars("train/loss")] == [(8, 8), (16, 16), (24, 24)]
    assert [(e.step, e.value) for e in events.Scalars("test/elbo")] == [(8, 108), (24, 124)]
    assert all(np.isnan(e.value) for e in events.Scalars("test/kl"))


def test_final_metrics_stand_at_the_last_step(tmp_path: Path) -> None:
    events = written(tmp_path)
    (elbo,), (kl,), (mse,) = (events.Scalars(f"final/{name}") for name in ("elbo", "kl", "mse"))
    assert (elbo.step, elbo.value) == (24, -140.25)
    assert np.isnan(kl.value)
    assert mse.value == np.inf


def test_hyperparameters_are_those_of_the_plugin(tmp_path: Path) -> None:
    metadata = written(tmp_path).SummaryMetadata("_hparams_/session_start_info")
    told = HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info.hparams
    assert told["method.lr"].number_value == 1e-3
    assert told["method"].string_value == "c_vitae"
    assert told["status"].string_value == "diverged"
    assert "method.beta" not in told
    metadata = written(tmp_path).SummaryMetadata("_hparams_/experiment")
    experiment = HParamsPluginData.FromString(metadata.plugin_data.content).experiment
    assert [m.name.tag for m in experiment.metric_infos] == ["final/elbo", "final/kl", "final/mse"]


def test_what_an_earlier_session_wrote_of_a_trial_goes(tmp_path: Path) -> None:
    earlier = [tmp_path / trial / "events.out.tfevents.1700000000.host" for trial in ("a", "b")]
    earlier[0] = tmp_path / TRIAL.trial_id / earlier[0].name
    for file in earlier:
        file.parent.mkdir()
        file.touch()
    written(tmp_path)
    assert [file.exists() for file in earlier] == [False, True]


def test_a_trial_that_is_still_running_can_be_read(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path)
    board.start(TRIAL)
    board.points(TRIAL.trial_id, curves(1))
    events = EventAccumulator(str(tmp_path / TRIAL.trial_id))
    events.Reload()
    assert [e.value for e in events.Scalars("test/elbo")] == [108]
    board.close()
    with pytest.raises(KeyError):
        events.Scalars("final/elbo")
