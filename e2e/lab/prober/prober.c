// Probes between network namespaces from one process: pings and TCP connections on many flows at once, with the source
// address that the far end saw. Commands come as lines on stdin, answers go to stdout:
//
//   space NAME PATH      open sockets in the namespace at PATH, answer TCP 8080 there with the caller's address
//   leave NAME           close them
//   flow SET ID NAME ADDRESS  packets of flow ID leave the space NAME for ADDRESS; SET is `try` or `stream`
//   clear SET                 forget the flows of a set
//   once MILLISECONDS    one ping and one connection a flow of `try`:  flow ID ping 0|1 SOURCE|- tcp 0|1 SOURCE|-
//   stream MICROSECONDS  begin to ping on every flow of `stream`, one packet in that interval; tries may go on meanwhile
//   halt MILLISECONDS    stop, wait for the last answers:              loss ID SENT GOT LONGEST_GAP_US ERRORS
//
// Every answer ends with a line "done" or "error WHY". A ping carries its flow and number, so nothing else is mistaken for
// one. The ICMP identifier changes with every `once` and every second of a stream: conntrack must judge afresh.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { SPACES = 256, FLOWS = 8192, SLOTS = 10, NUMBERS = 1 << 16, PORT = 8080 };
enum kind { STDIN = 1, TIMER, ICMP4, ICMP6, LISTEN, CALL };

struct space { char name[64]; int ns, icmp4, icmp6, tcp4, tcp6; };
struct flow {
  bool used, ping, tcp;
  int space, call;
  struct sockaddr_storage to;
  socklen_t to_len;
  char ping_source[INET6_ADDRSTRLEN], tcp_source[INET6_ADDRSTRLEN];
  size_t tcp_got;
  uint32_t sent, got, errors;
  int64_t last_us, gap_us;
  uint8_t *answered;  // a bit a number, so that a duplicate is not counted twice
};
struct set { struct flow flows[FLOWS]; int highest; uint32_t round; };
struct payload { uint32_t magic, round, flow, number; };

static const uint32_t magic = 0x4d616e78;  // "Manx"
static struct space spaces[SPACES];
static struct set tries = {.highest = -1}, stream = {.highest = -1};
static int poller, timer, home;
static uint32_t rounds, slot, sweep;
static bool streaming;

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void watch(int fd, enum kind kind, int which) {
  struct epoll_event event = {.events = EPOLLIN | (kind == CALL ? EPOLLOUT | EPOLLET : 0),
                              .data.u64 = (uint64_t)kind << 48 | (uint64_t)(uint16_t)which << 32 | (uint32_t)fd};
  if (fd >= 0) epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void text_of(const struct sockaddr_storage *a, char out[INET6_ADDRSTRLEN]) {
  const void *raw = a->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
                                            : (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr;
  inet_ntop(a->ss_family, raw, out, INET6_ADDRSTRLEN);
}

static int listener(int family) {
  int on = 1, fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in six = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  int bad = family == AF_INET ? bind(fd, (void *)&six, sizeof six) : bind(fd, (void *)&any, sizeof any);
  if (bad || listen(fd, 512)) { close(fd); return -1; }
  return fd;
}

static int raw_socket(int family) {
  int fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
  int room = 16 << 20;
  struct icmp_filter four = {.data = ~(1u << ICMP_ECHO | 1u << ICMP_ECHOREPLY)};
  struct icmp6_filter six;
  if (fd < 0) return -1;
  ICMP6_FILTER_SETBLOCKALL(&six);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REQUEST, &six);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room)) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (family == AF_INET) setsockopt(fd, SOL_RAW, ICMP_FILTER, &four, sizeof four);
  else setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &six, sizeof six);
  return fd;
}

static int space_named(const char *name) {
  for (int i = 0; i < SPACES; i++)
    if (spaces[i].name[0] && !strcmp(spaces[i].name, name)) return i;
  return -1;
}

static const char *open_space(const char *name, const char *path) {
  int at = 0;
  if (space_named(name) >= 0) return "the space is open already";
  while (at < SPACES && spaces[at].name[0]) at++;
  if (at == SPACES) return "too many spaces";
  struct space *s = &spaces[at];
  s->ns = open(path, O_RDONLY | O_CLOEXEC);
  if (s->ns < 0 || setns(s->ns, CLONE_NEWNET)) return strerror(errno);
  snprintf(s->name, sizeof s->name, "%s", name);
  s->icmp4 = raw_socket(AF_INET), s->icmp6 = raw_socket(AF_INET6);
  s->tcp4 = listener(AF_INET), s->tcp6 = listener(AF_INET6);
  setns(home, CLONE_NEWNET);
  if (s->icmp4 < 0 || s->icmp6 < 0 || s->tcp4 < 0 || s->tcp6 < 0) return "cannot open sockets there";
  watch(s->icmp4, ICMP4, at), watch(s->icmp6, ICMP6, at), watch(s->tcp4, LISTEN, at), watch(s->tcp6, LISTEN, at);
  return NULL;
}

static const char *leave_space(const char *name) {
  int at = space_named(name);
  if (at < 0) return "no such space";
  struct space *s = &spaces[at];
  close(s->icmp4), close(s->icmp6), close(s->tcp4), close(s->tcp6), close(s->ns);
  memset(s, 0, sizeof *s);
  return NULL;
}

static struct set *set_named(const char *name) {
  return !strcmp(name, "try") ? &tries : !strcmp(name, "stream") ? &stream : NULL;
}

static const char *define_flow(struct set *set, int id, const char *name, const char *address) {
  int at = space_named(name);
  if (!set) return "no such set";
  if (at < 0) return "no such space";
  if (id < 0 || id >= FLOWS) return "the flow's number is out of range";
  struct flow *f = &set->flows[id];
  struct sockaddr_in *four = (void *)&f->to;
  struct sockaddr_in6 *six = (void *)&f->to;
  uint8_t *kept = f->answered;
  memset(f, 0, sizeof *f);
  f->answered = kept ? kept : malloc(NUMBERS / 8);
  if (inet_pton(AF_INET, address, &four->sin_addr) == 1) f->to.ss_family = AF_INET, f->to_len = sizeof *four;
  else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) f->to.ss_family = AF_INET6, f->to_len = sizeof *six;
  else return "not an address";
  f->used = true, f->space = at, f->call = -1;
  if (id > set->highest) set->highest = id;
  return NULL;
}

static uint16_t internet_sum(const void *data, size_t length) {
  const uint16_t *word = data;
  uint32_t sum = 0;
  for (; length > 1; length -= 2) sum += *word++;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static void ping(struct set *set, int id, uint16_t identifier) {
  struct flow *f = &set->flows[id];
  struct { struct icmphdr head; struct payload load; } packet = {
      .head = {.type = f->to.ss_family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST,
               .un.echo = {.id = htons(identifier), .sequence = htons((uint16_t)f->sent)}},
      .load = {magic, set->round, (uint32_t)id, f->sent}};
  bool four = f->to.ss_family == AF_INET;
  if (four) packet.head.checksum = internet_sum(&packet, sizeof packet);
  struct space *s = &spaces[f->space];
  f->sent++;
  if (sendto(four ? s->icmp4 : s->icmp6, &packet, sizeof packet, 0, (void *)&f->to, f->to_len) < 0) f->errors++;
}

static void hear(int fd, bool four) {
  uint8_t bytes[256];
  struct sockaddr_storage from;
  socklen_t from_len = sizeof from;
  for (ssize_t n; (n = recvfrom(fd, bytes, sizeof bytes, 0, (void *)&from, &from_len)) >= 0; from_len = sizeof from) {
    size_t skip = four ? (size_t)(bytes[0] & 15) * 4 : 0;
    struct payload load;
    if ((size_t)n < skip + sizeof(struct icmphdr) + sizeof load) continue;
    memcpy(&load, bytes + skip + sizeof(struct icmphdr), sizeof load);
    struct set *set = load.round == tries.round ? &tries : &stream;
    if (load.magic != magic || load.round != set->round || load.flow >= FLOWS || !set->flows[load.flow].used) continue;
    struct flow *f = &set->flows[load.flow];
    uint8_t type = bytes[skip], bit = (uint8_t)(1 << (load.number & 7)), *mark = &f->answered[load.number % NUMBERS / 8];
    if (type == (four ? ICMP_ECHO : ICMP6_ECHO_REQUEST)) {
      if (set == &tries) text_of(&from, f->ping_source);
    } else if (!(*mark & bit)) {
      int64_t at = now_us();
      *mark |= bit;
      if (at - f->last_us > f->gap_us) f->gap_us = at - f->last_us;
      f->last_us = at, f->got++, f->ping = true;
    }
  }
}

static void answer_calls(int fd) {
  struct sockaddr_storage from;
  socklen_t from_len = sizeof from;
  for (int call; (call = accept4(fd, (void *)&from, &from_len, SOCK_CLOEXEC)) >= 0; from_len = sizeof from) {
    char text[INET6_ADDRSTRLEN];
    text_of(&from, text);
    if (write(call, text, strlen(text)) < 0) perror("answer");
    close(call);
  }
}

static void call(int id) {
  struct flow *f = &tries.flows[id];
  ((struct sockaddr_in *)&f->to)->sin_port = htons(PORT);  // the same place in both families
  if (setns(spaces[f->space].ns, CLONE_NEWNET)) return;
  f->call = socket(f->to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setns(home, CLONE_NEWNET);
  if (f->call < 0) return;
  if (connect(f->call, (void *)&f->to, f->to_len) && errno != EINPROGRESS) { close(f->call); f->call = -1; return; }
  watch(f->call, CALL, id);
}

static void hang_up(struct flow *f) {
  if (f->call >= 0) close(f->call);
  f->call = -1;
}

static void hear_call(int id, int fd) {
  struct flow *f = &tries.flows[id];
  if (f->call != fd) return;
  for (;;) {
    ssize_t n = read(fd, f->tcp_source + f->tcp_got, sizeof f->tcp_source - 1 - f->tcp_got);
    if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (n > 0) f->tcp_got += (size_t)n;
    if (n == 0) f->tcp = f->tcp_got > 0;
    if (n <= 0) { hang_up(f); return; }
  }
}

static void begin(struct set *set) {
  set->round = ++rounds;
  for (int id = 0; id <= set->highest; id++) {
    struct flow *f = &set->flows[id];
    if (!f->used) continue;
    hang_up(f);
    f->ping = f->tcp = false, f->tcp_got = 0, f->sent = f->got = f->errors = 0, f->gap_us = 0, f->last_us = now_us();
    memset(f->ping_source, 0, sizeof f->ping_source), memset(f->tcp_source, 0, sizeof f->tcp_source);
    memset(f->answered, 0, NUMBERS / 8);
  }
}

static void set_timer(int64_t every_us) {
  struct timespec t = {.tv_sec = every_us / 1000000, .tv_nsec = every_us % 1000000 * 1000};
  timerfd_settime(timer, 0, &(struct itimerspec){.it_interval = t, .it_value = t}, NULL);
}

static void tick(void) {
  uint64_t late;
  if (read(timer, &late, sizeof late) < 0 || !streaming) return;
  if (slot == 0) sweep++;
  for (int id = (int)slot; id <= stream.highest; id += SLOTS)
    if (stream.flows[id].used) ping(&stream, id, (uint16_t)(stream.round * 251 + sweep / 100));
  slot = (slot + 1) % SLOTS;
}

static bool settled(const struct set *set) {
  for (int id = 0; id <= set->highest; id++) {
    const struct flow *f = &set->flows[id];
    if (f->used && (f->got < f->sent || f->call >= 0)) return false;
  }
  return true;
}

static void handle(const struct epoll_event *event) {
  int fd = (int)(uint32_t)event->data.u64, which = (int)(event->data.u64 >> 32 & 0xffff);
  switch ((enum kind)(event->data.u64 >> 48)) {
    case TIMER: tick(); break;
    case ICMP4: hear(fd, true); break;
    case ICMP6: hear(fd, false); break;
    case LISTEN: answer_calls(fd); break;
    case CALL: hear_call(which, fd); break;
    case STDIN: break;
  }
}

/** Lets events happen until everything asked of a set has been answered, or the time is over. */
static void settle(const struct set *set, int milliseconds) {
  int64_t until = now_us() + milliseconds * 1000LL;
  while (now_us() < until && !settled(set)) {
    struct epoll_event events[64];
    int n = epoll_wait(poller, events, 64, 10);
    for (int i = 0; i < n; i++) handle(&events[i]);
  }
}

static void once(int milliseconds) {
  begin(&tries);
  for (int id = 0; id <= tries.highest; id++)
    if (tries.flows[id].used) ping(&tries, id, (uint16_t)(tries.round * 251)), call(id);
  settle(&tries, milliseconds);
  for (int id = 0; id <= tries.highest; id++) {
    struct flow *f = &tries.flows[id];
    if (!f->used) continue;
    hang_up(f);
    printf("flow %d ping %d %s tcp %d %s\n", id, f->ping, f->ping_source[0] ? f->ping_source : "-", f->tcp,
           f->tcp && f->tcp_source[0] ? f->tcp_source : "-");
  }
}

static void halt(int milliseconds) {
  set_timer(0);
  streaming = false;
  settle(&stream, milliseconds);
  for (int id = 0; id <= stream.highest; id++) {
    struct flow *f = &stream.flows[id];
    if (!f->used) continue;
    int64_t tail = f->got < f->sent ? now_us() - f->last_us : 0;
    printf("loss %d %u %u %lld %u\n", id, f->sent, f->got, (long long)(tail > f->gap_us ? tail : f->gap_us), f->errors);
  }
}

static const char *clear(struct set *set) {
  if (!set) return "no such set";
  for (int id = 0; id <= set->highest; id++) hang_up(&set->flows[id]), set->flows[id].used = false;
  set->highest = -1;
  return NULL;
}

static const char *start(int every_us) {
  begin(&stream);
  streaming = true, slot = 0;
  set_timer(every_us / SLOTS);
  return NULL;
}

static const char *obey(char *line) {
  char set[8], name[64], text[512];
  int number;
  if (sscanf(line, "space %63s %511s", name, text) == 2) return open_space(name, text);
  if (sscanf(line, "leave %63s", name) == 1) return leave_space(name);
  if (sscanf(line, "flow %7s %d %63s %511s", set, &number, name, text) == 4) return define_flow(set_named(set), number, name, text);
  if (sscanf(line, "clear %7s", set) == 1) return clear(set_named(set));
  if (sscanf(line, "once %d", &number) == 1) return once(number), NULL;
  if (sscanf(line, "halt %d", &number) == 1) return halt(number), NULL;
  if (sscanf(line, "stream %d", &number) == 1) return start(number);
  return "no such command";
}

int main(void) {
  poller = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  watch(timer, TIMER, 0), watch(0, STDIN, 0);
  static char lines[1 << 16];
  size_t held = 0;
  for (;;) {
    struct epoll_event events[64];
    int n = epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < n; i++) {
      handle(&events[i]);
      if (events[i].data.u64 >> 48 != STDIN) continue;
      ssize_t got = read(0, lines + held, sizeof lines - 1 - held);
      if (got <= 0) return 0;
      held += (size_t)got, lines[held] = 0;
      for (char *end; (end = memchr(lines, '\n', held)) != NULL;) {
        *end = 0;
        const char *why = obey(lines);
        printf(why ? "error %s\n" : "done\n", why);
        fflush(stdout);
        held -= (size_t)(end + 1 - lines), memmove(lines, end + 1, held);
      }
    }
  }
}
