FROM node:22.1-alpine
USER 1
