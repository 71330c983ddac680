# SPDX-License-Identifier: Apache-2.0
"""Makes the sealed streams of a new format version, once: `./run python tests/library/crypto/make_stream_vectors.py 2`.

Files that exist are never written again: what was sealed years ago must open for ever.
"""

import hashlib
import json
import sys
from pathlib import Path

from tejido.crypto import Context, new_key, seal_stream, sealed_length, streams

FOLDER = Path(__file__).parent / "vectors"
CONTEXT = Context(node="mx", table="files", record="1b4e28ba-2fa1-41d2-883f-0016d3cca427", field="blob", key_id="k1")
WORDS = "Contrato de trabajo, página 1. Ñ".encode()


def long_content(length: int) -> bytes:
    """Bytes anyone can make again."""
    return b"".join(hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(length // 32 + 1))[:length]


def sealed_with_salt(key: bytes, salt: bytes, content: bytes, context: Context) -> bytes:
    """The stream as it comes out with a salt that is known beforehand."""
    real = streams.os.urandom
    streams.os.urandom = lambda _size: salt
    try:
        return b"".join(seal_stream(key, [content], context))
    finally:
        streams.os.urandom = real


def vectors() -> dict[str, object]:
    key, salt, long = new_key(), new_key(), 2 * streams.CHUNK + 777
    return {
        "context": vars(CONTEXT),
        "key": key.hex(),
        "plaintext": WORDS.hex(),
        "stream": b"".join(seal_stream(key, [WORDS], CONTEXT)).hex(),
        "salt": salt.hex(),
        "long_length": long,
        "long_sealed_length": sealed_length(long),
        "long_stream_sha256": hashlib.sha256(sealed_with_salt(key, salt, long_content(long), CONTEXT)).hexdigest(),
    }


if __name__ == "__main__":
    with (FOLDER / f"streams_v{int(sys.argv[1])}.json").open("x", encoding="utf-8") as out:
        json.dump({"licence": "Apache-2.0", "vectors": vectors()}, out, indent=1, ensure_ascii=False)
        out.write("\n")
