"""The words of an update or a correction, checked as one piece before anything leaves."""

from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.incidents.drafts import digest_of, draft_of, render_texts, text_variables
from crisis.incidents.models import Announcement, Incident
from crisis.incidents.preview import PreviewText, texts_shown
from crisis.incidents.selectors import standing_alert
from notifications.models import Wave
from notifications.texts import Texts, render, template_named

Kind = Announcement.Kind
Words = Mapping[str, str]

# What each kind says besides the incident's own words.
SAYS: dict[str, tuple[str, ...]] = {
    Kind.UPDATE: ("news", "news_en"),
    Kind.CORRECTION: ("subject", "subject_en", "value", "value_en"),
}


def words_of_alert(incident: Incident) -> dict[str, str]:
    """The officer's words as the incident says them now: as declared, and corrected since."""
    return {**incident.variables, **incident.corrected_words}


def clean_words(incident: Incident, kind: str, words: Words) -> dict[str, str]:
    """The words that count, without blanks around them: what the kind says, and for a correction
    those of the alert's own words that it changes.

    Raises DomainError missing_words or unknown_words, naming them.
    """
    said = {name: text.strip() for name, text in words.items() if text.strip()}
    if missing := [name for name in SAYS[kind] if name not in said]:
        raise DomainError(
            "missing_words",
            _("缺少内容：%(names)s。请填写后再试。") % {"names": "、".join(missing)},
            {"missing": missing},
        )
    alert = words_of_alert(incident)
    changeable = alert if kind == Kind.CORRECTION else {}
    if unknown := sorted(set(said) - set(SAYS[kind]) - set(changeable)):
        raise DomainError(
            "unknown_words",
            _("无法识别的内容：%(names)s。") % {"names": "、".join(unknown)},
            {"unknown": unknown},
        )
    return {name: text for name, text in said.items() if alert.get(name) != text}


def new_alert_words(incident: Incident, words: Words) -> dict[str, str]:
    """The alert's own words after the correction."""
    return {name: words.get(name, text) for name, text in words_of_alert(incident).items()}


def render_announcement(incident: Incident, kind: str, words: Words, *, alert: Wave) -> Texts:
    """The texts as they would leave, but for the code. What a correction makes of the alert and
    of all that may follow it is rendered too: what would fail later fails now."""
    post = incident.post
    if kind == Kind.CORRECTION:
        _alert_again(incident, words)
    return render(
        template_named(kind),
        variables={
            **text_variables(draft_of(incident), post),
            **words_of_alert(incident),
            **{name: words[name] for name in SAYS[kind]},
            "retracted_code": alert.code,
            "hotline": settings.HOTLINE,
            "code": "K7M4Q2",
        },
        signature_zh=post.signature_zh,
        signature_en=post.signature_en,
        mode=settings.MODE,
    )


def _alert_again(incident: Incident, words: Words) -> Texts:
    """The alert in the right words, as whoever did not get it yet will read it."""
    draft = replace(draft_of(incident), variables=new_alert_words(incident, words))
    return render_texts(draft, incident.post)


def preview_alert_again(incident: Incident, kind: str, words: Words) -> list[PreviewText]:
    """What a correction puts in the place of the alert, for whoever still waits for it; nothing
    for an update, which they read themselves."""
    if kind != Kind.CORRECTION:
        return []
    return texts_shown(_alert_again(incident, clean_words(incident, kind, words)))


def preview_announcement(incident: Incident, kind: str, words: Words) -> list[PreviewText]:
    """What everyone would read. Changes nothing; raises DomainError for whatever is wrong."""
    alert = standing_alert(incident)
    said = clean_words(incident, kind, words)
    return texts_shown(render_announcement(incident, kind, said, alert=alert))


def content_hash(kind: str, words: Words, *, alert: Wave) -> str:
    """SHA-256 over what is said, and over the alert it is said after."""
    return digest_of({"kind": kind, "words": dict(words), "alert": alert.code})
