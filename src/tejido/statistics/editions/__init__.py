# SPDX-License-Identifier: Apache-2.0
"""Editions: figures published once, signed by two people, made again byte for byte, corrected only by another."""

from tejido.statistics.editions.contents import MANIFEST, SIGNATURES, contents, digest
from tejido.statistics.editions.edition import Before, Edition, sheet_digest
from tejido.statistics.editions.making import Made, Published, make_edition, reasons, refuse_unexplained, snapshot_of
from tejido.statistics.editions.reading import EditionFolder, edition_from, published_before, read_edition
from tejido.statistics.editions.signing import (
    SignOff,
    SignOffs,
    fallen,
    intervals,
    refuse_fallen,
    refuse_twice,
    sign_off,
    signed,
)
from tejido.statistics.editions.verifying import Finding, read_sign_offs, verify
from tejido.statistics.editions.writing import keep_counts, salt_in, write_edition

__all__ = [
    "MANIFEST",
    "SIGNATURES",
    "Before",
    "Edition",
    "EditionFolder",
    "Finding",
    "Made",
    "Published",
    "SignOff",
    "SignOffs",
    "contents",
    "digest",
    "edition_from",
    "fallen",
    "intervals",
    "keep_counts",
    "make_edition",
    "published_before",
    "read_edition",
    "read_sign_offs",
    "reasons",
    "refuse_fallen",
    "refuse_twice",
    "refuse_unexplained",
    "salt_in",
    "sheet_digest",
    "sign_off",
    "signed",
    "snapshot_of",
    "verify",
    "write_edition",
]
