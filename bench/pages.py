"""CPU of the respondent pages, as a multiple of a bare Flask hello in the same process."""

from __future__ import annotations
