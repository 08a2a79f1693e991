"""Which transformer is built from the hyperparameters."""

import pytest

from models.transformers.affine import AFFINE_TRANSFORMERS, AffineDiffeo
from models.transformers.choice import build_transformer
from models.transformers.cpab.transformer import CPAB
from models.transformers.hyperparameters import TransformerHyperparameters


@pytest.mark.parametrize("name", AFFINE_TRANSFORMERS)
def test_an_affine_transformer_has_its_inverse_and_offset(name: str) -> None:
    options = {"inverse": "published", "identity_offset": True}
    built = build_transformer(TransformerHyperparameters(transform=name, **options))
    assert type(built) is AFFINE_TRANSFORMERS[name]
    assert built.inverse == "published"
    assert tuple(built.offset.tolist()) == built.identity


def test_hyperparameters_choose_the_cells_of_each_axis() -> None:
    def cells(**options: object) -> tuple[int, int]:
        built = build_transformer(TransformerHyperparameters(transform="cpab", **options))
        assert isinstance(built, CPAB)
        return built.tessellation.nx, built.tessellation.ny

    assert cells() == (2, 4), "2 cells along the width, 4 along the height"
    assert cells(published_axes=True) == (4, 2)
    assert build_transformer(TransformerHyperparameters(transform="cpab")).dim == 30
    assert isinstance(build_transformer(TransformerHyperparameters()), AffineDiffeo)
