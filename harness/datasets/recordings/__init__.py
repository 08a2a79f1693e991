"""Readers of recorded motions of people, which the figures of ``humans`` can be posed by."""
