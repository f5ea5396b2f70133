"""Scoring: every number and verdict, from integer tables of a `Released` response table (statistics.md).

Belongs here: estimators, intervals, tests, verdicts, results. Does not: floors, words, databases, requests. An outsider
who wants to hold the numbers against another program's calls `score_public_data`; everybody else enters through
`estimate.estimates`.
"""

from assess.scoring.public import score_public_data

__all__ = ["score_public_data"]
