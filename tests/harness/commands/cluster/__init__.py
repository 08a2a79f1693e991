"""Tests of the commands about a cluster."""
