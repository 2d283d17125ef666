"""核验码: the short public code by which anybody can check a wave."""

import secrets

# Without letters and digits that are mistaken for one another on a bad phone.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 6


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalise(typed: str) -> str:
    """What was typed, in the form codes are kept in. PostgreSQL refuses to be asked for a NUL."""
    return "".join(typed.replace("\0", "?").split()).upper()
