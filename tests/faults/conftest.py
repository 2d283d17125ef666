"""Real processes to be killed, and a broker to be taken away."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.faults import Cable, Folder, Scene
from tests.support.processes import Stage


@pytest.fixture
def scene(stage: Stage, settings: Any) -> Scene:
    settings.BATCH_SIZE = 100
    return Scene(stage)


@pytest.fixture
def broker(scene: Scene, settings: Any) -> Iterator[Cable | Folder]:
    """`broker.cut()` takes it away from every process of the stage, `broker.mend()` gives it
    back."""
    url = settings.CELERY_BROKER_URL
    if not url.startswith(("amqp", "pyamqp")):
        yield Folder(settings.BROKER_DIR / "messages")
        return
    parts = urlsplit(url)
    cable = Cable(parts.hostname or "127.0.0.1", parts.port or 5672)
    place = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    netloc = f"{place}:{cable.port}"
    scene.stage.environment["CELERY_BROKER_URL"] = parts._replace(netloc=netloc).geturl()
    yield cable
    cable.cut()
