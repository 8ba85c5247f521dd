"""Results page: the committed page equals the one generated from the committed reports.

Host code.
"""

from __future__ import annotations

from benchmarks.comparison.results_page import PAGE
from benchmarks.comparison.results_page import load_reports
from benchmarks.comparison.results_page import results_page


def test_committed_page_equals_page_generated_from_reports() -> None:
    assert PAGE.read_text(encoding="utf-8") == results_page(load_reports())


def test_table_shows_psnr_of_the_reports() -> None:
    reports = load_reports()
    reports[0]["results"]["best"]["psnr"] = 12.34

    assert "| 12.34 |" in results_page(reports)
