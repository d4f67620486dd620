/*
 * The lower bound of bench:live: what the kernel takes when nobody does more than needed. One thread, epoll, and one
 * `send` of one prebuilt frame for each connection. No guarantees: a reader whose socket is full is dropped.
 * It prints its port; each line of its standard input goes to every connection. It ends with its standard input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FD 1048576
#define EVENTS 512
#define LINE 65000

static uint8_t *upgraded; /* by descriptor */
static int highest, poll_fd;

static uint32_t rotate(uint32_t value, int by) { return value << by | value >> (32 - by); }

/* SHA-1 (FIPS 180-4, section 6.1) of at most 119 bytes. */
static void sha1(const char *text, size_t length, uint8_t digest[20]) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  uint8_t message[128] = {0};
  memcpy(message, text, length);
  message[length] = 0x80;
  size_t blocks = length + 9 <= 64 ? 1 : 2;
  uint64_t bits = (uint64_t)length * 8;
  for (int i = 0; i < 8; i++) message[blocks * 64 - 1 - i] = (uint8_t)(bits >> (8 * i));
  for (size_t block = 0; block < blocks; block++) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++) {
      const uint8_t *at = message + block * 64 + i * 4;
      w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
      uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                       : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                       : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                : (b ^ c ^ d) + 0xca62c1d6;
      uint32_t next = rotate(a, 5) + mixed + e + w[i];
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const uint8_t digest[20], char out[29]) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 27; i++) {
    int bit = i * 6, byte = bit / 8;
    uint32_t window = (uint32_t)digest[byte] << 8 | (byte < 19 ? digest[byte + 1] : 0);
    out[i] = DIGITS[window >> (10 - bit % 8) & 63];
  }
  out[27] = '='; /* 20 bytes are 26 digits and 4 bits */
  out[28] = 0;
}

static void drop(int fd) {
  upgraded[fd] = 0;
  close(fd);
}

static void upgrade(int fd, char *request) {
  char *key = strcasestr(request, "Sec-WebSocket-Key: ");
  if (key == NULL) {
    drop(fd);
    return;
  }
  key += 19;
  size_t length = strcspn(key, "\r");
  char seed[96], answer[256], accept[29];
  uint8_t digest[20];
  snprintf(seed, sizeof seed, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)(length < 24 ? length : 24), key);
  sha1(seed, strlen(seed), digest);
  base64(digest, accept);
  int written = snprintf(answer, sizeof answer,
                         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: %s\r\n\r\n",
                         accept);
  if (send(fd, answer, (size_t)written, MSG_NOSIGNAL) != written) drop(fd);
  else upgraded[fd] = 1;
}

static void on_readable(int fd) {
  char request[4096];
  ssize_t got = recv(fd, request, sizeof request - 1, 0);
  if (got <= 0) {
    drop(fd);
  } else if (!upgraded[fd]) {
    request[got] = 0; /* a request comes in one piece from the generator */
    upgrade(fd, request);
  }
}

static void broadcast(const char *text, size_t length) {
  static uint8_t frame[LINE + 4];
  size_t head = length < 126 ? 2 : 4;
  frame[0] = 0x81;
  frame[1] = (uint8_t)(length < 126 ? length : 126);
  if (head == 4) frame[2] = (uint8_t)(length >> 8), frame[3] = (uint8_t)length;
  memcpy(frame + head, text, length);
  ssize_t whole = (ssize_t)(head + length);
  for (int fd = 0; fd <= highest; fd++) {
    if (upgraded[fd] && send(fd, frame, (size_t)whole, MSG_DONTWAIT | MSG_NOSIGNAL) != whole) drop(fd);
  }
}

static void on_input(void) {
  static char line[LINE];
  static size_t length;
  ssize_t got = read(0, line + length, sizeof line - length);
  if (got <= 0) exit(0);
  length += (size_t)got;
  char *end;
  while ((end = memchr(line, '\n', length)) != NULL) {
    size_t used = (size_t)(end - line);
    broadcast(line, used);
    length -= used + 1;
    memmove(line, end + 1, length);
  }
}

int main(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  upgraded = calloc(MAX_FD, 1);
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 4096) < 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  poll_fd = epoll_create1(0);
  struct epoll_event own = {.events = EPOLLIN}, events[EVENTS];
  own.data.fd = listener;
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &own);
  own.data.fd = 0;
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &own);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int found = epoll_wait(poll_fd, events, EVENTS, -1);
    for (int i = 0; i < found; i++) {
      int fd = events[i].data.fd;
      if (fd == 0) {
        on_input();
      } else if (fd == listener) {
        int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (peer < 0) continue;
        if (peer > highest) highest = peer;
        setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        own.data.fd = peer;
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, peer, &own);
      } else {
        on_readable(fd);
      }
    }
  }
}
