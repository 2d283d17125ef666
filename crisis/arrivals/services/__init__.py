"""Everything that writes of arrivals."""
