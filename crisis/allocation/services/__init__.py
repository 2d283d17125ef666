"""Everything that writes of plans."""
