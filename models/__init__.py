"""The domain: tables, the rules that hold on them and the queries that name them.

Imports nothing of `api` or `workers`, no Flask, no Celery, no HTTP client.
"""

from models.assessments import Assessment, AssessmentVersion
from models.audit import AuditEntry
from models.base import Base
from models.batch_requests import BatchRequest, ModelBatch
from models.candidates import CandidateKey, CandidateSession
from models.events import Delivery, DeliveryAttempt, Event
from models.forms import Form, FormQuestion
from models.idempotency import IdempotentRequest
from models.job_times import JobTime
from models.model_calls import ModelCall
from models.organizations import ApiKey, Organization, WebhookSecret
from models.oss_issues import OssIssue
from models.questions import Question, QuestionKey
from models.responses import Response, SessionEvent
from models.rubrics import Rubric
from models.session_comments import SessionComment
from models.sign_in_links import SignInLink
from models.skills import Skill
from models.task_executions import ExecutionStep, TaskExecution, TaskExecutionLog
from models.task_scores import CriterionScore
from models.verifications import Attempt, Student, Verification, VerificationSkill
from models.webhook_endpoints import EndpointSecret, WebhookEndpoint
from models.workers_seen import WorkerSeen

__all__ = [
    "ApiKey",
    "Assessment",
    "AssessmentVersion",
    "Attempt",
    "AuditEntry",
    "Base",
    "BatchRequest",
    "CandidateKey",
    "CandidateSession",
    "CriterionScore",
    "Delivery",
    "DeliveryAttempt",
    "EndpointSecret",
    "Event",
    "ExecutionStep",
    "Form",
    "FormQuestion",
    "IdempotentRequest",
    "JobTime",
    "ModelBatch",
    "ModelCall",
    "Organization",
    "OssIssue",
    "Question",
    "QuestionKey",
    "Response",
    "Rubric",
    "SessionComment",
    "SessionEvent",
    "SignInLink",
    "Skill",
    "Student",
    "TaskExecution",
    "TaskExecutionLog",
    "Verification",
    "VerificationSkill",
    "WebhookEndpoint",
    "WebhookSecret",
    "WorkerSeen",
]
