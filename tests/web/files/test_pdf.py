# SPDX-License-Identifier: Apache-2.0
"""A PDF is left with what draws its pages; where nobody can tell what else is in it, it is not said to be clean."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tejido.web.files import actions, cleaner, cleaning
from tejido.web.files.arriving import Arrival
from tests.web.files import pdfs
from tests.web.files.carried import jpeg


def clean(data: bytes) -> bytes:
    return cleaner._clean(data, "pdf")


@pytest.mark.parametrize("hidden", pdfs.HIDDEN)
def test_nothing_hidden_comes_through(hidden):
    data = pdfs.planted(pdfs.HIDDEN[hidden])
    assert pdfs.TOLD in pdfs.everything_in(data)
    found = clean(data)
    assert pdfs.TOLD not in pdfs.everything_in(found)
    with pikepdf.open(io.BytesIO(found)) as document:
        (page,) = document.pages
        assert page.obj.Parent.objgen == document.Root.Pages.objgen
        assert b"(recibo) Tj" in page.Contents.read_bytes() or b"0 0 9 9 re" in page.Contents.read_bytes()


@pytest.mark.parametrize("built", pdfs.NOT_UNDERSTOOD)
def test_what_is_not_understood_is_never_called_clean(built):
    with pytest.raises((ValueError, pikepdf.PdfError)):
        clean(pdfs.planted(pdfs.NOT_UNDERSTOOD[built]))


def test_a_file_that_holds_one_says_that_it_was_not_checked(media, case, cast):
    from tests.web.files.conftest import NOW

    arrival = Arrival()
    arrival.begin("a.pdf")
    arrival.take(pdfs.planted(pdfs.NOT_UNDERSTOOD["a photo among the content"]))
    arrival.finish()
    prepared = actions.prepare(arrival)
    chen = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    kept = actions.add_file(case=case, prepared=prepared, about="", keep_original=False, now=NOW, **chen)
    assert kept.opened(chen["ring"]).hidden_data == actions.NOT_CHECKED


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_colours_of_a_photo_stay_as_they_were(wrapped):
    parameters, data = Dictionary(ColorTransform=0), pdfs.colours_as_they_are()
    given = (
        (zlib.compress(data), Array([Name.FlateDecode, Name.DCTDecode]), Array([None, parameters]))
        if wrapped
        else (data, Name.DCTDecode, parameters)
    )
    found = clean(pdfs.planted(lambda document, page: pdfs.photo(document, page, *given)))
    with pikepdf.open(io.BytesIO(found)) as document:
        photo = document.pages[0].Resources.XObject.Photo
        assert photo.Filter == Name.DCTDecode
        assert photo.DecodeParms.ColorTransform == 0
        assert photo.read_raw_bytes().count(b"\xff\xda") == data.count(b"\xff\xda") == 1
        assert photo.read_raw_bytes()[-99:] == data[-99:]


@pytest.mark.parametrize("boxes", [True, False])
def test_a_scan_in_jpeg_2000_shows_the_same_points(boxes):
    data = pdfs.jpeg2000(boxes=boxes)
    found = clean(pdfs.planted(lambda document, page: pdfs.photo(document, page, data, Name.JPXDecode)))
    with pikepdf.open(io.BytesIO(found)) as document:
        bare = document.pages[0].Resources.XObject.Photo.read_raw_bytes()
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(bare)) as after:
        assert before.tobytes() == after.tobytes()


def _working(document: pikepdf.Pdf, page: Dictionary) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("Fondo")))
    document.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer], Order=[layer]))
    page.Resources.Properties = Dictionary(Capa=layer)
    page.Contents = document.make_stream(
        b"/OC /Capa BDC BT /F 12 Tf (recibo) Tj ET EMC /P <</MCID 0>> BDC 0.125 0 9 9 re f EMC "
        b"BI /W 1 /H 1 /CS /G /BPC 8 ID a EI"
    )
    jump = Dictionary(S=Name.GoTo, D=[page, Name.Fit])
    pdfs.annotated(A=jump)(document, page)
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("nombre"),
            V=String("Ana"),
            Rect=[0, 0, 9, 9],
            AP=Dictionary(N=document.make_stream(b"0 0 9 9 re f", Subtype=Name.Form, BBox=[0, 0, 9, 9])),
        )
    )
    page.Annots.append(field)
    document.Root.AcroForm = Dictionary(Fields=[field])
    pdfs.photo(document, page, jpeg(), Name.DCTDecode)
    entry = document.make_indirect(Dictionary(Title=String("Uno"), Dest=[page, Name.Fit]))
    document.Root.Outlines = Dictionary(First=entry, Last=entry, Count=1)


def test_what_draws_and_what_leads_within_stays():
    with pikepdf.open(io.BytesIO(clean(pdfs.planted(_working)))) as document:
        (page,) = document.pages
        content = page.Contents.read_bytes()
        for part in (b"/OC /Capa BDC", b"/P BMC", b"0.125 0 9 9 re", b"(recibo) Tj", b"ID\na"):
            assert part in content, content
        jump, field = page.Annots
        assert jump.A.D[0].objgen == page.objgen
        assert str(field.V) == "Ana"
        assert field.objgen == document.Root.AcroForm.Fields[0].objgen
        assert b"0 0 9 9 re" in field.AP.N.read_bytes()
        assert document.Root.OCProperties.D.OFF[0].objgen == page.Resources.Properties.Capa.objgen
        assert document.Root.Outlines.First.Dest[0].objgen == page.objgen
        assert page.Resources.Font.F.BaseFont == Name.Courier


def test_who_waits_too_long_for_a_turn_is_told_so_and_no_turn_is_lost(monkeypatch):
    monkeypatch.setattr(cleaning, "_TURN", 0.01)
    with cleaning._AT_ONCE, cleaning._AT_ONCE, pytest.raises(cleaning.NotCleaned):
        list(cleaning.cleaned([jpeg()], "jpeg"))
    with cleaning._AT_ONCE:
        assert b"".join(cleaning.cleaned([jpeg()], "jpeg"))
    assert cleaning._AT_ONCE._value == 2
