"""Small NORB and its procedural counterpart: five categories of toys on a turntable."""
