"""What a row of steps can have against the law, and the sentence for each.

A fault is the ledger's, never the petitioner's: it says what does not fit and what to look at.
Refuses: finding them (`petitions.faults`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from domain.petition import Step


class FaultKind(enum.StrEnum):
    """The named reason for which steps cannot be as they are written."""

    UNREGISTERED = "unregistered"
    REGISTERED_TWICE = "registered_twice"
    BEFORE_REGISTERED = "before_registered"
    IN_FUTURE = "in_future"
    UNFORWARDED = "unforwarded"
    REPORT_BEFORE_FORWARDED = "report_before_forwarded"
    ACCEPTED_TWICE = "accepted_twice"
    DROPPED = "dropped"
    EXTENSION_OF_OTHER_KIND = "extension_of_other_kind"
    EXTENSION_UNACCEPTED = "extension_unaccepted"
    EXTENSION_AFTER_REPLY = "extension_after_reply"
    EXTENSION_TOO_LATE = "extension_too_late"
    EXTENSION_LENGTH = "extension_length"
    EXTENSION_TOO_LONG = "extension_too_long"
    EXTENSION_MISMATCH = "extension_mismatch"
    EXTENDED_TWICE = "extended_twice"
    REPLIED_UNACCEPTED = "replied_unaccepted"
    REVIEW_OF_OTHER_KIND = "review_of_other_kind"
    REVIEW_WITHOUT_REPLY = "review_without_reply"
    REVIEW_AGAIN = "review_again"
    REVIEWED_UNASKED = "reviewed_unasked"
    RECHECK_WITHOUT_REVIEW = "recheck_without_review"
    RECHECKED_UNASKED = "rechecked_unasked"
    HEARING_DAYS = "hearing_days"
    AFTER_END = "after_end"


@dataclass(frozen=True, slots=True)
class Fault:
    """One contradiction; ``step`` is where it shows, None if a step is missing."""

    kind: FaultKind
    step: Step | None = None

    @property
    def words(self) -> str:
        """The sentence that a clerk reads, behind the day and name of the step."""
        sentence = _WORDS[self.kind]
        if self.step is None:
            return sentence
        return f"{self.step.on} {self.step.kind.label}：{sentence}"


_WORDS = {
    FaultKind.UNREGISTERED: "没有登记日期，15日无从算起（第二十二、二十三条），请补上登记。",
    FaultKind.REGISTERED_TWICE: "已经登记过，按最早的一次算。重复来访来信请另立一件，注明重复。",
    FaultKind.BEFORE_REGISTERED: "日期早于登记，请核对两个日期。",
    FaultKind.IN_FUTURE: "日期还没有到，暂不计算，请核对年份和月份。",
    FaultKind.UNFORWARDED: "前面没有转送交办，异议无从提起（第二十三条第三款），请补上转送交办。",
    FaultKind.REPORT_BEFORE_FORWARDED: "要求反馈的日期早于转送交办，没有计算，请核对。",
    FaultKind.ACCEPTED_TWICE: "已经受理过，期限从最早的一次算（第三十四条），请核对。",
    FaultKind.DROPPED: "已经受理，要先有答复或复核意见（第三十四、三十六条）。期限照算，请核对。",
    FaultKind.EXTENSION_OF_OTHER_KIND: (
        "只有三十一条六项的申诉求决才有60日和延期（第三十四条），没有计算，请核对事项类型。"
    ),
    FaultKind.EXTENSION_UNACCEPTED: "还没有受理，不能延期（第三十四条），没有计算，请核对日期。",
    FaultKind.EXTENSION_AFTER_REPLY: "已经答复，不用再延期，没有计算，请核对日期。",
    FaultKind.EXTENSION_TOO_LATE: "期限已过，不能再延（第三十四条），没有计算，请核对批准日期。",
    FaultKind.EXTENSION_LENGTH: "没有写清延长几天，没有计算，请写天数（最多30日）或延到哪天。",
    FaultKind.EXTENSION_TOO_LONG: "最多延长30日（第三十四条），按30日算，请核对批准书。",
    FaultKind.EXTENSION_MISMATCH: "延长的天数和延到的日期对不上，按天数算，请核对批准书。",
    FaultKind.EXTENDED_TWICE: "已经延过一次，只能延一次（第三十四条），没有计算，请核对。",
    FaultKind.REPLIED_UNACCEPTED: (
        "前面没有受理，60日无从算起，不算办结（第三十四条），请补上受理或核对日期。"
    ),
    FaultKind.REVIEW_OF_OTHER_KIND: (
        "复查针对三十一条六项的处理意见（第三十五条）。请核对事项类型，并告知信访人该走的程序。"
    ),
    FaultKind.REVIEW_WITHOUT_REPLY: "前面没有答复，请补上答复日期（第三十五条）。复查的30日照算。",
    FaultKind.REVIEW_AGAIN: "已有复查意见，再不服是申请复核（第三十六条），请核对是不是复核。",
    FaultKind.REVIEWED_UNASKED: "前面没有复查申请，30日无从算起（第三十五条），请补上申请日期。",
    FaultKind.RECHECK_WITHOUT_REVIEW: (
        "前面没有复查意见，请补上或核对（第三十六条）。复核的30日照算。"
    ),
    FaultKind.RECHECKED_UNASKED: "前面没有复核申请，30日无从算起（第三十六条），请补上申请日期。",
    FaultKind.HEARING_DAYS: "听证天数写得不对，只按当天一天算，请写清几天。",
    FaultKind.AFTER_END: (
        "这件事已有复核意见或不再受理，同一事实和理由不再受理（第三十六条第三款）。"
        "有新的事实请另立一件。"
    ),
}
