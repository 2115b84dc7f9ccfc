# Denoise with everything in it: npm packages, XLA for the processor, and the program. It starts without a network, as
# a user of its own, and with a root file system that is read-only:
#
#   docker build -t denoise .
#   docker run --rm --read-only --tmpfs /tmp --network none -v "$PWD/runs:/work/runs" denoise sample runs/quickstart
#
# Programs are compiled at each start, for some seconds, unless they are kept: -v denoise-programs:/opt/denoise/cache/xla
#
# /work is where paths are relative to. What is to be kept goes into a volume there, which user 1000 may write to.
FROM node:24-bookworm-slim

RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && npm install --global deno@2.9.6

ENV DENO_DIR=/opt/denoise/deno \
  DENOISE_CACHE=/opt/denoise/cache \
  DENOISE_STATE=/tmp/denoise-state \
  DENO_NO_UPDATE_CHECK=1

WORKDIR /opt/denoise/program
COPY deno.json deno.lock cli.ts mod.ts plugin.ts testing.ts LICENSE recipe.schema.json ./
COPY cli ./cli
COPY lib ./lib
COPY pipeline ./pipeline
COPY plugins ./plugins
COPY recipes ./recipes

# The packages and the compiled modules, then XLA; the last command fails where something is missing.
RUN deno cache cli.ts cli/launch/mod.ts cli/launch/launch.ts cli/launch/install.ts \
  && deno task runtime add cpu \
  && deno task validate recipes/quickstart.yaml \
  && mkdir --parents /work /opt/denoise/cache/xla && chown 1000:1000 /work /opt/denoise/cache/xla

USER 1000:1000
WORKDIR /work
ENTRYPOINT ["deno", "run", "--quiet", "--config", "/opt/denoise/program/deno.json", "-P=launch", "/opt/denoise/program/cli/launch/mod.ts"]
CMD ["--help"]
