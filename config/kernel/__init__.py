"""The shared floor: errors, clock, encryption, audit, safe text. It imports nothing of ours."""
