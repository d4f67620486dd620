/** Characters of one event, at most. The largest recovery that a gateway sends is smaller. */
const MAX_EVENT = 16 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6) as far as our gateway writes them: data and comments. The cursor of
 * an `id:` is in the data too.
 * @returns a function that takes the next piece of text, and throws a RangeError when an event has no end
 */
export function createEventStreamParser(events: {
  onText: (text: string) => void;
  onBeat: () => void;
}): (piece: string) => void {
  let rest = '';
  let data: string[] = [];

  function take(line: string): void {
    if (line === '') {
      const text = data.join('\n');
      data = [];
      if (text !== '') events.onText(text);
    } else if (line.startsWith(':')) {
      events.onBeat();
    } else if (line.startsWith('data:')) {
      data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    }
  }

  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_EVENT) throw new RangeError('an event without an end');
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
}
