# SPDX-License-Identifier: Apache-2.0
"""Files sealed as streams: what comes back is what went in, and nothing that was touched comes back whole."""

import hashlib
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.library.crypto.make_stream_vectors import long_content, sealed_with_salt

from tejido.crypto import CannotOpen, Context, StreamSealer, new_key, open_stream, seal_stream, sealed_length, streams

HERE = Context(node="mx", table="files", record="one", field="blob", key_id="k1")
KEY = new_key()
HEAD, TAG = 33, 16
FILES = sorted((Path(__file__).parent / "vectors").glob("streams_v*.json"))


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of 64 bytes and no least size: every boundary comes within reach of a test."""
    monkeypatch.setattr(streams, "CHUNK", 64)
    monkeypatch.setattr(streams, "_ROOM", 60)
    monkeypatch.setattr(streams, "_LEAST", 1)
    return 64 + TAG


def sealed(content, key=KEY, context=HERE):
    return b"".join(seal_stream(key, [content], context))


def opened(blob, key=KEY, context=HERE):
    return b"".join(open_stream(key, [blob], context))


def chunks_of(blob, size):
    return [blob[at : at + size] for at in range(HEAD, len(blob), size)]


@pytest.mark.parametrize("length", [0, 1, 4095, 4096, streams._ROOM - 1, streams._ROOM, streams._ROOM + 1,
                                    2 * streams._ROOM, streams.CHUNK, 3 * streams.CHUNK + 5])  # fmt: skip
def test_a_file_comes_back_whole_and_is_as_long_as_foretold(length):
    content = long_content(length)
    blob = sealed(content)
    assert opened(blob) == content
    assert len(blob) == sealed_length(length)
    assert length < 32 or content[:32] not in blob


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parts=st.lists(st.binary(max_size=200), max_size=8), cut=st.integers(1, 97))
def test_it_does_not_matter_in_what_pieces_it_comes(small_chunks, parts, cut):
    blob = b"".join(seal_stream(KEY, parts, HERE))
    pieces = [blob[at : at + cut] for at in range(0, len(blob), cut)]
    assert b"".join(open_stream(KEY, pieces, HERE)) == b"".join(parts)
    assert len(blob) == sealed_length(sum(map(len, parts)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(length=st.integers(0, 400), data=st.data())
def test_a_bit_turned_anywhere_is_seen(small_chunks, length, data):
    blob = bytearray(sealed(bytes(length)))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        opened(bytes(blob))


def test_a_stream_cut_off_anywhere_is_seen(small_chunks):
    blob = sealed(b"x" * 250)
    for length in range(len(blob)):
        with pytest.raises(CannotOpen):
            opened(blob[:length])
    with pytest.raises(CannotOpen):
        opened(blob + b"\0")


def test_chunks_left_out_doubled_reordered_or_of_another_file_are_seen(small_chunks):
    one, two = sealed(b"a" * 200), sealed(b"b" * 200)
    parts, others = chunks_of(one, small_chunks), chunks_of(two, small_chunks)
    assert len(parts) > 3
    for at in range(len(parts)):
        touched = [
            parts[:at] + parts[at + 1 :],
            parts[: at + 1] + parts[at:],
            [*parts[:at], others[at], *parts[at + 1 :]],
        ]
        if at:
            touched.append([*parts[: at - 1], parts[at], parts[at - 1], *parts[at + 1 :]])
        for chunks in touched:
            with pytest.raises(CannotOpen):
                opened(one[:HEAD] + b"".join(chunks))
    with pytest.raises(CannotOpen):
        opened(two[:HEAD] + b"".join(parts))


@pytest.mark.parametrize("part", ["node", "table", "record", "field", "key_id"])
def test_a_stream_of_another_place_or_key_does_not_open(part):
    blob = sealed(b"content")
    for key, context in ((KEY, replace(HERE, **{part: "other"})), (new_key(), HERE)):
        with pytest.raises(CannotOpen):
            opened(blob, key, context)


def test_a_later_version_and_nothing_at_all_do_not_open():
    blob = sealed(b"content")
    for wrong in (bytes([2]) + blob[1:], blob[:HEAD], b"", b"\1"):
        with pytest.raises(CannotOpen):
            opened(wrong)


def test_exact_sizes_do_not_show():
    assert len({sealed_length(length) for length in range(4097)}) == 1
    lengths = [sealed_length(length) for length in range(1_000_000, 2_000_000, 977)]
    assert len(set(lengths)) < 40
    assert all(sealed_length(n) < n * 1.13 for n in range(10_000, 3_000_000, 70_001))


def test_equal_files_look_different():
    assert sealed(b"same") != sealed(b"same")


def test_memory_does_not_grow_with_the_file():
    def peak(megabytes):
        tracemalloc.start()
        part = bytes(64 * 1024)
        sealer = StreamSealer(KEY, HERE)

        def pieces():
            yield sealer.head
            for _ in range(16 * megabytes):
                yield sealer.update(part)
            yield from sealer.finish()

        assert sum(map(len, open_stream(KEY, pieces(), HERE))) == megabytes * 1024 * 1024
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(64) < 1.5 * peak(4)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_streams_sealed_once_open_for_ever(path):
    kept = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    key, context = bytes.fromhex(kept["key"]), Context(**kept["context"])
    assert opened(bytes.fromhex(kept["stream"]), key, context) == bytes.fromhex(kept["plaintext"])
    assert sealed_length(kept["long_length"]) == kept["long_sealed_length"]
    content = long_content(kept["long_length"])
    again = sealed_with_salt(key, bytes.fromhex(kept["salt"]), content, context)
    assert hashlib.sha256(again).hexdigest() == kept["long_stream_sha256"]
    assert opened(again, key, context) == content


def test_there_are_streams_of_the_first_version():
    assert FILES[0].name == "streams_v1.json"
