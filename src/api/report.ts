import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { AlertStore } from '../alerts/store.ts';
import { emptyReport, type ReportStore } from '../delivery/report/report.ts';
import type { PacedService } from '../delivery/report/paced-services.ts';
import { reportSchema, type Report } from '../delivery/report/schema.ts';
import { findAlert } from './found-alert.ts';
import type { Authentication } from './authentication.ts';
import { createStreamBounds, pause, STREAM_HEADERS } from '../http/event-stream.ts';
import { readQuery } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { route } from '../http/route.ts';

export interface ReportDeps {
  readonly alerts: AlertStore;
  readonly reports: Pick<ReportStore, 'get'>;
  /** Push services that hold the workers to a rate now. */
  readonly pacedServices: () => Promise<readonly PacedService[]>;
  readonly auth: Authentication;
  /** Ends every stream when the server shuts down. */
  readonly closing: AbortSignal;
  /** Milliseconds between two looks while streaming. */
  readonly reportIntervalMs: number;
}

/** Without `version`: the newest. */
const reportQuerySchema = z.strictObject({ version: z.coerce.number().int().min(1).optional() });

export const REPORT = resource('/v1/alerts/:id/report', {
  get: {
    summary: 'The delivery report of a version',
    description:
      'With `Accept: text/event-stream`, the server sends an event `report` each time the report changes.',
    who: 'editor',
    tag: 'alerts',
    query: reportQuerySchema,
    answers: { 200: reportSchema },
    problems: ['invalid-query', 'not-found'],
  },
});

const MAX_STREAMS = 200;
/** For one editor, who may have tabs on several machines. */
const MAX_STREAMS_OF_EDITOR = 20;
// Receipts come for as long as readers look. An editor watches for an hour at most; then the browser connects again.
const MAX_STREAM_MS = 60 * 60_000;
const HEARTBEAT_MS = 15_000;
export function serveReport(router: Router, deps: ReportDeps): void {
  const bounds = createStreamBounds(MAX_STREAMS, MAX_STREAMS_OF_EDITOR, 'request JSON instead');

  async function read(request: Request): Promise<{ report: Report; editorId: string }> {
    const editor = await deps.auth.require(request, 'author');
    const { version } = readQuery(request, reportQuerySchema);
    const alert = await findAlert(deps.alerts, request, editor, version);
    const { id, status } = alert;
    const counts = (await deps.reports.get(id, alert.version)) ?? emptyReport(id, alert.version);
    const isPending = status === 'sending' && counts.outcomes.pending > 0;
    const supersededBy = status === 'superseded' ? alert.version + 1 : null;
    return {
      editorId: editor.id,
      report: {
        ...counts,
        paced: isPending ? [...(await deps.pacedServices())] : [],
        status,
        supersededBy,
        silent: alert.silent === true,
      },
    };
  }

  async function stream(request: Request, response: Response): Promise<void> {
    const { report, editorId } = await read(request);
    if (request.method === 'HEAD') {
      response.set(STREAM_HEADERS).end();
      return;
    }
    await bounds.within(editorId, () =>
      follow(response, report, async () => (await read(request)).report, deps),
    );
  }

  route(router, REPORT, {
    get: async (request, response) => {
      response.vary('Accept');
      if (request.accepts(['json', 'text/event-stream']) === 'text/event-stream') {
        return stream(request, response);
      }
      response.set('Cache-Control', 'private, no-cache').json((await read(request)).report);
    },
  });
}

/** Writes the report as `event: report` whenever it has changed, until the client leaves or the server shuts down. */
async function follow(
  response: Response,
  first: Report,
  read: () => Promise<Report>,
  deps: Pick<ReportDeps, 'closing' | 'reportIntervalMs'>,
): Promise<void> {
  response.status(200).set(STREAM_HEADERS);
  let last = '';
  let quietMs = 0;
  const write = (report: Report): void => {
    const text = JSON.stringify(report);
    quietMs += deps.reportIntervalMs;
    if (text === last && quietMs < HEARTBEAT_MS) return;
    response.write(text === last ? ': still here\n\n' : `event: report\ndata: ${text}\n\n`);
    last = text;
    quietMs = 0;
  };
  write(first);
  for (let spent = 0; spent < MAX_STREAM_MS; spent += deps.reportIntervalMs) {
    if (!(await pause(deps.reportIntervalMs, response, deps.closing))) break;
    // A client that reads too slowly gets the newest report when it has caught up: nothing is queued for it.
    if (response.writableNeedDrain) continue;
    const report = await read().catch(() => undefined);
    // Redis is away, or the editor's key was revoked: the client connects again, and the answer says why.
    if (report === undefined) break;
    write(report);
  }
  response.end();
}
