"""Codes of images, as a table: what a kept model says of each image of a dataset."""

import numpy as np
import pyarrow as pa
import torch

from harness.data.batches.of_method import test_batches
from harness.data.dataset import Dataset, Split
from harness.errors import UserError
from harness.metrics.data import images_at_once
from models.method import Method, device_of
from models.protocols import Encodes

SPLITS = ("train", "test")


def codes_table(method: Method, dataset: Dataset, splits: tuple[str, ...] = SPLITS) -> pa.Table:
    """Return the codes of a dataset's images, one row an image, in the dataset's order.

    Columns: ``split``, ``index`` (from 0 within the split) and, where the images have names such as
    their files', ``name`` say which image; ``GROUP.I`` float32 is dimension I of the code of a
    latent group, such as ``latent.0`` or ``pose.3``; ``factor.NAME`` is a ground-truth factor that
    the dataset knows.

    Args:
        method: a loaded method, in evaluation mode.
        dataset: whose images; without the random warp that training may draw.
        splits: of ``train`` and ``test``, in this order.

    Raises:
        UserError: the method encodes no images, or was trained on images of another shape.
    """
    if not isinstance(method, Encodes):
        raise UserError(
            f"The method {type(method).__name__} has no codes: it lacks `encode` (see Encodes in "
            "models/protocols.py)."
        )
    shape, own = dataset.spec.image_shape, tuple(method.data.image_shape)
    if shape != own:
        raise UserError(
            f"The images of the dataset '{dataset.name}' are {_written(shape)} and the model was "
            f"trained on {_written(own)} (channels x height x width). Choose options that give "
            f"such images (`unbraid list datasets {dataset.name}`), or resize the files."
        )
    tables = [_of_split(method, name, getattr(dataset, name), dataset) for name in splits]
    return pa.concat_tables(tables, promote_options="permissive")


@torch.no_grad()
def _of_split(method: Encodes, name: str, split: Split, dataset: Dataset) -> pa.Table:
    assert isinstance(method, Method)
    device = device_of(method)
    batches = test_batches(split, device, images_at_once(dataset))
    coded = [
        {group: code.float().cpu().numpy() for group, code in method.encode(batch["image"]).items()}
        for batch in batches
    ]
    columns: dict[str, pa.Array] = {
        "split": pa.array([name] * len(split), pa.string()),
        "index": pa.array(np.arange(len(split))),
    }
    if split.names is not None:
        columns["name"] = pa.array(split.names.tolist(), pa.string())
    for group in coded[0]:
        codes = np.concatenate([batch[group] for batch in coded])
        columns |= {f"{group}.{i}": pa.array(column) for i, column in enumerate(codes.T)}
    columns |= {f"factor.{key}": pa.array(values) for key, values in split.factors.items()}
    return pa.table(columns)


def _written(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
