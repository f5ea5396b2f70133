"""The pages of a report as blocks: which figures each owns, their rows, and the findings that it states.

Belongs here: one module a page, each a function from the wave to a `Page`. Does not: estimation, prose, markup.
"""
