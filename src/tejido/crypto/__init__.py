# SPDX-License-Identifier: Apache-2.0
"""The only code that touches cryptography: envelopes, sealed boxes, signatures, search tokens, passwords.

Every blob begins with a version byte. Every failure to open is one error, `CannotOpen`, which says nothing of why.
"""

from tejido.crypto.boxes import BoxKey, PublicKey, open_box, seal_box, shared_key
from tejido.crypto.envelopes import Context, new_key, open_field, seal_field, unwrap_key, wrap_key
from tejido.crypto.errors import BadSignature, CannotOpen, UnsignedKey
from tejido.crypto.passwords import (
    PASSWORDS_AT_ONCE,
    PasswordCost,
    is_under,
    open_and_renew,
    open_with_password,
    seal_with_password,
    take_turns,
)
from tejido.crypto.printed_codes import is_printed_code, new_printed_code, printed_code_digest
from tejido.crypto.random_codes import spoken_code
from tejido.crypto.recovery import BadShares, PaperKey, join_shares, new_paper_key, shares_needed
from tejido.crypto.return_codes import (
    BadCode,
    ReturnCode,
    code_salt,
    derive_return,
    grouped,
    new_return_code,
    typed_code,
)
from tejido.crypto.signatures import SignedKey, SigningKey, Verifier, VerifyKey, VerifyKeys, fingerprint, follows
from tejido.crypto.streams import StreamSealer, open_stream, seal_stream, sealed_length
from tejido.crypto.tokens import search_token
from tejido.crypto.totp import new_totp_secret, totp_code, totp_step

__all__ = [
    "PASSWORDS_AT_ONCE",
    "BadCode",
    "BadShares",
    "BadSignature",
    "BoxKey",
    "CannotOpen",
    "Context",
    "PaperKey",
    "PasswordCost",
    "PublicKey",
    "ReturnCode",
    "SignedKey",
    "SigningKey",
    "StreamSealer",
    "UnsignedKey",
    "Verifier",
    "VerifyKey",
    "VerifyKeys",
    "code_salt",
    "derive_return",
    "fingerprint",
    "follows",
    "grouped",
    "is_printed_code",
    "is_under",
    "join_shares",
    "new_key",
    "new_paper_key",
    "new_printed_code",
    "new_return_code",
    "new_totp_secret",
    "open_and_renew",
    "open_box",
    "open_field",
    "open_stream",
    "open_with_password",
    "printed_code_digest",
    "seal_box",
    "seal_field",
    "seal_stream",
    "seal_with_password",
    "sealed_length",
    "search_token",
    "shared_key",
    "shares_needed",
    "spoken_code",
    "take_turns",
    "totp_code",
    "totp_step",
    "typed_code",
    "unwrap_key",
    "wrap_key",
]
