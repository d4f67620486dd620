import { z } from 'zod';
import { langSchema, lineSchema } from '../schema.ts';

/** As `newAlertId` makes them. */
const STORY_ID = /^[0-9a-hjkmnp-tv-z]{26}$/;

export const storyIdSchema = z.string().regex(STORY_ID, 'must be the id of a story');

const nameSchema = lineSchema(80);

/** The body of `POST /v1/stories`. */
export const newStorySchema = z.strictObject({
  name: nameSchema,
  /** Of its name and of its alerts. */
  lang: langSchema,
});
export type NewStory = z.infer<typeof newStorySchema>;

/** The body of `PATCH /v1/stories/:id`. A story that has ended does not open again. */
export const storyChangeSchema = z
  .strictObject({ name: nameSchema.optional(), ended: z.literal(true).optional() })
  .refine((change) => Object.keys(change).length > 0, 'must have a name, or end the story');
export type StoryChange = z.infer<typeof storyChangeSchema>;

/** What alerts about one event have in common, as readers see it. Times are RFC 3339 UTC. */
export const storySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  lang: z.string(),
  startedAt: z.string(),
  /** It takes no alert from then on. Each alert moves it. */
  endsAt: z.string(),
  ended: z.boolean(),
  /** How many alerts of it are public. The first goes to everybody. */
  alerts: z.number().int().min(0),
});
export type Story = z.infer<typeof storySchema>;

/** Whether readers may know of it: its name says what the newsroom is about to publish. */
export const isPublicStory = ({ alerts }: Pick<Story, 'alerts'>): boolean => alerts > 0;
