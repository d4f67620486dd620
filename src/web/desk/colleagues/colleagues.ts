import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Client } from '../client.ts';
import type { Route } from '../route.ts';
import type { DeskSession } from '../answers.ts';
import { bypassIn } from './render-bypass.ts';
import { followColleagues, type Action, type Writing } from './desk-line.ts';

/** Half of the time for which a note counts. */
const NOTE_EVERY_MS = 10_000;

interface DeskState {
  readonly client: Client;
  readonly route: () => Route;
  /** Who is signed in. */
  readonly editor: () => DeskSession['editor'] | undefined;
  /** Colleagues did something. */
  readonly onChange: () => void;
}

/** What an editor writes on a page: `new`, or the id of an alert; undefined: nothing. */
function writtenOn(route: Route): string | undefined {
  if (route.page === 'new') return 'new';
  return route.page === 'alert' && route.writing !== undefined ? route.id : undefined;
}

/** Hears what colleagues do while somebody is signed in, and tells them that this editor is writing, as long as letters come. */
export class Colleagues implements ReactiveController {
  /** Who is writing now, this editor included. */
  writing: readonly Writing[] = [];
  /** The last time that a colleague sent without a second person, until this approver has read of it. */
  bypass: Action | undefined;
  private readonly host: ReactiveControllerHost & HTMLElement;
  private readonly desk: DeskState;
  private line: { close(): void } | undefined;
  private on: string | undefined;
  private notedAt = 0;

  constructor(host: ReactiveControllerHost & HTMLElement, desk: DeskState) {
    this.host = host;
    this.desk = desk;
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('input', this.onInput);
    addEventListener('hashchange', this.stopWriting);
    addEventListener('pagehide', this.stopWriting);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('input', this.onInput);
    removeEventListener('hashchange', this.stopWriting);
    removeEventListener('pagehide', this.stopWriting);
    this.hangUp();
  }

  hostUpdate(): void {
    if (this.desk.editor() === undefined) this.hangUp();
    else
      this.line ??= followColleagues({
        onAction: (action) => this.noteBypass(bypassIn(action, this.desk.editor()) ?? this.bypass),
        onChange: this.desk.onChange,
        onWriting: (writing) => {
          this.writing = writing;
          this.host.requestUpdate();
        },
      });
  }

  noteBypass(bypass: Action | undefined): void {
    this.bypass = bypass;
    this.host.requestUpdate();
  }

  private hangUp(): void {
    this.line?.close();
    this.line = undefined;
    this.writing = [];
    this.bypass = undefined;
  }

  private readonly onInput = ({ target }: Event): void => {
    const on = writtenOn(this.desk.route());
    if (on === undefined || !(target instanceof Element) || target.closest('desk-writer') === null) return;
    const now = performance.now();
    if (on === this.on && now - this.notedAt < NOTE_EVERY_MS) return;
    this.on = on;
    this.notedAt = now;
    void this.note(on);
  };

  /** The alert was sent, or the editor went elsewhere. */
  private readonly stopWriting = (): void => {
    if (this.on === undefined) return;
    this.on = undefined;
    void this.note(null);
  };

  private async note(on: string | null): Promise<void> {
    await this.desk.client.call('/v1/desk/writing', { method: 'PUT', body: { on } });
  }
}
