/** As much of the Cache API (W3C Service Workers, section 5) as a service worker's receipts need. */
export function fakeCaches() {
  const all = new Map<string, Map<string, Response>>();
  const urlOf = (path: string): string => new URL(path, 'https://alerts.example').href;
  return {
    open: async (name: string) => {
      const entries = all.get(name) ?? new Map<string, Response>();
      all.set(name, entries);
      return {
        put: async (path: string, response: Response) => void entries.set(urlOf(path), response),
        match: async (path: string) => entries.get(urlOf(path))?.clone(),
        delete: async (path: string) => entries.delete(urlOf(path)),
        keys: async () => [...entries.keys()].map((url) => ({ url })),
      };
    },
  };
}
