# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a case's page that shows what she allowed, in words, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from tejido.agreements import Release, release_problems
from tejido.vocabulary import Language, code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.consents.frames import as_value, local_day, our_rules, recipient_names, releases_of
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission


def section(request: StaffRequest, case: Case) -> tuple[str, dict[str, Any]]:
    """Template and context."""
    today, rules = local_day(timezone.now()), our_rules()
    shown = []
    for opened in releases_of(case, request.ring):  # type: ignore[attr-defined]
        value = as_value(opened)
        shown.append(
            {
                "record": opened.record,
                "given": value.revoked_on is None,
                "sentences": [{"html_language": code, "text": in_words(value, code)} for code in ("es", "en")],
                "exact_words": opened.exact_words,
                "words_language": value.language,
                "problems": [why.words[short_language()] for why in release_problems(value, rules, on=today)],
            }
        )
    may_record = allows(request.user, Permission.RELEASE_RECORD, record=case)
    return "consents/section.html", {"releases": shown, "may_record": may_record, "case": case}


def in_words(release: Release, language: Language) -> str:
    """The release as one sentence, as it would be read back to her."""

    def said(name: str, code: str) -> str:
        return code_list(name).label_of(code, language)

    with translation.override("es-mx" if language == "es" else "en"):
        names = recipient_names()
        return gettext(
            "From %(start)s until %(end)s, %(recipient)s may receive, for this purpose only (%(purpose)s): %(fields)s. "
            "Given on %(given)s (%(how)s; %(language)s)."
        ) % {
            "start": _day(release.starts_on),
            "end": _day(release.expires_on),
            "recipient": names.get(release.recipient, {"en": release.recipient, "es": release.recipient})[language],
            "purpose": said("sharing_purpose", release.purpose).casefold(),
            "fields": "; ".join(said("shareable_field", code) for code in sorted(release.fields)).casefold(),
            "given": _day(release.given_on),
            "how": said("release_how", release.how).casefold(),
            "language": said("language", release.language),
        }


def _day(value: date) -> str:
    return str(date_format(value, "DATE_FORMAT"))
