# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file a backup is: sealed to a key that is not on the machine, read and written in constant memory.

Mark (16 bytes) ‖ length of the box (4) ‖ box with the stream's key ‖ sealed stream. The stream is a tar archive whose
last member, `manifest.json`, names every other with its SHA-256 and is signed by the node's transport key: whoever
knows only the public key can make a backup, but none that is taken for this node's.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tejido.crypto import (
    BadSignature,
    BoxKey,
    CannotOpen,
    Context,
    PublicKey,
    SigningKey,
    Verifier,
    new_key,
    open_box,
    open_stream,
    seal_box,
    seal_stream,
)
from tejido.vocabulary import BadInput

MANIFEST = "manifest.json"
_MARK = b"tejido-backup 1\n"
_INFO = b"tejido/backup/1\x00"
_CONTEXT = Context("", "backup", "", "archive", "1")
_PART = 1 << 20
_LARGEST_MANIFEST = 64 << 20
_KEY_MARK = "tejido-backup-key 1"


def write_backup(
    target: Path, files: Iterable[tuple[str, Path]], *, facts: dict[str, Any], to: PublicKey, transport: SigningKey,
    part: Path,
) -> None:  # fmt: skip
    """Seal `files` (name inside, path) and their manifest into `target`: the whole file or none under that name.

    Until it is whole it is called `part`, in the same folder: nothing but what is sealed is ever written there.
    """
    key = new_key()
    box = seal_box(to, key, _INFO)
    try:
        # A new file: on a disk that others write to, that name may be a link to a file of ours.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_MARK + len(box).to_bytes(4, "big") + box)
            for sealed in seal_stream(key, _archive(files, facts, transport), _CONTEXT):
                file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def read_backup(
    source: Path, key: BoxKey, *, each: Callable[[str, Iterator[bytes]], None] | None = None
) -> dict[str, Any]:
    """The manifest as it was signed, once the whole file was read and every digest fits; raises `BadInput`.

    `each` is given every member's name and parts as they come: genuine, but not yet known to be complete.
    """
    seen: dict[str, str] = {}
    signed: dict[str, Any] = {}
    try:
        with source.open("rb") as file:
            for name, parts in _members(_opened(file, key)):
                if name == MANIFEST:
                    signed = json.loads(b"".join(parts))
                    continue
                digest = hashlib.sha256()
                hashed = _hashed(parts, digest)
                if each is not None:
                    each(name, hashed)
                for _rest in hashed:
                    pass
                seen[name] = digest.hexdigest()
        whole = signed.get("manifest", {}).get("files") == seen
    except (CannotOpen, tarfile.TarError, ValueError, EOFError, AttributeError):
        whole = False
    if not whole:
        raise BadInput("backup.damaged", en="this backup is damaged, cut short, or sealed to another key",
                       es="este respaldo está dañado, incompleto o sellado para otra llave",
                       where=str(source))  # fmt: skip
    return signed


def check_signature(signed: dict[str, Any], transport: Verifier, *, where: str) -> dict[str, Any]:
    """The manifest, once it is this node's; raises `BadInput`."""
    try:
        transport.verify(_statement(signed["manifest"]), bytes.fromhex(signed["signature"]))
    except (BadSignature, KeyError, ValueError):
        raise BadInput("backup.other", en="this backup was not made by the node of that environment file",
                       es="este respaldo no lo hizo la organización de ese archivo de entorno",
                       where=where) from None  # fmt: skip
    return dict(signed["manifest"])


def write_key(path: Path, key: BoxKey) -> None:
    """Keep the private half in a file of its own, to be taken away from this machine."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{_KEY_MARK}\n{key.raw.hex()}\n")


def read_key(path: Path) -> BoxKey:
    """What `write_key` kept; raises `BadInput`."""
    try:
        mark, written = path.read_text(encoding="ascii").split("\n")[:2]
        raw = bytes.fromhex(written)
    except (ValueError, UnicodeDecodeError):
        mark, raw = "", b""
    if mark != _KEY_MARK or len(raw) != 96:
        raise BadInput("backup.key", en="not a backup key; expected the file backup.key",
                       es="no es una llave de respaldo; se esperaba el archivo backup.key",
                       where=str(path))  # fmt: skip
    return BoxKey(raw)


def _archive(files: Iterable[tuple[str, Path]], facts: dict[str, Any], transport: SigningKey) -> Iterator[bytes]:
    digests: dict[str, str] = {}
    for name, path in files:
        try:
            file = path.open("rb")
        except FileNotFoundError:  # shredded since the list was made
            continue
        with file:
            digest = hashlib.sha256()
            yield from _member(name, file, os.fstat(file.fileno()).st_size, digest)
            digests[name] = digest.hexdigest()
    manifest = {**facts, "files": digests}
    signature = transport.sign(_statement(manifest)).hex()
    raw = json.dumps({"manifest": manifest, "signature": signature}, sort_keys=True).encode()
    yield from _member(MANIFEST, io.BytesIO(raw), len(raw), hashlib.sha256())
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(name: str, file: IO[bytes], size: int, digest: Any) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    yield info.tobuf(tarfile.PAX_FORMAT)
    left = size
    while left:
        part = file.read(min(left, _PART))
        if not part:
            raise OSError(f"{name} became shorter while it was read")
        left -= len(part)
        digest.update(part)
        yield part
    yield bytes(-size % tarfile.BLOCKSIZE)


def _opened(file: IO[bytes], key: BoxKey) -> Iterator[bytes]:
    if file.read(len(_MARK)) != _MARK:
        raise CannotOpen
    box = file.read(int.from_bytes(file.read(4), "big") & 0xFFFF)
    return open_stream(open_box(key, box, _INFO), iter(lambda: file.read(_PART), b""), _CONTEXT)


def _members(parts: Iterator[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    with tarfile.open(fileobj=_Flow(parts), mode="r|") as archive:  # type: ignore[call-overload]
        for info in archive:
            file = archive.extractfile(info) if info.isreg() else None
            path = PurePosixPath(info.name)
            if file is None or path.is_absolute() or ".." in path.parts:
                raise CannotOpen
            if info.name == MANIFEST and info.size > _LARGEST_MANIFEST:
                raise CannotOpen
            yield info.name, iter(lambda file=file: file.read(_PART), b"")  # type: ignore[misc]
    for _rest in parts:  # to the end: only then is it known that nothing is missing
        pass


def _hashed(parts: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for part in parts:
        digest.update(part)
        yield part


def _statement(manifest: dict[str, Any]) -> bytes:
    return _INFO + json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()


class _Flow(io.RawIOBase):
    """Parts that come one after the other, as a file that is read once."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._held = parts, b""

    def read(self, size: int = -1) -> bytes:
        held = [self._held]
        length = len(self._held)
        while size < 0 or length < size:
            part = next(self._parts, b"")
            if not part:
                break
            held.append(part)
            length += len(part)
        whole = b"".join(held)
        taken = len(whole) if size < 0 else size
        self._held = whole[taken:]
        return whole[:taken]
