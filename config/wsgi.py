"""Pages, API and webhooks (served by gunicorn)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config.kernel.installation import hold_at_start  # noqa: E402 - once the apps are loaded

hold_at_start()
