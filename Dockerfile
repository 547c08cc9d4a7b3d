# One image for web, bot and dispatcher; which of them a container is says its command.
FROM python:3.11-slim

RUN useradd --system --uid 10001 --home-dir /data --create-home huxin
WORKDIR /opt/huxin

# What the lock names, by its hashes; again only when the lock changes.
COPY requirements/build.txt requirements/run.txt requirements/
RUN pip install --no-cache-dir --require-hashes --no-build-isolation -r requirements/build.txt \
 && pip install --no-cache-dir --require-hashes --no-build-isolation -r requirements/run.txt

COPY . .
RUN pip install --no-cache-dir --no-build-isolation --no-deps --no-index --editable .

# The keys and photos; everything else is in PostgreSQL.
ENV HUXIN_WEB__COOKIE_SECRET_FILE=/data/cookie.key HUXIN_SEALING__KEY_FILE=/data/seal.key
VOLUME /data
USER huxin
CMD ["huxin", "run"]
