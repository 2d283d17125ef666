"""Drills: the identical path, on a database and a clock of its own, with emulated gateways."""
