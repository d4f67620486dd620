import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { HEAD_LUA } from '../audit-script.ts';

/** `editorOf(ofKeys, editors, hash)` is the editor as JSON who has the API key with this hash, or nil. */
export const EDITOR_LUA = `
local function editorOf(ofKeys, editors, hash)
  local id = redis.call('HGET', ofKeys, hash)
  return id and redis.call('HGET', editors, id)
end
`;

/**
 * Finds the editor who has an API key, and the newest entry of the audit log: what this editor does next is often written there.
 *
 * KEYS: 1 audit log, 2 editors, 3 API keys.
 * ARGV: 1 SHA-256 of the key.
 * Answers the editor as JSON, or nil, and the hash of the newest entry in the audit log.
 */
export const FIND_EDITOR = script(
  `${HEAD_LUA}${EDITOR_LUA}
return { editorOf(KEYS[3], KEYS[2], ARGV[1]) or false, auditHead(KEYS[1]) }`,
  z.tuple([z.string().nullable(), z.string()]),
);
