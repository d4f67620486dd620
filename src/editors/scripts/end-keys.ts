/** Part of scripts: `endKeys(keys, id)` takes from an editor every API key, and with the key its sessions. */
export const END_KEYS = `
local function endKeys(keys, id)
  local all = redis.call('HGETALL', keys)
  for i = 1, #all, 2 do if all[i + 1] == id then redis.call('HDEL', keys, all[i]) end end
end
`;
