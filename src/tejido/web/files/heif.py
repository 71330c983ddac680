# SPDX-License-Identifier: AGPL-3.0-or-later
"""HEIC and AVIF (ISO/IEC 23008-12): what tells of a photo's place, time and maker is overwritten with zeros, in place.

No length and no offset changes and no point is written anew, so that the picture opens as before. We know what draws
the picture and keep that; what is known to tell is overwritten; with anything else in it the file is not cleaned.
"""

from __future__ import annotations

from dataclasses import dataclass

from tejido.web.files import profiles
from tejido.web.files.boxes import Box, NotUnderstood, Range, Reader, boxes_in, full, only, without

_CODED = (b"hvc1", b"hvt1", b"lhv1", b"av01", b"avc1", b"vvc1")
_DRAWN = (*_CODED, b"grid", b"iovl", b"iden", b"tmap")
_NOTHING = b"free"  # a type every reader passes over
_TELLING_ITEMS = (b"Exif", b"mime", b"uri ", _NOTHING)
# mpvd and sefd: the moment before the photo as a video, with its sound, and Samsung's own notes.
_TELLING_BOXES = (b"uuid", b"udta", b"free", b"skip", b"wide", b"xml ", b"bxml", b"mpvd", b"sefd")
_OF_META = (b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat", b"dinf", b"grpl")
_DRAWING_PROPERTIES = frozenset({
    b"ispe", b"pixi", b"pasp", b"clap", b"irot", b"imir", b"iscl", b"hvcC", b"lhvC", b"av1C", b"avcC", b"vvcC", b"auxC",
    b"colr", b"clli", b"mdcv", b"cclv", b"amve", b"reve", b"ndwt", b"a1op", b"a1lx", b"lsel", b"tols", b"oinf", b"rloc",
})  # fmt: skip
# Its description, alternative text, times, and where the camera stood and how it was built.
_TELLING_PROPERTIES = (b"udes", b"altt", b"crtt", b"mdft", b"cmex", b"cmin", b"uuid", b"free", b"skip")


@dataclass(frozen=True)
class _Item:
    type: bytes
    type_at: int
    end: int


def clean_heif(data: bytes) -> bytes:
    """The same picture with zeros where it told of itself. Raises `NotUnderstood`."""
    top = boxes_in(data, 0, len(data), last_may_be_open=True)
    if (
        not top
        or top[0].type != b"ftyp"
        or any(b.type not in (b"ftyp", b"meta", b"mdat", *_TELLING_BOXES) for b in top)
    ):
        raise NotUnderstood("a box")
    meta = only(top, b"meta")
    inside = boxes_in(data, full(data, meta)[1].at, meta.end)
    if any(box.type not in (*_OF_META, *_TELLING_BOXES) for box in inside):
        raise NotUnderstood("a box")
    items = _items(data, only(inside, b"iinf"))
    telling = _telling_items(data, inside, items)
    stores = [(box.body, box.end) for box in (*top, *inside) if box.type in (b"mdat", b"idat")]
    kept = _kept(_places(data, inside), telling, stores)
    gone = [box for box in (*top, *inside) if box.type in _TELLING_BOXES]
    zeros = without(stores, kept) + [(box.body, box.end) for box in gone]
    zeros += _telling_properties(data, inside) + _names(data, inside, items)
    cleaned = bytearray(data)
    for start, end in zeros:
        cleaned[start:end] = bytes(end - start)
    for at in [items[number].type_at for number in telling] + [box.body - _to_type(box) for box in gone]:
        cleaned[at : at + 4] = _NOTHING
    return bytes(cleaned)


def _to_type(box: Box) -> int:
    return box.body - box.start - 4


def _items(data: bytes, box: Box) -> dict[int, _Item]:
    version, reader = full(data, box)
    count, items = reader.number(4 if version else 2), {}
    for entry in boxes_in(data, reader.at, box.end):
        version, reader = full(data, entry)
        if entry.type != b"infe" or version not in (2, 3):
            raise NotUnderstood("an item")
        number, protected = reader.number(4 if version == 3 else 2), reader.number(2)
        if protected or number in items:
            raise NotUnderstood("an item")
        at = reader.at
        items[number] = _Item(reader.bytes(4), at, entry.end)
    if len(items) != count or any(item.type not in (*_DRAWN, *_TELLING_ITEMS) for item in items.values()):
        raise NotUnderstood("an item")
    return items


def _telling_items(data: bytes, inside: list[Box], items: dict[int, _Item]) -> set[int]:
    """The items that go: notes, and small pictures that may show what was cut off the large one."""
    version, reader = full(data, only(inside, b"pitm"))
    primary = reader.number(4 if version else 2)
    telling = {number for number, item in items.items() if item.type in _TELLING_ITEMS}
    drawn_from = set()
    for box in inside:
        if box.type != b"iref":
            continue
        version, reader = full(data, box)
        size = 4 if version else 2
        for each in boxes_in(data, reader.at, box.end):
            inner = Reader(data, each.body, each.end)
            number, count = inner.number(size), inner.number(2)
            others = {inner.number(size) for _ in range(count)}
            drawn_from |= others if each.type in (b"dimg", b"base", b"prem", b"exbl") else set()
            if each.type == b"thmb":
                telling.add(number)
    if primary not in items or primary in telling or telling & drawn_from or not telling <= items.keys():
        raise NotUnderstood("a reference")
    if any(items[number].type not in (*_CODED, *_TELLING_ITEMS) for number in telling):
        raise NotUnderstood("a reference")
    return telling


def _places(data: bytes, inside: list[Box]) -> dict[int, list[Range]]:
    """Where each item's bytes are, by its number."""
    stored = [box for box in inside if box.type == b"idat"]
    version, reader = full(data, only(inside, b"iloc"))
    sizes = reader.number(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    if version > 2 or not {offset, length, base, index} <= {0, 4, 8} or len(stored) > 1:
        raise NotUnderstood("an item's place")
    wide, places = 4 if version == 2 else 2, dict[int, list[Range]]()
    for _ in range(reader.number(wide)):
        number, method = reader.number(wide), reader.number(2) & 15 if version else 0
        elsewhere, begin = reader.number(2), reader.number(base)
        if elsewhere or method > len(stored) or number in places:
            raise NotUnderstood("an item's place")
        begin += stored[0].body if method else 0
        places[number] = []
        for _ in range(reader.number(2)):
            reader.number(index if version else 0)
            start, size = begin + reader.number(offset), reader.number(length)
            if not size or start + size > (stored[0].end if method else len(data)):
                raise NotUnderstood("an item's place")
            places[number].append((start, start + size))
    return places


def _kept(places: dict[int, list[Range]], telling: set[int], stores: list[Range]) -> list[Range]:
    """What draws the picture, all of it where pictures are stored, and none of it what is to be overwritten."""
    kept = [place for number, each in places.items() if number not in telling for place in each]
    gone = [place for number in telling for place in places.get(number, [])]
    if without(kept + gone, stores) or _size(without(gone, kept)) != _size(without(gone, [])):
        raise NotUnderstood("an item's place")
    return kept


def _size(ranges: list[Range]) -> int:
    return sum(end - start for start, end in ranges)


def _telling_properties(data: bytes, inside: list[Box]) -> list[Range]:
    """Properties keep their type and their turn, for items name them by number."""
    found = []
    iprp = only(inside, b"iprp")
    parts = boxes_in(data, iprp.body, iprp.end)
    if any(box.type not in (b"ipco", b"ipma") for box in parts):
        raise NotUnderstood("a property")
    container = only(parts, b"ipco")
    for box in boxes_in(data, container.body, container.end):
        if box.type in _TELLING_PROPERTIES:
            found.append((box.body, box.end))
        elif box.type not in _DRAWING_PROPERTIES:
            raise NotUnderstood("a property")
        elif box.type == b"colr" and data[box.body : box.body + 4] in (b"prof", b"rICC"):
            found += profiles.telling(data, box.body + 4, box.end)
    return found


def _names(data: bytes, inside: list[Box], items: dict[int, _Item]) -> list[Range]:
    """Words that no reader needs: what the handler and the items are called."""
    hdlr = only(inside, b"hdlr")
    version, reader = full(data, hdlr)
    if version or reader.bytes(8)[4:] != b"pict":
        raise NotUnderstood("not a picture")
    reader.bytes(12)
    return [(reader.at, hdlr.end), *((item.type_at + 4, item.end) for item in items.values())]
