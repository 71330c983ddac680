# SPDX-License-Identifier: Apache-2.0
"""From a sheet to the public door: two people sign, the second publishes, and anyone can check what stands there."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tejido.statistics.editions import digest, read_sign_offs
from tejido.vocabulary import BadInput
from tejido.web.accounts import staffing
from tejido.web.accounts.keys import organisation_key, team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.outreach.models import PublishedEdition, PublishedFile
from tejido.web.statistics import publishing
from tejido.web.statistics.actions import build_sheet, take_in_tabulations
from tejido.web.statistics.models import Edition, EditionSignOff, PartnerTabulation
from tests.node import whole_database
from tests.web.public_door import public_door, staff_door, visitor  # noqa: F401
from tests.web.sharing.conftest import NOW
from tests.web.statistics.conftest import WINDOW


@pytest.fixture
def run(counting):
    """A sheet of the window; bilal is in the data team too, as an analyst."""
    counting.arrive(counting.totals())
    cast = counting.cast
    staffing.let_in(member=cast.member("bilal"), team=team_of(Team.Kind.DATA), by=cast.member("dora"),
                    ring=cast.ring("dora"))  # fmt: skip
    Member.objects.filter(login="bilal").update(roles=["data_analyst"])
    take_in_tabulations(**counting.dora())
    return build_sheet(window=WINDOW, **counting.dora())


def whoever(cast, login, now=NOW):
    return {"by": cast.member(login), "ring": cast.ring(login), "now": now}


def out(counting, run, now=NOW, **more):
    """An edition made and signed by both."""
    made = publishing.make_edition(run=run, **whoever(counting.cast, "dora", now), **more)
    publishing.sign_edition(edition=made, **whoever(counting.cast, "dora", now))
    return publishing.sign_edition(edition=made, **whoever(counting.cast, "bilal", now))


def done(capture, client, address):
    """Press, let it be done, follow; the address of the edition."""
    with capture(execute=True):
        assert client.post(address).headers["Location"] == "/editions/under-way/"
    assert client.get("/editions/under-way/", headers={"HX-Request": "true"}).headers["HX-Redirect"]
    return client.get("/editions/under-way/").headers["Location"]


def test_two_people_sign_on_their_screens_and_then_anyone_can_read_and_check_it(
    counting, run, public_door, at_once, django_capture_on_commit_callbacks  # noqa: F811
):  # fmt: skip
    with staff_door():
        dora, capture = counting.cast.client("dora"), django_capture_on_commit_callbacks
        address = done(capture, dora, f"/sheets/{run.pk}/edition/")
        page = dora.get(address).content.decode()
        assert "What an attacker would get" in page
        assert re.search(r'<data value="1">1</data>.*?>C<.*?fewer than the smallest count shown', page, re.DOTALL)
        assert dora.get(f"{address}files/es/index.html").headers["Content-Type"].startswith("text/html")
        assert done(capture, dora, f"{address}sign/") == address
        assert "Another person of the data team must sign" in dora.get(address).content.decode()
        assert dora.post(f"{address}sign/").status_code == 422
        assert not PublishedEdition.objects.exists()
        bilal = counting.cast.client("bilal")
        bilal.cookies["tejido_mx_staff_language"] = "es-mx"
        assert "Firmar y publicar" in bilal.get(address).content.decode()
        assert done(capture, bilal, f"{address}sign/") == address
        assert bilal.post(f"{address}sign/").status_code == 422
    code = Edition.objects.get().code
    listed = visitor().get("/figures/").content.decode()
    assert "Cifras publicadas" in listed
    assert f"/figures/{code}/es/index.html" in listed
    files = {one.path: bytes(one.content) for one in PublishedFile.objects.all()}
    for path in ("es/index.html", "en/sheet.pdf", "manifest.json", "signatures.json", "edition.css"):
        answer = visitor().get(f"/figures/{code}/{path}")
        assert answer.content == files[path], path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert visitor().get(f"/figures/{code}/snapshot.json").status_code == 404
    manifest = json.loads(files["manifest.json"])
    assert {path: entry["sha256"] for path, entry in manifest["files"].items()} == {
        path: digest(content) for path, content in files.items() if path not in ("manifest.json", "signatures.json")
    }
    assert [one["en"] for one in manifest["operators"]] == ["Invented Line", "Harbor (invented)"]
    signed = read_sign_offs(files["signatures.json"])
    assert signed.manifest == digest(files["manifest.json"])
    assert (signed.complete, signed.problems(organisation_key())) == (True, [])
    for member in (counting.cast.member("dora"), counting.cast.member("bilal")):
        for told in (member.login, member.display_name, str(member.pk), member.pk.hex):
            assert told.encode() not in b"".join(files.values())


def test_before_it_is_out_nothing_of_it_lies_in_clear(counting, run):
    publishing.make_edition(run=run, **whoever(counting.cast, "dora"))
    written = whole_database()
    for told in (b'"hidden":', b"complementary", b"small_or_none", b"Potential victims"):
        assert told not in written
    assert not PublishedFile.objects.exists()


def test_who_is_about_to_sign_is_told_that_newer_totals_came(counting, run):
    made = publishing.make_edition(run=run, **whoever(counting.cast, "dora"))
    dora, address = counting.cast.client("dora"), f"/editions/{made.pk}/"
    assert "Newer totals" not in dora.get(address).content.decode()
    PartnerTabulation.objects.update(received_at=NOW + timedelta(hours=1))
    page = dora.get(address).content.decode()
    assert "Newer totals have arrived since" in page
    assert "Before anyone signs" in page


def test_whoever_is_in_no_data_team_finds_no_edition(counting, run):
    made = publishing.make_edition(run=run, **whoever(counting.cast, "dora"))
    client = counting.cast.client("eve")
    Member.objects.filter(login="eve").update(roles=["data_analyst"])
    assert client.get(f"/editions/{made.pk}/").status_code == 404
    assert client.post(f"/editions/{made.pk}/sign/").status_code == 404


def test_a_correction_says_why_and_the_one_it_replaces_stays(counting, run):
    first = out(counting, run)
    with pytest.raises(BadInput, match="says why"):
        publishing.make_edition(run=run, **whoever(counting.cast, "dora"))
    client = counting.cast.client("dora")
    assert "Make a correction" in client.get(f"/sheets/{run.pk}/").content.decode()
    refused = client.post(f"/sheets/{run.pk}/edition/", {"because_en": "One call was missing."})
    assert refused.status_code == 422
    assert 'value="One call was missing."' in refused.content.decode()
    because = {"en": "One call was missing.", "es": "Faltaba una llamada."}
    second = out(counting, run, NOW + timedelta(days=1), because=because)
    assert (first.code[-2:], second.code[-2:]) == ("_1", "_2")
    stands = {one.code: one.replaced_by and one.replaced_by.code for one in PublishedEdition.objects.all()}
    assert stands == {first.code: second.code, second.code: None}
    page = bytes(PublishedFile.objects.get(edition__code=second.code, path="es/index.html").content).decode()
    assert "Faltaba una llamada." in page
    # A row taken away, so that nobody subtracts it, is missed: the next one named it.
    EditionSignOff.objects.filter(edition=first).delete()
    Edition.objects.filter(pk=first.pk).delete()
    with pytest.raises(BadInput, match="is missing here"):
        publishing.make_edition(run=run, **whoever(counting.cast, "dora"), because=because)


def test_an_edition_that_was_overtaken_cannot_be_signed(counting, run):
    first = publishing.make_edition(run=run, **whoever(counting.cast, "dora"))
    other = publishing.make_edition(run=run, **whoever(counting.cast, "dora"))
    for login in ("dora", "bilal"):
        publishing.sign_edition(edition=first, **whoever(counting.cast, login))
    with pytest.raises(BadInput, match="another edition came out since"):
        publishing.sign_edition(edition=other, **whoever(counting.cast, "dora"))


@pytest.mark.parametrize(("language", "words"), [("en", "Base"), ("es-mx", "Base de cálculo")])
def test_every_figure_opens_its_definition(counting, language, words):
    client = counting.cast.client("dora")
    client.cookies["tejido_mx_staff_language"] = language
    page = client.get("/definitions/victims/").content.decode()
    assert words in page
    assert client.get("/definitions/nothing/").status_code == 404
