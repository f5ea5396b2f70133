"""The only orchestrator of steps 2 to 10 (design.md section 2): from a counted wave, or a file, to a report.

Belongs here: the order of the steps and what passes from one to the next. Does not: any rule of them.
"""

from __future__ import annotations
