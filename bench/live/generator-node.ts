/**
 * The clients of bench:live where there is no C compiler: the same arguments and lines as generator.c, and the same
 * checks. It costs about as much as a server, so it may be what is measured: the column "generator busy" tells.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const [port = '', path = '', wanted = '', perAddress = '', protocol = '', greetings = ''] =
  process.argv.slice(2);
const OPENING_AT_ONCE = 64;
const SOCKETIO_HEAD = '42["alert",';

interface AlertState {
  readonly text: string;
  count: number;
  first: bigint;
  p50: bigint;
  p99: bigint;
}

const alerts: AlertState[] = [];
let started = 0;
let opening = 0;
let open = 0;
let refusal = '';
let announced = false;
let utilization = performance.eventLoopUtilization();

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function fault(reason: string): never {
  say(`fault ${reason}`);
  process.exit(1);
}

function onAlert(seq: number, text: string): void {
  const at = process.hrtime.bigint();
  const alert = (alerts[seq] ??= { text, count: 0, first: at, p50: 0n, p99: 0n });
  if (alert.text !== text) fault(`alert ${seq} differs from what others received: ${text}`);
  alert.count += 1;
  if (alert.count === Math.ceil(open / 2)) alert.p50 = at;
  if (alert.count === open - Math.floor(open / 100)) alert.p99 = at;
  if (alert.count > open || (alerts[seq - 1]?.count ?? open) < open)
    fault(`alert ${seq} came twice, or too early`);
  if (alert.count < open) return;
  const busy = performance.eventLoopUtilization(utilization).active * 1e6;
  utilization = performance.eventLoopUtilization();
  say(`alert ${seq} ${alert.first} ${alert.p50} ${alert.p99} ${at} ${Math.round(busy)} ${text}`);
}

function startClient(): void {
  const index = Math.floor(started / Number(perAddress));
  const localAddress = `127.1.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
  started += 1;
  opening += 1;
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress, noDelay: true });
  let state: 'upgrading' | 'greeting' | 'ready' | 'over' = 'upgrading';
  let greeted = 0;
  let got = 0;
  let rest = Buffer.alloc(0);

  function refuse(reason: string): void {
    if (state === 'ready') fault(reason);
    if (state === 'over') return;
    state = 'over';
    refusal ||= reason;
    socket.destroy();
    opening -= 1;
    openMore();
  }

  function becomeReady(): void {
    state = 'ready';
    opening -= 1;
    open += 1;
    openMore();
  }

  function onText(text: string): void {
    if (protocol !== 'socketio') {
      if (state === 'ready') onAlert(++got, text);
      else if (++greeted === Number(greetings)) becomeReady();
    } else if (text.startsWith(SOCKETIO_HEAD)) onAlert(++got, text.slice(SOCKETIO_HEAD.length, -1));
    else if (text.startsWith('40')) becomeReady();
    else if (text.startsWith('0')) writeFrame(socket, 1, Buffer.from('40'));
    else if (text === '2') writeFrame(socket, 1, Buffer.from('3'));
    else fault(`unexpected message: ${text}`);
  }

  function onAnswer(): void {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [status = ''] = rest.toString('latin1', 0, end).split('\r\n', 1);
    if (!status.startsWith('HTTP/1.1 101')) {
      refuse(`answered ${status.slice(9, 40)}`);
      return;
    }
    rest = rest.subarray(end + 4);
    state = 'greeting';
    if (greetings === '0' && protocol !== 'socketio') becomeReady();
  }

  function onFrames(): void {
    while (rest.length >= 2) {
      const extended = ((rest[1] ?? 0) & 0x7f) === 126;
      if (extended && rest.length < 4) return;
      const length = extended ? rest.readUInt16BE(2) : (rest[1] ?? 0);
      const head = extended ? 4 : 2;
      if (((rest[0] ?? 0) & 0xf0) !== 0x80 || (!extended && length > 125))
        fault('a frame that the server may not send');
      if (rest.length < head + length) return;
      const payload = rest.subarray(head, head + length);
      const opcode = (rest[0] ?? 0) & 0x0f;
      rest = rest.subarray(head + length);
      if (opcode === 1) onText(payload.toString());
      else if (opcode === 9) writeFrame(socket, 10, payload);
      else refuse('closed by the server');
    }
  }

  socket.on('connect', () => {
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  });
  socket.on('data', (data) => {
    rest = rest.length === 0 ? Buffer.from(data) : Buffer.concat([rest, data]);
    if (state === 'upgrading') onAnswer();
    if (state === 'greeting' || state === 'ready') onFrames();
  });
  socket.on('error', (error) => refuse(error.message));
  socket.on('close', () => refuse('ended by the server'));
}

/** A short client frame (RFC 6455, section 5.2), masked with zeros. */
function writeFrame(socket: Socket, opcode: number, payload: Buffer): void {
  socket.write(Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
}

const mayStart = (): boolean => started < Number(wanted) && opening < OPENING_AT_ONCE && refusal === '';

function openMore(): void {
  while (mayStart()) startClient();
  if (announced || opening > 0) return;
  announced = true;
  say(`open ${open} ${refusal}`.trim());
}

process.stdin.on('end', () => process.exit()).resume();
openMore();
