FROM registry.example.com/base/python:3.12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
LABEL org.opencontainers.image.source=https://example.com/shop
WORKDIR /app
COPY .env.production /app/
USER 10001
HEALTHCHECK CMD ["/app/health"]
ENTRYPOINT ["/app/run"]
