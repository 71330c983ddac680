# SPDX-License-Identifier: Apache-2.0
"""The file of tombstones says of which day it is, signed; no line of it is lost for the date's sake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from tejido.crypto import SigningKey
from tejido.web.upkeep import tombstones
from tejido.web.upkeep.tombstone_lines import FILE, chain_of, date_line, date_of, read_lines
from tejido.web.upkeep.tombstones import add_tombstone, keep_file, kept_lines

_ENTRY = {"table": "case", "record": "0", "day": "2026-11-27", "basis": "mistake", "rows": []}


@pytest.fixture
def listed(cast, tmp_path):
    """The file with two lines in a folder of its own, and how to add one more."""

    def one_more():
        add_tombstone(dict(_ENTRY), transport=settings.TEJIDO.transport.signing, by=cast.member("bilal"))

    one_more()
    one_more()
    keep_file(tmp_path)
    return tmp_path / FILE, one_more


def _read(path):
    known = settings.TEJIDO.transport.known
    lines = read_lines(path.read_bytes(), known, where=FILE)
    return lines, date_of(path.read_bytes(), lines, known)


def test_the_file_ends_with_the_moment_at_which_it_was_the_whole_list(listed):
    path, _one_more = listed
    lines, as_of = _read(path)
    assert [line.number for line in lines] == [1, 2]
    assert abs(timezone.now() - as_of) < timedelta(minutes=1)


def test_an_empty_list_is_dated_too(cast, tmp_path):
    keep_file(tmp_path)
    lines, as_of = _read(tmp_path / FILE)
    assert lines == []
    assert as_of is not None


def test_a_date_holds_for_its_own_list_and_key_alone(listed):
    path, _one_more = listed
    raw, known = path.read_bytes(), settings.TEJIDO.transport.known
    chain, date = chain_of(raw), raw.removeprefix(chain_of(raw))
    first = chain.splitlines(keepends=True)[0]
    strange = date_line(kept_lines(), timezone.now(), SigningKey.generate())
    later = date.replace(b'"as_of":"20', b'"as_of":"21')
    for wrong in (chain, first, first + date, date, chain + strange, chain + later, chain + b'{"as_of":7}\n', b""):
        lines = read_lines(wrong, known, where=FILE)
        assert date_of(wrong, lines, known) is None, wrong


def test_it_is_dated_anew_once_an_hour_and_with_every_line(listed, monkeypatch):
    path, one_more = listed
    first = path.read_bytes()
    assert keep_file(path.parent) == 0
    assert path.read_bytes() == first
    assert not tombstones.file_is_old(path.parent)
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(tombstones.timezone, "now", lambda: later)
    assert tombstones.file_is_old(path.parent)
    assert keep_file(path.parent) == 0
    assert chain_of(path.read_bytes()) == chain_of(first)
    assert _read(path)[1] == later.replace(microsecond=0)
    one_more()
    assert keep_file(path.parent) == 1
    assert [line.number for line in _read(path)[0]] == [1, 2, 3]


def test_a_file_broken_off_anywhere_is_completed(listed):
    path, one_more = listed
    whole = path.read_bytes()
    one_more()
    keep_file(path.parent)
    longer = path.read_bytes()
    for raw in (whole, longer):
        for length in range(len(raw)):
            path.write_bytes(raw[:length])
            keep_file(path.parent)
            assert chain_of(path.read_bytes()) == chain_of(longer), length
            assert _read(path)[1] is not None, length


def test_a_file_that_says_otherwise_is_left_as_it_is(listed):
    path, one_more = listed
    altered = path.read_bytes().replace(b"mistake", b"retention")
    path.write_bytes(altered)
    one_more()
    assert keep_file(path.parent) == 0
    assert path.read_bytes() == altered
