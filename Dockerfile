# A small image with nothing in it but Python and reconcile, run by a user who owns nothing.
#   docker build -t reconcile . && docker run --rm -v "$PWD:/work" reconcile validate
# Pin the base by its digest where you build: --build-arg BASE=python:3.13-slim@sha256:…
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
COPY . /source
RUN EXTRAS= /source/pipelines/install.sh /opt/reconcile \
    && /opt/reconcile/bin/python -m pip uninstall --yes --quiet pip

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin reconcile
COPY --from=build /opt/reconcile /opt/reconcile
ENV PATH=/opt/reconcile/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["reconcile"]
CMD ["--help"]
