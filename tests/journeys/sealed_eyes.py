# SPDX-License-Identifier: Apache-2.0
"""Eyes that read bytes: finds a word in any of the ways a careless program would write it to a disk."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import quopri
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

# How a word could lie about. Each makes bytes of text, as it would stand in the middle of more of it.
ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "latin-1": lambda text: text.encode("latin-1"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one byte on": lambda text: base64.b64encode(b"x" + text.encode()),
    "base64, two bytes on": lambda text: base64.b64encode(b"xy" + text.encode()),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "json": lambda text: json.dumps(text).encode(),
    "zlib": lambda text: zlib.compress(text.encode()),
    "gzip": lambda text: gzip.compress(text.encode(), mtime=0),
    "quoted-printable": lambda text: quopri.encodestring(text.encode(), quotetabs=True).replace(b"=\n", b""),
    "in an address": lambda text: quote(text, safe="").encode(),
    "in a form": lambda text: quote_plus(text).encode(),
    "HTML, decimal": lambda text: "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text).encode(),
    "HTML, hex": lambda text: "".join(f"&#x{ord(c):x};" if ord(c) > 127 else c for c in text).encode(),
    "UPPER": lambda text: text.upper().encode(),
    "lower": lambda text: text.lower().encode(),
    "without accents": lambda text: _plain(text).encode(),
    "backwards": lambda text: text[::-1].encode(),
    "deflate": lambda text: _deflated(text.encode()),
}
_LONGEST = 200_000  # bytes of one compressed stream that are looked at
_GZIP, _ZLIB = b"\x1f\x8b\x08", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def _deflated(raw: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(raw) + packer.flush()


def _plain(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def needles(word: str) -> dict[str, bytes]:
    """Bytes that betray `word`, by encoding. In base64 only the part that does not depend on its neighbours."""
    raw = word.encode()
    found = {
        "utf-8": raw,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "json": json.dumps(word)[1:-1].encode(),
    }
    for how in ("quoted-printable", "in an address", "in a form", "HTML, decimal", "HTML, hex", "UPPER", "lower",
                "without accents", "backwards"):  # fmt: skip
        found[how] = ENCODINGS[how](word)
    found["address, lower"] = re.sub(rb"%[0-9A-F]{2}", lambda part: part[0].lower(), found["in an address"])
    for how, text in (("UPPER without accents", _plain(word).upper()), ("lower without accents", _plain(word).lower())):
        found[how] = text.encode()
    with contextlib.suppress(UnicodeEncodeError):
        found["latin-1"] = word.encode("latin-1")
    for place in range(3):
        # Three bytes make four letters: a letter that holds bits of a neighbour is left out, on both sides.
        inside = base64.b64encode(b"\x00" * place + raw)
        first = (8 * place + 5) // 6
        last = 8 * (place + len(raw)) // 6
        found[f"base64 {place}"] = inside[first:last]
        found[f"base64url {place}"] = inside[first:last].translate(bytes.maketrans(b"+/", b"-_"))
    return found


def seen(body: bytes, words: Iterable[str]) -> set[tuple[str, str]]:
    """(word, how it was written) for each of `words` that lies in `body` or in a compressed stream inside it."""
    texts = [("", body), *(("compressed ", text) for text in _unpacked(body))]
    return {
        (word, prefix + how)
        for word in words for how, needle in needles(word).items() for prefix, text in texts if needle in text
    }  # fmt: skip


def _unpacked(body: bytes) -> Iterator[bytes]:
    """What every compressed stream in `body` holds: gzip and zlib wherever they begin, bare deflate at the start."""
    starts = [(0, -15)]
    for mark, wbits in ((_GZIP, 31), *((each, 15) for each in _ZLIB)):
        place = body.find(mark)
        while place >= 0:
            starts.append((place, wbits))
            place = body.find(mark, place + 1)
    for place, wbits in starts:
        opener = zlib.decompressobj(wbits=wbits)
        try:
            text = opener.decompress(body[place : place + _LONGEST], _LONGEST)
        except zlib.error:
            continue
        if text:
            yield text


def search(folders: Iterable[Path], words: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """What is seen in every file under `folders`, by path; files in which nothing is seen are left out."""
    chosen = tuple(words)
    found = {}
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            what = seen(path.read_bytes(), chosen)
            if what:
                found[str(path)] = what
    return found
