/** A field of what `INFO` answers (https://redis.io/docs/latest/commands/info/); undefined where it is not there. */
export const infoField = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
