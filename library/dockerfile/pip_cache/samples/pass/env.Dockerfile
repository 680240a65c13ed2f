FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
WORKDIR /app
COPY app /app/
ENV PIP_NO_CACHE_DIR=1
RUN pip install flask==3.0
USER 10001
HEALTHCHECK CMD ["/app/check"]
ENTRYPOINT ["/app/app"]
