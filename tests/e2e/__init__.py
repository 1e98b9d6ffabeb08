"""Whole jobs against real processes."""
