import { html, type TemplateResult } from 'lit';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { ADMIN_PAGES, type AdminPage } from '../route.ts';
import './audit-page.ts';
import './editors-page.ts';
import './newsroom-page.ts';
import './outlets-page.ts';
import './sources-page.ts';
import './topics-page.ts';
import './webhooks-page.ts';

/** What only admins may do; the API refuses it to everybody else. */
class Admin extends DeskElement {
  static override properties = { desk: { attribute: false }, of: { attribute: false } };
  declare desk: DeskShared;
  declare of: AdminPage;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('of')) void this.focusOn('h1');
  }

  override render(): TemplateResult {
    const { text } = this.desk.words;
    if (this.desk.editor.role !== 'admin') {
      return html`<div class="sheet"><p role="alert">${text.notAllowed}</p></div>`;
    }
    return html`
      <section class="sheet admin" aria-labelledby="admin-heading">
        <nav class="pages" aria-label=${text.admin.title}>
          ${ADMIN_PAGES.map(
            (page) =>
              html`<a href="#/admin/${page}" aria-current=${page === this.of ? 'page' : 'false'}
                >${text.admin.pages[page]}</a
              >`,
          )}
        </nav>
        <h1 id="admin-heading" tabindex="-1">${text.admin.pages[this.of]}</h1>
        ${this.renderPage()}
      </section>
    `;
  }

  private renderPage(): TemplateResult {
    const { desk } = this;
    const onConfigured = (): void => void this.dispatchEvent(new CustomEvent('configured'));
    switch (this.of) {
      case 'editors':
        return html`<desk-editors .desk=${desk} @configured=${onConfigured}></desk-editors>`;
      case 'topics':
        return html`<desk-topics .desk=${desk} @configured=${onConfigured}></desk-topics>`;
      case 'newsroom':
        return html`<desk-newsroom .desk=${desk} @configured=${onConfigured}></desk-newsroom>`;
      case 'audit':
        return html`<desk-audit .desk=${desk}></desk-audit>`;
      case 'webhooks':
        return html`<desk-webhooks .desk=${desk}></desk-webhooks>`;
      case 'outlets':
        return html`<desk-outlets .desk=${desk}></desk-outlets>`;
      case 'sources':
        break;
    }
    return html`<desk-sources .desk=${desk}></desk-sources>`;
  }
}

customElements.define('desk-admin', Admin);
