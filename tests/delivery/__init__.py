"""Tests of the address guard and of what is sent through it."""
