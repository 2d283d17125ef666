"""What people are asked to agree to, word by word."""
