"""Everything that writes of who goes and what they were offered."""
