# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions at the public door: every byte of them is meant for everyone, and whoever reads can check it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class PublishedEdition(models.Model):
    """Figures that two people signed. One that was corrected stays, and says what took its place."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "code": "period and number, in its address",
        "title": "published",
        "window_start": "published",
        "window_end": "published",
        "published_at": "published",
        "replaced_by": "published",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60, unique=True)
    title = models.JSONField()
    window_start = models.DateField()
    window_end = models.DateField()
    published_at = models.DateTimeField()
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")


class PublishedFile(models.Model):
    """One file of an edition, byte for byte as it was signed."""

    OPEN_COLUMNS: ClassVar = {
        "id": "number",
        "edition": "published",
        "path": "published",
        "content": "published",
    }

    edition = models.ForeignKey(PublishedEdition, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "path"], name="one_file_a_path")]
