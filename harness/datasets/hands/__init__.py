"""Images of hands with 3D joints: RHD, STB and a procedural counterpart."""
