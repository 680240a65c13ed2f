FROM node:22.1
USER node
USER root
