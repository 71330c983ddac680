# SPDX-License-Identifier: Apache-2.0
"""The antivirus reads along; where it is not there or refuses, the file is kept and says that it was not scanned."""

from __future__ import annotations

import dataclasses
import socket

import pytest
from django.conf import settings as node

from tejido.vocabulary import BadInput
from tejido.web.config import settings as reading
from tejido.web.files.models import Attachment
from tejido.web.files.scanning import VirusScan
from tejido.web.security.models import AuditEntry
from tests.web.files.carried import EICAR
from tests.web.files.clamd import REAL, real_clamd, spoken_clamd


@pytest.fixture(params=["spoken", pytest.param("real", marks=pytest.mark.skipif(not REAL, reason="no clamd here"))])
def clamd(request, tmp_path_factory):
    """A clamd's address."""
    if request.param == "real":
        with real_clamd(tmp_path_factory.mktemp("clamd")) as address:
            yield address
    else:
        with spoken_clamd() as (address, _seen):
            yield address


def verdict(address: str, *parts: bytes) -> str:
    scan = VirusScan(address)
    for part in parts:
        scan.look_at(part)
    return scan.verdict()


def test_it_says_what_it_found_in_whatever_pieces_it_comes(clamd):
    assert verdict(clamd, b"Hola") == "clean"
    assert verdict(clamd) == "clean"
    assert verdict(clamd, EICAR) == "found"
    assert verdict(clamd, EICAR[:30], EICAR[30:]) == "found"


def test_more_than_it_reads_is_not_scanned(clamd):
    assert verdict(clamd, *[b"x" * 65536] * 100) == "not_scanned"


def test_no_antivirus_one_that_is_gone_and_one_that_talks_nonsense_are_not_scanned():
    assert verdict("", b"x") == "not_scanned"
    assert verdict("unix:/nowhere/clamd", b"x") == "not_scanned"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert verdict(f"tcp:127.0.0.1:{nobody.getsockname()[1]}", EICAR) == "not_scanned"


def test_it_reads_the_very_bytes_that_are_kept(settings, send):
    with spoken_clamd() as (address, seen):
        settings.TEJIDO = dataclasses.replace(node.TEJIDO, clamav=address)
        send(b"x" * 300_000)
    assert seen == [b"x" * 300_000]


def test_something_harmful_is_refused_in_a_sentence_or_kept_as_evidence_only(
    settings, clamd, cast, client, case, send, media
):
    settings.TEJIDO = dataclasses.replace(node.TEJIDO, clamav=clamd)
    answer = send(EICAR, "factura.pdf")
    assert answer.status_code == 422
    assert "antivirus encontró algo dañino" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert list(media.iterdir()) == []
    assert AuditEntry.objects.filter(event="file.refused", record_id=case.pk).count() == 1
    assert send(EICAR, "factura.pdf", keep_original="on").status_code == 302
    kept = Attachment.objects.get().opened(cast.ring("chen"))
    assert (kept.virus_check, kept.is_original) == ("found", True)
    page = client.get(f"/files/{kept.record.pk}/").content.decode()
    assert "no lo abra en una computadora de trabajo" in page
    assert "<pre" not in page
    send(b"Hola", "carta.txt")
    assert "No se encontró nada" in client.get(f"/files/{Attachment.objects.latest('added_at').pk}/").content.decode()


@pytest.mark.parametrize(
    ("given", "right"),
    [("", True), ("unix:/run/clamav/clamd.ctl", True), ("tcp:127.0.0.1:3310", True), ("127.0.0.1:3310", False),
     ("unix:relative", False), ("tcp:host", False)],
)  # fmt: skip
def test_the_setting_is_right_or_said(monkeypatch, given, right):
    monkeypatch.setenv("TEJIDO_CLAMAV", given)
    if right:
        assert reading._clamav() == given
    else:
        with pytest.raises(BadInput, match="TEJIDO_CLAMAV"):
            reading._clamav()
