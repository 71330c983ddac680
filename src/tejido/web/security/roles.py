# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what: one role after the other, in words a director can check.

Whoever installs and backs up the system has no role here, and so no way in.
"""

from __future__ import annotations

from dataclasses import dataclass

from tejido.vocabulary import Words
from tejido.web.security.permissions import Permission


@dataclass(frozen=True)
class Role:
    """A role: what it is called, what it is for, what it may do."""

    code: str
    title: Words
    purpose: Words
    permissions: frozenset[Permission]


_WORKS_ON_CASES = {
    Permission.CASE_READ,
    Permission.CASE_EDIT,
    Permission.CASE_SEARCH,
    Permission.TASK_EDIT,
    Permission.RELEASE_RECORD,
    Permission.REFERRAL_SEND,
    Permission.REPORT_MAKE,
    Permission.AGREEMENT_READ,
}
_TAKES_CONTACTS = _WORKS_ON_CASES | {
    Permission.COMPARTMENT_SAFETY,
    Permission.CONTACT_TAKE,
    Permission.CONTACT_READ,
    Permission.CONTACT_EDIT,
    Permission.CASE_OPEN,
    Permission.GLASS_BREAK,  # and she must be on the duty team
}
_CARRIES_CASES = _TAKES_CONTACTS | {
    Permission.COMPARTMENT_LEGAL,
    Permission.COMPARTMENT_PERSONAL,
    Permission.HANDOVER_SEND,
    Permission.HANDOVER_ANSWER,
    Permission.DANGER_SEND,
    Permission.SERVICE_EDIT,
}

PROVIDER = "provider"  # works elsewhere: signs in at a door of her own, and has no other role beside it

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "advocate",
            {"en": "Advocate", "es": "Persona consejera"},
            {
                "en": "Answers the line, assesses safety, opens or finds the case, refers.",
                "es": "Atiende la línea, valora la seguridad, abre o encuentra el caso, canaliza.",
            },
            frozenset(_TAKES_CONTACTS | {Permission.DANGER_SEND}),
        ),
        Role(
            "interpreter",
            {"en": "Interpreter", "es": "Intérprete"},
            {
                "en": "Interprets while an advocate speaks and writes. Opens no record. Later: a page for the call.",
                "es": "Interpreta mientras la persona consejera habla y escribe. No abre registros. Después: una "
                "página para la llamada.",
            },
            frozenset(),
        ),
        Role(
            "case_manager",
            {"en": "Case manager", "es": "Responsable de seguimiento"},
            {
                "en": "Carries cases: plan, releases, referrals, hand-over to the other country.",
                "es": "Da seguimiento a los casos: plan, autorizaciones, canalizaciones, traspaso al otro país.",
            },
            frozenset(_CARRIES_CASES | {Permission.SHRED_CONFIRM}),
        ),
        Role(
            "supervisor",
            {"en": "Supervisor", "es": "Supervisora o supervisor"},
            {
                "en": "Watches queue and workload, is the second person alerted to danger, lets others into her teams.",
                "es": "Cuida la fila y la carga, es la segunda persona avisada de un peligro, incorpora a sus equipos.",
            },
            frozenset(
                _CARRIES_CASES
                | {Permission.QUEUE_WATCH, Permission.ALERT_READ, Permission.TEAM_EDIT, Permission.GLASS_REVIEW}
                | {Permission.SHRED_ASK, Permission.SHRED_CONFIRM, Permission.HOLD_EDIT}
            ),
        ),
        Role(
            "liaison",
            {"en": "Law-enforcement liaison", "es": "Enlace con autoridades"},
            {
                "en": "Makes the reports that the law or the survivor asks for. Takes no contacts, hands nothing over.",
                "es": "Da los avisos que pide la ley o la sobreviviente. No atiende la línea ni traspasa casos.",
            },
            frozenset(_WORKS_ON_CASES | {Permission.COMPARTMENT_LEGAL, Permission.HOLD_EDIT}),
        ),
        Role(
            "legal_representative",
            {"en": "Legal representative", "es": "Representante legal"},
            {
                "en": "Represents survivors: reads the cases of her caseload, writes to them, opens status and "
                "remedies. Later: what a prosecution or a wage claim needs.",
                "es": "Representa a las personas sobrevivientes: lee los casos de su equipo, escribe en ellos, abre su "
                "situación migratoria y recursos legales. Después: lo que pide un juicio o un reclamo de salarios.",
            },
            frozenset(
                {
                    Permission.CASE_READ,
                    Permission.CASE_EDIT,
                    Permission.TASK_EDIT,
                    Permission.COMPARTMENT_LEGAL,
                    Permission.REPORT_MAKE,
                    Permission.AGREEMENT_READ,
                }
            ),
        ),
        Role(
            "survivor_leader",
            {"en": "Survivor leader", "es": "Líder sobreviviente"},
            {
                "en": "Reviews forms, words, campaigns and plans, and is paid for it. Sees no case. Later: a page for "
                "what waits for review.",
                "es": "Revisa formularios, palabras, campañas y planes, con paga. No ve casos. Después: una página con "
                "lo que espera revisión.",
            },
            frozenset(),
        ),
        Role(
            PROVIDER,
            {"en": "Service provider", "es": "Persona proveedora de servicios"},
            {
                "en": "Works at a shelter, a clinic, a lawyer's: opens the referral packets sent there, and answers.",
                "es": "Trabaja en un refugio, una clínica, un despacho: abre las fichas que se envían ahí y responde.",
            },
            frozenset({Permission.PACKET_READ, Permission.PACKET_ANSWER}),
        ),
        Role(
            "data_analyst",
            {"en": "Data analyst", "es": "Analista de datos"},
            {
                "en": "Counts from coded rows, builds fact sheets, signs editions, exchanges totals. Opens no case.",
                "es": "Cuenta a partir de filas codificadas, elabora hojas informativas, firma ediciones, intercambia "
                "totales. No abre casos.",
            },
            frozenset(
                {
                    Permission.COUNT,
                    Permission.SHEET_BUILD,
                    Permission.EDITION_SIGN,
                    Permission.TABULATION_SEND,
                    Permission.AGREEMENT_READ,
                    Permission.TEAM_EDIT,
                }
            ),
        ),
        Role(
            "strategist",
            {"en": "Strategist", "es": "Estratega"},
            {
                "en": "Studies networks, corridors and business models, and proposes plans to disrupt them. Opens no "
                "case. Later: the pages of networks and plans.",
                "es": "Estudia redes, corredores y modelos de negocio, y propone planes contra ellos. No abre casos. "
                "Después: las páginas de redes y planes.",
            },
            frozenset(),
        ),
        Role(
            "communications",
            {"en": "Communications", "es": "Comunicación"},
            {
                "en": "Runs campaigns and learns whether they worked. Opens no case. Later: the pages of campaigns.",
                "es": "Lleva las campañas y ve si funcionaron. No abre casos. Después: las páginas de campañas.",
            },
            frozenset(),
        ),
        Role(
            "auditor",
            {"en": "Auditor", "es": "Auditoría"},
            {
                "en": "Reads who did what and when. Opens nothing.",
                "es": "Lee quién hizo qué y cuándo. No abre nada.",
            },
            frozenset({Permission.AUDIT_READ}),
        ),
        Role(
            "administrator",
            {"en": "Administrator", "es": "Administración"},
            {
                "en": "Adds members and ends their access, signs keys and agreements with partners. Opens no case.",
                "es": "Da y retira el acceso; firma llaves y convenios. No abre casos.",
            },
            frozenset(
                {
                    Permission.MEMBER_EDIT,
                    Permission.TEAM_EDIT,
                    Permission.PARTNER_EDIT,
                    Permission.AGREEMENT_READ,
                    Permission.AUDIT_READ,
                }
            ),
        ),
    )
}
