"""What RHD and STB refuse alike: photographs that are damaged or not their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from harness.datasets.hands.photographs import HandFilesOptions
from harness.datasets.hands.rhd import RhdOptions
from harness.datasets.hands.stb import StbOptions
from harness.datasets.registry import load_dataset
from harness.errors import CorruptFileError
from tests.harness.datasets.hands.helpers.photographs import write_rhd, write_stb

Case = tuple[HandFilesOptions, Callable[[Path], Path], str, str]
FILES: dict[str, Case] = {
    "rhd colour": (RhdOptions(), write_rhd, "evaluation/color/00004.png", "320x320"),
    "rhd mask": (RhdOptions(), write_rhd, "evaluation/mask/00004.png", "320x320"),
    "stb": (StbOptions(), write_stb, "images/B1Random/BB_left_0.png", "640x480"),
}
each = pytest.mark.parametrize("case", FILES.values(), ids=FILES)


@each
def test_an_image_of_another_size_is_refused(tmp_path: Path, case: Case) -> None:
    options, write, name, size = case
    path = write(tmp_path) / name
    Image.new("L", (320, 240)).save(path)
    with pytest.raises(CorruptFileError, match=f"{path} is of 320x240 pixels; {size}"):
        load_dataset(options, tmp_path)
