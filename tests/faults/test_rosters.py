"""A roster is loaded whole and once, whoever is killed meanwhile and however many work at it."""

import pytest

from config.kernel import clock
from crisis.rosters.models import RosterUpload
from crisis.rosters.services.taking import ring, take_roster
from registry.models import ContactPoint, Membership, Person
from registry.services.groups import GroupDraft, officer, open_group
from tests.support.processes import until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ROWS = 4_000
HEADINGS = "姓名,护照号码,手机\n"


@pytest.fixture
def upload(db):
    """Every hundredth row has a phone that is none."""
    lines = [
        f"王{n},EZ{1000000 + n},{'12' if n % 100 == 0 else f'+678 59{n:05d}'}\n"
        for n in range(1, ROWS + 1)
    ]
    draft = GroupDraft(kind="company", name="维拉港路桥公司", country="VU")
    group = open_group(draft=draft, by=officer("officer"))
    content = (HEADINGS + "".join(lines)).encode()
    return take_roster(group=group, content=content, stated=True, by=officer("officer"))


def state_of(upload):
    upload.refresh_from_db()
    return upload.state


def done_of(upload):
    upload.refresh_from_db()
    return upload.done


def test_killed_workers_and_sweeps_leave_a_whole_roster(stage, upload):
    """The worker dies in the middle; two sweeps, who both try, find its lease over and end it."""
    stage.worker()
    ring(upload.pk)  # without a sweep nobody else does, should the first bell not have been heard
    until(lambda: done_of(upload), seconds=60, what="the first piece")
    stage.kill("worker")
    assert done_of(upload) < ROWS
    assert state_of(upload) == "loading"
    # What a lease of half a minute would wait for; the one who held it is dead.
    RosterUpload.objects.filter(pk=upload.pk).update(held_until=clock.real_now())
    stage.sweep("sweep")
    stage.sweep("other")
    until(lambda: state_of(upload) == "done", seconds=120, what="the end of the roster")
    assert (upload.added, upload.known, upload.refused) == (ROWS - 40, 0, 40)
    assert Person.objects.count() == ContactPoint.objects.count() == ROWS - 40
    assert Membership.objects.count() == ROWS - 40
    assert upload.refusals.count() == 40
