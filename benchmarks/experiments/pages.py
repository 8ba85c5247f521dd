"""Generator of `docs/experiments.md` and `docs/performance.md`.

    python -m benchmarks.experiments.pages

Fills in the tables of `experiments_template.md` from `quality/*.csv`, and those of
`performance_template.md` from `performance/*.csv` and the reports in `benchmarks/results`. A test
compares the pages with what this program generates.

Host code.
"""

from __future__ import annotations

from pathlib import Path

from app.base.files import partial_file
from benchmarks.experiments import performance_tables as tables
from benchmarks.experiments.markdown import experiment_tables
from benchmarks.experiments.record import read_experiments

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"
EXPERIMENTS_PAGE = DOCS / "experiments.md"
PERFORMANCE_PAGE = DOCS / "performance.md"


def topic_tables(folder: Path) -> dict[str, str]:
    """Markdown tables of each CSV file in `folder`, by the file's name without its ending."""
    return {
        path.stem: experiment_tables(read_experiments(path))
        for path in sorted(folder.glob("*.csv"))
    }


def experiments_page() -> str:
    """Text of `docs/experiments.md`. A KeyError names a table that has no file."""
    template = (HERE / "experiments_template.md").read_text(encoding="utf-8")
    return template.format_map(topic_tables(HERE / "quality"))


def performance_page() -> str:
    """Text of `docs/performance.md`. A KeyError names a table that has no file."""
    template = (HERE / "performance_template.md").read_text(encoding="utf-8")
    reports = {
        "rays": tables.rays_table(),
        "samples": tables.profile_table("samples", "processor samples, percent"),
        "paths": tables.profile_table("paths", "time per path, ns"),
        "mitsuba-avx2": tables.mitsuba_table("throughput-cpu"),
        "mitsuba-avx512": tables.mitsuba_table("throughput-avx512-cpu"),
        "mitsuba-large": tables.mitsuba_table("throughput-avx512-640x360-cpu"),
        "scene-size": tables.scene_size_table(),
        "steps": tables.training_step_table(),
        "endurance": tables.endurance_table(),
    }
    return template.format_map(topic_tables(HERE / "performance") | reports)


def main() -> None:
    """Write both pages."""
    for path, text in (
        (EXPERIMENTS_PAGE, experiments_page()),
        (PERFORMANCE_PAGE, performance_page()),
    ):
        with partial_file(path) as partial:
            partial.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
