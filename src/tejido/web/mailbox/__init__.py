# SPDX-License-Identifier: AGPL-3.0-or-later
"""Partner organisations and their keys; sealed messages in and out: all that the partner door can see."""
