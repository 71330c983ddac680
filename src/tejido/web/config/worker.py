# SPDX-License-Identifier: AGPL-3.0-or-later
"""The node's worker: keyless jobs, and the sweeps that nobody enqueues. One per node."""

from __future__ import annotations

import signal
import threading

import django


def main() -> None:
    """Run until told to stop."""
    django.setup()
    from django.conf import settings
    from django.db import OperationalError, close_old_connections
    from django.utils import timezone
    from django_tasks_db.management.commands.db_worker import Worker

    from tejido.web.accounts.sessions import forget_ended
    from tejido.web.config.staging import sweep
    from tejido.web.files.jobs import sweep_now_and_then
    from tejido.web.intake.conversations import end_expired
    from tejido.web.mailbox.jobs import deliver_pending, exchange_anchors
    from tejido.web.packets.actions import expire_packets
    from tejido.web.security.anchor import write_anchor
    from tejido.web.security.audit import chain
    from tejido.web.upkeep.scrubbing import tidy

    def chain_and_anchor() -> None:
        if chain():
            transport = settings.TEJIDO.transport
            write_anchor(settings.TEJIDO.data, transport.signing, known=transport.known)
        exchange_anchors()

    def expire() -> None:
        expire_packets(now=timezone.now())

    def sweep_backups() -> None:
        sweep(settings.TEJIDO.data)

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    due = Worker(queue_names=["default"], interval=0, batch=True, backend_name="default", startup_delay=False,
                 max_tasks=None, worker_id="worker", excluded_queue_names=[])  # fmt: skip
    while not stopping.wait(0.5):
        # Whatever is due, then the sweeps: messages whose partner was down, lines not yet chained; sessions, packets
        # and conversations that ended; what a shredding, a broken-off file or a killed backup left behind.
        for work in (
            due.run,
            deliver_pending,
            chain_and_anchor,
            forget_ended,
            expire,
            end_expired,
            tidy,
            sweep_now_and_then,
            sweep_backups,
        ):
            try:
                work()
            except (OperationalError, OSError):
                # The database is busy with a long write, or the disk is full; nothing is lost, the next round finds it.
                continue
        close_old_connections()


if __name__ == "__main__":
    main()
