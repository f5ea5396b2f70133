"""Instruments: the questionnaire at a version, in every language, read from files that consultants may write.

Belongs here: model, load, lint, hashes. Does not: answers, scores, anything about a wave.
"""
