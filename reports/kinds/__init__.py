"""The kinds of report, one file or folder each."""
