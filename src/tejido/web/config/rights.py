# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each door may do to which table, where the database is PostgreSQL: a role for each door, none of them the owner.

A public door that was broken into can add contacts and read none; a partner door reaches the mailbox only; the
providers' door reaches packets, and of members and keys the rows of providers.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.db import connection
from psycopg import sql

from tejido.web.config.settings import DOORS

# SELECT (id): Django asks which number a new row was given.
RIGHTS: Mapping[str, Mapping[str, str]] = {
    "public": {
        "accounts_team": "SELECT",
        "accounts_teamgeneration": "SELECT",
        "security_recordkey": "INSERT",
        "security_keygrant": "INSERT, SELECT (id)",
        "security_auditentry": "INSERT, SELECT (id)",
        "outreach_publishededition": "SELECT",
        "outreach_publishedfile": "SELECT",
        "intake_contact": "INSERT, SELECT (code)",
        "intake_conversation": "SELECT, INSERT, UPDATE",
        "intake_reply": "SELECT (id, conversation_id, box, written_at, read_on), UPDATE (box, read_on)",
    },
    "partners": {
        "mailbox_partner": "SELECT",
        "mailbox_inboundmessage": "SELECT, INSERT",
        "mailbox_keptanchor": "SELECT, INSERT",
        "mailbox_refusedarrival": "SELECT, INSERT, UPDATE",
        "security_auditentry": "INSERT, SELECT (id)",
    },
    "providers": {
        "accounts_member": "SELECT, "
        "UPDATE (totp_last_step, private_key, public_key, key_number, signature, password_given_at)",
        "accounts_team": "SELECT",
        "accounts_teamgeneration": "SELECT",
        "accounts_teamkeygrant": "SELECT, INSERT",
        "accounts_awaitingregrant": "SELECT, DELETE",
        "accounts_signedinsession": "SELECT, INSERT, UPDATE, DELETE",
        "accounts_printedcode": "SELECT, INSERT, DELETE",
        "accounts_securitykey": "SELECT, INSERT, UPDATE, DELETE",
        "accounts_signintries": "SELECT, INSERT, UPDATE, DELETE",
        "django_session": "SELECT, INSERT, UPDATE, DELETE",
        "security_recordkey": "SELECT",
        "security_keygrant": "SELECT",
        "security_auditentry": "INSERT, SELECT (id)",
        "packets_packet": "SELECT, UPDATE",
        "packets_answer": "SELECT, INSERT",
    },
}
# Of these tables the providers' door sees rows of providers alone: no member of ours, no key of a case.
OWN_ROWS: Mapping[str, str] = {
    "accounts_member": "roles @> '[\"provider\"]'",
    "accounts_awaitingregrant": "member_id IN (SELECT id FROM accounts_member)",
    "accounts_teamkeygrant": "member_id IN (SELECT id FROM accounts_member)",
    "accounts_signedinsession": "member_id IN (SELECT id FROM accounts_member)",
    "accounts_printedcode": "member_id IN (SELECT id FROM accounts_member)",
    "accounts_securitykey": "member_id IN (SELECT id FROM accounts_member)",
    "security_keygrant": "team_id IN (SELECT id FROM accounts_team WHERE kind = 'provider')",
}
# The staff door and the worker: every table, but what stands in the audit stays, and tables are the owner's alone.
_STAFF = "SELECT, INSERT, UPDATE, DELETE"
_NEVER_DELETED = ("security_auditentry",)


def role_of(node: str, door: str) -> str:
    """The role a door signs in as."""
    return f"tejido_{node}_{door}"


def make_roles(node: str, owner_url: str) -> dict[str, str]:
    """Make the doors' roles, or give them new passwords; the setting of each door and its address of the database.

    Called by the owner of the database, who may create roles; the owner's address is kept nowhere.
    """
    addresses = {}
    with connection.cursor() as cursor:
        for door in DOORS:
            role, password = role_of(node, door), secrets.token_urlsafe(32)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            # The server is told a verifier, not the password: statements are written to its log.
            verifier = cursor.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
            statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
            cursor.execute(statement.format(sql.SQL(verb), sql.Identifier(role), sql.Literal(verifier.decode())))
            addresses[f"TEJIDO_DATABASE_{door.upper()}"] = _as(owner_url, role, password)
    return addresses


def grant(node: str) -> None:
    """Give each door's role its rights and no others; after every migration, as the owner."""
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for door in DOORS:
            role = sql.Identifier(role_of(node, door))
            cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role))
            rights = RIGHTS.get(door) or dict.fromkeys(names, _STAFF)
            for table, allowed in rights.items():
                if table in _NEVER_DELETED:
                    allowed = allowed.replace(", DELETE", "")
                statement = sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(allowed), sql.Identifier(table), role)
                cursor.execute(statement)
        _narrow(node, cursor)


def _narrow(node: str, cursor: Any) -> None:
    """Rows of `OWN_ROWS` for the providers' door; every row, as before, for the other doors that have the right."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to be made cannot be altered
    others = sql.SQL(", ").join(sql.Identifier(role_of(node, door)) for door in DOORS if door != "providers")
    for table, own in OWN_ROWS.items():
        name = sql.Identifier(table)
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))
        for policy, roles, rows in (
            ("every_row", others, "true"),
            ("own_rows", sql.Identifier(role_of(node, "providers")), own),
        ):
            cursor.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(policy), name))
            cursor.execute(
                sql.SQL("CREATE POLICY {} ON {} TO {} USING ({rows}) WITH CHECK ({rows})").format(
                    sql.Identifier(policy), name, roles, rows=sql.SQL(rows)
                )
            )
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _as(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    server = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password)}@{server}"))
