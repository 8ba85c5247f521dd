"""Prints a Markdown table of reports of offline training, a row for each network and test set.

python -m benchmarks.offline_table runs/*/report.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HEAD = "| task | test set | input | network | PSNR | SSIM | noisy - clean | iterations | minutes |"


def rows_of(path: Path) -> list[str]:
    """Table rows of one report; none for a study, which has no test results."""
    report = json.loads(path.read_text())
    rows = []
    for name, test in report.get("test", {}).items():
        networks = test.get("networks") or {
            f"{report['loss'].upper()}, {report['targets']} targets": {
                "psnr": test["psnr_denoised"],
                "ssim": test.get("ssim_denoised", float("nan")),
            }
        }
        psnrs = [network["psnr"] for network in networks.values()]
        for index, (label, network) in enumerate(networks.items()):
            is_pair = index == 0 and report["targets"] == "both" and len(psnrs) == 2
            gap = f"{psnrs[0] - psnrs[1]:+.2f}" if is_pair else ""
            rows.append(
                f"| {report['task']} | {name} | {test['psnr_input']:.2f} | {label} |"
                f" {network['psnr']:.2f} | {network['ssim']:.3f} | {gap} |"
                f" {report['iterations']:,} | {report['seconds'] / 60:.0f} |"
            )
        for baseline, means in report.get("baselines", {}).items():
            rows.append(
                f"| {report['task']} | {name} | {test['psnr_input']:.2f} | {baseline} |"
                f" {means[name]:.2f} | | | | |"
            )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", nargs="+", type=Path)
    print(HEAD)
    print("|---" * HEAD.count(" |") + "|")
    for path in parser.parse_args().reports:
        for row in rows_of(path):
            print(row)


if __name__ == "__main__":
    main()
