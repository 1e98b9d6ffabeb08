"""Faults, one after another, against real processes: `make chaos`."""
