"""Images on the two scales, and the error that is a sum over one of them."""

import torch

from models.pictures import from_unit_interval, squared_error, to_unit_interval


def test_scales_are_each_others_inverse_and_what_overshoots_is_cut_off() -> None:
    image = torch.tensor([0.0, 0.25, 1.0])
    assert from_unit_interval(image).tolist() == [-1.0, -0.5, 1.0]
    assert torch.equal(to_unit_interval(from_unit_interval(image)), image)
    assert to_unit_interval(torch.tensor([-3.0, 2.0])).tolist() == [0.0, 1.0]


def test_errors_are_sums_of_squares_on_the_scale_of_the_decoder() -> None:
    image = torch.tensor([0.0, 0.5, 1.0]).reshape(3, 1, 1, 1).expand(3, 2, 4, 4)
    decoded = torch.zeros(3, 2, 4, 4)
    assert squared_error(decoded, image).tolist() == [32.0, 0.0, 32.0]
