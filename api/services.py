"""What a web process keeps: the database, the batchers, the publisher and the watch."""

import base64
import json
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.counting import Counter
from api.guessing import Guesses
from api.presenters import status_document
from api.request_limits import RequestLimits
from api.watch import Watch
from models import TaskExecution, TaskExecutionLog, quotas, sittings, task_executions
from models.batching import Combiner
from models.errors import DomainError, NotFound
from models.organizations import Caller, Quota, authenticate, stamp_use
from models.quotas import OverQuota
from models.session import Database
from models.sittings import Saved, Sitting, Wanted
from models.task_executions import NO_SUCH_JOB, Submission
from settings import Settings
from workers.queue import DELIVER, Publisher

log = logging.getLogger(__name__)

# A key that was revoked works no longer than this, in seconds; a busy client costs one look-up in it.
CALLER_KEPT = 1.0
DOCUMENTS_KEPT = 5_000
# A candidate's key and a student's token are one person's: they get this part of an organisation's requests.
PERSONAL = 10


@dataclass(frozen=True)
class Document:
    """A status document as it goes out, with what tells whether it is still true."""

    organization_id: str
    sequence: int
    status: str
    body: bytes


class Services:
    """The runtime of one web process. Made after any fork."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seal = Fernet(base64.urlsafe_b64encode(derived_key(settings.secret_key, b"idempotency")))
        self.database = Database(settings.database_url)
        self.publisher = Publisher(self.database)
        self.watch = Watch(self.database, most=max(1, settings.web_threads * 3 // 4))
        self.quota = Quota(settings.jobs_per_day, settings.open_jobs)
        self.accepting: Combiner[Submission, str] = Combiner(self._accept)
        self.guesses = Guesses(settings.broker_url)
        counter, most = Counter(settings.broker_url, "requests"), settings.requests_per_minute
        self.limits = RequestLimits(counter, most)
        self.personal_limits = RequestLimits(counter, math.ceil(most / PERSONAL))
        self.recognising: Combiner[str, Sitting | None] = Combiner(self._recognise)
        self.saving: Combiner[Wanted, Saved] = Combiner(self._save)
        self._reading: Combiner[str, Document] = Combiner(self._read)
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._callers: dict[str, tuple[float, Caller | None]] = {}
        self._callers_lock = threading.Lock()

    def close(self) -> None:
        """Publish what is queued and close the connections."""
        self.publisher.close()
        self.watch.close()
        self.database.dispose()

    def caller(self, key: str) -> Caller | None:
        """Who calls with this key; None for a wrong one."""
        now = time.monotonic()
        found = self._callers.get(key)
        if found is not None and now - found[0] < CALLER_KEPT:
            return found[1]
        with self.database.read() as session:
            caller = authenticate(session, key, self.settings.secret_key, self.quota)
        if caller is not None and caller.is_use_due:
            self._stamp_use(caller)
        with self._callers_lock:
            if len(self._callers) > 10_000:
                self._callers.clear()
            self._callers[key] = (now, caller)
        return caller

    def _stamp_use(self, caller: Caller) -> None:
        try:
            with self.database.transaction() as connection:
                stamp_use(connection, caller.key_id)
        except SQLAlchemyError as error:
            # Who may call does not depend on it: the next look-up stores it.
            log.warning("It was not stored that the key %s is used (%s).", caller.key_prefix, error)

    def _accept(self, submissions: Sequence[Submission]) -> list[str | OverQuota]:
        channels: set[str] = set()
        has_quota = any(one.quota.is_limit for one in submissions)
        with self.database.transaction() if has_quota else self.database.statement() as connection:
            accepted = quotas.accept_each(connection, submissions, channels)
        for channel in channels:
            self.publisher.publish(DELIVER, channel)
        return accepted

    def _recognise(self, texts: Sequence[str]) -> list[Sitting | None]:
        with self.database.read() as session:
            return sittings.recognise(session, texts, self.settings.secret_key)

    def _save(self, wanted: Sequence[Wanted]) -> list[Saved | DomainError]:
        with self.database.write() as session:
            return sittings.save(session, wanted)

    def document(self, organization_id: str, execution_id: str) -> Document:
        """The job's status document; raises NotFound for another organisation's too."""
        document = self._reading.do(execution_id)
        if document.organization_id != organization_id:
            raise NotFound(NO_SUCH_JOB)
        return document

    def _read(self, execution_ids: Sequence[str]) -> list[Document | BaseException]:
        """Read many jobs' documents; those whose sequence has not moved are still true."""
        wanted = set(execution_ids)
        with self.database.connection() as connection:
            sequences = task_executions.sequences(connection, wanted)
        known = {one: self._documents.get(one) for one in sequences}
        found = {
            one: kept for one, kept in known.items() if kept is not None and kept.sequence == sequences[one]
        }
        if len(found) < len(sequences):
            found |= self._render([one for one in sequences if one not in found])
        self._keep(found)
        missing = NotFound(NO_SUCH_JOB)
        return [found.get(one, missing) for one in execution_ids]

    def _keep(self, documents: dict[str, Document]) -> None:
        """Keep these, and of the others those that were asked for last."""
        for execution_id, document in documents.items():
            self._documents[execution_id] = document
            self._documents.move_to_end(execution_id)
        while len(self._documents) > DOCUMENTS_KEPT:
            self._documents.popitem(last=False)

    def _render(self, execution_ids: list[str]) -> dict[str, Document]:
        with self.database.read() as session:
            # The job before its lines: a line that comes in between is told of again, never lost.
            jobs = session.scalars(select(TaskExecution).where(TaskExecution.id.in_(execution_ids))).all()
            lines = TaskExecutionLog.recent(session, execution_ids)
        return {
            job.id: Document(
                job.organization_id,
                job.sequence,
                job.status,
                json.dumps(status_document(job, lines[job.id])).encode(),
            )
            for job in jobs
        }


def derived_key(secret_key: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for one purpose alone."""
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret_key)


def services() -> Services:
    """This application's services."""
    return cast(Services, current_app.extensions["assessgen"])
