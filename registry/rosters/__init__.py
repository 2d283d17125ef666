"""Rosters: files of people, read, checked row by row, and written in bulk."""
