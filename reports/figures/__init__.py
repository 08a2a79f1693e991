"""Figures of numeric results: metrics, learning curves and the effects of factors."""
