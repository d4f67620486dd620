import type { ReactiveControllerHost, TemplateResult } from 'lit';
import type { Client } from './client.ts';
import { renderSignOutQuestion } from './top.ts';
import type { Words } from './words/words.ts';
import { draftsOf, eraseDrafts } from './writing/draft.ts';
import { localShelf } from './writing/local-shelf.ts';

/** The way out: it asks about the editor's drafts on this device, and tells whether the server confirmed it. */
export interface SignOut {
  readonly start: () => void;
  render(words: Words): TemplateResult;
}

export function createSignOut(
  host: ReactiveControllerHost,
  deps: {
    readonly client: Client;
    readonly editorId: () => string | undefined;
    readonly onEnd: (isOut: boolean) => void;
  },
): SignOut {
  /** How many drafts the question is about; 0: there is none. */
  let drafts = 0;

  function ask(about: number): void {
    drafts = about;
    host.requestUpdate();
  }

  async function leave(what: 'keep' | 'erase'): Promise<void> {
    ask(0);
    const editor = deps.editorId();
    const isOut = await deps.client.signOut();
    if (isOut && editor !== undefined && what === 'erase') eraseDrafts(editor, localShelf());
    deps.onEnd(isOut);
  }

  return {
    start: () => {
      const editor = deps.editorId();
      const kept = editor === undefined ? [] : draftsOf(editor, localShelf());
      if (kept.length === 0) void leave('keep');
      else ask(kept.length);
    },
    render: (words) =>
      renderSignOutQuestion(words, drafts, {
        onErase: () => leave('erase'),
        onKeep: () => leave('keep'),
        onStay: () => ask(0),
      }),
  };
}
