"""Measures the product on this machine, each figure beside the least that could be had: `make bench`."""
