# SPDX-License-Identifier: Apache-2.0
"""Public microdata: invented rows that tell the same counts, made from differentially private marginals.

`docs/explain/microdata.md` says what is promised to a person in the rows, and proves it.
"""

from tejido.statistics.microdata.budget import delta_of, epsilon_of, rho_for
from tejido.statistics.microdata.domain import Domain, domain, read_domain
from tejido.statistics.microdata.ledger import Ledger, read_ledger
from tejido.statistics.microdata.measuring import Measured, measure
from tejido.statistics.microdata.reading import domain_of_rows, read_codes
from tejido.statistics.microdata.release import DEFAULT_DELTA, Edition, Terms, release, seed_digest
from tejido.statistics.microdata.synthesis import Effort, Synthesis, rows_from, synthesize

__all__ = [
    "DEFAULT_DELTA",
    "Domain",
    "Edition",
    "Effort",
    "Ledger",
    "Measured",
    "Synthesis",
    "Terms",
    "delta_of",
    "domain",
    "domain_of_rows",
    "epsilon_of",
    "measure",
    "read_codes",
    "read_domain",
    "read_ledger",
    "release",
    "rho_for",
    "rows_from",
    "seed_digest",
    "synthesize",
]
