"""A trained method and its file: nothing is lost on the way there and back, or slips in."""

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors
import safetensors.torch
import torch
from torch import nn

from harness.data.cache import sources
from harness.errors import CorruptFileError, UserError
from harness.methods import METHODS
from harness.trial import weights
from harness.trial.weights import Origin, decode_model, decode_origin, encode_model, state
from models.method import Method
from models.registry import METHOD_PATHS
from tests.harness.helpers import toys
from tests.models.helpers.labelled import HANDS, SPECS, smallest
from tests.models.helpers.method_case import DATA
from tests.models.helpers.pairs import TINY

CPU = torch.device("cpu")
VARIANTS = {
    **{name: {} for name in METHOD_PATHS},
    "c_vitae-cpab": {"transform": "cpab", "tessellation": (2, 4)},
    "c_vitae-affine": {"transform": "affine"},
}


def trained(case: str) -> tuple[Method, Any]:
    """Return a method all of whose numbers are others than it was built with, and its trial."""
    name = case.partition("-")[0]
    cls = METHODS.load(name)
    of_data = cls.needs or cls.tables
    sizes: dict[str, Any] = smallest(cls) if of_data else TINY if cls.consumes == "pairs" else {}
    values = cls.Hyperparameters(**sizes, **VARIANTS[case])
    torch.manual_seed(1)
    method = cls(values, SPECS.get(name, HANDS) if of_data else DATA)
    with torch.no_grad():
        for tensor in state(method).values():
            tensor.add_(torch.rand(tensor.shape).to(tensor.dtype) + 1)
    return method, replace(toys.trial(name), hyperparameters=values)


def bits(method: Method) -> dict[str, bytes]:
    return {name: tensor.numpy(force=True).tobytes() for name, tensor in state(method).items()}


@pytest.mark.parametrize("name", ["semix", "dvae_pose"])
def test_a_model_is_built_without_the_file_that_its_encoder_began_from(name: str) -> None:
    method, trial = trained(name)
    began = replace(trial.hyperparameters, encoder_weights="/nowhere/resnet.pth")
    data = encode_model(method, replace(trial, hyperparameters=began))
    origin = decode_origin(data, "file")
    assert origin.config["method"]["encoder_weights"] == "/nowhere/resnet.pth"
    assert bits(decode_model(data, "file", origin, CPU)) == bits(method)


@pytest.mark.parametrize("case", VARIANTS)
def test_every_parameter_and_buffer_comes_back(case: str) -> None:
    method, trial = trained(case)
    data = encode_model(method, trial)
    origin = decode_origin(data, "file")
    loaded = decode_model(data, "file", origin, CPU)
    assert bits(loaded) == bits(method)
    assert state(loaded).keys() >= loaded.state_dict().keys()
    assert (type(loaded), loaded.training) == (type(method), False)
    assert (loaded.hyperparameters, loaded.data) == (method.hyperparameters, method.data)
    assert origin.config == trial.as_dict()
    assert origin.changed_sources() == []


def test_buffers_that_a_state_dict_leaves_out_are_kept() -> None:
    method, _ = trained("c_vitae-cpab")
    left_out = state(method).keys() - method.state_dict().keys()
    assert any("basis" in name for name in left_out)


def test_a_trial_writes_the_same_bytes_every_time_and_others_read_them(tmp_path: Path) -> None:
    one, two = (toys.run(toys.trial("vae"), toys.dataset(), keep=True)[1] for _ in range(2))
    assert one.model is not None
    assert one.model == two.model
    (tmp_path / "model.safetensors").write_bytes(one.model)
    with safetensors.safe_open(tmp_path / "model.safetensors", "pt") as file:
        described = json.loads(file.metadata()["unbraid"])
        assert set(file.keys()) == state(toys.build(METHODS.load("vae"))).keys()
    assert described["trial_id"] == one.trial_id
    assert described["versions"].keys() == {"unbraid", "torch"}
    assert "models.vae.vae" in described["sources"]


@pytest.mark.parametrize(
    ("method", "status"), [(toys.Explodes, "diverged"), (toys.Raises, "failed")]
)
def test_only_a_trial_that_ends_well_keeps_its_model(method: type[Method], status: str) -> None:
    record = toys.run(toys.trial(method, epochs=6), toys.dataset(), keep=True)[1]
    assert (record.status, record.model) == (status, None)
    assert toys.run(toys.trial("vae"), toys.dataset())[1].model is None, "nor one not asked to"


@pytest.fixture(scope="module")
def stored() -> bytes:
    record = toys.run(toys.trial(toys.KnownBound), toys.dataset(), keep=True)[1]
    assert record.model is not None
    return record.model


def test_no_altered_byte_passes_unnoticed(stored: bytes) -> None:
    for place in range(0, len(stored), 7):
        damaged = bytearray(stored)
        damaged[place] ^= 0x10
        with pytest.raises(CorruptFileError, match=r"^models/x: torn"):
            decode_origin(bytes(damaged), "models/x")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
def test_a_torn_file_is_refused(stored: bytes, share: float) -> None:
    with pytest.raises(CorruptFileError, match=r"^models/x: torn"):
        decode_origin(stored[: int(share * len(stored))], "models/x")


def test_a_file_of_another_program_is_refused() -> None:
    foreign = safetensors.torch.save({"mean": torch.zeros(3)})
    with pytest.raises(CorruptFileError, match="not written by unbraid"):
        decode_origin(foreign, "models/x")


def test_a_newer_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    method, trial = trained("vae")
    monkeypatch.setattr(weights, "FORMAT", 2)
    newer = encode_model(method, trial)
    monkeypatch.setattr(weights, "FORMAT", 1)
    with pytest.raises(UserError, match=r"newer unbraid \(format 2"):
        decode_origin(newer, "models/x")


class Renamed(toys.MeanImage):
    """A toy whose image has another name, with one tensor more."""

    def __init__(self, hyperparameters: toys.ToyHyperparameters, data: Any) -> None:
        super().__init__(hyperparameters, data)
        self.average = nn.Parameter(self.mean.detach())
        del self.mean


class Larger(toys.MeanImage):
    """A toy with an image of another shape."""

    def __init__(self, hyperparameters: toys.ToyHyperparameters, data: Any) -> None:
        super().__init__(hyperparameters, data)
        self.mean = nn.Parameter(torch.zeros(7, dtype=torch.float64))


def as_method(origin: Origin, cls: type[Method]) -> Origin:
    """Return an origin that names another class: as if the first had been edited into it."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    return replace(origin, config={**origin.config, "method": {"name": name, "lr": 0.01}})


@pytest.mark.parametrize(
    ("cls", "says"),
    [
        (
            Renamed,
            "the method has average, the file has not; the file has mean, the method has not",
        ),
        (Larger, r"mean is float32 \[1, 6, 6\] in the file and float64 \[7\] in the method"),
    ],
)
def test_other_parameters_than_the_methods_are_an_error(
    stored: bytes, cls: type[Method], says: str
) -> None:
    origin = as_method(decode_origin(stored, "models/x"), cls)
    with pytest.raises(UserError, match=says) as refused:
        decode_model(stored, "models/x", origin, CPU)
    assert f"torch {torch.__version__}; use the code of then" in str(refused.value)


def test_hyperparameters_that_are_gone_are_an_error(stored: bytes) -> None:
    origin = decode_origin(stored, "models/x")
    config = {**origin.config, "method": {**origin.config["method"], "depth": 3}}
    with pytest.raises(UserError, match=r"models/x does not fit .* Unknown key 'method.depth'"):
        decode_model(stored, "models/x", replace(origin, config=config), CPU)


class Tied(toys.MeanImage):
    """A toy with one tensor under two names, and one in half precision."""

    def __init__(self, hyperparameters: toys.ToyHyperparameters, data: Any) -> None:
        super().__init__(hyperparameters, data)
        self.again = self.mean
        self.register_buffer("coarse", torch.arange(5).to(torch.bfloat16)[1:])


def test_tied_and_half_tensors_are_kept() -> None:
    method = toys.build(Tied)
    with torch.no_grad():
        method.mean.fill_(0.25)
    data = encode_model(method, toys.trial(Tied))
    loaded = decode_model(data, "x", decode_origin(data, "x"), CPU)
    assert loaded.again is loaded.mean
    assert loaded.mean.unique().tolist() == [0.25]
    assert (loaded.coarse.dtype, loaded.coarse.tolist()) == (torch.bfloat16, [1, 2, 3, 4])


def test_sources_that_differ_are_named(stored: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = decode_origin(stored, "x")
    now = sources.digests_of([toys.KnownBound])
    module = toys.KnownBound.__module__
    monkeypatch.setattr(
        weights, "digests_of", lambda _: {**now, module: "other", "models.young": "1"}
    )
    then = replace(origin, sources={**origin.sources, "models.old": "1"})
    assert then.changed_sources() == [
        f"{module} has been edited",
        "models.young is new",
        "models.old is gone",
    ]


def test_the_header_is_plain_json(stored: bytes) -> None:
    """So that nothing in the file is ever executed; and anyone can look into it."""
    (length,) = struct.unpack("<Q", stored[:8])
    header = json.loads(stored[8 : 8 + length])
    assert {name for name in header if name != "__metadata__"} == {"mean", "steps"}
