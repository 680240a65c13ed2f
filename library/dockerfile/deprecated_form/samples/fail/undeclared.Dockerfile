FROM base:$V
USER 1
