"""Advice: plays, their triggers, ranking and gates (playbook.md). Codes and numbers only; words are data."""
