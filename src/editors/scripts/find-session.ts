import { z } from 'zod';
import { script } from '../../redis/script.ts';
import { HEAD_LUA } from '../audit-script.ts';
import { EDITOR_LUA } from './find-editor.ts';

/**
 * A session, if what opened it is still there: an API key or a passkey. The passkeys of its editor are a key that only the
 * session names; it has the hash tag of the others.
 *
 * KEYS: 1 audit log, 2 editors, 3 API keys, 4 session.
 * ARGV: 1 the name of the passkeys without the editor's id.
 * Answers the session and its editor as JSON, each or nil, and the hash of the newest entry in the audit log.
 */
export const FIND_SESSION = script(
  `${HEAD_LUA}${EDITOR_LUA}
local text = redis.call('GET', KEYS[4])
local editor = false
if text then
  local session = cjson.decode(text)
  if session.keyHash then
    editor = editorOf(KEYS[3], KEYS[2], session.keyHash) or false
  elseif redis.call('HEXISTS', ARGV[1] .. session.passkey.editorId, session.passkey.id) == 1 then
    editor = redis.call('HGET', KEYS[2], session.passkey.editorId)
  end
end
return { text, editor, auditHead(KEYS[1]) }`,
  z.tuple([z.string().nullable(), z.string().nullable(), z.string()]),
);
