# SPDX-License-Identifier: Apache-2.0
"""Makes the message of a new version, once: `python -m tests.library.exchange.make_vectors 2`. Never overwrites."""

import json
import sys
from pathlib import Path

from tests.library.exchange.letters import BODIES, INTAKE, MX, NOW, TRANSPORT, message

from tejido.exchange import build_receipt, read_header

if __name__ == "__main__":
    raw = message()
    head = read_header(raw)
    receipt = build_receipt(raw, by="us", message=head.id, status="accepted", at=NOW, transport=TRANSPORT)
    kept = {
        "box_key": INTAKE.raw.hex(),
        "sender": MX.verify_key.raw.hex(),
        "transport": TRANSPORT.verify_key.raw.hex(),
        "header": head.as_mapping(),
        "body": BODIES["handover"],
        "message": raw.hex(),
        "receipt": receipt.decode(),
    }
    path = Path(__file__).parent / "vectors" / f"v{int(sys.argv[1])}.json"
    with path.open("x", encoding="utf-8") as out:
        json.dump({"licence": "Apache-2.0", "vectors": kept}, out, indent=1, ensure_ascii=False)
        out.write("\n")
