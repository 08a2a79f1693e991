"""The building blocks of every report: page, tables, figures, downloads, text."""
