"""Protocols: what a method has is seen on its instances, and asking needs no torch."""

import subprocess
import sys

import pytest

from harness.methods import METHODS
from models import protocols
from models.method import Method
from tests.models.helpers.labelled import labelled_case
from tests.models.helpers.method_case import DATA
from tests.models.helpers.pairs import tiny_case

OF_IMAGES = {"Bounds", "Weighs", "Infers", "Encodes", "Decodes", "Reconstructs", "Samples"}
OF_PAIRS = {"Encodes", "Reconstructs", "Swaps"}
OF_LABELS = (OF_IMAGES - {"Weighs"}) | {"Predicts", "DecodesModalities"}
ABILITIES = {
    "vae": OF_IMAGES,
    "c_vitae": OF_IMAGES | {"Swaps", "DecodesAppearance"},
    "atsdm": OF_PAIRS,
    "bvae": OF_PAIRS | {"Infers"},
    "rodi": OF_PAIRS | {"Infers", "DecodesGroups", "EstimatesInformation"},
    "cross_vae": OF_LABELS,
    "dvae_pose": OF_LABELS | {"EncodesModalities"},
    "dvae_synthesis": OF_LABELS | {"EncodesModalities", "Swaps", "DecodesAppearance"},
}


def build(name: str) -> Method:
    method = METHODS.load(name)
    if method.needs:
        return labelled_case(name).build()
    if method.consumes == "pairs":
        return tiny_case(name).build()
    return method(method.Hyperparameters(), DATA)


@pytest.mark.parametrize("name", ABILITIES)
def test_a_method_has_the_protocols_of_its_kind(name: str) -> None:
    method = build(name)
    runtime = {
        name: protocol
        for name, protocol in vars(protocols).items()
        if getattr(protocol, "_is_runtime_protocol", False)
    }
    assert {name for name, kind in runtime.items() if isinstance(method, kind)} == ABILITIES[name]
    assert not any(isinstance(object(), kind) for kind in runtime.values())


@pytest.mark.parametrize(
    "module", ["models.protocols", "models.registry", "models.hyperparameters", "harness.methods"]
)
def test_importing_it_imports_no_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
