# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a PDF (ISO 32000-2) draws its pages, by where it stands. A key that is not named here is not kept.

So nothing has to be known about the many places for authors, programs, dates, paths, scripts and attached files.
"""

from __future__ import annotations

# A part, and its keys; `key=part` where something stands below, `key=*part` where that has a name of its own first.
_PARTS = """
catalog: Type Version Lang PageLayout PageMode Pages=page PageLabels=labels Names=names Dests=*dest Outlines=outline
  OCProperties=layers AcroForm=form
page: Type Kids=page Parent Count Resources=resources MediaBox CropBox BleedBox TrimBox ArtBox Rotate UserUnit
  Contents=content Group=group Annots=remark
labels: Type S P St Kids=labels Nums=labels Limits
names: Dests=tree
tree: Kids=tree Names=pairs Limits
target: D=dest
outline: Type Title First=outline Last=outline Next=outline Prev=outline Parent=outline Count Dest=dest A=action C F
action: Type S D=dest N
layers: OCGs=layer D=setting
setting: BaseState ON=layer OFF=layer Order=layer Intent RBGroups=layer Locked=layer ListMode
layer: Type Name Intent OCGs=layer P VE=layer

form: Fields=field DA Q NeedAppearances DR=resources
field: FT Parent=field Kids=field T Ff V I TI Opt MaxLen +annotation
annotation: Type Subtype Rect Contents F AP=appearance AS Border C OC=layer QuadPoints L LE IC Vertices InkList
  BS=border BE=border RD CA ca BM CL DA Q Dest=dest A=action H Open Name Sy Rotate Path LL LLE LLO Cap IT MK=button
appearance: N=state R=state D=state
border: Type W S D I
button: R BC BG CA RC AC TP I=xform RI=xform IX=xform IF=fit
fit: SW S A FB

resources: ProcSet ExtGState=*gstate ColorSpace=*colour Pattern=*pattern Shading=*shading XObject=*xobject Font=*font
  Properties=*property
gstate: Type LW LC LJ ML D RI OP op OPM Font=font BG=function BG2=function UCR=function UCR2=function TR=function
  TR2=function FL SM SA BM SMask=mask CA ca AIS TK UseBlackPtComp
mask: Type S G=xform BC TR=function
group: Type S CS=colour I K
xform: Type Subtype FormType BBox Matrix Resources=resources Group=group OC=layer
image: Type Subtype Width Height ColorSpace=colour BitsPerComponent Intent ImageMask Mask=image Decode Interpolate
  SMask=image SMaskInData Matte OC=layer
pattern: Type PatternType PaintType TilingType BBox XStep YStep Matrix Resources=resources Shading=shading
  ExtGState=gstate
shading: ShadingType ColorSpace=colour Background BBox AntiAlias Function=function Coords Domain Extend Matrix
  BitsPerCoordinate BitsPerComponent BitsPerFlag Decode VerticesPerRow
colour: N Alternate=colour Range WhitePoint BlackPoint Gamma Matrix +function
function: FunctionType Domain Range Size BitsPerSample Order Encode Decode C0 C1 N Functions=function Bounds
font: Type Subtype BaseFont FirstChar LastChar Widths FontDescriptor=descriptor Encoding=encoding ToUnicode=encoding
  DescendantFonts=font CIDSystemInfo=letters DW W DW2 W2 CIDToGIDMap=table FontBBox FontMatrix CharProcs=*content
  Resources=resources Name
descriptor: Type FontName FontFamily FontStretch FontWeight Flags FontBBox ItalicAngle Ascent Descent Leading CapHeight
  XHeight StemV StemH AvgWidth MaxWidth MissingWidth FontFile=program FontFile2=program FontFile3=program CharSet
  CIDSet=table
program: Subtype Length1 Length2 Length3
encoding: Type BaseEncoding Differences CMapName CIDSystemInfo=letters WMode UseCMap=encoding
letters: Registry Ordering Supplement
parameters: Predictor Colors BitsPerComponent Columns EarlyChange K EndOfLine EncodedByteAlign Rows EndOfBlock BlackIs1
  DamagedRowsBeforeError ColorTransform JBIG2Globals=globals
content:
table:
globals:
"""
# Only these may be streams, and each of them is looked into.
STREAMS = frozenset(
    {"content", "xform", "pattern", "image", "shading", "colour", "function", "program", "encoding", "table", "globals"}
)
_OF_A_STREAM = {"/Length": "", "/Filter": "", "/DecodeParms": "parameters"}


def _read() -> dict[str, dict[str, str]]:
    parts: dict[str, dict[str, str]] = {}
    for line in _PARTS.replace("\n  ", " ").splitlines():
        part, _, keys = line.partition(":")
        parts[part] = dict(_OF_A_STREAM) if part in STREAMS else {}
        for key in keys.split():
            name, _, below = key.partition("=")
            parts[part]["/" + name] = below
    for known in parts.values():
        for name in [name for name in known if name.startswith("/+")]:
            del known[name]
            known |= parts[name[2:]]
    return parts


_KEPT = _read()


def below(part: str, key: str) -> str | None:
    """What stands under this key: a part's name, nothing more than values (""), or None where it is not kept."""
    return part[1:] if part.startswith("*") else _KEPT[part].get(key)
