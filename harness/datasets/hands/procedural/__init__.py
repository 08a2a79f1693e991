"""The procedural hands: kinematics, flesh, camera, light."""
