# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page's content stream draws, without its remarks and the notes that programs write between."""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tejido.web.files.boxes import NotUnderstood

_DRAWS = frozenset(re.findall(r"\S+", """
    b B b* B* BT BX c cm CS cs d d0 d1 Do EMC ET EX f F f* G g gs h i J j K k l M m n q Q re RG rg ri s S SC sc SCN scn
    sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' "
"""))  # fmt: skip
_WRITES = frozenset(["Tj", "TJ", "'", '"'])  # the only ones with words
_UNPACKED_BY_ALL = frozenset({
    "/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode",
})  # fmt: skip
_OF_AN_IMAGE = frozenset({
    "/BitsPerComponent", "/ColorSpace", "/Decode", "/DecodeParms", "/Filter", "/Height", "/ImageMask", "/Intent",
    "/Interpolate", "/Width", "/Length", "/L",
})  # fmt: skip


def drawing(stream: Any, content: bytes) -> bytes:
    """The same drawing. Raises where a picture within it is packed in a way that can hold notes."""
    if not content.strip():
        return b""
    kept = []
    for each in pikepdf.parse_content_stream(stream):
        operator, operands = str(each.operator), list(each.operands)
        if operator == "INLINE IMAGE":
            _refuse_notes(each.iimage)  # type: ignore[union-attr]
        elif operator in ("BMC", "BDC"):
            each = _marked(operands)
        elif operator not in _DRAWS:
            continue  # a mark with nothing in it, or nothing that a reader knows
        elif operator not in _WRITES and any(isinstance(value, (String, Dictionary)) for value in operands):
            raise NotUnderstood("words where none belong")
        kept.append(each)
    return pikepdf.unparse_content_stream(kept)


def _marked(operands: list[Any]) -> pikepdf.ContentStreamInstruction:
    """A layer's name decides what is seen; whatever else is said about a part of the page is not seen."""
    tag = operands[0] if operands and isinstance(operands[0], Name) else Name.Span
    if tag == Name.OC and len(operands) == 2 and isinstance(operands[1], Name):
        return pikepdf.ContentStreamInstruction(operands, pikepdf.Operator("BDC"))
    return pikepdf.ContentStreamInstruction([Name.Span if tag == Name.OC else tag], pikepdf.Operator("BMC"))


def _refuse_notes(image: Any) -> None:
    packed = set(image.filters)
    if not packed <= _UNPACKED_BY_ALL or not set(image.obj.keys()) <= _OF_AN_IMAGE or not _has_only_values(image.obj):
        raise NotUnderstood("a picture in a page's content")


def _has_only_values(image: Any) -> bool:
    values = [value for key, value in image.items() if key not in ("/DecodeParms", "/ColorSpace")]
    return not any(isinstance(value, (Array, String, Dictionary)) and _words(value) for value in values)


def _words(value: Any) -> bool:
    return any(_words(each) for each in value) if isinstance(value, Array) else isinstance(value, (String, Dictionary))
