"""Everything that writes of operations, transports and corridors."""
