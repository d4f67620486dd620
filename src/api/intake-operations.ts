import { z } from 'zod';
import { intakeAnswerSchema } from './intake.ts';

export const INTAKE_OPERATIONS = {
  '/v1/intake/{id}': {
    post: {
      summary: 'Take in an item from a source, in its own format',
      description:
        'The body is what the source writes: for `superdesk` and `ninjs`, one ninjs item. It is proved by `x-superdesk-signature`, or by `Authorization: Bearer` with the secret of the source or an API key. The same item again has the same answer. What may succeed later is always a 503, because Superdesk gives an item up after a 4xx.',
      who: 'editor',
      tag: 'alerts',
      body: z.looseObject({}),
      example: {
        uri: 'urn:example:story:1',
        version: '1',
        versioncreated: '2026-11-20T08:00:00Z',
        type: 'text',
        pubstatus: 'usable',
        urgency: 2,
        language: 'ar',
        headline: 'عنوان الخبر',
        subject: [{ code: '11000000', name: 'politics' }],
      },
      answers: { 200: intakeAnswerSchema },
      problems: [
        'forbidden',
        'not-found',
        'body-too-large',
        'unsupported-media-type',
        'invalid-body',
        'message-too-large',
        'unavailable',
      ],
    },
  },
} as const;
