/*
 * How fast Linux takes and gives up routes when nothing is in the way: COUNT host routes of 10.0.0.0/8 out of interface IFINDEX,
 * in batches of 512 messages whose last asks for an acknowledgement. Prints two JSON lines, creation and deletion.
 * Usage: fib-ceiling COUNT IFINDEX, inside the namespace to be measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 512, PROTOCOL = 181, METRIC = 1024 };

static unsigned sequence = 1;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t attribute(char *at, unsigned short type, unsigned value) {
  struct rtattr *head = (struct rtattr *)at;
  head->rta_type = type;
  head->rta_len = RTA_LENGTH(sizeof value);
  memcpy(RTA_DATA(head), &value, sizeof value);
  return RTA_SPACE(sizeof value);
}

static size_t message(char *at, unsigned short type, unsigned short flags, unsigned address, unsigned ifindex) {
  struct nlmsghdr *head = (struct nlmsghdr *)at;
  struct rtmsg *route = NLMSG_DATA(head);
  memset(at, 0, NLMSG_SPACE(sizeof *route));
  size_t length = NLMSG_SPACE(sizeof *route);
  route->rtm_family = AF_INET;
  route->rtm_dst_len = 32;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = PROTOCOL;
  route->rtm_scope = type == RTM_NEWROUTE ? RT_SCOPE_LINK : RT_SCOPE_NOWHERE;
  route->rtm_type = type == RTM_NEWROUTE ? RTN_UNICAST : RTN_UNSPEC;
  length += attribute(at + length, RTA_DST, htonl(address));
  length += attribute(at + length, RTA_TABLE, RT_TABLE_MAIN);
  length += attribute(at + length, RTA_PRIORITY, METRIC);
  if (type == RTM_NEWROUTE) length += attribute(at + length, RTA_OIF, ifindex);
  head->nlmsg_len = (unsigned)length;
  head->nlmsg_type = type;
  head->nlmsg_flags = NLM_F_REQUEST | flags;
  head->nlmsg_seq = sequence++;
  return length;
}

/* Reads answers until the one to the last message; any error ends the program. */
static void await(int fd) {
  static char room[1 << 16];
  for (;;) {
    ssize_t left = recv(fd, room, sizeof room, 0);
    if (left < 0) exit((perror("recv"), 1));
    int octets = (int)left;
    for (struct nlmsghdr *head = (struct nlmsghdr *)room; NLMSG_OK(head, octets); head = NLMSG_NEXT(head, octets)) {
      struct nlmsgerr *error = NLMSG_DATA(head);
      if (head->nlmsg_type != NLMSG_ERROR) continue;
      if (error->error != 0) exit((fprintf(stderr, "route: %s\n", strerror(-error->error)), 1));
      if (head->nlmsg_seq == sequence - 1) return;
    }
  }
}

static void run(int fd, const char *figure, unsigned short type, unsigned short flags, unsigned count, unsigned ifindex) {
  static char batch[BATCH * 64];
  double start = now();
  for (unsigned done = 0; done < count;) {
    size_t length = 0;
    unsigned end = done + BATCH < count ? done + BATCH : count;
    for (; done < end; done++) {
      unsigned short last = done + 1 == end ? NLM_F_ACK : 0;
      length += message(batch + length, type, flags | last, 0x0a000000u + done, ifindex);
    }
    if (send(fd, batch, length, 0) < 0) exit((perror("send"), 1));
    await(fd);
  }
  printf("{\"figure\":\"%s\",\"perSecond\":%.0f}\n", figure, count / (now() - start));
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: fib-ceiling COUNT IFINDEX\n"), 2;
  unsigned count = (unsigned)atoi(argv[1]), ifindex = (unsigned)atoi(argv[2]);
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), size = 8 << 20, on = 1;
  struct sockaddr_nl own = {.nl_family = AF_NETLINK};
  if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0) return perror("netlink"), 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  run(fd, "create", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, count, ifindex);
  run(fd, "delete", RTM_DELROUTE, 0, count, ifindex);
  return 0;
}
