"""RoDi: disentangling by an adaptive bound on the mutual information of pose and appearance."""
