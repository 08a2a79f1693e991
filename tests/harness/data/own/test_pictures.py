"""Image files of every mode become the pixels that they show."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.own import pictures
from harness.data.own.content import Files, states_of
from harness.data.own.pictures import Fit, Target, decode, found_files, opened
from harness.errors import CorruptFileError

H, W = 6, 9


def survey(files: Files) -> np.ndarray:
    return pictures.survey(files, states_of(files))


RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (H, W), np.uint8)
COLOUR = RNG.integers(0, 256, (H, W, 3), np.uint8)
ALPHA = RNG.choice(np.array([0, 255], np.uint8), (H, W))


def with_alpha(colour: np.ndarray) -> Image.Image:
    return Image.fromarray(np.dstack([colour, ALPHA]))


def grey_palette() -> Image.Image:
    image = Image.fromarray(GREY, "P")
    image.putpalette([level for level in range(256) for _ in range(3)])
    return image


def coloured_palette() -> Image.Image:
    image = Image.fromarray(GREY, "P")
    image.putpalette([value for level in range(256) for value in (level, 255 - level, 7)])
    return image


def see_through_palette(path: Path) -> None:
    grey_palette().save(path, transparency=int(GREY[0, 0]))


SEEN = (COLOUR * (ALPHA[..., None] > 0)).astype(np.uint8)
MODES = {
    "grey": (Image.fromarray(GREY), ".png", 1, GREY),
    "colour": (Image.fromarray(COLOUR), ".png", 3, COLOUR),
    "webp": (Image.fromarray(COLOUR), ".webp", 3, COLOUR),
    "tiff": (Image.fromarray(COLOUR), ".tiff", 3, COLOUR),
    "alpha": (with_alpha(COLOUR), ".png", 3, SEEN),
    "grey alpha": (Image.fromarray(np.dstack([GREY, ALPHA])), ".png", 1, GREY * (ALPHA > 0)),
    "grey palette": (grey_palette(), ".png", 1, GREY),
    "palette": (coloured_palette(), ".png", 3, np.dstack([GREY, 255 - GREY, 0 * GREY + 7])),
    "16 bit": (Image.fromarray(GREY.astype(np.uint16) * 257), ".png", 1, GREY),
    "16 bit tiff": (Image.fromarray(GREY.astype(np.uint16) * 257), ".tif", 1, GREY),
    "1 bit": (Image.fromarray(GREY > 99), ".png", 1, (255 * (GREY > 99)).astype(np.uint8)),
}


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_becomes_what_it_shows(tmp_path: Path, mode: str) -> None:
    image, ending, channels, pixels = MODES[mode]
    path = tmp_path / f"it{ending}"
    image.save(path, lossless=True) if ending == ".webp" else image.save(path)
    assert survey({"it": str(path)}).tolist() == [[H, W, channels]]
    read = decode(path, Target(channels, H, W, "crop"))
    assert (read.dtype, read.shape) == (np.uint8, (channels, H, W))
    np.testing.assert_array_equal(
        read, pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)
    )
    both = decode(path, Target(3 if channels == 1 else 1, H, W, "crop"))
    assert both.shape == (3 if channels == 1 else 1, H, W)


def test_a_colour_that_stands_for_nothing_is_black(tmp_path: Path) -> None:
    see_through_palette(tmp_path / "it.png")
    read = decode(tmp_path / "it.png", Target(1, H, W, "crop"))
    np.testing.assert_array_equal(read[0], np.where(GREY[0, 0] == GREY, 0, GREY))


def test_cmyk_and_jpeg_are_read(tmp_path: Path) -> None:
    flat = Image.new("RGB", (W, H), (200, 100, 50))
    flat.convert("CMYK").save(tmp_path / "it.jpg", quality=100)
    assert survey({"it": str(tmp_path / "it.jpg")}).tolist() == [[H, W, 3]]
    read = decode(tmp_path / "it.jpg", Target(3, H, W, "crop"))
    np.testing.assert_allclose(read[:, 3, 4], [200, 100, 50], atol=6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_orientation_is_honoured(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(COLOUR).save(tmp_path / "it.png", exif=exif)
    turned = {
        1: COLOUR,
        2: COLOUR[:, ::-1],
        3: COLOUR[::-1, ::-1],
        4: COLOUR[::-1],
        5: COLOUR.transpose(1, 0, 2),
        6: COLOUR.transpose(1, 0, 2)[:, ::-1],
        7: COLOUR.transpose(1, 0, 2)[::-1, ::-1],
        8: COLOUR.transpose(1, 0, 2)[::-1],
    }[orientation]
    height, width = turned.shape[:2]
    assert survey({"it": str(tmp_path / "it.png")}).tolist() == [[height, width, 3]]
    read = decode(tmp_path / "it.png", Target(3, height, width, "crop"))
    np.testing.assert_array_equal(read, turned.transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("fit", "columns"),
    [
        ("crop", [100, 100, 200, 200]),  # the middle half of a stripe of four greys
        ("stretch", [50, 100, 200, 250]),
    ],
)
def test_another_shape_is_cut_or_stretched(tmp_path: Path, fit: Fit, columns: list[int]) -> None:
    stripes = np.repeat(np.array([50, 100, 200, 250], np.uint8), 4)[None].repeat(8, 0)
    Image.fromarray(stripes).save(tmp_path / "it.png")
    read = decode(tmp_path / "it.png", Target(1, 4, 4, fit))
    np.testing.assert_allclose(read[0, 1], columns, atol=32)
    assert fit == "stretch" or read[0, 1, 0] == read[0, 3, 0]


def test_another_shape_is_filled_up_with_black(tmp_path: Path) -> None:
    Image.new("L", (16, 8), 77).save(tmp_path / "it.png")
    read = decode(tmp_path / "it.png", Target(1, 8, 8, "pad"))
    assert read[0, :2].max() == read[0, -2:].max() == 0
    assert (read[0, 2:-2] == 77).all()


def write_many(folder: Path, n: int) -> Files:
    files = {f"{i:03}.png": str(folder / f"{i:03}.png") for i in range(n)}
    for path in files.values():
        Image.fromarray(RNG.integers(0, 256, (20, 20), np.uint8)).save(path)
    return files


def test_all_damaged_files_are_named_at_once(tmp_path: Path) -> None:
    files = write_many(tmp_path, 60)
    paths = list(map(Path, files.values()))
    for path in paths[10:35]:  # which only decoding shows
        path.write_bytes(path.read_bytes()[:200])
    target, wanted = Target(1, 20, 20, "crop"), np.arange(60)
    survey(files)
    with pytest.raises(CorruptFileError, match=r"^25 image files are damaged") as caught:
        opened(files, target, wanted)(np.arange(5, 12))
    said = str(caught.value).splitlines()
    assert said[1].startswith(f"  {paths[10]}: ")
    assert len(said) == 1 + 20 + 1
    assert said[-1] == "  and 5 more"
    paths[50].write_text("no image")
    with pytest.raises(CorruptFileError, match=r"^26 image files are damaged"):
        survey(files)


def test_floating_pixels_have_no_known_range(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((8, 8), np.float32)).save(tmp_path / "it.tif")
    with pytest.raises(CorruptFileError, match="floating-point pixels of no known range"):
        survey({"it": str(tmp_path / "it.tif")})


def test_files_are_found_below_a_folder(tmp_path: Path) -> None:
    for name in ("b/2.PNG", "a/1.jpeg", "0.webp", "a/.hidden.png", ".thumbs/9.png", "a/t.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert found_files(tmp_path) == ["0.webp", "a/1.jpeg", "b/2.PNG"]
