export const EXIT = { failed: 1, usage: 2, redisAway: 3 } as const;

/** Says what went wrong in one line; the command ends with `code`. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: number;
  constructor(message: string, code: number = EXIT.failed) {
    super(message);
    this.code = code;
  }
}

export function print(value: unknown): void {
  console.log(typeof value === 'string' ? value : JSON.stringify(value));
}
