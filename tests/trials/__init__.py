"""Trials: every promise about bad input and faults, tried against the real thing, a few times in the tests and many times by `make`."""
