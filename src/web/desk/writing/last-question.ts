import { html, nothing, type TemplateResult } from 'lit';
import { notificationText } from '../../../alerts/notification.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Estimate } from '../answers.ts';
import type { DeskShared } from '../desk-context.ts';
import { renderFound, type Found } from './checks.ts';
import { reachOf } from './meter.ts';
import { renderRecent } from './recent.ts';
import { isInAnotherScript } from '../../../alerts/script-check.ts';
import { topicNames } from '../topic-names.ts';
import { ownZone } from './zoned-time.ts';
import { storyName } from '../stories/open-stories.ts';
import { STORY_WORDS } from '../words/stories-words.ts';
import { fill, isolate, type Words } from '../words/words.ts';

/** What the last question is about. */
export interface Asked {
  readonly alert: EditorAlert;
  readonly estimate: Estimate | 'unknown' | undefined;
  /** The same was sent a short while ago. */
  readonly isDuplicate: boolean;
  readonly found?: Found;
  /** When it is to leave, ms since the epoch; undefined: at once. */
  readonly sendTime?: number | undefined;
}

/** What the editor is asked before anything goes out: what it is, whom it reaches, and that there is no way back. */
export function renderQuestion(
  { alert, estimate, isDuplicate, found, sendTime }: Asked,
  desk: Pick<DeskShared, 'words' | 'config' | 'client' | 'stories'>,
): TemplateResult {
  const { words, config, client } = desk;
  const { text } = words;
  const does = { flash: text.flashDoes, urgent: text.urgentDoes, normal: text.normalDoes }[alert.urgency];
  const { title } = notificationText(alert);
  const leaves =
    sendTime !== undefined &&
    fill(text.leavesThen, {
      time: words.zoned(sendTime, ownZone()),
      until: words.until(sendTime - client.now()),
    });
  return html`
    ${isDuplicate ? html`<p class="warning">${text.duplicateWarning}</p>` : nothing}
    <blockquote lang=${alert.lang} dir=${alert.dir}>
      ${title}${alert.change === 'retraction' && alert.note ? html`<br /><small>${alert.note}</small>` : nothing}
    </blockquote>
    ${leaves ? html`<p class="goes"><strong>${leaves}</strong></p>` : nothing}
    <p class="goes">
      <strong>${alert.change === 'new' ? goesTo(alert, estimate, desk) : text.versionGoesTo}</strong>
    </p>
    ${alert.change === 'new' ? renderRecent(estimate, words) : nothing}
    <dl class="about">
      <dt>${text.lang}</dt>
      <dd data-about="lang">${words.languageName(alert.lang)}</dd>
      <dt>${text.topics}</dt>
      <dd data-about="topics">${topicNames(alert.topics, config, words)}</dd>
      <dt>${text[alert.urgency]}</dt>
      <dd>${does}</dd>
    </dl>
    ${
      isInAnotherScript(textOf(alert), alert.lang)
        ? html`<p class="warning">${fill(text.otherScript, { language: words.languageName(alert.lang) })}</p>`
        : nothing
    }
    ${renderFound(found, words)}
    ${leaves ? nothing : html`<p class="quiet">${alert.change === 'new' ? text.noWayBack : text.safari}</p>`}
  `;
}

function goesTo(
  alert: EditorAlert,
  estimate: Asked['estimate'],
  desk: Pick<DeskShared, 'words' | 'stories'>,
): string {
  const { words } = desk;
  if (alert.story !== null) return goesToStory(alert.story, alert, estimate, desk);
  if (estimate === undefined || estimate === 'unknown') return words.text.goesToUnknown;
  if (estimate.subscriptions === 0 && estimate.connections === 0) return words.text.goesToNobody;
  return fill(words.text.goesTo, { reach: reachOf(estimate, words) });
}

/** A follow-up goes to those who follow the story, another alert of it to everybody. */
function goesToStory(
  id: string,
  { escalate }: EditorAlert,
  estimate: Asked['estimate'],
  desk: Pick<DeskShared, 'words' | 'stories'>,
): string {
  const { words } = desk;
  const said = STORY_WORDS[words.language];
  const story = isolate(storyName(id, desk));
  if (estimate === undefined || estimate === 'unknown') {
    return escalate ? words.text.goesToUnknown : fill(said.goesToFollowersUnknown, { story });
  }
  const { followersOnly, subscriptions } = estimate;
  if (followersOnly && subscriptions === 0) return fill(said.goesToNobody, { story });
  const reach = reachOf(estimate, words);
  return fill(followersOnly ? said.goesToFollowers : said.goesToEverybody, { story, reach });
}

/** What the editor must tick beforehand: what wakes everybody, or looks as if it went to the wrong readers. */
export function consentFor(alert: EditorAlert, words: Words): string | undefined {
  const { text } = words;
  const language = words.languageName(alert.lang);
  const asked = [
    ...(isInAnotherScript(textOf(alert), alert.lang) ? [fill(text.otherScriptYes, { language })] : []),
    ...(alert.urgency === 'flash' && alert.change !== 'retraction' ? [text.flashYes] : []),
  ];
  return asked.length === 0 ? undefined : asked.join(' ');
}

/** What of a version is new: a note of an older text is not at issue when the alert is retracted. */
const textOf = ({ change, headline, body, note }: EditorAlert): string =>
  change === 'retraction' ? (note ?? '') : [headline, body, note].join(' ');
