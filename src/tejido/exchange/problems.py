# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a message, as a code both sides understand."""

from __future__ import annotations

from tejido.vocabulary import Words, code_list


class BadMessage(Exception):
    """The message cannot be taken. `code` is one of `message_refusal`; `detail` says where, and quotes no content."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)

    @property
    def words(self) -> Words:
        """The sentence a person reads."""
        return code_list("message_refusal").codes[self.code].label
