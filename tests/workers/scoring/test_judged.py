"""The job `task_scoring`: two passes of the model over a submission."""

from api.schemas.task_executions_v2 import ResultSchema
from models import task_scores
from models.base import Json
from models.candidates import SCORED
from models.model_calls import usage_of
from models.task_scores import MODEL, PERSON
from settings import Models
from tests.candidates import BRIEF, NOTES, PATCH
from tests.fakes.model_scorer import criteria_of, scored, submitted
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import user_text
from tests.workers.conftest import Claude
from tests.workers.scoring.conftest import BOTH, Submit, answers
from workers.process import WorkerProcess


def test_two_passes_that_agree_score_the_session(
    server: ModelServer, worker: WorkerProcess, submit: Submit
) -> None:
    one = submit()
    worker.run([one.execution_id])
    assert (one.session.status, one.session.score) == (SCORED, 100)
    result = dict(one.result)
    usage = result.pop("usage")
    assert result == {"session_id": one.taken.id, "status": SCORED, "score": 100, "warnings": []}
    assert ResultSchema().validate(one.result) == {}
    assert [(row.source, row.pass_number, row.level, row.is_doubted) for row in one.rows()] == [
        (MODEL, 1, 3, False),
        (MODEL, 1, 3, False),
        (MODEL, 2, 3, False),
        (MODEL, 2, 3, False),
    ]
    for told in one.criteria:
        assert [judged["evidence"] for judged in told["model"]] == [[NOTES.splitlines()[0]]] * 2
        assert [judged["rationale"] for judged in told["model"]] == [
            f"The work shows it for {told['name']}."
        ] * 2
        assert {judged["scored_by"] for judged in told["model"]} == {"claude-sonnet-5-5 (prompt 1)"}
    # Both are in the ledger, under the stage and its model.
    [stage] = usage["by_stage"]
    assert (stage["stage"], stage["model"], stage["calls"]) == ("score", "claude-sonnet-5-5", 2)
    assert usage["micro_dollars"] > 0
    with one.database.connection() as connection:
        assert usage == usage_of(connection, one.execution_id).to_json()


def test_the_passes_are_independent_and_at_once(
    server: ModelServer, worker: WorkerProcess, submit: Submit
) -> None:
    server.latency = 0.2
    one = submit()
    worker.run([one.execution_id])
    requests = [call.request for call in server.calls]
    assert (len(requests), server.peak_in_flight) == (2, 2)
    orders = sorted([asked.name for asked in criteria_of(request)] for request in requests)
    assert orders == [["Design", "Tests"], ["Tests", "Design"]]
    for request in requests:
        assert BRIEF in user_text(request)
        assert submitted(request) == {"notes": NOTES, "patch": PATCH.rstrip("\n") + "\n"}
        assert one.taken.repo_url in user_text(request)
        # The candidate's text is in no part that the model obeys.
        assert "stream" not in str(request["system"])


def test_the_settings_name_the_model(server: ModelServer, claude: Claude, submit: Submit) -> None:
    one = submit()
    claude(models=Models(scorer="claude-opus-5-5")).run([one.execution_id])
    assert {call.request["model"] for call in server.calls} == {"claude-opus-5-5"}
    assert {row.scored_by for row in one.rows()} == {"claude-opus-5-5 (prompt 1)"}


def test_a_level_apart_is_their_mean(server: ModelServer, worker: WorkerProcess, submit: Submit) -> None:
    answers(server, lambda asked: 2 if asked.is_second else 3)
    one = submit()
    worker.run([one.execution_id])
    # 2.5 of 3 levels.
    assert (one.session.status, one.session.score) == (SCORED, 83)
    assert [told["level"] for told in one.criteria] == [2.5, 2.5]


def test_a_disagreement_is_for_a_person(server: ModelServer, worker: WorkerProcess, submit: Submit) -> None:
    answers(server, lambda asked: 0 if asked.is_second and asked.name == "Tests" else 3)
    one = submit()
    worker.run([one.execution_id])
    assert one.waits_for_a_person()
    assert ResultSchema().validate(one.result) == {}
    assert [told["needs_person"] for told in one.criteria] == [False, True]
    # Both judgements are there for the person to see.
    assert [judged["level"] for judged in one.criteria[1]["model"]] == [3, 0]
    with one.database.write() as session:
        scores = [{"criterion_id": BOTH[1]["id"], "level": 1, "comment": "One test only."}]
        task_scores.score_by_person(session, one.taken, scores, "Ada")
    # (1 * 3/3 + 3 * 1/3) / 4
    assert (one.session.status, one.session.score) == (SCORED, 50)


def test_evidence_that_is_not_verbatim_is_dropped(
    server: ModelServer, worker: WorkerProcess, submit: Submit
) -> None:
    answers(server, lambda asked: 3, "I streamed everything.", "write(row)", BRIEF)
    one = submit()
    worker.run([one.execution_id])
    assert one.session.score == 100
    assert [row.evidence for row in one.rows()] == [["write(row)"]] * 4


def test_a_level_that_the_criterion_does_not_have_makes_no_judgement(
    server: ModelServer, worker: WorkerProcess, submit: Submit
) -> None:
    answers(server, lambda asked: 4 if asked.name == "Tests" and not asked.is_second else 3)
    one = submit()
    worker.run([one.execution_id])
    assert one.waits_for_a_person("Pass 1 of the model gave no usable judgement of Tests.")
    assert [told["needs_person"] for told in one.criteria] == [False, True]
    assert len(one.rows()) == 3


def test_a_persons_score_that_came_meanwhile_wins_and_is_kept(
    server: ModelServer, worker: WorkerProcess, submit: Submit
) -> None:
    one = submit()

    def respond(request: Json) -> Json:
        if not criteria_of(request)[0].is_second:
            with one.database.write() as session:
                scores = [{"criterion_id": BOTH[1]["id"], "level": 0, "comment": None}]
                task_scores.score_by_person(session, one.taken, scores, "Ada")
        return scored(request)

    server.responder = respond
    worker.run([one.execution_id])
    assert (one.result["status"], one.result["score"]) == (SCORED, 25)
    assert [told["by"] for told in one.criteria] == [MODEL, PERSON]
    assert len(one.rows()) == 5
