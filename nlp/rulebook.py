"""The rule files of one folder, read, checked and kept as one book.

Says what is wrong in words that name file, rule and key. Refuses: a rule without an
example of what it finds and of what it leaves alone; ids used twice; words that only say
petition as a condition for danger.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from domain.danger import Category, Level
from domain.errors import SetupError
from nlp.normalize import Spelling
from nlp.rule import Across, Context, Direction, Example, Family, Rule, Rulebook, Status
from nlp.rule_fields import Fields
from nlp.terms import Term, expand

__all__ = ["Rulebook", "load"]

_ID = re.compile(r"[A-Z]{2,6}-\d{2,3}")
_OPEN, _CLOSE = "<", ">"
_WITHIN = 12
_MOST_WITHIN = 400
_LEVELS = {Level.RED, Level.ORANGE, Level.YELLOW}


def load(folder: Path) -> Rulebook:
    """Read every rule file of ``folder``; raises `SetupError` at the first fault."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise SetupError(
            where=str(folder), key="*.toml", found="没有规则文件", write="放入至少一个规则文件"
        )
    return _Builder(folder).build([_read(file) for file in files])


def _read(file: Path) -> Fields:
    try:
        return Fields(str(file), "", tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SetupError(
            where=str(file), key="TOML", found=str(fault), write="按 TOML 的写法改正这一行"
        ) from fault
    except OSError as fault:
        raise SetupError(
            where=str(file), key="文件", found=str(fault), write="让程序能读到这个文件"
        ) from fault


class _Builder:
    """Collects what the files say; lists, contexts and signs may come from any file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lists: dict[str, tuple[Fields, tuple[str, ...]]] = {}
        self.terms: dict[str, tuple[Term, ...]] = {}
        self.contexts: dict[str, Context] = {}
        self.spellings: list[Spelling] = []
        self.petition_words: list[str] = []
        self.rules: dict[str, Rule] = {}
        self.families: list[Family] = []
        self.signs: set[str] = set()
        self.anywhere: set[str] = set()

    def build(self, files: Iterable[Fields]) -> Rulebook:
        with_rules = list(files)
        for file in with_rules:
            self._lists(file.table("terms"))
        for file in with_rules:
            for context in file.tables("context"):
                self._context(context)
            for spelling in file.tables("spelling"):
                self._spelling(spelling)
            self.petition_words += file.words("petition_words")
            self.anywhere.update(file.words("anywhere"))
            self._known(file, "anywhere", self.anywhere, self.lists)
        terms = {name: self._terms(name, ()) for name in self.lists}
        todo = [
            (file, family, fields) for file in with_rules for family, fields in self._family(file)
        ]
        petition = self._only_petition(terms)
        self.signs = {fields.text("gives", default="") for _, _, fields in todo} - {""}
        for _, family, fields in todo:
            rule = self._rule(fields, family)
            self._refuse_petition(fields, rule, petition)
            self.rules[rule.id] = rule
        for file in with_rules:
            file.done()
        return Rulebook(
            folder=str(self.folder),
            rules=tuple(self.rules.values()),
            contexts=self.contexts,
            terms=terms,
            spellings=tuple(self.spellings),
            petition_words=tuple(self.petition_words),
            families=tuple(self.families),
            anywhere=frozenset(self.anywhere),
        )

    def _lists(self, table: Fields) -> None:
        for name in table.keys():  # noqa: SIM118 - not a dict
            if name in self.lists:
                table.wrong(name, "这个词表的名字已经用过，换一个")
            self.lists[name] = (table, table.words(name, least=1))

    def _terms(self, name: str, inside: tuple[str, ...]) -> tuple[Term, ...]:
        if name in self.terms:
            return self.terms[name]
        table, words = self.lists[name]
        if name in inside:
            table.wrong(name, "词表绕回了自己：" + " > ".join((*inside, name)))
        said: dict[Term, None] = {}
        for word in words:
            if word.startswith("@"):
                if word[1:] not in self.lists:
                    table.wrong(name, "没有这个词表", word)
                said.update(dict.fromkeys(self._terms(word[1:], (*inside, name))))
                continue
            try:
                said.update(dict.fromkeys(expand(word)))
            except ValueError as fault:
                table.wrong(name, str(fault), word)
        self.terms[name] = tuple(said)
        return self.terms[name]

    def _context(self, fields: Fields) -> None:
        name = fields.text("name")
        if name in self.contexts:
            fields.wrong("name", "这个名字已经用过，换一个")
        self.contexts[name] = Context(
            name=name,
            label=fields.text("label"),
            direction=fields.one_of("direction", Direction),
            gap=fields.number("gap", default=0, most=_MOST_WITHIN),
            across=fields.one_of("across", Across, default=Across.CLAUSE),
            cues=self._cues(fields, "cues", least=1),
            pseudo=self._cues(fields, "pseudo"),
            stops=self._cues(fields, "stops"),
            also=self._cues(fields, "also"),
        )
        fields.done()

    def _cues(self, fields: Fields, key: str, *, least: int = 0) -> tuple[Term, ...]:
        said: dict[Term, None] = {}
        for word in fields.words(key, least=least):
            if word.startswith("@") and word[1:] in self.lists:
                said.update(dict.fromkeys(self._terms(word[1:], ())))
                continue
            try:
                said.update(dict.fromkeys(expand(word)))
            except ValueError as fault:
                fields.wrong(key, str(fault), word)
        return tuple(said)

    def _spelling(self, fields: Fields) -> None:
        spelling = Spelling(
            written=fields.text("written"),
            read=fields.text("read"),
            not_before=fields.words("not_before"),
            not_after=fields.words("not_after"),
        )
        fields.done()
        self.spellings.append(spelling)

    def _family(self, file: Fields) -> Iterable[tuple[Family, Fields]]:
        header = file.table("family")
        family = Family(
            file=file.file,
            name=header.text("name", default=""),
            unless=header.words("unless"),
            category=header.words("category"),
            no_match=header.words("no_match"),
        )
        header.done()
        self._known(header, "unless", family.unless, self.contexts)
        rules = file.tables("rule")
        if rules:
            self.families.append(family)
        return [(family, fields) for fields in rules]

    def _rule(self, fields: Fields, family: Family) -> Rule:
        rule_id = fields.text("id")
        if not _ID.fullmatch(rule_id):
            fields.wrong("id", "写成字母、横线和号码，例如 JUMP-03")
        if rule_id in self.rules:
            fields.wrong("id", f"这个编号在 {self.rules[rule_id].file} 里用过；编号不重复使用")
        level = fields.one_of("level", Level)
        if level not in _LEVELS:
            fields.wrong("level", "写 red、orange 或 yellow")
        own, despite = fields.words("unless"), fields.words("despite")
        self._known(fields, "unless", own, self.contexts)
        self._known(fields, "despite", despite, dict.fromkeys(family.unless))
        heard = fields.words("all", least=1)
        extra = fields.words("any")
        self._known(fields, "all", heard, {**self.lists, **dict.fromkeys(self.signs)})
        self._known(fields, "any", extra, {**self.lists, **dict.fromkeys(self.signs)})
        rule = Rule(
            id=rule_id,
            level=level,
            category=self._category(fields, family),
            status=fields.one_of("status", Status, default=Status.STABLE),
            reason=fields.text("reason"),
            all=heard,
            any=extra,
            within=fields.number("within", default=_WITHIN, most=_MOST_WITHIN),
            across=fields.one_of("across", Across, default=Across.SENTENCE),
            ordered=fields.yes("ordered"),
            unless=tuple(name for name in (*family.unless, *own) if name not in despite),
            own_unless=own,
            gives=fields.text("gives", default=""),
            lowers=fields.yes("lowers"),
            match=tuple(_example(fields, line) for line in fields.words("match", least=1)),
            no_match=tuple(Example(line) for line in fields.words("no_match", least=1)),
            false_positives=fields.text("false_positives"),
            file=fields.file,
        )
        fields.done()
        return rule

    def _category(self, fields: Fields, family: Family) -> tuple[Category, ...]:
        names = fields.words("category") or family.category
        known = list(Category)
        if not names or any(name not in known for name in names):
            fields.wrong("category", "写其中之一或几个：" + "、".join(known))
        return tuple(Category(name) for name in names)

    def _known(
        self, fields: Fields, key: str, names: Iterable[str], known: Mapping[str, object]
    ) -> None:
        for name in names:
            if name not in known:
                fields.wrong(key, "没有叫这个名字的词表、情境或信号", name)

    def _only_petition(self, terms: Mapping[str, tuple[Term, ...]]) -> dict[str, Term]:
        """Return of each list that has any the first term that only says petition."""
        rights = {way for word in self.petition_words for term in expand(word) for way in term.key}
        return {
            name: term
            for name, listed in terms.items()
            for term in reversed(listed)
            if rights.issuperset(itertools.chain.from_iterable(term.pieces))
        }

    def _refuse_petition(self, fields: Fields, rule: Rule, petition: Mapping[str, Term]) -> None:
        """A word that only says petition may be no condition for danger (codebook, rights)."""
        for key, names in (("all", rule.all), ("any", rule.any)):
            for name in names:
                if name in petition:
                    found = petition[name].said
                    fields.wrong(key, f"词表 {name} 里的这个词只说明信访，不是危险", found)


def _example(fields: Fields, line: str) -> Example:
    if line.count(_OPEN) != 1 or line.count(_CLOSE) != 1:
        fields.wrong("match", "用 <…> 标出应当命中的地方，一处", line)
    start = line.index(_OPEN)
    end = line.index(_CLOSE) - 1
    if end <= start:
        fields.wrong("match", "<…> 里要有字", line)
    return Example(line.replace(_OPEN, "").replace(_CLOSE, ""), start, end)
