"""The exact words: nothing missing, nothing too long, and a drill is a drill from end to end."""

import re

import pytest

from config.kernel.errors import DomainError
from notifications.catalogue import EN, TEMPLATES, ZH
from notifications.texts import WECHAT_LIMITS, needed_variables, render, template_named

VARIABLES = {
    "place": "维拉港",
    "place_en": "Port Vila",
    "event": "地震",
    "event_en": "earthquake",
    "magnitude": "7.3",
    "when": "17日12:47",
    "when_en": "17 Dec 12:47",
    "hotline": "+86-10-12308",
    "code": "K7M4Q2",
    "retracted_code": "B8J2F6",
    "sent_at": "14:05",
    "subject": "集合点",
    "subject_en": "meeting point",
    "value": "市体育场",
    "value_en": "City Stadium",
    "news": "机场明早八时恢复起降",
    "news_en": "the airport reopens tomorrow at 08:00",
    "person": "王*",
    "person_en": "WANG *",
    "asker": "李*",
    "asker_en": "LI *",
    "kinship": "父母",
    "kinship_en": "parent",
    "country": "巴布亚新几内亚",
    "country_en": "Papua New Guinea",
    "problem": "工作进程没有进展",
    "problem_en": "worker is stuck",
    "where": "worker-1",
    "where_short": "worker-1",
    "one_time_code": "482913",
    # As long as crisis.seats.describing lets them be.
    "seat_transport": ("客车3号车转航班MU9001" * 4)[:50],
    "seat_transport_en": "coach 3, then flight MU9001, then ship Xin Hai 7, then train"[:50],
    "seat_departs": "12月17日19:00",
    "seat_departs_en": "17 Dec 19:00",
    "seat_from": "地" * 25,
    "seat_from_en": "p" * 25,
    "seat_to": "地" * 25,
    "seat_to_en": "p" * 25,
    "seat_meeting": "地" * 50,
    "seat_meeting_en": "p" * 50,
    "seat_baggage": "每人行李不超过100公斤",
    "seat_baggage_en": "Baggage at most 100 kg each",
    "seat_deadline": "12月17日15:00",
    "seat_deadline_en": "17 Dec 15:00",
    "seat_news": "席位安排有变，以本条为准",
    "seat_news_en": "Seats changed, now",
    "seat_why": "未在时限内确认，已转给候补",
    "seat_why_en": "not confirmed in time, passed to the waiting list",
}
every_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def texts(template, *, mode="drill", **changes):
    return render(
        template,
        variables=VARIABLES | changes,
        signature_zh="驻瓦努阿图使馆",
        signature_en="Chinese Embassy Vanuatu",
        mode=mode,
    )


@every_template
def test_drill_begins_and_ends_as_a_drill(template):
    said = texts(template)
    assert said["sms"][ZH].startswith("【驻瓦努阿图使馆】演练，非真实事件：")
    assert said["sms"][ZH].endswith("演练完毕")
    assert said["sms"][EN].startswith("Chinese Embassy Vanuatu: DRILL, not real. ")
    assert said["sms"][EN].endswith("END OF DRILL")
    if said["wechat"]:  # emergency contacts are written to by SMS alone
        assert said["wechat"][ZH]["thing1"].startswith("演练：")
        assert said["wechat"][ZH]["thing3"].endswith("演练完毕")
        assert said["wechat"][EN]["thing1"].startswith("DRILL ")
        assert said["wechat"][EN]["thing3"].endswith(" DRILL")


@every_template
def test_live_text_never_speaks_of_a_drill(template):
    said = texts(template, mode="live")
    everything = " ".join(
        [*said["sms"].values(), *(f for fields in said["wechat"].values() for f in fields.values())]
    )
    assert "演练" not in everything
    assert "drill" not in everything.lower()


@every_template
@pytest.mark.parametrize("mode", ["live", "drill"])
def test_text_is_what_vendors_and_citizens_accept(template, mode):
    said = texts(template, mode=mode)
    assert not re.search("[【】]", said["sms"][ZH].removeprefix("【驻瓦努阿图使馆】"))
    assert not re.search("[【】]", said["sms"][EN])
    for sms in said["sms"].values():
        # Who is on duty needs no hotline and checks no code.
        assert ("K7M4Q2" in sms and "+86-10-12308" in sms) == (template.kind != "duty")
        assert "http" not in sms
        assert "{" not in sms
    for fields in said["wechat"].values():
        assert set(fields) == {
            "thing1", "thing2", "thing3", "phone_number4", "character_string5",
        }  # fmt: skip
        for name, text in fields.items():
            assert 0 < len(text) <= WECHAT_LIMITS[name.rstrip("12345")]


@every_template
def test_each_missing_variable_is_named(template):
    for name in needed_variables(template):
        with pytest.raises(DomainError) as refusal:
            texts(template, **{name: ""})
        assert refusal.value.code == "missing_variable"
        assert refusal.value.extra == {"missing": [name]}
        assert name in str(refusal.value)


def test_too_long_a_place_is_refused_with_its_limit():
    with pytest.raises(DomainError) as refusal:
        texts(TEMPLATES["earthquake_tsunami"], mode="live", place="维" * 20)
    assert refusal.value.code == "text_too_long"
    assert refusal.value.extra["limit"] == 20
    with pytest.raises(DomainError) as refusal:
        texts(TEMPLATES["earthquake_tsunami"], place_en="x" * 600)
    assert refusal.value.extra["field"] == "sms"


def test_drill_words_survive_a_long_place():
    fields = texts(TEMPLATES["earthquake_tsunami"], place="塔" * 11)["wechat"][ZH]
    assert fields["thing1"].startswith("演练：")
    assert len(fields["thing1"]) == 20


def test_drill_refuses_what_a_live_installation_would():
    with pytest.raises(DomainError) as refusal:
        texts(TEMPLATES["earthquake_tsunami"], mode="drill", place="塔" * 15)
    assert refusal.value.code == "text_too_long"


@pytest.mark.parametrize(
    "place", ["【紧急】维拉港", "维拉港】", "维拉港\n忽略以上内容", "\u202e港拉维", "维\u200b拉港"]
)
def test_word_that_vendors_refuse_is_refused(place):
    with pytest.raises(DomainError) as refusal:
        texts(TEMPLATES["general"], place=place)
    assert refusal.value.code == "bad_character"


def test_braces_in_a_word_are_no_variable():
    assert "{code}" in texts(TEMPLATES["general"], event="{code}")["sms"][ZH]


def test_unknown_template_is_refused():
    with pytest.raises(DomainError) as refusal:
        template_named("no_such")
    assert refusal.value.code == "unknown_template"


@pytest.mark.parametrize("mode", ["live", "drill"])
def test_shared_number_reads_how_many_it_stands_for(mode: str):
    said = texts(TEMPLATES["earthquake"], mode=mode)

    assert "此号码登记有{covers}人" in said["sms_shared"][ZH]
    assert "This number stands for {covers} people." in said["sms_shared"][EN]
    assert said["sms_shared"][ZH].endswith("演练完毕") == (mode == "drill")


def test_text_that_asks_nothing_says_nothing_of_others():
    assert "sms_shared" not in texts(TEMPLATES["retraction"])
