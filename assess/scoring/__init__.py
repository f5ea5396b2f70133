"""Scoring: every number and verdict, from integer tables of a `Released` response table (statistics.md).

Belongs here: estimators, intervals, tests, verdicts, results. Does not: floors, words, databases, requests.
"""
