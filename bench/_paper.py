"""The tables of a simulated province: what was run, and what follows on paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench._counting import Counted
from bench._crowd import DAY, Plan
from bench._findings import CHANNELS, LEVELS, Findings, Longest, p99, quantiles

WANTED_P99 = 2.0
WHOLE_RATE = 30.0
CHAT_RATE = 1.0
GROUP_A_MINUTE = 20
CARDS = 2  # of a red alert's first step: the duty group and who is on duty
WHOLE_SECOND = 1.5  # a refusal names whole seconds, and the next look is a little later
_HEAD = f"{'median':>8}{'p90':>8}{'p99':>8}{'most':>8}"


def limits_alone(arrivals: Iterable[tuple[datetime, str]]) -> list[float]:
    """Return how long red has to wait if nothing but a bot's limits stood in its way.

    Nothing else is sent: each alert's cards go one behind the other at 30 a second, and those
    of one town at one a second and 20 a minute.
    """
    whole: datetime | None = None
    towns: defaultdict[str, list[datetime]] = defaultdict(list)
    waits = []
    for at, town in sorted(arrivals):
        before = towns[town]
        start = at if whole is None else max(at, whole)
        if before:
            start = max(start, before[-1] + timedelta(seconds=1 / CHAT_RATE))
        if len(before) >= GROUP_A_MINUTE:
            start = max(start, before[-GROUP_A_MINUTE] + timedelta(minutes=1))
        before.append(start)
        # A card that waits for its town leaves the others to go on.
        whole = (at if whole is None else max(at, whole)) + timedelta(seconds=CARDS / WHOLE_RATE)
        waits.append((start - at).total_seconds())
    return waits


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over. ``seconds`` is this machine's real time by what it did."""

    found: Findings
    plan: Plan
    longest: Longest
    seconds: Mapping[str, float]
    counted: Counted
    reports: int

    def print(self) -> int:
        """Print every table; returns 1 when red took longer than wanted and than explained."""
        self._delivery()
        self._limits()
        self._database()
        self._on_paper()
        return self._judge()

    def _delivery(self) -> None:
        found = self.found
        print(f"\nRUN  accepted to first sent, virtual s      {_HEAD}  alerts  not yet")
        for channel in CHANNELS:
            for level in LEVELS:
                values, unsent = found.delivered[level, channel], found.unsent[level, channel]
                if values or unsent:
                    title = f"{level}, {channel} channel"
                    print(f"  {title:<40}{quantiles(values)}  {len(values):6}  {unsent:7}")
            values, title = found.receipts[channel], f"receipts, {channel} channel"
            print(f"  {title:<40}{quantiles(values)}  {len(values):6}")
        print(f"\nRUN  accepted to taken (接收), virtual s      {_HEAD}   taken  not yet")
        for level in LEVELS:
            values = found.answered[level]
            print(f"  {level:<40}{quantiles(values)}  {len(values):6}  {found.unanswered[level]:7}")
        told = ", ".join(f"{kind} {number}" for kind, number in sorted(found.kinds.items()))
        print(f"\nRUN  timelines: {told}")

    def _limits(self) -> None:
        heads = "".join(f"{head:>8}" for head in ("red", "orange", "yellow", "others"))
        print(f"\nRUN  {'what the limits refused':<41}{heads}")
        for name in CHANNELS:
            channel = self.found.channels[name]
            for limit in sorted({limit for limit, _ in channel.refused}):
                cells = "".join(f"{channel.refused[limit, lv]:8}" for lv in (*LEVELS, "none"))
                print(f"  {f'{name} channel: {limit}':<44}{cells}")
            print(f"  {name} channel: took {channel.taken.total()}, broke off {channel.failed}")
        print("\nRUN  longest queues, looked at once a virtual second")
        for name, length in sorted(self.longest.queues.items()):
            print(f"  {name:<36} {length:7}")

    def _database(self) -> None:
        counted, each = self.counted, max(1, self.reports)
        kinds = ", ".join(f"{kind} {number}" for kind, number in counted.kinds.most_common())
        print("\nRUN  the database, sends and answers included")
        print(f"  {counted.statements} statements, {counted.commits} commits ({kinds})")
        print(
            f"  {self.found.rows} rows in all; a report: {counted.statements / each:.1f}"
            f" statements, {counted.commits / each:.2f} commits"
        )
        real = ", ".join(f"{what} {spent:.1f} s" for what, spent in self.seconds.items())
        print(f"  real time of this machine: {real}")

    def _on_paper(self) -> None:
        plan = self.plan
        sends = sum(channel.taken.total() for channel in self.found.channels.values())
        each = sends / max(1, self.reports)
        a_day = plan.reporters * plan.a_day
        busiest = max(DAY) / sum(DAY) * a_day / 3600
        print("\nCOMPUTED  from the figures of this run")
        print(
            f"  a day: {a_day:.0f} reports, {a_day * each:.0f} messages ({each:.2f} a report);"
            f" busiest hour {busiest:.2f} reports/s"
        )
        share = each * plan.limited
        for name, rate in (("busiest hour", busiest), ("storm", plan.storm_rate)):
            held = rate * share / WHOLE_RATE
            verdict = "30/s in all binds" if held > 1 else "30/s in all does not bind"
            print(f"  {name}: limited channel gets {rate * share:.1f} messages/s: {verdict}")
        backlog = max(0.0, plan.storm_rate * share - WHOLE_RATE) * plan.storm_seconds
        spare = WHOLE_RATE - busiest * share
        if backlog and spare > 0:
            gone = backlog / spare
            print(f"  after the storm {backlog:.0f} wait, receipts last; gone in {gone:.0f} s")
        self._machine(busiest)

    def _machine(self, busiest: float) -> None:
        plan, busy = self.plan, sum(self.seconds.values())
        if not (busy and self.reports):
            return
        can = self.reports / busy
        print(
            f"  this machine as busy as it was, one process: {can:.0f} reports/s to the last"
            f" message; busiest hour {busiest / can:.1%} of it, storm {plan.storm_rate / can:.0%}"
        )
        hears = self.reports / (self.seconds["accept"] + self.seconds["hear"])
        if plan.storm_rate > hears:
            late = (plan.storm_rate / hears - 1) * plan.storm_seconds
            print(
                f"  it hears {hears:.0f} reports/s: here the MACHINE binds in the storm, the last"
                f" report is heard {late:.0f} s late (virtual time above knows nothing of it)"
            )

    def _judge(self) -> int:
        """Hold red against what is wanted, and against what the limits alone explain."""
        short = False
        print(f"\nwanted: red p99 under {WANTED_P99:g} s, or what the limits alone explain")
        for channel in CHANNELS:
            if not self.found.delivered["red", channel]:
                continue
            took = p99(self.found.delivered["red", channel])
            limited = channel == "limited"
            least = p99(limits_alone(self.found.raised[channel, "red"])) if limited else 0.0
            good = took < WANTED_P99
            explained = limited and took <= least + WHOLE_SECOND
            word = "good" if good else "bounded by its limits" if explained else "SHORT"
            print(
                f"  {channel} channel: RUN p99 {took:.2f} s,"
                f" COMPUTED limits alone {least:.2f} s: {word}"
            )
            short |= not (good or explained)
        return int(short)
