import { expect, test } from 'vitest';
import { documentedRights } from '../../support/managed-redis.ts';
import { mentionedCommands, scriptCommands } from '../../support/redis-commands.ts';

const allowed = documentedRights()
  .filter((word) => word.startsWith('+'))
  .map((word) => word.slice(1));

test('the documented rights allow every command that a script calls', () => {
  expect([...scriptCommands()].filter((name) => !allowed.includes(name))).toEqual([]);
});

test('the documented rights allow no command that nothing calls', () => {
  const mentioned = mentionedCommands();
  expect(allowed.filter((name) => !mentioned.has(name))).toEqual([]);
});
