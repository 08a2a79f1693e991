"""Results leave Unbraid: tables as files, and the same trials in the formats of trackers."""
