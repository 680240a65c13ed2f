FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
WORKDIR /app
COPY app /app/
COPY --from=ghcr.io/astral-sh/uv:0.5.1 /uv /bin/
USER 10001
HEALTHCHECK CMD ["/app/check"]
ENTRYPOINT ["/app/app"]
