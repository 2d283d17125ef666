"""Taking rosters in, loading them, and forgetting their files."""
