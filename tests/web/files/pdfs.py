# SPDX-License-Identifier: Apache-2.0
"""Invented PDFs that each carry one hidden thing along, at one of the many places the standard has for it."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from tests.web.files.boxed import profile
from tests.web.files.carried import CANARY, _exif, _picture, jpeg

TOLD = CANARY.encode()
SAID = String(CANARY)
type Plant = Callable[[Pdf, Dictionary], object]


def planted(plant: Plant) -> bytes:
    """A page that says something, with one thing hidden."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200)).obj
    page.Resources = Dictionary(
        XObject=Dictionary(), Font=Dictionary(F=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier))
    )
    page.Annots = Array()
    page.Contents = document.make_stream(b"BT /F 12 Tf 10 10 Td (recibo) Tj ET")
    plant(document, page)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def photo(document: Pdf, page: Dictionary, data: bytes, filters, parameters=None) -> pikepdf.Stream:
    """A picture on the page."""
    image = document.make_stream(data)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 64, 48
    image.ColorSpace, image.BitsPerComponent, image.Filter = Name.DeviceRGB, 8, filters
    if parameters is not None:
        image.DecodeParms = parameters
    page.Resources.XObject.Photo = image
    return image


def filled_jpeg() -> bytes:
    """A photo whose notes have a byte before them that means nothing."""
    data = jpeg()
    assert data[2:3] == b"\xff"
    return data[:2] + b"\xff\xff" + data[2:]


def jpeg2000(*, boxes: bool = True) -> bytes:
    """A scan with notes in boxes of their own, and a remark among its points."""
    out = io.BytesIO()
    _picture().save(out, "JPEG2000", comment=CANARY, no_jp2=not boxes)
    if not boxes:
        return out.getvalue() + TOLD
    notes = b"".join(
        (len(body) + 8).to_bytes(4) + name + body
        for name, body in ((b"uuid", b"JpgTiffExif->JP2" + _exif().tobytes()), (b"xml ", TOLD), (b"uuid", TOLD * 2))
    )
    return out.getvalue() + notes


def jbig2() -> bytes:
    """A scan's segments: a page's beginning, a remark, its end."""
    page = b"\0\0\0\1\x30\0\1" + (19).to_bytes(4) + bytes(19)
    remark = b"\0\0\0\2\x3e\0\1" + len(TOLD).to_bytes(4) + TOLD
    return page + remark + b"\0\0\0\3\x31\0\1" + bytes(4)


def everything_in(data: bytes) -> bytes:
    """Its bytes and, opened, every stream and word in it, however it is wrapped."""
    parts = [data]
    with pikepdf.open(io.BytesIO(data)) as document:
        for thing in document.objects:
            parts.append(str(thing).encode())
            parts.append(thing.unparse(resolved=True) if not isinstance(thing, pikepdf.Stream) else b"")
            if isinstance(thing, pikepdf.Stream):
                raw, filters = thing.read_raw_bytes(), thing.get("/Filter", Array())
                parts += [raw, repr(dict(thing.items())).encode()]
                for name in [filters] if isinstance(filters, Name) else list(filters):
                    if name == Name.FlateDecode:
                        raw = zlib.decompressobj().decompress(raw)
                    elif name == Name.ASCII85Decode:
                        raw = base64.a85decode(raw.removesuffix(b"~>"))
                    parts.append(raw)
    return b"".join(parts)


def annotated(subtype: Name = Name.Link, **keys) -> Plant:
    """Something on the page."""
    return lambda document, page: page.Annots.append(
        document.make_indirect(Dictionary(Type=Name.Annot, Subtype=subtype, Rect=[0, 0, 9, 9], **keys))
    )


def action(kind: str, **keys) -> Plant:
    """A link that does something."""
    return annotated(A=Dictionary(S=Name("/" + kind), **keys))


def on_page(**keys) -> Plant:
    """Something said of the page."""
    return lambda document, page: [page.__setitem__("/" + key, value) for key, value in keys.items()]


def on_document(**keys) -> Plant:
    """Something said of the document."""
    return lambda document, page: [document.Root.__setitem__("/" + key, value) for key, value in keys.items()]


def content(data: bytes) -> Plant:
    """Something between what draws."""
    return lambda document, page: page.__setitem__("/Contents", document.make_stream(data))


def _signed(document: Pdf, page: Dictionary, *, inherited: bool = False) -> None:
    signature = Dictionary(
        Type=Name.Sig, Name=SAID, Location=SAID, ContactInfo=SAID, M=SAID, Contents=SAID, Reason=SAID
    )
    field = document.make_indirect(Dictionary(FT=Name.Sig, T=String("firma")))
    widget = document.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=[0, 0, 9, 9], Parent=field))
    (widget if inherited else field).V = document.make_indirect(signature)
    field.Kids = Array([widget])
    page.Annots.append(widget)
    document.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)


def _removed_page(document: Pdf, page: Dictionary) -> None:
    gone = Dictionary(Type=Name.Page, MediaBox=[0, 0, 9, 9], Contents=document.make_stream(TOLD))
    entry = document.make_indirect(Dictionary(Title=String("Uno"), Dest=[document.make_indirect(gone), Name.Fit]))
    document.Root.Outlines = Dictionary(First=entry, Last=entry, Count=1)


def _colour_profile(document: Pdf, page: Dictionary) -> None:
    told = document.make_stream(profile(), N=3)
    photo(document, page, jpeg(), Name.DCTDecode).ColorSpace = Array([Name.ICCBased, told])


def _form_of_its_own(**keys) -> Plant:
    def plant(document: Pdf, page: Dictionary) -> None:
        drawn = document.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], **keys)
        page.Resources.XObject.Drawn = drawn

    return plant


def _letters(document: Pdf, page: Dictionary) -> None:
    page.Resources.Font.F.ToUnicode = document.make_stream(b"%%Creator: " + TOLD + b"\nbegincmap endcmap")


def _file(document: Pdf, page: Dictionary) -> None:
    page.Annots.append(
        Dictionary(Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=Dictionary(F=SAID, UF=SAID), T=SAID)
    )


_USED = Dictionary(CreatorInfo=Dictionary(Creator=SAID))
_TAGS = Dictionary(
    Type=Name.StructTreeRoot,
    K=Dictionary(S=Name.P, T=SAID, A=Dictionary(O=Name.UserProperties, P=[Dictionary(N=SAID, V=SAID)])),
)
_UNC = Dictionary(Type=Name.Filespec, F=String(f"\\\\{CANARY}\\casos\\a.pdf"))

HIDDEN: dict[str, Plant] = {
    "a photo wrapped once more": lambda d, p: photo(
        d, p, zlib.compress(jpeg()), Array([Name.FlateDecode, Name.DCTDecode])
    ),
    "a photo in letters": lambda d, p: photo(
        d, p, base64.a85encode(jpeg()) + b"~>", Array([Name.ASCII85Decode, Name.DCTDecode])
    ),
    "a photo with bytes that mean nothing": lambda d, p: photo(d, p, filled_jpeg(), Name.DCTDecode),
    "a photo named in short": lambda d, p: photo(d, p, jpeg(), Array([Name.DCT])),
    "a scan in boxes": lambda d, p: photo(d, p, jpeg2000(), Name.JPXDecode),
    "a scan without boxes": lambda d, p: photo(d, p, jpeg2000(boxes=False), Name.JPXDecode),
    "a scan in black and white": lambda d, p: photo(d, p, jbig2(), Name.JBIG2Decode),
    "a photo's colour profile": _colour_profile,
    "a photo's older self": lambda d, p: photo(d, p, jpeg(), Name.DCTDecode).__setitem__(
        "/Alternates", Array([Dictionary(Image=d.make_stream(TOLD))])
    ),
    "behind the end of a packed stream": lambda d, p: photo(
        d, p, zlib.compress(bytes(9216)) + TOLD, Name.FlateDecode
    ),
    "a signature": _signed,
    "a signature of a field below": lambda d, p: _signed(d, p, inherited=True),
    "when a field was filled in": annotated(Name.Widget, M=SAID, TU=SAID, TM=SAID),
    "a remark's author": annotated(Name.Text, T=SAID, M=SAID, RC=SAID, Subj=SAID, Contents=String("ojo")),
    "who accepted a remark": annotated(Name.Text, State=String("Accepted"), StateModel=SAID, Contents=SAID),
    "an attached file": _file,
    "who made the layers": on_document(OCProperties=Dictionary(OCGs=[], D=Dictionary(Creator=SAID))),
    "a layer's program": on_document(
        OCProperties=Dictionary(OCGs=[Dictionary(Type=Name.OCG, Name=String("a"), Usage=_USED)], D=Dictionary())
    ),
    "what it was to be printed on": on_document(OutputIntents=Array([Dictionary(S=Name.GTS_PDFX, Info=SAID)])),
    "its tags": on_document(StructTreeRoot=_TAGS),
    "its articles": on_document(Threads=Array([Dictionary(I=Dictionary(Author=SAID, CreationDate=SAID))])),
    "where it was loaded from": on_document(SpiderInfo=Dictionary(C=[Dictionary(U=SAID)])),
    "where its links begin": on_document(URI=Dictionary(Base=SAID)),
    "its parts": on_document(DPartRoot=Dictionary(NodeNameList=[SAID])),
    "a second form": on_document(AcroForm=Dictionary(Fields=[], XFA=SAID, CO=[SAID])),
    "a program's own key": on_document(MICROSOFT_Casos=SAID),
    "a page's program": on_page(PieceInfo=Dictionary(A=SAID), LastModified=SAID, ID=SAID),
    "a page's place on a map": on_page(VP=Array([Dictionary(Type=Name.Viewport, Name=SAID, Measure=SAID)])),
    "a drawing's program": _form_of_its_own(PieceInfo=SAID, LastModified=SAID, OPI=SAID, Ref=SAID, Name=SAID),
    "a property list": lambda d, p: p.Resources.__setitem__("/Properties", Dictionary(M=Dictionary(Metadata=SAID))),
    "a page that was taken out": _removed_page,
    "a remark in the letters' table": _letters,
    "a remark in the content": content(b"% " + TOLD + b"\n0 0 9 9 re f"),
    "a note in the content": content(b"/Span <</ActualText (" + TOLD + b")>> BDC 0 0 9 9 re f EMC"),
    "a mark in the content": content(b"/Hecho <</Quien (" + TOLD + b")>> DP 0 0 9 9 re f"),
    "what no reader knows": content(b"BX (" + TOLD + b") escrito EX 0 0 9 9 re f"),
    "a link out": action("URI", URI=String(f"https://example.org/?r={CANARY}")),
    "a link to another machine": action("GoToR", F=_UNC, D=[0, Name.Fit]),
    "a link into another file": action("GoToE", F=_UNC, D=[0, Name.Fit]),
    "a program to start": action("Launch", F=_UNC, Win=Dictionary(F=SAID)),
    "a form to send": action("SubmitForm", F=Dictionary(FS=Name.URL, F=SAID)),
    "data to fetch": action("ImportData", F=_UNC),
    "a script": action("JavaScript", JS=SAID),
    "a film": action("Rendition", JS=SAID, R=Dictionary(N=SAID)),
    "an old film": action("Movie", T=SAID),
    "a rich film": action("RichMediaExecute", CMD=Dictionary(C=SAID)),
    "a script after a jump": annotated(
        A=Dictionary(S=Name.GoTo, D=String("uno"), Next=Array([Dictionary(S=Name.URI, URI=SAID)]))
    ),
    "a link of a link": annotated(PA=Dictionary(S=Name.URI, URI=SAID)),
    "a link that follows the mouse": annotated(AA=Dictionary(E=Dictionary(S=Name.URI, URI=SAID))),
}  # fmt: skip

NOT_UNDERSTOOD: dict[str, Plant] = {
    "a photo among the content": content(b"BI /W 1 /H 1 /CS /RGB /BPC 8 /F /DCT ID " + jpeg() + b" EI"),
    "a wrapped photo among the content": content(
        b"BI /W 1 /H 1 /CS /RGB /BPC 8 /F [/A85 /DCT] ID " + base64.a85encode(jpeg()) + b"~> EI"
    ),
    "a picture among the content that says more": content(
        b"BI /W 1 /H 1 /CS /G /BPC 8 /De (" + TOLD + b") ID a EI"
    ),
    "words where none belong": content(b"(" + TOLD + b") 0 0 9 9 re f"),
    "a photo wrapped within": lambda d, p: photo(d, p, jpeg(), Array([Name.DCTDecode, Name.FlateDecode])),
    "a packing nobody knows": lambda d, p: photo(d, p, TOLD, Name.Nueva),
    "a photo that is none": lambda d, p: photo(d, p, TOLD, Name.DCTDecode),
    "a photo with a marker of its own": lambda d, p: photo(
        d, p, jpeg()[:2] + b"\xff\xf3" + (2 + len(TOLD)).to_bytes(2) + TOLD + jpeg()[2:], Name.DCTDecode
    ),
    "a scan that is none": lambda d, p: photo(d, p, TOLD, Name.JPXDecode),
    "a content packed as a photo": lambda d, p: p.__setitem__(
        "/Contents", d.make_stream(jpeg(), Filter=Name.DCTDecode)
    ),
}  # fmt: skip


def colours_as_they_are() -> bytes:
    """A photo whose colours stand as they are, which only its parameters say."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 90)).save(out, "JPEG", keep_rgb=True, comment=TOLD)
    return out.getvalue()
