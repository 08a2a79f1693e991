"""The supervision report: error over the share of labelled images, with and without more."""
