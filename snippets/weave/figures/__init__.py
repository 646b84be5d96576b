"""Figures: loaded, drawn once for each change, thinned."""
