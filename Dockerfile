# docker build -t dedup .
# docker run --rm --network none -v "$PWD/crawl:/in:ro" -v "$PWD/results:/out" --user "$(id -u):$(id -g)" dedup run /in -o /out/today
FROM python:3.12-slim

# Compiled code is for one kind of processor. This kind is part of all of them, so that an image
# built on one machine runs on another; it costs an eighth more processor time.
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES="" DEDUP_CACHE=/var/cache/dedup

COPY pyproject.toml setup.py MANIFEST.in README.md LICENSE /src/
COPY dedup /src/dedup
RUN pip install --no-cache-dir /src && rm -r /src
RUN dedup warm

# Any other user will do, too: the code and the cache are read only.
USER 10001
WORKDIR /out
ENTRYPOINT ["dedup"]
