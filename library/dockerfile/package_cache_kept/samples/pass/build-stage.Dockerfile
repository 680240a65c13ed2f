FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS build
RUN apt-get install -y make
FROM registry.example.com/base:1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
USER 1
