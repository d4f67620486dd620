import { html, nothing, type TemplateResult } from 'lit';
import { changeName } from '../../alerts/change-names.ts';
import { notificationText } from '../../alerts/notification.ts';
import type { EditorAlert } from '../../alerts/schema.ts';
import { DeskElement } from './element.ts';
import type { Words } from './strings.ts';

const DEVICES = ['android', 'iphone', 'windows'] as const;

/**
 * The alert as readers see it: the bar, and the notification where the devices cut it. The cuts are by lines, as the
 * devices do it, in cards about as wide as theirs (the style sheet has both); where text is cut, it says so.
 */
class Preview extends DeskElement {
  static override properties = { alert: { attribute: false }, words: { attribute: false } };
  declare alert: EditorAlert;
  declare words: Words;
  private readonly sizes = new ResizeObserver(() => this.markCuts());

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  override updated(): void {
    this.markCuts();
  }

  /** Only the layout knows what is cut. */
  private markCuts(): void {
    for (const device of this.querySelectorAll<HTMLElement>('.device')) {
      const texts = [...device.querySelectorAll<HTMLElement>('.title, .text')];
      device.classList.toggle(
        'is-cut',
        texts.some((shown) => shown.scrollHeight > shown.clientHeight + 1),
      );
    }
  }

  override render(): TemplateResult {
    const { alert, words } = this;
    const { text } = words;
    const names = { android: text.onAndroid, iphone: text.onIphone, windows: text.onWindows };
    return html`
      <section class="preview" aria-labelledby="preview-heading">
        <h2 id="preview-heading">${text.preview}</h2>
        <h3>${text.onPage}</h3>
        ${alert.change === 'retraction' ? html`<p class="quiet">${text.barGone}</p>` : this.renderBar()}
        ${DEVICES.map((device) => this.renderDevice(device, names[device]))}
        <p class="quiet">${text.roughly}</p>
      </section>
    `;
  }

  private renderBar(): TemplateResult {
    const { alert, words } = this;
    return html`<div class="bar">
      <div class="bar-inside">
        <span class="bar-label"
          >${changeName(alert.change === 'correction' ? 'correction' : 'new', words.language)}</span
        >
        <p class="bar-headline" lang=${alert.lang} dir=${alert.dir}>
          ${alert.headline || words.text.sampleHeadline}
        </p>
        <time>${words.text.now}</time>
      </div>
    </div>`;
  }

  private renderDevice(device: (typeof DEVICES)[number], name: string): TemplateResult {
    const { alert, words } = this;
    const { text } = words;
    const { title, body } = notificationText(alert);
    return html`
      <h3>
        ${name} <span class="when-cut">${text.cut}</span>
        <span class="when-whole quiet">${text.wholeFits}</span>
      </h3>
      <div class="device ${device}" lang=${alert.lang} dir=${alert.dir}>
        <p class="app">
          <span class="dot"></span> ${location.host} · <bdi lang=${words.language}>${text.now}</bdi>
        </p>
        <p class="title">${title || text.sampleHeadline}</p>
        ${body === '' ? nothing : html`<p class="text">${body}</p>`}
      </div>
    `;
  }
}

customElements.define('desk-preview', Preview);
