# SPDX-License-Identifier: Apache-2.0
"""Files of a case as people use them, and as people attack with them."""

from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.files import blobs, jobs, receiving
from tejido.web.files.models import Attachment
from tejido.web.files.pages import safe_name
from tejido.web.security.models import AuditEntry, RecordKey
from tests.node import whole_database
from tests.web.files import boxed, carried

CANARY = carried.CANARY


def opened(cast, attachment=None):
    attachment = attachment or Attachment.objects.get()
    return attachment.opened(cast.ring("chen"))


def downloaded(client, pk, **how):
    answer = client.post(f"/files/{pk}/download/", how or {"name": "own"})
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def events():
    return list(AuditEntry.objects.filter(event__startswith="file.").order_by("pk").values_list("event", flat=True))


def test_a_file_is_added_listed_shown_downloaded_and_removed(
    cast, client, case, media, send, django_capture_on_commit_callbacks
):
    data = b"\0\1\2" + CANARY.encode() * 40_000
    answer = send(data, "Recibo de nómina.bin", about="Se lo dio su prima.")
    pk = Attachment.objects.get().pk
    assert answer.headers["location"] == f"/files/{pk}/"
    page = client.get(answer.headers["location"]).content.decode()
    assert "Se lo dio su prima." in page
    assert "Puede mostrar" in page or "puede mostrar" in page  # hidden data: not looked for
    assert "Recibo de nómina.bin" in client.get(f"/cases/{case.pk}/").content.decode()
    answer, found = downloaded(client, pk)
    assert found == data
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(data))
    assert "attachment" in answer.headers["content-disposition"]
    key = Attachment.objects.get().key_id
    (blob,) = media.iterdir()
    assert (blob.stat().st_mode & 0o777, media.stat().st_mode & 0o777) == (0o600, 0o700)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/files/{pk}/remove/").headers["location"] == f"/cases/{case.pk}/"
    assert not Attachment.objects.exists()
    assert not RecordKey.objects.filter(pk=key).exists()
    assert list(media.iterdir()) == []
    assert events() == ["file.added", "file.read", "file.opened", "file.removed"]


def test_nothing_in_clear_while_it_arrives_nor_afterwards(client, case, send, media, tmp_path, monkeypatch, capfd):
    import tempfile

    seen = []
    take = receiving.SealingUpload.receive_data_chunk

    def looked(self, raw, start):
        take(self, raw, start)
        seen.append(b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()))

    monkeypatch.setattr(receiving.SealingUpload, "receive_data_chunk", looked)
    for name in ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, lambda *_a, **_k: pytest.fail("a temporary file"))
    data = carried.jpeg() + CANARY.encode() * 300_000
    send(data, f"{CANARY}.jpg", about=CANARY, keep_original="on")
    assert len(seen) > 20
    held = b"".join(path.read_bytes() for path in media.iterdir())
    assert len(held) > 4_000_000
    said = "".join(capfd.readouterr()).encode()
    for store in (*seen, held, whole_database(), said):
        for form in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode()):
            assert form not in store


def test_no_other_handler_and_no_other_page_takes_a_file(client, case, media):
    assert settings.FILE_UPLOAD_HANDLERS == ["tejido.web.security.streaming.NoFiles"]
    file = SimpleUploadedFile("x.txt", b"x" * 500_000)
    sent = client.post(f"/cases/{case.pk}/notes/new/", {"kind": "view", "text": "Nota.", "extra": file})
    assert sent.status_code == 302
    assert not media.exists()


@pytest.mark.parametrize("kind", carried.PICTURES)
def test_a_picture_loses_its_hidden_data_and_is_shown(cast, client, send, kind):
    send(carried.PICTURES[kind](), f"foto.{kind}")
    found = opened(cast)
    assert (found.type, found.hidden_data, found.is_original) == (kind, "removed", False)
    _answer, data = downloaded(client, found.record.pk)
    assert CANARY.encode() not in data
    page = client.get(f"/files/{found.record.pk}/").content.decode()
    picture = client.get(f"/files/{found.record.pk}/picture/")
    if kind == "tiff":  # no browser shows it
        assert picture.status_code == 404
        return
    assert f'src="/files/{found.record.pk}/picture/"' in page
    assert picture.content == data
    assert picture.headers["content-type"] == f"image/{kind}"
    assert picture.headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["cache-control"] == "no-store, max-age=0"
    assert picture.headers["content-disposition"] == "inline"


def test_the_original_is_kept_as_evidence_beside_the_copy_and_opened_apart(cast, client, case, send):
    photo = carried.jpeg()
    send(photo, "recibo.jpg", keep_original="on")
    original, copy = sorted(Attachment.objects.all(), key=lambda each: each.original_id is not None)
    assert copy.original == original
    assert opened(cast, original).digest != opened(cast, copy).digest
    _answer, data = downloaded(client, original.pk)
    assert data == photo
    assert events()[-1] == "file.original_opened"
    assert client.get(f"/files/{original.pk}/picture/").status_code == 404
    page = client.get(f"/files/{original.pk}/").content.decode()
    assert opened(cast, original).digest in page
    assert f"/files/{copy.pk}/" in page
    assert page.count("<img") == client.get(f"/cases/{case.pk}/").content.decode().count("<img")
    assert client.get(f"/cases/{case.pk}/").content.decode().count("recibo.jpg") == 2


def test_a_pdf_loses_its_hidden_data_and_only_downloads(cast, client, send):
    send(carried.pdf(), "contrato.pdf")
    found = opened(cast)
    assert (found.type, found.hidden_data) == ("pdf", "removed")
    assert client.get(f"/files/{found.record.pk}/picture/").status_code == 404


def test_a_phones_photo_loses_its_hidden_data_and_only_downloads_and_one_that_moves_says_it_may_hold_some(
    cast, client, case, send
):
    send(boxed.heic(), "IMG_0001.HEIC")
    found = opened(cast)
    assert (found.type, found.hidden_data) == ("heic", "removed")
    assert carried.CANARY.encode() not in downloaded(client, found.record.pk)[1]
    assert client.get(f"/files/{found.record.pk}/picture/").status_code == 404
    assert "Puede tener datos ocultos" not in client.get(f"/cases/{case.pk}/").content.decode()
    found.record.delete()
    moving = boxed.Heic(brand=b"msf1", after=boxed.box(b"moov", b"")).build()
    send(moving, "IMG_0002.HEIC")
    found = opened(cast)
    assert (found.type, found.hidden_data) == ("heic", "not_checked")
    assert "Puede tener datos ocultos" in client.get(f"/cases/{case.pk}/").content.decode()
    assert downloaded(client, found.record.pk)[1] == moving


@pytest.mark.parametrize("data", [carried.bomb(), carried.turning_pdf(), carried.jpeg()[:150], b"GIF89a<script>"])
def test_what_cannot_be_cleaned_is_kept_as_it_came_and_says_so(cast, client, case, send, data):
    assert send(data, "raro").status_code == 302
    found = opened(cast)
    if found.hidden_data == "removed":  # the PDF, read with forbearance
        assert found.type == "pdf"
        return
    assert found.hidden_data == "not_checked"
    assert client.get(f"/files/{found.record.pk}/picture/").status_code == 404
    assert "Puede tener datos ocultos" in client.get(f"/cases/{case.pk}/").content.decode()
    assert downloaded(client, found.record.pk)[1] == data


def test_text_is_shown_as_text_and_markup_never_as_a_page(cast, client, send):
    send("<b>no</b> & «sí» {{ 1 }}".encode(), "nota.txt")
    page = client.get(f"/files/{Attachment.objects.get().pk}/").content.decode()
    assert "<b>no</b>" not in page
    assert "<b>no</b> & «sí» {{ 1 }}" in unescape(page)
    Attachment.objects.all().delete()
    for data, kind in (
        (b"<!doctype html><script>alert(1)</script>", "web_page"),
        (b"<svg onload=alert(1)>", "drawing"),
    ):
        send(data, "foto.jpg")
        found = opened(cast)
        assert found.type == kind
        page = client.get(f"/files/{found.record.pk}/").content.decode()
        assert "alert(1)" not in page
        assert "No es lo que dice su nombre" in page
        assert client.get(f"/files/{found.record.pk}/picture/").status_code == 404
        answer, _data = downloaded(client, found.record.pk)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        found.record.delete()


NAMES = {
    "../../../etc/passwd": "passwd",
    "..\\..\\windows\\system.ini": "system.ini",
    "a/b/c.pdf": "c.pdf",
    "contrato\u202efdp.exe": "contratofdp.exe",
    'x"; filename="y.exe': "x_; filename=_y.exe",
    "linea\r\nSet-Cookie: x=1.txt": "lineaSet-Cookie_ x=1.txt",
    "שלום.txt": "שלום.txt",
    "CON:nul|?*.txt": "CON_nul___.txt",
    "...": "file",
    "   ": "file",
    "ñ" * 300 + ".pdf": "ñ" * 73 + ".pdf",
    "x." + "y" * 400: "x." + "y" * 148,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name_wherever_it_goes(name):
    assert safe_name(name) == NAMES[name]
    assert len(safe_name(name).encode()) <= 150


@pytest.mark.parametrize(
    "name", ["../../x.pdf", "a\u202eb.pdf", "ñ" * 300 + ".pdf", "<script>alert(1)</script>.pdf", 'q".pdf']
)
def test_a_rough_name_is_kept_shown_as_text_and_never_in_an_address(client, case, media, name):
    body = (
        b'--X\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.replace('"', "%22").encode()
        + b'"\r\n\r\ncontenido\r\n--X--\r\n'
    )
    answer = client.generic("POST", f"/cases/{case.pk}/files/new/", body, "multipart/form-data; boundary=X")
    pk = Attachment.objects.get().pk
    assert answer.headers["location"] == f"/files/{pk}/"
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert {path.name for path in media.iterdir()} == {pk.hex}
    answer, _data = downloaded(client, pk, name="own")
    assert "\r" not in answer.headers["content-disposition"]
    answer, _data = downloaded(client, pk, name="code")
    assert re.fullmatch(
        rf'attachment; filename="{case.code}-{str(pk)[:4]}\.txt"', answer.headers["content-disposition"]
    )


def test_an_empty_file_and_two_of_one_name_are_files(cast, client, case, media):
    # Django's test client leaves an empty file out; a browser does not.
    body = b'--X\r\nContent-Disposition: form-data; name="file"; filename="vacio.txt"\r\n\r\n\r\n--X--\r\n'
    for _ in range(2):
        sent = client.generic("POST", f"/cases/{case.pk}/files/new/", body, "multipart/form-data; boundary=X")
        assert sent.status_code == 302
    assert [opened(cast, each).size for each in Attachment.objects.all()] == [0, 0]
    assert downloaded(client, Attachment.objects.first().pk)[1] == b""
    assert len({path.stat().st_size for path in media.iterdir()}) == 1


def test_a_page_sent_twice_keeps_one_file_and_two_files_from_it_are_two(client, send, media):
    mark = str(uuid4())
    first = send(b"uno", "a.txt", sent=mark)
    again = send(b"uno", "a.txt", sent=mark)
    assert again.headers["location"] == first.headers["location"]
    send(b"dos", "a.txt", sent=mark)
    assert Attachment.objects.count() == 2
    assert len(list(media.iterdir())) == 2


def test_without_a_file_the_form_says_so_and_keeps_what_was_typed(client, case, media):
    answer = client.post(f"/cases/{case.pk}/files/new/", {"about": "Lo trajo ella."})
    assert answer.status_code == 422
    assert 'id="id_file_error"' in answer.content.decode()
    assert "Lo trajo ella." in answer.content.decode()
    assert not media.exists()


def test_a_forged_form_leaves_nothing(cast, case, media):
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = cast.client("chen").cookies
    file = SimpleUploadedFile("x.txt", b"x" * 10_000)
    assert forged.post(f"/cases/{case.pk}/files/new/", {"file": file}).status_code == 403
    assert not Attachment.objects.exists()
    assert list(media.iterdir()) == []
    page = forged.get(f"/cases/{case.pk}/files/new/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    file = SimpleUploadedFile("x.txt", b"x" * 10_000)
    sent = {"csrfmiddlewaretoken": token, "file": file}
    assert forged.post(f"/cases/{case.pk}/files/new/", sent).status_code == 302


def test_another_teams_file_does_not_exist_and_another_teams_case_takes_none(cast, client, case, send, media):
    send(b"secreto", "x.txt")
    pk = Attachment.objects.get().pk
    before = list(media.iterdir())
    type(case).objects.update(team=team_of(Team.Kind.ADMINISTRATION))
    asked = [client.get(f"/files/{pk}/"), client.get(f"/files/{pk}/picture/"), client.post(f"/files/{pk}/download/"),
             client.post(f"/files/{pk}/remove/"), send(b"otro")]  # fmt: skip
    assert {answer.status_code for answer in asked} == {404}
    assert list(media.iterdir()) == before


def test_a_blob_cut_exchanged_or_gone_is_said_and_gives_nothing(client, send, media):
    for data in (b"uno" * 3000, b"dos" * 3000):
        send(data, "x.bin")
    one, two = Attachment.objects.order_by("added_at")
    first, second = media / one.pk.hex, media / two.pk.hex
    kept = first.read_bytes()
    first.write_bytes(kept[:-1])
    assert client.post(f"/files/{one.pk}/download/").status_code == 409
    first.unlink()
    assert client.post(f"/files/{one.pk}/download/").status_code == 409
    first.write_bytes(second.read_bytes())
    answer = client.post(f"/files/{one.pk}/download/")
    from tejido.crypto import CannotOpen

    with pytest.raises(CannotOpen):
        b"".join(answer.streaming_content)
    assert AuditEntry.objects.filter(event="record.did_not_open").count() == 2


def test_one_member_has_two_files_on_their_way_and_no_more(cast, client, case, send):
    chen = cast.member("chen").pk
    held = [receiving.Passage(chen) for _ in range(2)]
    answer = send(b"x")
    assert answer.status_code == 503
    assert "demasiados archivos" in answer.content.decode()
    for each in held:
        each.close()
        each.close()
    assert send(b"x").status_code == 302
    assert not receiving._passing[chen]
    downloaded(client, Attachment.objects.get().pk)[0].close()
    assert not receiving._passing[chen]


def test_a_full_disk_leaves_nothing_and_says_so(client, send, media, monkeypatch):
    def full(_self, _sealed):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.BlobWriter, "write", full)
    answer = send(b"x" * 100_000)
    assert answer.status_code == 503
    assert "disco" in answer.content.decode()
    monkeypatch.undo()
    assert list(media.iterdir()) == []
    assert not Attachment.objects.exists()


def test_the_sweep_takes_what_no_row_names_and_leaves_the_rest(send, media):
    send(b"x")
    kept = {path.name for path in media.iterdir()}
    (media / uuid4().hex).write_bytes(b"orphan")
    (media / f"{uuid4().hex}.part").write_bytes(b"broken off")
    (media / "README").write_bytes(b"not ours")
    assert jobs.sweep_blobs() == 0  # someone may still be writing
    assert jobs.sweep_blobs(forgotten=-1) == 2
    assert {path.name for path in media.iterdir()} == kept | {"README"}


def test_a_session_ended_meanwhile_keeps_no_file(client, send, media, monkeypatch):
    from django.contrib.sessions.models import Session

    take = receiving.SealingUpload.receive_data_chunk

    def ended(self, raw, start):
        Session.objects.all().delete()
        take(self, raw, start)

    monkeypatch.setattr(receiving.SealingUpload, "receive_data_chunk", ended)
    assert send(b"x").status_code in (302, 400)
    assert not Attachment.objects.exists()
    assert list(media.iterdir()) == []


def test_a_shredded_case_takes_its_files_with_it(cast, case, send, media, django_capture_on_commit_callbacks):
    from django.utils import timezone

    from tejido.web.upkeep.shredding import shred

    send(carried.jpeg(), "x.jpg", keep_original="on")
    keys = set(Attachment.objects.values_list("key", flat=True))
    assert len(list(media.iterdir())) == 2
    with django_capture_on_commit_callbacks(execute=True):
        shred(case, by=cast.member("bilal"), now=timezone.now())
    assert not Attachment.objects.exists()
    assert not RecordKey.objects.filter(pk__in=keys).exists()
    assert list(media.iterdir()) == []


def test_plain_text_has_no_hidden_data_to_look_for(cast, case, client, send):
    send(b"Seis meses.", "nota.txt")
    assert opened(cast).hidden_data == "none"
    assert "Puede tener datos ocultos" not in client.get(f"/cases/{case.pk}/").content.decode()
