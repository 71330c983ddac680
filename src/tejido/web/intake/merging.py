# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people save one record: what she did not touch takes what stands now, what she typed stays hers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict


def remember_shown(form: forms.Form) -> None:
    """Let the page carry what it showed beside what is typed, so that `merged` can tell them apart."""
    for field in form.fields.values():
        field.show_hidden_initial = not field.widget.is_hidden


def merged(form: forms.Form, standing: Mapping[str, Any], *, revision: int) -> QueryDict:
    """What to show of a stale form: her changes over what the fields show of the record as it stands."""
    data = cast("QueryDict", form.data).copy()
    for name in set(form.fields) & set(standing):
        now = _posted(standing[name])
        if name not in form.changed_data:
            data.setlist(name, now)
        data.setlist(form[name].html_initial_name, now)
    data["revision"] = str(revision)
    return data


def _posted(value: Any) -> list[str]:
    """A value as a browser would send it."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]
