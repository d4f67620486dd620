import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { primaryLanguage } from '../../../alerts/language.ts';
import type { Fields } from './draft.ts';
import { faultText } from './field.ts';
import type { FormModel } from './form-model.ts';
import type { DeskShared } from '../desk-context.ts';
import { STORY_WORDS } from '../words/stories-words.ts';
import '../stories/story-field.ts';

/** Of a version that nobody has yet: the story that it belongs to, and whether it goes to everybody all the same. */
export function storyField({ desk, fields, faults, set }: FormModel): TemplateResult {
  const fault = faults.story ?? faults.escalate;
  return html`
    <desk-story-field
      .desk=${desk}
      .value=${fields.story}
      .lang=${fields.lang}
      .fault=${fault === undefined ? undefined : faultText('story', fault, desk.words)}
      @chosen=${({ detail }: CustomEvent<string>) => set({ story: detail, escalate: false })}
    ></desk-story-field>
    ${isFollowUp(fields, desk) ? escalation(desk, fields, set) : nothing}
  `;
}

function escalation(desk: DeskShared, { escalate }: Fields, set: FormModel['set']): TemplateResult {
  const text = STORY_WORDS[desk.words.language];
  return html`<div class="field escalate">
    <label class="tick">
      <input
        type="checkbox"
        name="escalate"
        aria-describedby="escalate-hint"
        .checked=${live(escalate)}
        @change=${(event: Event) => set({ escalate: (event.target as HTMLInputElement).checked })}
      />
      ${text.escalate}
    </label>
    <p class="hint" id="escalate-hint">${text.escalateHint}</p>
  </div>`;
}

/** The story has a first alert already. One that has just been started here is not in the list yet. */
function isFollowUp({ story: id, escalate }: Fields, { stories }: DeskShared): boolean {
  return escalate || (stories.find((story) => story.id === id)?.alerts ?? 0) > 0;
}

/** Without a story that is in another language than the alert is by now. */
export function inLanguage(lang: string, { story: id }: Fields, { stories }: DeskShared): Partial<Fields> {
  const story = stories.find((known) => known.id === id);
  const stays = id === '' || story === undefined || primaryLanguage(story.lang) === primaryLanguage(lang);
  return stays ? { lang } : { lang, story: '', escalate: false };
}
