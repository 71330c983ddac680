# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the doors have in common. Each door's module takes this and adds its own apps, secret and cookies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from tejido.web.config.headers import with_static
from tejido.web.config.settings import node_settings

_WEB = Path(__file__).resolve().parents[1]

# Every app whose tables live in the node's database, in the order of the house; `migrate` needs them all.
ALL_APPS = (
    "security",
    "accounts",
    "mailbox",
    "directory",
    "packets",
    "outreach",
    "intake",
    "cases",
    "files",
    "consents",
    "referrals",
    "sharing",
    "statistics",
    "upkeep",
    "desk",
)


# The ring is unlocked after Django knows who asks; a view that forgets to ask is refused by SignInRequired.
BEHIND_SIGN_IN = (
    "tejido.web.accounts.unlocking.SignInRequired",
    "tejido.web.accounts.unlocking.UnlockRing",
    "tejido.web.accounts.own_password.OwnPasswordFirst",
    "tejido.web.config.errors.SaysWhatCannotBeOpened",
)


def door_settings(door: str, apps: tuple[str, ...]) -> dict[str, Any]:
    """Django settings of one door: `door` is one of `settings.DOORS`; `apps` the rooms it can see."""
    node = node_settings()
    https = node.addresses[door].startswith("https://")
    # With this beginning a browser takes the cookie from this very host alone: no neighbour of it can plant one.
    prefix = f"{'__Host-' if https and node.secure_cookies else ''}tejido_{node.node}_{door}"
    return {
        "TEJIDO": node,
        "DOOR": door,
        "SECRET_KEY": node.secrets[door],
        "DEBUG": False,
        "ALLOWED_HOSTS": list(node.hosts),
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "django_htmx",
            "django_tasks_db",
            *(f"tejido.web.{app}" for app in ALL_APPS if app in apps),
        ],
        "CSRF_FAILURE_VIEW": "tejido.web.config.errors.csrf_failure",
        "AUTH_USER_MODEL": "accounts.Member",
        "AUTHENTICATION_BACKENDS": ["tejido.web.accounts.login.SessionOnly"],
        "ROOT_URLCONF": f"tejido.web.config.{door}_urls",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "DATABASES": {"default": node.database(door)},
        "MEDIA_ROOT": node.data / "media",  # sealed files; each stands there under the random id of its row
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}},
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [_WEB / "config" / "templates", *sorted((_WEB / "intake" / "channels").glob("*/templates"))],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.template.context_processors.csp",
                        "tejido.web.config.page.page",
                    ],
                    "builtins": [
                        "tejido.web.config.tags.assets",
                        "tejido.web.config.tags.words",
                        "tejido.web.config.tags.navigation",
                        "tejido.web.config.tags.sending",
                    ],
                },
            }
        ],
        **_language(node.operator.languages[0], node.time_zone.key),
        **_static(),
        **_hardening(prefix, secure=node.secure_cookies),
        # Two years; sent only where the door's own address is an https one.
        "SECURE_HSTS_SECONDS": 63_072_000 if https else 0,
    }


def _language(first: str, time_zone: str) -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": "es-mx" if first == "es" else "en",
        "LANGUAGES": [("es-mx", "Español"), ("en", "English")],
        "LOCALE_PATHS": [_WEB / "config" / "locale"],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": time_zone,  # forms and pages speak the node's local time; the database keeps UTC
    }


def _static() -> dict[str, Any]:
    return {
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [_WEB / "config" / "static"],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
        "WHITENOISE_ADD_HEADERS_FUNCTION": with_static,
    }


def _hardening(prefix: str, *, secure: bool) -> dict[str, Any]:
    return {
        # The name carries node and door, so that no browser sends one door's cookie to another on the same host.
        "SESSION_COOKIE_NAME": f"{prefix}_session",
        "CSRF_COOKIE_NAME": f"{prefix}_csrf",
        "LANGUAGE_COOKIE_NAME": f"{prefix}_language",
        "KEY_COOKIE_NAME": f"{prefix}_key",
        "HALF_COOKIE_NAME": f"{prefix}_half",
        "DEVICE_COOKIE_NAME": f"{prefix}_device",
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_AGE": None,  # gone with the browser window, like the rest
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_SAMESITE": "Strict",
        "LANGUAGE_COOKIE_SAMESITE": "Strict",
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "LANGUAGE_COOKIE_SECURE": secure,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_AGE": 20 * 60,  # ends on idle: a screen left open in an office, a phone left in a house
        "SESSION_SAVE_EVERY_REQUEST": True,
        "SECURE_CSP": {
            "default-src": [CSP.NONE],
            "script-src": [CSP.SELF],
            "style-src": [CSP.SELF],
            "img-src": [CSP.SELF],
            "font-src": [CSP.SELF],
            "connect-src": [CSP.SELF],
            "form-action": [CSP.SELF],
            "frame-ancestors": [CSP.NONE],
            "base-uri": [CSP.NONE],
        },
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        # Not "no-referrer": browsers then send "Origin: null" with our own forms and every one would be refused.
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        # Nothing a person types or attaches may reach the disk in clear: no upload ever spools to a temporary file.
        "FILE_UPLOAD_HANDLERS": ["tejido.web.security.streaming.NoFiles"],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_500_000,
        "LOGGING_CONFIG": "tejido.web.config.logs.configure",
        "LOGGING": {"door": "as logs.py says"},  # Django calls the above only if this says something
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.middleware.csp.ContentSecurityPolicyMiddleware",
            "tejido.web.config.headers.NothingLeftBehind",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "django_htmx.middleware.HtmxMiddleware",
        ],
    }
