"""Training with matrix products and convolutions in bfloat16."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from harness.config.sweep import resolve
from harness.errors import UserError
from harness.training.loop import Updater
from harness.training.scale import Precision
from models.method import Batch, Method, Noise, Stats, Values
from tests.harness.helpers.cases import training
from tests.harness.training.test_stacked import TRAINED, members, together, worst
from tests.models.test_contract import CASES

ROUNDED = [name for name in TRAINED if CASES[name].method.may_round and "-" not in name]


class Line(Method):
    """One weight, 1; its loss is the mean of its products with the images."""

    def __init__(self) -> None:
        super().__init__(None, None)  # type: ignore[arg-type]
        self.weight = nn.Parameter(torch.ones(1, 1))

    def values(self) -> dict[str, float]:
        return {"lr": 0.5}

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        product = batch["image"] @ self.weight
        return product.mean(), {"product": product.mean(), "image": batch["image"].mean()}


@pytest.mark.parametrize(("precision", "product"), [("float32", 1 + 2**-9), ("bfloat16", 1.0)])
def test_products_are_of_rounded_numbers_and_all_that_is_kept_is_float32(
    precision: Precision, product: float
) -> None:
    """Of 1 + 2⁻⁹ the significand has 10 bits, so that 8 leave 1."""
    method = Line()
    updater = Updater(method, precision)
    stats = updater.step({"image": torch.full((4, 1), 1 + 2**-9)}, {}, updater.values)
    assert stats["loss"].item() == stats["product"].item() == product
    assert stats["image"].item() == 1 + 2**-9, "what is no product is not rounded"
    assert {each.dtype for each in stats.values()} == {torch.float32}
    assert method.weight.dtype == torch.float32
    assert method.weight.grad is not None
    assert method.weight.grad.dtype == torch.float32
    moments = [t for t in updater.adams[0].state[method.weight].values() if isinstance(t, Tensor)]
    assert moments
    assert {each.dtype for each in moments} == {torch.float32}


class Halving(Method):
    """A convolution of stride 2 with a kernel that is larger than its images."""

    def __init__(self) -> None:
        super().__init__(None, None)  # type: ignore[arg-type]
        self.convolution = nn.Conv2d(32, 64, 3, stride=2, padding=1, bias=False)

    def values(self) -> dict[str, float]:
        return {"lr": 0.5}

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        return self.convolution(batch["image"]).square().mean(), {}


def test_gradients_of_a_convolution_are_those_of_the_rounded_numbers() -> None:
    """oneDNN leaves the weights that meet nothing but the border as memory happened to be."""
    torch.manual_seed(0)
    method = Halving()
    weight = method.convolution.weight.detach().bfloat16().double().requires_grad_()
    image = torch.randn(4, 32, 1, 1).bfloat16().float()
    loss = nn.functional.conv2d(image.double(), weight, stride=2, padding=1).square().mean()
    (expected,) = torch.autograd.grad(loss, weight)
    taken = [torch.full((1 << power,), torch.nan) for power in range(8, 20)]
    del taken  # what the allocator hands out next is not 0
    updater = Updater(method, "bfloat16")
    updater.step({"image": image}, {}, updater.values)
    gradient = method.convolution.weight.grad
    assert gradient is not None
    assert (gradient - expected).abs().max() < 0.02 * expected.abs().max()


@pytest.mark.parametrize("name", ROUNDED)
def test_a_method_that_says_so_trains_as_in_float32_but_for_roundings(name: str) -> None:
    """Losses of the first three steps: a product is off by 2⁻⁸ at most, and errors average out.

    Measured are up to 0.011; with coordinates rounded VITAE's losses are off by 0.58.
    """
    runs = {
        precision: training(CASES[name], epochs=1, dtype=torch.float32, precision=precision)
        for precision in ("float32", "bfloat16")
    }
    plain, rounded = (next(each.epochs()).train for each in runs.values())
    assert plain.keys() == rounded.keys()
    for key in (key for key in plain if key.endswith("loss")):
        assert rounded[key] == pytest.approx(plain[key], rel=0.03, abs=1e-3)
    method = runs["bfloat16"].updater.method
    tensors = [t for t in method.state_dict().values() if t.is_floating_point()]
    assert {each.dtype for each in tensors} == {torch.float32}
    assert all(each.isfinite().all() for each in tensors)


def test_most_methods_say_so() -> None:
    assert {"vae", "rodi", "dvae", "semix", "aign_sr"} <= set(ROUNDED)
    for name in ("u_vitae", "c_vitae", "aign_sfm", "aign_pose"):
        assert not CASES[name].method.may_round, "rotations and coordinates"


@pytest.mark.parametrize("name", ["vae", "rodi", "dvae", "aign_digits"])
def test_a_member_of_a_stack_is_rounded_as_it_is_alone(name: str) -> None:
    """Sums of a stack in another order round otherwise, by 2⁻⁸ of a number at most."""
    stacked, alone = (
        members(CASES[name], 3, epochs=1, dtype=torch.float32, precision="bfloat16")
        for _ in range(2)
    )
    for said, solo in zip(together(stacked), alone, strict=True):
        losses = [
            [replace(e, train={k: v for k, v in e.train.items() if k.endswith("loss")}) for e in of]
            for of in (said, list(solo.epochs()))
        ]
        assert worst(*losses) < 0.02


def test_what_must_not_be_rounded_is_refused_before_it_starts() -> None:
    asked = ["dataset=digits", "scale=smoke", "scale.precision=bfloat16"]
    with pytest.raises(UserError, match=r"scale\.precision=bfloat16.*'c_vitae' trains in float32"):
        resolve(["method=choice(vae,c_vitae)", *asked])
    assert resolve(["method=vae", *asked]).trials[0].scale.precision == "bfloat16"
    with pytest.raises(UserError, match=r"scale\.precision.*float32.*bfloat16"):
        resolve(["method=vae", *asked[:2], "scale.precision=half"])


def test_it_is_another_trial_and_float32_the_one_that_it_was() -> None:
    asked = ["method=vae", "dataset=digits", "scale=smoke", "seeds=1"]
    (plain,), (said,), (rounded,) = (
        resolve([*asked, *further]).trials
        for further in ([], ["scale.precision=float32"], ["scale.precision=bfloat16"])
    )
    assert plain.trial_id == said.trial_id != rounded.trial_id
