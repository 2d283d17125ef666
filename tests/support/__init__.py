"""What the tests stand on: environment, real processes, shared fixtures."""
