"""What is stored as a word of the domain, in words for people."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

WORDS = {
    "status": {"draft": _l("Draft"), "approved": _l("Approved")},
    "engine": {
        "offline": _l("offline"),
        "claude": _l("language model"),
        "task": _l("task"),
        "library": _l("library"),
        "item_model": _l("item model"),
        "import": _l("import"),
    },
    "source": {
        "library": _l("Library"),
        "item_model": _l("Item model"),
        "language_model": _l("Written by a language model"),
        "statement": _l("Statement made of a library question"),
        "import": _l("Imported"),
    },
    "difficulty": {"entry": _l("Entry"), "intermediate": _l("Intermediate"), "senior": _l("Senior")},
    "cognitive_level": {
        "remember": _l("Remember"),
        "understand": _l("Understand"),
        "apply": _l("Apply"),
        "analyse": _l("Analyse"),
    },
    "type": {
        "multiple_choice": _l("Multiple choice"),
        "multiple_select": _l("Multiple select"),
        "true_false": _l("True or false"),
        "ordering": _l("Ordering"),
        "numeric": _l("Number"),
        "short_answer": _l("Short answer"),
        "code_reading": _l("Code reading"),
    },
    "key_status": {
        "active": _l("Not begun"),
        "redeemed": _l("Begun"),
        "completed": _l("Handed in"),
        "expired": _l("Expired"),
        "revoked": _l("Revoked"),
    },
    "job_status": {
        "pending": _l("Waiting"),
        "processing": _l("Running"),
        "completed": _l("Completed"),
        "failed": _l("Failed"),
    },
    "critique": {
        "two_right": _l("A second option can be defended."),
        "cue": _l("The wording gives the key away."),
        "sensitive": _l("It could hurt or favour a group."),
        "off_topic": _l("It does not measure the skill."),
        "unclear": _l("It can be read in two ways."),
    },
    "field": {
        "name": _l("Name"),
        "cutoff": _l("Cutoff"),
        "total_duration": _l("Duration"),
        "status": _l("Status"),
        "stem": _l("Question"),
        "code": _l("Code"),
        "code_language": _l("Language of the code"),
        "options": _l("Options"),
        "correct": _l("Key"),
        "accepted": _l("Accepted answers"),
        "tolerance": _l("Tolerance"),
        "explanation": _l("Explanation"),
        "difficulty": _l("Difficulty"),
        "cognitive_level": _l("Cognitive level"),
        "seconds": _l("Time"),
    },
    "proctoring": {
        "enabled": _l("Watched at all"),
        "full_screen": _l("Full screen"),
        "tab_switch_limit": _l("Changes of the tab that are allowed"),
        "webcam": _l("Camera"),
        "copy_paste_blocked": _l("No copying and pasting"),
        "shuffle_questions": _l("Questions shuffled"),
        "shuffle_options": _l("Options shuffled"),
    },
}
# What a skill's difficulties and a question's form offer, in their order.
DIFFICULTIES = tuple(WORDS["difficulty"])
LEVELS = tuple(WORDS["cognitive_level"])


def word(kind: str, stored: str) -> str:
    """The words for what is stored; what a newer version has stored stands as it is."""
    known = WORDS[kind].get(stored)
    return str(known) if known is not None else stored


def minutes(count: int) -> str:
    """So many minutes; of a task, 0 is no limit."""
    return str(gettext("%(count)s min", count=count) if count else gettext("no limit"))
