"""An organisation's assessments, keys, rubrics and issues as the wire of API C shows them."""

from typing import Any

from models import Assessment, CandidateKey, OssIssue, Rubric
from models.base import iso_time, iso_time_or_none
from models.invitations import Issued


def assessment(one: Assessment) -> dict[str, Any]:
    """An assessment or a task."""
    return {
        "id": one.id,
        "orgId": one.organization_id,
        "name": one.name,
        "role": one.role,
        "taskBrief": one.brief,
        "repoUrl": one.repo_url,
        "timeLimitMinutes": one.total_duration or None,
        "expiresInDays": one.expires_in_days,
        "issueId": one.issue_id,
        "rubricId": one.rubric_id,
        "createdAt": iso_time(one.created_at),
        "updatedAt": iso_time(one.updated_at),
    }


def with_issue(one: Assessment, issues: dict[str, OssIssue]) -> dict[str, Any]:
    """An assessment with the issue that it was made of; `issues` are some by their ids."""
    found = issues[one.issue_id] if one.issue_id else None
    return {**assessment(one), "issue": issue(found) if found else None}


def key(one: CandidateKey) -> dict[str, Any]:
    """A candidate's key; its text is not stored."""
    return {
        "id": one.id,
        "assessmentId": one.assessment_id,
        "orgId": one.organization_id,
        "candidateEmail": one.candidate_email,
        "candidateName": one.candidate_name,
        "extraTimePercent": one.extra_percent,
        "status": one.status,
        "expiresAt": iso_time(one.expires_at),
        "redeemedAt": iso_time_or_none(one.redeemed_at),
        "completedAt": iso_time_or_none(one.completed_at),
    }


def issued(one: Issued) -> dict[str, Any]:
    """A key that has just been made: the one answer with its text."""
    return {**key(one.key), "key": one.text}


def rubric(one: Rubric) -> dict[str, Any]:
    """A rubric."""
    return {
        "id": one.id,
        "orgId": one.organization_id,
        "name": one.name,
        "description": one.description,
        "criteria": one.criteria,
        "version": one.version,
        "createdAt": iso_time(one.created_at),
        "updatedAt": iso_time(one.updated_at),
    }


def issue(one: OssIssue) -> dict[str, Any]:
    """An open-source issue."""
    return {
        "id": one.id,
        "orgId": one.organization_id,
        "url": one.url,
        "repoUrl": one.repo_url,
        "title": one.title,
        "body": one.body,
        "labels": one.labels,
        "language": one.language,
        "difficulty": one.difficulty,
        "createdAt": iso_time(one.created_at),
        "updatedAt": iso_time(one.updated_at),
    }
