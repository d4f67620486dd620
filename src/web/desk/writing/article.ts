import { html, nothing, type TemplateResult } from 'lit';
import { storedUrl } from '../../../alerts/schema.ts';
import type { Fields } from './draft.ts';
import type { FormModel } from './form-model.ts';

/** `POST /v1/articles/preview`, as far as an alert begins with it. */
interface Article {
  readonly canonicalUrl: string;
  readonly title: string | null;
  readonly image: string | null;
  readonly imageAlt: string | null;
}

/** Reads the article's page into the fields that are still empty: for a new alert with a link. */
export function articleStart(model: FormModel): TemplateResult | typeof nothing {
  const { desk, subject, fields } = model;
  if (subject.change !== 'new' || storedUrl(fields.url) === undefined) return nothing;
  if (fields.headline.trim() !== '' && fields.image.trim() !== '') return nothing;
  const { text } = desk.words;
  return html`<p class="article">
    <button
      type="button"
      @click=${(event: Event) => void read(event.currentTarget as HTMLButtonElement, model)}
    >
      ${text.readArticle}
    </button>
    <span class="quiet" role="status"></span>
  </p>`;
}

async function read(button: HTMLButtonElement, { desk, fields, set }: FormModel): Promise<void> {
  const told = button.nextElementSibling;
  const { text } = desk.words;
  button.disabled = true;
  const answer = await desk.client.call<Article>('/v1/articles/preview', {
    method: 'POST',
    body: { url: fields.url.trim() },
  });
  button.disabled = false;
  if (answer.type !== 'done') {
    if (told !== null) told.textContent = text.articleUnread;
    return;
  }
  set(filledFrom(answer.body, fields, desk.config.linkSites));
}

/** What the editor has written stays. */
function filledFrom(article: Article, fields: Fields, sites: readonly string[] | null): Partial<Fields> {
  const isAllowed = (url: string): boolean => sites === null || sites.includes(new URL(url).origin);
  const takesImage = fields.image.trim() === '' && article.image !== null && isAllowed(article.image);
  return {
    ...(isAllowed(article.canonicalUrl) ? { url: article.canonicalUrl } : {}),
    ...(fields.headline.trim() === '' && article.title !== null
      ? { headline: article.title.slice(0, 200) }
      : {}),
    ...(takesImage ? { image: article.image ?? '', imageAlt: article.imageAlt?.slice(0, 300) ?? '' } : {}),
  };
}
