"""Whether the keys of the environment are those that this database was written with.

A wrong field key would make new rows that nobody can open beside the old ones; a wrong index key
would find nobody by their phone; a wrong link key would kill every link that was sent. None of the
three fails by itself, so every process looks at the proofs before it starts.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction

from config.kernel import clock, encryption
from config.kernel.models import KeyProof

PURPOSE = "kernel.key.proof"
WORD = "归航"
FIELD = "field:"
RETIRED = b""


def note_keys(**_options: Any) -> None:
    """Keep the proof of every key that has none yet. The first process that starts with a new key
    decides which one it is; one that starts with another under the same number is refused."""
    known = set(KeyProof.objects.values_list("name", flat=True))
    for name in _names() - known:
        proof = {"value": _proof(name), "noted_at": clock.real_now()}
        with transaction.atomic():
            KeyProof.objects.get_or_create(name=name, defaults=proof)


def _names() -> set[str]:
    return {f"{FIELD}{key_id}" for key_id in settings.FIELD_KEYS} | {"index", "link"}


def _proof(name: str) -> bytes:
    if name.startswith(FIELD):
        return encryption.seal_by(int(name.removeprefix(FIELD)), WORD, PURPOSE)
    if name == "index":
        return encryption.blind_index(WORD, PURPOSE)
    return hmac.digest(settings.LINK_KEY, PURPOSE.encode(), hashlib.sha256)


def problems() -> Iterator[tuple[str, str]]:
    """(name, one sentence with its remedy) for each key that is missing or is not the one."""
    if f"{FIELD}{max(settings.FIELD_KEYS)}" in retired():
        newest = f"{FIELD}{max(settings.FIELD_KEYS)}"
        yield (
            newest,
            "the highest key in GUIHANG_FIELD_KEYS was retired: a new one needs a higher number",
        )
    for proof in KeyProof.objects.exclude(value=RETIRED).order_by("name"):
        if proof.name.startswith(FIELD):
            for sentence in _field_problem(int(proof.name.removeprefix(FIELD)), bytes(proof.value)):
                yield proof.name, sentence
        elif not hmac.compare_digest(bytes(proof.value), _proof(proof.name)):
            changing = proof.name == "index" and _is_before(bytes(proof.value))
            yield proof.name, _UNFINISHED if changing else _OTHER[proof.name]


def retired() -> set[str]:
    return set(KeyProof.objects.filter(value=RETIRED).values_list("name", flat=True))


def retire(key_id: int) -> None:
    """Nothing rests on this key any more: it may go from the environment, and never comes back
    under this number."""
    KeyProof.objects.filter(name=f"{FIELD}{key_id}").update(value=RETIRED)


def accept(name: str) -> None:
    """The «link» or «index» key of the environment is the one from now on."""
    KeyProof.objects.filter(name=name).update(value=_proof(name), noted_at=clock.real_now())


def noted_at(key_id: int) -> datetime:
    """When a process first started with this key (real time)."""
    return KeyProof.objects.values_list("noted_at", flat=True).get(name=f"{FIELD}{key_id}")


def _field_problem(key_id: int, proof: bytes) -> Iterator[str]:
    if key_id not in settings.FIELD_KEYS:
        yield (
            f"GUIHANG_FIELD_KEYS has no key {key_id}, and this database has values sealed with it."
            f" Add it again, or, once `manage.py rotate_keys` is through, retire it with"
            f" `manage.py rotate_keys --retire {key_id}` before you take it away"
        )
        return
    try:
        encryption.unseal(proof, PURPOSE)
    except encryption.UnreadableValue:
        yield (
            f"key {key_id} in GUIHANG_FIELD_KEYS is not the key {key_id} of this database."
            " Put the right one back; a new key gets a number of its own"
        )


def _is_before(proof: bytes) -> bool:
    """Whether the index key is being changed: the database still has the one before."""
    before = settings.INDEX_KEY_BEFORE
    return bool(before) and hmac.compare_digest(
        proof, encryption.blind_index(WORD, PURPOSE, key=before)
    )


_UNFINISHED = (
    "the index key is being changed: run `manage.py rotate_keys --index`, and start when it is done"
)
_OTHER = {
    "index": "GUIHANG_INDEX_KEY is not the index key of this database: nobody would be found by"
    " phone or document. Put the right one back, or change it as docs/privacy.md says",
    "link": "GUIHANG_LINK_KEY is not the link key of this database: every link that was sent would"
    " be dead. Put the right one back, or give them up with"
    " `manage.py rotate_keys --accept-link-key`",
}


def check_keys(**_: Any) -> list[CheckMessage]:
    """System check: nothing where the database cannot be asked yet."""
    if settings.SQLITE and not Path(connection.settings_dict["NAME"]).exists():
        return []  # to look would be to make it
    try:
        return [Error(problem, id="guihang.E005") for _, problem in problems()]
    except (OperationalError, InterfaceError, ProgrammingError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return []
