"""Measurements of speed and memory, as ratios in one run; never asserted in a test (stack.md section 5)."""
