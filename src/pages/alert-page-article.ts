import { changeName, titleOf } from '../alerts/naming.ts';
import type { Alert } from '../alerts/schema.ts';
import type { AlertPageInput, AlertView } from './alert-view.ts';
import { nameIn } from './common/identity.ts';
import { linkedData, type Html } from './html.ts';

/** The alert for search engines (https://schema.org/NewsArticle): its times, its maker, and each correction with its note. */
export function newsArticle({ versions, topics, publicUrl }: AlertPageInput, view: AlertView): Html {
  const { alert, lang, newsroom, words } = view;
  const retracted = alert.change === 'retraction';
  const address = `${publicUrl}/a/${alert.id}`;
  const publisher = {
    '@type': 'NewsMediaOrganization',
    name: nameIn(newsroom, lang),
    url: newsroom.homeUrl ?? `${publicUrl}/`,
    logo: newsroom.logo ?? `${publicUrl}/icon-512.png`,
  };
  const corrections = versions.filter(({ change }) => change === 'correction' || change === 'retraction');
  return linkedData({
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    '@id': address,
    mainEntityOfPage: address,
    headline: titleOf(alert, lang),
    ...(retracted ? { creativeWorkStatus: 'Retracted' } : contentOf(alert)),
    datePublished: versions[0].publishedAt ?? alert.createdAt,
    dateModified: alert.publishedAt ?? alert.createdAt,
    inLanguage: alert.lang,
    isAccessibleForFree: true,
    articleSection: alert.topics.map((id) => topics.find((topic) => topic.id === id)?.names[lang] ?? id),
    author: publisher,
    publisher,
    ...(corrections.length === 0
      ? {}
      : {
          correction: corrections.map(({ change, note, publishedAt, createdAt }) => ({
            '@type': 'CorrectionComment',
            text: note ?? (change === 'retraction' ? words.retracted : changeName(change, lang)),
            datePublished: publishedAt ?? createdAt,
          })),
        }),
  });
}

function contentOf({ body, url, image, imageAlt, imageCaption, imageCredit }: Alert): object {
  return {
    ...(body === null ? {} : { articleBody: body }),
    ...(url === null ? {} : { isBasedOn: url }),
    ...(image === null
      ? {}
      : {
          image: {
            '@type': 'ImageObject',
            url: image,
            ...(imageAlt ? { description: imageAlt } : {}),
            ...(imageCaption ? { caption: imageCaption } : {}),
            ...(imageCredit ? { creditText: imageCredit } : {}),
          },
        }),
  };
}
