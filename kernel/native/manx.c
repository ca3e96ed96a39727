/*
 * The only C of the agent: system calls that Node has no door to. Netlink and TCP sockets with options set before
 * they are connected, files and sockets of another network namespace (here), datagrams with what the kernel knows of
 * them (datagram.c), and readiness of a descriptor in Node's loop (watch.c).
 *
 * Everything else (every byte of every message) is TypeScript. The rules here:
 *  - every function answers a number: a result >= 0, or -errno; a wrong argument is -EINVAL; nothing throws;
 *  - every length comes from the typed array itself, never from the caller;
 *  - a descriptor is either returned or closed;
 *  - the thread never runs JavaScript in a foreign namespace: when it cannot come back, the process aborts;
 *  - nothing is kept in static variables, so every thread may load it: what a call needs is in its arguments, and a
 *    namespace belongs to the thread that entered it.
 *
 * Node-API 8 and three functions of libuv, whose handle is opaque to us (uv_handle_size says how large it is), so one
 * binary serves every Node since 16, under glibc and musl.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/netlink.h>

#include "arguments.h"

/* A netlink datagram never exceeds this: dumps are cut at 32 KiB, acknowledgements at what we sent. */
enum { LARGEST_DATAGRAM = 65536, LONGEST_PATH = 256 };

/* Enters the namespace of descriptor `netns` (-1: stays). Answers a way home >= 0, -1 when it stayed, or -errno - 1. */
static int enter(int netns) {
  if (netns < 0) return -1;
  int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (home < 0) return -errno - 1;
  if (setns(netns, CLONE_NEWNET) == 0) return home;
  int error = errno;
  close(home);
  return -error - 1;
}

/* Undoes `enter`. JavaScript in the wrong namespace would program the wrong host: then rather no process at all. */
static void leave(int home) {
  if (home < 0) return;
  if (setns(home, CLONE_NEWNET) != 0) abort();
  close(home);
}

/* socket(family, type, protocol, netns) -> descriptor, non-blocking and close-on-exec */
static napi_value js_socket(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  int family, type, protocol, netns;
  if (!take(env, info, 4, a) || !to_int(env, a[0], &family) || !to_int(env, a[1], &type) ||
      !to_int(env, a[2], &protocol) || !to_int(env, a[3], &netns))
    return number(env, -EINVAL);
  int home = enter(netns);
  if (home < -1) return number(env, home + 1);
  int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  int result = fd < 0 ? -errno : fd;
  leave(home);
  return number(env, result);
}

/* open(path, flags, netns) -> descriptor; what /proc/sys/net shows depends on the namespace of the opening thread */
static napi_value js_open(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  char path[LONGEST_PATH];
  size_t length = 0;
  int flags, netns;
  if (!take(env, info, 3, a) || !to_int(env, a[1], &flags) || !to_int(env, a[2], &netns)) return number(env, -EINVAL);
  if (napi_get_value_string_utf8(env, a[0], NULL, 0, &length) != napi_ok) return number(env, -EINVAL);
  if (length >= sizeof path) return number(env, -ENAMETOOLONG);
  napi_get_value_string_utf8(env, a[0], path, sizeof path, &length);
  int home = enter(netns);
  if (home < -1) return number(env, home + 1);
  int fd = open(path, (flags & ~(O_CREAT | O_TMPFILE)) | O_CLOEXEC | O_NONBLOCK);
  int result = fd < 0 ? -errno : fd;
  leave(home);
  return number(env, result);
}

/* bind(fd, sockaddr) and connect(fd, sockaddr) -> 0; the address is the kernel's own struct, spelled by TypeScript */
static napi_value with_address(napi_env env, napi_callback_info info, int (*call)(int, const struct sockaddr *, socklen_t)) {
  napi_value a[MOST_ARGUMENTS];
  struct sockaddr_storage address = {0};
  struct bytes given;
  int fd;
  if (!take(env, info, 2, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &given)) return number(env, -EINVAL);
  if (given.length < sizeof(sa_family_t) || given.length > sizeof address) return number(env, -EINVAL);
  __builtin_memcpy(&address, given.data, given.length);
  return number(env, call(fd, (struct sockaddr *)&address, (socklen_t)given.length) == 0 ? 0 : -errno);
}

static napi_value js_bind(napi_env env, napi_callback_info info) { return with_address(env, info, bind); }

static napi_value js_connect(napi_env env, napi_callback_info info) { return with_address(env, info, connect); }

/* listen(fd, backlog) -> 0 */
static napi_value js_listen(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  int fd, backlog;
  if (!take(env, info, 2, a) || !to_int(env, a[0], &fd) || !to_int(env, a[1], &backlog)) return number(env, -EINVAL);
  return number(env, listen(fd, backlog) == 0 ? 0 : -errno);
}

/* accept(fd, room) -> descriptor, non-blocking and close-on-exec; the caller's address is written into `room` */
static napi_value js_accept(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct sockaddr_storage address = {0};
  socklen_t length = sizeof address;
  struct bytes room;
  int fd;
  if (!take(env, info, 2, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &room) || room.length < sizeof address)
    return number(env, -EINVAL);
  int accepted = accept4(fd, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return number(env, -errno);
  __builtin_memcpy(room.data, &address, sizeof address);
  return number(env, accepted);
}

/* setsockopt(fd, level, name, value) -> 0 */
static napi_value js_setsockopt(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct bytes value;
  int fd, level, name;
  if (!take(env, info, 4, a) || !to_int(env, a[0], &fd) || !to_int(env, a[1], &level) || !to_int(env, a[2], &name) ||
      !to_bytes(env, a[3], &value))
    return number(env, -EINVAL);
  return number(env, setsockopt(fd, level, name, value.data, (socklen_t)value.length) == 0 ? 0 : -errno);
}

/* getsockopt(fd, level, name, room) -> octets written into `room` */
static napi_value js_getsockopt(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct bytes room;
  int fd, level, name;
  if (!take(env, info, 4, a) || !to_int(env, a[0], &fd) || !to_int(env, a[1], &level) || !to_int(env, a[2], &name) ||
      !to_bytes(env, a[3], &room))
    return number(env, -EINVAL);
  socklen_t length = (socklen_t)room.length;
  return number(env, getsockopt(fd, level, name, room.data, &length) == 0 ? (int64_t)length : -errno);
}

/* getsockname(fd, room) -> octets of the address written into `room` */
static napi_value js_getsockname(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct sockaddr_storage address = {0};
  socklen_t length = sizeof address;
  struct bytes room;
  int fd;
  if (!take(env, info, 2, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &room)) return number(env, -EINVAL);
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return number(env, -errno);
  if (length > room.length) return number(env, -EMSGSIZE);
  __builtin_memcpy(room.data, &address, length);
  return number(env, length);
}

/* filter(fd, instructions) -> 0; a classic BPF program, eight octets an instruction: what it drops never reaches us */
static napi_value js_filter(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct sock_filter program[16];
  struct bytes given;
  int fd;
  if (!take(env, info, 2, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &given)) return number(env, -EINVAL);
  if (given.length == 0 || given.length > sizeof program || given.length % sizeof *program != 0)
    return number(env, -EINVAL);
  __builtin_memcpy(program, given.data, given.length);
  struct sock_fprog filter = {.len = (unsigned short)(given.length / sizeof *program), .filter = program};
  return number(env, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0 ? 0 : -errno);
}

/* send(fd, octets) -> octets sent, all of them in one datagram; a netlink socket sends to the kernel */
static napi_value js_send(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct bytes octets;
  int fd;
  if (!take(env, info, 2, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &octets)) return number(env, -EINVAL);
  ssize_t sent;
  do sent = send(fd, octets.data, octets.length, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return number(env, sent < 0 ? -errno : sent);
}

/*
 * receive(fd, room, error) -> octets. Drains netlink datagrams into `room`, each aligned to four octets, until the queue
 * is empty or less than a largest datagram of room is left. An error (ENOBUFS: some were lost) is written to error[0],
 * beside what arrived before it. Datagrams that another process sent are dropped: only the kernel is believed.
 */
static napi_value js_receive(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct bytes room, error;
  int fd;
  if (!take(env, info, 3, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &room) ||
      !to_array(env, a[2], napi_int32_array, &error) || error.length < 1 || room.length < LARGEST_DATAGRAM)
    return number(env, -EINVAL);
  int32_t *failed = (int32_t *)error.data;
  size_t used = 0;
  *failed = 0;
  while (room.length - used >= LARGEST_DATAGRAM) {
    struct sockaddr_nl sender = {0};
    socklen_t length = sizeof sender;
    ssize_t got = recvfrom(fd, room.data + used, room.length - used, MSG_DONTWAIT | MSG_TRUNC,
                           (struct sockaddr *)&sender, &length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) *failed = errno;
    if (got < 0) break;
    if (length < sizeof sender || sender.nl_family != AF_NETLINK || sender.nl_pid != 0) continue;
    if ((size_t)got > room.length - used) {
      *failed = EMSGSIZE;
      break;
    }
    used += ((size_t)got + 3) & ~(size_t)3;
    if (used > room.length) used = room.length;
  }
  return number(env, (int64_t)used);
}

/* close(fd) -> 0 */
static napi_value js_close(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  int fd;
  if (!take(env, info, 1, a) || !to_int(env, a[0], &fd)) return number(env, -EINVAL);
  return number(env, close(fd) == 0 ? 0 : -errno);
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"socket", js_socket},
      {"open", js_open},
      {"bind", js_bind},
      {"connect", js_connect},
      {"listen", js_listen},
      {"accept", js_accept},
      {"setsockopt", js_setsockopt},
      {"getsockopt", js_getsockopt},
      {"getsockname", js_getsockname},
      {"filter", js_filter},
      {"send", js_send},
      {"receive", js_receive},
      {"sendTo", js_send_to},
      {"receiveMessages", js_receive_messages},
      {"close", js_close},
      {"watch", js_watch},
      {"unwatch", js_unwatch},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
      return NULL;
  }
  return exports;
}
