"""AIGN for structure from motion: its networks, its losses, and what it refuses."""

import math

import pytest
import torch
from torch import nn

from harness.config.sweep import resolve
from harness.errors import UserError
from models.adversarial.sfm.declarations import SfmHyperparameters
from models.adversarial.sfm.method import AIGNSfm
from models.networks.aign.pose import judge
from models.networks.aign.sfm import SIZES, SkipNetwork, patch_judge
from models.reference.declarations import MeanSceneHyperparameters
from models.reference.scenes import MeanScene
from tests.models.adversarial.test_pose import parameters
from tests.models.helpers.labelled import FRAMES, HANDS
from tests.models.helpers.method_case import Case


def case(**changed: object) -> Case:
    return Case(AIGNSfm, SfmHyperparameters(**{"network": "tiny", **changed}), FRAMES)  # type: ignore[arg-type]


def test_the_published_discriminators_have_their_parameters() -> None:
    sizes = SIZES["paper"]
    assert parameters(patch_judge(sizes.patches), without_norm=True) == 660_929
    assert parameters(judge(12, sizes.motion), without_norm=True) == 26_497
    norms = [m for m in patch_judge(sizes.patches) if isinstance(m, nn.BatchNorm2d)]
    assert [norm.num_features for norm in norms] == [128, 256], "after the second and the third"
    assert patch_judge(sizes.patches)(torch.zeros(2, 1, 64, 96)).shape == (2, 1, 7, 11)


@pytest.mark.parametrize("image_size", [(32, 48), (64, 96), (64, 208)])
def test_skip_networks_keep_the_size(image_size: tuple[int, int]) -> None:
    network = SkipNetwork("small", image_size, 6, 2)
    assert network(torch.zeros(2, 6, *image_size)).shape == (2, 2, *image_size)


def test_skips_bring_the_image_to_the_last_layer() -> None:
    network = SkipNetwork("tiny", (16, 16), 3, 1).eval()
    image = torch.zeros(1, 3, 16, 16)
    image[0, 0, 5, 9] = 1.0
    changed = (network(image) - network(torch.zeros_like(image))).abs()[0, 0]
    assert changed[5, 9] > 0


def test_frames_that_do_not_move_are_rendered_by_no_motion() -> None:
    method = case(priors="none").build()
    still = torch.rand(2, 3, 16, 16).double().repeat(1, 2, 1, 1)
    rest = torch.cat([torch.eye(3).flatten(), torch.zeros(3)]).double().expand(2, 12)
    flat = torch.zeros(2, 1, 16, 16).double() + math.log(10)
    method.factors = lambda image: (0 * image[:, :2], flat, rest)
    loss, stats = method.generation({"image": still}, {}, case().values(method))
    assert float(stats["rigid"]) == pytest.approx(0, abs=1e-12)
    assert float(stats["flow"]) == pytest.approx(0, abs=1e-12)
    assert float(loss) == pytest.approx(math.sqrt(1e-6) / 16, rel=1e-6)


def test_priors_are_the_discriminators_there_are() -> None:
    for priors, names in (
        ("depth", ["depth"]),
        ("motion", ["motion"]),
        ("both", ["depth", "motion"]),
    ):
        method = case(priors=priors).build()
        assert list(method.discriminator) == names
        assert len(method.answers(sliced(case(priors=priors).batch()))) == len(names)
    assert not hasattr(case(priors="none").build(), "discriminator")


def sliced(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k: v[:, 0] if k.startswith("unpaired") else v for k, v in batch.items()}


def test_the_gate_is_the_default_here_and_the_seed_s() -> None:
    defaults = SfmHyperparameters()
    assert (defaults.gate, defaults.theta_d, defaults.theta_g) == ("theta", 0.695, 0.75)


def test_images_that_are_no_two_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="two frames of three have 6"):
        AIGNSfm(SfmHyperparameters(network="tiny"), HANDS)
    with pytest.raises(
        UserError, match=r"does not say intrinsics\. Datasets that do: scenes, vkitti2"
    ):
        resolve(["method=aign_sfm", "dataset=humans", "scale=smoke"])


def test_the_mean_scene_is_the_mean_of_what_it_saw() -> None:
    batch = Case(MeanScene, MeanSceneHyperparameters(), FRAMES).batch(size=8)
    batch["depth"] = batch["depth"] + 1
    still = torch.eye(3).flatten().double()
    batch["motion"] = torch.cat([still.expand(8, 9), batch["motion"][:, 9:]], 1)
    method = MeanScene(MeanSceneHyperparameters(), FRAMES).double()
    for part in (slice(5), slice(5, None)):
        method.look({k: v[part] for k, v in batch.items()}, {}, {})
    found = method.predict(batch["image"])
    torch.testing.assert_close(found["depth"][0].log(), batch["depth"].log().mean(0))
    torch.testing.assert_close(found["flow"][3], batch["flow"].mean(0))
    torch.testing.assert_close(found["motion"][0, :9], still)
    torch.testing.assert_close(found["motion"][0, 9:], batch["motion"][:, 9:].mean(0))
    resting = MeanScene(MeanSceneHyperparameters(motion="none"), FRAMES).double()
    resting.look(batch, {}, {})
    assert not resting.predict(batch["image"])["flow"].any()
    assert not resting.predict(batch["image"])["motion"][:, 9:].any()
