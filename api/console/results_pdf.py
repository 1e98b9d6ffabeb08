"""A candidate's report as a PDF, in letters of DejaVu Sans.

It has every letter of Latin, Greek and Cyrillic scripts, Armenian, Georgian, Hebrew and Arabic among others;
what it lacks (Chinese, say) is drawn as a box, and the report then says where all can be read.
"""

from collections.abc import Iterable

from flask_babel import format_datetime, gettext, ngettext
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from api.console import results_words as words
from api.console.pages import ASSETS
from api.console.results_report import Report, level_name
from models.base import Json
from models.session_results import Judged
from settings import VERSION

FONT = "DejaVu"
BOX = "\u25a1"
# Millimetres; points for letters.
MARGIN, LINE = 18.0, 5.6
PLAIN, SMALL, LARGE, LARGEST = 10, 8.5, 13, 18
INK, SOFT, ACCENT, TRACK = (27, 35, 48), (85, 96, 122), (31, 79, 209), (231, 237, 253)
GOOD, BAD = (21, 107, 58), (168, 32, 26)
LABELS = 45.0


class Sheet(FPDF):
    """A4 pages that know how the report writes; `lacks` says that a letter was missing."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=20)
        self.add_font(FONT, "", str(ASSETS / "DejaVuSans.woff"))
        self.set_font(FONT, size=PLAIN)
        font = self.fonts[FONT.lower()]
        assert isinstance(font, TTFFont)
        self.known = font.cmap
        self.lacks = False
        self.set_title(title)
        self.set_creator(f"assessgen {VERSION}")
        self.set_lang("en")
        self.add_page()

    def footer(self) -> None:
        """Which page of how many."""
        self.set_y(-14)
        self._style(SMALL, SOFT)
        number = gettext("Page %(page)s of %(all)s", page=self.page_no(), all="{nb}")
        self.cell(0, 6, number, align="R")

    def readable(self, text: str) -> str:
        """The text with a box for each letter that the font lacks."""
        kept = [letter if letter in "\n\t" or ord(letter) in self.known else BOX for letter in text]
        self.lacks = self.lacks or BOX in set(kept) - set(text)
        return "".join(kept).replace("\t", "    ")

    def words(self, text: str, size: float = PLAIN, color: tuple[int, int, int] = INK) -> None:
        """A paragraph as wide as the page."""
        self._style(size, color)
        self.multi_cell(0, size * 0.56, self.readable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def heading(self, text: str) -> None:
        """A heading, together with what comes next."""
        self.ln(4)
        if self.will_page_break(24):
            self.add_page()
        self.words(text, LARGE, ACCENT)
        self.ln(1.5)

    def fact(self, name: str, value: str, color: tuple[int, int, int] = INK) -> None:
        """A name with what it is, side by side."""
        if self.will_page_break(LINE * 2):
            self.add_page()
        top, page = self.get_y(), self.page
        self._style(PLAIN, SOFT)
        self.multi_cell(LABELS - 2, LINE, self.readable(name), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        bottom, ended = self.get_y(), self.page
        if ended == page:
            self.set_y(top)
        self.set_x(MARGIN + LABELS)
        self._style(PLAIN, color)
        self.multi_cell(0, LINE, self.readable(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        if self.page == ended:
            self.set_y(max(bottom, self.get_y()))

    def bar(self, label: str, value: float, text: str) -> None:
        """A bar from 0 to 100 with its label above and its value beside it."""
        if self.will_page_break(12):
            self.add_page()
        self.words(label)
        y, wide = self.get_y() + 0.5, 110.0
        self.set_fill_color(*TRACK)
        left = MARGIN + self.c_margin
        self.rect(left, y, wide, 4, style="F")
        self.set_fill_color(*ACCENT)
        self.rect(left, y, wide * value / 100, 4, style="F")
        self._style(PLAIN, INK)
        self.text(left + wide + 3, y + 3.5, self.readable(text))
        self.set_y(y + 6)

    def _style(self, size: float, color: tuple[int, int, int]) -> None:
        self.set_font(FONT, size=size)
        self.set_text_color(*color)


def pdf(report: Report, address: str) -> bytes:
    """The report; `address` is where it stands in the console."""
    title = gettext("Report: %(name)s", name=report.name)
    sheet = Sheet(title)
    sheet.words(title, LARGEST)
    sheet.ln(2)
    _facts(sheet, report)
    _skills(sheet, report)
    _criteria(sheet, report)
    _said(sheet, report)
    _answers(sheet, report)
    _seen(sheet, report)
    sheet.ln(4)
    sheet.words(gettext("Times are in UTC."), SMALL, SOFT)
    sheet.words(address, SMALL, SOFT)
    if sheet.lacks:
        sheet.words(
            gettext(
                "Letters that this document cannot draw stand as %(box)s; at the address above all of them "
                "can be read.",
                box=BOX,
            ),
            SMALL,
            SOFT,
        )
    return bytes(sheet.output())


def _facts(sheet: Sheet, report: Report) -> None:
    taken, result = report.taken, report.result
    verdict = words.verdict(result["passed"] if result else None)
    color = {words.GOOD: GOOD, words.BAD: BAD}.get(verdict.kind, INK) if verdict else INK
    sheet.fact(gettext("Assessment"), report.assessment.name)
    if report.key.candidate_email:
        sheet.fact(gettext("E-mail"), report.key.candidate_email)
    sheet.fact(gettext("Score"), words.percent(result["score"] if result else None))
    sheet.fact(gettext("Verdict"), verdict.text if verdict else words.statuses()[taken.status], color)
    sheet.fact(gettext("Cutoff"), words.percent(taken.cutoff))
    if result and "total" in result:
        counts = gettext("%(right)s of %(all)s", right=result["correct"], all=result["total"])
        sheet.fact(gettext("Right answers"), counts)
    if report.rank is not None:
        rank = ngettext(
            "%(rank)s, among %(num)s scored session",
            "%(rank)s, among %(num)s scored sessions",
            report.cohort_size,
            rank=report.rank,
        )
        sheet.fact(gettext("Percentile rank"), rank)
    sheet.fact(gettext("Began"), format_datetime(taken.started_at, "medium"))
    if taken.submitted_at:
        sheet.fact(gettext("Submitted"), format_datetime(taken.submitted_at, "medium"))
    if report.seconds is not None:
        sheet.fact(gettext("Took"), words.duration(report.seconds))
    sheet.fact(gettext("Number of the session"), taken.id)


def _skills(sheet: Sheet, report: Report) -> None:
    if not report.skills:
        return
    sheet.heading(gettext("Skills"))
    for one in report.skills:
        told = words.percent(one.result["score"])
        if one.rank is not None:
            told = gettext("%(score)s · percentile rank %(rank)s", score=told, rank=one.rank)
        sheet.bar(one.result["name"], one.result["score"], told)


def _criteria(sheet: Sheet, report: Report) -> None:
    if report.taken.form_id is not None or not report.told["result"]:
        return
    sheet.heading(gettext("Criteria"))
    for one in report.criteria:
        level = gettext("A person must decide") if one["needs_person"] else level_name(one, one["level"])
        sheet.fact(one["name"], level)
        for text in _judgements(one):
            sheet.fact("", text)
    person = (report.result or {}).get("person")
    if person:
        sheet.fact(gettext("The whole"), words.percent(person["score"]))
        _quote(sheet, person["comment"])


def _judgements(criterion: Json) -> Iterable[str]:
    if criterion["person"] and criterion["person"]["comment"]:
        yield criterion["person"]["comment"]
    for number, one in enumerate(criterion["model"], start=1):
        level = level_name(criterion, one["level"])
        yield gettext("Pass %(number)s of the model gave the level %(level)s.", number=number, level=level)
        yield from filter(None, [one["rationale"]])


def _quote(sheet: Sheet, text: str | None) -> None:
    if text:
        sheet.fact("", text)


def _said(sheet: Sheet, report: Report) -> None:
    comments = [one for one in report.history if one["comment"]]
    if not comments:
        return
    sheet.heading(gettext("What people of yours said"))
    for one in comments:
        sheet.fact(format_datetime(one["at"], "medium"), f"{one['by']}: {one['comment']}")


def _answers(sheet: Sheet, report: Report) -> None:
    if not report.answers:
        return
    sheet.heading(gettext("Answers"))
    for judged, _ in report.answers:
        _answer(sheet, judged, report.with_keys)


def _answer(sheet: Sheet, judged: Judged, with_keys: bool) -> None:
    shown = judged.shown
    lines = words.answer_lines(shown, judged.answer)
    if sheet.will_page_break(24):
        sheet.add_page()
    skill = shown.question.skill_name
    sheet.words(gettext("Question %(number)s · %(skill)s", number=shown.position, skill=skill), SMALL, SOFT)
    sheet.words(shown.question.stem)
    if shown.question.code:
        sheet.words(shown.question.code, SMALL, SOFT)
    if not lines:
        sheet.fact(gettext("Answer"), gettext("None was given."))
    else:
        verdict, color = (gettext("Right"), GOOD) if judged.is_right else (gettext("Wrong"), BAD)
        sheet.fact(gettext("Answer"), "\n".join(lines))
        sheet.fact("", verdict, color)
    if with_keys:
        sheet.fact(gettext("Right answer"), "\n".join(words.right_lines(shown)))
    sheet.ln(3)


def _seen(sheet: Sheet, report: Report) -> None:
    sheet.heading(gettext("What was seen of the candidate"))
    for one in report.told["proctoring"]["events"]:
        times = ngettext("%(num)s time", "%(num)s times", one["count"])
        told = gettext("%(times)s; allowed: %(allowed)s", times=times, allowed=words.allowed(one))
        sheet.fact(words.watched()[one["type"]], told, BAD if one["is_exceeded"] else INK)
