import { patched, type Preferences, type PreferencesPatch } from '../../subscription/preferences.ts';

/** The reader's changes on their way to the server: one at a time, and all that come meanwhile as one more. */
export interface Changes {
  /** Makes a change now, and sends it. */
  make(patch: PreferencesPatch): void;
}

export interface ChangesDeps {
  /** The preferences that the server has. */
  readonly saved: () => Preferences;
  /** @returns what the server has then @throws when it refuses or cannot be reached: nothing has changed */
  readonly save: (patch: PreferencesPatch) => Promise<Preferences>;
  /** The reader's choice: what is saved, and what is on its way. A change that failed is not in it any more. */
  readonly onChoice: (choice: Preferences) => void;
  /** Nothing is on its way. */
  readonly onEnd: (outcome: 'saved' | 'notSaved') => void;
}

export function createChanges({ saved, save, onChoice, onEnd }: ChangesDeps): Changes {
  let kept: Preferences | undefined;
  let sending: PreferencesPatch | undefined;
  let waiting: PreferencesPatch | undefined;

  const show = (): void => onChoice(patched(patched(kept ?? saved(), sending ?? {}), waiting ?? {}));

  async function send(): Promise<void> {
    let outcome: 'saved' | 'notSaved' = 'saved';
    kept = saved();
    while (waiting !== undefined) {
      [sending, waiting] = [waiting, undefined];
      try {
        kept = await save(sending);
      } catch {
        outcome = 'notSaved';
      }
      sending = undefined;
      show();
    }
    kept = undefined;
    onEnd(outcome);
  }

  return {
    make: (patch) => {
      waiting = { ...waiting, ...patch };
      const isSending = kept !== undefined;
      if (!isSending) void send();
      show();
    },
  };
}
