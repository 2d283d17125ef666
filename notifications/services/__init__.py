"""Everything that writes in notifications."""
