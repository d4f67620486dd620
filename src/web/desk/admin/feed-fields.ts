import { html, type TemplateResult } from 'lit';
import type { Words } from '../words/words.ts';
import { textInput } from './inputs.ts';
import type { Source } from './source.ts';

/** As the API has them until the admin says otherwise. */
const [EVERY_SECONDS, MAX_AGE_MINUTES] = [60, 30];

/** How a feed is looked at. The style sheet shows it where the type is `feed`. */
export function renderFeedFields(
  of: string,
  source: Pick<Source, 'url' | 'mark' | 'everySeconds' | 'maxAgeMinutes'>,
  { text }: Words,
  faultIn: (name: string) => string | undefined,
): TemplateResult {
  const { admin } = text;
  return html`<div class="for-feed">
    ${textInput('url', admin.feedUrl, source.url ?? '', {
      id: `url-${of}`,
      type: 'url',
      dir: 'ltr',
      hint: admin.feedUrlHint,
      fault: faultIn('url'),
      most: 2048,
    })}
    ${textInput(
      'mark',
      `${admin.mark} (${text.optional})`,
      (source.url === undefined ? undefined : source.mark) ?? (source.url === undefined ? 'عاجل' : ''),
      {
        id: `mark-${of}`,
        dir: 'auto',
        hint: admin.markHint,
        fault: faultIn('mark'),
        most: 60,
      },
    )}
    <div class="pair">
      ${textInput('everySeconds', admin.everySeconds, String(source.everySeconds ?? EVERY_SECONDS), {
        id: `every-${of}`,
        type: 'number',
        fault: faultIn('everySeconds'),
        least: 30,
        most: 3600,
      })}
      ${textInput('maxAgeMinutes', admin.maxAgeMinutes, String(source.maxAgeMinutes ?? MAX_AGE_MINUTES), {
        id: `age-${of}`,
        type: 'number',
        hint: admin.maxAgeHint,
        fault: faultIn('maxAgeMinutes'),
        least: 1,
        most: 1440,
      })}
    </div>
  </div>`;
}

/** What a submitted form says of them. */
export const readFeedFields = (value: (name: string) => string): object => ({
  url: value('url') || null,
  mark: value('mark') || null,
  everySeconds: Number(value('everySeconds')) || null,
  maxAgeMinutes: Number(value('maxAgeMinutes')) || null,
});
