import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { draftPlace, newDraft, openDraftStore, type Draft, type DraftStore, type Fields } from './draft.ts';

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
    /** The fields of an empty draft. */
    blankFields(): Fields;
    /** The draft is another one now. */
    onDraftBegun(): void;
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

  /** Opens the draft of this name; harmless when it is open. */
  open(name: string, now: () => number): void {
    if (name === this.name) return;
    this.name = name;
    this.store = openDraftStore(name, { storage: localStorage, now });
    this.begin(this.store.load(this.host.blankFields()));
  }

  get draft(): Draft {
    return (this.held ??= newDraft(this.host.blankFields()));
  }

  get fields(): Fields {
    return this.draft.fields;
  }

  set(changed: Partial<Fields>): void {
    this.keep({ ...this.draft, fields: { ...this.fields, ...changed } });
  }

  /** Notes that this body is about to be sent, before it is: a reload in between finds that it may have been. */
  attempt(body: object, atMs: number): Required<Draft> {
    const draft = { ...this.draft, attempt: this.draft.attempt ?? { body, at: atMs } };
    this.keep(draft);
    return draft;
  }

  /** Lets go of the attempt. The key stays: should it have been sent after all, the next one is refused, not sent twice. */
  letGo(): void {
    this.keep({ key: this.draft.key, fields: this.fields });
  }

  /** The same text as a draft of its own. */
  renew(): void {
    this.begin(newDraft(this.fields));
    this.keep(this.draft);
  }

  /** An empty draft; {@link undoDiscard} brings this one back. */
  discard(): void {
    this.discarded = this.draft;
    this.store?.clear();
    this.begin(newDraft(this.host.blankFields()));
  }

  undoDiscard(): void {
    if (this.discarded === undefined) return;
    this.begin(this.discarded);
    this.keep(this.draft);
  }

  private readonly onStorage = (event: StorageEvent): void => {
    if (event.key !== draftPlace(this.name) || this.host.isSending() || this.store === undefined) return;
    this.begin(this.store.load(this.host.blankFields()));
  };

  private begin(draft: Draft): void {
    this.held = draft;
    this.host.onDraftBegun();
    this.host.requestUpdate();
  }

  private keep(draft: Draft): void {
    this.held = draft;
    this.store?.save(draft);
    this.host.requestUpdate();
  }
}
