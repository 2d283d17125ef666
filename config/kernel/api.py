"""Small things that every API view does."""

from typing import Any

from rest_framework.serializers import Serializer


def validated(serializer: Serializer) -> dict[str, Any]:
    """The serializer's checked data; what is wrong becomes problem JSON (kernel.problems)."""
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
