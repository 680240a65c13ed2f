FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
WORKDIR /app
COPY app /app/
RUN pip install --no-cache-dir --trusted-host example.com a==1
USER 10001
HEALTHCHECK CMD ["/app/check"]
ENTRYPOINT ["/app/app"]
