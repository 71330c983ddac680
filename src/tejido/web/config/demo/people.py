# SPDX-License-Identifier: AGPL-3.0-or-later
"""The invented staff of the two organisations, and someone at a service each of them refers to."""

from __future__ import annotations

from dataclasses import dataclass

from tejido.web.config.making import StaffMember


@dataclass(frozen=True)
class DemoNode:
    """One organisation of the demo."""

    code: str
    partner: str
    time_zone: str
    staff: tuple[StaffMember, ...]
    team_names: dict[str, str]
    first_port: int
    provider: str  # the service with an account; its people have the role of a provider


_CARRIES = ("intake", "cases")

MX = DemoNode(
    code="mx",
    partner="us",
    time_zone="America/Mexico_City",
    first_port=8101,
    provider="Refugio Cenzontle (inventado)",
    team_names={
        "intake": "Atención",
        "cases": "Seguimiento",
        "data": "Datos",
        "duty": "Guardia",
        "administration": "Administración",
    },
    staff=(
        StaffMember("lucia", "Lucía (consejera)", ("advocate",), _CARRIES, "es"),
        StaffMember("marisol", "Marisol (seguimiento)", ("case_manager",), _CARRIES, "es"),
        StaffMember("ernesto", "Ernesto (supervisión)", ("supervisor",), (*_CARRIES, "duty"), "es"),
        StaffMember("daniela", "Daniela (datos)", ("data_analyst",), ("data",), "es"),
        StaffMember("rebeca", "Rebeca (administración)", ("administrator",), ("administration",), "es"),
        StaffMember("ines", "Inés (auditoría)", ("auditor",), (), "es"),
        StaffMember("tomas", "Tomás (enlace con autoridades)", ("liaison",), ("cases",), "es"),
        StaffMember("elena", "Elena (supervisión)", ("supervisor",), (*_CARRIES, "duty"), "es"),
        StaffMember("gael", "Gael (datos)", ("data_analyst",), ("data",), "es"),
        StaffMember("paloma", "Paloma (Refugio Cenzontle)", ("provider",), (), "es"),
    ),
)

US = DemoNode(
    code="us",
    partner="mx",
    time_zone="America/New_York",
    first_port=8201,
    provider="Casa Magnolia (invented)",
    team_names={
        "intake": "Intake",
        "cases": "Case management",
        "data": "Data",
        "duty": "Duty",
        "administration": "Administration",
    },
    staff=(
        StaffMember("grace", "Grace (advocate)", ("advocate",), _CARRIES, "en"),
        StaffMember("joana", "Joana (case manager)", ("case_manager",), _CARRIES, "en"),
        StaffMember("sam", "Sam (supervisor)", ("supervisor",), (*_CARRIES, "duty"), "en"),
        StaffMember("priya", "Priya (data)", ("data_analyst",), ("data",), "en"),
        StaffMember("walter", "Walter (administration)", ("administrator",), ("administration",), "en"),
        StaffMember("ruth", "Ruth (audit)", ("auditor",), (), "en"),
        StaffMember("omar", "Omar (law-enforcement liaison)", ("liaison",), ("cases",), "en"),
        StaffMember("nadia", "Nadia (supervisor)", ("supervisor",), (*_CARRIES, "duty"), "en"),
        StaffMember("maya", "Maya (data)", ("data_analyst",), ("data",), "en"),
        StaffMember("hannah", "Hannah (Casa Magnolia)", ("provider",), (), "en"),
    ),
)

NODES: dict[str, DemoNode] = {node.code: node for node in (MX, US)}
