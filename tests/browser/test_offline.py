"""An answer that is pressed without a network: kept, told, sent once, forgotten."""

import re

import pytest
from playwright.sync_api import expect

from crisis.rollcall.models import Standing
from notifications.models import Reply
from tests.support.axe import grave_faults
from tests.support.scene import link_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = "() => self.waiting.all()"
READY = "() => navigator.serviceWorker.ready.then((worker) => Boolean(worker.active))"
IN_STORE = """async (path) => {
  const found = await (await caches.open("pages")).match(path, { ignoreVary: true });
  return found ? found.text() : "";
}"""

PRESSED_HALF_AN_HOUR_AGO = """() => waiting.all().then(([one]) =>
  waiting.put({ ...one, at: one.at - 1800000 }))"""
NOTHING_WAITS = "() => waiting.all().then((all) => all.every((one) => !one.body))"


@pytest.fixture
def phone(page):
    page.set_viewport_size({"width": 320, "height": 640})
    return page


def standing(person):
    return Standing.objects.get(person_ref=person.pk)


def test_answer_waits_for_the_network_and_goes_once(phone, incident, people, held_clock):
    link = link_of(people["chen"])
    phone.goto(link)
    phone.evaluate(READY)
    phone.wait_for_function(
        "() => caches.keys().then((names) => names.some((name) => name.startsWith('files-')))"
    )
    phone.context.set_offline(True)
    phone.get_by_role("button", name="需要帮助").click()
    expect(phone.get_by_text("的报告还没有发出")).to_be_visible()
    assert not Reply.objects.exists()

    # The next questions come without a network too, and the page opens again.
    phone.get_by_label("我们应当知道的").fill("红色大门旁，三楼")
    phone.get_by_label("希望撤离").check()
    assert grave_faults(phone) == []
    phone.get_by_role("button", name="发送补充情况").click()
    expect(phone.get_by_text("的报告还没有发出")).to_have_count(2)
    phone.reload()
    expect(phone.get_by_text("现在没有网络。这是上次打开时保存的页面")).to_be_visible()
    expect(phone.get_by_text("的报告还没有发出")).to_have_count(2)
    # What is kept of the page names nobody.
    assert "陈" not in phone.evaluate(IN_STORE, link)

    phone.context.set_offline(False)
    expect(phone.get_by_text("的报告已于")).to_have_count(2)
    assert phone.evaluate(NOTHING_WAITS)
    found = standing(people["chen"])
    assert (found.condition, found.wants_out) == ("needs_help", True)
    words = Reply.objects.get(meaning="details")
    assert (words.text, words.details["with_help"]) == ("红色大门旁，三楼", True)
    assert Reply.objects.count() == 2

    # What was said about it stands once; nothing is left on the phone.
    phone.reload()
    expect(phone.get_by_role("heading", name="您现在怎么样？")).to_be_visible()
    phone.wait_for_function("() => self.waiting.all().then((all) => all.length === 0)")
    assert Reply.objects.count() == 2


def test_late_answer_does_not_take_back_a_call_for_help(phone, incident, people, held_clock):
    """«Safe» pressed without a network, then help called from another phone."""
    link = link_of(people["wang"])
    held_clock(3600)
    phone.goto(link)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="平安 I am safe").click()
    expect(phone.get_by_text("的报告还没有发出")).to_be_visible()
    phone.evaluate(PRESSED_HALF_AN_HOUR_AGO)
    with_help = phone.context.browser.new_context(base_url=phone.url.partition("/c/")[0])
    other = with_help.new_page()
    other.goto(link)
    other.get_by_role("button", name="需要帮助").click()
    expect(other.get_by_text("已收到：需要帮助")).to_be_visible()
    with_help.close()
    phone.context.set_offline(False)
    # By the page or by its worker, whichever heard of the network first.
    expect(phone.get_by_text(re.compile("已收到：平安|的报告已于"))).to_be_visible()
    assert (
        Reply.objects.get(meaning="safe").answered_at
        < Reply.objects.get(meaning="needs_help").answered_at
    )
    assert standing(people["wang"]).condition == "needs_help"


def test_answer_goes_at_once_and_leaves_nothing(phone, incident, people):
    phone.goto(link_of(people["chen"]))
    phone.get_by_role("button", name="平安 I am safe").click()
    expect(phone.get_by_text("已收到：平安")).to_be_visible()
    assert phone.evaluate(KEPT) == []
    phone.get_by_role("group", name="陈*").get_by_label("需要帮助").check()
    assert grave_faults(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    phone.get_by_role("button", name="发送补充情况").click()
    expect(phone.get_by_text("已收到：补充情况")).to_be_visible()
    assert standing(people["chen_wife"]).condition == "needs_help"
    assert standing(people["chen"]).condition == "safe"
    assert "data-answered" not in phone.evaluate(IN_STORE, link_of(people["chen"]))


def test_everything_works_without_scripts(chromium, live_server, incident, people):
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    plain = context.new_page()
    plain.goto(link_of(people["chen"]) + "?lang=zh-hans")
    plain.get_by_role("button", name="平安 I am safe").click()
    plain.get_by_label("和您在一起的还有几人").fill("2")
    plain.get_by_label("暂时留下").check()
    plain.get_by_role("group", name="陈*").get_by_label("平安").check()
    plain.get_by_role("button", name="发送补充情况").click()
    expect(plain.get_by_text("已收到：补充情况")).to_be_visible()
    context.close()
    assert standing(people["chen_wife"]).condition == "safe"
    assert Reply.objects.get(meaning="details").details["party"] == 2
