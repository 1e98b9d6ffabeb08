"""The domain: tables, the rules that hold on them and the queries that name them.

Imports nothing of `api` or `workers`, no Flask, no Celery, no HTTP client.
"""

from models.assessments import Assessment
from models.base import Base
from models.events import Delivery, Event
from models.forms import Form, FormQuestion
from models.idempotency import IdempotentRequest
from models.model_calls import ModelCall
from models.organizations import ApiKey, Organization, WebhookSecret
from models.questions import Question, QuestionKey
from models.task_executions import ExecutionStep, TaskExecution, TaskExecutionLog

__all__ = [
    "ApiKey",
    "Assessment",
    "Base",
    "Delivery",
    "Event",
    "ExecutionStep",
    "Form",
    "FormQuestion",
    "IdempotentRequest",
    "ModelCall",
    "Organization",
    "Question",
    "QuestionKey",
    "TaskExecution",
    "TaskExecutionLog",
    "WebhookSecret",
]
