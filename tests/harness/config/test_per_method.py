"""Several methods in one sweep, and what a search space says of one method or one scale."""

from pathlib import Path

import pytest

from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.errors import UserError

TWO = "method=choice(vae,c_vitae)"

SPACE = """
title: two methods
fixed: {dataset: digits, seeds: 1, method.lr: 1e-2}
sweep: {method: "choice(vae, c_vitae)"}
each:
  vae: {method.beta: "choice(2, 4)", method.lr: 1e-3}
  c_vitae: {method.transform: affine}
at_scale:
  smoke: {dataset.warp: none}
"""


@pytest.fixture
def space(tmp_path: Path) -> str:
    path = tmp_path / "two.yaml"
    path.write_text(SPACE)
    return f"space={path}"


def of(method: str, *arguments: str) -> list[TrialConfig]:
    return [trial for trial in resolve(list(arguments)).trials if trial.method == method]


def test_each_method_takes_the_values_it_has() -> None:
    arguments = [TWO, "method.transform=choice(affine,affine_diffeo)", "method.lr=0.5", "seeds=1"]
    assert len(of("vae", *arguments)) == 1
    transforms = [trial.hyperparameters.transform for trial in of("c_vitae", *arguments)]
    assert transforms == ["affine", "affine_diffeo"]
    assert {trial.hyperparameters.lr for trial in resolve(arguments).trials} == {0.5}
    assert resolve(arguments).swept == {
        "method": ["vae", "c_vitae"],
        "method.transform": ["affine", "affine_diffeo"],
    }


def test_a_value_that_no_method_has_is_a_mistake() -> None:
    with pytest.raises(UserError, match=r"has 'method.trasform'. Did you mean 'method.transform'"):
        resolve([TWO, "method.trasform=affine"])


def test_one_method_must_have_what_it_is_given() -> None:
    with pytest.raises(UserError, match=r"Unknown key 'method.transform'"):
        resolve(["method=vae", "method.transform=affine"])


def test_a_space_says_more_of_one_method(space: str) -> None:
    vaes, vitaes = of("vae", space), of("c_vitae", space)
    assert [(t.hyperparameters.beta, t.hyperparameters.lr) for t in vaes] == [(2, 1e-3), (4, 1e-3)]
    assert [t.hyperparameters.transform for t in vitaes] == ["affine"]
    assert resolve([space]).swept["method.beta"] == [2, 4]


def test_the_command_line_has_the_last_word(space: str) -> None:
    lrs = {trial.hyperparameters.lr for trial in resolve([space, "method.lr=0.5"]).trials}
    assert lrs == {0.5}
    assert {t.hyperparameters.beta for t in of("vae", space, "method.beta=1")} == {1}
    assert [t.method for t in resolve([space, "method=c_vitae"]).trials] == ["c_vitae"]


def test_a_key_that_the_space_wrote_is_named_as_the_spaces(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("{title: t, fixed: {method: vae, dataset: dsprites, dataset.downscale: 2}}")
    with pytest.raises(UserError, match=r"downscale.*search space 'large' sets this key") as found:
        resolve([f"space={path}", "dataset=glyphs"])
    assert "space=my_space.yaml" in str(found.value)
    with pytest.raises(UserError, match="Unknown key") as found:
        resolve([f"space={path}", "dataset=glyphs", "dataset.downscale=4"])
    assert "search space" not in str(found.value), "the user wrote it too"
    path.write_text("{title: t, fixed: {dataset: digits, method.zzz: 2}}")
    with pytest.raises(UserError, match=r"None of the methods.*'large' sets this key"):
        resolve([f"space={path}", TWO])


def test_a_space_says_more_of_one_scale(space: str) -> None:
    def warps(*arguments: str) -> set[str]:
        return {trial.dataset.warp for trial in resolve([space, *arguments]).trials}

    assert warps() == {"fresh"}
    assert warps("scale=smoke") == {"none"}
    assert warps("scale=smoke", "dataset.warp=fixed") == {"fixed"}
    both = resolve([space, "scale=choice(smoke,small)", "method=vae"]).trials
    assert {(trial.scale.name, trial.dataset.warp) for trial in both} == {
        ("smoke", "none"),
        ("small", "fresh"),
    }


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("each: {vea: {method.lr: 1}}", "no method 'vea'. Did you mean 'vae'"),
        ("at_scale: {smok: {dataset.warp: none}}", "no scale 'smok'. Did you mean 'smoke'"),
    ],
)
def test_names_in_a_space_are_checked(tmp_path: Path, part: str, message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(f"title: wrong\n{part}\n")
    with pytest.raises(UserError, match=message):
        resolve([f"space={path}"])


VARIANTS = """
title: two switches
fixed: {method: vae, dataset: digits, seeds: 2, method.d: 3}
sweep: {method.lr: "choice(1e-3, 1e-2)"}
variants:
  neither: {}
  wide: &wide {method.encoder_widths: [9, 8]}
  both: {<<: *wide, method.d: 2, scale.shuffle: false}
at_scale:
  smoke: {method.d: 4}
"""


@pytest.fixture
def switches(tmp_path: Path) -> str:
    path = tmp_path / "switches.yaml"
    path.write_text(VARIANTS)
    return f"space={path}"


def test_all_that_is_swept_is_run_with_each_variant(switches: str) -> None:
    sweep = resolve([switches, "scale=small"])
    seen = [
        (t.hyperparameters.lr, t.hyperparameters.encoder_widths, t.hyperparameters.d, t.seed)
        for t in sweep.trials
        if t.scale.shuffle
    ]
    assert seen == [
        (lr, widths, 3, seed)
        for widths in ((128, 64), (9, 8))
        for lr in (1e-3, 1e-2)
        for seed in (0, 1)
    ]
    both = [t for t in sweep.trials if not t.scale.shuffle]
    assert {(t.hyperparameters.encoder_widths, t.hyperparameters.d) for t in both} == {((9, 8), 2)}
    assert len(both) == 4
    assert sweep.swept == {
        "method.lr": [1e-3, 1e-2],
        "method.encoder_widths": [[128, 64], [9, 8]],
        "method.d": [3, 2],
        "scale.shuffle": [True, False],
    }


def test_a_variant_goes_before_a_scale_and_the_command_line_before_it(switches: str) -> None:
    at_smoke = resolve([switches, "scale=smoke"])
    assert [*dict.fromkeys(t.hyperparameters.d for t in at_smoke.trials)] == [4, 2]
    told = resolve([switches, "scale=smoke", "method.d=7", "method.encoder_widths=[5]"])
    assert {t.hyperparameters.d for t in told.trials} == {7}
    assert len(told.trials) == 2 * 2 * 2, "the first two variants have become one"
    assert told.swept.keys() == {"method.lr", "scale.shuffle"}
    assert [*told.space.variants] == ["neither", "both"]
    assert told.left_out == {
        "the variant 'wide'": "with method.encoder_widths=[5] it is 'neither' over again"
    }
    assert at_smoke.left_out == {}


def test_a_mistake_in_a_variant_is_told_with_its_space(switches: str) -> None:
    path = Path(switches.removeprefix("space="))
    path.write_text(VARIANTS.replace("scale.shuffle", "scale.shufle"))
    with pytest.raises(UserError, match=r"'scale.shufle'.*Did you mean 'scale.shuffle'.*switches"):
        resolve([switches])


def test_some_variants_alone_are_the_same_trials(switches: str) -> None:
    whole, some = (
        {t.trial_id for t in resolve([switches, *more]).trials}
        for more in ((), ("variants=[both,neither]",))
    )
    assert len(whole) == 12
    assert len(some) == 8
    assert some < whole


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["variants=[bot]"], "'switches' has no 'bot'. Did you mean 'both'.*neither, wide, both"),
        (["variants=wide"], "write a list of one or more of neither, wide, both"),
        (["variants=[]"], "write a list of one or more of neither, wide, both"),
        (["variants=[[wide]]"], "has no '.*wide.*'"),
    ],
)
def test_variants_that_there_are_not_are_refused(
    switches: str, arguments: list[str], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        resolve([switches, *arguments])


@pytest.mark.parametrize("of", ["method=vae", "space=vitae_stability"])
def test_variants_are_those_of_a_space_that_has_some(of: str) -> None:
    with pytest.raises(UserError, match="chooses among those of a search space"):
        resolve([of, "variants=[wide]"])


def test_a_search_has_no_variants(switches: str) -> None:
    with pytest.raises(UserError, match="'switches' has variants, of which a grid runs each"):
        resolve([switches, "search=random", "trials=3"])
