"""Every mistake in a command is named with its remedy, before Ray starts and a file is written."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from harness.cli import main
from harness.errors import UserError
from tests.harness.helpers.command_line import Capture, complaint

IN_THE_CONFIGURATION = {
    # Unknown words, with the nearest known one.
    "method.lrr=1e-3": "Unknown key 'method.lrr'. Did you mean 'method.lr'?",
    "lr=1e-3": "Unknown key 'lr'. Did you mean 'method.lr'?",
    "lr=choice(1e-3,1e-2)": "Unknown key 'lr'. Did you mean 'method.lr'?",
    "method.epochs=3": "Unknown key 'method.epochs'. Did you mean 'scale.epochs'?",
    "metod=vae": "Unknown key 'metod'. Did you mean 'method'?",
    "sedes=3": "Unknown key 'sedes'. Did you mean 'seeds'?",
    "method.zzz=1": "Unknown key 'method.zzz'. Known: method.lr, method.beta,",
    "method.latent_dim=10": "Unknown key 'method.latent_dim'. Did you mean 'method.d'? Known: ",
    "method=factor_vae": "There is no method 'factor_vae'. Known: ",
    "nothing=1": "Known: seed, seeds, trials, metrics, device, run_dir, keep, checkpoint_s, "
    "data_root, dry_run, retry_failed, mix_code, log, log_dir, method, dataset, scale, search, "
    "scheduler, ray.",
    "ray.num_cpu=2": "Unknown key 'ray.num_cpu'. Did you mean 'ray.num_cpus'?",
    "space=vitae_stabilty": "no search space 'vitae_stabilty'. Did you mean 'vitae_stability'?",
    "space=nowhere.yaml": "no search space 'nowhere.yaml'",
    "method=c_vita": "There is no method 'c_vita'. Did you mean 'c_vitae'? Known: ",
    "method=choice(vae,c_vita)": "There is no method 'c_vita'",
    "method._target_=no_such_package.M": "there is no module 'no_such_package'",
    "method._target_=pathlib.Path": "'pathlib.Path' is not a method",
    "dataset=mnst": "There is no dataset 'mnst'. Did you mean 'mnist'? Known: ",
    "scale=smal": "There is no scale 'smal'. Did you mean 'small'? Known: paper, small, smoke.",
    "ray=clusterr": "There is no ray 'clusterr'. Did you mean 'cluster'?",
    "search=radnom": "There is no search 'radnom'. Did you mean 'random'? Known: grid, optuna",
    "search=optuna": "search=optuna has nothing to search: give at least one axis",
    "trials=3": "trials=3: a grid runs every combination. Add search=random or search=optuna",
    "log=tensorboard": "log=tensorboard: write a list, log=[tensorboard].",
    "log=[tensorbord]": "no such tracker. Did you mean 'tensorboard'? Known: tensorboard, mlflow",
    "metrics=[elbo,msee]": "There is no metric 'msee'. Did you mean 'mse'? Known: appearance_knn,",
    "metrics=elbo": "write a list, metrics=[elbo]",
    "metrics=null": "write a list of elbo, ",
    "metrics=[]": "write a list of elbo, ",
    # Impossible values.
    "ray.gpus_per_trial=1.5": "gpus_per_trial=1.5: above one, Ray gives whole GPUs alone",
    "ray.gpus_per_trial=-0.5": "ray.gpus_per_trial=-0.5 is not allowed: gpus_per_trial must be",
    "method=[vae,c_vitae]": "To sweep several, write 'method=choice(vae,c_vitae)'.",
    "scale=[smoke]": "To sweep several, write 'scale=choice(smoke)'.",
    "ray.stack=0": "stack must be greater than or equal to 1, or must be 'auto'.",
    "ray.stack=autom": "or must be 'auto'. Did you mean 'auto'?",
    "ray.cuda_graphs=true": "there are no stacks. Add ray.stack=auto, or a number above 1.",
    "ray.gpus_per_trial=1e-5": "gpus_per_trial=1e-05: the smallest share is 0.0001",
    "ray.gpus_per_trial=half": "ray.gpus_per_trial=half is not allowed",
    "ray.cpus_per_trial=0": "ray.cpus_per_trial=0 is not allowed: cpus_per_trial must be greater",
    "ray.silent_limit_s=0": "ray.silent_limit_s=0 is not allowed: silent_limit_s must be greater",
    "method.d=0": "method.d=0 is not allowed: d must be greater than or equal to 1",
    "method.d=2.5": "method.d=2.5 is not allowed: d must be a valid integer",
    "method.transform=afine": "must be 'affine', 'affine_decomp', 'affine_diffeo' or 'cpab'. "
    "Did you mean 'affine'?",
    "method.transform=choice(affine,afine)": "method.transform=afine is not allowed",
    "method.lr=-1e-3": "method.lr=-0.001 is not allowed: lr must be greater than 0",
    "method.lr=true": "method.lr=true is not allowed: write a number, not true",
    "method.identity_offset=1": "method.identity_offset=1 is not allowed: write true or false",
    "method.lr=0": "method.lr=0 is not allowed: lr must be greater than 0",
    "method.lr=nan": "method.lr=nan is not a finite number",
    "method.lr=inf": "method.lr=inf is not a finite number",
    "method.lr=choice(1e-3,nan)": "method.lr=nan is not a finite number",
    "method.lr=fast": "method.lr=fast is not allowed: lr must be a valid number",
    "method.lr=${nothing}": "Interpolation key 'nothing' not found",
    "method.appearance_encoder_widths=[0]": "must be greater than or equal to 1",
    "scale.batch_size=0": "scale.batch_size=0 is not allowed: batch_size must be greater than",
    "scale.warmup_fraction=2": "warmup_fraction must be less than or equal to 1",
    "dataset.warp=frsh": "Did you mean 'fresh'?",
    "seeds=0": "seeds=0 is not allowed: seeds must be greater than 0",
    "seed=-1": "seed=-1 is not allowed: seed must be greater than or equal to 0",
    "seed=4294967294": "seed=4294967294 seeds=3 reaches seed 4294967296; the largest is 429496729",
    "seed=99999999999999999999": "seed must be less than 4294967296",
    "ray.num_cpus=0": "ray.num_cpus=0 is not allowed",
    "device=gpu": "device=gpu: write auto, cpu, cuda, or cuda:1 for one GPU",
    "run_dir=nowhere://x": "A run directory is a path or a URI such as s3://bucket/run",
    # What cannot be swept, or not like this.
    "method.lr=interval(1e-4,1e-1)": "needs a finite list of values; write method.lr=choice(",
    "method.lr=glob(*)": "needs a finite list of values",
    "seeds=choice(1,2)": "'seeds' cannot be swept, because it is no axis of a trial",
    "device=choice(cpu,cuda)": "'device' cannot be swept",
    "ray.num_cpus=choice(1,2)": "'ray.num_cpus' cannot be swept",
    "ray=choice(local,cluster)": "'ray' cannot be swept",
    "metrics=choice([elbo],[mse])": "'metrics' cannot be swept",
    "space=choice(vitae_stability,other)": "Give one search space: space=NAME.",
    # Not in the grammar.
    "method.lr": "Cannot read 'method.lr'. Write key=value, for example method.lr=1e-3",
    "data_root=~/data": "other signs once more, as in \"data_root='~/data'\".",
    "method.lr=choice(1e-3": "quote brackets for the shell",
    "+method.gamma=1": "every key exists already; write it without + ~ or @",
    "~method.lr": "write it without + ~ or @",
    "dataset@data=digits": "write it without + ~ or @",
    # Missing data.
    "dataset=mnist": "The dataset 'mnist' needs a folder with data. Set the folder with "
    "data_root=FOLDER or the environment variable UNBRAID_DATA",
}


@pytest.mark.parametrize("argument", IN_THE_CONFIGURATION)
def test_mistake_in_the_configuration(workplace: Path, capsys: Capture, argument: str) -> None:
    said = complaint(capsys, "sweep", "run_dir=run", argument)
    assert IN_THE_CONFIGURATION[argument] in said
    assert list(workplace.iterdir()) == []


def test_method_without_what_the_space_sweeps(workplace: Path, capsys: Capture) -> None:
    said = complaint(capsys, "sweep", "space=vitae_stability", "method=vae")
    assert "Unknown key 'method.transform' of method=vae. Known: method.lr," in said
    assert "Methods that have it: u_vitae, c_vitae." in said
    assert "a copy of the space without it" in said
    assert list(workplace.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("command", ["sweep", "train"])
def test_cuda_without_a_gpu(workplace: Path, capsys: Capture, command: str) -> None:
    for more in ([], ["dry_run=true"]):
        said = complaint(capsys, command, "run_dir=run", "device=cuda", *more)
        assert "device=cuda, but torch sees no GPU here. Use device=cpu" in said
    assert list(workplace.iterdir()) == []


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("method.lr=choice(1e-4,1e-3)", "method.lr"),
        ("method=choice(vae,c_vitae)", "method"),
        ("space=vitae_stability", "method.transform"),
    ],
)
def test_train_sweeps_nothing(workplace: Path, capsys: Capture, argument: str, named: str) -> None:
    said = complaint(capsys, "train", argument)
    assert f"'{named}' asks for several trials: use `unbraid sweep`." in said
    assert list(workplace.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("titel: x", "Unknown key 'space mine.titel'. Did you mean 'title'?"),
        ("source: x", "'space mine.title' is missing"),
        ("title: x\nsweep: {method.lr: 3}", "sweep must be a valid string"),
        ("title: x\nsweep: {method.lr: 'interval(1,2)'}", "needs a finite list"),
        ("title: [", "mine.yaml is not valid YAML"),
        (
            "{title: t, report: abblation, fixed: {method: vae, dataset: digits}, "
            "sweep: {method.lr: 'choice(1e-4,1e-3)'}}",
            "There is no report 'abblation'. Did you mean 'ablation'?",
        ),
        ("- title", "mine.yaml is no search space: it needs title, fixed and sweep"),
    ],
)
def test_search_space_of_the_users(
    workplace: Path, capsys: Capture, content: str, message: str
) -> None:
    (workplace / "mine.yaml").write_text(content)
    assert message in complaint(capsys, "sweep", "space=mine.yaml")
    assert [path.name for path in workplace.iterdir()] == ["mine.yaml"]


@pytest.mark.usefixtures("workplace")
def test_listing_what_there_is_not(capsys: Capture) -> None:
    assert "There is no method 'c_vita'" in complaint(capsys, "list", "methods", "c_vita")
    assert "There is no dataset 'digit'" in complaint(capsys, "list", "datasets", "digit")
    assert "There is no metric 'elb'" in complaint(capsys, "list", "metrics", "elb")
    assert "vitae_bta" in complaint(capsys, "list", "spaces", "vitae_bta")
    assert "There is no scale 'smoek'. Did" in complaint(capsys, "list", "scales", "smoek")
    assert "There is no search 'optun'. Did" in complaint(capsys, "list", "searches", "optun")
    assert "There is no report 'timming'. Did" in complaint(capsys, "list", "kinds", "timming")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["swep"], "invalid choice: 'swep'"),
        (["list"], "the following arguments are required: what"),
        (["list", "method"], "invalid choice: 'method'"),
        (["status"], "the following arguments are required: run_dir"),
        (["report", "run", "--king", "stability"], "unrecognized arguments: --king"),
    ],
)
def test_command_line_that_is_none(capsys: Capture, arguments: list[str], message: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err


def test_ray_is_not_even_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from harness.cli import main; "
        "code = main(['sweep', 'run_dir=run', 'method.lr=-1']); "
        "sys.exit(99 if 'ray' in sys.modules else code)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert result.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_where_an_error_comes_from() -> None:
    with pytest.raises(UserError, match="must be greater than 0"):
        main(["--debug", "sweep", "method.lr=-1"])
