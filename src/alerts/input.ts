import { z } from 'zod';
import {
  httpsUrlSchema,
  langSchema,
  lineSchema,
  text,
  timeSchema,
  topicIdSchema,
  urgencySchema,
} from './schema.ts';
import { storyIdSchema } from './stories/schema.ts';

// What editors send to make an alert or to change it: the bodies of the API's requests.

const headlineSchema = lineSchema(200);
const bodySchema = text(0, 1000);
const noteSchema = text(0, 300);

/** Texts of the picture. An empty one is none. */
const pictureTexts = {
  imageAlt: text(0, 300).nullable().optional(),
  imageCaption: text(0, 300).nullable().optional(),
  imageCredit: text(0, 100).nullable().optional(),
};
const storyFields = {
  /** Id of an open story. */
  story: storyIdSchema.nullable().optional(),
  /** Sends an alert of a story to everybody, as its first. */
  escalate: z.boolean().nullable().optional(),
};
/** Whether it waits for the newsroom's `undoSeconds`, in which an editor can still cancel it. */
const undoableSchema = z.boolean().nullable().optional();

/** The body of `POST /v1/alerts`. Unknown fields are refused; null is absent, as our own answers and many serializers write it. */
export const newAlertSchema = z.strictObject({
  headline: headlineSchema,
  body: bodySchema.nullable().optional(),
  url: httpsUrlSchema.nullable().optional(),
  image: httpsUrlSchema.nullable().optional(),
  ...pictureTexts,
  lang: langSchema,
  topics: z.array(topicIdSchema).min(1).max(20),
  urgency: urgencySchema
    .nullable()
    .default('urgent')
    .transform((urgency) => urgency ?? 'urgent'),
  expiresAt: timeSchema.nullable().optional(),
  sendAt: timeSchema.nullable().optional(),
  ...storyFields,
  draft: z.boolean().nullable().optional(),
  allowDuplicate: z.boolean().nullable().optional(),
  undoable: undoableSchema,
});
export type NewAlert = z.infer<typeof newAlertSchema>;

/** The body of `PATCH /v1/alerts/:id`, while no reader sees the version. An omitted field keeps its value; null empties it. */
export const alertEditSchema = z.strictObject({
  note: noteSchema.nullable().optional(),
  headline: headlineSchema.optional(),
  body: bodySchema.nullable().optional(),
  url: httpsUrlSchema.nullable().optional(),
  image: httpsUrlSchema.nullable().optional(),
  ...pictureTexts,
  lang: langSchema.optional(),
  topics: newAlertSchema.shape.topics.optional(),
  urgency: urgencySchema.optional(),
  expiresAt: timeSchema.nullable().optional(),
  sendAt: timeSchema.nullable().optional(),
  ...storyFields,
});
export type AlertEdit = z.infer<typeof alertEditSchema>;

/** The body of `POST /v1/alerts/:id/submission`. Without `sendAt` the draft's own counts; null: now. */
export const submissionSchema = z.strictObject({
  sendAt: timeSchema.nullable().optional(),
  allowDuplicate: z.boolean().nullable().optional(),
  undoable: undoableSchema,
});
export type Submission = z.infer<typeof submissionSchema>;

/** The body of `POST /v1/alerts/:id/approval`. An author's own alert needs a `bypass`, whose reason all approvers read. */
export const reviewSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  note: noteSchema.nullable().optional(),
  bypass: z
    .strictObject({ reason: text(10, 300) })
    .nullable()
    .optional(),
  allowDuplicate: z.boolean().nullable().optional(),
  undoable: undoableSchema,
});
export type ReviewInput = z.infer<typeof reviewSchema>;

/** The body of `POST /v1/alerts/:id/versions`. An omitted field keeps its value; null empties `body`, `url` and `image`. */
export const newVersionSchema = z
  .strictObject({
    change: z.enum(['update', 'correction', 'retraction']),
    /** The newest version that the editor has seen: if there is a newer one now, nothing is changed. */
    baseVersion: z.number().int().min(1).nullable().optional(),
    note: noteSchema.nullable().optional(),
    headline: headlineSchema.nullable().optional(),
    body: bodySchema.nullable().optional(),
    url: httpsUrlSchema.nullable().optional(),
    image: httpsUrlSchema.nullable().optional(),
    ...pictureTexts,
    urgency: urgencySchema.nullable().optional(),
    expiresAt: timeSchema.nullable().optional(),
    undoable: undoableSchema,
    /** Pages, bars and feeds show it. Devices with an earlier version get no notification. */
    silent: z.boolean().nullable().optional(),
  })
  .refine(({ change, silent }) => silent !== true || change === 'update', {
    path: ['silent'],
    message: 'must be false unless the change is "update": who was told something wrong must hear of it',
  });
export type NewVersion = z.infer<typeof newVersionSchema>;
