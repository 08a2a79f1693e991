"""Search spaces: one YAML file for each table, figure or tuning task."""
