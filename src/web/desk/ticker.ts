import type { ReactiveControllerHost } from 'lit';

/**
 * Does something again and again while its host is in the page: what counts down must move.
 * @param tick undefined: the host is rendered
 */
export function everyTick(
  host: ReactiveControllerHost,
  everyMs: number,
  tick: () => unknown = () => host.requestUpdate(),
): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  host.addController({
    hostConnected: () => {
      timer = setInterval(tick, everyMs);
    },
    hostDisconnected: () => clearInterval(timer),
  });
}
