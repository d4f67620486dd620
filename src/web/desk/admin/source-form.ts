import { html, type TemplateResult } from 'lit';
import { URGENCIES } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { readFeedFields, renderFeedFields } from './feed-fields.ts';
import { readGhostFields, renderGhostFields } from './ghost-fields.ts';
import { readForm, selectInput, textArea, textInput } from './inputs.ts';
import type { Source } from './source.ts';
import { readSubjects, renderSubjects } from './subject-lines.ts';

const TYPES = [
  ['superdesk', 'Superdesk'],
  ['ninjs', 'ninjs'],
  ['cap', 'CAP 1.2'],
  ['wordpress', 'WordPress'],
  ['ghost', 'Ghost'],
  ['feed', 'RSS, Atom, JSON Feed'],
] as const;
const MODES = ['draft', 'send'] as const;
const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const STEPS = [...DIGITS, ...URGENCIES, 'other', 'none'] as const;
/** The choices beside our urgencies: the source's is not listed, or makes no alert. */
const [AS_OTHER, NO_ALERT] = ['', 'none'];

/** What a new source has until the admin says otherwise, as the API has it. */
const NEW: Omit<Source, 'id' | 'state'> = {
  type: 'superdesk',
  mode: 'draft',
  lang: 'ar',
  topics: {},
  urgencies: { '1': 'flash', '2': 'urgent', '3': 'urgent', other: null, none: 'normal' },
};

/** The settings of a source; undefined: of a new one. */
export function renderSourceFields(
  source: Source | undefined,
  desk: DeskShared,
  faultIn: (name: string) => string | undefined,
): TemplateResult {
  const { text } = desk.words;
  const { admin } = text;
  const of = source?.id ?? '';
  const { type, mode, lang, topics, urgencies, silentMinutes } = source ?? NEW;
  return html`
    ${selectInput('type', admin.sourceType, type, { id: `type-${of}`, choices: TYPES })}
    ${selectInput('mode', admin.mode, mode, {
      id: `mode-${of}`,
      choices: MODES.map((choice) => [choice, admin.modes[choice]] as const),
    })}
    ${textInput('lang', admin.sourceLang, lang, {
      id: `lang-${of}`,
      dir: 'ltr',
      fault: faultIn('lang'),
      required: true,
      most: 35,
    })}
    ${renderFeedFields(of, source ?? NEW, desk.words, faultIn)}
    ${renderGhostFields(of, source ?? NEW, desk.words, faultIn)}
    <div class="but-feed">
      ${textInput('secret', `${admin.secret} (${text.optional})`, '', {
        id: `secret-${of}`,
        dir: 'ltr',
        hint: source === undefined ? admin.secretHintNew : admin.secretHint,
        fault: faultIn('secret'),
        most: 256,
      })}
    </div>
    <div class="for-cap">
      ${textArea('certificate', `${admin.certificate} (${text.optional})`, source?.certificate ?? '', {
        id: `certificate-${of}`,
        hint: admin.certificateHint,
        fault: faultIn('certificate'),
        most: 10_000,
      })}
    </div>
    ${textInput('silentMinutes', `${admin.silentMinutes} (${text.optional})`, String(silentMinutes ?? ''), {
      id: `silent-${of}`,
      type: 'number',
      hint: admin.silentHint,
      fault: faultIn('silentMinutes'),
      least: 1,
      most: 44_640,
    })}
    ${renderSubjects(of, topics, desk, faultIn('topics'))}
    <details>
      <summary>${admin.urgencyMap}</summary>
      <p class="hint digits">${admin.urgencyMapHint}</p>
      <div class="urgencies">${STEPS.map((step) => renderUrgency(step, of, urgencies, desk))}</div>
    </details>
  `;
}

function renderUrgency(
  step: string,
  of: string,
  urgencies: Source['urgencies'],
  { words }: DeskShared,
): TemplateResult {
  const { text } = words;
  const { admin } = text;
  const isDigit = DIGITS.some((digit) => digit === step);
  const ours = URGENCIES.find((urgency) => urgency === step);
  const others = { other: admin.otherUrgencies, none: admin.noUrgency };
  const label = ours === undefined ? (others[step as keyof typeof others] ?? step) : text[ours];
  const now = urgencies[step];
  const select = selectInput(`urgency-${step}`, label, now === undefined ? AS_OTHER : (now ?? NO_ALERT), {
    id: `urgency-${step}-${of}`,
    choices: [
      ...(isDigit ? [[AS_OTHER, admin.asOther] as const] : []),
      ...(ours === undefined ? [] : [[AS_OTHER, admin.asIs] as const]),
      ...URGENCIES.map((urgency) => [urgency, text[urgency]] as const),
      [NO_ALERT, admin.noAlert],
    ],
  });
  return html`<div class="step ${ours === undefined ? step : 'ours'}">${select}</div>`;
}

/** The id and the body of `PUT /v1/sources/:id` that a submitted form says. */
export function readSource(event: SubmitEvent): { readonly id: string; readonly body: object } {
  const { form, value } = readForm(event);
  const urgencies = STEPS.map((step) => [step, value(`urgency-${step}`)] as const);
  const [type, secret] = [value('type'), value('secret')];
  return {
    id: value('id'),
    body: {
      type,
      ...(type === 'feed' ? readFeedFields(value) : {}),
      ...(type === 'ghost' ? readGhostFields(value) : {}),
      ...(type === 'cap' ? { certificate: value('certificate') || null } : {}),
      silentMinutes: Number(value('silentMinutes')) || null,
      mode: value('mode'),
      lang: value('lang'),
      topics: readSubjects(form),
      urgencies: Object.fromEntries(
        urgencies
          .filter(([, urgency]) => urgency !== AS_OTHER)
          .map(([step, urgency]) => [step, urgency === NO_ALERT ? null : urgency]),
      ),
      ...(secret === '' || type === 'feed' ? {} : { secret }),
    },
  };
}
