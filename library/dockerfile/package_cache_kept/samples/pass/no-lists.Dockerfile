FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
WORKDIR /app
COPY app /app/
RUN apt-get install -y --no-install-recommends tini=1
USER 10001
HEALTHCHECK CMD ["/app/check"]
ENTRYPOINT ["/app/app"]
