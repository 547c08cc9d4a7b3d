"""Every sentence that the bot answers a person with.

Short, kind, Chinese; 110/120 first where danger is under way. Refuses: looking anything up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.notices import clock
from alerts.office import Office
from alerts.routing import holder
from domain.access import Reach, Topic, reach
from domain.alert import Alert, AlertState, number_of
from domain.channel import Button, OutgoingMessage, Span, Style
from domain.danger import Level
from domain.duty import Person, Role
from domain.report import Report
from nlp.places import Town
from storage.told import Told

CODE_UNKNOWN = "没有这个邀请码，请核对后再发一次。"
CODE_USED = "这个邀请码已经用过了。请向管理员再要一个。"
CODE_EXPIRED = "这个邀请码已过期。请向管理员再要一个。"
CODE_IS_FOR_GROUP = "这是绑定值班群用的码，请在群里发：绑定 邀请码"
CODE_IS_FOR_PERSON = "这是个人登记用的码，请私信我发：绑定 邀请码"
CODE_WANTED = "请发：绑定 邀请码（向街镇或信访局管理员要）。"
TOO_MANY_CODES = "试错的次数太多，请一小时后再试，或请管理员重发一个邀请码。"

NOT_ENROLLED = (
    "您还没有登记，我先记下您的话，但不能当作正式上报。\n"
    "登记：向街镇或信访局要一个邀请码，发：绑定 邀请码\n"
    "有人身危险请马上拨110／120。"
)
NOT_ENROLLED_DANGER = (
    "危险正在发生，请马上拨110／120。\n"
    "您的话已转给区值班室（未登记，待核实）。请留下您的称呼和电话，值班员好找您。\n"
    "以后要上报，请向街镇要邀请码登记。"
)
NO_WORDS = "没有看到文字。请写一句：谁、在哪、什么情况。有人身危险请先拨110／120。"
WORDS_WANTED = (
    "没有文字，还没有人看过。请写一句：谁、在哪、什么情况。\n"
    "有人身危险请先拨110／120，再按「有危险」。"
)
ONLY_SIGNS = "只看到表情或符号。请写一句：谁、在哪、什么情况。有人身危险请先拨110／120。"
TESTED = "测试收到，通了。真有情况时像这样直接写一句：谁、在哪、什么情况。急事先拨110／120。"
PLEASED = "在的。看到危险请直接写：谁、在哪、什么情况。发「帮助」看用法。"
TOO_FAST = "您发得很快，每条都收下了，会逐条处理。急事请先拨110／120。"
SAVED_FOR_PERSON = "系统处理这条消息时出错，内容已保存，值班员会看。急事请先拨110／120。"

CANCELLED = "已取消。"
NOTHING_TO_CANCEL = "现在没有要取消的。"
NOT_FOR_GROUP = "请私信我办理。"
NO_REPORTS = "您还没有上报过。"
WHICH_REPORT = "请回复那条上报，或写明编号，如：撤回 R-0457"
WHICH_STATUS = "请写编号，如：状态 A-0132 或 状态 R-0457"
WHICH_MATTER = "请写编号，如：状态 A-0132 或 状态 R-0457；查信访事项写姓名、电话或编号"
NO_SUCH_NUMBER = "没有这个编号，或不在您的范围。"
WRITE_SUPPLEMENT = "请写要补充的内容。发「取消」不补充。"
WRITE_CORRECTION = "请把正确的内容完整写一遍。发「取消」不更正。"
WITHDRAWN = "{number} 已撤回。已发出的预警由值班员核实后办结。"
WITHDRAWN_QUIET = "{number} 已撤回。"
CORRECTED_LATE = "已过更正时间，您的话作为补充记在 {number}。"
STRANGER_ADDED = "收到，已转给区值班室。有人身危险请马上拨110／120。"
CORRECTED = "{number} 已更正。"
SUPPLEMENTED = "补充已收到，记在 {number}。"
NOT_YOURS = "这不是您的上报。"
THANKS_TOWN = "好的，已转{town}。"
THANKS_SAME = "好的，已并入 {number}。"
THANKS_OTHER = "好的，按两件事处理。"
TOO_OLD_TO_MERGE = "那条预警已经办结，按两件事处理。"
QUESTION_OVER = "这个问题已经过了时间。"


TAKEN_BY_YOU = "{number} 由您接收。处理完请按「办结」。"
YOURS_ALREADY = "{number} 已经在您手上。"
HAS_IT = "{number} {who}"
NOT_YOUR_ALERT = "{number} 不由您处理。{who}"
ENROL_FIRST = "请先登记再操作：私信我发「绑定 邀请码」。"
STALE_BUTTON = "这个按钮已经失效。"
HELP_CALLED = "已呼叫上一级支援 {number}。"
NOBODY_ABOVE = "上面没有人可以叫了，请直接打电话，急事拨110／120。"
HANDED_OVER = "{number} 已移交{to}。"
NOT_TO_THAT_UNIT = "反映的对象就是{town}，不能移交给它。"
WATCHING = "{number} 转为关注，到时再提醒。"
SNOOZED = "{number} 暂缓到 {until}，到时再呼叫。有新的等级、人或地点会提前叫您。"
TAKE_FIRST = "{number} 请先按「接收」，再暂缓。"
SNOOZE_NOTE = "红色预警不能连着暂缓，{number} 请写一句现在的情况。"
ASK_SNOOZE = "{who}：{number} 暂缓多久？"
ASK_WHY = "{who}：{number} 为什么？"
CLOSED = "{number} 已办结：{outcome}。"
ASK_GIVE = "{who}：{number} 移交给？"
ASK_FALSE = "{who}：{number} 为什么是误报？"
ASK_WATCH = "{who}：{number} 什么时候再看？"
ASK_OUTCOME = "{who}：{number} 结果如何？"
ASK_NOTE = "{who}：请回复一句，说明 {number} 的情况。"
NOTE_WANTED = "请用文字写一句情况。"
ALREADY_ALERTED = "预警已经发出，正在处理。"
RAISED_BY_YOU = "已发出预警，请人马上看。"
SAID_DANGER = "上报人按了「有危险」，规则没有看出来。"
CHOICE_DROPPED = "{number} 没有改动。"
NOTED = "已记入 {number}。"
NOT_ENROLLED_HERE = "群成员，未登记"

FORM_WHO = "谁有危险？（姓名或称呼，不知道可跳过）"
FORM_WHERE = "在哪？（镇街、村居、楼栋）"
FORM_WHAT = "什么情况？（看到、听到的原话最好）"
FORM_NOW = "现在还危险吗？"
FORM_EMPTY = "没有填内容，没有上报。"
FORM_EXPIRED = "刚才没填完，已按您写的先上报。"
SKIP = "跳过"
CANCEL = "取消"

STRANGER_GUESSING = "有人连续发错邀请码，请留意是否有人在试码。"
CANNOT_READ_DESK = "有一条消息系统没能处理（收件箱 {row}，{channel}），请管理员看一下。"

FILE_OF = "{number} 的附件"
RENOUNCED_ALERT = "您已登记回避，这一条请同事处理；没人接收会自动往上报。"
DETAILS_SENT = "已私信您。"
DETAILS_NEED_PRIVATE = "请先私信我一次，我再把详情发给您。"
ASK_TOWN = "这件事在哪个镇街？预警已先发出，您选了就转过去。"
OTHER_TOWN = "其他镇街"
ASK_SAME = "与 {number}（{at} {town}）是同一件事吗？"
SAME = "是同一件"
NOT_SAME = "不是"
PAUSE_HOW = "请写：维护 2小时 原因；结束写：维护结束"
PAUSE_NOT_YOURS = "只有本镇街的值班员或区值班员可以让值班群维护。"
PAUSE_IN_GROUP = "请在要维护的值班群里发。"
PAUSED = "已开始维护，到 {until}。提前结束请发：维护结束"
RESUMED = "维护已结束，预警照常发到群里。"
GATHERED = (
    "已收到，编号 {report}。很多人在报同一件事，已并入 {alert}，正在处理。\n"
    "不是同一件事请按下面的按钮，马上另发预警。急事请先拨110／120。"
)
NOT_THE_SAME = "不是同一件事"
APART = "已另发预警 {number}，请人马上看。"


SHIFT_HELP = (
    "我来值 — 现在起由我值到下班；我来值 4小时；还班 — 交还",
    "替班 李明 12月3日 — 我替他；换班 12月3日 李明 12月5日 — 互换",
    "交接 要说的话 — 留给下一班；单发「交接」看现在的交接单",
)


MATTER_HELP = (
    "状态 张三 — 查信访事项：姓名、电话或编号，只私下答复",
    "查阅 张三 理由 — 查辖区外的，区里会知道；回避 张三 — 我与此有关，不看",
)


def help_text(person: Person | None) -> str:
    """Return what somebody can do here."""
    if person is None:
        return NOT_ENROLLED
    has_shifts = person.role in {Role.TOWN_OFFICER, Role.DISTRICT_OFFICER, Role.LEADER}
    lines = [
        "看到危险，直接写：谁、在哪、什么情况。急事先拨110／120。",
        "上报 — 一步一步填",
        "我的 — 我的上报和结果",
        "状态 A-0132 — 查一条",
        "值班 — 现在谁值班，接下来谁",
        "回复自己的上报：补充；写「更正…」改正；写「撤回」撤回",
        "取消 — 停下正在填的",
    ]
    if reach(person.role, Topic.MATTER) is not Reach.NONE:
        lines[4:4] = MATTER_HELP
    return "\n".join([*lines, *SHIFT_HELP] if has_shifts else lines)


def welcome(person: Person) -> str:
    """Return the greeting after enrolment."""
    place = person.town or "全区"
    first = f"{person.name}，登记好了：{place} {person.role.label}。"
    if person.role in {Role.TOWN_OFFICER, Role.DISTRICT_OFFICER, Role.LEADER}:
        return first + "\n有预警会发到值班群和您这里，按「接收」就由您处理。发「帮助」看用法。"
    return (
        first
        + "\n看到危险，直接写：谁、在哪、什么情况。现在发「测试」两个字试一次。发「帮助」看用法。"
    )


def receipt(
    office: Office, report: Report, *, alert: Alert | None, lead: str = "", words: bool = True
) -> OutgoingMessage:
    """Return the receipt of a report: number, what happens now, 110/120.

    ``words`` is False for a photo or a pin alone, of which nobody has judged anything.
    """
    spans = []
    if lead:
        spans.append(Span(lead + "\n"))
    if alert is not None and alert.level is Level.RED:
        spans.append(Span("危险正在发生，请先拨110／120。\n", Style.STRONG))
    spans.append(Span(f"已收到，编号 {report.number}。\n", Style.STRONG))
    spans.append(Span(_what_now(office, alert) if words else WORDS_WANTED))
    return OutgoingMessage(body=tuple(spans), buttons=report_buttons(report, alert))


def _what_now(office: Office, alert: Alert | None) -> str:
    amend = int(office.amend_within.total_seconds() // 60)
    amend_words = f"补充请直接回复；写错了 {amend} 分钟内可更正或撤回。"
    if alert is None:
        return (
            f"已存档，没有看出人身危险。若有危险，请先拨110／120，再按「有危险」。\n{amend_words}"
        )
    whom = holder(alert) or "区值班室"
    if alert.state is AlertState.OPEN and alert.step == 0:
        at = alert.next_escalation_at
        when = "上班后" if at is None else clock(office, at, day=True)
        told = f"预警 {alert.number} 将在{when}发给{whom}值班群。"
    else:
        told = f"预警 {alert.number} 已发给{whom}，有人接收马上告诉您。"
    return f"{told}\n在这里上报不代替报警。{amend_words}"


def gathered(report: Report, alert: Alert) -> OutgoingMessage:
    """Return the receipt of a report that joined the many about one event."""
    words = GATHERED.format(report=report.number, alert=alert.number)
    apart = Button(NOT_THE_SAME, f"r:{report.id}:apart")
    return OutgoingMessage(body=(Span(words),), buttons=((apart,), *report_buttons(report, alert)))


def report_buttons(report: Report, alert: Alert | None) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons under a receipt."""

    def button(label: str, verb: str) -> Button:
        return Button(label, f"r:{report.id}:{verb}")

    row = (button("补充", "add"), button("更正", "fix"), button("撤回", "back"))
    return (row,) if alert is not None else ((button("有危险", "danger"),), row)


def again(report: Report, alert: Alert | None) -> str:
    """Return the answer to words that were reported before by the same person."""
    number = report.number if alert is None else alert.number
    return f"这条已经收到过（{number}），正在处理。有新情况请补充。"


def town_question(report: Report, towns: Iterable[Town], *, more: bool) -> OutgoingMessage:
    """Return the question which town a report belongs to."""
    buttons = [Button(town.name, f"r:{report.id}:town:{town.code}") for town in towns]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    if more:
        rows.append((Button(OTHER_TOWN, f"r:{report.id}:towns"),))
    return OutgoingMessage(body=(Span(ASK_TOWN),), buttons=tuple(rows))


def same_question(office: Office, report: Report, perhaps: Told) -> OutgoingMessage:
    """Return the question whether a report is about an alert that is there already."""
    words = ASK_SAME.format(
        number=number_of(perhaps.alert_id),
        at=clock(office, perhaps.raised_at),
        town=perhaps.town or "",
    )
    return OutgoingMessage(
        body=(Span(words),),
        buttons=(
            (
                Button(SAME, f"r:{report.id}:same:{perhaps.alert_id}"),
                Button(NOT_SAME, f"r:{report.id}:other:{perhaps.alert_id}"),
            ),
        ),
    )


def mine(office: Office, lines: Sequence[tuple[Report, Alert | None]]) -> str:
    """Return somebody's own reports and what became of them."""
    if not lines:
        return NO_REPORTS
    return "\n".join(
        f"{report.number} {clock(office, report.filed_at, day=True)}　{fate(report, alert)}"
        for report, alert in lines
    )


def fate(report: Report, alert: Alert | None) -> str:
    """Return in a few words what became of a report."""
    if report.withdrawn_at is not None:
        return "已撤回"
    if alert is None:
        return "已存档"
    if alert.state is AlertState.CLOSED and alert.outcome is not None:
        return f"{alert.number} 已办结：{alert.outcome.label}"
    return f"{alert.number} {alert.state.label}"
