"""Everything that writes of gates."""
