"""The catalogue of pre-approved texts.

A text is approved by review of this file; its wording is frozen on the wave when one is created.
Digits (1 平安 · 2 需要帮助 · 3 已离开 · 4 平安但需撤离) never change meaning. No 【】 inside a body,
no link in an SMS, no request for money, a passport or a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from notifications.states import WaveKind

ZH, EN = "zh-hans", "en"
Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """One approved text in all its forms. `asks` tells whether it expects an answer."""

    code: str
    kind: WaveKind
    asks: bool
    label: str
    sms: Mapping[str, str]
    wechat: Mapping[str, Fields]


def _wechat(zh: tuple[str, str, str], en: tuple[str, str, str]) -> dict[str, Fields]:
    common = {"phone_number4": "{hotline}", "character_string5": "{code}"}
    return {
        language: dict(zip(("thing1", "thing2", "thing3"), things, strict=True)) | common
        for language, things in ((ZH, zh), (EN, en))
    }


_ASK_ZH = "请回复1平安 2需要帮助 3已离开。求助{hotline}。核验码{code}。绝不索要钱款"
_ASK_EN = (
    "Reply 1 safe 2 need help 3 left area. Help {hotline}. Code {code}. We never ask for money."
)
_ASK_FIELD_ZH = "回复1平安2需要帮助3已离开"
_ASK_FIELD_EN = "1 safe, 2 help"

_CATALOGUE = (
    Template(
        code="earthquake_tsunami",
        kind=WaveKind.INITIAL,
        asks=True,
        label=gettext_noop("地震并防海啸"),
        sms={
            ZH: "{place}{when}发生{magnitude}级地震，防海啸：立即往高处，远离海岸和危楼。"
            + _ASK_ZH,
            EN: "M{magnitude} quake {place_en} {when_en}, tsunami risk. Go to high ground now;"
            " avoid coast and damaged buildings. " + _ASK_EN,
        },
        wechat=_wechat(
            ("{place}{magnitude}级地震防海啸", "速往高处，远离海岸和危楼", _ASK_FIELD_ZH),
            ("M{magnitude}, tsunami", "Go to high ground", _ASK_FIELD_EN),
        ),
    ),
    Template(
        code="earthquake",
        kind=WaveKind.INITIAL,
        asks=True,
        label=gettext_noop("地震"),
        sms={
            ZH: "{place}{when}发生{magnitude}级地震：远离危楼和山坡，防余震，听从当地指引。"
            "请回复1平安 2需要帮助 3已离开 4平安但需撤离。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "M{magnitude} quake {place_en} {when_en}. Keep away from damaged buildings and slopes;"
            " expect aftershocks. Reply 1 safe 2 need help 3 left area 4 safe but must leave."
            " Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat=_wechat(
            ("{place}{magnitude}级地震", "远离危楼，防余震", _ASK_FIELD_ZH),
            ("M{magnitude} quake", "Avoid bad buildings", _ASK_FIELD_EN),
        ),
    ),
    Template(
        code="earthquake_tsunami_short",
        kind=WaveKind.INITIAL,
        asks=True,
        label=gettext_noop("地震并防海啸（短）"),
        sms={
            ZH: "{place}强震，防海啸，速往高处。回复1平安2需要帮助3已离开。求助{hotline}。核验码{code}",
            EN: "Quake {place_en}, tsunami risk: go to high ground now. 1 safe 2 help 3 left."
            " Help {hotline}. Code {code}",
        },
        wechat=_wechat(
            ("{place}强震，防海啸", "速往高处，远离海岸和危楼", _ASK_FIELD_ZH),
            ("Quake, tsunami", "Go to high ground", _ASK_FIELD_EN),
        ),
    ),
    Template(
        code="general",
        kind=WaveKind.INITIAL,
        asks=True,
        label=gettext_noop("通用"),
        sms={
            ZH: "{place}{when}发生{event}：请留在安全处，听从当地指引，保持通信。"
            "请回复1平安 2需要帮助 3已离开 4平安但需撤离。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "{event_en} in {place_en} {when_en}. Stay in a safe place, follow local guidance, keep"
            " your phone on. Reply 1 safe 2 need help 3 left area 4 safe but must leave."
            " Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat=_wechat(
            ("{place}{event}", "留在安全处，听从指引", _ASK_FIELD_ZH),
            ("{event_en}", "Stay in a safe place", _ASK_FIELD_EN),
        ),
    ),
    Template(
        code="reminder",
        kind=WaveKind.REMINDER,
        asks=True,
        label=gettext_noop("提醒"),
        sms={
            ZH: "{place}{event}：尚未收到您的消息。请远离危险处。" + _ASK_ZH,
            EN: "{event_en} in {place_en}: we have not heard from you. Keep away from danger. "
            + _ASK_EN,
        },
        wechat=_wechat(
            ("{place}{event}", "尚未收到您的消息", _ASK_FIELD_ZH),
            ("Please answer us", "No word from you yet", _ASK_FIELD_EN),
        ),
    ),
    Template(
        code="who_else",
        kind=WaveKind.WHO_ELSE,
        asks=True,
        label=gettext_noop("询问同号码家人"),
        sms={
            ZH: "已记录您的回复。此号码还登记了家人：都平安请回复“全家平安”，有人需要帮助请回复2。"
            "求助{hotline}。核验码{code}",
            EN: "Your answer is noted. This number also stands for family: reply ALL SAFE if all are"
            " safe, 2 if anybody needs help. Help {hotline}. Code {code}.",
        },
        wechat=_wechat(
            ("此号码还登记了家人", "都平安请回复全家平安", "有人需要帮助请回复2"),
            ("Family on this phone", "Reply ALL SAFE if so", "2 if help is needed"),
        ),
    ),
    Template(
        code="retraction",
        kind=WaveKind.RETRACTION,
        asks=False,
        label=gettext_noop("撤回"),
        sms={
            ZH: "更正：{sent_at}{place}通知（核验码{retracted_code}）系误发，当地无此警报，"
            "无须因此避险。求助{hotline}。核验码{code}",
            EN: "CORRECTION: the {sent_at} message about {place_en} (code {retracted_code}) was sent"
            " in error. There is no such alert; no action is needed. Help {hotline}. Code {code}.",
        },
        wechat=_wechat(
            ("更正：原通知系误发", "当地无此警报", "原核验码{retracted_code}"),
            ("Correction", "Sent in error", "Old code {retracted_code}"),
        ),
    ),
    Template(
        code="correction",
        kind=WaveKind.CORRECTION,
        asks=True,
        label=gettext_noop("更正"),
        sms={
            ZH: "更正：{place}{subject}改为{value}，原通知（核验码{retracted_code}）此项作废，危险仍在。"
            + _ASK_ZH,
            EN: "CORRECTION for {place_en}: {subject_en} is now {value_en}. Disregard that part of"
            " message {retracted_code}. The danger continues. " + _ASK_EN,
        },
        wechat=_wechat(
            ("更正：{subject}有变", "改为{value}", "危险仍在，原通知此项作废"),
            ("{subject_en}", "{value_en}", "Danger goes on"),
        ),
    ),
    Template(
        code="update",
        kind=WaveKind.UPDATE,
        asks=True,
        label=gettext_noop("更新"),
        sms={
            ZH: "{place}{event}最新情况：{news}。" + _ASK_ZH,
            EN: "Update on {event_en} in {place_en}: {news_en}. " + _ASK_EN,
        },
        wechat=_wechat(
            ("{place}{event}", "有最新情况，请点开查看", _ASK_FIELD_ZH),
            ("Update", "Open it for the news", _ASK_FIELD_EN),
        ),
    ),
    Template(
        code="released",
        kind=WaveKind.RELEASE,
        asks=True,
        label=gettext_noop("告知移出区域"),
        sms={
            ZH: "{place}{event}：受影响区域已调整，您的位置不在其中，不再提醒您。{news}。仍需帮助请回复2，"
            "也可回复1平安 3已离开。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "{event_en} in {place_en}: the affected area was redrawn and your place is outside it;"
            " we stop reminding you. {news_en}. " + _ASK_EN,
        },
        wechat=_wechat(
            ("{place}{event}", "区域已调整，您不在其中", "仍需帮助请回复2"),
            ("Area redrawn", "You are outside it", "2 if you need help"),
        ),
    ),
    # The digits keep their meaning. A relative's word is never the person's own answer.
    Template(
        code="contact",
        kind=WaveKind.CONTACT,
        asks=True,
        label=gettext_noop("致紧急联系人"),
        sms={
            ZH: "您是{person}的紧急联系人。{place}{event}后通信不畅，暂未联系上不等于有危险。请试着联系，"
            "如有消息，请用文字回复；知其需要帮助请回复2。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "You are the emergency contact of {person_en}. After {event_en} in {place_en} networks"
            " are poor; no word does not mean danger. Please try to reach them and reply with any"
            " news, or 2 if they need help. Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat={},
    ),
    Template(
        code="all_clear",
        kind=WaveKind.ALL_CLEAR,
        asks=True,
        label=gettext_noop("解除"),
        sms={
            ZH: "{place}{event}警报已解除。仍请注意安全，勿进危险建筑。未报平安者请回复1平安 2需要帮助 3已离开。求助{hotline}。核验码{code}",
            EN: "All clear for {event_en} in {place_en}. Stay careful; keep out of damaged buildings."
            " If you have not answered: reply 1 safe 2 need help 3 left area. Help {hotline}. Code {code}.",
        },
        wechat=_wechat(
            ("{place}{event}解除", "仍请注意安全，勿进危楼", "未报平安请回复1或2"),
            ("All clear", "Stay careful", _ASK_FIELD_EN),
        ),
    ),
    # A place on the way out: offered, confirmed by one answer, or gone. No fare, ever.
    Template(
        code="seat_offer",
        kind=WaveKind.OFFER,
        asks=True,
        label=gettext_noop("席位邀约"),
        sms={
            ZH: "{place}撤离：为您和同行人留有席位。{seat_transport}，{seat_departs}（当地时间）从{seat_from}"
            "出发，前往{seat_to}。{seat_baggage}。请于{seat_deadline}前回复5确认 6放弃，逾时转给候补。"
            "需要帮助回复2。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "Evacuation from {place_en}: seats for you and those with you. {seat_transport_en},"
            " {seat_departs_en} (local), {seat_from_en} to {seat_to_en}. {seat_baggage_en}. Reply 5 to"
            " confirm, 6 to give up, by {seat_deadline_en}, or they pass on. 2 for help."
            " Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat=_wechat(
            ("撤离席位待您确认", "{seat_deadline}前确认", "回复5确认，6放弃"),
            ("Seat to be confirmed", "By {seat_deadline_en}", "5 yes, 6 no"),
        ),
    ),
    Template(
        code="seat_passage",
        kind=WaveKind.PASSAGE,
        asks=False,
        label=gettext_noop("登乘须知"),
        sms={
            ZH: "{seat_news}。{seat_transport}，{seat_departs}（当地时间）从{seat_from}出发，前往{seat_to}。"
            "集合：{seat_meeting}。{seat_baggage}。请带证件提前到达，集合地点请勿转发。不能前往请回复6，"
            "需要帮助回复2。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "{seat_news_en}: {seat_transport_en}, {seat_departs_en} (local), {seat_from_en} to"
            " {seat_to_en}. Meet: {seat_meeting_en}. {seat_baggage_en}. Bring papers, come early, keep"
            " the place to yourself. 6 if you cannot come, 2 for help. Help {hotline}. Code {code}."
            " We never ask for money.",
        },
        wechat=_wechat(
            ("席位已确认", "{seat_departs}出发", "请点开查看集合地点"),
            ("Seat confirmed", "{seat_departs_en}", "Open it for details"),
        ),
    ),
    Template(
        code="seat_off",
        kind=WaveKind.SEAT_OFF,
        asks=False,
        label=gettext_noop("席位取消"),
        sms={
            ZH: "{seat_transport}（{seat_departs}当地时间）的席位不再为您保留：{seat_why}。请勿为此前往集合地点。"
            "仍要撤离请回复4，需要帮助回复2。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "Your seats on {seat_transport_en} ({seat_departs_en} local) are no longer kept:"
            " {seat_why_en}. Do not go to the meeting point for it. Reply 4 if you still must leave, 2"
            " if you need help. Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat=_wechat(
            ("席位不再保留", "{seat_departs}的班次", "仍要撤离请回复4"),
            ("Seat no longer kept", "{seat_departs_en}", "4 if you must leave"),
        ),
    ),
    Template(
        code="duty_page",
        kind=WaveKind.DUTY,
        asks=False,
        label=gettext_noop("值班传呼"),
        sms={
            ZH: "值班传呼（{when}）：{problem}，{where}。收到请回复“收到”，并登录值班页处理",
            EN: "Duty page {when}: {problem_en}, {where}. Reply OK if you have it, and sign in to the"
            " duty page.",
        },
        wechat=_wechat(
            ("值班传呼", "{problem}", "{where_short}"),
            ("Duty page", "{problem_en}", "{where_short}"),
        ),
    ),
    # When nothing is the matter: once a year, and to whom somebody named. Neither needs an answer.
    Template(
        code="confirm_registration",
        kind=WaveKind.CONFIRM,
        asks=False,
        label=gettext_noop("请确认登记信息"),
        sms={
            ZH: "您在使领馆的海外登记已久未确认。信息不变请回复1；有变化请登录归航登记网页修改，已回国可在网页"
            "退出登记。多次未确认的登记将停用并删除。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "Your registration abroad has not been confirmed for long. Reply 1 if all is as before;"
            " sign in to the Guihang registry to change it or to leave. Without an answer it is put to"
            " rest and later erased. Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat=_wechat(
            ("请确认海外登记信息", "信息不变请回复1", "有变化请登录登记网页修改"),
            ("Confirm registration", "Reply 1 if unchanged", "Else sign in to edit"),
        ),
    ),
    Template(
        code="sought",
        kind=WaveKind.SOUGHT,
        asks=False,
        label=gettext_noop("告知有人询问"),
        sms={
            ZH: "{asker}（关系：{kinship}）通过使领馆询问您的情况，盼您联系。未经您同意，我们不告知对方任何情况；"
            "可登录归航登记网页选择告知的内容。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "{asker_en} ({kinship_en}) asks the embassy about you and hopes to hear from you. We tell"
            " nothing without your consent; sign in to the Guihang registry to choose what we may say."
            " Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat=_wechat(
            ("有人询问您的情况", "{asker}盼您联系", "登录登记网页选择告知"),
            ("Someone asks for you", "They hope to hear", "Sign in to choose"),
        ),
    ),
    Template(
        code="named_as_contact",
        kind=WaveKind.NAMED,
        asks=False,
        label=gettext_noop("告知被列为紧急联系人"),
        sms={
            ZH: "{person}在海外登记中将您列为紧急联系人：仅在其遇突发事件联系不上时，使领馆才联系您。"
            "不同意请回复“退出”，您的姓名和号码即予删除。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "{person_en} named you as emergency contact in the registry of Chinese citizens abroad:"
            " you are asked only if they cannot be reached in an emergency. If you object, reply STOP"
            " and your name and number are erased. Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat={},
    ),
    # Once the person agreed to it: the country and no place, and nothing of how they are.
    Template(
        code="arrived",
        kind=WaveKind.ARRIVED,
        asks=False,
        label=gettext_noop("告知家人抵达"),
        sms={
            ZH: "{person}已离开危险地区，抵达{country}，中国使领馆正在接待。本消息经本人同意发送，无须回复；"
            "详情请等本人联系，勿向他人汇款。求助{hotline}。核验码{code}。绝不索要钱款",
            EN: "{person_en} has left the danger area and arrived in {country_en}, received by Chinese"
            " consular staff. Sent with their consent; no answer is needed. Please wait to hear from"
            " them. Help {hotline}. Code {code}. We never ask for money.",
        },
        wechat={},
    ),
    # It brings a code to somebody who asked for one on our page, and asks for nothing.
    Template(
        code="one_time_code",
        kind=WaveKind.CODE,
        asks=False,
        label=gettext_noop("一次性验证码"),
        sms={
            ZH: "您的归航验证码是{one_time_code}，10分钟内有效，只填在您自己打开的归航页面上。"
            "凡来电或发消息索要验证码的都是诈骗，请勿告诉任何人。求助{hotline}。核验码{code}",
            EN: "{one_time_code} is your Guihang sign-in number, good for 10 minutes; type it only into"
            " the page you opened yourself. Whoever calls or writes to ask you for it is a fraud."
            " Help {hotline}. Code {code}.",
        },
        # The mark, which is longer than the code, has to fit into 20 characters.
        wechat=_wechat(
            ("归航登录", "验证码{one_time_code}", "凡索要此码的都是诈骗"),
            ("Signing in", "Type {one_time_code}", "Tell nobody"),
        ),
    ),
)
TEMPLATES: dict[str, Template] = {template.code: template for template in _CATALOGUE}
