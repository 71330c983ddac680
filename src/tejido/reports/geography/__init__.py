# SPDX-License-Identifier: Apache-2.0
"""The states of both countries as shapes."""
