export interface Node {
  readonly host: string;
  readonly port: number;
}

export interface Login {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Record<string, never>;
}

/** The nodes that know the others, and the login for each. */
export interface ClusterNodes {
  readonly nodes: Node[];
  readonly login: Login;
}

/** The sentinels that know the master of this name, and the login for the master. */
export interface Sentinels extends ClusterNodes {
  readonly name: string;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * Reads `redis-cluster://[user:password@]host:port,host:port…`, or with TLS `rediss-cluster://…`.
 * @returns undefined for another kind of URL
 * @throws when a node is no `host:port`
 */
export function clusterNodes(url: string): ClusterNodes | undefined {
  // A password may hold colons. The first colon ends the user's name (RFC 3986, section 3.2.1).
  const [, tls = '', user = '', secret = '', list] =
    /^redis(s?)-cluster:\/\/(?:([^@:]*):?([^@]*)@)?(.*)$/.exec(url) ?? [];
  if (list === undefined) return undefined;
  return {
    nodes: list.split(',').map((node) => readNode(node, REDIS_PORT)),
    login: readLogin(tls, user, secret),
  };
}

/**
 * Reads `redis-sentinel://[user:password@]host:port,host:port…/name`, or with TLS `rediss-sentinel://…`. User and password
 * are for Redis. `name` is the master's name in the sentinels' configuration.
 * @returns undefined for another kind of URL
 * @throws when a sentinel is no `host:port`, or the name is missing
 */
export function sentinelsOf(url: string): Sentinels | undefined {
  const [, tls = '', user = '', secret = '', list, name = ''] =
    /^redis(s?)-sentinel:\/\/(?:([^@:]*):?([^@]*)@)?([^/]*)(?:\/(.*))?$/.exec(url) ?? [];
  if (list === undefined) return undefined;
  if (!/^[\w.-]+$/.test(name)) throw new Error('the URL does not end with /name, the name of the master');
  return {
    nodes: list.split(',').map((node) => readNode(node, SENTINEL_PORT)),
    login: readLogin(tls, user, secret),
    name,
  };
}

function readLogin(tls: string, user: string, secret: string): Login {
  const [username, password] = [decodeURIComponent(user), decodeURIComponent(secret)];
  return {
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(tls === 's' ? { tls: {} } : {}),
  };
}

function readNode(node: string, usualPort: number): Node {
  const url = URL.canParse(`http://${node}`) ? new URL(`http://${node}`) : undefined;
  if (url === undefined || url.host === '' || url.pathname !== '/') {
    throw new Error(`${node} is not host:port`);
  }
  // An IPv6 address has brackets in a URL, but not in a socket's options.
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || usualPort) };
}
