import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../alerts/schema.ts';
import { renderActions, type Aborted, type Writing } from './alert-actions.ts';
import { renderAlertHead } from './alert-head.ts';
import type { DeskShared } from './desk-context.ts';
import { shownOf, type OpenAlert } from './open-alert.ts';
import { renderReportSection } from './report/report-section.ts';
import type { ShownReport } from './report/shown-report.ts';
import { renderVersions } from './versions/versions.ts';
import { isWaiting } from './waiting/waiting-alert.ts';
import { fill } from './words/words.ts';
import './test-send.ts';
import './waiting/undo-alert.ts';

/** What of the page can change without the alert. */
export interface Around {
  readonly shown: ShownReport;
  readonly aborted: Aborted | undefined;
  /** Another draft is where the text of this alert would be written on. */
  readonly isOccupied: boolean;
  /** It leaves within seconds. */
  readonly isUndoable: boolean;
  readonly isConnected: boolean;
  readonly onAbort: () => void;
  readonly onWrite: (what: Writing) => void;
  readonly onStepped: () => void;
  readonly onTakeBack: (event: CustomEvent<EditorAlert>) => void;
  readonly onLook: () => void;
}

/** An alert as its page shows it: what it says, what can be done about it, its versions, its report. */
export function renderOpenAlert(open: OpenAlert, desk: DeskShared, around: Around): TemplateResult {
  const { alert } = open;
  const shown = shownOf(open);
  return html`
    ${renderAlertHead(alert, desk)} ${isWaiting(alert) ? renderWaiting(open, desk, around) : nothing}
    ${alert.status === 'cancelled' ? renderCancelled(alert, desk, around) : nothing}
    ${shown === undefined ? nothing : renderActions(shown, desk, around)}
    ${
      shown === undefined
        ? nothing
        : renderReportSection(around.shown, desk.words, shown.version, (version) =>
            around.shown.follow(alert.id, version),
          )
    }
    ${open.versions.length === 1 ? nothing : renderVersions(open, desk)}
    <desk-test-send .desk=${desk} .alertId=${alert.id}></desk-test-send>
  `;
}

function renderWaiting({ alert }: OpenAlert, desk: DeskShared, around: Around): TemplateResult {
  if (!around.isUndoable) {
    return html`<desk-waiting
      .desk=${desk}
      .alert=${alert}
      @stepped=${around.onStepped}
      @edit=${() => around.onWrite('edit')}
    ></desk-waiting>`;
  }
  return html`<desk-undo
    .desk=${desk}
    .alert=${alert}
    .connected=${around.isConnected}
    @look=${around.onLook}
    @stepped=${around.onStepped}
    @undone=${around.onTakeBack}
  ></desk-undo>`;
}

/** The text of what was cancelled is not lost. */
function renderCancelled(alert: EditorAlert, { words }: DeskShared, around: Around): TemplateResult {
  const { text } = words;
  const take = (): void => around.onTakeBack(new CustomEvent('back', { detail: alert }));
  return html`
    ${
      alert.cancelledBecause === 'expired'
        ? html`<p class="note">
            ${fill(text.expiredUnsentWhy, { time: words.time(alert.sendAt ?? alert.expiresAt) })}
          </p>`
        : nothing
    }
    <div class="buttons"><button type="button" @click=${take}>${text.takeText}</button></div>
    <div role="alert">${around.isOccupied ? html`<p class="note">${text.otherDraftHere}</p>` : nothing}</div>
  `;
}
