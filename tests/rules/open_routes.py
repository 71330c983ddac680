# SPDX-License-Identifier: Apache-2.0
"""Routes that ask for no permission, and records that belong to no team: each by name, and why."""

from __future__ import annotations

OPEN_TO_STRANGERS = {
    "sign_in": "before signing in",
    "sign_in_with_key": "before signing in",
    "choose_language": "before signing in",
}
OPEN_TO_MEMBERS = {
    "show_desk": "her own desk",
    "sign_out": "her own leaving",
    "show_account": "her own account",
    "choose_password": "her own password",
    "make_codes": "her own printed codes",
    "end_one_session": "her own sessions",
    "end_other_sessions": "her own sessions",
    "add_key": "her own keys",
    "keep_key": "her own keys",
    "remove_key": "her own keys",
    "renew_own_keys": "her own keys",
}
OPEN_DOORS = {
    "public": {
        "choose_language": "the language of what she reads",
        "show_home": "anyone may read",
        "show_privacy_notice": "anyone may read",
        "show_privacy_notice_version": "anyone may read",
        "list_figures": "published for everyone",
        "show_figures": "published for everyone",
        "leave_page": "away, at once",
        "write_to_us": "anyone may write",
        "read_answer": "by the code she was given",
    },
    "partners": {
        "receive_message": "the partner's signature is checked, not a person",
        "receive_anchor": "the partner's signature is checked, not a person",
        "show_health": "is the door open",
    },
}
# Records of the whole organisation and of no team: whoever has the permission may, and why.
ORGANISATION_WIDE = {
    "show_service": "the directory is everyone's",
    "edit_service": "the directory is everyone's",
    "open_service_address": "the directory is everyone's; each opening is a line",
    "end_access": "members belong to the organisation",
    "give_access_back": "members belong to the organisation",
    "replace_password": "members belong to the organisation; it opens nothing until a colleague lets her in",
    "sign_out_member": "members belong to the organisation; a supervisor only those of her teams: see below",
    "let_try_again": "members belong to the organisation; a supervisor only those of her teams: see below",
    "vouch_for_provider": "who works at a service belongs to no team of ours; it opens nothing of ours",
}
