import { z } from 'zod';

/** `author` writes and sends; `approver` may also stop and approve others' alerts; `admin` may also manage editors. */
export const ROLES = ['author', 'approver', 'admin'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

export const editorSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
/** Who submits. Never holds a key: of that only the SHA-256 is kept, elsewhere. */
export type Editor = z.infer<typeof editorSchema>;

/** Whether someone of this role may do what `least` may. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
