"""Sprites of game characters: Reed's, Li and Mandt's, and procedural ones."""
