import { z } from 'zod';

/** `author` writes and sends. `approver` may also stop and approve others' alerts. `admin` may also manage editors. */
export const ROLES = ['author', 'approver', 'admin'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** Of what colleagues see. */
export const MOST_NAME_LENGTH = 100;

export const editorSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
/** A person who submits alerts. Redis keeps the SHA-256 of the key, in another place. */
export type Editor = z.infer<typeof editorSchema>;

/** Whether this role may do everything that `least` may do. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
