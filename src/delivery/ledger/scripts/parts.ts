/** `finished(report)` is 1 when the version is cut and each of its deliveries has an outcome, else 0. */
export const FINISHED_LUA = `
local function finished(report)
  local values = redis.call('HMGET', report, 'cut', 'audience', 'settled')
  if values[1] == '1' and tonumber(values[2] or 0) == tonumber(values[3] or 0) then return 1 end
  return 0
end
`;

/**
 * `withBits(key, offset, mask, fresh)` is `mask` with the bits that the bitmap has there, from byte `offset` on; false if
 * `fresh` and one of the mask's bits is set already. It writes nothing.
 */
export const BITMAPS_LUA = `
local function withBits(key, offset, mask, fresh)
  local old = redis.call('GETRANGE', key, offset, offset + #mask - 1)
  if old == '' then return mask end
  local was, bits = { string.byte(old, 1, #mask) }, { string.byte(mask, 1, #mask) }
  for i = 1, #was do
    if fresh and bit.band(was[i], bits[i]) ~= 0 then return false end
    bits[i] = bit.bor(was[i], bits[i])
  end
  return string.char(unpack(bits))
end
`;
