"""Arrays for figures: a file a trial, and archives of many trials."""
