"""The disentanglement score of β-VAE on dVAE's two factors: canonical pose and viewpoint."""

from harness.metrics.codes.beta_vae_pairs import score_of_two
from harness.metrics.codes.encoding import all_codes
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_canonical_pose", "known_view"),
    of_options=("crosses_views",),
    keys=[
        MetricKey("beta_vae_poses", "β-VAE score of pose and view", "higher", "", "[0, 1]", "1"),
    ],
)
def beta_vae_poses(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Accuracy of predicting, from two images' codes, if they share pose or viewpoint (dVAE, E).

    The score of β-VAE (see :mod:`harness.metrics.codes.beta_vae_pairs`) of codes of test images,
    where half of the vectors are of pairs with one canonical pose and two viewpoints, half of pairs
    with one viewpoint and two canonical poses; what else they show differs as it happens to. They
    are dVAE's factors, and the images must show both in all combinations (``dataset.crossed=true``
    of ``hands``). Codes of untrained networks and of noise score about 0.5, which is chance.
    """
    test, dataset = data.dataset.test, data.dataset
    pose = test.factors[dataset.known_canonical_pose]
    view = test.factors[dataset.known_view]
    return {"beta_vae_poses": score_of_two(all_codes(method, data), pose, view)}
