import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';
import { accepting } from './nginx.ts';
import { makeCertificate } from './tls.ts';
import { phpCommand } from './php.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(PROJECT, '.cache');
const PLUGIN = join(PROJECT, 'integrations/wordpress/ajil-breaking.php');

export const ADMIN = { name: 'chief', password: randomBytes(12).toString('base64url') };

export interface Wordpress {
  /** https, with a certificate that only this WordPress trusts. */
  readonly origin: string;
  /** What readers of posts are answered from now on. */
  answerReaders(status: number): Promise<void>;
  /** From now on its pages are in Arabic, from right to left, as far as texts are there. */
  speakArabic(): Promise<void>;
  /** Runs PHP within WordPress. @returns what it prints */
  php(code: string): Promise<string>;
  /** What PHP and MariaDB complained of. */
  logs(): string;
  stop(): Promise<void>;
}

/** Whether `scripts/test-wordpress.mjs` has fetched what is needed. */
const isFetched = (): boolean =>
  ['php/bin/php', 'mariadb/bin/mariadbd', 'wordpress'].every((path) => existsSync(join(CACHE, path)));

/** Debian's WordPress in a temporary folder, with MariaDB on a socket there, and our plugin, which is not active yet. */
export async function startWordpress(): Promise<Wordpress> {
  if (!isFetched()) throw new Error('WordPress is not here: use npm run test:wordpress, which fetches it');
  const dir = await mkdtemp(join(tmpdir(), 'ajil-wp-'));
  const children: ChildProcess[] = [];
  const lines: string[] = [];
  const start = (command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // PHP starts workers: all processes of the group end together.
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (part: Buffer) => lines.push(part.toString()));
    }
    children.push(child);
    return child;
  };
  const [port = 0, inner = 0] = await freePorts(2);
  const origin = `https://localhost:${port}`;
  const certificate = makeCertificate();

  await startDatabase(dir, start);
  const site = join(dir, 'site');
  await makeSite(site, { dir, origin, ca: certificate.ca });
  const php = await phpCommand(['mysqlnd', 'mysqli', 'ctype', 'tokenizer', 'iconv', 'fileinfo', 'posix']);
  start([...php, '-S', `127.0.0.1:${inner}`, '-t', site, join(site, 'router.php')], {
    PHP_CLI_SERVER_WORKERS: '6',
  });
  // A new connection for each: PHP's server closes them when it likes.
  const to = { port: inner, host: '127.0.0.1', agent: false } as const;
  const front = createServer(certificate, (asked, answer) => {
    const { method, url: path, headers } = asked;
    const pass = (tries: number): void => {
      const passed = request({ ...to, method, path, headers }, (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      // PHP's server now and then drops a connection that it has just taken; what was read may be read again.
      passed.once('error', () => {
        if (method === 'GET' && tries < 5 && !answer.headersSent) pass(tries + 1);
        else answer.destroy();
      });
      asked.pipe(passed);
    };
    pass(1);
  });
  await new Promise<void>((done) => front.listen(port, '127.0.0.1', done));
  await accepting(inner);

  const wordpress: Wordpress = {
    origin,
    answerReaders: (status) => writeFile(join(site, 'answer-readers'), String(status)),
    speakArabic: () => writeFile(join(site, 'arabic'), ''),
    php: (code) =>
      output([...php, '-r', `require ${JSON.stringify(join(site, 'wp-load.php'))}; ${code}`], lines),
    logs: () => lines.join(''),
    stop: async () => {
      front.closeAllConnections();
      await new Promise((closed) => front.close(closed));
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'exit');
        process.kill(-(child.pid ?? 0), 'SIGTERM');
        await ended;
      }
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await install(inner, origin);
  } catch (error) {
    await wordpress.stop();
    throw new Error(`WordPress did not install: ${String(error)}\n${wordpress.logs()}`, { cause: error });
  }
  return wordpress;
}

type Start = (command: readonly string[], env?: NodeJS.ProcessEnv) => ChildProcess;

async function startDatabase(dir: string, start: Start): Promise<void> {
  const program = join(CACHE, 'mariadb/bin/mariadbd');
  const share = join(CACHE, 'mariadb/usr/share/mysql');
  const data = join(dir, 'data');
  await mkdir(data);
  const common = [
    program,
    '--no-defaults',
    `--datadir=${data}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    '--character-set-server=utf8mb4',
    '--innodb-buffer-pool-size=32M',
    '--innodb-log-file-size=8M',
    '--innodb-flush-log-at-trx-commit=0',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  const bootstrap = start([...common, '--bootstrap']);
  const files = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
  const sql = files.map((file) => readFileSync(join(share, file), 'utf8')).join('\n');
  bootstrap.stdin?.end(`create database mysql;\ncreate database wordpress;\nuse mysql;\n${sql}\n`);
  await once(bootstrap, 'exit');
  const socket = join(dir, 'db.sock');
  start([...common, `--socket=${socket}`, '--skip-networking', '--skip-grant-tables']);
  for (const deadline = Date.now() + 20_000; !existsSync(socket);) {
    if (Date.now() > deadline) throw new Error('MariaDB did not start');
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

async function makeSite(site: string, at: { dir: string; origin: string; ca: string }): Promise<void> {
  await cp(join(CACHE, 'wordpress/usr/share/wordpress'), site, {
    recursive: true,
    dereference: true,
    filter: (source) => !/\/(\.htaccess|wp-config\.php|languages)$/.test(source),
  });
  await writeFile(join(site, 'test-ca.pem'), at.ca);
  await writeFile(join(site, 'wp-config.php'), configuration(at));
  await writeFile(join(site, 'router.php'), ROUTER);
  const content = join(site, 'wp-content');
  await mkdir(join(content, 'mu-plugins'), { recursive: true });
  await mkdir(join(content, 'plugins'), { recursive: true });
  await mkdir(join(content, 'themes/plain'), { recursive: true });
  await writeFile(join(content, 'themes/plain/style.css'), '/* Theme Name: Plain */');
  await writeFile(join(content, 'themes/plain/index.php'), THEME);
  await writeFile(join(content, 'mu-plugins/world.php'), WORLD);
  await writeFile(join(content, 'plugins/ajil-breaking.php'), await readFile(PLUGIN));
}

const configuration = ({ dir, origin }: { dir: string; origin: string }): string => `<?php
$_SERVER['HTTPS'] = 'on';
if ( ! isset( $_SERVER['HTTP_HOST'] ) ) { $_SERVER['HTTP_HOST'] = '${new URL(origin).host}'; }
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:${dir}/db.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'WP_HOME', '${origin}' );
define( 'WP_SITEURL', '${origin}' );
define( 'WP_DEFAULT_THEME', 'plain' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', 'localhost,127.0.0.1' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'CONCATENATE_SCRIPTS', false );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) { define( 'ABSPATH', __DIR__ . '/' ); }
require_once ABSPATH . 'wp-settings.php';
`;

/** What a web server's rewriting does. */
const ROUTER = `<?php
$path = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
$file = __DIR__ . $path;
if ( is_dir( $file ) && is_file( rtrim( $file, '/' ) . '/index.php' ) && $path !== '/' ) {
	$_SERVER['PHP_SELF'] = rtrim( $path, '/' ) . '/index.php';
	chdir( $file );
	require rtrim( $file, '/' ) . '/index.php';
	return true;
}
if ( is_file( $file ) ) { return false; }
$_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
`;

const THEME = `<!doctype html><html <?php language_attributes(); ?>><head><title><?php echo wp_get_document_title(); ?></title><?php wp_head(); ?></head>
<body><?php while ( have_posts() ) { the_post(); the_title( '<h1>', '</h1>' ); the_content(); } wp_footer(); ?></body></html>`;

/** What a site may have: a cache that is behind, and a plugin whose box makes the block editor save twice. */
const WORLD = `<?php
add_action( 'template_redirect', function () {
	$file = ABSPATH . 'answer-readers';
	$status = is_file( $file ) ? (int) file_get_contents( $file ) : 200;
	if ( is_singular() && ! is_user_logged_in() && 200 !== $status ) { status_header( $status ); exit; }
} );
add_action( 'add_meta_boxes', function () {
	add_meta_box( 'second-save', 'Another plugin', function () { echo '<input name="second_save" value="1" />'; }, 'post', 'normal' );
} );
add_action( 'save_post_post', function () { update_option( 'saves_of_posts', 1 + (int) get_option( 'saves_of_posts' ) ); } );
add_filter( 'http_request_args', function ( $args ) { $args['sslcertificates'] = ABSPATH . 'test-ca.pem'; return $args; } );
add_filter( 'use_block_editor_for_post', function ( $use ) { return $use && ! isset( $_GET['classic'] ); } );
add_filter( 'locale', function ( $locale ) { return is_file( ABSPATH . 'arabic' ) ? 'ar' : $locale; } );
add_action( 'init', function () { if ( is_file( ABSPATH . 'arabic' ) ) { $GLOBALS['wp_locale']->text_direction = 'rtl'; } } );
`;

async function install(port: number, origin: string): Promise<void> {
  const form = new URLSearchParams({
    weblog_title: 'أخبار التجربة',
    user_name: ADMIN.name,
    admin_password: ADMIN.password,
    admin_password2: ADMIN.password,
    pw_weak: 'on',
    admin_email: 'chief@news.example',
    Submit: 'Install',
  });
  const response = await fetch(`http://127.0.0.1:${port}/wp-admin/install.php?step=2`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Forwarded-Host': new URL(origin).host,
    },
    body: form,
  });
  const page = await response.text();
  if (!page.includes('wp-login.php'))
    throw new Error(
      page
        .replace(/<style[^]*?<\/style>|<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .slice(0, 2000),
    );
}

async function output(command: readonly string[], lines: string[]): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => lines.push(part.toString()));
  await once(child, 'close');
  return text;
}
