import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { emptyReport } from '../../../src/delivery/report/report.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { startCli } from '../../support/cli.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.fanOuts.length = 0;
});

const as = (role: keyof TestApi['keys'], ...args: string[]) =>
  startCli({ AJIL_URL: `${api.url}/`, AJIL_KEY: api.keys[role] }, args).ended;
const json = async (role: keyof TestApi['keys'], ...args: string[]) => {
  const { code, stdout, stderr } = await as(role, ...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
/** Like no other. */
const headline = (): string =>
  randomUUID()
    .replaceAll('-', ' ')
    .replaceAll(/[\da-f]/g, (digit) => 'ابتثجحخدذرزسشصضط'[parseInt(digit, 16)] ?? '');
const settings = async (fields: object) => {
  const body = { ...(await api.call('GET', '/v1/newsroom')).body, ...fields };
  await api.call('PUT', '/v1/newsroom', { key: api.keys.admin, body });
};

test('an editor sends, updates silently, corrects and retracts from a terminal', async () => {
  const text = headline();
  const sent = await json('author', 'send', text, '--topic', 'world', 'economy', '--urgency', 'flash');
  expect(sent).toMatchObject({ headline: text, lang: 'ar', topics: ['world', 'economy'], urgency: 'flash' });
  expect(api.fanOuts).toHaveLength(1);
  const updated = await json('author', 'update', sent.id, '--body', 'تفاصيل', '--silent');
  expect(updated).toMatchObject({ version: 2, change: 'update', body: 'تفاصيل' });
  const corrected = await json('author', 'correct', sent.id, '--headline', headline(), '--note', 'العدد');
  expect(corrected).toMatchObject({ version: 3, change: 'correction', note: 'العدد' });
  const { code, stdout } = await as('author', 'retract', sent.id, '--note', 'خبر خاطئ');
  expect([code, stdout]).toEqual([0, `${sent.id}  v4  retracted  \u2068${corrected.headline}\u2069\n`]);
});

test('an alert is sent in a story from a terminal', async () => {
  const named = { name: 'زلزال', lang: 'ar' };
  const { id } = (await api.call('POST', '/v1/stories', { key: api.keys.author, body: named })).body;
  const sent = await json('author', 'send', headline(), '--topic', 'world', '--story', id, '--escalate');
  expect(sent).toMatchObject({ story: id, escalate: true });
  const { code, stderr } = await as('author', 'send', headline(), '--topic', 'world', '--story', 'none');
  expect([code, stderr]).toEqual([1, expect.stringContaining('story')]);
});

test('drafts are stored, submitted, scheduled, sent now, cancelled and listed', async () => {
  const at = '2027-01-01T10:00:00+03:00';
  const draft = await json('author', 'draft', headline(), '--topic', 'world');
  expect(draft.status).toBe('draft');
  expect(
    await json('author', 'schedule', draft.id, new Date(Date.now() + 3_600_000).toISOString()),
  ).toMatchObject({
    status: 'scheduled',
  });
  expect((await as('author', 'list', '--status', 'scheduled')).stdout).toContain(draft.id);
  expect((await json('author', 'now', draft.id)).status).toBe('sending');
  expect((await json('author', 'abort', draft.id)).status).toBe('aborted');
  const other = await json('author', 'draft', headline(), '--topic', 'world', '--at', at);
  expect((await json('author', 'submit', other.id)).status).toBe('scheduled');
  expect((await json('author', 'cancel', other.id)).status).toBe('cancelled');
});

test('an approver agrees or sends it back', async () => {
  await settings({ approval: 'always' });
  const [one, two] = await Promise.all(
    [0, 1].map(() => json('author', 'send', headline(), '--topic', 'world')),
  );
  expect(one.status).toBe('awaiting-approval');
  const refused = await as('author', 'approve', one.id);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('not allowed')]);
  expect((await json('approver', 'approve', one.id)).status).toBe('sending');
  expect(await json('approver', 'reject', two.id, '--note', 'بلا مصدر')).toMatchObject({ status: 'draft' });
  await settings({ approval: 'never' });
});

test('what the checks find is named; a script goes on', async () => {
  const { code, stderr } = await as('author', 'send', 'وفاة وزير المالية السابق', '--topic', 'world');
  expect([code, stderr]).toEqual([0, 'check phrase: phrase وفاة\n']);
  const again = await as('author', 'send', 'وفاة وزير المالية السابق', '--topic', 'world', '--yes');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('"allowDuplicate": true')]);
});

test('the report is shown, and followed until nothing is pending', async () => {
  const { id } = await json('author', 'send', headline(), '--topic', 'world');
  const report = { ...emptyReport(id, 1), audience: 10 };
  api.reports.set(`${id}:1`, { ...report, outcomes: { ...report.outcomes, pending: 10 } });
  expect((await as('author', 'report', id)).stdout).toMatch(
    /^v1 sending {2}10 readers {2}0 accepted {2}10 pending/,
  );
  const { child, ended } = startCli({ AJIL_URL: api.url, AJIL_KEY: api.keys.author }, [
    'report',
    id,
    '--follow',
    '--json',
  ]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  await api.deps.alerts.setStatus(id, 1, ['sending'], 'sent');
  api.reports.set(`${id}:1`, { ...report, outcomes: { ...report.outcomes, accepted: 10 } });
  const { code, stdout } = await ended;
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect([code, last.status, last.outcomes.accepted]).toEqual([0, 'sent', 10]);
});

test('a wrong key, a wrong id and a server that is away are said, with their exit codes', async () => {
  const { AJIL_KEY } = { AJIL_KEY: api.keys.author };
  const wrong = await startCli({ AJIL_URL: api.url, AJIL_KEY: 'ajil_wrong' }, ['list']).ended;
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('valid credentials')]);
  expect((await startCli({ AJIL_URL: api.url }, ['list']).ended).code).toBe(2);
  expect((await startCli({ AJIL_URL: 'nowhere', AJIL_KEY }, ['list']).ended).code).toBe(2);
  expect((await as('author', 'cancel', 'nothing')).code).toBe(1);
  expect((await as('author', 'send', 'بلا موضوع')).code).toBe(2);
  const away = await startCli({ AJIL_URL: 'http://127.0.0.1:1', AJIL_KEY }, ['list']).ended;
  expect([away.code, away.stderr]).toEqual([3, expect.stringContaining('No server answers')]);
});
