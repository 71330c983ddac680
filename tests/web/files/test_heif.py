# SPDX-License-Identifier: Apache-2.0
"""HEIC and AVIF: the picture stays byte for byte, what it told is zeros; what is not understood is not touched."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tejido.web.files.boxes import NotUnderstood, boxes_in, merged, without
from tejido.web.files.heif import clean_heif
from tests.web.files import boxed
from tests.web.files.boxed import Entry, Heic, box, full_box
from tests.web.files.carried import CANARY
from tests.web.files.test_cleaner import clean

TOLD = CANARY.encode()
HEIC, AVIF = boxed.heic(), boxed.avif()
NOT_SHOWN = (OSError, ValueError, SyntaxError, EOFError, RuntimeError)
UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
POINTS, SAID = boxed.shown(AVIF)


@pytest.mark.parametrize("kind", boxed.BOXED)
def test_what_a_photo_told_is_gone_and_its_points_stand_where_they_stood(kind):
    data = boxed.BOXED[kind]()
    assert data.count(TOLD) > 3
    found = clean(data, kind)
    assert TOLD not in found
    assert len(found) == len(data)
    assert clean_heif(found) == found
    outer = [b"free" if b.type in (b"uuid", b"mpvd") else b.type for b in boxes_in(data, 0, len(data))]
    assert [b.type for b in boxes_in(found, 0, len(found))] == outer


def test_a_real_avif_opens_as_before_and_says_nothing():
    assert {"exif", "xmp", 0x010F} <= SAID.keys()
    points, said = boxed.shown(clean_heif(AVIF))
    assert points == POINTS
    assert "xmp" not in said
    assert {key for key in said if isinstance(key, int)} <= {0x0112}  # which way up, made of the picture's own property
    colours = ImageCms.ImageCmsProfile(io.BytesIO(said["icc_profile"]))
    assert not ImageCms.getProfileDescription(colours).strip()
    as_before = ImageCms.ImageCmsProfile(io.BytesIO(SAID["icc_profile"]))
    plain, target = Image.frombytes("RGB", (64, 48), POINTS), ImageCms.createProfile("LAB")
    seen = [ImageCms.profileToProfile(plain, each, target, outputMode="LAB") for each in (colours, as_before)]
    assert seen[0].tobytes() == seen[1].tobytes()


def test_the_picture_itself_is_kept_and_its_thumbnail_is_not():
    found = clean_heif(HEIC)
    assert boxed.PIXELS in found
    assert boxed.TILE in found
    assert b"what was cut off" not in found
    assert found.count(b"free\0") >= 6
    for gone in (b"Exif", b"mime", b"uri ", b"mpvd", b"uuid"):
        assert gone not in found


@pytest.mark.parametrize("version", [0, 1])
def test_both_ways_of_saying_where_an_item_is_are_read(version):
    built = [replace(item, method=0) for item in boxed.items()]
    assert TOLD not in clean_heif(Heic(version=version, items=built).build())


def _item(number: int, **changes) -> list[Entry]:
    return [replace(item, **changes) if item.number == number else item for item in boxed.items()]


REFUSED = {
    "an item made of other items": Heic(items=_item(4, method=2)),
    "an item in another file": Heic(items=_item(4, elsewhere=1)),
    "an item that is locked": Heic(items=_item(2, protected=1)),
    "a sort of item we do not know": Heic(items=_item(2, type=b"jpeg")),
    "two items of one number": Heic(items=[*boxed.items(), boxed.items()[1]]),
    "no bytes": Heic(items=_item(4, data=b"")),
    "a thumbnail that is also a tile": Heic(references=[(b"dimg", 1, 3), (b"thmb", 3, 1)]),
    "notes as the picture": Heic(primary=4),
    "no picture": Heic(primary=9),
    "a thumbnail of nothing": Heic(references=[(b"thmb", 9, 1)]),
    "a property we do not know": Heic(properties=[*boxed.PROPERTIES, box(b"newp", TOLD)]),
    "a profile that is none": Heic(properties=[box(b"colr", b"prof", TOLD)]),
    "a box we do not know in its notes": Heic(in_meta=box(b"ipro", bytes(4))),
    "two places for its own bytes": Heic(in_meta=box(b"idat", TOLD)),
    "a film": Heic(after=box(b"moov", TOLD)),
    "something after its end": Heic(after=TOLD),
    "a second one": Heic(after=full_box(b"meta", 0)),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_not_understood_is_not_touched(why):
    with pytest.raises(NotUnderstood):
        clean_heif(REFUSED[why].build())


def test_notes_that_lie_within_the_picture_or_outside_its_store_are_not_touched():
    at = HEIC.index(b"iloc") + 12
    row = 28  # of one item: number, method, file, base, and two parts
    rows = [HEIC[at + row * n : at + row * (n + 1)] for n in range(6)]
    over = rows[3][:2] + rows[1][2:]  # the notes where the tile is
    assert int.from_bytes(over[:2]) == 4
    outside = rows[3][:6] + (12).to_bytes(4) + rows[3][10:]
    for row_of_notes in (over, outside):
        with pytest.raises(NotUnderstood):
            clean_heif(HEIC.replace(rows[3], row_of_notes))


@UNHURRIED
@given(st.binary(max_size=400))
def test_noise_is_refused_and_nothing_else_happens(noise):
    for data in (noise, HEIC[:32] + noise, HEIC + noise):
        with contextlib.suppress(NotUnderstood):
            clean_heif(data)


_spoilt = st.lists(st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4)


def _spoil(data: bytes, changes: list[tuple[int, bytes]], end: int) -> bytes:
    spoilt = bytearray(data)
    for at, new in changes:
        at %= end
        spoilt[at : at + len(new)] = new[: len(data) - at]
    return bytes(spoilt)


def _untouchable(data: bytes) -> list[tuple[int, int]]:
    """Whatever says how the file is built: the picture must be found where it was."""
    found = []
    for outer in boxes_in(data, 0, len(data), last_may_be_open=True):
        found.append((outer.start, outer.start + 4))
        if outer.type == b"ftyp":
            found.append((outer.start, outer.end))
        if outer.type == b"meta":
            inner = boxes_in(data, outer.body + 4, outer.end)
            found += [(each.start, each.start + 4) for each in inner]
            found += [(e.start, e.end) for e in inner if e.type in (b"pitm", b"iloc", b"iref", b"dinf", b"grpl")]
    return found


@UNHURRIED
@given(_spoilt, st.sampled_from([HEIC, AVIF]))
def test_a_spoilt_file_is_refused_or_stays_built_as_it_was(changes, data):
    spoilt = _spoil(data, changes, len(data))
    try:
        found = clean_heif(spoilt)
    except NotUnderstood:
        return
    assert len(found) == len(spoilt)
    changed = [at for at in range(len(found)) if found[at] != spoilt[at]]
    assert not without([(at, at + 1) for at in changed], without([(0, len(found))], _untouchable(spoilt)))
    assert all(found[at] in b"\0free" for at in changed)
    assert clean_heif(found) == found


@settings(UNHURRIED, max_examples=40, derandomize=True)  # the judge is C: the same files each time
@given(_spoilt)
def test_a_spoilt_avif_shows_what_it_showed_or_is_refused(changes):
    """Another's reader is the judge: no point of what it showed may change."""
    spoilt = _spoil(AVIF, changes, AVIF.index(b"mdat"))
    try:
        found = clean_heif(spoilt)
        points, _said = boxed.shown(spoilt)
    except (NotUnderstood, *NOT_SHOWN):
        return
    now, said = boxed.shown(found)
    assert now == points
    assert "xmp" not in said


_ranges = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda pair: (pair[0], sum(pair))), max_size=6)


@UNHURRIED
@given(_ranges, _ranges)
def test_ranges_are_sets_of_bytes(one, other):
    def members(ranges):
        return {at for start, end in ranges for at in range(start, end)}

    assert members(without(one, other)) == members(one) - members(other)
    assert members(merged(one)) == members(one)
