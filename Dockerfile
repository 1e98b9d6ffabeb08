# syntax=docker/dockerfile:1
# One image for web, worker and beat: docker-compose.yml says which one a container runs.
# For a trial without Compose:  docker run -p 8000:8000 IMAGE assessgen serve

FROM python:3.13-slim AS wheels
WORKDIR /src
# .dockerignore lets in only what the wheel is made of.
COPY . .
# The cache makes a rebuild download only what has changed in constraints.txt.
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --wheel-dir /wheels -c constraints.txt '.[traces]'

FROM python:3.13-slim

# A fixed, numeric id: volumes keep their owner, and Kubernetes can see that it is not root.
RUN groupadd --gid 10001 assessgen \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/assessgen \
            --shell /usr/sbin/nologin assessgen \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/assessgen

# The wheels are mounted and not copied, so that no layer keeps them. Of the extras only that for traces: no test or lint tool.
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels --root-user-action ignore 'assessgen[traces]'

# Bytecode was written at installation; the root file system is read-only later.
# Without the home, `var` would be looked for in the working directory, which the user can't write.
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ASSESSGEN_HOME=/var/lib/assessgen

# Empty and root's: celery puts the working directory on the import path.
WORKDIR /app
USER 10001:10001

# A wheel can lack what the source tree has. Without its revisions `db upgrade` would succeed and do nothing.
RUN python -c "import api.cli, workers.tasks, migrations; \
from alembic.script import ScriptDirectory; \
assert ScriptDirectory.from_config(migrations.config()).get_heads(), 'the wheel has no migrations/versions'"

EXPOSE 8000
# SIGTERM stops all three gracefully: granian ends its requests, a worker gives its jobs back.
STOPSIGNAL SIGTERM
# For web; Compose gives worker and beat their own. The image has no curl. No proxy is asked:
# Docker can put http_proxy into every container, and urllib would follow it even to loopback.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--factory", "api:create_app", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "256", "--http1-buffer-size", "65536", "--http1-header-read-timeout", "10000"]
