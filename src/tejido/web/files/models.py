# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of a file. Its bytes stand sealed in the node's media folder, under the random id of its row."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.conf import settings
from django.db import models, transaction

from tejido.web.cases.models import Case, CasePart
from tejido.web.files.blobs import remove_blob
from tejido.web.security.belonging import emptied_with
from tejido.web.security.fields import SealedField


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> AttachmentQuerySet:  # type: ignore[no-untyped-def]
        """Files of the cases the user may see."""
        return self.select_related("case", "added_by").filter(case__in=Case.objects.visible_to(user))


class Attachment(CasePart):
    """A file of a case, with a key of its own. An original kept as evidence is one more, opened and audited apart."""

    key_scope = "file"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "case": "random",
        "added_at": "when",
        "added_by": "by whom",
        "original": "random; the original a cleaned copy was made from",
    }

    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    original = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="cleaned")

    name = SealedField()  # as it was called where it came from
    type = SealedField()  # code list file_type: by its bytes, never by its name
    size = SealedField()  # bytes
    digest = SealedField()  # SHA-256 of its bytes, for whoever must prove later that it is the same
    about = SealedField()  # text: what it is, where it came from
    is_original = SealedField()  # true: kept as it came, as evidence, beside a cleaned copy
    virus_check = SealedField()  # code list file_virus_check
    hidden_data = SealedField()  # code list file_hidden_data

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["case", "added_at"], name="file_of_case")]


@emptied_with("files.attachment")
def _forget_bytes(attachment: Attachment) -> None:
    """Its bytes go once its row is gone for good; until then they could not be brought back."""
    transaction.on_commit(partial(remove_blob, attachment.pk))
