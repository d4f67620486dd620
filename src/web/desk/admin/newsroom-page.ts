import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import { faultAmong } from './field-faults.ts';
import { readForm, selectInput, textInput } from './inputs.ts';

/** As `GET /v1/newsroom` gives it. */
interface Settings {
  readonly name: Readonly<Record<string, string>>;
  readonly homeUrl: string | null;
  readonly logo: string | null;
  readonly colour: string | null;
  readonly languages: readonly string[];
  readonly approval: 'never' | 'flash' | 'always';
  readonly undoSeconds: number;
  readonly duplicateHours: number;
  readonly storyDays: number;
}

const APPROVALS = ['never', 'flash', 'always'] as const;

/** The settings of the house. Tells `configured` after each change: pages go by them at once. */
class NewsroomPage extends AdminElement {
  static override properties = { ...AdminElement.properties, settings: { state: true } };
  declare private settings: Settings | undefined;

  protected override async load(): Promise<void> {
    const isFirst = this.settings === undefined;
    this.settings = await this.get<Settings>('/v1/newsroom');
    if (!isFirst) this.dispatchEvent(new CustomEvent('configured'));
  }

  private readonly onSave = async (event: SubmitEvent): Promise<void> => {
    const { settings } = this;
    if (settings === undefined) return event.preventDefault();
    const { value } = readForm(event);
    const names = languagesOf(settings).map((lang) => [lang, value(`name-${lang}`)] as const);
    const link = (name: string): string | null => value(name) || null;
    await this.submit('', '/v1/newsroom', {
      method: 'PUT',
      body: {
        // What this page does not know stays as it is.
        ...settings,
        name: Object.fromEntries(names.filter(([, name]) => name !== '')),
        homeUrl: link('homeUrl'),
        logo: link('logo'),
        colour: link('colour'),
        languages: value('languages')
          .split(/[\s,،]+/)
          .filter(Boolean),
        approval: value('approval'),
        undoSeconds: Number(value('undoSeconds')),
        duplicateHours: Number(value('duplicateHours')),
        storyDays: Number(value('storyDays')),
      },
    });
  };

  override render(): TemplateResult {
    return html`${this.renderMessage()}
    ${this.settings === undefined ? nothing : this.renderForm(this.settings)}`;
  }

  private renderForm(settings: Settings): TemplateResult {
    const { text, languageName } = this.desk.words;
    const { admin } = text;
    const faultIn = (name: string): string | undefined => this.faultIn('', name);
    const languages = languagesOf(settings);
    const link = (name: 'homeUrl' | 'logo'): TemplateResult =>
      textInput(name, admin[name], settings[name] ?? '', {
        id: name,
        type: 'url',
        dir: 'ltr',
        fault: faultIn(name),
        most: 2048,
      });
    return html`<form class="settings" @submit=${this.onSave}>
      <div class="pair">
        ${languages.map((lang) =>
          textInput(
            `name-${lang}`,
            fill(admin.nameIn, { language: languageName(lang) }),
            settings.name[lang] ?? '',
            {
              id: `newsroom-name-${lang}`,
              lang,
              dir: 'auto',
              fault: faultAmong('name', languages, lang, faultIn),
              most: 60,
            },
          ),
        )}
        ${link('homeUrl')} ${link('logo')}
        ${textInput('colour', admin.colour, settings.colour ?? '', {
          id: 'colour',
          fault: faultIn('colour'),
          dir: 'ltr',
          hint: admin.colourHint,
          most: 7,
        })}
        ${textInput('languages', admin.languages, settings.languages.join(' '), {
          id: 'languages',
          fault: faultIn('languages'),
          dir: 'ltr',
          hint: admin.languagesHint,
          required: true,
        })}
        ${selectInput('approval', admin.approval, settings.approval, {
          id: 'approval',
          choices: APPROVALS.map((rule) => [rule, admin.approvals[rule]] as const),
        })}
        ${textInput('undoSeconds', admin.undoSeconds, String(settings.undoSeconds), {
          id: 'undoSeconds',
          fault: faultIn('undoSeconds'),
          type: 'number',
          most: 30,
          hint: admin.undoSecondsHint,
          required: true,
        })}
        ${textInput('duplicateHours', admin.duplicateHours, String(settings.duplicateHours), {
          id: 'duplicateHours',
          fault: faultIn('duplicateHours'),
          type: 'number',
          required: true,
        })}
        ${textInput('storyDays', admin.storyDays, String(settings.storyDays), {
          id: 'storyDays',
          fault: faultIn('storyDays'),
          type: 'number',
          least: 1,
          most: 30,
          required: true,
        })}
      </div>
      <button class="main">${admin.save}</button>
    </form>`;
  }
}

const languagesOf = ({ name, languages }: Settings): string[] => [
  ...new Set([...languages, ...Object.keys(name)]),
];

customElements.define('desk-newsroom', NewsroomPage);
