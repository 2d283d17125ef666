"""What happened to a plan, told upward inside the transaction that makes it true."""

from django.dispatch import Signal

# kwargs: plan
plan_adopted = Signal()
# kwargs: plan, party (its number in the database)
party_moved = Signal()
