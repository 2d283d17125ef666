"""What no log line may hold."""

import logging
import re

# A check-in token is its holder's key; Django names the address of whatever it refused.
_TOKEN = re.compile(r"/c/[^/\s]+")


class Discreet(logging.Filter):
    """Hides check-in tokens, and the traceback of a refusal that is no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "/c/" in message:
            record.msg, record.args = _TOKEN.sub("/c/…", message), ()
        if record.name == "django.request" and record.levelno < logging.ERROR:
            record.exc_info = None
        return True
