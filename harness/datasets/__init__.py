"""The datasets, one file or folder each; :mod:`harness.datasets.registry` names them."""
