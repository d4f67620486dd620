let written = 0;

export interface CapInfoParts {
  readonly language?: string;
  readonly event?: string;
  readonly severity?: string;
  readonly urgency?: string;
  readonly certainty?: string;
  readonly more?: string;
}
export interface CapParts {
  readonly identifier?: string;
  readonly sender?: string;
  readonly sent?: string;
  readonly status?: string;
  readonly msgType?: string;
  readonly scope?: string;
  readonly references?: readonly string[];
  readonly infos?: readonly CapInfoParts[];
  readonly namespace?: string;
  readonly before?: string;
  readonly after?: string;
}

/** An `info` of a message, in Arabic and severe, unless it says otherwise. */
export const capInfo = ({
  language = 'ar',
  event = `سيول ${written}`,
  severity = 'Severe',
  urgency = 'Expected',
  certainty = 'Likely',
  more = '',
}: CapInfoParts = {}): string =>
  `<info><language>${language}</language><category>Met</category><event>${event}</event><urgency>${urgency}</urgency>` +
  `<severity>${severity}</severity><certainty>${certainty}</certainty>${more}</info>`;

/** A message as a warning office of our own writes it: its text, and what names it in the references of later ones. */
export function capMessage(parts: CapParts = {}): { readonly xml: string; readonly triple: string } {
  written += 1;
  const {
    identifier = `warning-${written}`,
    sender = 'office@met.example',
    sent = '2026-11-29T10:00:00+03:00',
    status = 'Actual',
    msgType = 'Alert',
    scope = 'Public',
    references,
    infos = [{}],
    namespace = 'urn:oasis:names:tc:emergency:cap:1.2',
    before = '',
    after = '',
  } = parts;
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?>\n${before}<alert xmlns="${namespace}"><identifier>${identifier}</identifier>` +
    `<sender>${sender}</sender><sent>${sent}</sent><status>${status}</status><msgType>${msgType}</msgType>` +
    `<scope>${scope}</scope>` +
    (references === undefined ? '' : `<references>${references.join(' ')}</references>`) +
    `${infos.map(capInfo).join('')}${after}</alert>`;
  return { xml, triple: `${sender},${identifier},${sent}` };
}
