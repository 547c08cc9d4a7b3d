"""How long does the assessment of a report take, beside segmenting it and beside a bare scan?

Everyday traffic in which 2 %, 10 % or all texts hold an example of a rule, and the harmless
lines of tests/nlp/baseline.txt; jieba.lcut with a set look-up, a bare Aho-Corasick scan of
the same texts normalised (all terms of the rules), the rules and both readers take turns.
Then: growth with the number of terms and with length, the slowest texts that we could make,
and what a start costs. Medians of the processor's time; the machine's own noise is shared.

    .venv/bin/python bench/assess_speed.py [--texts 1500] [--rounds 7] [--seed 1] [--rules DIR]
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ahocorasick_rs
import jieba

from bench import _texts
from nlp import places, rulebook
from nlp.assess import Assessor
from nlp.masking import place_names
from nlp.normalize import Normalizer
from nlp.reading import TwoReaders
from nlp.rule import Rulebook
from nlp.weak_signals import load

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "nlp" / "rules"
WEIGHTS = ROOT / "nlp" / "weights" / "weak_signals.json"
DISTRICT = ROOT / "districts" / "panyu.toml"
TARGETS = {0.02: 25.0, 0.1: 10.0}  # times jieba.lcut and a set look-up
BOTH_TARGETS = {0.02: 10.0}  # the same with the second reader
SCAN_TARGET = 10.0  # times a bare scan, at most
TERMS_TARGET = 1.2  # 10,000 terms beside 1,000
HOSTILE_SECONDS, HOSTILE_LENGTH = 0.5, 100_000
READY_SECONDS = 2.5
_START = """
import resource, sys, time
began = time.perf_counter(), time.process_time()
from pathlib import Path
from nlp import places, rulebook
from nlp.assess import Assessor
from nlp.masking import place_names
Assessor(rulebook.load(Path(sys.argv[1])))
print(time.perf_counter() - began[0], time.process_time() - began[1],
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""

_Work = Callable[[str], object]


def in_turns(texts: Sequence[str], works: Mapping[str, _Work], rounds: int) -> dict[str, float]:
    """Return the median microseconds a text of each of ``works``, which take turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.process_time()
            for text in texts:
                work(text)
            taken[name].append((time.process_time() - began) / len(texts) * 1e6)
    return {name: statistics.median(values) for name, values in taken.items()}


def words_of(book: Rulebook) -> list[str]:
    """Return every word of the lists and contexts of ``book``."""
    terms = [term for terms in book.terms.values() for term in terms]
    for context in book.contexts.values():
        terms += [*context.cues, *context.pseudo, *context.stops, *context.also]
    return sorted({way for term in terms for ways in term.pieces for way in ways})


def beside_the_others(book: Rulebook, count: int, rounds: int, seed: int) -> bool:
    """Print the assessor beside jieba and a bare scan; return whether the targets are met."""
    assessor = Assessor(book)
    words = words_of(book)
    normalizer = Normalizer(book.spellings, ())
    scan = ahocorasick_rs.AhoCorasick(words).find_matches_as_indexes
    listed = set(words)
    lines = (ROOT / "tests" / "nlp" / "baseline.txt").read_text("utf-8").splitlines()
    harmless = [line for line in lines if line and not line.startswith("#")]
    sets = {
        f"{share:.0%} hold a candidate": _texts.traffic(book, count, share, random.Random(seed))
        for share in (0.0, 0.02, 0.1, 1.0)
    } | {
        "lines of the baseline": harmless,
        "… four and four": ["，".join(harmless[at : at + 4]) for at in range(0, len(harmless), 4)],
    }
    weak = load(WEIGHTS, place_names=place_names(places.load(DISTRICT)))
    both = TwoReaders(assessor, weak)
    print(
        "\nmicroseconds a text   characters    rules     both    jieba     scan"
        "   jieba/rules  jieba/both  rules/scan"
    )
    good = True
    for name, texts in sets.items():
        read = {text: normalizer.normalize(text).text for text in texts}
        took = in_turns(
            texts,
            {
                "rules": assessor.assess,
                "both": both.assess,
                "jieba": lambda text: listed.intersection(jieba.lcut(text)),
                "scan": lambda text, read=read: scan(read[text]),  # type: ignore[misc]
            },
            rounds,
        )
        times, scans = took["jieba"] / took["rules"], took["rules"] / took["scan"]
        times_both = took["jieba"] / took["both"]
        long = sum(map(len, texts)) / len(texts)
        print(
            f"  {name:<20}{long:10.0f}{took['rules']:10.1f}{took['both']:9.1f}{took['jieba']:9.1f}"
            f"{took['scan']:9.2f}{times:11.1f} x{times_both:10.1f} x{scans:9.1f} x"
        )
        for share, target in BOTH_TARGETS.items():
            if name.startswith(f"{share:.0%} "):
                good = good and times_both >= target
        for share, target in TARGETS.items():
            if name.startswith(f"{share:.0%} "):
                good = good and times >= target and scans <= SCAN_TARGET
    return good


def growth_with_terms(rounds: int, seed: int) -> bool:
    """Print what 100, 1,000 and 10,000 terms cost; return whether 10,000 cost little more."""
    chance = random.Random(seed)
    jieba.initialize()
    known = sorted(word for word, often in jieba.dt.FREQ.items() if often and len(word) in {3, 4})
    texts = [_texts.everyday(chance) for _ in range(1000)]
    heard = "\n".join(texts)
    words = [word for word in chance.sample(known, 11_000) if word not in heard][:10_000]
    for number in range(0, len(texts), 50):
        texts[number] += chance.choice(words[:100])
    works = {}
    with tempfile.TemporaryDirectory(prefix="huxin-terms-") as folder:
        for count in (100, 1_000, 10_000):
            file = Path(folder) / "rules.toml"
            quoted = ", ".join(f'"{word}"' for word in words[:count])
            file.write_text(
                f'[terms]\nwords = [{quoted}]\n[[rule]]\nid = "TEST-01"\nlevel = "red"\n'
                'category = ["self_harm"]\nreason = "测"\nall = ["words"]\nfalse_positives = "无"\n'
                f'match = ["<{words[0]}>"]\nno_match = ["好"]\n',
                "utf-8",
            )
            works[f"{count:,}"] = Assessor(rulebook.load(Path(folder))).assess
    took = in_turns(texts, works, rounds)
    print("\nterms, microseconds a text (2 % hold one)")
    print("  " + "   ".join(f"{name}: {value:.2f}" for name, value in took.items()))
    more = took["10,000"] / took["1,000"]
    print(f"  10,000 cost {more:.2f} times 1,000")
    return more < TERMS_TARGET


def growth_with_length(book: Rulebook, seed: int) -> None:
    """Print what a character costs in texts of 100 to a million characters."""
    assessor = Assessor(book)
    whole = "\n".join(_texts.traffic(book, 15_000, 0.1, random.Random(seed)))
    print("\nlength, microseconds a character (10 % of the sentences hold a candidate)")
    for length in (100, 1_000, 10_000, 100_000, 1_000_000):
        texts = [whole[at : at + length] for at in range(0, min(len(whole), 100_000), length)]
        took = in_turns(texts, {"assess": assessor.assess}, 3)["assess"]
        print(f"  {len(texts[0]):>9,}  {took / len(texts[0]):.3f}")


def worst(book: Rulebook) -> bool:
    """Print the slowest hostile texts; return whether all are quick enough."""
    assessor = Assessor(book)
    taken = []
    for name, text in _texts.hostile(book, HOSTILE_LENGTH):
        seconds = in_turns([text], {name: assessor.assess}, 3)[name] / 1e6
        taken.append((seconds, name))
    print(f"\nhostile texts of {HOSTILE_LENGTH:,} characters, the slowest ten of {len(taken)}")
    for seconds, name in sorted(taken, reverse=True)[:10]:
        print(f"  {seconds:6.3f} s  {name}")
    return max(taken)[0] < HOSTILE_SECONDS


def start(rules: Path) -> bool:
    """Print what a start costs; return whether it is quick enough."""
    runs = []
    for _ in range(3):
        ran = subprocess.run(
            [sys.executable, "-c", _START, rules], cwd=ROOT, check=True, capture_output=True
        )
        runs.append(tuple(map(float, ran.stdout.split())))
    wall, busy, memory = sorted(runs)[1]
    print(f"\nimport and rulebook ready: {wall:.2f} s ({busy:.2f} s of work), {memory:.0f} MB")
    return wall < READY_SECONDS


def main() -> int:
    """Measure, print the tables and return 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", type=Path, default=RULES, help="a folder of rule files")
    asked = parser.parse_args()
    book = rulebook.load(asked.rules)
    print(f"{len(words_of(book)):,} words in {len(book.rules)} rules, seed {asked.seed}")
    met = {
        "ready in time": start(asked.rules),
        "beside jieba and the scan": beside_the_others(book, asked.texts, asked.rounds, asked.seed),
        "10,000 terms": growth_with_terms(asked.rounds, asked.seed),
        "no slow text": worst(book),
    }
    growth_with_length(book, asked.seed)
    print(
        "\n" + "\n".join(f"  {name}: {'met' if good else 'MISSED'}" for name, good in met.items())
    )
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
