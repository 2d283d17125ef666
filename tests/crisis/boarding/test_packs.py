"""Giving a gate its list: two secrets, a term, and an end."""

import json
from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.boarding.contents import contents, news
from crisis.boarding.models import GatePack
from crisis.boarding.services import enter, issue_pack, open_pack, revoke_pack, take_scans
from crisis.boarding.services.packs import WRONG_WORDS
from crisis.boarding.states import ScanKind
from crisis.evacuation.exports.codes import gate_code, party_code
from crisis.evacuation.models import Manifest, ManifestEntry
from crisis.transports.models import Transport
from tests.support.evacuating import make_transport, seal_on, stand
from tests.support.gates import pack_for, scan

pytestmark = pytest.mark.django_db


def refused(code, **call):
    act = call.pop("act")
    with pytest.raises(DomainError) as caught:
        act(**call)
    assert caught.value.code == code


def test_pack_opens_with_both_secrets_and_keeps_neither(gate):
    issued = gate.issued
    assert open_pack(token=issued.token, word=issued.word.lower()[:5] + "-" + issued.word[5:])
    row = GatePack.objects.values().get()
    assert issued.word not in str(row)
    assert issued.token not in str(row)
    refused("unknown_pack", act=open_pack, token=issued.token, word="AAAAAAAAAA")
    refused("unknown_pack", act=open_pack, token="x" * 32, word=issued.word)
    acts = list(AuditEntry.objects.filter(act__startswith="boarding.").values_list("act", "actor"))
    assert acts == [
        ("boarding.pack_issued", "planner"),
        ("boarding.pack_opened", f"pack:{gate.pack.pk}"),
    ]
    assert "王" not in json.dumps(list(AuditEntry.objects.values("detail")), ensure_ascii=False)


def test_ten_wrong_words_lock_it(gate):
    for _guess in range(WRONG_WORDS):
        refused("unknown_pack", act=enter, token=gate.issued.token, word="AAAAAAAAAA")
    refused("unknown_pack", act=enter, token=gate.issued.token, word=gate.issued.word)


def test_pack_ends_after_the_departure_and_never_later_than_three_days(gate):
    assert gate.pack.expires_at == gate.flight.departs_at + timedelta(hours=6)
    Transport.objects.update(
        departs_at=clock.now() + timedelta(days=9), arrives_at=clock.now() + timedelta(days=10)
    )
    gate.flight.refresh_from_db()
    assert pack_for(gate, "B").pack.expires_at == clock.now() + timedelta(hours=72)


def test_pack_that_is_over_opens_no_more(gate, held_clock):
    held_clock(13 * 3600)
    refused("pack_expired", act=open_pack, token=gate.issued.token, word=gate.issued.word)
    revoke_pack(pack=gate.pack, planner=gate.planner)
    refused("pack_revoked", act=open_pack, token=gate.issued.token, word=gate.issued.word)
    refused("already_revoked", act=revoke_pack, pack=gate.pack, planner=gate.planner)


def test_pack_is_of_a_sealed_version_for_a_transport_that_goes(gate, officer, outsider):
    def issue(**other):
        call = {"manifest": gate.manifest, "transport": gate.flight, "gate": "B"}
        return {"act": issue_pack, "planner": gate.planner, **call, **other}

    empty = make_transport(gate.operation, "MU9002", hours=8)
    draft = Manifest.objects.create(
        incident=gate.incident, version=9, drafted_by=officer, drafted_at=clock.now()
    )
    refused("not_sealed", **issue(manifest=draft))
    refused("nobody_listed", **issue(transport=empty))
    refused("gate_needed", **issue(gate=" "))
    refused("gate_needed", **issue(gate="口" * 41))
    refused("forbidden", **issue(planner=officer))
    refused("forbidden", **issue(planner=outsider))
    Transport.objects.filter(pk=gate.flight.pk).update(status="cancelled")
    gate.flight.refresh_from_db()
    refused("transport_over", **issue())


def test_another_posts_planner_finds_no_pack(gate, make_user, other_post):
    stranger = make_user("suva-planner", "planner", other_post)
    refused(
        "not_found", act=issue_pack, manifest=gate.manifest, transport=gate.flight, gate="B",
        planner=stranger,
    )  # fmt: skip
    refused("not_found", act=revoke_pack, pack=gate.pack, planner=stranger)


def test_contents_are_the_essentials_and_no_more(gate):
    told = contents(gate.pack)
    wang, child, li = (one_of(told, person) for person in (gate.wang, gate.child, gate.li))
    assert (wang["name"], wang["document_number"]) == ("王小明", "E12345678")
    assert wang["party"] == child["party"] != li["party"]
    assert (child["checks"], li["checks"]) == ([], ["wheelchair", "place_differs"])
    assert set(wang) == {
        "position", "party", "place", "checks", "name", "passport_name", "sex", "birth_date",
        "nationality", "document_kind", "document_number", "document_expires_on", "needs",
    }  # fmt: skip
    assert told["transport"]["departs_local"] == "12-17 19:00 (UTC+1100)"
    assert told["pack"]["lasts_s"] == 12 * 3600
    assert json.loads(json.dumps(told)) == told
    assert told["notices"] == []
    assert told["states"] == {}


def one_of(told, person):
    [found] = [one for one in told["people"] if one["name"] == person.name]
    return found


def test_codes_of_earlier_versions_are_known(gate):
    """People have the code of the version that was printed for them."""
    old = ManifestEntry.objects.get(manifest=gate.manifest, person_ref=gate.li.pk)
    first = stand(gate.incident, "安先", condition="needs_help")
    newer = seal_on(gate.incident, gate.flight, [first, *gate.people], gate.planner)
    gate.manifest = newer
    told = contents(pack_for(gate, "B").pack)
    now = ManifestEntry.objects.get(manifest=newer, person_ref=gate.li.pk)
    first_version = Manifest.objects.get(incident=gate.incident, version=1)
    assert told["parties"][gate_code(first_version, old)] == [now.position]
    assert told["parties"][gate_code(newer, now)] == [now.position]
    wang = ManifestEntry.objects.get(manifest=newer, person_ref=gate.wang.pk)
    assert len(told["parties"][party_code(newer, wang)]) == 2


def test_stale_pack_is_told_so(gate):
    other = stand(gate.incident, "钱新")
    seal_on(gate.incident, gate.flight, [gate.wang, gate.child, other], gate.planner)
    [notice] = news(gate.pack)["notices"]
    assert notice == {"code": "stale", "version": 2, "added": 1, "removed": 1}
    # It goes on working: what it records counts.
    assert take_scans(pack=gate.pack, scans=[scan(gate.li)]).written


def test_gate_hears_what_the_others_did_until_its_pack_is_over(gate):
    other = pack_for(gate, "B").pack
    take_scans(pack=other, scans=[scan(gate.wang, ScanKind.BOARDED)])
    position = ManifestEntry.objects.get(person_ref=gate.wang.pk).position
    assert news(gate.pack)["states"] == {position: ["boarded", clock.now().isoformat()]}
    revoke_pack(pack=gate.pack, planner=gate.planner)
    gate.pack.refresh_from_db()
    assert "states" not in news(gate.pack)
    assert news(gate.pack)["notices"] == [{"code": "revoked"}]


def test_cancelled_transport_is_told(gate):
    Transport.objects.filter(pk=gate.flight.pk).update(status="cancelled")
    gate.pack.refresh_from_db()
    assert [one["code"] for one in news(gate.pack)["notices"]] == ["cancelled"]
