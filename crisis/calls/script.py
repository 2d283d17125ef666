"""What an officer reads on the telephone: who we are, what happened, what to do, what to ask.

A text is approved by review of this file, as those of notifications.catalogue are
(docs/decisions/texts-are-code.md). It asks for no money, no passport number and no code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crisis.hazards.models import HazardKind
from crisis.incidents.models import Incident

ZH, EN = "zh-hans", "en"
_OPENING = {
    ZH: (
        "您好，这里是{post}。请问是{name}吗？",
        "我们在联系受{title}影响的每一位中国公民，想知道您是否平安。",
        "您可以挂断后拨打 12308（{hotline}）核实。我们绝不索要钱款、护照号码或验证码。",
    ),
    EN: (
        "Hello, this is the {post_en}. Am I speaking with {name}?",
        "We are calling everybody registered near {place_en} to learn whether you are safe.",
        "You may hang up and check with 12308 ({hotline}). We never ask for money, a passport"
        " number or a code.",
    ),
}
_DRILL = {
    ZH: "这是演练，不是真实事件。",
    EN: "This is a drill, not a real emergency.",
}
_QUESTIONS = {
    ZH: ("您现在平安吗？身边有没有人受伤？", "您现在在哪里？附近有什么标志？", "您需要撤离吗？"),
    EN: (
        "Are you safe? Is anybody with you hurt?",
        "Where are you now? What is near you?",
        "Do you need to leave?",
    ),
}
_FAMILY = {
    ZH: "和您一起登记的{family}也在您身边吗？都平安吗？",
    EN: "Are those registered with you ({family}) there with you, and safe?",
}
_CLOSING = {
    ZH: "如果情况有变，请拨打使馆值班电话 {duty} 或 12308（{hotline}）。",
    EN: "If anything changes, call the embassy on {duty}, or 12308 ({hotline}).",
}
_GENERAL = {
    ZH: "请留在安全处，听从当地指引，保持手机畅通并节省电量。",
    EN: "Stay in a safe place, follow local guidance, keep your phone on and save its battery.",
}
_ADVICE: Mapping[str, dict[str, str]] = {
    HazardKind.EARTHQUAKE: {
        ZH: "请远离危楼、山坡和海岸，防范余震；有海啸警报时立即往高处。",
        EN: "Keep away from damaged buildings, slopes and the coast; expect aftershocks. If there"
        " is a tsunami warning, go to high ground at once.",
    },
    HazardKind.TSUNAMI: {
        ZH: "请立即往高处，远离海岸，警报解除前不要返回。",
        EN: "Go to high ground now; keep off the coast; do not return before the all-clear.",
    },
    HazardKind.CYCLONE: {
        ZH: "请留在坚固的房屋内，远离窗户、海岸和低洼处，备好饮水。",
        EN: "Stay in a solid building, away from windows, the coast and low ground; keep water.",
    },
    HazardKind.FLOOD: {
        ZH: "请往高处，不要涉水或开车通过积水。",
        EN: "Go to higher ground; do not walk or drive through the water.",
    },
    HazardKind.VOLCANO: {
        ZH: "请远离火山和河谷，戴口罩，关好门窗。",
        EN: "Keep away from the volcano and valleys; wear a mask; close doors and windows.",
    },
    HazardKind.WILDFIRE: {
        ZH: "请听从撤离指令，远离烟火，沿开阔道路离开。",
        EN: "Follow evacuation orders, keep away from smoke and leave by open roads.",
    },
    HazardKind.CONFLICT: {
        ZH: "请留在室内远离窗户，不要靠近军事设施和人群，备好证件、饮水和食物。",
        EN: "Stay indoors away from windows; keep clear of military sites and crowds; have your"
        " documents, water and food ready.",
    },
    HazardKind.UNREST: {
        ZH: "请留在室内，远离集会和冲突地点，不围观、不拍摄。",
        EN: "Stay indoors, away from crowds and clashes; do not watch or film.",
    },
    HazardKind.EPIDEMIC: {
        ZH: "请遵守当地防疫规定；如有症状，先打电话再就医。",
        EN: "Follow local health rules; with symptoms, call before you go to a doctor.",
    },
}


@dataclass(frozen=True, slots=True)
class Script:
    """One language's lines, in the order in which they are read."""

    language: str
    opening: Sequence[str]
    advice: Sequence[str]
    questions: Sequence[str]
    closing: Sequence[str]


def script_for(
    incident: Incident, *, name: str, family: Sequence[str] = (), hotline: str, drill: bool
) -> dict[str, Script]:
    """The script in both languages. `name` is whom the officer asks for, `family` who else is
    covered; without a name the officer asks who is there."""
    post, words = incident.post, {**incident.variables, **incident.corrected_words}
    said = {
        "post": post.name_zh,
        "post_en": post.name_en,
        "title": incident.title,
        "place_en": words.get("place_en") or incident.title,
        "hotline": hotline,
        "duty": post.duty_phone,
        "name": name or "—",
    }
    return {
        language: _script(incident, language, {**said, "family": mark.join(family)}, drill)
        for language, mark in ((ZH, "、"), (EN, ", "))
    }


def _script(incident: Incident, language: str, said: Mapping[str, str], drill: bool) -> Script:
    opening = [line.format(**said) for line in _OPENING[language]]
    questions = list(_QUESTIONS[language])
    if said["family"]:
        questions.insert(1, _FAMILY[language].format(**said))
    advice = [_ADVICE.get(incident.hazard, _GENERAL)[language]]
    if incident.hazard in _ADVICE:
        advice.append(_GENERAL[language])
    return Script(
        language=language,
        opening=[_DRILL[language], *opening] if drill else opening,
        advice=advice,
        questions=questions,
        closing=[_CLOSING[language].format(**said)],
    )
