"""People who left by themselves and are seen at a safe haven: nobody waits for them elsewhere."""

from collections.abc import Collection

from crisis.arrivals.models import Arrival
from crisis.arrivals.selectors import arrivals_in, is_out
from crisis.transports.models import Place, SelfEvacuation
from crisis.transports.services import note_arrival
from crisis.transports.states import ON_THE_WAY


def end_filings(place: Place, arrivals: Collection[Arrival], by: str) -> None:
    """End what these people filed once their whole party was seen, so that nobody looks for those
    who are here. A party of whom somebody is still missing, or has no number, is still watched."""
    refs = [ref for arrival in arrivals if (ref := arrival.whose) is not None]
    filed = SelfEvacuation.objects.filter(
        operation=place.operation_id, state__in=ON_THE_WAY, people__person_ref__in=refs
    )
    for filing in filed.distinct().select_related("operation__incident__post"):
        party = list(filing.people.values_list("person_ref", flat=True))
        rows = arrivals_in(place.operation_id).filter(person_ref__in=[r for r in party if r])
        rows = rows.select_related("place__operation__incident")
        seen = {arrival.person_ref: arrival.at for arrival in rows if is_out(arrival.place)}
        if all(ref in seen for ref in party):
            note_arrival(filing=filing, at=max(seen.values()), by=by)
