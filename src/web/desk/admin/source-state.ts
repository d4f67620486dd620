import { html, nothing, type TemplateResult } from 'lit';
import { fill, isolate, type Words } from '../words/words.ts';
import type { SourceState } from './source.ts';

/** Whether the source is heard, and how its feed answers. */
export function renderSourceState({ heardAt, silentSince, feed }: SourceState, words: Words): TemplateResult {
  const { admin } = words.text;
  const { time } = words;
  const heard = heardAt === null ? nothing : quiet(fill(admin.heard, { time: time(heardAt) }));
  return html`
    ${silentSince === null ? heard : fault(fill(admin.isSilent, { time: time(silentSince) }))}
    ${feed === null ? nothing : renderFeed(feed, words)}
  `;
}

function renderFeed(feed: NonNullable<SourceState['feed']>, words: Words): TemplateResult {
  const { text, time } = words;
  const { admin } = text;
  const next = feed.nextAt === null ? '–' : time(feed.nextAt);
  const failed =
    feed.fault === null ? nothing : fault(fill(admin.feedFault, { fault: isolate(feed.fault), time: next }));
  return html`
    ${feed.isGone ? fault(admin.feedGone) : failed}
    ${feed.movedTo === null ? nothing : quiet(html`${admin.feedMoved} <bdi dir="ltr">${feed.movedTo}</bdi>`)}
    ${feed.hub === null ? nothing : renderHub(feed.hub, words)}
    ${feed.answeredAt === null ? nothing : quiet(fill(admin.feedAnswered, { time: time(feed.answeredAt) }))}
  `;
}

type Hub = NonNullable<NonNullable<SourceState['feed']>['hub']>;

function renderHub({ url, until, fault: said }: Hub, { text, time }: Words): TemplateResult {
  const { admin } = text;
  const address = html` <bdi dir="ltr">${url}</bdi>`;
  if (until !== null) return quiet(html`${fill(admin.hubSends, { time: time(until) })}${address}`);
  return said === null
    ? quiet(html`${admin.hubAsked}${address}`)
    : fault(fill(admin.hubFault, { fault: isolate(said) }));
}

const fault = (said: string): TemplateResult => html`<p class="fault">${said}</p>`;
const quiet = (said: string | TemplateResult): TemplateResult => html`<p class="quiet">${said}</p>`;
