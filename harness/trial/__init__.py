"""One trial: training, evaluation, and the record of both."""
