"""A geocoder outside, played by a real HTTP server: what it says may help and never hurt."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.exc import GeocoderServiceError

from config.kernel import clock
from registry.drafts import Place
from registry.geocoding import providers
from registry.geocoding.guard import MAX_BYTES, GuardedAdapter, is_public
from registry.models import GeocoderState, GeocodingTask, Person, Whereabouts
from registry.services import geocoding
from registry.services.whereabouts import set_residence

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
HOUSE = (-17.7401, 168.3122)
CITY = Place(
    country="VU", city="维拉港", address="Kumul Highway 12",
    latitude=-17.73648, longitude=168.31366, accuracy_m=20_000,
)  # fmt: skip


def nominatim(latitude=HOUSE[0], longitude=HOUSE[1], size=0.001, country="vu"):
    box = [latitude - size, latitude + size, longitude - size, longitude + size]
    return [{
        "lat": str(latitude), "lon": str(longitude), "display_name": "x",
        "boundingbox": [str(edge) for edge in box], "address": {"country_code": country},
    }]  # fmt: skip


def amap(level="门牌号", location=f"{HOUSE[1]},{HOUSE[0]}"):
    return {"status": "1", "geocodes": [{"location": location, "level": level}]}


def baidu(confidence=80):
    where = {"lat": HOUSE[0], "lng": HOUSE[1]}
    return {"status": 0, "result": {"location": where, "confidence": confidence, "level": "门址"}}


class Played:
    """What the server answers next, and what it was asked."""

    def __init__(self):
        self.asked, self.status, self.body, self.headers = [], 200, b"[]", {}
        self.release = threading.Event()
        self.release.set()

    def say(self, answer, *, status=200, **headers):
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.status, self.headers = status, headers


@pytest.fixture
def server(settings):
    played = Played()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            played.asked.append(self.path)
            played.release.wait(5)
            self.send_response(played.status)
            for name, value in played.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(played.body)

        def log_message(self, *_):
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    settings.GEOCODER, settings.GEOCODER_LOCAL = "nominatim", True
    settings.GEOCODER_HOST = f"127.0.0.1:{listening.server_port}"
    settings.GEOCODER_TIMEOUT = 2.0
    yield played
    played.release.set()
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def home(db, server):
    with clock.held_at(NOW):
        person = Person.objects.create(name="王小明", registered_at=NOW)
        yield set_residence(person=person, place=CITY)


def after(home):
    """The place after one turn of the sweep, though the pace would not allow it yet."""
    GeocoderState.objects.update(next_at=clock.real_now())
    GeocodingTask.objects.update(due_at=clock.real_now())
    assert geocoding.geocode_next() == 1
    home.refresh_from_db()
    return home


@pytest.mark.parametrize(
    ("provider", "answer", "accuracy"),
    [("nominatim", nominatim(), 153.7), ("amap", amap(), 2_000), ("baidu", baidu(), 2_000)],
)
def test_better_point_takes_the_place_of_a_vaguer_one(
    home, server, settings, provider, answer, accuracy
):
    settings.GEOCODER, settings.GEOCODER_KEY = provider, "key"
    server.say(answer)
    found = after(home)
    assert (found.latitude, found.longitude) == HOUSE
    assert found.accuracy_m == pytest.approx(accuracy, rel=0.01)
    assert (found.band, found.country, found.city) == (-142, "VU", "维拉港")
    assert not GeocodingTask.objects.exists()
    asked = parse_qs(urlsplit(server.asked[0]).query)
    assert "Kumul Highway 12, Vanuatu" in {v for values in asked.values() for v in values}
    assert "王" not in server.asked[0]


@pytest.mark.parametrize(
    "answer",
    [
        [],  # nothing found
        nominatim(country="fj"),  # says itself that it is elsewhere
        nominatim(latitude=-15.5, longitude=167.2),  # far from the stated city
        nominatim(size=0.5),  # vaguer than what we know
    ],
)
def test_answer_that_cannot_be_changes_nothing(home, server, answer):
    server.say(answer)
    found = after(home)
    assert (found.latitude, found.accuracy_m) == (CITY.latitude, 20_000)
    assert not GeocodingTask.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200), (b"<html>", 200), (b"{", 200), (b"null", 200), (b'{"a": 1}', 200),
        (b'[{"lat": "x"}]', 200), (b'[{"lat": "91", "lon": "2"}]', 200),
        (b'[{"lat": "NaN", "lon": "2"}]', 200), (b'[{"lat": "1", "lon": "2"}]', 200),
        (b"[" * 100_000, 200),
        (b"x" * (MAX_BYTES + 1), 200), (b"down", 500), (b"slow down", 429), (b"no", 403),
    ],
)  # fmt: skip
def test_broken_answer_is_tried_again_later_and_changes_nothing(home, server, body, status):
    server.say(body, status=status)
    found = after(home)
    assert found.latitude == CITY.latitude
    task = GeocodingTask.objects.filter(pk=home.pk).first()
    # null is how some say that they found nothing.
    assert (
        task is None if body == b"null" else task.attempts == 1 and task.due_at > clock.real_now()
    )


def test_slow_server_costs_no_more_than_the_limit(home, server, settings):
    settings.GEOCODER_TIMEOUT = 0.2
    server.release.clear()
    began = time.monotonic()
    assert after(home).latitude == CITY.latitude
    assert time.monotonic() - began < 2
    assert GeocodingTask.objects.get().attempts == 1


def test_retries_end_and_failures_in_a_row_give_the_geocoder_a_rest(home, server):
    server.say(b"down", status=500)
    for _ in geocoding.AGAIN_AFTER:
        after(home)
    assert GeocoderState.objects.get().failures == len(geocoding.AGAIN_AFTER)
    after(home)
    assert not GeocodingTask.objects.exists()
    rest = GeocoderState.objects.get().next_at - clock.real_now()
    assert rest > geocoding.BROKEN_FOR - timedelta(minutes=1)


def test_one_question_a_second_for_all(home, server):
    other = Person.objects.create(name="李", registered_at=NOW)
    set_residence(person=other, place=CITY)
    assert [geocoding.geocode_next() for _ in range(3)] == [1, 0, 0]
    assert len(server.asked) == 1


def test_place_that_was_corrected_meanwhile_is_not_overwritten(home, server):
    server.say(nominatim())
    asked_about = Whereabouts.objects.get(pk=home.pk)
    set_residence(person=home.person, place=Place(country="VU", address="elsewhere"))
    geocoding._improve(asked_about, providers.Answer(*HOUSE, 100.0, "VU"))
    home.refresh_from_db()
    assert home.latitude is None


def test_country_alone_takes_a_point_near_one_of_its_towns(home):
    home.latitude = home.longitude = home.accuracy_m = None
    near = providers.Answer(-16.1, 167.4, 500.0, "")
    assert geocoding.is_plausible(near, home)
    assert not geocoding.is_plausible(providers.Answer(48.85, 2.35, 500.0, ""), home)


def test_off_by_default_nothing_waits_and_nothing_is_sent(db, server, settings):
    settings.GEOCODER = ""
    person = Person.objects.create(name="王小明", registered_at=NOW)
    set_residence(person=person, place=CITY)
    assert geocoding.geocode_next() == 0
    assert not GeocodingTask.objects.exists()
    assert server.asked == []


# -- the guard --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "fd00::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused(address):
    assert not is_public(address)


def test_public_addresses_pass():
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")
    assert is_public("::ffff:8.8.8.8")


def guarded(*hosts, local=False):
    return GuardedAdapter(proxies={}, ssl_context=None, hosts=frozenset(hosts), local=local)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://evil.example/", ()),
        ("http://geo.example/", ("geo.example",)),
        ("file:///etc/passwd", ("",)),
        ("https://127.0.0.1/", ("127.0.0.1",)),
        ("https://localhost/", ("localhost",)),
        ("https://[::ffff:127.0.0.1]/", ("[::ffff:127.0.0.1]",)),
        ("https://geo.example@169.254.169.254/", ("geo.example",)),
        ("https://geo.example:22/", ("geo.example",)),
    ],
)
def test_other_hosts_plain_http_and_names_of_inner_addresses_are_refused(url, hosts):
    with pytest.raises(GeocoderServiceError):
        guarded(*hosts).get_text(url, timeout=1, headers={})


@pytest.mark.parametrize("onward", ["http://169.254.169.254/latest/", "//10.0.0.1/", "ftp://x/"])
def test_redirect_is_checked_like_the_first_address(server, settings, onward):
    host = settings.GEOCODER_HOST
    server.say(b"", status=302, Location=onward)
    with pytest.raises(GeocoderServiceError):
        guarded(host, local=True).get_text(f"http://{host}/", timeout=1, headers={})
    assert len(server.asked) == 1


def test_redirects_without_end_end(server, settings):
    host = settings.GEOCODER_HOST
    server.say(b"", status=302, Location="/again")
    with pytest.raises(OSError, match="302"):
        guarded(host, local=True).get_text(f"http://{host}/", timeout=1, headers={})
    assert len(server.asked) == 3
