"""3D Shapes: an object in a coloured room."""
