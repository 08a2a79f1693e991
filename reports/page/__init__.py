"""What every report is written with: page, tables, figures, downloads, text."""
