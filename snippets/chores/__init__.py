"""Rare chores: fonts, clocks, the archive."""
