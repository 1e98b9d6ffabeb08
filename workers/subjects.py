"""The types of jobs, and what does each."""

from models.task_executions import (
    ASSESSMENT_CREATION,
    LIBRARY_IMPORT,
    QUESTION_REPLACEMENT,
    TASK_SCORING,
    VERIFICATION_FORM,
)
from workers.assessment_creation import create_assessment
from workers.library_import import import_library
from workers.question_replacement import replace_question
from workers.task_scoring import score_task
from workers.verification_form import make_verification_form

# What each type of job does with its run.
SUBJECTS = {
    ASSESSMENT_CREATION: create_assessment,
    QUESTION_REPLACEMENT: replace_question,
    VERIFICATION_FORM: make_verification_form,
    TASK_SCORING: score_task,
    LIBRARY_IMPORT: import_library,
}
