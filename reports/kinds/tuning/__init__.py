"""The tuning report: the configurations of a hyperparameter search and the best of them."""
