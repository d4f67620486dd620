# Everything is built here: this image has a C compiler for the optional encryption addon.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node scripts/build-native.mjs --verbose \
  && node scripts/build.mjs \
  && npm prune --omit=dev \
  && mkdir -p build

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
COPY --from=build /app/dist ./dist
# A volume made from this folder is writable for the user below.
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node
VOLUME /data
EXPOSE 3000
# A check starts a Node, which takes its time on a busy machine.
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The server; the workers are the same image with: node --enable-source-maps --max-semi-space-size=48 dist/workers/main.js
CMD ["node", "--enable-source-maps", "dist/src/server.js"]
