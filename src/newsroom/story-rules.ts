import { primaryLanguage } from '../alerts/language.ts';
import type { EditorAlert } from '../alerts/schema.ts';
import type { Story } from '../alerts/stories/schema.ts';
import type { FieldError } from '../http/problem.ts';
import { refuseIfAny } from '../http/read-body.ts';

type OfStory = Pick<EditorAlert, 'version' | 'story' | 'escalate' | 'lang' | 'sendAt'>;

/**
 * Refuses an alert whose story does not take it. Only before its first version is public: what readers have already, may
 * still be corrected when the story has ended.
 * @param story that the alert names; undefined: there is none
 * @throws {Problem} 422 that names the field
 */
export function refuseUnlessInStory(alert: OfStory, story: Story | undefined): void {
  if (alert.version === 1) refuseIfAny(errorsOf(alert, story));
}

function errorsOf({ story: id, escalate, lang, sendAt }: OfStory, story: Story | undefined): FieldError[] {
  if (id === null) {
    return escalate ? [{ pointer: '/escalate', detail: 'must be false: the alert belongs to no story' }] : [];
  }
  if (story === undefined) return [{ pointer: '/story', detail: 'is not a story of GET /v1/stories' }];
  if (story.ended) {
    return [
      { pointer: '/story', detail: 'has ended and takes no alert: choose another, start one, or send null' },
    ];
  }
  if (primaryLanguage(lang) !== primaryLanguage(story.lang)) {
    return [{ pointer: '/story', detail: `is in the language ${story.lang}, as its alerts must be` }];
  }
  if (sendAt !== null && Date.parse(sendAt) > Date.parse(story.endsAt)) {
    return [{ pointer: '/sendAt', detail: `must be before the story ends (${story.endsAt})` }];
  }
  return [];
}
