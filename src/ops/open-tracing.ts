import { NO_TRACING, type Tracing } from './tracing.ts';

/**
 * Sends traces to a collector by OTLP over HTTP. The libraries are loaded only then, and read the other standard variables
 * themselves (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, …).
 * @param options.on whether a collector is set
 * @param options.role `server` or `workers`: part of the service's name
 */
export async function openTracing({
  on,
  role,
}: {
  readonly on: boolean;
  readonly role: string;
}): Promise<Tracing> {
  if (!on) return NO_TRACING;
  const [
    { context, defaultTextMapGetter, propagation, SpanKind, SpanStatusCode, trace },
    sdk,
    otlp,
    resources,
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new sdk.NodeTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': `ajil-${role}` }),
    spanProcessors: [new sdk.BatchSpanProcessor(new otlp.OTLPTraceExporter())],
  });
  provider.register();
  const tracer = provider.getTracer('ajil');
  const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT };

  return {
    span: (name, { kind, parent, attributes = {} }, work) => {
      const from =
        parent === undefined
          ? context.active()
          : propagation.extract(context.active(), { traceparent: parent }, defaultTextMapGetter);
      const options = {
        kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind],
        attributes: { ...attributes },
      };
      return tracer.startActiveSpan(name, options, from, async (span) => {
        const fail = (): void => void span.setStatus({ code: SpanStatusCode.ERROR });
        try {
          return await work({
            rename: (to) => void span.updateName(to),
            set: (more) => void span.setAttributes({ ...more }),
            fail,
          });
        } catch (error) {
          // The message may hold what an editor wrote, or an address: the log says it.
          span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
          fail();
          throw error;
        } finally {
          span.end();
        }
      });
    },
    current: () => {
      const carrier: { traceparent?: string } = {};
      propagation.inject(context.active(), carrier);
      return carrier.traceparent;
    },
    close: async () => {
      await provider.shutdown();
      trace.disable();
    },
  };
}
