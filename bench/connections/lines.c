/*
 * Readers of bench:connections: each holds a WebSocket, comes back with its cursor when it loses it, and misses nothing.
 *   lines PORTS COUNT FIRST PER_ADDRESS OPENING_AT_ONCE PATH
 * PORTS are those of the servers, with commas; a line opens at one of them and comes back to any. Lines of the same process
 * have addresses of their own, from 127.1.0.1 on; FIRST is how many lines other processes have before it. It prints lines:
 *   open COUNT                                      every line has its first hello
 *   alert OFFSET Q0 Q1 … Q100                       every line has the alert; quantiles of the arrivals
 *   state READY LOST BACK PEAK LAST                 as an answer to the line "report" on the standard input: lines that are open,
 *                                                   were lost, came back; most that came in a second, and when the last came
 *   fault REASON                                    a line missed something, got it twice, or was not recovered: the run is void
 * Times are CLOCK_MONOTONIC nanoseconds. "reset" forgets what was lost and came back. It ends with its standard input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

#define BUFFER (1024 * 1024) /* more than the largest hello */
#define EVENTS 512
#define MOST_PORTS 256
#define TICK_MS 10
#define TICKS 8192            /* more than the longest wait */
#define FIRST_WAIT_MS 1000    /* as our clients: full jitter, doubling */
#define LONGEST_WAIT_MS 30000

enum state { WAITING, CONNECTING, UPGRADING, GREETING, READY };

struct line {
  int fd;
  uint8_t state, failures, known; /* known: it has had a hello */
  uint32_t offset;                /* of the newest version that it has */
  int next;                       /* in its tick's list */
  uint32_t rest_length;
  char *rest;
};

static struct line *lines;
static int ports[MOST_PORTS], port_count, count, first_index, per_address, most_opening;
static const char *path;
static int poll_fd, ready, opening, started, lost, back, announced;
static int peak, in_second, ticks[TICKS], tick;
static uint64_t second, last_back, began, *arrivals;
static uint32_t current, got;
static char epoch[40], buffer[BUFFER];

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

static int due_tick(void) { return (int)((now() - began) / 1000000u / TICK_MS); }

static void wait_for_next(struct line *line) {
  int shift = line->failures < 5 ? line->failures : 5;
  int most = FIRST_WAIT_MS << shift;
  if (most > LONGEST_WAIT_MS) most = LONGEST_WAIT_MS;
  if (line->failures < 200) line->failures++;
  int at = (tick + 1 + (int)(random() % most) / TICK_MS) % TICKS;
  line->state = WAITING;
  line->next = ticks[at];
  ticks[at] = (int)(line - lines);
}

static void lose(struct line *line) {
  if (line->state == READY) {
    ready--;
    lost++;
  } else {
    opening--;
  }
  close(line->fd);
  line->fd = -1;
  free(line->rest);
  line->rest = NULL;
  line->rest_length = 0;
  wait_for_next(line);
}

static void start(struct line *line) {
  long index = first_index + (line - lines), address = index / per_address;
  int port = line->known || line->failures > 0 ? ports[random() % port_count] : ports[index % port_count];
  line->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (line->fd < 0) fault("no socket: %s", strerror(errno));
  int one = 1;
  struct linger reset = {1, 0}; /* no TIME_WAIT: the ports are needed again at once */
  setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(line->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  from.sin_addr.s_addr = htonl(0x7f010001u + (uint32_t)(address / 250) * 256 + (uint32_t)(address % 250));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(line->fd, (struct sockaddr *)&from, sizeof from);
  line->state = CONNECTING;
  opening++;
  if (connect(line->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
    if (errno == EADDRNOTAVAIL) fault("no port is left: %s", strerror(errno));
    lose(line);
    return;
  }
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = line};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, line->fd, &event);
}

static void put(struct line *line, const char *bytes, size_t length) {
  if (send(line->fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) lose(line);
}

/* A short client frame (RFC 6455, section 5.2), masked with zeros. */
static void put_frame(struct line *line, int opcode, const char *payload, size_t length) {
  char frame[6 + 125] = {(char)(0x80 | opcode), (char)(0x80 | length), 0, 0, 0, 0};
  memcpy(frame + 6, payload, length);
  put(line, frame, 6 + length);
}

static void on_connected(struct line *line) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    if (error == EADDRNOTAVAIL) fault("no port is left");
    lose(line);
    return;
  }
  line->state = UPGRADING;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = line};
  epoll_ctl(poll_fd, EPOLL_CTL_MOD, line->fd, &event);
  char request[1024], cursor[80] = "";
  if (line->known) snprintf(cursor, sizeof cursor, "&cursor=%s:%u", epoch, line->offset);
  int written = snprintf(request, sizeof request,
                         "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                         path, cursor);
  put(line, request, (size_t)written);
}

static int by_time(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void note_arrival(uint32_t offset, uint64_t at) {
  if (offset < current) return;
  if (offset > current) {
    current = offset;
    got = 0;
  }
  arrivals[got++] = at;
  if (got < (uint32_t)count) return;
  qsort(arrivals, got, sizeof *arrivals, by_time);
  printf("alert %u", offset);
  for (int q = 0; q <= 100; q++) printf(" %llu", (unsigned long long)arrivals[(uint64_t)(got - 1) * (unsigned)q / 100]);
  printf("\n");
  fflush(stdout);
}

static uint32_t read_cursor(const char *text, size_t length) {
  static const char NAME[] = "\"cursor\":\"";
  const char *at = memmem(text, length, NAME, sizeof NAME - 1);
  if (at == NULL) fault("no cursor: %.*s", (int)(length < 200 ? length : 200), text);
  at += sizeof NAME - 1;
  const char *colon = memchr(at, ':', length - (size_t)(at - text));
  if (colon == NULL || colon - at >= (long)sizeof epoch) fault("a strange cursor");
  if (epoch[0] == 0) memcpy(epoch, at, (size_t)(colon - at));
  if (strlen(epoch) != (size_t)(colon - at) || memcmp(epoch, at, (size_t)(colon - at)) != 0) fault("another log");
  return (uint32_t)strtoul(colon + 1, NULL, 10);
}

static uint32_t occurrences(const char *text, size_t length, const char *what) {
  uint32_t found = 0;
  size_t size = strlen(what);
  for (const char *at = text; (at = memmem(at, length - (size_t)(at - text), what, size)) != NULL; at += size) found++;
  return found;
}

static void on_hello(struct line *line, const char *text, size_t length, uint64_t at) {
  uint32_t offset = read_cursor(text, length);
  if (line->known) {
    if (memmem(text, length < 200 ? length : 200, "\"recovered\":true", 16) == NULL) fault("not recovered: %.*s", 200, text);
    uint32_t missed = occurrences(text, length, "\"change\":\"");
    if (offset - line->offset != missed) fault("a hello from %u to %u with %u versions", line->offset, offset, missed);
    for (uint32_t version = line->offset + 1; version <= offset; version++) note_arrival(version, at);
    back++;
    last_back = at;
  }
  if (at / 1000000000u != second) {
    second = at / 1000000000u;
    in_second = 0;
  }
  if (++in_second > peak) peak = in_second;
  line->offset = offset;
  line->known = 1;
  line->failures = 0;
  line->state = READY;
  opening--;
  ready++;
}

static void on_text(struct line *line, const char *text, size_t length, uint64_t at) {
  if (line->state == GREETING) {
    on_hello(line, text, length, at);
    return;
  }
  uint32_t offset = read_cursor(text, length);
  if (offset != line->offset + 1) fault("version %u after %u", offset, line->offset);
  line->offset = offset;
  note_arrival(offset, at);
}

/* @returns how many bytes of it are read: a whole header, or nothing yet */
static size_t on_answer(struct line *line, const char *bytes, size_t length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  if (memcmp(bytes, "HTTP/1.1 101", 12) != 0) {
    lose(line);
    return length;
  }
  line->state = GREETING;
  return (size_t)(end + 4 - bytes);
}

/* @returns how many bytes of it are read: whole frames only */
static size_t on_frames(struct line *line, const char *bytes, size_t length, uint64_t at) {
  size_t used = 0;
  while (line->fd >= 0 && length - used >= 2) {
    const unsigned char *frame = (const unsigned char *)bytes + used;
    size_t payload = frame[1] & 0x7f, head = 2;
    if (payload == 126) {
      if (length - used < 4) break;
      payload = (size_t)frame[2] << 8 | frame[3];
      head = 4;
    }
    if (payload == 127) {
      if (length - used < 10) break;
      payload = (size_t)frame[6] << 24 | (size_t)frame[7] << 16 | (size_t)frame[8] << 8 | frame[9];
      head = 10;
    }
    if ((frame[0] & 0xf0) != 0x80 || (frame[1] & 0x80) != 0) fault("a frame that the server may not send");
    if (length - used < head + payload) break;
    const char *text = bytes + used + head;
    int opcode = frame[0] & 0x0f;
    if (opcode == 1) on_text(line, text, payload, at);
    else if (opcode == 9) put_frame(line, 10, text, payload);
    else if (opcode == 8) lose(line);
    used += head + payload;
  }
  return used;
}

static void on_readable(struct line *line) {
  size_t length = line->rest_length;
  if (length > 0) memcpy(buffer, line->rest, length);
  ssize_t received = recv(line->fd, buffer + length, sizeof buffer - length, 0);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) {
    lose(line);
    return;
  }
  uint64_t at = now();
  length += (size_t)received;
  size_t used = 0;
  if (line->state == UPGRADING) used = on_answer(line, buffer, length);
  if (line->fd >= 0 && line->state != UPGRADING) used += on_frames(line, buffer + used, length - used, at);
  if (line->fd < 0) return;
  free(line->rest);
  line->rest = NULL;
  line->rest_length = (uint32_t)(length - used);
  if (line->rest_length > 0) {
    line->rest = malloc(line->rest_length);
    memcpy(line->rest, buffer + used, line->rest_length);
  }
}

static void start_those_due(void) {
  for (int until = due_tick(); tick < until; tick++) {
    int index = ticks[tick % TICKS];
    ticks[tick % TICKS] = -1;
    while (index >= 0) {
      struct line *line = &lines[index];
      index = line->next;
      start(line);
    }
  }
}

static int obey(void) {
  char orders[256];
  ssize_t length = read(0, orders, sizeof orders - 1);
  if (length <= 0) return 0;
  orders[length] = 0;
  if (strstr(orders, "reset") != NULL) lost = back = peak = in_second = 0;
  if (strstr(orders, "report") != NULL) {
    printf("state %d %d %d %d %llu\n", ready, lost, back, peak, (unsigned long long)last_back);
    fflush(stdout);
  }
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  for (char *text = strtok(argv[1], ","); text != NULL && port_count < MOST_PORTS; text = strtok(NULL, ",")) ports[port_count++] = atoi(text);
  count = atoi(argv[2]);
  first_index = atoi(argv[3]);
  per_address = atoi(argv[4]);
  most_opening = atoi(argv[5]);
  path = argv[6];
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  srandom((unsigned)first_index + 1);
  lines = calloc((size_t)count, sizeof *lines);
  arrivals = calloc((size_t)count, sizeof *arrivals);
  for (int at = 0; at < TICKS; at++) ticks[at] = -1;
  poll_fd = epoll_create1(0);
  struct epoll_event own = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &own);
  began = now();
  for (;;) {
    start_those_due();
    while (started < count && opening < most_opening) start(&lines[started++]);
    if (!announced && ready == count) {
      announced = 1;
      printf("open %d\n", ready);
      fflush(stdout);
    }
    int found = epoll_wait(poll_fd, events, EVENTS, TICK_MS);
    for (int i = 0; i < found; i++) {
      struct line *line = events[i].data.ptr;
      if (line == NULL) {
        if (!obey()) return 0;
      } else if (line->fd < 0) {
        continue;
      } else if (line->state == CONNECTING) {
        on_connected(line);
      } else {
        on_readable(line);
      }
    }
  }
}
