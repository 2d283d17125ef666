"""Running totals of calls and answers, moved on by the sweep."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Count, F, Max, QuerySet

from config.kernel import clock
from crisis.operations.models import Tally, TallyMark
from notifications.models import Attempt, Reply

# An id is certain to be committed or gone when it was seen this long ago: longer than any
# transaction of ours.
SETTLES = timedelta(seconds=30)
CALLS, ANSWERS = "calls", "answers"
SERIES: dict[str, tuple[type[models.Model], Sequence[str]]] = {
    CALLS: (Attempt, ("gateway", "outcome")),
    ANSWERS: (Reply, ("via",)),
}


def advance() -> int:
    """The sweep's step: count what has settled since the last time. Safe when doubled."""
    for series in SERIES:
        _advance(series)
    return 0


@transaction.atomic
def _advance(series: str) -> None:
    now = clock.real_now()
    TallyMark.objects.get_or_create(series=series, defaults={"seen_at": now})
    mark = TallyMark.objects.select_for_update().get(pk=series)
    if mark.seen > mark.through and mark.seen_at > now - SETTLES:
        return
    for label, calls in counted(series, after=mark.through, through=mark.seen).items():
        Tally.objects.get_or_create(series=series, label=label)
        Tally.objects.filter(series=series, label=label).update(total=F("total") + calls)
    mark.through, mark.seen_at = mark.seen, now
    mark.seen = _all(series).aggregate(last=Max("pk"))["last"] or 0
    mark.save()


def counted(series: str, *, after: int, through: int | None = None) -> dict[str, int]:
    """Rows by label whose id is greater than `after` and at most `through`."""
    rows = _all(series).filter(pk__gt=after)
    if through is not None:
        rows = rows.filter(pk__lte=through)
    _, names = SERIES[series]
    grouped = rows.order_by().values_list(*names).annotate(n=Count("pk"))
    return {" ".join(row[:-1]): row[-1] for row in grouped}


def totals(series: str) -> dict[str, int]:
    """Everything there is, by label: the kept totals and what came since."""
    found = dict(Tally.objects.filter(series=series).values_list("label", "total"))
    mark = TallyMark.objects.filter(pk=series).first()
    for label, n in counted(series, after=mark.through if mark else 0).items():
        found[label] = found.get(label, 0) + n
    return found


def _all(series: str) -> QuerySet[models.Model]:
    model, _ = SERIES[series]
    return model._default_manager.all()
