# SPDX-License-Identifier: AGPL-3.0-or-later
"""The node's worker: keyless jobs, and the two sweeps that nobody enqueues. One per node."""

from __future__ import annotations

import signal
import threading

import django


def main() -> None:
    """Run until told to stop."""
    django.setup()
    from django.db import OperationalError, close_old_connections
    from django_tasks_db.management.commands.db_worker import Worker

    from tejido.web.mailbox.jobs import deliver_pending
    from tejido.web.security.audit import chain

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    due = Worker(queue_names=["default"], interval=0, batch=True, backend_name="default", startup_delay=False,
                 max_tasks=None, worker_id="worker", excluded_queue_names=[])  # fmt: skip
    while not stopping.wait(0.5):
        # Whatever is due, then the sweeps: messages whose partner was down, audit lines not yet chained.
        for work in (due.run, deliver_pending, chain):
            try:
                work()
            except OperationalError:
                # The database is busy with a long write; nothing is lost, the next round finds it.
                continue
        close_old_connections()


if __name__ == "__main__":
    main()
