"""A moment by two clocks: where the incident is, and Beijing's, where the ministry sits."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as as_text

BEIJING = ZoneInfo("Asia/Shanghai")
DATE, SECONDS = "m-d H:i", "m-d H:i:s"


def both(moment: datetime, zone: str, form: str = DATE) -> tuple[str, str]:
    """(there, in Beijing) in Django's date format; Beijing's is empty where the clocks agree, and
    says its day where that is another."""
    there = moment.astimezone(ZoneInfo(zone))
    beijing = moment.astimezone(BEIJING)
    if there.utcoffset() == beijing.utcoffset():
        return as_text(there, form), ""
    hours = form.split()[-1]
    if there.date() != beijing.date():
        return as_text(there, form), as_text(beijing, f"m-d {hours}")
    return as_text(there, form), as_text(beijing, hours)
