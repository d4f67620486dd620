/** What the main process tells a contender in Node. */
export type Order = { readonly type: 'publish'; readonly text: string } | { readonly type: 'settle' };
/** What it hears. */
export type Report = { readonly type: 'ready'; readonly port: number } | { readonly type: 'settled' };

const report = (message: Report): void => void process.send?.(message);

/**
 * The body of a contender's process: tells its port, and does as told until it is killed.
 * @param options.publish sends the message to every connection; undefined where alerts come another way
 */
export function serve(options: { port: number; publish?: (text: string) => void }): void {
  process.on('message', (order: Order) => {
    if (order.type === 'publish') options.publish?.(order.text);
    else settle();
  });
  process.on('disconnect', () => process.exit());
  report({ type: 'ready', port: options.port });
}

/** Collects twice: what the first collection finalizes, the second frees. */
function settle(): void {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  collect?.();
  report({ type: 'settled' });
}
