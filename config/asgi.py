"""The event stream alone (served by uvicorn): docs/decisions says why pages stay on WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("GUIHANG_URLCONF", "config.stream_urls")
application = get_asgi_application()

from config.kernel.installation import hold_at_start  # noqa: E402 - once the apps are loaded

hold_at_start()
