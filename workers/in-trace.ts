import type { Tracing } from '../src/ops/tracing.ts';

/** Does a job as part of the trace in which it was asked for. What housekeeping adds again belongs to none. */
export function inTrace(
  tracing: Tracing,
  name: string,
  parent: string | undefined,
  { alertId, version, batch }: { alertId: string; version: number; batch?: number },
  work: () => Promise<void>,
): Promise<void> {
  if (parent === undefined) return work();
  const attributes = {
    'ajil.alert.id': alertId,
    'ajil.alert.version': version,
    ...(batch === undefined ? {} : { 'ajil.batch': batch }),
  };
  return tracing.span(name, { kind: 'consumer', parent, attributes }, work);
}
