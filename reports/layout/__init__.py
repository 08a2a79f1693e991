"""Trials arranged for a report: methods by columns, factors, outcomes, curves."""
