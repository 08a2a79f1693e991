"""The cache of arrays on disk: entries, their files, and the source code they depend on."""
