# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key a node signs receipts, anchors, tombstones and backups with; it opens nothing.

While it is being replaced there are two, the newest first: the older one signs until the partner knows the newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tejido.crypto import SigningKey, VerifyKey, VerifyKeys
from tejido.web.config.live_keys import read_keys

TRANSPORT = "TEJIDO_TRANSPORT_KEY"
EARLIER = "TEJIDO_EARLIER_TRANSPORT_KEYS"  # public halves, newest first: what they signed is still ours
_MANY = 1000


@dataclass(frozen=True, repr=False)
class TransportKeys:
    """`signing` is in use; `published` is what our card says, so that the partner knows it before it is."""

    signing: SigningKey
    published: VerifyKey
    known: VerifyKeys


def transport_keys(environment: Mapping[str, str]) -> TransportKeys:
    """The node's transport keys; raises `BadInput`."""
    ours = [SigningKey(raw) for raw in read_keys(TRANSPORT, environment[TRANSPORT])]
    earlier = [VerifyKey(raw) for raw in earlier_keys(environment)]
    return TransportKeys(ours[-1], ours[0].verify_key, VerifyKeys((*(key.verify_key for key in ours), *earlier)))


def earlier_keys(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """Public halves of keys that are no longer in use; raises `BadInput`."""
    value = environment.get(EARLIER, "")
    return read_keys(EARLIER, value, most=_MANY) if value else ()
