"""Synthetic people for drills, tests and benchmarks. None of them exists."""
