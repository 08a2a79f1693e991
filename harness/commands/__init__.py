"""The commands of ``unbraid``, one module each: ``run(options) -> exit code``."""
