"""The least work: a bare hello, and one INSERT with its commit, behind the same server."""

import os
import threading
import uuid

import psycopg
from flask import Flask, jsonify, request

_local = threading.local()


def create_app() -> Flask:
    """`GET /hello` and `POST /insert`."""
    app = Flask(__name__)

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    @app.post("/insert")
    def insert() -> tuple[object, int]:
        body = request.get_json()
        job_id = str(uuid.uuid4())
        if not hasattr(_local, "connection"):
            _local.connection = psycopg.connect(os.environ["BENCH_POSTGRES"])
        with _local.connection.transaction():
            _local.connection.execute("INSERT INTO bench_jobs VALUES (%s, %s)", (job_id, body["job_role"]))
        return jsonify(job_id=job_id, status="pending"), 202

    return app
