import { html, nothing, type TemplateResult } from 'lit';
import type { DeskConfig } from '../answers.ts';
import type { DeskShared } from '../desk-context.ts';
import type { Words } from '../words/words.ts';
import type { Source } from './source.ts';

/** What subjects that have no line become (`DEFAULT_TOPIC` of the intake). */
const DEFAULT = 'default';

/** Which subjects of a source become which topics: a line each, an empty one at the end, and a button for more. */
export function renderSubjects(
  of: string,
  topics: Source['topics'],
  { words, config }: DeskShared,
  fault: string | undefined,
): TemplateResult {
  const { admin } = words.text;
  const lines = [...Object.entries(topics).filter(([subject]) => subject !== DEFAULT), ['', null] as const];
  return html`<fieldset class="field subjects" aria-describedby="subjects-${of}-fault subjects-${of}-hint">
    <legend>${admin.topicMap}</legend>
    <p class="fault" id="subjects-${of}-fault">${fault ?? nothing}</p>
    <p class="hint" id="subjects-${of}-hint">${admin.topicMapHint}</p>
    <div class="lines">
      ${lines.map(
        ([subject, topic]) =>
          html`<p class="line">
            <input
              name="subject"
              dir="auto"
              maxlength="300"
              autocomplete="off"
              aria-label=${admin.subject}
              aria-invalid=${fault === undefined ? nothing : 'true'}
              .value=${subject}
            />
            ${renderTopics('topic', admin.ourTopic, topic, config, words)}
          </p>`,
      )}
    </div>
    <button type="button" class="more" @click=${addLine}>${admin.addSubject}</button>
    <p class="line">
      <span>${admin.otherSubjects}</span>
      ${renderTopics('topic-default', admin.otherSubjects, topics[DEFAULT] ?? null, config, words)}
    </p>
  </fieldset>`;
}

function renderTopics(
  name: string,
  label: string,
  topic: string | null,
  { topics }: DeskConfig,
  { text, language }: Words,
): TemplateResult {
  const named = topics.map(({ id, names }) => [id, names[language] ?? id] as const);
  // An admin has deleted the topic since.
  const isUnknown = topic !== null && !topics.some(({ id }) => id === topic);
  const choices = [
    ['', text.admin.noTopic] as const,
    ...named,
    ...(isUnknown ? [[topic, topic] as const] : []),
  ];
  return html`<select name=${name} aria-label=${label}>
    ${choices.map(
      ([id, shown]) => html`<option value=${id} .selected=${id === (topic ?? '')}>${shown}</option>`,
    )}
  </select>`;
}

/** Another empty line: a copy of the last, which is always there. */
function addLine(event: Event): void {
  const lines = (event.currentTarget as HTMLElement).previousElementSibling;
  const line = lines?.lastElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (line === undefined) return;
  const input = line.querySelector('input');
  if (input !== null) input.value = '';
  for (const option of line.querySelectorAll('option')) option.selected = option.value === '';
  lines?.append(line);
  input?.focus();
}

/** What the lines of a form say. */
export function readSubjects(form: HTMLFormElement): Source['topics'] {
  const valueOf = (within: Element, selector: string): string =>
    within.querySelector<HTMLInputElement | HTMLSelectElement>(selector)?.value.trim() ?? '';
  const lines = [...form.querySelectorAll('.lines .line')]
    .map((line) => [valueOf(line, 'input'), valueOf(line, 'select') || null] as const)
    .filter(([subject]) => subject !== '');
  const others = valueOf(form, '[name="topic-default"]');
  return { ...Object.fromEntries(lines), ...(others === '' ? {} : { [DEFAULT]: others }) };
}
