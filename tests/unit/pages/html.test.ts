import { expect, test } from 'vitest';
import { html, onServer } from '../../../src/pages/html.ts';

const write = onServer.html;
const { nothing } = onServer;

test('every value is escaped, in text, in quotes and in an unquoted attribute', () => {
  const bad = `"><script>'&`;
  const safe = '&quot;&gt;&lt;script&gt;&#39;&amp;';
  expect(html`<p title="${bad}">${bad}</p>`.markup).toBe(`<p title="${safe}">${safe}</p>`);
  expect(write`<p title="${bad}" lang=${bad}>${bad}</p>`.markup).toBe(
    `<p title="${safe}" lang="${safe}">${safe}</p>`,
  );
});

test('the server leaves out listeners, and attributes that are nothing', () => {
  const onClick = (): void => undefined;
  expect(write`<a href="/" aria-current=${nothing} @click=${onClick}>${nothing}</a>`.markup).toBe(
    '<a href="/"></a>',
  );
  expect(write`<a aria-current=${'page'} @click=${onClick}>x=${'y'}</a>`.markup).toBe(
    '<a aria-current="page">x=y</a>',
  );
});
