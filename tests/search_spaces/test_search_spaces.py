"""Every search space that comes with Unbraid plans at every scale and says what it is."""

import json
from pathlib import Path

import pytest

import reports
from harness.config.compose import options_of
from harness.config.search_spaces import load_space, space_files
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.errors import UserError

SPACES = space_files()
PUBLISHED = Path(reports.__file__).parent / "published"

CONFIGURATIONS = {
    "aign_decoder": 2 * 4 * 2 + 2,  # two decoders, four weights, two paces of D, and two guesses
    "aign_inpaint": 2 * 3 + 2,  # with a biased memory and its control, three weights; two guesses
    "aign_sr": 4 * 2 * 3 + 2 + 1,  # memories, controls, three weights; pairs, cycle, bicubic
    "aign_gates": 3 * 3,
    "aign_pose": 3 + 1,  # with and without an adversary or joints in space; the mean pose
    "aign_sfm": 4 + 2,  # priors of depth, motion, both and none; two guesses
    "dvae_beta_d": 4 * 4,
    "dvae_beta_d_pose": 4 * 4,
    "dvae_differences": (2 + 2 * 6) * 2,  # ours, all, each of six switches on and off
    "dvae_disentanglement": 2,
    "dvae_section_e": 4,  # two methods and two references
    "dvae_walks": 2 + 1,  # of image synthesis without and with a code of the rest
    "rodi_ablation": 5,
    "rodi_ablation_people": 5,
    "rodi_differences": 4 * (1 + 7 + 2),  # ours, each of seven on, two sets of several
    "rodi_differences_released": 4 * (2 + 6 + 2 + 1),  # both, six off, two on, and the networks
    "rodi_epsilon_b_gamma": 5 * 5,
    "rodi_norb": 3,
    "rodi_people": 2,
    "rodi_sprites": 3 + 4,  # RoDi's adaptive, adversarial and variational form, and four others
    "semix_beta": 4 * 4,
    "semix_losses": 2**3 + 4,  # SemiX with and without three losses, a baseline, lifting, guesses
    "semix_sketch": 3 * (2 + 1),
    "semix_supervision": 5 * (2 + 1),
    "tune_aign": 40,
    "tune_rodi": 40,
    "tune_dvae": 40,
    "tune_semix": 40,
    "tune_vitae": 40,
    "vitae_dsprites": 6,
    "vitae_inductive_bias": 3,
    "vitae_beta": 4 + 6 + 6,  # of beta-VAE, beta-TCVAE and DIP-VAE-II
    "vitae_bodies": 6,
    "vitae_faces": 3,
    "vitae_mnist": 6,
    "vitae_stability": 3 * 4,
    "vitae_stability_released": 3 * 5,
    "vitae_stability_ablation": (2 + 2 * 6) * 3 * 5,  # ours, released, each of six on and off
    "vitae_timing": 4 + 3,  # C-VITAE with each of three transformations
}

TUNED = {
    "leaderboard": (2 * 12 + 2, 2 * 3, 50),  # both tasks of SemiX have one dataset
    "leaderboard_poses": (2 * 5 + 1, 2 * 2, 30),  # AIGN has one dataset
}
"""Methods and references, each on its datasets, and the trials of each at the published scale."""


def test_every_file_is_found() -> None:
    folder = Path(__file__).parents[2] / "search_spaces"
    assert sorted(SPACES) == sorted(
        path.stem for path in folder.iterdir() if path.suffix == ".yaml"
    )


@pytest.mark.parametrize("name", SPACES)
def test_it_says_what_it_is_and_has_a_report(name: str) -> None:
    space = load_space(name)
    assert space.title
    assert space.source
    assert space.report in {*reports.KINDS.paths(), reports.LEADERBOARD}
    assert space.sweep


@pytest.mark.parametrize("name", SPACES)
def test_it_holds_what_is_swept_and_nothing_of_this_machine(name: str) -> None:
    space = load_space(name)
    places = {key.partition(".")[0] for key in (*space.fixed, *space.sweep)}
    assert places <= {
        "method",
        "dataset",
        "scale",
        "metrics",
        "seeds",
        "trials",
        "search",
        "scheduler",
        "ray",
    }
    assert not places & {"scale"} or "scale" not in space.fixed, "the scale is the user's choice"


@pytest.mark.parametrize("scale", options_of("scale"))
@pytest.mark.parametrize("name", SPACES)
def test_it_plans_at_every_scale(name: str, scale: str) -> None:
    sweep = resolve([f"space={name}", f"scale={scale}"])
    if name in TUNED:  # references have nothing to tune
        tuned, references, many = TUNED[name]
        trials, confirm = {"smoke": (3, 2), "small": (6, 5), "paper": (many, 5)}[scale]
        assert sweep.n_trials == tuned * (trials + 2 * confirm) + references * (1 + confirm)
        return
    assert sweep.n_trials == CONFIGURATIONS[name] * sweep.settings.seeds
    assert {trial.scale.name for trial in sweep.trials} == {scale}
    for trial in sweep.trials:
        assert trial_from_dict(json.loads(json.dumps(trial.as_dict()))) == trial


def test_the_published_stability_sweep() -> None:
    """Detlefsen and Hauberg 2019, supplement, Figure 1: 3 parametrizations x 4 learning rates."""
    sweep = resolve(["space=vitae_stability"])
    assert sweep.swept == {
        "method.transform": ["affine", "affine_decomp", "affine_diffeo"],
        "method.lr": [1e-4, 1e-3, 1e-2, 1e-1],
    }
    assert {trial.method for trial in sweep.trials} == {"c_vitae"}


def test_dip_vae_ii_has_one_weight_for_both_penalties() -> None:
    """As in disentanglement_lib's study, whose grid is 1, 2, 5, 10, 20, 50."""
    swept = [t.hyperparameters for t in resolve(["space=vitae_beta"]).trials]
    weights = {(hp.lambda_od, hp.lambda_d) for hp in swept if hasattr(hp, "lambda_od")}
    assert weights == {(float(each), None) for each in (1, 2, 5, 10, 20, 50)}


@pytest.mark.parametrize("scale", options_of("scale"))
def test_rodi_d_has_a_weight_of_one_at_every_scale(scale: str) -> None:
    """Table 1: "d) with γ = 1 fixed"."""
    swept = [t.hyperparameters for t in resolve(["space=rodi_ablation", f"scale={scale}"]).trials]
    assert {hp.gamma for hp in swept if hp.variant == "d"} == {1.0}


@pytest.mark.parametrize("scale", options_of("scale"))
def test_section_e_of_dvae_is_of_eight_numbers_and_of_both_its_factors(scale: str) -> None:
    """Appendix E: "we fix the dimensionality of d of z to 8"; references show what is chance."""
    trials = resolve(["space=dvae_section_e", f"scale={scale}"]).trials
    assert {t.hyperparameters.d for t in trials} == {8}
    assert all(t.dataset.crossed for t in trials)
    assert {"random_codes", "untrained_codes"} < {t.method for t in trials}


@pytest.mark.parametrize("name", ["rodi_people", "rodi_ablation_people"])
def test_people_at_the_published_scale_have_the_people_model(name: str) -> None:
    """The authors' code: sprites γ_0 = 1 and a diagonal covariance, people 7.5 and a full one."""
    for scale, expected in (("paper", (7.5, "full")), ("small", (0.1, "diag"))):
        swept = [t.hyperparameters for t in resolve([f"space={name}", f"scale={scale}"]).trials]
        assert {(hp.gamma0, hp.pose_covariance) for hp in swept} == {expected}
    swept = [t.hyperparameters for t in resolve(["space=rodi_ablation", "scale=paper"]).trials]
    assert {(hp.gamma0, hp.pose_covariance) for hp in swept} == {(1.0, "diag")}


def test_the_run_on_inductive_bias_is_that_of_the_released_code() -> None:
    """60,000 images; VAEs of four latents, beta = 8; C-VITAE of two and two."""
    trials = resolve(["space=vitae_inductive_bias", "scale=paper"]).trials
    assert {t.dataset.n_train for t in trials} == {60_000}
    assert {(t.method, t.hyperparameters.d, t.hyperparameters.beta) for t in trials} == {
        ("vae", 4, 1),
        ("beta_vae", 4, 8),
        ("c_vitae", 2, 1),
    }


@pytest.mark.parametrize("datasets", ["dsprites", "choice(dsprites,mannequin)"])
def test_a_method_with_a_dataset_of_its_own_runs_on_no_other(datasets: str) -> None:
    sweep = resolve(["space=leaderboard", "scale=smoke", f"dataset={datasets}"])
    both, asked = ("semix", "semix_sketch"), "mannequin" in datasets
    for method in both:
        of = {trial.dataset.name for trial in sweep.trials if trial.method == method}
        assert of == ({"mannequin"} if asked else set())
        assert (method in sweep.swept["method"]) == asked
    why = "the space runs it on mannequin alone"
    assert sweep.left_out == ({} if asked else dict.fromkeys(both, why))
    for method, lacking in zip(both, ("joints_3d", "sketch"), strict=True):
        with pytest.raises(UserError, match=f"'dsprites' has no {lacking}"):
            resolve(["space=leaderboard", "scale=smoke", "dataset=dsprites", f"method={method}"])


def test_both_tasks_of_semix_are_tuned_alike() -> None:
    each = load_space("leaderboard").each
    assert each["semix"] == each["semix_sketch"]
