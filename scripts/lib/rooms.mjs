/**
 * The rooms of src/, in order: a room imports itself and the rooms above it. The lint rules are made from this list, and
 * docs/architecture.md describes it.
 */
export const ROOMS = [
  'ops',
  'redis',
  'http',
  'machine',
  'editors',
  'words',
  'alerts',
  'audience',
  'push',
  'channels',
  'live',
  'outlets',
  'delivery',
  'evidence',
  'newsroom',
  'intake',
  'api',
  'pages',
  'web',
];

/** Rooms that may import less than the order allows. */
const NARROWER = {
  push: { imports: ['ops', 'redis'], because: 'push knows no alert, only messages' },
  words: { imports: [], because: 'words import nothing' },
};

/** Files that compose the rooms. Nothing imports them. */
const ENTRY_POINTS = ['main', 'server', 'app', 'cli'];
const THEIR_FOLDERS = ['app', 'cli'];

/** What browsers run, and what server and browser share: the paths within src/ that they may import. */
const SHARED = [
  {
    folder: 'web',
    allowed: [
      'words/**',
      'alerts/**',
      'live/protocol.ts',
      'live/log/cursor.ts',
      'delivery/report/schema.ts',
      'delivery/health/schema.ts',
      'pages/common/**',
    ],
    because:
      'the browser imports what readers are told, what alerts and reports are, the live protocol and what the pages share with the server',
  },
  {
    folder: 'pages/common',
    allowed: ['words/**', 'alerts/**'],
    because:
      'server and browser share this folder: it imports only what readers are told and what alerts are',
  },
];

const BY_ORDER = 'a room imports only the rooms above it (scripts/lib/rooms.mjs, docs/architecture.md)';

/** `no-restricted-imports` of each room. */
export function roomRules() {
  return [...ROOMS.map(orderRule), ...SHARED.flatMap(sharedRules), configRule()];
}

function orderRule(room) {
  const narrower = NARROWER[room];
  const allowed = narrower?.imports ?? ROOMS.slice(0, ROOMS.indexOf(room));
  const refused = ROOMS.filter((other) => other !== room && !allowed.includes(other));
  const folders = [...refused, ...THEIR_FOLDERS].map((name) => `${name}/`);
  const rooms = [...folders, ...ENTRY_POINTS.map((name) => `${name}\\.ts$`)];
  return rule(`src/${room}/**`, { regex: `^(\\.\\./)+(${rooms.join('|')})` }, narrower?.because ?? BY_ORDER);
}

/** By depth: within src/web, `../live/` is a folder of the browser's. */
function sharedRules({ folder, allowed, because }) {
  const depth = folder.split('/').length;
  return [0, 1, 2].map((deeper) => {
    const src = '../'.repeat(depth + deeper);
    const group = [`${src}*/**`, `${src}*.ts`, ...allowed.map((path) => `!${src}${path}`)];
    return rule(`src/${folder}/${'*/'.repeat(deeper)}*.ts`, { group }, because);
  });
}

function configRule() {
  const refused = ROOMS.filter((room) => !['push', 'redis'].includes(room));
  const because = 'config imports nothing of ours but the parsers of its values';
  return rule('src/config.ts', { regex: `^\\./(${refused.join('|')})/` }, because);
}

function rule(files, pattern, message) {
  const patterns = [{ ...pattern, message }];
  return { files: [files], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}
