/** What readers follow. `names` by BCP 47 language; `default`: ticked for a new reader. */
export interface Topic {
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  readonly default: boolean;
}

export interface TopicStore {
  /** In the order the newsroom gave them. */
  list(): Promise<readonly Topic[]>;
}
