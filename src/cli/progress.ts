const EVERY_MS = { terminal: 100, log: 5000 } as const;
const WIDTH = 30;

export interface ProgressBar {
  /** @param share 0 to 1; undefined where nobody knows the whole */
  show(done: number, share: number | undefined): void;
  end(): void;
}

/** How far a long command has come, on standard error: a bar on a terminal, else a plain line every five seconds. */
export function openProgress(unit: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const began = performance.now();
  const every = stream.isTTY ? EVERY_MS.terminal : EVERY_MS.log;
  let start: number | undefined;
  let shownAt = began;
  let drawn = false;
  return {
    show(done, share) {
      start ??= done;
      const now = performance.now();
      if (now - shownAt < every) return;
      shownAt = now;
      const perSecond = Math.round(((done - start) * 1000) / (now - began));
      const text = `${done.toLocaleString('en')} ${unit}, ${perSecond.toLocaleString('en')} a second`;
      if (!stream.isTTY) {
        stream.write(`${share === undefined ? '' : `${Math.floor(share * 100)} %  `}${text}\n`);
        return;
      }
      drawn = true;
      const filled = Math.round(WIDTH * (share ?? 0));
      const bar = share === undefined ? '' : `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] `;
      stream.write(`\r\u001B[K${bar}${text}`);
    },
    end() {
      if (drawn) stream.write('\r\u001B[K');
    },
  };
}
