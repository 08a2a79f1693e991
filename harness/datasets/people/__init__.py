"""Images of persons by identity and camera: lists of files, and procedural ones."""
