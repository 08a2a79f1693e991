"""The tuning report: what a hyperparameter search tried and found."""
