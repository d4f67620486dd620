import { sourceInputSchema } from '../intake/source.ts';
import { sourceAnswerSchema, sourceListSchema } from './sources.ts';

export const SOURCES_OPERATIONS = {
  '/v1/sources': {
    get: {
      summary: 'List the sources that items may come from',
      description: 'For admins. Their secrets are never answered.',
      who: 'editor',
      tag: 'operation',
      answers: { 200: sourceListSchema },
      problems: ['forbidden'],
    },
  },
  '/v1/sources/{id}': {
    put: {
      summary: 'Add a source, or replace its settings',
      description:
        'For admins. Without `secret`, a source keeps the one it has; a new source gets one, and the answer (201) shows it once.',
      who: 'editor',
      tag: 'operation',
      body: sourceInputSchema,
      example: {
        type: 'superdesk',
        mode: 'draft',
        lang: 'ar',
        topics: { '11000000': 'politics', 'World News': 'world', other: 'world' },
        urgencies: { '1': 'flash', '2': 'urgent', '3': 'urgent', other: null, none: 'normal' },
      },
      answers: { 201: sourceAnswerSchema, 200: sourceAnswerSchema },
      problems: [
        'forbidden',
        'malformed-request',
        'body-too-large',
        'unsupported-media-type',
        'invalid-body',
        'too-many-requests',
      ],
    },
    delete: {
      summary: 'Delete a source with its secret',
      description: 'For admins. Its alerts stay.',
      who: 'editor',
      tag: 'operation',
      answers: { 204: null },
      problems: ['forbidden', 'not-found'],
    },
  },
} as const;
