"""API B's answers, in its envelope."""

from marshmallow import RAISE, Schema, fields, validate

from models.verifications import METHODS

STATES = ["created", "generating", "ready", "rejected", "verified"]
ERRORS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}


class _Closed(Schema):
    class Meta:
        unknown = RAISE


def _id(name: str) -> fields.String:
    return fields.String(required=True, data_key=name)


def _time(name: str, allow_none: bool = False) -> fields.DateTime:
    return fields.DateTime(required=True, data_key=name, allow_none=allow_none)


class ErrorDetailSchema(_Closed):
    """What was wrong: a code for programs and a sentence for people."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Field -> what is wrong with it."},
    )
    job_id = fields.UUID(data_key="jobId", metadata={"description": "Of a time-out: the job, which goes on."})


class ErrorV1Schema(_Closed):
    """API B's errors."""

    success = fields.Boolean(required=True, validate=validate.Equal(False))
    error = fields.Nested(ErrorDetailSchema, required=True)


def envelope(data: type[Schema], name: str) -> type[Schema]:
    """The envelope around such data."""
    return type(
        name,
        (_Closed,),
        {
            "success": fields.Boolean(required=True, validate=validate.Equal(True)),
            "data": fields.Nested(data, required=True),
            "message": fields.String(required=True),
            "__doc__": "The envelope of API B.",
        },
    )


def timed(data: type[Schema], name: str) -> type[Schema]:
    """The envelope of what took its time."""
    took = fields.String(required=True, data_key="executionTime", metadata={"example": "8200ms"})
    return type(name, (envelope(data, name),), {"execution_time": took})


class SessionSchema(_Closed):
    """A session that has begun; its token can be seen this once."""

    session_token = _id("sessionToken")
    record_id = _id("recordVerificationId")
    user_id = _id("recordUserId")
    student = _id("externalStudentId")
    expires_in = fields.Integer(required=True, data_key="expiresIn", metadata={"description": "Seconds."})
    expires_at = _time("expiresAt")


class SkillStateSchema(_Closed):
    """A skill and whether it is verified."""

    skill_id = _id("skillId")
    name = fields.String(required=True)
    verified = fields.Boolean(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["pending", "verified", "rejected"]))
    verified_at = _time("verifiedAt", allow_none=True)
    verified_by = fields.String(required=True, data_key="verifiedBy", allow_none=True)


class StoredSkillsSchema(_Closed):
    """Step 1: what is stored."""

    record_id = _id("recordVerificationId")
    skills = fields.List(fields.Nested(SkillStateSchema), required=True)


class StoredMethodSchema(_Closed):
    """Step 2: what is stored."""

    record_id = _id("recordVerificationId")
    method = fields.String(required=True, data_key="verificationMethod", validate=validate.OneOf(METHODS))


class StoredSourcesSchema(_Closed):
    """Step 3: what is stored."""

    record_id = _id("recordVerificationId")
    projects = fields.List(fields.String(), required=True, data_key="projectIds")
    experience = fields.List(fields.String(), required=True, data_key="workExperienceIds")
    certificates = fields.List(fields.String(), required=True, data_key="credentialIds")


class PlainQuestionSchema(_Closed):
    """A question as a student may see it."""

    question_id = fields.UUID(required=True, data_key="questionId")
    question = fields.String(required=True)
    options = fields.List(fields.String(), required=True)


class GeneratedSchema(_Closed):
    """The questions of a first attempt."""

    record_id = _id("recordVerificationId")
    total = fields.Integer(required=True, data_key="totalQuestions")
    questions = fields.List(fields.Nested(PlainQuestionSchema), required=True)
    already = fields.Boolean(
        data_key="alreadyGenerated", metadata={"description": "Only where the questions existed: true."}
    )


class RetakenSchema(GeneratedSchema):
    """The questions of a later attempt."""

    attempt = fields.Integer(required=True, data_key="retakeAttemptNumber")


class QueuedSchema(_Closed):
    """A job that goes on without the caller."""

    record_id = _id("recordVerificationId")
    job_id = fields.UUID(required=True, data_key="jobId")


class AttemptResultSchema(_Closed):
    """How an attempt was scored; the score is in percent."""

    score = fields.Integer(required=True)
    passed = fields.Boolean(required=True)
    attempt = fields.Integer(required=True, data_key="attemptNumber")
    correct = fields.Integer(required=True, data_key="correctAnswers")
    total = fields.Integer(required=True, data_key="totalQuestions")
    message = fields.String(required=True)


class SentSchema(_Closed):
    """Whether the webhook is recorded for sending."""

    sent = fields.Boolean(required=True)


class SubmittedSchema(_Closed):
    """A scored attempt."""

    record_id = _id("recordVerificationId")
    result = fields.Nested(AttemptResultSchema, required=True)
    skills = fields.List(fields.Nested(SkillStateSchema), required=True, data_key="verifiedSkills")
    updated = fields.Integer(required=True, data_key="skillsUpdated")
    webhook = fields.Nested(SentSchema, required=True)


class KnownSkillSchema(_Closed):
    """A skill that can be verified by its id alone."""

    skill_id = _id("skillId")
    name = fields.String(required=True)
    group = fields.String(required=True)


class SkillPageSchema(_Closed):
    """A page of skills, by name."""

    skills = fields.List(fields.Nested(KnownSkillSchema), required=True)
    cursor = fields.String(required=True, data_key="nextCursor", allow_none=True)


class SkillCountsSchema(_Closed):
    """How many questions on a skill an attempt had, and how many were answered rightly."""

    skill_id = _id("skillId")
    name = fields.String(required=True)
    correct = fields.Integer(required=True, data_key="correctAnswers")
    total = fields.Integer(required=True, data_key="totalQuestions")
    stand_ins = fields.Integer(
        required=True,
        data_key="standIns",
        metadata={"description": "How many of them were on a near skill, for want of others."},
    )


class AttemptSchema(_Closed):
    """An attempt as its owner sees it later."""

    number = fields.Integer(required=True, data_key="attemptNumber")
    score = fields.Integer(required=True)
    passed = fields.Boolean(required=True)
    correct = fields.Integer(required=True, data_key="correctAnswers")
    total = fields.Integer(required=True, data_key="totalQuestions")
    submitted_at = _time("submittedAt")
    skills = fields.List(fields.Nested(SkillCountsSchema), required=True)


class VerificationSummarySchema(_Closed):
    """A verification as a list shows it."""

    record_id = _id("recordVerificationId")
    user_id = _id("recordUserId")
    student = _id("externalStudentId")
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    method = fields.String(required=True, data_key="verificationMethod", allow_none=True)
    is_locked = fields.Boolean(required=True, data_key="isLocked")
    attempts_made = fields.Integer(required=True, data_key="attemptsMade")
    created_at = _time("createdAt")
    expires_at = _time("expiresAt")


class VerificationSchema(VerificationSummarySchema):
    """A verification whole: its attempts and skills, and never a question."""

    job_id = fields.UUID(required=True, data_key="jobId", allow_none=True)
    total = fields.Integer(required=True, data_key="totalQuestions")
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)
    skills = fields.List(fields.Nested(SkillStateSchema), required=True)


class VerificationPageSchema(_Closed):
    """A page of verifications, newest first."""

    verifications = fields.List(fields.Nested(VerificationSummarySchema), required=True)
    cursor = fields.String(required=True, data_key="nextCursor", allow_none=True)


class ErasedSchema(_Closed):
    """What was erased."""

    record_id = _id("recordVerificationId")
    erased = fields.Boolean(required=True)
    student_erased = fields.Boolean(
        required=True,
        data_key="studentErased",
        metadata={"description": "Whether this was the student's last verification."},
    )
