"""Drafting, sealing and handing out manifests."""

from crisis.evacuation.services.drafting import PLANNABLE, draft_manifest
from crisis.evacuation.services.exporting import Receiver, export_manifest
from crisis.evacuation.services.releasing import (
    Wanted,
    ask_release,
    decide_release,
    review_release,
    revoke_release,
)
from crisis.evacuation.services.sealing import seal_manifest

__all__ = [
    "PLANNABLE",
    "Receiver",
    "Wanted",
    "ask_release",
    "decide_release",
    "draft_manifest",
    "export_manifest",
    "review_release",
    "revoke_release",
    "seal_manifest",
]
