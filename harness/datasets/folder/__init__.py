"""Images of the user's own in a folder of image files."""
