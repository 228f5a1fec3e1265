# Stage one installs the locked dependencies.
FROM python:3.13-slim AS installed
WORKDIR /source
COPY . .
RUN python -m venv /venv
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .
RUN /venv/bin/pip check

# For `docker build --target publish`: publishes the dataset that is mounted, with the readers that check what is written.
FROM installed AS publish
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r deploy/release.txt
RUN /venv/bin/pip check
ENV DIPLOMATIC_EVENTS_DATASET=/dataset DIPLOMATIC_EVENTS_RELEASES_DIR=/releases
VOLUME /dataset /releases
ENTRYPOINT ["/venv/bin/diplomatic-events"]
CMD ["release"]

# Builds the release of the dataset that ships.
FROM installed AS build
RUN /venv/bin/diplomatic-events load --data-dir /data
# What only installing needed.
RUN /venv/bin/python -m pip uninstall --quiet --yes hatchling pip

# The last stage serves it: no compiler, no sources, nothing to write; `docker run --read-only` is enough.
FROM python:3.13-slim
COPY --from=build /venv /venv
COPY --from=build /data /data
ENV DIPLOMATIC_EVENTS_DATA_DIR=/data DIPLOMATIC_EVENTS_RELEASES_DIR=/releases DIPLOMATIC_EVENTS_HOST=0.0.0.0
# Published releases are mounted here; what is published keeps answering for good.
VOLUME /releases
USER 65534:65534
EXPOSE 8000
# gunicorn is process 1 and ends on SIGTERM when the requests under way are answered, after 30 seconds at the latest.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/venv/bin/diplomatic-events", "health"]
ENTRYPOINT ["/venv/bin/diplomatic-events"]
CMD ["serve", "--no-load"]
