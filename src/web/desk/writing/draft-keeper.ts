import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { caughtUp, changedFields, opened } from './catch-up.ts';
import {
  draftPlace,
  newDraft,
  openDraftStore,
  type Attempt,
  type Draft,
  type DraftStore,
  type Fields,
} from './draft.ts';
import { localShelf } from './local-shelf.ts';

/**
 * Holds the draft that an element writes, and keeps each change of it in the browser. Another tab that goes on with the
 * same draft, or sends it, changes it here, too: two tabs never hold two drafts.
 */
export class DraftKeeper implements ReactiveController {
  private name = '';
  private store: DraftStore | undefined;
  private held: Draft | undefined;
  private discarded: Draft | undefined;
  private readonly host: ReactiveControllerHost & {
    /** What stands in the fields where the editor changed nothing. */
    blankFields(): Fields;
    /** The newest version that is known of the alert, of an edit the revision; 0: a new one is written. */
    newestVersion(): number;
    /** The draft is another one now. */
    onDraftBegun(): void;
    /** The alert has a newer version than the draft was written on: fields that were not touched now follow that. */
    onOvertaken(): void;
    isSending(): boolean;
  };

  constructor(host: DraftKeeper['host']) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('storage', this.onStorage);
  }

  hostDisconnected(): void {
    removeEventListener('storage', this.onStorage);
    this.name = '';
  }

  /** Opens the draft of this name; when it is open, only looks whether the alert has another version now. */
  open(name: string, now: () => number): void {
    if (name === this.name) {
      this.catchUp();
      return;
    }
    this.name = name;
    this.store = openDraftStore(name, { storage: localShelf(), now });
    this.begin(this.store.load() ?? this.blank());
  }

  get draft(): Draft {
    return (this.held ??= this.blank());
  }

  /** All of them, changed or not. */
  get fields(): Fields {
    return { ...this.host.blankFields(), ...this.draft.fields };
  }

  set(changed: Partial<Fields>): void {
    const blank = this.host.blankFields();
    const fields = changedFields({ ...this.draft.fields, ...changed }, blank);
    // The editor's own language is only where a new alert begins: one begun keeps the language that it began in.
    const isBegun = this.draft.base === 0 && Object.keys(fields).length > 0;
    const lang = fields.lang ?? changed.lang ?? this.draft.fields.lang ?? blank.lang;
    this.keep({ ...this.draft, fields: isBegun ? { ...fields, lang } : fields });
  }

  /** Notes that this body is about to be sent, before it is: a reload in between finds that it may have been. */
  attempt(attempt: Attempt): Required<Draft> {
    const draft = { ...this.draft, attempt: this.draft.attempt ?? attempt };
    this.keep(draft);
    return draft;
  }

  /** Lets go of the attempt. The key stays: should it have been sent after all, the next one is refused, not sent twice. */
  letGo(): void {
    const { key, fields, base } = this.draft;
    this.keep({ key, fields, base });
    this.catchUp();
  }

  /** The same text as a draft of its own. */
  renew(): void {
    this.begin(newDraft(this.draft.base, this.draft.fields));
    this.keep(this.draft);
  }

  /** An empty draft; {@link undoDiscard} brings this one back. */
  discard(): void {
    this.discarded = this.draft;
    this.store?.clear();
    this.begin(this.blank());
  }

  undoDiscard(): void {
    if (this.discarded === undefined) return;
    this.begin(this.discarded);
    this.keep(this.draft);
  }

  private readonly onStorage = (event: StorageEvent): void => {
    if (event.key !== draftPlace(this.name) || this.host.isSending() || this.store === undefined) return;
    this.begin(this.store.load() ?? this.blank());
  };

  private blank(): Draft {
    return newDraft(this.host.newestVersion());
  }

  private begin(draft: Draft): void {
    this.held = opened(draft, this.host.newestVersion());
    this.host.onDraftBegun();
    this.host.requestUpdate();
    this.catchUp();
  }

  private catchUp(): void {
    const draft = caughtUp(this.draft, this.host.blankFields(), this.host.newestVersion());
    if (draft === undefined) return;
    this.keep(draft);
    this.host.onOvertaken();
  }

  private keep(draft: Draft): void {
    this.held = draft;
    this.store?.save(draft);
    this.host.requestUpdate();
  }
}
