"""The tables of crash runs: one for each run, one over all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bench._found import ENOUGH, Findings, too_many

_WIDE = 54


def print_run(title: str, findings: Findings) -> None:
    """Print what one run came to."""
    print(f"\n{title}")
    for name, value in findings.figures.items():
        _line(name, value)
    for name, number in findings.results.items():
        _line(name, number)
    for words in findings.broken:
        print(f"  BROKEN  {words}")
    _line("promises", "broken" if findings.broken else "all kept")


def print_runs(title: str, found: Mapping[int, Findings]) -> None:
    """Print sums and worst values over several runs, by their seeds."""
    sums = sum((one.sums for one in found.values()), Counter[str]())
    results = sum((Counter(one.results) for one in found.values()), Counter[str]())
    print(f"\n{title}: {len(found)} runs, seeds {min(found)} to {max(found)}")
    for name in sorted(sums, key=lambda name: (name.startswith("  "), name)):
        _line(name, sums[name])
    for name in next(iter(found.values())).results:
        _line(name, results[name])
    doubles, sent = sums["doubles"], sums["messages sent"]
    withheld = sums["doubles in Telegram, answer withheld"]
    _line("doubles of all messages", f"{100 * doubles / max(1, sent):.2f} %")
    _line(
        "… but those whose answer was withheld",
        f"{100 * (doubles - withheld) / max(1, sent):.2f} %",
    )
    for name in sorted({name for one in found.values() for name in one.worst}):
        values = sorted(one.worst[name] for one in found.values() if name in one.worst)
        _line(name, f"median {values[len(values) // 2]:.2f}, worst {values[-1]:.2f}")
    broken = [f"seed {seed}: {words}" for seed, one in found.items() for words in one.broken]
    if sent >= ENOUGH and too_many(doubles, sent):
        broken.append(f"all: doubles under 0.5 %: {doubles} of {sent}")
    for words in broken:
        print(f"  BROKEN  {words}")
    whole = sum(not one.broken for one in found.values())
    _line("runs with all promises kept", f"{whole} of {len(found)}")


def _line(name: str, value: object) -> None:
    print(f"  {name:<{_WIDE}} {value}", flush=True)
