import { directionOf } from '../alerts/language.ts';
import type { AlertStore } from '../alerts/store.ts';
import { toPublicAlert, type Alert } from '../alerts/schema.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import type { AlertStory, AlertView } from './alert-view.ts';
import { html, type Html } from './html.ts';

const SHOWN = 5;

/** Undefined for an alert of no story. */
export async function readStory(
  deps: { readonly stories: Pick<StoryReader, 'get'>; readonly alerts: Pick<AlertStore, 'list'> },
  { id, story: storyId }: Alert,
): Promise<AlertStory | undefined> {
  if (storyId === null) return undefined;
  const [story, { alerts }] = await Promise.all([
    deps.stories.get(storyId),
    deps.alerts.list({ view: 'published', topics: [], story: storyId, limit: SHOWN + 1 }),
  ]);
  if (story === undefined) return undefined;
  const others = alerts.filter((alert) => alert.id !== id).slice(0, SHOWN);
  return { story, others: others.map(toPublicAlert) };
}

/** The page's script shows the button, with the words that it has here, to a reader whose browser is subscribed. */
export function storySection({ story, others }: AlertStory, { words }: AlertView): Html {
  return html`
    <section class="story" aria-labelledby="story-title">
      <h2 id="story-title">
        ${words.story} <bdi lang="${story.lang}" dir="${directionOf(story.lang)}">${story.name}</bdi>
      </h2>
      ${
        story.ended
          ? undefined
          : html`<p class="follow" hidden data-story="${story.id}">
              <button
                type="button"
                data-follow="${words.followStory}"
                data-leave="${words.leaveStory}"
                data-failed="${words.followFailed}"
              ></button>
              <span role="status"></span>
            </p>`
      }
      ${others.length === 0 ? undefined : list(others)}
      <p><a href="/stories/${story.id}">${words.moreOfStory}</a></p>
    </section>
  `;
}

function list(alerts: readonly Alert[]): Html {
  const items = alerts.map(({ id, lang, dir, headline, change }) => {
    const shown = change === 'retraction' ? html`<del>${headline}</del>` : headline;
    return html`<li lang="${lang}" dir="${dir}"><a href="/a/${id}">${shown}</a></li>`;
  });
  return html`<ul role="list">
    ${items}
  </ul>`;
}
