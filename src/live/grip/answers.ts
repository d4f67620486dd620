import type { IncomingMessage, ServerResponse } from 'node:http';
import { EVENT_STREAM_HEADERS, retryField } from '../connections/event-stream-connection.ts';
import type { Groups } from '../connections/groups.ts';
import { eventStreamWire } from '../connections/wire.ts';
import { resumed, type Admission } from '../door/admission.ts';
import { refuseResponse, type DescribeRefusal, type Refusal } from '../door/refusal.ts';
import type { Hellos } from '../hello.ts';
import type { LiveMetrics } from '../live-metrics.ts';
import { formatCursor, type Cursor } from '../log/cursor.ts';
import type { Follower } from '../log/follower.ts';
import { alertText } from '../log/tail.ts';
import type { LiveFilter } from '../protocol.ts';
import { channelOf, parseGripLast, placeOf, queryOf } from './channel.ts';
import type { FiltersInUse } from './filters-in-use.ts';
import type { GripMetrics } from './grip-metrics.ts';

/**
 * A line that hears nothing asks whether it missed something, because the last publication may have been lost. Pushpin looks
 * so often, and asks for the lines that heard nothing since it looked before. Seconds.
 */
const ASK_SECONDS = 120;
/** As the gateway does: clients take a stream without comments for dead. */
const BEAT = ': beat\\n\\n; format=cstring; timeout=25';

/** Answers the requests of a GRIP proxy for its lines (https://pushpin.org/docs/protocols/grip/). */
export interface GripAnswers {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createGripAnswers(deps: {
  admission: Pick<Admission, 'judge'>;
  follower: Pick<Follower, 'tail' | 'behind' | 'nextLook'>;
  hellos: Hellos;
  groups: Pick<Groups, 'of'>;
  filters: Pick<FiltersInUse, 'use'>;
  metrics: LiveMetrics;
  gripMetrics: GripMetrics;
  describeRefusal: DescribeRefusal;
  /** The gateway holds the line, through the proxy. */
  holdHere: (request: IncomingMessage, response: ServerResponse) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
}): GripAnswers {
  const { admission, follower, filters, metrics, gripMetrics } = deps;

  function refuse(response: ServerResponse, refusal: Refusal): void {
    metrics.refused(refusal.reason);
    refuseResponse(response, refusal, deps.describeRefusal);
  }

  /** Whether nothing is older here than what the line has. Refuses the request if that cannot be known. */
  async function isCurrent(response: ServerResponse, since: Cursor | undefined): Promise<boolean> {
    if (!follower.behind(since) || (await follower.nextLook())) return true;
    const detail = 'this server cannot read the log that the cursor belongs to';
    refuse(response, { code: 'unavailable', reason: 'behind', detail });
    return false;
  }

  /** The proxy sends the body to the line, and holds the line at the place that the tail has now. */
  function hold(response: ServerResponse, filter: LiveFilter, body: Buffer): void {
    const { tail } = follower;
    const place = formatCursor({ epoch: tail.cursor.epoch, offset: placeOf(tail, filter) });
    response.writeHead(200, {
      ...EVENT_STREAM_HEADERS,
      'Grip-Hold': 'stream',
      'Grip-Channel': `${channelOf(filter)}; prev-id=${place}`,
      'Grip-Link': `</v1/live?${queryOf(filter)}>; rel=next; timeout=${ASK_SECONDS}`,
      'Grip-Keep-Alive': BEAT,
    });
    response.end(body);
  }

  /** The proxy ends the line. Its client comes again with its cursor, and gets a hello. */
  function end(response: ServerResponse): void {
    gripMetrics.answered('end');
    response.writeHead(200, EVENT_STREAM_HEADERS).end();
  }

  async function begin(
    request: IncomingMessage,
    response: ServerResponse,
    filter: LiveFilter,
    since: Cursor | undefined,
  ): Promise<void> {
    // Without Redis the proxies could not be published to either.
    if (!(await filters.use(filter).catch(() => false))) {
      gripMetrics.answered('here');
      return deps.holdHere(request, response);
    }
    if (!(await isCurrent(response, since))) return undefined;
    const hello = deps.hellos.of(follower.tail, deps.groups.of(eventStreamWire, filter), since);
    metrics.greeted(hello.recovered);
    gripMetrics.answered('hello');
    return hold(response, filter, Buffer.concat([Buffer.from(retryField()), hello.bytes]));
  }

  /** A line missed an item, or asks whether it did. Many lines of one place get the same answer. */
  async function goOn(response: ServerResponse, filter: LiveFilter, last: string | string[]): Promise<void> {
    const line = parseGripLast(last);
    if (line?.channel !== channelOf(filter)) return end(response);
    // A filter that found no room again would not be published to.
    if (!(await filters.use(filter).catch(() => true))) return end(response);
    if (!(await isCurrent(response, line.at))) return undefined;
    const { tail } = follower;
    const missed = tail.begin(filter, line.at, deps.now());
    if (!missed.recovered) return end(response);
    const events = missed.versions.map((version) => {
      const cursor = formatCursor({ epoch: tail.cursor.epoch, offset: version.offset });
      return eventStreamWire.encode(alertText(cursor, version), cursor);
    });
    gripMetrics.answered('missed');
    return hold(response, filter, Buffer.concat(events));
  }

  return {
    answer: async (request, response) => {
      const admitted = admission.judge(request);
      if ('code' in admitted) return refuse(response, admitted);
      const last = request.headers['grip-last'];
      if (last !== undefined) return goOn(response, admitted.filter, last);
      return begin(request, response, admitted.filter, resumed(admitted, request).since);
    },
  };
}
