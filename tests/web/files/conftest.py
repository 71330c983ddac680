# SPDX-License-Identifier: Apache-2.0
"""A case and a media folder of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tejido.web.cases import actions

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)


@pytest.fixture
def case(cast):
    return actions.open_case(now=NOW, by=cast.member("chen"), ring=cast.ring("chen"))


@pytest.fixture
def client(cast):
    return cast.client("chen")


@pytest.fixture
def media(tmp_path, settings):
    """Where sealed files stand during this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def send(client, case, media):
    """Sends a file as the form does; gives the answer."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    def sent(data, name="archivo.bin", **fields):
        file = SimpleUploadedFile(name, data)
        return client.post(f"/cases/{case.pk}/files/new/", {"about": "", **fields, "file": file})

    return sent
