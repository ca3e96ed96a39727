/*
 * How much passes between two network namespaces: flowload SERVER_NS CLIENT_NS ADDRESS PORT throughput|connections SECONDS
 * A child serves in the first namespace; the parent calls it from the second. throughput: one TCP stream, what the server took.
 * connections: one connection after the other, an octet each way, reset at the end so that none lingers. Prints one JSON line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 17];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void enter(const char *netns) {
  char path[256];
  snprintf(path, sizeof path, "/run/netns/%s", netns);
  int fd = open(path, O_RDONLY);
  if (fd < 0 || setns(fd, CLONE_NEWNET)) die(path);
  close(fd);
}

/* Accepts for ever; each stream is read to its end, each first octet of a short call is answered. */
static void serve(struct sockaddr_in *at, int ready, int throughput) {
  int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(server, (struct sockaddr *)at, sizeof *at) || listen(server, 1024)) die("listen");
  if (write(ready, "r", 1) != 1) die("ready");
  for (;;) {
    int peer = accept(server, NULL, NULL);
    if (peer < 0) continue;
    unsigned long long octets = 0;
    ssize_t got;
    while ((got = read(peer, buffer, sizeof buffer)) > 0) {
      octets += (unsigned long long)got;
      if (!throughput && write(peer, buffer, 1) != 1) break;
    }
    if (throughput && write(peer, &octets, sizeof octets) != sizeof octets) die("tell");
    close(peer);
  }
}

static int call(struct sockaddr_in *to) {
  int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *)to, sizeof *to)) die("connect");
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: flowload SERVER_NS CLIENT_NS ADDRESS PORT throughput|connections SECONDS\n");
    return 2;
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[4]))};
  if (inet_pton(AF_INET, argv[3], &to.sin_addr) != 1) die(argv[3]);
  int throughput = !strcmp(argv[5], "throughput"), ready[2];
  double wanted = atof(argv[6]);
  if (pipe(ready)) die("pipe");
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    enter(argv[1]);
    serve(&to, ready[1], throughput);
  }
  enter(argv[2]);
  char octet;
  if (read(ready[0], &octet, 1) != 1) die("server");
  signal(SIGPIPE, SIG_IGN);
  unsigned long long count = 0;
  double began = now(), end = began + wanted;
  if (throughput) {
    int fd = call(&to);
    while (now() < end)
      if (write(fd, buffer, sizeof buffer) < 0) die("write");
    shutdown(fd, SHUT_WR);
    if (recv(fd, &count, sizeof count, MSG_WAITALL) != sizeof count) die("count");
    close(fd);
  } else {
    struct linger reset = {1, 0};
    for (; now() < end; count++) {
      int fd = call(&to);
      if (write(fd, "x", 1) != 1 || read(fd, &octet, 1) != 1) die("exchange");
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      close(fd);
    }
  }
  double took = now() - began;
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  printf("{\"count\":%llu,\"seconds\":%.6f,\"perSecond\":%.1f}\n", count, took, (double)count / took);
  return 0;
}
