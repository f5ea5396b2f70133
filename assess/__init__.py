"""assess: anonymous, periodic assessment of two departments, from sealed ballots to a report in two languages."""

__version__ = "0.1.0"
