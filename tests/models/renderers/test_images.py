"""Averages of squares and masks: identities, and brute force."""

import pytest
import torch

from models.renderers.images import average_pool, mask, visible_outside


def image(side: int = 8) -> torch.Tensor:
    return torch.rand((2, 3, side, side), generator=torch.Generator().manual_seed(0))


def test_the_average_of_repeated_pixels_is_the_pixel() -> None:
    enlarged = image().repeat_interleave(4, 2).repeat_interleave(4, 3)
    torch.testing.assert_close(average_pool(enlarged), image())
    assert torch.equal(average_pool(torch.full((1, 1, 8, 8), 0.25)), torch.full((1, 1, 2, 2), 0.25))


def test_an_average_is_of_its_own_square() -> None:
    found = average_pool(image(), 2)
    torch.testing.assert_close(found[1, 2, 3, 1], image()[1, 2, 6:8, 2:4].mean())


def test_images_that_do_not_divide_into_squares_are_refused() -> None:
    with pytest.raises(ValueError, match=r"10x10 pixels.*multiples of 4"):
        average_pool(image(10))


def test_masking_twice_is_masking_once() -> None:
    visible = visible_outside(torch.tensor([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 8.0, 2.0]]), 8, 8)
    once = mask(image(), visible)
    assert torch.equal(mask(once, visible), once)
    assert torch.equal(once + mask(image(), 1 - visible), image())


def test_a_box_hides_the_pixels_whose_centres_it_has() -> None:
    boxes = torch.tensor([[1.0, 2.0, 3.0, 4.0], [0, 0, 8, 6], [2.6, 0.4, 2.0, 1.0], [3, 3, 0, 0]])
    found = visible_outside(boxes, 6, 8)
    assert found.shape == (4, 1, 6, 8)
    for box, visible in zip(boxes.tolist(), found[:, 0], strict=True):
        for y in range(6):
            for x in range(8):
                inside = box[0] <= x + 0.5 < box[0] + box[2] and box[1] <= y + 0.5 < box[1] + box[3]
                assert float(visible[y, x]) == 1 - inside
    assert float(found[0].sum()) == 6 * 8 - 3 * 4
    assert not found[1].any()
