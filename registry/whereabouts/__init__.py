"""Where somebody is now: which of the known places counts, and why we think so."""
