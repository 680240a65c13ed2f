FROM --platform=linux/amd64 base:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
USER 1
