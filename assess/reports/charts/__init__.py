"""Charts as pure functions of printed numbers: SVG with a title and a table beside it (report.md section 4)."""
