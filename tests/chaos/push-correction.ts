import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/delivery/report/schema.ts';
import type { SizeTally } from '../support/push-service/virtual.ts';
import type { Stack } from '../support/stack.ts';
import { subscribeDirectly } from '../support/subscribe-directly.ts';
import { publish } from './push-editor.ts';
import { createKiller, VICTIMS } from './push-kills.ts';
import type { TroubledServices } from './push-services.ts';

/** What may still leave of a version once a later one is accepted, ms. */
const A_SECOND = 1000;
const TIMEOUT_MS = 180_000;
/** Far longer than any form of its correction: push services tell the versions apart by the size of the message. */
const WRONG = `عاجل: ${'نص خاطئ '.repeat(15)}`;

const nowMs = (): number => performance.timeOrigin + performance.now();

/**
 * Corrects an alert while it is being sent, its push services are in trouble and a process is killed. In the end no
 * device may hold the wrong version, and none of it may have left more than a second after the correction was accepted.
 * @returns a sentence for each thing that should not be
 */
export async function correctUnderFire(
  stack: Stack,
  services: TroubledServices,
  random: () => number,
  round: number,
): Promise<string[]> {
  const { gone, end } = await services.trouble(random);
  const killer = await createKiller(stack, services.all, { reached: async () => 0, accepted: async () => 0 });
  const alert = await publish(stack, '/v1/alerts', {
    headline: `${WRONG}${round}`,
    lang: 'ar',
    topics: ['world'],
    allowDuplicate: true,
  });
  const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'workers';
  const killed = killer.kill({ victim, afterMs: random() * 1500, outageMs: random() * 800 });
  await sleep(random() * 1500);
  await publish(stack, `/v1/alerts/${alert.id}/versions`, {
    change: 'correction',
    headline: `صح ${round}`,
    note: 'خطأ',
  });
  const acceptedAt = nowMs();
  await killed;
  const faults: string[] = [];
  const last = await waitForReport(
    stack,
    alert.id,
    ({ status, outcomes }) => status === 'sent' && outcomes.pending === 0,
  );
  if (last === undefined) faults.push('the correction is not finished');
  const first = await waitForReport(stack, `${alert.id}/report?version=1`, () => true);
  faults.push(...supersededFaults(first));

  const key = createHash('sha256').update(alert.id).digest().toString('base64url', 0, 24);
  const tallies = (await Promise.all(services.all.map((service) => service.sizes(key)))).flat();
  for (const { held, lastAt } of tallies.filter(isWrong)) {
    if (held > 0) faults.push(`${held} devices hold the version that was corrected`);
    const late = Math.round(lastAt - acceptedAt);
    if (late > A_SECOND)
      faults.push(`a message of the corrected version left ${late} ms after the correction`);
  }
  await end();
  await killer.close();
  await subscribeDirectly(stack, gone);
  return faults;
}

/** The wrong headline alone has more bytes than any form of the correction. */
const isWrong = ({ bytes }: SizeTally): boolean => bytes > LONGEST_CORRECTION_BYTES;
const LONGEST_CORRECTION_BYTES = 640;

function supersededFaults(report: Report | undefined): string[] {
  if (report === undefined) return ['no report of the corrected version'];
  const { status, supersededBy, audience, outcomes } = report;
  const sum = Object.values(outcomes).reduce((all, count) => all + count, 0);
  return [
    ...(status === 'superseded' && supersededBy === 2
      ? []
      : [`the corrected version is ${status} by ${supersededBy}`]),
    ...(sum === audience ? [] : [`outcomes of the corrected version add up to ${sum} of ${audience}`]),
  ];
}

async function waitForReport(
  stack: Stack,
  path: string,
  isDone: (report: Report) => boolean,
): Promise<Report | undefined> {
  const url = path.includes('/') ? `/v1/alerts/${path}` : `/v1/alerts/${path}/report`;
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const answer = await stack.api.asEditor(url).catch(() => undefined);
    if (answer?.status === 200 && isDone(answer.body as Report)) return answer.body as Report;
    await sleep(100);
  }
  return undefined;
}
