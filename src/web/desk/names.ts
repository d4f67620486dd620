import type { EditorNames } from './answers.ts';
import type { Client } from './client.ts';
import { fill, isolate, type Words } from './words/words.ts';

/** Who the ids in alerts and in the audit log are. */
export interface Names {
  /** By id, in no order. */
  readonly all: ReadonlyMap<string, string>;
  /** The name of an editor, a source or the system, in the desk's words; the id of somebody unknown. */
  of(id: string, words: Words): string;
}

export const NO_NAMES: Names = namesIn(new Map());

function namesIn(all: ReadonlyMap<string, string>): Names {
  return {
    all,
    of: (id, { text }) => {
      const { finding } = text;
      if (id === 'system') return finding.system;
      if (id.startsWith('source:')) return fill(finding.fromSource, { name: isolate(id.slice(7)) });
      return isolate(all.get(id) ?? id);
    },
  };
}

/** @returns what is known, where the server does not answer now */
export async function loadNames(client: Client, known: Names): Promise<Names> {
  const answer = await client.call<EditorNames>('/v1/editor-names');
  return answer.type === 'done' ? namesIn(new Map(Object.entries(answer.body.names))) : known;
}
