# The executable brings the Swift runtime along; where it runs it needs the system's OpenSSL, c-ares and C++ library.
#
#   docker build -t portico .
#   docker run -p 8080:8080 -v ./portico.json:/etc/portico/portico.json:ro portico
#
# docs/operations.md goes on from there.

FROM swift:6.3-bookworm AS build
WORKDIR /src
# What it depends on changes less often than it does itself.
COPY Package.swift ./
RUN swift package resolve
COPY scripts scripts
COPY Benchmarks/Layout Benchmarks/Layout
COPY Sources Sources
# Not built; the package is not whole without the folders that it names.
COPY Tests Tests
# It installs what is missing, too.
RUN scripts/build && strip .build/release/portico

FROM debian:12-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libc-ares2 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 portico \
    && useradd --uid 10001 --gid portico --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin portico \
    && install -d -m 750 -o portico -g portico /run/portico /var/log/portico
COPY --from=build /src/.build/release/portico /usr/bin/portico
COPY conf/portico.json conf/portico.schema.json /etc/portico/
# A number, so that Kubernetes can tell that it is not root's.
USER 10001:10001
# Where `docker exec NAME portico reload` finds the daemon.
ENV RUNTIME_DIRECTORY=/run/portico
EXPOSE 8080
# SIGTERM drains; give it longer than drain_timeout: docker stop --time 40.
ENTRYPOINT ["portico"]
CMD ["serve"]
