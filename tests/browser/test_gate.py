"""A gate on a phone: opened with a link and a word, then the network is cut."""

import io
import random
import re
from datetime import UTC, datetime, timedelta

import pytest
import segno
from playwright.sync_api import expect

from crisis.boarding.fold import Fact, fold
from crisis.boarding.models import GateScan, Passage, WalkIn
from crisis.boarding.services import take_scans
from crisis.boarding.states import ScanKind
from crisis.evacuation.exports.codes import gate_code, party_code
from crisis.evacuation.models import ManifestEntry
from crisis.rollcall.models import Standing
from tests.support.axe import check_page
from tests.support.evacuating import (
    make_home,
    make_incident,
    make_operation,
    make_transport,
    seal_on,
    stand,
)
from tests.support.gates import pack_for, paper, scan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORKER_READY = """() => navigator.serviceWorker.ready.then(() => caches.keys())
  .then((names) => names.some((name) => name.startsWith("gate-")))"""
# Everything that lies on the phone, as text where it is text, bytes as characters.
ON_THE_PHONE = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("gate", 1); asked.onsuccess = () => done(asked.result);
  });
  const all = (name) => new Promise((done) => {
    const asked = base.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const text = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? new TextDecoder().decode(value) : value && typeof value === "object"
      ? Object.entries(value).map(([key, one]) => key + "=" + text(one)).join(" ") : String(value);
  const rows = [...(await all("packs")), ...(await all("scans"))];
  return rows.map(text).join("\\n") + JSON.stringify(localStorage) + JSON.stringify(sessionStorage);
}"""
LATER = "(ms) => { const now = Date.now; Date.now = () => now() + ms; }"


class Gate:
    """Everything of one gate, as tests/support/gates.py wants it."""


@pytest.fixture
def gate(transactional_db, held_clock, post, officer, planner):
    found = Gate()
    found.planner = planner
    found.incident = make_incident(post, officer)
    home = make_home()
    found.wang = stand(
        found.incident, "王小明", household=home, **paper("E12345678", "WANG/XIAOMING")
    )
    found.wife = stand(found.incident, "陈丽", household=home, **paper("E12345679", "CHEN/LI"))
    found.li = stand(
        found.incident, "李强", needs=["wheelchair"], **paper("L898902C3", "ERIKSSON/ANNA MARIA")
    )
    found.operation = make_operation(found.incident, planner)
    found.flight = make_transport(found.operation)
    people = [found.wang, found.wife, found.li]
    found.manifest = seal_on(found.incident, found.flight, people, planner)
    found.issued = pack_for(found, "A口")
    return found


@pytest.fixture
def phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def opened(phone, issued, by="小刘"):
    phone.goto(f"/gate/?lang=zh-hans#{issued.token}")
    phone.get_by_label("口令").fill(f"{issued.word[:5]}-{issued.word[5:].lower()}")
    phone.get_by_label("操作人").fill(by)
    phone.get_by_role("button", name="打开").click()
    expect(phone.get_by_role("heading", name="MU9001")).to_be_visible()


def ask(phone, text):
    phone.get_by_label("扫描，或输入").fill(text)
    phone.get_by_role("button", name="查找").click()


def card(phone):
    return phone.locator("article.person")


def figure(phone, name):
    return phone.locator(f"[data-sum={name}]")


def press(phone, name):
    card(phone).get_by_role("button", name=name, exact=True).click()
    expect(phone.locator("#told")).to_contain_text("已记录")


def entry(gate, person):
    return ManifestEntry.objects.get(manifest=gate.manifest, person_ref=person.pk)


def picture_of(text):
    file = io.BytesIO()
    segno.make(text, micro=False, error="m").save(file, kind="png", scale=6, border=4)
    return {"name": "code.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_gate_works_with_the_network_cut(phone, gate):
    opened(phone, gate.issued)
    phone.wait_for_function(WORKER_READY)
    assert gate.issued.token not in phone.url
    check_page(phone)
    phone.context.set_offline(True)

    # A code of one person, then of a party: by the party the two are to choose from.
    ask(phone, gate_code(gate.manifest, entry(gate, gate.li)))
    expect(card(phone)).to_contain_text("李强")
    expect(card(phone)).to_contain_text("轮椅：安排协助上下")
    check_page(phone)
    press(phone, "登乘")
    expect(card(phone).locator(".state")).to_contain_text("已登乘")
    ask(phone, party_code(gate.manifest, entry(gate, gate.wang)).lower())
    expect(phone.get_by_text("找到 2 人，请选择：")).to_be_visible()
    phone.locator("#result").get_by_role("button", name="王小明").click()
    expect(card(phone)).to_contain_text("同行 2 人，尚有 2 人未登乘")
    press(phone, "登乘")
    press(phone, "离乘")
    expect(card(phone).locator(".state")).to_contain_text("已离乘")

    # A passport number with an eye's mistake; a refusal needs its reason.
    ask(phone, "e1234 5679")
    expect(card(phone)).to_contain_text("陈丽")
    card(phone).get_by_text("未予登乘…").click()
    card(phone).get_by_label("未予登乘的原因").select_option("security")
    press(phone, "未予登乘")
    ask(phone, "E0000001")
    expect(phone.locator("#told")).to_have_text("不在本班名单上")
    ask(phone, "EI2345678")
    expect(phone.get_by_text("没有完全相符的。相近的有：")).to_be_visible()

    # Somebody on no list.
    ask(phone, "GH1.9.9.AAAAAAAAAAAAAAAAAAAAAAAAAA")
    expect(phone.locator("#told")).to_contain_text("此码不在本班名单上")
    phone.get_by_label("姓名", exact=True).fill("孙不速")
    phone.get_by_role("button", name="让其登乘").click()
    expect(figure(phone, "strangers")).to_have_text("1")
    expect(phone.locator("#net")).to_have_text("无网络")
    expect(phone.get_by_text("5 条待发")).to_be_visible()
    assert GateScan.objects.count() == 0

    # Closed and opened again without a network: nothing readable lies on the phone.
    phone.reload()
    kept = phone.evaluate(ON_THE_PHONE)
    secrets = ("王小明", "WANG", "E12345678", "MU9001", "孙不速", gate.issued.token)
    assert [text for text in (*secrets, gate.issued.word) if text in kept] == []
    phone.get_by_label("口令").fill("AAAAAAAAAA")
    phone.get_by_role("button", name="打开").click()
    expect(phone.get_by_text("链接或口令不对。")).to_be_visible()
    check_page(phone)
    phone.get_by_label("口令").fill(gate.issued.word)
    phone.get_by_role("button", name="打开").click()
    expect(figure(phone, "boarded")).to_have_text("1")
    expect(phone.get_by_text("5 条待发")).to_be_visible()

    phone.context.set_offline(False)
    expect(phone.get_by_text("全部已发出")).to_be_visible(timeout=20_000)
    states = dict(Passage.objects.filter(walk_in=None).values_list("person_ref", "state"))
    assert states == {
        gate.li.pk: "boarded", gate.wang.pk: "taken_off", gate.wife.pk: "refused",
    }  # fmt: skip
    assert Standing.objects.get(person_ref=gate.li.pk).movement == "evacuating"
    stranger = WalkIn.objects.get()
    assert (stranger.name, stranger.code) == ("孙不速", "GH1.9.9.AAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert set(GateScan.objects.values_list("recorded_by", flat=True)) == {"小刘"}


def test_zone_is_read_and_compared(phone, gate):
    """ICAO's specimen: the number is 李强's, the birthday and the expiry are not."""
    opened(phone, gate.issued)
    zone = (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    )
    ask(phone, zone)
    expect(card(phone)).to_contain_text("机读区与名单不一致：出生日期、证件有效期至")
    ask(phone, zone.replace("7408122F", "7408132F"))
    expect(phone.locator("#told")).to_contain_text("机读区中“出生日期”与其校验位不符")
    ask(phone, zone.splitlines()[1])
    expect(card(phone)).to_contain_text("李强")


def test_code_is_read_out_of_a_picture(phone, gate):
    opened(phone, gate.issued)
    code = gate_code(gate.manifest, entry(gate, gate.wang))
    phone.locator("#picture").set_input_files(picture_of(code))
    expect(card(phone)).to_contain_text("王小明")


def test_gate_hears_of_the_others_and_of_a_newer_version(phone, gate):
    other = pack_for(gate, "B口").pack
    take_scans(pack=other, scans=[scan(gate.wang, ScanKind.BOARDED)])
    opened(phone, gate.issued)
    expect(figure(phone, "boarded")).to_have_text("1")
    new = stand(gate.incident, "钱新")
    seal_on(gate.incident, gate.flight, [gate.wang, gate.wife, new], gate.planner)
    ask(phone, "李强")
    press(phone, "登乘")
    expect(phone.locator("[data-notice=stale]")).to_contain_text("新增 1 人，减少 1 人")
    # What was sent from a stale pack counts.
    assert Passage.objects.filter(person_ref=gate.li.pk, state="boarded").exists()


def test_pack_ends_on_the_phone_and_what_waits_is_still_sent(phone, gate):
    opened(phone, gate.issued)
    phone.wait_for_function(WORKER_READY)
    phone.context.set_offline(True)
    ask(phone, "李强")
    press(phone, "登乘")
    phone.add_init_script(f"({LATER})({13 * 3600 * 1000})")
    phone.reload()
    expect(phone.get_by_text("已过期，1 条待发")).to_be_visible()
    assert "people=null" in phone.evaluate(ON_THE_PHONE)
    phone.get_by_label("口令").fill(gate.issued.word)
    phone.get_by_role("button", name="打开").click()
    expect(phone.locator("[data-notice=expired]")).to_be_visible()
    expect(phone.get_by_label("扫描，或输入")).to_be_hidden()
    phone.context.set_offline(False)
    expect(phone.get_by_text("全部已发出")).to_be_visible(timeout=20_000)
    assert GateScan.objects.count() == 1
    phone.reload()
    expect(phone.get_by_label("数据包链接")).to_be_visible()
    assert phone.evaluate(ON_THE_PHONE).startswith("{}")


def test_rest_did_not_come(phone, gate):
    opened(phone, gate.issued)
    ask(phone, "李强")
    press(phone, "登乘")
    phone.get_by_text("收尾").click()
    phone.get_by_label("输入人数以确认").fill("3")
    phone.get_by_role("button", name="记为未到").click()
    expect(phone.get_by_text("请输入人数 2 以确认。")).to_be_visible()
    phone.get_by_label("输入人数以确认").fill("2")
    phone.get_by_role("button", name="记为未到").click()
    expect(phone.get_by_text("已将 2 人记为未到。")).to_be_visible()
    expect(phone.get_by_text("全部已发出")).to_be_visible()
    assert Passage.objects.filter(state="no_show").count() == 2


def test_page_can_be_installed(phone, gate):
    phone.goto("/gate/?lang=zh-hans")
    phone.wait_for_function(WORKER_READY)
    session = phone.context.new_cdp_session(phone)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"].endswith("/gate/manifest.webmanifest?lang=zh-hans")
    faults = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A fresh context is what Chromium calls incognito; nothing else stands in the way.
    assert {one["errorId"] for one in faults} <= {"in-incognito"}
    assert not re.search("王|MU9001", phone.content())


# -- the page's own parts, one by one -------------------------------------------------------------

FOLD = """async (all) => {
  const { fold } = await import("/static/public/gate/fold.js");
  return all.map(fold).map((stands) => stands && [stands.kind, stands.at]);
}"""
READ = """async (pictures) => {
  const { readQr } = await import("/static/public/gate/qr.js");
  return pictures.map(({ rows, scale, turn, lean, shade }) => {
    // The code on a sheet that is turned, seen from the side, half in the shadow.
    const size = 520, count = rows.length, data = new Uint8ClampedArray(size * size * 4);
    for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
      const dx = x - size / 2, dy = y - size / 2, far = 1 + (lean * dy) / size;
      const u = (Math.cos(turn) * dx + Math.sin(turn) * dy) / far / scale + count / 2;
      const v = (Math.cos(turn) * dy - Math.sin(turn) * dx) / far / scale + count / 2;
      const dark = rows[Math.floor(v)]?.[Math.floor(u)] === "1";
      const light = (dark ? 40 : 220) * (shade ? 0.35 + (0.65 * x) / size : 1);
      data.set([light, light, light, 255], (y * size + x) * 4);
    }
    return readQr(data, size, size);
  });
}"""


def test_page_folds_as_the_server_does(phone, live_server):
    """The same rule in two languages, over random logs."""
    chance = random.Random(7)
    kinds = list(ScanKind)
    logs = [
        [(chance.choice(kinds), chance.randint(0, 4)) for _ in range(chance.randint(0, 7))]
        for _ in range(300)
    ]
    moment = datetime(2024, 12, 17, tzinfo=UTC)
    folded = [fold(Fact(kind, moment + timedelta(seconds=at)) for kind, at in log) for log in logs]
    wanted = [one and [one.state.value, (one.at - moment).total_seconds()] for one in folded]
    phone.goto("/gate/")
    facts = [[{"kind": kind.value, "at": at} for kind, at in log] for log in logs]
    assert phone.evaluate(FOLD, facts) == wanted


def test_own_reader_reads_what_another_wrote(phone, live_server):
    """segno's codes of versions 2 to 10 and all levels, turned, leaning and shaded. Those of our
    lists have version 3, links of packs 4 or 5: they may lean further than larger ones."""
    texts = ["1234567890" * 5, "GH1.1234.567.ABCDEFGHIJKLMNOPQRSTUVWXY2", "归航撤离登乘"]
    codes = [(text, level, None) for text in texts for level in "LMQH"]
    codes += [("https://guihang.example/gate/#" + "aB3_" * 8, "M", n) for n in range(5, 11)]
    pictures, wanted = [], []
    for number, (text, level, version) in enumerate(codes):
        code = segno.make(text, micro=False, error=level, version=version, boost_error=False)
        rows = ["".join(str(int(cell & 1)) for cell in row) for row in code.matrix]
        for turn, lean, shade in (
            (0, 0, False),
            (0.3 * number, 0.3 if code.version < 6 else 0.1, True),
        ):
            shape = {"scale": 330 / len(rows), "turn": turn, "lean": lean, "shade": shade}
            pictures.append({"rows": rows, **shape})
            wanted.append(text)
    phone.goto("/gate/")
    assert phone.evaluate(READ, pictures) == wanted
    blank = {"rows": ["0"] * 21, "scale": 9, "turn": 0, "lean": 0, "shade": True}
    assert phone.evaluate(READ, [blank]) == [None]
