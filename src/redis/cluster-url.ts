/** The nodes to ask for the others, and how to sign in to each. */
export interface ClusterNodes {
  readonly nodes: { readonly host: string; readonly port: number }[];
  readonly login: {
    readonly username?: string;
    readonly password?: string;
    readonly tls?: Record<string, never>;
  };
}

/**
 * Reads `redis-cluster://[user:password@]host:port,host:port…`, or with TLS `rediss-cluster://…`.
 * @returns undefined for another kind of URL
 * @throws when a node is no `host:port`
 */
export function clusterNodes(url: string): ClusterNodes | undefined {
  // A password may hold colons: the first one ends the user's name (RFC 3986, section 3.2.1).
  const [, tls, user = '', secret = '', list] =
    /^redis(s?)-cluster:\/\/(?:([^@:]*):?([^@]*)@)?(.*)$/.exec(url) ?? [];
  if (list === undefined) return undefined;
  const [username, password] = [decodeURIComponent(user), decodeURIComponent(secret)];
  return {
    nodes: list.split(',').map(readNode),
    login: {
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(tls === 's' ? { tls: {} } : {}),
    },
  };
}

function readNode(node: string): { host: string; port: number } {
  const url = URL.canParse(`http://${node}`) ? new URL(`http://${node}`) : undefined;
  if (url === undefined || url.host === '' || url.pathname !== '/') {
    throw new Error(`${node} is not host:port`);
  }
  // An IPv6 address stands in brackets in a URL, and without them in a socket's options.
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
}
