# SPDX-License-Identifier: Apache-2.0
"""Published code lists as data: each with its source, version, licence and labels in English and Spanish."""

from tejido.vocabulary.lists import Code, CodeList, UnknownCode, UnknownCodeList, code_list, code_lists
from tejido.vocabulary.mappings import (
    Crosswalk,
    ListMapping,
    UnknownCrosswalk,
    Unmappable,
    crosswalk,
    crosswalks,
)
from tejido.vocabulary.problems import BadInput, Language, Words, system_reason

__all__ = [
    "BadInput",
    "Code",
    "CodeList",
    "Crosswalk",
    "Language",
    "ListMapping",
    "UnknownCode",
    "UnknownCodeList",
    "UnknownCrosswalk",
    "Unmappable",
    "Words",
    "code_list",
    "code_lists",
    "crosswalk",
    "crosswalks",
    "system_reason",
]
