"""What the pages accept."""
