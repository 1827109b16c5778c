# imr: one image for workers, the HTTP server and the command line.
#   docker build -t imr .
#   docker build -t imr --build-arg S3=yes .      with the library for files in S3
#   docker build -t imr --build-arg NODE_IMAGE=node:22.20.0-bookworm-slim@sha256:... .      on these very bytes (docs/operations.md)

ARG NODE_IMAGE=node:22.20.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package runs a program of its own while it is installed: what has one works without.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY workers ./workers
COPY src ./src
RUN node scripts/build.mjs
# What only builds and tests need goes. The library for S3 is an optional peer: it stays, at the version of the lock, when asked for.
ARG S3=no
RUN if [ "$S3" = yes ]; then npm pkg set "dependencies.@aws-sdk/client-s3=$(npm pkg get 'devDependencies.@aws-sdk/client-s3' | tr -d '"')" \
    && npm pkg delete 'devDependencies.@aws-sdk/client-s3' 'peerDependencies' 'peerDependenciesMeta'; fi \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng \
  && rm -rf /var/lib/apt/lists/*
# A fixed number, so that hosts that share a folder mean the same owner. /files holds letters: nobody else's eyes.
RUN groupadd --gid 10001 imr \
  && useradd --uid 10001 --gid imr --no-create-home --home-dir /data --shell /usr/sbin/nologin imr \
  && install -d -o imr -g imr -m 0700 /data /files
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY LICENSE NOTICE ./
ENV NODE_ENV=production HOME=/data IMR_DATA=/data IMR_HEALTH_URL=http://127.0.0.1:8080/health/ready
USER imr
EXPOSE 8080 9464
# Of a server; a worker that serves /metrics names its own address in IMR_HEALTH_URL.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.IMR_HEALTH_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["--help"]
