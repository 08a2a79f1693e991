"""What somebody meant who wrote a key that is not there: another name, another group, a typo."""

from collections.abc import Iterable

from harness.errors import UserError, nearest

_ALSO_CALLED = {
    "method": "model algorithm",
    "dataset": "data datasets",
    "method.d": "latent_dim latent_dims latent_size n_latents dim_z z_dim z_size nz code_dim",
    "method.d_pose": "latent_dim z_dim pose_dim d",
    "method.lr": "learning_rate eta step_size",
    "method.beta": "kl_weight kl_coefficient kl_beta weight_kl",
    "method.transform": "transformer transformation parametrization parametrisation",
    "method.network": "networks architecture arch encoder",
    "scale.epochs": "n_epochs num_epochs max_epochs",
    "scale.batch_size": "batch batchsize bs n_batch",
    "scale.train_limit": "n_train train_size max_train",
    "scale.test_limit": "n_test test_size max_test",
    "scale.warmup_fraction": "warmup warm_up",
    "dataset.side": "image_size img_size size resolution downscale",
    "dataset.size": "image_size img_size side resolution downscale",
    "dataset.downscale": "image_size img_size side size resolution",
    "dataset.path": "file filename folder directory dir root data_dir data_path",
    "dataset.identity_factor": "identity identities id subject person",
    "dataset.frame_factor": "frame",
    "dataset.pose_factors": "pose",
    "dataset.test_fraction": "test_size test_share val_fraction",
    "seed": "random_seed rng_seed",
    "seeds": "n_seeds num_seeds repeats",
    "trials": "n_trials num_trials num_samples budget",
    "run_dir": "out output output_dir out_dir save_dir log_dir results",
    "data_root": "data_dir data_path root",
    "device": "gpu cuda",
    "ray.num_cpus": "cpus n_cpus num_workers n_jobs jobs",
    "ray.num_gpus": "gpus n_gpus",
    "ray.address": "address cluster",
}
"""Other names of keys, as papers and other tools have them."""


class UnknownKeyError(UserError):
    """A key that there is not.

    Attributes:
        path: the key, which somebody else than the user may have written.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def did_you_mean_key(path: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for what :func:`meant` finds, or an empty string."""
    near = meant(path, known)
    return f" Did you mean '{near}'?" if near else ""


def meant(path: str, known: Iterable[str]) -> str:
    """Return the known key that an unknown one most likely stands for, or an empty string.

    First by another name of it, then by the nearest spelling, each in the key's own group before
    all others: ``method.latent_dim`` is ``method.d``, ``method.epochs`` is ``scale.epochs``.

    Args:
        path: the unknown key, such as ``method.latent_dim`` or ``epochs``.
        known: the keys that there are, and the groups.
    """
    group, _, word = path.rpartition(".")
    elsewhere = [key for key in known if key != path]
    here = [key for key in elsewhere if key.rpartition(".")[0] == group]
    places = (here, elsewhere) if group else (elsewhere,)
    for keys in places:
        for key in keys:
            if word.lower().replace("-", "_") in _ALSO_CALLED.get(key, "").split():
                return key
    for keys in places:
        by_word = {key.rpartition(".")[2]: key for key in keys}
        if near := by_word.get(nearest(word, by_word)):
            return near
    return ""
