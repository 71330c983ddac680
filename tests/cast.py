# SPDX-License-Identifier: Apache-2.0
"""The same few invented people everywhere. Calls actions, never models."""

from __future__ import annotations

from tejido.web.config.making import StaffMember

PASSWORD = "an-invented-password-for-tests"
TEAM_NAMES = {
    "intake": "Intake",
    "cases": "Caseload north",
    "data": "Data",
    "duty": "Duty",
    "administration": "Administration",
}

# Amara answers the line, Chen carries cases, Bilal supervises, Dora counts, Noor administers, Iris audits.
# Luz is the liaison with authorities. Eve signs in and belongs to no team. Rosa works at a shelter: see web/packets.
STAFF = (
    StaffMember("amara", "Amara Prueba", ("advocate",), ("intake", "cases"), "es"),
    StaffMember("chen", "Chen Prueba", ("case_manager",), ("intake", "cases"), "es"),
    StaffMember("bilal", "Bilal Prueba", ("supervisor",), ("intake", "cases", "duty"), "en"),
    StaffMember("dora", "Dora Prueba", ("data_analyst",), ("data",), "en"),
    StaffMember("noor", "Noor Prueba", ("administrator",), ("administration",), "en"),
    StaffMember("iris", "Iris Prueba", ("auditor",), (), "en"),
    StaffMember("luz", "Luz Prueba", ("liaison",), ("cases",), "es"),
    StaffMember("rosa", "Rosa Prueba", ("provider",), (), "es"),
    StaffMember("eve", "Eve Prueba", ("case_manager",), (), "en"),
)
