"""Two rows that are one person: joined by an officer, and taken apart again exactly.

`kept` stays; `gone` leaves the registry with its row untouched, and what hung on it hangs on
`kept`: whatever row of whatever app refers to a person is moved, unless it stands in STAYS or
`kept` has the same already. What was moved and changed is recorded by reference. The floors above
follow in the same transaction (`register_follower`).
"""

from collections.abc import Callable, Collection
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from registry.models import CurrentWhereabouts, Merge, NotTheSame, Person
from registry.services import joining
from registry.services.current import settle

Follower = Callable[[Collection[int]], None]
# What follows from other rows, or says of whom a decision was made.
STAYS: frozenset[type[models.Model]] = frozenset({CurrentWhereabouts, Merge, NotTheSame})
_FOLLOWERS: list[Follower] = []


def register_follower(follow: Follower) -> None:
    """`follow(ids)` is called in the transaction that joined or parted these people."""
    if follow not in _FOLLOWERS:
        _FOLLOWERS.append(follow)


@transaction.atomic
def merge_persons(*, kept: Person, gone: Person, by: str) -> Merge:
    """Join two registrations of one person; `by` is the officer.

    Raises DomainError: same_person, already_merged, wrong_state (left or erased), keep_registered
    (of a registration and a self-report, the registration is kept).
    """
    if kept.pk == gone.pk:
        raise DomainError("same_person", _("不能与自己合并。"))
    kept, gone = _held(kept.pk, gone.pk)
    _check(kept, gone)
    now = clock.now()
    record: dict[str, Any] = {"moved": [], "stayed": []}
    joining.newest_residence_first(kept, gone, record)
    _move(kept.pk, gone.pk, record)
    joining.join_facts(kept, gone, record)
    joining.join_addresses(kept.pk, gone.pk, record)
    joining.join_parts(kept.pk, gone.pk, record)
    joining.join_households(kept, gone, record)
    Person.objects.filter(pk=gone.pk).update(left_at=now)
    merge = Merge.objects.create(kept=kept, gone=gone, record=record, merged_at=now, merged_by=by)
    NotTheSame.objects.filter(low=min(kept.pk, gone.pk), high=max(kept.pk, gone.pk)).delete()
    _note("merged", merge, by)
    _settle(kept.pk, gone.pk)
    return merge


@transaction.atomic
def undo_merge(*, merge: Merge, by: str) -> None:
    """Part them again: every row that was moved and every value that was taken over goes back,
    unless somebody changed it since.

    Raises DomainError: already_undone, newer_first (what was joined last is parted first), erased.
    """
    kept, gone = _held(merge.kept_id, merge.gone_id)
    held = Merge.objects.select_for_update().get(pk=merge.pk)
    if held.undone_at is not None:
        raise DomainError("already_undone", _("此次合并已经撤销。"), status=409)
    if kept.erased_at or gone.erased_at:
        raise DomainError("erased", _("其中一人的信息已按规定删除，不能撤销合并。"), status=409)
    _check_newest(held)
    joining.part(kept, gone, held.record)
    for label, name, pk in held.record["moved"]:
        rows = apps.get_model(label)._base_manager.filter(**{"pk": pk, name: kept.pk})
        rows.update(**{name: gone.pk})
    joining.part_residences(held.record)
    Person.objects.filter(pk=gone.pk).update(left_at=None)
    Merge.objects.filter(pk=held.pk).update(undone_at=clock.now(), undone_by=by)
    _note("parted", held, by)
    _settle(kept.pk, gone.pk)


@transaction.atomic
def not_the_same(*, one: Person, other: Person, by: str) -> None:
    """Remember that an officer found these two to be two. Raises DomainError same_person."""
    if one.pk == other.pk:
        raise DomainError("same_person", _("不能与自己合并。"))
    low, high = sorted((one.pk, other.pk))
    _row, created = NotTheSame.objects.get_or_create(
        low_id=low, high_id=high, defaults={"decided_at": clock.now(), "decided_by": by}
    )
    if created:
        audit.record(actor=by, act="person.not_the_same", subject=f"person:{low}", other=high)


def _held(kept: int, gone: int) -> tuple[Person, Person]:
    """Both rows, locked in one order: the second of two officers sees what the first one did."""
    rows = Person.objects.select_for_update().filter(pk__in=(kept, gone)).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[kept], found[gone]


def _check(kept: Person, gone: Person) -> None:
    done = Merge.objects.filter(gone__in=(kept, gone), undone_at=None).first()
    if done is not None:
        sentence = _("其中一人已并入 #%(kept)s，请用 #%(kept)s 的登记。")
        raise DomainError(
            "already_merged", sentence % {"kept": done.kept_id}, {"kept": done.kept_id}, status=409
        )
    if kept.left_at or gone.left_at or kept.erased_at or gone.erased_at:
        raise DomainError("wrong_state", _("已退出登记的人不能合并。"), status=409)
    if kept.provisional and not gone.provisional:
        sentence = _("#%(gone)s 是登记，#%(kept)s 只是未核实的自助报备：请保留 #%(gone)s。")
        raise DomainError(
            "keep_registered", sentence % {"gone": gone.pk, "kept": kept.pk}, status=409
        )


def _check_newest(merge: Merge) -> None:
    pair = (merge.kept_id, merge.gone_id)
    later = Merge.objects.filter(undone_at=None, pk__gt=merge.pk)
    touching = later.filter(models.Q(kept__in=pair) | models.Q(gone__in=pair)).order_by("-pk")
    if newer := touching.first():
        sentence = _("此后又有合并（#%(gone)s 并入 #%(kept)s），请先撤销后来的那一次。")
        words = {"gone": newer.gone_id, "kept": newer.kept_id}
        raise DomainError("newer_first", sentence % words, words, status=409)


def _move(kept: int, gone: int, record: dict[str, Any]) -> None:
    """Everything that refers to `gone` refers to `kept`; where that breaks a unique key, `kept`
    has the same already and the row stays."""
    for relation in Person._meta.related_objects:
        model: Any = relation.related_model
        if model in STAYS:
            continue
        name, label = relation.field.attname, model._meta.label_lower
        rows = model._base_manager.filter(**{name: gone})
        if model is Person:
            rows = rows.exclude(pk__in=(kept, gone))
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
            moved = _moves(model, pk, name, kept)
            record["moved" if moved else "stayed"].append([label, name, pk])


def _moves(model: Any, pk: Any, name: str, kept: int) -> bool:
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=pk).update(**{name: kept})
    except IntegrityError:
        return False
    return True


def _settle(kept: int, gone: int) -> None:
    settle((kept, gone), clock.now())
    for follow in _FOLLOWERS:
        follow((kept, gone))


def _note(act: str, merge: Merge, by: str) -> None:
    audit.record(
        actor=by,
        act=f"person.{act}",
        subject=f"person:{merge.kept_id}",
        other=merge.gone_id,
        merge=merge.pk,
    )
