"""The ablation report: the effect of each swept factor, alone and together."""
