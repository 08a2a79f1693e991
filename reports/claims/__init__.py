"""Published statements tested on the results at hand."""
