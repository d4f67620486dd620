import { html, type TemplateResult } from 'lit';
import type { Words } from '../words/words.ts';
import { selectInput, textInput } from './inputs.ts';
import type { Source } from './source.ts';

/** As the API has it until the admin says otherwise. */
const MARK = '#breaking';

/** What only a `ghost` has. The style sheet shows it where the type is that. */
export function renderGhostFields(
  of: string,
  source: Pick<Source, 'type' | 'mark' | 'unpublished'>,
  { text }: Words,
  faultIn: (name: string) => string | undefined,
): TemplateResult {
  const { admin } = text;
  const { mark, unpublished = 'leave' } = source;
  return html`<div class="for-ghost">
    ${textInput(
      'tag',
      admin.ghostMark,
      source.type === 'ghost' ? (mark ?? (mark === null ? '' : MARK)) : MARK,
      {
        id: `tag-${of}`,
        dir: 'auto',
        hint: admin.ghostMarkHint,
        fault: faultIn('mark'),
        most: 60,
      },
    )}
    ${selectInput('unpublished', admin.unpublished, unpublished, {
      id: `unpublished-${of}`,
      choices: (['leave', 'retract'] as const).map(
        (choice) => [choice, admin.unpublishedChoices[choice]] as const,
      ),
    })}
  </div>`;
}

/** What a submitted form says of them. */
export const readGhostFields = (value: (name: string) => string): object => ({
  mark: value('tag') || null,
  unpublished: value('unpublished'),
});
