# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work for later, by name and ids only: `later("mailbox.deliver", message=id)` runs once the transaction stands."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from uuid import UUID

from django.db import transaction


def later(job: str, **ids: UUID | str | int) -> None:
    """Enqueue `app.job` on commit. Jobs are keyless: ids go in, never a word a person said."""
    app, name = job.split(".")
    values = {key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()}
    transaction.on_commit(partial(_enqueue, app, name, values))


def _enqueue(app: str, name: str, values: dict[str, str | int]) -> None:
    task = getattr(import_module(f"tejido.web.{app}.jobs"), name)
    task.enqueue(**values)
