"""PDF, two lists: one to sign (`signing`), one for the gate (`gate`)."""
