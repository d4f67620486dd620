import { html, nothing, type TemplateResult } from 'lit';
import { notificationText } from '../../../alerts/notification.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import { defineBar, type FedBar } from '../../bar/bar-element.ts';
import { DeskElement } from '../element.ts';
import type { Words } from '../words/words.ts';

const DEVICES = ['android', 'iphone', 'windows'] as const;

/**
 * The alert as readers see it: the bar, and the notification where the devices cut it. The cuts are by lines, as the
 * devices do it, in cards about as wide as theirs (the style sheet has both); where text is cut, it says so.
 */
class Preview extends DeskElement {
  static override properties = { alert: { attribute: false }, words: { attribute: false } };
  declare alert: EditorAlert;
  declare words: Words;
  private versions = 0;
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
    const { alert, words } = this;
    const headline = alert.headline === '' ? words.text.sampleHeadline : alert.headline;
    // Each text that is typed is another version to the bar.
    this.querySelector<FedBar>('ajil-bar')?.reset([{ ...alert, headline, version: ++this.versions }]);
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
        ${alert.change === 'retraction' ? html`<p class="quiet">${text.barGone}</p>` : html`<ajil-bar line="page" inert aria-hidden="true"></ajil-bar>`}
        ${DEVICES.map((device) => this.renderDevice(device, names[device]))}
        <p class="quiet">${text.roughly}</p>
      </section>
    `;
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

defineBar(location.origin);
customElements.define('desk-preview', Preview);
