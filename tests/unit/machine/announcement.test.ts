import { expect, test } from 'vitest';
import { announcement } from '../../../src/machine/announcement.ts';

test('the start names the reader page, the desk and the API docs, and the key only when it is new', () => {
  const lines = announcement('http://localhost:3000', undefined).join('\n');
  for (const path of ['/', '/desk', '/docs']) expect(lines).toContain(`http://localhost:3000${path}\n`);
  expect(lines).not.toContain('admin key');
  expect(announcement('http://localhost:3000', 'ajil_new').join('\n')).toContain(
    'ajil_new   (shown only now',
  );
});
