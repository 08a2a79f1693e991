"""The report on differences: why a published statement does not come out here."""
