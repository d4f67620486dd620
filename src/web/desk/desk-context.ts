import type { Story } from '../../alerts/stories/schema.ts';
import type { DeskConfig, DeskSession } from './answers.ts';
import type { Client } from './client.ts';
import type { Names } from './names.ts';
import type { Words } from './words/words.ts';

/** Every part of the desk gets this. */
export interface DeskShared {
  readonly client: Client;
  readonly words: Words;
  readonly config: DeskConfig;
  readonly editor: DeskSession['editor'];
  readonly names: Names;
  /** The open ones. */
  readonly stories: readonly Story[];
}
