# Written to be read; not built by the checks, which run without Docker.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv

# The locked packages change seldom, the code often: each has its own layer.
COPY requirements/run.lock requirements/run.lock
RUN pip install --require-hashes --requirement requirements/run.lock

COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
RUN pip install --no-deps --no-build-isolation --editable .

RUN useradd --system --uid 10001 --no-create-home app && install --directory --owner=app --mode=700 /data
USER app
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

# Exec form: SIGTERM reaches the server, which finishes what it has begun.
ENTRYPOINT ["app"]
CMD ["serve"]
