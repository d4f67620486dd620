import { html, type TemplateResult } from 'lit';
import { URGENCIES } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { readForm, selectInput, textInput } from './inputs.ts';
import { readTypeFields, renderTypeFields } from './outlet-type-fields.ts';
import type { Outlet, OutletType } from './outlet.ts';

type FaultIn = (name: string) => string | undefined;

/** The settings of an outlet; undefined: of a new one of that type. */
export function renderOutletFields(
  type: OutletType,
  outlet: Outlet | undefined,
  desk: DeskShared,
  faultIn: FaultIn,
): TemplateResult {
  const { text } = desk.words;
  const of = outlet?.id ?? 'new';
  return html`
    ${textInput('name', text.admin.name, outlet?.name ?? '', {
      id: `outlet-name-${of}`,
      dir: 'auto',
      hint: text.outlets.nameHint,
      fault: faultIn('name'),
      required: true,
      most: 60,
    })}
    ${renderTypeFields(type, outlet, of, desk.words, faultIn)} ${renderFilter(outlet, of, desk, faultIn)}
  `;
}

function renderFilter(
  outlet: Outlet | undefined,
  of: string,
  { config, words }: DeskShared,
  faultIn: FaultIn,
): TemplateResult {
  const { text, language } = words;
  const { outlets } = text;
  return html`<fieldset class="filter">
    <legend>${outlets.filter}</legend>
    ${selectInput('leastUrgency', outlets.leastUrgency, outlet?.leastUrgency ?? 'urgent', {
      id: `outlet-urgency-${of}`,
      choices: URGENCIES.map((urgency) => [urgency, outlets.leastUrgencies[urgency]] as const),
    })}
    ${textInput('languages', `${outlets.languages} (${text.optional})`, outlet?.languages.join(' ') ?? '', {
      id: `outlet-languages-${of}`,
      dir: 'ltr',
      hint: outlets.languagesHint,
      fault: faultIn('languages'),
      most: 300,
    })}
    <fieldset class="field choices" aria-describedby="outlet-topics-${of}-hint">
      <legend>${outlets.topics}</legend>
      ${config.topics.map(
        ({ id, names }) =>
          html`<label class="consent">
            <input
              type="checkbox"
              name="topics"
              value=${id}
              .checked=${outlet?.topics.includes(id) ?? false}
            />
            <span>${names[language] ?? id}</span>
          </label>`,
      )}
      <span class="hint" id="outlet-topics-${of}-hint">${outlets.topicsHint}</span>
    </fieldset>
  </fieldset>`;
}

/** The body of `POST` and `PATCH` that a submitted form says. @param isNew a new outlet also says its type, and whether it is on */
export function readOutlet(event: SubmitEvent, type: OutletType, isNew: boolean): object {
  const { value, ticked } = readForm(event);
  return {
    ...(isNew ? { type, enabled: ticked('enabled').length > 0 } : {}),
    name: value('name'),
    leastUrgency: value('leastUrgency'),
    languages: value('languages')
      .split(/[\s,،]+/)
      .filter(Boolean),
    topics: ticked('topics'),
    ...readTypeFields(type, value),
  };
}
