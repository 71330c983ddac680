# SPDX-License-Identifier: Apache-2.0
"""Agreements, releases and the law as values, and the one function that decides whether something may leave."""

from tejido.agreements.agreement import Agreement
from tejido.agreements.canonical import canonical_bytes
from tejido.agreements.consent import release_problems
from tejido.agreements.decision import Decision, Obligation, Reason
from tejido.agreements.gate import may_leave
from tejido.agreements.pack import Basis, Duty, HowRule, Pack, policy_pack, policy_packs
from tejido.agreements.release import Release
from tejido.agreements.request import Lane, Request

__all__ = [
    "Agreement",
    "Basis",
    "Decision",
    "Duty",
    "HowRule",
    "Lane",
    "Obligation",
    "Pack",
    "Reason",
    "Release",
    "Request",
    "canonical_bytes",
    "may_leave",
    "policy_pack",
    "policy_packs",
    "release_problems",
]
