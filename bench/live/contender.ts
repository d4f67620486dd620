/** One of those who are measured beside each other. */
export interface Contender {
  readonly name: 'ours' | 'ws' | 'socketio' | 'nchan' | 'c' | 'go' | 'pushpin';
  /** With its version, as the table shows it. */
  readonly label: string;
  readonly path: string;
  readonly protocol: 'plain' | 'socketio' | 'sse';
  /** Messages that every connection receives before the first alert. */
  readonly greetings: number;
  /** @param core the CPU that its processes are pinned to; undefined: none */
  start(core: number | undefined): Promise<RunningContender>;
}

export interface RunningContender {
  readonly port: number;
  /** The processes that serve the connections: whose memory and CPU count. */
  readonly pids: readonly number[];
  /** Sends alert `seq` on its way; the promise says nothing about its arrival. */
  publish(seq: number): Promise<void>;
  /** Gives back what is garbage, where the server can be asked to. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** A contender that this machine lacks, and why. */
export interface Skipped {
  readonly skipped: string;
}
