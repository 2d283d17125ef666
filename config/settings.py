"""Django settings: everything that differs between installations comes from the environment."""

import sqlite3
from pathlib import Path

from config import environment
from config.environment import read

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(read("str", "GUIHANG_VAR_DIR", default=str(BASE_DIR / "var")))

# -- What this installation is -------------------------------------------------

MODE = read("str", "GUIHANG_MODE", default="drill")
if MODE not in ("live", "drill"):
    environment.refuse(f"GUIHANG_MODE is «{MODE}»; it must be live or drill")

DEBUG = read("bool", "GUIHANG_DEBUG", default=False)
SECRET_KEY = read("str", "GUIHANG_SECRET_KEY")
FIELD_KEYS = environment.read_field_keys("GUIHANG_FIELD_KEYS")
INDEX_KEY = environment.read_key("GUIHANG_INDEX_KEY")
# Only while the index key is being changed (docs/privacy.md).
INDEX_KEY_BEFORE = environment.read_key("GUIHANG_INDEX_KEY_BEFORE", optional=True)
LINK_KEY = environment.read_key("GUIHANG_LINK_KEY")

PUBLIC_URL = read("str", "GUIHANG_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
STREAM_URL = read("str", "GUIHANG_STREAM_URL", default="http://127.0.0.1:8001").rstrip("/")
ALLOWED_HOSTS = read("list", "GUIHANG_ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Blueprint promise 8: above this many people a declaration waits for a second officer.
TWO_PERSON_THRESHOLD = read("int", "GUIHANG_TWO_PERSON_THRESHOLD", default=500)
HOTLINE = read("str", "GUIHANG_HOTLINE", default="+86-10-12308")
# The ministry's second number: notices since 2018 give this one, the guide of 2018 another.
HOTLINE_SECOND = read("str", "GUIHANG_HOTLINE_SECOND", default="+86-10-65612308")
HOTLINES = [number for number in (HOTLINE, HOTLINE_SECOND) if number]
# Limits of one-time codes count clients by address: behind proxies REMOTE_ADDR is the proxy's.
PROXIES = read("int", "GUIHANG_PROXIES", default=0)
CODES_PER_MINUTE = read("int", "GUIHANG_CODES_PER_MINUTE", default=120)

# Scenario time (config.kernel.clock): "real_epoch,scenario_epoch,speed", or empty for real time.
CLOCK = read("str", "GUIHANG_CLOCK", default="")

# -- Applications ----------------------------------------------------------------

INSTALLED_APPS = [
    "crisis.console",  # before the admin site, whose frame it replaces
    "crisis.console.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "js_lib_leaflet",
    "axes",
    "config.kernel",
    "registry",
    "notifications",
    "crisis.events",
    "crisis.staff",
    "crisis.advisories",
    "crisis.knowledge",
    "crisis.hazards",
    "crisis.incidents",
    "crisis.rollcall",
    "crisis.cases",
    "crisis.calls",
    "crisis.tracing",
    "crisis.selfreports",
    "crisis.transports",
    "crisis.seats",
    "crisis.allocation",
    "crisis.evacuation",
    "crisis.boarding",
    "crisis.arrivals",
    "crisis.operations",
    "crisis.drills",
    "crisis.public",
    "crisis.rosters",
    "crisis.citizens",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crisis.console.middleware.ContentSecurityPolicyMiddleware",
    "config.kernel.problems.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

# The event stream is a process of its own (config/asgi.py) that knows only its own address.
ROOT_URLCONF = read("str", "GUIHANG_URLCONF", default="config.urls")
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crisis.console.context.installation",
            ]
        },
    }
]

# -- Database ---------------------------------------------------------------------

DATABASES = {
    "default": environment.read_database(
        "DATABASE_URL",
        default=f"sqlite:///{VAR_DIR / 'guihang.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    if sqlite3.sqlite_version_info < (3, 35):
        environment.refuse(f"SQLite {sqlite3.sqlite_version} is too old; 3.35 or newer is needed")
    # WAL lets pages read while workers write; IMMEDIATE takes the write lock at BEGIN, so two
    # writers queue instead of failing half-way with «database is locked».
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY"
        ),
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Django leaves prepared statements off; only what sends to psycopg itself (config.kernel.bulk,
    # registry.geography.binary) has them. Each is planned anew: a plan made while a table was
    # empty reads all of it when it is full.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.setdefault("prepare_threshold", 5)
    _options.setdefault("options", "-c plan_cache_mode=force_custom_plan")
# The strips' index includes columns; SQLite leaves them out, PostgreSQL reads from it alone.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Celery and the broker: reasons in docs/reliability.md -----------------------------

CELERY_BROKER_URL = read("str", "CELERY_BROKER_URL", default="folder://localhost//")
BROKER_DIR = Path(read("str", "GUIHANG_BROKER_DIR", default=str(VAR_DIR / "broker")))
QUEUE_PREFIX = read("str", "GUIHANG_QUEUE_PREFIX", default="guihang")

# -- Hand-over ------------------------------------------------------------------------

SEND_WINDOW = read("int", "GUIHANG_SEND_WINDOW", default=64)
BATCH_SIZE = read("int", "GUIHANG_BATCH_SIZE", default=1024)
SLICE_SIZE = read("int", "GUIHANG_SLICE_SIZE", default=5120)
LEASE_SECONDS = 20
IN_DOUBT_SECONDS = read("int", "GUIHANG_IN_DOUBT_SECONDS", default=20)

TWILIO_URL = read("str", "GUIHANG_TWILIO_URL", default="http://127.0.0.1:8002")
TWILIO_ACCOUNT = read("str", "GUIHANG_TWILIO_ACCOUNT", default="")
TWILIO_TOKEN = read("str", "GUIHANG_TWILIO_TOKEN", default="")
TWILIO_SENDER = read("str", "GUIHANG_TWILIO_SENDER", default="")
TWILIO_RATE = read("float", "GUIHANG_TWILIO_RATE", default=0.0)
TWILIO_SENDER_RATE = read("float", "GUIHANG_TWILIO_SENDER_RATE", default=0.0)
WECHAT_URL = read("str", "GUIHANG_WECHAT_URL", default="http://127.0.0.1:8002")
WECHAT_APPID = read("str", "GUIHANG_WECHAT_APPID", default="")
WECHAT_SECRET = read("str", "GUIHANG_WECHAT_SECRET", default="")
WECHAT_CALLBACK_TOKEN = read("str", "GUIHANG_WECHAT_CALLBACK_TOKEN", default="")
WECHAT_AES_KEY = read("str", "GUIHANG_WECHAT_AES_KEY", default="")
WECHAT_TEMPLATE = read("str", "GUIHANG_WECHAT_TEMPLATE", default="")
WECHAT_RATE = read("float", "GUIHANG_WECHAT_RATE", default=0.0)

# -- Retention (docs/privacy.md) ---------------------------------------------------------

ROSTER_DAYS = read("int", "GUIHANG_ROSTER_DAYS", default=7)
KEEP_AFTER_INCIDENT_DAYS = read("int", "GUIHANG_KEEP_AFTER_INCIDENT_DAYS", default=30)
KEEP_TRIP_DAYS = read("int", "GUIHANG_KEEP_TRIP_DAYS", default=30)
KEEP_POSITION_DAYS = read("int", "GUIHANG_KEEP_POSITION_DAYS", default=7)
KEEP_UNVERIFIED_DAYS = read("int", "GUIHANG_KEEP_UNVERIFIED_DAYS", default=7)
KEEP_LEFT_DAYS = read("int", "GUIHANG_KEEP_LEFT_DAYS", default=0)
KEEP_MERGED_DAYS = read("int", "GUIHANG_KEEP_MERGED_DAYS", default=365)
KEEP_DORMANT_DAYS = read("int", "GUIHANG_KEEP_DORMANT_DAYS", default=365)
# Civil claims lapse after three years (民法典 第一百八十八条).
KEEP_CONSENT_DAYS = read("int", "GUIHANG_KEEP_CONSENT_DAYS", default=1095)
KEEP_INBOUND_DAYS = read("int", "GUIHANG_KEEP_INBOUND_DAYS", default=90)
KEEP_ATTEMPT_DAYS = read("int", "GUIHANG_KEEP_ATTEMPT_DAYS", default=180)
KEEP_MESSAGE_DAYS = read("int", "GUIHANG_KEEP_MESSAGE_DAYS", default=365)
KEEP_NOTE_DAYS = read("int", "GUIHANG_KEEP_NOTE_DAYS", default=365)
KEEP_CASE_DAYS = read("int", "GUIHANG_KEEP_CASE_DAYS", default=1095)
KEEP_SELF_REPORT_DAYS = read("int", "GUIHANG_KEEP_SELF_REPORT_DAYS", default=90)
KEEP_ENQUIRY_DAYS = read("int", "GUIHANG_KEEP_ENQUIRY_DAYS", default=180)
KEEP_MANIFEST_DAYS = read("int", "GUIHANG_KEEP_MANIFEST_DAYS", default=1095)
CONFIRM_AFTER_DAYS = read("int", "GUIHANG_CONFIRM_AFTER_DAYS", default=365)
CONFIRM_AGAIN_DAYS = read("int", "GUIHANG_CONFIRM_AGAIN_DAYS", default=30)
ASKED_AN_HOUR = read("int", "GUIHANG_ASKED_AN_HOUR", default=1200)
TELL_ROSTER_CONTACTS = read("bool", "GUIHANG_TELL_ROSTER_CONTACTS", default=False)

# -- Geocoding (docs/decisions/addresses-stay-inside.md) ----------------------------------

# Which geocoder is asked for addresses: nominatim, amap, baidu, or none: then nothing is sent.
GEOCODER = read("str", "GUIHANG_GEOCODER", default="")
if GEOCODER not in ("", "nominatim", "amap", "baidu"):
    environment.refuse(f"GUIHANG_GEOCODER is «{GEOCODER}»; nominatim, amap, baidu or empty")
GEOCODER_KEY = read("str", "GUIHANG_GEOCODER_KEY", default="")
GEOCODER_HOST = read("str", "GUIHANG_GEOCODER_HOST", default="")
GEOCODER_TIMEOUT = read("float", "GUIHANG_GEOCODER_TIMEOUT", default=5.0)
# Plain HTTP to 127.0.0.1, for tests.
GEOCODER_LOCAL = read("bool", "GUIHANG_GEOCODER_LOCAL", default=False)
if GEOCODER_LOCAL and MODE == "live":
    environment.refuse("GUIHANG_GEOCODER_LOCAL is for tests; a live installation refuses it")

# -- Watching and paging (docs/operations.md) -------------------------------------------

# Noticed must be within 30 s of the last progress: this, a look each second, and the restart.
STALL_SECONDS = read("float", "GUIHANG_STALL_SECONDS", default=20.0)
PAGE_CHANNELS = read("list", "GUIHANG_PAGE_CHANNELS", default=["sms"])
PAGE_AGAIN_MINUTES = read("int", "GUIHANG_PAGE_AGAIN_MINUTES", default=10)
PAGE_ESCALATE_MINUTES = read("int", "GUIHANG_PAGE_ESCALATE_MINUTES", default=5)
PAGE_WEBHOOK = read("str", "GUIHANG_PAGE_WEBHOOK", default="")
PAGE_EMAIL = read("list", "GUIHANG_PAGE_EMAIL", default=[])
PAGE_EMAIL_FROM = read("str", "GUIHANG_PAGE_EMAIL_FROM", default="guihang@localhost")
EMAIL_HOST = read("str", "GUIHANG_SMTP_HOST", default="127.0.0.1")
EMAIL_PORT = read("int", "GUIHANG_SMTP_PORT", default=25)
EMAIL_HOST_USER = read("str", "GUIHANG_SMTP_USER", default="")
EMAIL_HOST_PASSWORD = read("str", "GUIHANG_SMTP_PASSWORD", default="")
EMAIL_USE_TLS = read("bool", "GUIHANG_SMTP_TLS", default=False)
EMAIL_TIMEOUT = 5
# Without a token nobody reads the metrics.
METRICS_TOKEN = read("str", "GUIHANG_METRICS_TOKEN", default="")

# -- Requests ----------------------------------------------------------------------------

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "console/locked.html"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "console:login"
LOGIN_REDIRECT_URL = "console:home"
LOGOUT_REDIRECT_URL = "console:login"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Files are rosters alone: one at a time, in memory, sealed before they touch a disk.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["config.kernel.uploads.MemoryOnly"]
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not no-referrer: with it browsers send «Origin: null» on forms, and the CSRF check refuses them.
# The citizens' pages, whose addresses hold tokens, set no-referrer themselves.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS and read("bool", "GUIHANG_SSL_REDIRECT", default=True)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    # Default deny: a view that names no capability is closed (tests/guards walks every route).
    "DEFAULT_PERMISSION_CLASSES": ["crisis.staff.permissions.HasCapability"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 100,
    "EXCEPTION_HANDLER": "config.kernel.problems.problem_json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "归航 Guihang",
    "DESCRIPTION": "Crisis evacuation for citizens abroad.",
    "VERSION": "1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "AnnouncementKind": "crisis.incidents.models.Announcement.Kind",
        "GroupKind": "registry.models.GroupKind",
        "WhereaboutsKind": "registry.models.WhereaboutsKind",
        "ConsentPurpose": "registry.models.ConsentPurpose",
        "IncidentState": "crisis.incidents.states.IncidentState",
        "UploadState": "crisis.rosters.states.UploadState",
        "CaseState": "crisis.cases.states.CaseState",
        "CaseOutcome": "crisis.cases.states.Outcome",
        "CallOutcome": "crisis.calls.states.Outcome",
        "EnquiryState": "crisis.tracing.states.EnquiryState",
        "ReportState": "crisis.selfreports.states.ReportState",
        "EstimateSource": "crisis.rollcall.states.EstimateSource",
        "WhereaboutsSource": "registry.models.whereabouts.Source",
        "SetAsideReason": "crisis.selfreports.states.SetAsideReason",
        "ReplyDismissal": "crisis.calls.states.Dismissal",
        "RegistrationBasis": "registry.models.person.Person.Basis",
        "ReleaseGround": "crisis.evacuation.states.LegalGround",
        "EvacuationPlaceKind": "crisis.transports.states.PlaceKind",
        "TransportKind": "crisis.transports.states.TransportKind",
        "TransportStatus": "crisis.transports.states.TransportStatus",
        "CorridorStatus": "crisis.transports.states.CorridorStatus",
        "ScanKind": "crisis.boarding.states.ScanKind",
        "LeftAs": "crisis.arrivals.states.LeftAs",
    },
}

# -- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"discreet": {"()": "config.logs.Discreet"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["discreet"],
        }
    },
    "root": {"handlers": ["console"], "level": read("str", "GUIHANG_LOG_LEVEL", default="INFO")},
    # At a lower level geopy writes the addresses it asks for, and fontTools the letters of names.
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "geopy": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "aiohttp.access": {"level": "WARNING"},
    },
}
