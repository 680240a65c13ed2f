FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS a
ENTRYPOINT ["/a"]
FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ENTRYPOINT ["/b"]
USER 1
