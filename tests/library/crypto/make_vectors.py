# SPDX-License-Identifier: Apache-2.0
"""Makes the blobs of a new format version, once: `./run python tests/library/crypto/make_vectors.py 2`.

Files that exist are never written again: what was sealed years ago must open for ever.
"""

import json
import sys
from pathlib import Path

from tejido.crypto import (
    BoxKey,
    Context,
    PasswordCost,
    SignedKey,
    SigningKey,
    fingerprint,
    new_key,
    seal_box,
    seal_field,
    seal_with_password,
    search_token,
    wrap_key,
)

FOLDER = Path(__file__).parent / "vectors"
CONTEXT = Context(node="mx", table="cases", record="1b4e28ba-2fa1-41d2-883f-0016d3cca427", field="name", key_id="k1")
SMALL = PasswordCost(memory_mib=1, passes=1, lanes=1)


def vectors() -> dict[str, object]:
    key, wrapping, box, signing = new_key(), new_key(), BoxKey.generate(), SigningKey.generate()
    words = "Ana Sofía Ñúñez de la O".encode()
    signed = SignedKey.sign(signing, "mx/team/intake/2", box.public)
    return {
        "context": vars(CONTEXT),
        "context_bytes": CONTEXT.encode().hex(),
        "plaintext": words.hex(),
        "key": key.hex(),
        "field": seal_field(key, words, CONTEXT).hex(),
        "wrapping": wrapping.hex(),
        "wrapped": wrap_key(wrapping, key, CONTEXT).hex(),
        "box_key": box.raw.hex(),
        "box_public": box.public.raw.hex(),
        "box_info": b"tejido/test/1".hex(),
        "box": seal_box(box.public, words, b"tejido/test/1").hex(),
        "password": "contraseña larga de prueba",
        "pepper": "70" * 32,
        "password_blob": seal_with_password(
            words, "contraseña larga de prueba", pepper=b"\x70" * 32, context=CONTEXT, cost=SMALL
        ).hex(),
        "signing_key": signing.raw.hex(),
        "verify_key": signing.verify_key.raw.hex(),
        "signature": signing.sign(words).hex(),
        "fingerprint": fingerprint(signing.verify_key.raw),
        "signed_key_owner": signed.owner,
        "signed_key_signature": signed.signature.hex(),
        "token_key": wrapping.hex(),
        "token": search_token(wrapping, "phone", "+525512345678").hex(),
    }


if __name__ == "__main__":
    with (FOLDER / f"v{int(sys.argv[1])}.json").open("x", encoding="utf-8") as out:
        json.dump({"licence": "Apache-2.0", "vectors": vectors()}, out, indent=1, ensure_ascii=False)
        out.write("\n")
