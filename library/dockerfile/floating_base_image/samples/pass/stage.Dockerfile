FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS build
FROM build
USER 1
