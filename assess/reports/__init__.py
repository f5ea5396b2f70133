"""Reports: the frozen facts and every view of them (report.md).

Belongs here: facts, compose, wording, typography, charts, render. Does not: databases, requests, estimation.
"""
