# SPDX-License-Identifier: Apache-2.0
"""Tejido: the safety net two anti-trafficking hotlines weave across a border."""
