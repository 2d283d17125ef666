"""Port Vila after the earthquake, and a mother who calls."""

import pytest

from crisis.tracing.drafts import EnquiryDraft
from crisis.tracing.services.recording import record_enquiry
from tests.support import scene

MOTHER = EnquiryDraft(
    asker_name="王母",
    asker_phone="138 0013 8000",
    names=("王小明", "WANG/XIAOMING"),
    kinship="parent",
    came_by="hotline",
    checked="document",
    birth_year=1990,
    passport="E1234 5678",
    last_country="VU",
    last_place="维拉港某酒店",
    message="妈妈等你电话",
)


@pytest.fixture
def people(held_clock, db):
    return scene.port_vila()


@pytest.fixture
def incident(people, post, officer):
    return scene.declare(post, officer, people=6)


@pytest.fixture
def enquiry(incident, post, officer):
    return record_enquiry(draft=MOTHER, post=post, officer=officer, incident=incident)
