FROM node:latest
USER 1
