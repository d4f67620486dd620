/*
 * The clients of bench:live: opens WebSockets, and counts and compares every alert that they receive.
 *   generator PORT PATH CLIENTS CLIENTS_PER_ADDRESS PROTOCOL GREETINGS [OVER_MS]
 * PROTOCOL is `plain`, `socketio`, `sse` or `arrive`; GREETINGS is how many messages come before the first alert. Those who
 * `arrive` do so evenly over OVER_MS whatever the server does, and no alert that they receive is looked at. It prints lines:
 *   open COUNT [REASON]                                        all are open, or as many as the server let in
 *   alert SEQ FIRST P50 P99 LAST BUSY TEXT                     the alert has reached every client, each has the same text
 *   fault REASON                                               something is lost, doubled, broken or different: the run is void
 * Times are CLOCK_MONOTONIC nanoseconds, BUSY is how many of them since the alert before were not spent waiting.
 * It ends with its standard input. Once all are open it polls: one that sleeps in epoll reads 10 to 17 % slower.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_ALERTS 4096
#define OPENING_AT_ONCE 64 /* unless they arrive */
#define BUFFER (256 * 1024)
#define EVENTS 512

enum state { CONNECTING, UPGRADING, GREETING, READY };

struct client {
  int fd;
  enum state state;
  int greetings;
  uint32_t got;
  char *rest;
  size_t rest_length;
  enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_END } part; /* of server-sent events */
  size_t chunk_left;
};

struct alert {
  char *text;
  size_t length;
  uint32_t count;
  uint64_t first, p50, p99;
};

static struct client *clients;
static struct alert alerts[MAX_ALERTS + 1];
static int poll_fd, count, ready, started, opening, per_address, greetings, socketio, sse, arriving, over_ms, port;
static const char *path;
static char refusal[256];
static uint64_t busy;
static int announced, came_again;
static char buffer[BUFFER];

static uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void fault(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("fault ");
  vprintf(format, arguments);
  printf("\n");
  fflush(stdout);
  exit(1);
}

static void start_client(struct client *client);

/*
 * While lines are being opened the server may say no: that is a limit. Afterwards it is a fault. Of those who arrive the
 * kernel resets some when its queue is full: they come again, as every client does.
 */
static void refuse(struct client *client, const char *reason) {
  if (client->state == READY) fault("client %ld: %s", (long)(client - clients), reason);
  if (refusal[0] == 0) snprintf(refusal, sizeof refusal, "%s", reason);
  close(client->fd);
  client->fd = -1;
  opening--;
}

static void on_reset(struct client *client) {
  if (!arriving || client->state == READY) {
    refuse(client, strerror(errno));
    return;
  }
  close(client->fd);
  opening--;
  start_client(client);
}

/*
 * While lines are being opened, a proxy may answer 502 when it has not reached its server in time, and Pushpin ends some lines
 * (`message out of sequence, canceling`): its clients come again.
 */
static int comes_again(struct client *client) {
  if (!sse || announced || ++came_again >= count) return 0;
  close(client->fd);
  if (client->state == READY) ready--;
  else opening--;
  free(client->rest);
  client->rest = NULL;
  client->rest_length = client->chunk_left = 0;
  client->part = CHUNK_SIZE;
  client->greetings = 0;
  start_client(client);
  return 1;
}

static void put(struct client *client, const char *bytes, size_t length) {
  if (send(client->fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) refuse(client, "cannot write");
}

/* A short client frame (RFC 6455, section 5.2), masked with zeros. */
static void put_frame(struct client *client, int opcode, const char *payload, size_t length) {
  char frame[6 + 125] = {(char)(0x80 | opcode), (char)(0x80 | length), 0, 0, 0, 0};
  memcpy(frame + 6, payload, length);
  put(client, frame, 6 + length);
}

static void start_client(struct client *client) {
  long index = per_address > 0 ? (client - clients) / per_address : 0;
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  client->state = CONNECTING;
  opening++;
  if (client->fd < 0) {
    refuse(client, errno == EMFILE ? "the generator's own limit of descriptors" : strerror(errno));
    return;
  }
  int one = 1;
  struct linger reset = {1, 0}; /* no TIME_WAIT: the ports are needed again at once */
  setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(0x7f010001u + (uint32_t)(index / 250) * 256 + (uint32_t)(index % 250));
  bind(client->fd, (struct sockaddr *)&from, sizeof from);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
  if (connect(client->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
    refuse(client, strerror(errno));
    return;
  }
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, client->fd, &event);
}

static void on_connected(struct client *client) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    refuse(client, strerror(error));
    return;
  }
  client->state = UPGRADING;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(poll_fd, EPOLL_CTL_MOD, client->fd, &event);
  char request[1024];
  int written = snprintf(request, sizeof request,
                         sse ? "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n\r\n" :
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                         path, port);
  put(client, request, (size_t)written);
}

static void become_ready(struct client *client) {
  client->state = READY;
  opening--;
  ready++;
}

static void on_alert(struct client *client, const char *text, size_t length, uint64_t at) {
  uint32_t seq = ++client->got;
  if (seq > MAX_ALERTS) fault("too many alerts");
  struct alert *alert = &alerts[seq];
  if (alert->text == NULL) {
    if (seq > 1 && alerts[seq - 1].count < (uint32_t)ready) fault("client %ld has alert %u before all have the one before, or has one twice", (long)(client - clients), seq);
    alert->text = malloc(length + 1);
    memcpy(alert->text, text, length);
    alert->text[length] = 0;
    alert->length = length;
    alert->first = at;
  } else if (alert->length != length || memcmp(alert->text, text, length) != 0) {
    fault("client %ld: alert %u differs from what others received: %.*s", (long)(client - clients), seq, (int)length, text);
  }
  uint32_t all = (uint32_t)ready;
  alert->count++;
  if (alert->count == (all + 1) / 2) alert->p50 = at;
  if (alert->count == all - all / 100) alert->p99 = at;
  if (alert->count < all) return;
  printf("alert %u %llu %llu %llu %llu %llu %s\n", seq, (unsigned long long)alert->first, (unsigned long long)alert->p50,
         (unsigned long long)alert->p99, (unsigned long long)at, (unsigned long long)busy, alert->text);
  fflush(stdout);
  busy = 0;
}

static void on_text(struct client *client, const char *text, size_t length, uint64_t at) {
  static const char HEAD[] = "42[\"alert\",";
  if (!socketio) {
    if (client->state == READY && arriving) return;
    if (client->state == READY) on_alert(client, text, length, at);
    else if (++client->greetings == greetings) become_ready(client);
  } else if (length > sizeof HEAD && memcmp(text, HEAD, sizeof HEAD - 1) == 0 && client->state == READY) {
    on_alert(client, text + sizeof HEAD - 1, length - sizeof HEAD, at);
  } else if (length >= 2 && text[0] == '4' && text[1] == '0' && client->state == GREETING) {
    become_ready(client);
  } else if (length >= 1 && text[0] == '0') {
    put_frame(client, 1, "40", 2);
  } else if (length == 1 && text[0] == '2') {
    put_frame(client, 1, "3", 1);
  } else {
    fault("unexpected message: %.*s", (int)length, text);
  }
}

/* @returns how many bytes of it are read: a whole header, or nothing yet */
static size_t on_answer(struct client *client, const char *bytes, size_t length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  if (length > 12 && memcmp(bytes, "HTTP/1.1 5", 10) == 0 && comes_again(client)) return length;
  if (length < 12 || memcmp(bytes, sse ? "HTTP/1.1 200" : "HTTP/1.1 101", 12) != 0) {
    char reason[64];
    snprintf(reason, sizeof reason, "answered %.*s", (int)(length < 40 ? length : 40), bytes + 9);
    reason[strcspn(reason, "\r\n")] = 0;
    refuse(client, reason);
    return length;
  }
  if (!sse && memmem(bytes, length, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28) == NULL) fault("wrong Sec-WebSocket-Accept");
  client->state = GREETING;
  if (greetings == 0 && !socketio) become_ready(client);
  return (size_t)(end + 4 - bytes);
}

/* Takes what frames the chunks (RFC 9112, section 7.1) out of the bytes. @returns how many are left */
static size_t unchunk(struct client *client, char *bytes, size_t length) {
  size_t left = 0;
  for (size_t at = 0; at < length;) {
    if (client->part == CHUNK_DATA) {
      size_t size = client->chunk_left < length - at ? client->chunk_left : length - at;
      memmove(bytes + left, bytes + at, size);
      left += size;
      at += size;
      client->chunk_left -= size;
      if (client->chunk_left == 0) client->part = CHUNK_END;
      continue;
    }
    char digit = bytes[at++];
    if (digit == '\n') client->part = client->part == CHUNK_SIZE ? CHUNK_DATA : CHUNK_SIZE;
    else if (digit != '\r') client->chunk_left = client->chunk_left * 16 + (size_t)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
  }
  return left;
}

/* Server-sent events. @returns how many bytes of it are read: whole events only */
static size_t on_events(struct client *client, const char *bytes, size_t length, uint64_t at) {
  size_t used = 0;
  while (client->fd >= 0) {
    const char *event = bytes + used, *end = memmem(event, length - used, "\n\n", 2);
    if (end == NULL) break;
    const char *data = memmem(event, (size_t)(end - event), "data: ", 6);
    if (data != NULL) on_text(client, data + 6, (size_t)(end - data - 6), at);
    used = (size_t)(end + 2 - bytes);
  }
  return used;
}

/* @returns how many bytes of it are read: whole frames only */
static size_t on_frames(struct client *client, const char *bytes, size_t length, uint64_t at) {
  size_t used = 0;
  while (client->fd >= 0 && length - used >= 2) {
    const unsigned char *frame = (const unsigned char *)bytes + used;
    size_t payload = frame[1] & 0x7f, head = 2;
    if (payload == 126) {
      if (length - used < 4) break;
      payload = (size_t)frame[2] << 8 | frame[3];
      head = 4;
    }
    if (payload == 127 || (frame[1] & 0x80) != 0 || (frame[0] & 0xf0) != 0x80) fault("a frame that the server may not send");
    if (length - used < head + payload) break;
    const char *text = bytes + used + head;
    int opcode = frame[0] & 0x0f;
    if (opcode == 1) on_text(client, text, payload, at);
    else if (opcode == 9) put_frame(client, 10, text, payload);
    else if (opcode == 8) refuse(client, "closed by the server");
    else fault("opcode %d", opcode);
    used += head + payload;
  }
  return used;
}

static void on_readable(struct client *client) {
  size_t length = client->rest_length;
  if (length > 0) memcpy(buffer, client->rest, length);
  ssize_t got = recv(client->fd, buffer + length, sizeof buffer - length, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    if (got == 0 && comes_again(client)) return;
    if (got < 0 && errno == ECONNRESET) on_reset(client);
    else refuse(client, got == 0 ? "ended by the server" : strerror(errno));
    return;
  }
  uint64_t at = now();
  size_t used = 0, known = length;
  length += (size_t)got;
  if (client->state == UPGRADING) known = used = on_answer(client, buffer, length);
  if (sse && client->fd >= 0 && client->state != UPGRADING) length = known + unchunk(client, buffer + known, length - known);
  if (client->fd >= 0 && client->state != UPGRADING) used += (sse ? on_events : on_frames)(client, buffer + used, length - used, at);
  free(client->rest);
  client->rest = NULL;
  client->rest_length = length - used;
  if (client->rest_length > 0) {
    client->rest = malloc(client->rest_length);
    memcpy(client->rest, buffer + used, client->rest_length);
  }
}

/* How many clients should have been started by now. */
static int due(uint64_t since) {
  if (!arriving) return opening < OPENING_AT_ONCE ? count : started;
  uint64_t ms = (now() - since) / 1000000u;
  return ms >= (uint64_t)over_ms ? count : (int)((uint64_t)count * ms / (uint64_t)over_ms);
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  port = atoi(argv[1]);
  path = argv[2];
  count = atoi(argv[3]);
  per_address = atoi(argv[4]);
  socketio = strcmp(argv[5], "socketio") == 0;
  sse = strcmp(argv[5], "sse") == 0;
  arriving = strcmp(argv[5], "arrive") == 0;
  greetings = atoi(argv[6]);
  over_ms = argc > 7 ? atoi(argv[7]) : 0;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  clients = calloc((size_t)count, sizeof *clients);
  poll_fd = epoll_create1(0);
  struct epoll_event own = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &own);
  uint64_t since = now();
  for (;;) {
    while (started < due(since) && refusal[0] == 0) start_client(&clients[started++]);
    if (!announced && opening == 0 && (started == count || refusal[0] != 0)) {
      announced = 1;
      if (refusal[0] == 0) printf("open %d\n", ready);
      else printf("open %d %s\n", ready, refusal);
      fflush(stdout);
    }
    uint64_t began = now();
    int found = epoll_wait(poll_fd, events, EVENTS, announced && !arriving ? 0 : arriving && started < count ? 1 : 1000);
    if (found == 0 && announced) sched_yield(); /* the publisher and Redis share this core */
    for (int i = 0; i < found; i++) {
      struct client *client = events[i].data.ptr;
      if (client == NULL) {
        char ignored[64];
        if (read(0, ignored, sizeof ignored) <= 0) return 0;
      } else if (client->fd < 0) {
        continue;
      } else if (client->state == CONNECTING) {
        on_connected(client);
      } else {
        on_readable(client);
      }
    }
    if (found > 0) busy += now() - began;
  }
}
