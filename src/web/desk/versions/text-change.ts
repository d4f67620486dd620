import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import { topicNames } from '../topic-names.ts';
import type { DeskShared } from '../desk-context.ts';
import { diffWords, type Part } from './word-diff.ts';

/** What a list of differences compares, in the order of the page. */
const COMPARED = ['headline', 'body', 'note', 'topics', 'urgency', 'lang', 'url', 'image'] as const;
type Compared = (typeof COMPARED)[number];

/** What an alert says now that it did not say before: each field whose value differs, with its difference in words. */
export function renderTextChange(
  before: EditorAlert,
  after: EditorAlert,
  desk: DeskShared,
): TemplateResult | undefined {
  const { text } = desk.words;
  const changed = COMPARED.filter((name) => shown(name, before, desk) !== shown(name, after, desk));
  if (changed.length === 0) return undefined;
  return html`<dl class="text-change">
    ${changed.map((name) => {
      const isText = name === 'headline' || name === 'body' || name === 'note';
      return html`<dt>${text[name]}</dt>
        <dd lang=${isText ? after.lang : nothing} dir=${isText ? after.dir : 'auto'}>
          ${diffWords(shown(name, before, desk), shown(name, after, desk)).map((part) => renderPart(part, desk))}
        </dd>`;
    })}
  </dl>`;
}

/** Colour alone tells nobody who does not see it: the marks are elements, and a screen reader hears the word before them. */
function renderPart({ type, text: part }: Part, { words }: DeskShared): TemplateResult {
  const { finding } = words.text;
  const said = (word: string): TemplateResult =>
    html`<span class="unseen" lang=${words.language}>${word} </span>`;
  if (type === 'added') return html`<ins>${said(finding.added)}${part}</ins>`;
  if (type === 'removed') return html`<del>${said(finding.removed)}${part}</del>`;
  return html`${part}`;
}

function shown(name: Compared, alert: EditorAlert, { words, config }: DeskShared): string {
  if (name === 'topics') return topicNames(alert.topics, config, words);
  if (name === 'urgency') return words.text[alert.urgency];
  if (name === 'lang') return words.languageName(alert.lang);
  return alert[name] ?? '';
}
