"""The update gate of AIGN: whether discriminator and generator are updated, by their last losses.

Source: Tung et al., 2017, supplement, section 2.2. Its sentence on θ_g breaks off; the table is our
reading of it. Losses are means of the halves for real and for generated examples, for which chance
is ln 2 = 0.6931: with their sum, θ_d = 0.695 would stop the generator for good.

| the last losses | D is updated | G is updated |
|---|---|---|
| none yet, or L_D > θ_d | yes | no |
| L_D <= θ_d and L_G > θ_g | no | yes |
| L_D <= θ_d and L_G <= θ_g | yes | yes |
"""

import torch
from torch import Tensor, nn

from models.choices import GateRule
from models.method import Values


def decided(
    rule: GateRule, d_loss: Tensor, g_loss: Tensor, values: Values
) -> tuple[Tensor, Tensor]:
    """Return whether D and whether G is updated, bool tensors of the losses' shape.

    Args:
        rule: ``none`` always updates both. ``theta`` is the table above, and ``theta_literal`` what
            the paper's whole sentences say of it: D is never skipped. ``faces`` is the rule of the
            code for faces: D is skipped where the sum of its halves is at most 1.
        d_loss: the discriminator's last loss, the mean of its halves; infinite or NaN where there
            is none.
        g_loss: the generator's last adversarial loss.
        values: has ``theta_d`` and ``theta_g`` for the rules that are named after them.
    """
    always = torch.ones_like(d_loss, dtype=torch.bool)
    if rule == "none":
        return always, always
    if rule == "faces":
        return ~(2 * d_loss <= 1), always
    d_is_strong = d_loss <= values["theta_d"]  # not where there is no loss yet
    if rule == "theta_literal":
        return always, d_is_strong
    g_is_weak = g_loss > values["theta_g"]
    return ~(d_is_strong & g_is_weak), d_is_strong


class UpdateGate(nn.Module):
    """What a gate remembers: the last losses, and how many updates it let through.

    All of it is in buffers, and so in checkpoints; each stacked trial has its own.
    """

    d_loss: Tensor
    g_loss: Tensor
    updates: Tensor
    seen: Tensor

    def __init__(self, rule: GateRule) -> None:
        super().__init__()
        self.rule = rule
        self.register_buffer("d_loss", torch.tensor(torch.inf))
        self.register_buffer("g_loss", torch.tensor(torch.inf))
        self.register_buffer("updates", torch.zeros(2))
        self.register_buffer("seen", torch.zeros(()))

    def decide(self, values: Values) -> dict[str, Tensor]:
        """Return ``d_skipped`` and ``g_skipped``, 1.0 or 0.0, by the last losses; count them."""
        both = torch.stack(decided(self.rule, self.d_loss, self.g_loss, values))
        self.updates.add_(both)
        self.seen.add_(1)
        d_skipped, g_skipped = (~both).to(self.d_loss.dtype)
        return {"d_skipped": d_skipped, "g_skipped": g_skipped}

    def note(self, d_loss: Tensor, g_loss: Tensor) -> None:
        """Remember the losses ``[]`` of this step, by which the next is decided."""
        self.d_loss.copy_(d_loss.detach())
        self.g_loss.copy_(g_loss.detach())

    def skipped(self) -> dict[str, float]:
        """Return the share of skipped updates of ``d`` and of ``g``; NaN before the first step."""
        d, g = (1 - self.updates / self.seen).tolist()
        return {"d": d, "g": g}
