"""The presets of every configuration group, composed by Hydra."""
