"""Citizens' pages: no log-in, no cookie, no personal data."""
