import { html, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { DeskShared } from './desk-context.ts';
import type { Route } from './route.ts';
import './admin/admin.ts';
import './alert-view.ts';
import './health/health-page.ts';
import './lists/history.ts';
import './report/goal-page.ts';
import './stories/stories-page.ts';
import './test-devices.ts';
import './passkeys-page.ts';
import './writing/writer.ts';

const NEW_ALERT = { change: 'new' } as const;

/** The page that the address names. */
export function renderPage(
  route: Route,
  desk: DeskShared,
  on: {
    readonly sent: (event: CustomEvent<EditorAlert>) => void;
    readonly changed: () => void;
    readonly back: (event: CustomEvent<string>) => void;
    readonly configured: () => void;
  },
): TemplateResult {
  switch (route.page) {
    case 'new':
      return html`<desk-writer .desk=${desk} .subject=${NEW_ALERT} @sent=${on.sent}></desk-writer>`;
    case 'alert':
      return html`<desk-alert
        .desk=${desk}
        .alertId=${route.id}
        .writing=${route.writing}
        @changed=${on.changed}
        @back=${on.back}
      ></desk-alert>`;
    case 'history':
      return html`<desk-history .desk=${desk} .query=${route.query}></desk-history>`;
    case 'stories':
      return html`<desk-stories .desk=${desk}></desk-stories>`;
    case 'goal':
      return html`<desk-goal .desk=${desk}></desk-goal>`;
    case 'health':
      return html`<desk-health .desk=${desk}></desk-health>`;
    case 'devices':
      return html`<desk-test-devices .desk=${desk}></desk-test-devices>`;
    case 'passkeys':
      return html`<desk-passkeys .desk=${desk}></desk-passkeys>`;
    case 'admin':
      break;
  }
  return html`<desk-admin .desk=${desk} .of=${route.of} @configured=${on.configured}></desk-admin>`;
}
