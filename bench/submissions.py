# SPDX-License-Identifier: Apache-2.0
"""How many web forms a minute the public door seals and keeps: whole pages, through the real door, nothing lost.

`./run python bench/submissions.py [--seconds 60] [--json]`. Every sender opens the form, and sends it: sealed as a
browser with JavaScript does, or typed and sealed on arrival. The senders run on the same cores as the door.
Wanted: 1,000 a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import ssl
import tempfile
import time
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from invented_node import machine, make, percentile, running
from tejido.crypto import PublicKey, derive_return, new_return_code, seal_box
from tejido.web.config.making import StaffMember

SENDERS = 4
_NO_TLS = ssl.create_default_context()  # the address is http: a new one for each sender cost more than the form
WORDS = "Palabras inventadas para medir. " * 20


def main() -> None:
    """Make a node, send for a while, count what was kept, print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tejido-bench-"))
    try:
        make(folder, [StaffMember("carmen", "Carmen", ("advocate",), ("intake",), "es")])
        figures = measure(folder, chosen.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if chosen.json:
        print(json.dumps(figures | {"machine": machine()}))
    else:
        print(", ".join(f"{name}: {figure}" for name, figure in figures.items()))


def measure(folder: Path, seconds: float) -> dict[str, Any]:
    """Forms a minute of each kind at the node in `folder`, sent for `seconds`; every one sent is looked for."""
    from tejido.web.intake.models import Contact

    figures: dict[str, Any] = {}
    with running(folder, "public", workers=1) as node:
        address = node.environment["TEJIDO_ADDRESS_PUBLIC"]
        for kind, values in (("sealed_on_device", _sealed), ("sealed_on_arrival", _typed)):
            before, began = Contact.objects.count(), time.monotonic()
            worked = _worked(node.processes["public"].pid)
            with ThreadPoolExecutor(SENDERS) as senders:
                until = began + seconds
                sending = [senders.submit(_send, address, values, until) for _ in range(SENDERS)]
                took = [one for done in sending for one in done.result()]
            lasted, kept = time.monotonic() - began, Contact.objects.count() - before
            figures[f"{kind}_a_minute"] = round(60 * kept / lasted)
            figures[f"{kind}_p95_ms"] = percentile(took, 95)
            figures[f"{kind}_door_cpu_ms"] = round(
                1000 * (_worked(node.processes["public"].pid) - worked) / max(kept, 1)
            )
            figures[f"{kind}_lost"] = len(took) - kept
    return figures


def _worked(pid: int) -> float:
    """Seconds of processor the door has used, its children included: what a busy machine does not distort."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in (int(stat.parent.name), int(fields[1])):
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _send(address: str, values: Any, until: float) -> list[float]:
    """Open and send the form until the time is over; milliseconds of each sending that was thanked for."""
    took = []
    while time.monotonic() < until:
        with httpx.Client(base_url=address, headers={"Origin": address}, timeout=60, verify=_NO_TLS) as browser:
            page = browser.get("/write/").text
            hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
            form = hidden | values(page, hidden)
            began = time.monotonic()
            answer = browser.post("/write/", data=form)
            if "data-arrived" in answer.text:
                took.append(1000 * (time.monotonic() - began))
    return took


def _sealed(page: str, hidden: dict[str, str]) -> dict[str, str]:
    lock = dict(re.findall(r'data-(key|generation|info)="([^"]*)"', page))
    # Deriving her code is her device's work; here it takes its share of the door's own cores.
    code = derive_return(hidden["code"], "mx")
    said = {"own_words": WORDS, "return_key": b64encode(code.key.public.raw).decode()}
    box = seal_box(PublicKey(b64decode(lock["key"])), json.dumps(said).encode().ljust(4096), b64decode(lock["info"]))
    return {"code": new_return_code(), "finder": b64encode(code.finder).decode(), "language": "es",
            "generation": lock["generation"], "box": b64encode(box).decode()}  # fmt: skip


def _typed(_page: str, _hidden: dict[str, str]) -> dict[str, str]:
    return {"own_words": WORDS, "language": "es"}


if __name__ == "__main__":
    main()
