# SPDX-License-Identifier: Apache-2.0
"""Every column of every table says how sensitive it is; foreign keys point down the house."""

from __future__ import annotations

from django.apps import apps

from tejido.web.config.django_settings import ALL_APPS
from tejido.web.security.fields import SealedField

# The order of the house, lowest first; a foreign key may point to the same room or a lower one. Siblings share a floor.
FLOORS = (
    {"security"},
    {"accounts"},
    {"outreach", "mailbox", "directory", "packets"},
    {"intake"},
    {"cases"},
    {"consents", "files"},
    {"referrals"},
    {"sharing"},
    {"statistics", "upkeep"},
    {"desk"},
)
FLOOR = {app: number for number, apps_there in enumerate(FLOORS) for app in apps_there}


def _models():
    return [model for model in apps.get_models() if model._meta.app_label in ALL_APPS]


def test_every_app_has_its_floor():
    assert set(ALL_APPS) == set(FLOOR)


def test_every_column_is_sealed_or_says_why_it_is_in_clear():
    undeclared = []
    for model in _models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, SealedField) and field.name not in getattr(model, "OPEN_COLUMNS", {}):
                undeclared.append(f"{model._meta.label}.{field.name}")
    assert undeclared == []


def test_every_reason_belongs_to_a_column_that_exists():
    stale = []
    for model in _models():
        names = {field.name for field in model._meta.concrete_fields}
        stale += [f"{model._meta.label}.{name}" for name in model.OPEN_COLUMNS if name not in names]
    assert stale == []


def test_foreign_keys_point_down_the_house():
    upward = []
    for model in _models():
        for field in model._meta.concrete_fields:
            if field.remote_field and field.related_model._meta.app_label in FLOOR:
                mine, theirs = model._meta.app_label, field.related_model._meta.app_label
                if mine != theirs and FLOOR[theirs] >= FLOOR[mine]:
                    upward.append(f"{model._meta.label}.{field.name} -> {theirs}")
    assert upward == []


def test_sealed_records_hold_no_plain_text_column():
    # A free-text column in clear would be where content leaks first; codes and short marks are listed here on purpose.
    allowed = {"code", "channel", "routing_language", "notice_version", "notice_language", "status", "state", "kind",
               "counted_by", "direction", "lane", "organisation", "phone", "country", "partner_id",
               "opens", "stage", "digest"}  # fmt: skip
    from tejido.web.security.sealing import SealedRecord

    found = []
    for model in _models():
        if issubclass(model, SealedRecord):
            for field in model._meta.concrete_fields:
                if field.get_internal_type() in ("CharField", "TextField", "JSONField") and field.name not in allowed:
                    found.append(f"{model._meta.label}.{field.name}")
    assert sorted(found) == sorted(
        f"directory.Service.{name}" for name in ("name", "needs", "languages", "states", "hours", "eligibility")
    )


def test_migrations_are_up_to_date(db):
    from io import StringIO

    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO(), verbosity=3)
