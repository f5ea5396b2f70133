"""Charts: pure functions of printed figures, each with its words and its table (report.md section 4)."""

from assess.reports.charts.chart import Cell, Chart, Line, Table
from assess.reports.charts.source import Source

__all__ = ["Cell", "Chart", "Line", "Source", "Table"]
