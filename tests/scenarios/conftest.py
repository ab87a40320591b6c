"""The scenario table at the end of a run: what was found, missed and falsely alarmed, kind by kind."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from bot.gaps.catalog import ALL


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, where scenarios ran. Reports carry the facts, so that processes of xdist may have run them."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        if getattr(report, "when", "") == "call"
    ]
    told = [value for report in reports for name, value in report.user_properties if name == "scenario"]
    if told:
        terminalreporter.section("scenarios")
        for line in table(told):
            terminalreporter.write_line(line)


def table(told: Iterable[dict[str, Any]]) -> list[str]:
    """Return the lines of the table."""
    told = list(told)
    found, missed, alarms = Counter[str](), Counter[str](), Counter[str]()
    for each in told:
        expected, seen = set(each["expected"]), set(each["seen"])
        found.update(expected & seen)
        missed.update(expected - seen)
        alarms.update(seen - expected)
    lines = [f"{'kind':<34}{'found':>7}{'missed':>8}{'false alarms':>14}"]
    codes = [kind.code for kind in ALL]
    lines += [f"{code:<34}{found[code]:>7}{missed[code]:>8}{alarms[code]:>14}" for code in codes]
    lines.append(f"{'all':<34}{found.total():>7}{missed.total():>8}{alarms.total():>14}")
    trapped = [each for each in told if each["trap"] is not None]
    decided = [each["cause"] for each in told if each["cause"] is not None]
    quiet = [each for each in told if not each["expected"]]
    lines += [
        f"traps right: {sum(each['right'] for each in trapped)} of {len(trapped)}",
        f"causes right: {sum(decided)} of {len(decided)}",
        f"no gap and none found: {sum(not each['seen'] for each in quiet)} of {len(quiet)}",
    ]
    return lines
