/** Part of scripts: `now`, milliseconds since the epoch by Redis's clock, which all machines share. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;
