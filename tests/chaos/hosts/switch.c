/*
 * A network switch in user space, for kernels without netem: it passes frames between interfaces, each after a delay, and
 * loses some by the dice.
 *
 *   switch --prepare IF...                                no offloads: frames get whole checksums and no more than 1,514 bytes
 *   switch DELAY_US JITTER_US LOSS_PER_MILLION SEED IF... passes frames until its input ends
 *
 * It reads `cut IF` and `heal IF`, a line each: a cut interface sends and gets nothing, and its carrier stays. It writes
 * `ready` once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_PORTS 32
#define MOST_HELD 8192 /* frames on the way to a port; further ones are lost */
#define MOST_BYTES 1600
#define MOST_KNOWN 64

struct frame {
  uint64_t due;
  int length;
  unsigned char bytes[MOST_BYTES];
};
struct port {
  const char *name;
  int fd, cut;
  unsigned head, count;
  uint64_t last_due;
  struct frame *held;
};
struct known {
  unsigned char address[6];
  int port;
};

static struct port ports[MOST_PORTS];
static int port_count, known_count;
static struct known known[MOST_KNOWN];
static uint64_t delay_us, jitter_us, loss, dice;

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint64_t roll(uint64_t sides) {
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return sides == 0 ? 0 : dice % sides;
}

static void fail(const char *what, const char *name) {
  fprintf(stderr, "%s %s: %s\n", what, name, strerror(errno));
  exit(1);
}

static void prepare(const char *name) {
  static const uint32_t off[] = {ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  for (unsigned i = 0; i < sizeof off / sizeof *off; i++) {
    struct ethtool_value value = {off[i], 0};
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_data = (void *)&value;
    if (ioctl(fd, SIOCETHTOOL, &request) < 0 && errno != EOPNOTSUPP) fail("cannot prepare", name);
  }
  close(fd);
}

static void open_port(const char *name) {
  struct port *port = &ports[port_count++];
  struct sockaddr_ll address = {0};
  int yes = 1;
  port->name = name;
  port->held = calloc(MOST_HELD, sizeof *port->held);
  port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (port->fd < 0) fail("cannot open", name);
  setsockopt(port->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = if_nametoindex(name);
  if (bind(port->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("cannot bind", name);
  struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
  setsockopt(port->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
}

static int find(const unsigned char *address) {
  for (int i = 0; i < known_count; i++)
    if (memcmp(known[i].address, address, 6) == 0) return i;
  return -1;
}

static void learn(const unsigned char *address, int port) {
  int at = find(address);
  if (at < 0 && known_count < MOST_KNOWN) {
    at = known_count++;
    memcpy(known[at].address, address, 6);
  }
  if (at >= 0) known[at].port = port;
}

static void hold(struct port *to, const unsigned char *bytes, int length, uint64_t now) {
  if (to->cut || to->count == MOST_HELD || roll(1000000) < loss) return;
  struct frame *frame = &to->held[(to->head + to->count++) % MOST_HELD];
  frame->due = now + delay_us + roll(jitter_us);
  /* Frames of one port keep their order. */
  if (frame->due < to->last_due) frame->due = to->last_due;
  to->last_due = frame->due;
  frame->length = length;
  memcpy(frame->bytes, bytes, length);
}

static void take_in(int index) {
  unsigned char bytes[MOST_BYTES];
  int length;
  while ((length = recv(ports[index].fd, bytes, sizeof bytes, MSG_TRUNC)) > 0) {
    if (ports[index].cut || length < ETH_HLEN || length > MOST_BYTES) continue;
    uint64_t now = now_us();
    learn(bytes + 6, index);
    int at = bytes[0] & 1 ? -1 : find(bytes);
    if (at >= 0) {
      if (known[at].port != index) hold(&ports[known[at].port], bytes, length, now);
      continue;
    }
    for (int other = 0; other < port_count; other++)
      if (other != index) hold(&ports[other], bytes, length, now);
  }
}

static uint64_t pass_on(uint64_t now) {
  uint64_t next = UINT64_MAX;
  for (int i = 0; i < port_count; i++) {
    struct port *port = &ports[i];
    while (port->count > 0 && port->held[port->head].due <= now) {
      struct frame *frame = &port->held[port->head];
      if (!port->cut) (void)!send(port->fd, frame->bytes, frame->length, 0);
      port->head = (port->head + 1) % MOST_HELD;
      port->count--;
    }
    if (port->count > 0 && port->held[port->head].due < next) next = port->held[port->head].due;
  }
  return next;
}

static void obey(char *line) {
  char what[8], name[IFNAMSIZ];
  if (sscanf(line, "%7s %15s", what, name) != 2) return;
  for (int i = 0; i < port_count; i++)
    if (strcmp(ports[i].name, name) == 0) ports[i].cut = strcmp(what, "cut") == 0;
}

int main(int argc, char **argv) {
  if (argc > 2 && strcmp(argv[1], "--prepare") == 0) {
    for (int i = 2; i < argc; i++) prepare(argv[i]);
    return 0;
  }
  if (argc < 6 || argc - 5 > MOST_PORTS) return 2;
  delay_us = strtoull(argv[1], 0, 10);
  jitter_us = strtoull(argv[2], 0, 10);
  loss = strtoull(argv[3], 0, 10);
  dice = strtoull(argv[4], 0, 10) * 2654435761u + 88172645463325252ull;
  for (int i = 5; i < argc; i++) open_port(argv[i]);
  printf("ready\n");
  fflush(stdout);
  struct pollfd polled[MOST_PORTS + 1];
  for (int i = 0; i < port_count; i++) polled[i] = (struct pollfd){.fd = ports[i].fd, .events = POLLIN};
  polled[port_count] = (struct pollfd){.fd = 0, .events = POLLIN};
  char input[256];
  for (;;) {
    uint64_t now = now_us(), next = pass_on(now);
    uint64_t wait = next == UINT64_MAX ? 1000000 : next > now ? next - now : 0;
    struct timespec most = {wait / 1000000, wait % 1000000 * 1000};
    if (ppoll(polled, port_count + 1, &most, 0) < 0 && errno != EINTR) fail("cannot wait", "");
    for (int i = 0; i < port_count; i++)
      if (polled[i].revents) take_in(i);
    if (polled[port_count].revents) {
      int length = read(0, input, sizeof input - 1);
      if (length <= 0) return 0;
      input[length] = 0;
      for (char *line = strtok(input, "\n"); line; line = strtok(0, "\n")) obey(line);
    }
  }
}
