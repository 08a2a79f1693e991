"""Networks of the adversarial inverse graphics networks (Tung et al., 2017)."""
