"""How often a program may ask: reading by process, writing by the database."""

from datetime import timedelta

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, UserRateThrottle
from rest_framework.views import APIView

from config.kernel.encryption import blind_index
from crisis.citizens.services.limits import spend
from crisis.staff.selectors import acting_user

SAFE = ("GET", "HEAD", "OPTIONS")
MOST_AN_HOUR = 2_000


class Reading(UserRateThrottle):
    rate = "600/min"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method not in SAFE or super().allow_request(request, view)


class Writing(BaseThrottle):
    """Counted where all processes see it; looking changes nothing, so only acts are counted."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE:
            return True
        key = blind_index(acting_user(request).username, "api.writing")
        return spend("api.writing", key, most=MOST_AN_HOUR, per=timedelta(hours=1))
