"""A fresh database with a post, its staff and synthetic people."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command

from config.kernel.errors import DomainError
from crisis.drills.scenarios import PostFacts, Scenario
from crisis.hazards.models import HazardSignal
from crisis.hazards.services import take_in_usgs
from crisis.staff.duty import Contact, assign_duty
from crisis.staff.models import User
from crisis.staff.roles import Role
from crisis.staff.services import create_user
from registry.generator import generate_people
from registry.models import Jurisdiction, Post

# How long after the shock the officer declares.
DECLARED_AFTER = timedelta(minutes=12)
# The duty head is paged like in earnest, and only the emulator can be reached. Synthetic people
# have no number of this kind.
DUTY_PHONE = "+15005550110"
DUTY_LASTS = timedelta(days=3650)
STAFF = {
    "officer": (Role.OFFICER, "值班官员"),
    "second": (Role.OFFICER, "第二官员"),
    "head": (Role.DUTY_HEAD, "值班领导"),
    "planner": (Role.PLANNER, "撤离组"),
    "liaison": (Role.LIAISON, "联络员"),
    "auditor": (Role.AUDITOR, "审计员"),
    "admin": (Role.ADMINISTRATOR, "系统管理员"),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a drill starts from. `password` is that of every account of `STAFF`."""

    signal: HazardSignal
    post: Post
    officer: User
    second: User
    planner: User
    password: str
    people: int


def open_database(scenario: Scenario) -> HazardSignal:
    """Migrate the drill's database and take in what the feed reported. Raises DomainError
    unreadable_signal."""
    call_command("migrate", verbosity=0)
    signals, reading = take_in_usgs(text=scenario.signal_path.read_bytes())
    if not signals:
        raise DomainError("unreadable_signal", f"{scenario.signal_file}: {reading}")
    return signals[0]


def starts_at(signal: HazardSignal) -> datetime:
    """When scenario time begins."""
    return signal.occurred_at + DECLARED_AFTER


def prepare(scenario: Scenario, signal: HazardSignal, *, people: int, seed: int) -> Prepared:
    """Fill the drill's database with people, a post and its staff. Raises DomainError bad_focus
    for fewer people than the scenario puts into its country."""
    made = generate_people(
        count=people, seed=seed, focus=dict(scenario.focus), at=starts_at(signal)
    )
    post = _post(scenario.post)
    password = secrets.token_urlsafe(9)
    users = {
        name: create_user(
            username=name, role=role, posts=[post], password=password, display_name=title
        )
        for name, (role, title) in STAFF.items()
    }
    begins_at = starts_at(signal) - timedelta(days=1)
    assign_duty(
        user=users["head"],
        post=None,
        begins_at=begins_at,
        ends_at=begins_at + DUTY_LASTS,
        contact=Contact(phone=DUTY_PHONE),
        actor="drill",
    )
    return Prepared(
        signal=signal,
        post=post,
        officer=users["officer"],
        second=users["second"],
        planner=users["planner"],
        password=password,
        people=made,
    )


def _post(facts: PostFacts) -> Post:
    post = Post.objects.create(
        code=facts.code,
        name_zh=facts.name_zh,
        name_en=facts.name_en,
        signature_zh=facts.signature_zh,
        signature_en=facts.signature_en,
        duty_phone=facts.duty_phone,
        time_zone=facts.time_zone,
    )
    Jurisdiction.objects.create(post=post, country=facts.country)
    return post
