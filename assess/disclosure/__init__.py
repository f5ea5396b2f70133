"""Disclosure control: what may be computed and shown of a response table, and how coarsely.

Belongs here: the table, the policy, release, the gate. Does not: estimates, words, databases.
"""
