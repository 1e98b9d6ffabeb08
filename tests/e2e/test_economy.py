"""A bulk in economy mode, through a kill of the worker."""

from sqlalchemy import select

from models.batch_requests import IN_PROGRESS, ModelBatch
from models.model_calls import ModelCall
from models.session import Database
from tests.conftest import usual_stacks
from tests.fakes.model_server import ModelServer
from tests.stack import BODY, Stack, until

BRIEFS = 4


@usual_stacks
def test_a_bulk_is_answered_in_batches_though_its_worker_is_killed_meanwhile(stack: Stack) -> None:
    with ModelServer(latency=1.0) as model:
        stack.use_model(model.url)
        stack.env |= {"ASSESSGEN_BATCH_GATHER": "0.5", "ASSESSGEN_BATCH_POLL": "1"}
        stack.start()
        answer = stack.post(
            "/api/v2/assessments/generate-ai/bulk",
            {"briefs": [{**BODY, "number_of_questions": 5, "external_id": str(n)} for n in range(BRIEFS)]},
        )
        assert answer.status_code == 202, answer.text
        database = Database(stack.settings.database_url)

        def is_under_way() -> bool:
            with database.read() as session:
                return session.scalar(select(ModelBatch.status)) == IN_PROGRESS

        until(is_under_way, "the first batch is under way")
        stack.kill(stack.worker_name)
        database.dispose()
        stack.restart_worker()
        ended = [stack.ended(job["job_id"], 90) for job in answer.json()["jobs"]]
        assert {document["status"] for document in ended} == {"completed"}
        assert [document["external_id"] for document in ended] == [str(n) for n in range(BRIEFS)]
        assert {document["result"]["engine"] for document in ended} == {"claude"}
        # Each call that was paid for stands in the journal, and none of a job's twice.
        assert [call for call in model.calls if call.path == "/v1/messages"] == []
        with database.read() as session:
            journal = session.execute(
                select(ModelCall.task_execution_id, ModelCall.step, ModelCall.input_hash)
            )
            calls = [tuple(row) for row in journal]
        assert len(calls) == len(set(calls)) == sum(call.paid for call in model.calls)
        database.dispose()
        usage = stack.get("/api/v2/usage?group=stage").json()
        assert usage["total"]["calls"] == len(calls)
        assert usage["total"]["micro_dollars"] == sum(
            document["result"]["usage"]["micro_dollars"] for document in ended
        )
