type Attributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  readonly kind?: 'server' | 'consumer' | 'client';
  /** `traceparent` of the span in another process that led to this one (W3C Trace Context); none: the span that is open here. */
  readonly parent?: string | undefined;
  readonly attributes?: Attributes;
}

/** A span that is open. */
export interface OpenSpan {
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** What the span was open for has failed. */
  fail(): void;
}

/** Traces of OpenTelemetry: who waited for what, across processes. Nothing about a reader is in them. */
export interface Tracing {
  /** Runs the work in a span, which ends with it. */
  span<Result>(
    name: string,
    options: SpanOptions,
    work: (span: OpenSpan) => Promise<Result>,
  ): Promise<Result>;
  /** `traceparent` of the span that is open now; undefined without traces. */
  current(): string | undefined;
  close(): Promise<void>;
}

const NO_SPAN: OpenSpan = { rename: () => undefined, set: () => undefined, fail: () => undefined };

/** Without traces. */
export const NO_TRACING: Tracing = {
  span: (_name, _options, work) => work(NO_SPAN),
  current: () => undefined,
  close: () => Promise.resolve(),
};
