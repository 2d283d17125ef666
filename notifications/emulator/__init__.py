"""The gateway emulator: Twilio and WeChat on this machine, and the people behind the numbers.

Drill equipment in a process of its own. It knows the vendors' wire formats and nothing of our
tables, listens on the loopback only and calls nothing but the loopback.
"""
