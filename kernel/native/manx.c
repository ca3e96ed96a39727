/*
 * The only C of the agent: system calls that Node has no door to. Netlink and TCP sockets with options set before
 * they are connected, files and sockets of another network namespace, and readiness of a descriptor in Node's loop.
 *
 * Everything else (every byte of every message) is TypeScript. The rules here:
 *  - every function answers a number: a result >= 0, or -errno; a wrong argument is -EINVAL; nothing throws;
 *  - every length comes from the typed array itself, never from the caller;
 *  - a descriptor is either returned or closed;
 *  - the thread never runs JavaScript in a foreign namespace: when it cannot come back, the process aborts.
 *
 * Node-API 8 and three functions of libuv, whose handle is opaque to us (uv_handle_size says how large it is), so one
 * binary serves every Node since 16, under glibc and musl.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/netlink.h>

/* libuv, as far as we need it; its headers are not part of node-api-headers. */
typedef struct uv_loop_s uv_loop_t;
typedef struct uv_handle_s uv_handle_t;
size_t uv_handle_size(int type);
int uv_poll_init(uv_loop_t *loop, uv_handle_t *poll, int fd);
int uv_poll_start(uv_handle_t *poll, int events, void (*cb)(uv_handle_t *, int status, int events));
void uv_close(uv_handle_t *handle, void (*cb)(uv_handle_t *));
void uv_handle_set_data(uv_handle_t *handle, void *data);
void *uv_handle_get_data(const uv_handle_t *handle);
enum { UV_POLL = 8, UV_READABLE = 1, UV_WRITABLE = 2 };

/* A netlink datagram never exceeds this: dumps are cut at 32 KiB, acknowledgements at what we sent. */
enum { LARGEST_DATAGRAM = 65536, LONGEST_PATH = 256, MOST_ARGUMENTS = 4 };

struct bytes {
  uint8_t *data;
  size_t length;
};

static napi_value number(napi_env env, int64_t result) {
  napi_value value = NULL;
  napi_create_int64(env, result, &value);
  return value;
}

/* Fills `arguments`; false unless there are exactly `count` of them. */
static bool take(napi_env env, napi_callback_info info, size_t count, napi_value arguments[MOST_ARGUMENTS]) {
  size_t given = MOST_ARGUMENTS;
  return napi_get_cb_info(env, info, &given, arguments, NULL, NULL) == napi_ok && given == count;
}

static bool to_int(napi_env env, napi_value value, int *out) {
  int32_t read = 0;
  if (napi_get_value_int32(env, value, &read) != napi_ok) return false;
  *out = read;
  return true;
}

static bool to_array(napi_env env, napi_value value, napi_typedarray_type wanted, struct bytes *out) {
  bool typed = false;
  napi_typedarray_type type;
  void *data = NULL;
  size_t length = 0;
  if (napi_is_typedarray(env, value, &typed) != napi_ok || !typed) return false;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, NULL, NULL) != napi_ok) return false;
  if (type != wanted) return false;
  *out = (struct bytes){.data = data, .length = length};
  return true;
}

static bool to_bytes(napi_env env, napi_value value, struct bytes *out) {
  return to_array(env, value, napi_uint8_array, out);
}

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

/*
 * A descriptor watched in Node's loop. Two hold it: libuv until its handle is closed, and JavaScript until the external
 * is collected; the last one frees it. The cleanup hook closes the handle when a worker ends with the watch still open.
 */
struct watch {
  napi_env env;
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
  uv_handle_t *poll;
  int events;
  bool closing;
  int holders;
};

static void release(struct watch *watch) {
  if (--watch->holders == 0) free(watch);
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  release(data);
}

static void on_closed(uv_handle_t *poll) {
  struct watch *watch = uv_handle_get_data(poll);
  napi_handle_scope scope;
  napi_open_handle_scope(watch->env, &scope);
  napi_delete_reference(watch->env, watch->callback);
  napi_async_destroy(watch->env, watch->context);
  napi_close_handle_scope(watch->env, scope);
  napi_remove_async_cleanup_hook(watch->cleanup);
  free(poll);
  release(watch);
}

static void on_cleanup(napi_async_cleanup_hook_handle cleanup, void *data) {
  (void)cleanup;
  struct watch *watch = data;
  if (watch->closing) return;
  watch->closing = true;
  uv_close(watch->poll, on_closed);
}

/*
 * libuv takes POLLERR for a broken descriptor, and stops. For netlink it means that messages were dropped, for TCP that
 * a connection failed: both are read from the socket, so it counts as ready, and the watch goes on.
 */
static void on_ready(uv_handle_t *poll, int status, int events) {
  struct watch *watch = uv_handle_get_data(poll);
  if (status < 0) {
    events = watch->events;
    if (uv_poll_start(poll, events, on_ready) == 0) status = 0;
  }
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value callback, receiver, argument, thrown;
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, watch->callback, &callback);
  napi_get_global(env, &receiver);
  napi_create_int32(env, status < 0 ? status : events, &argument);
  if (napi_make_callback(env, watch->context, receiver, callback, 1, &argument, NULL) == napi_pending_exception) {
    napi_get_and_clear_last_exception(env, &thrown);
    napi_fatal_exception(env, thrown);
  }
  napi_close_handle_scope(env, scope);
}

/*
 * watch(fd, events, callback) -> external, or -errno. Calls `callback(ready events, or -errno)` in Node's loop for as
 * long as the descriptor is ready; keeps the process alive. The caller unwatches before it closes the descriptor.
 */
static napi_value js_watch(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS], name, external;
  napi_valuetype type;
  uv_loop_t *loop;
  int fd, events;
  if (!take(env, info, 3, a) || !to_int(env, a[0], &fd) || !to_int(env, a[1], &events) || fd < 0 ||
      (events & ~(UV_READABLE | UV_WRITABLE)) != 0 || napi_typeof(env, a[2], &type) != napi_ok || type != napi_function)
    return number(env, -EINVAL);
  struct watch *watch = calloc(1, sizeof *watch);
  uv_handle_t *poll = calloc(1, uv_handle_size(UV_POLL));
  int failed = watch && poll && napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop) == napi_ok ? 0 : -ENOMEM;
  if (failed == 0) failed = uv_poll_init(loop, poll, fd);
  if (failed != 0) {
    free(watch);
    free(poll);
    return number(env, failed);
  }
  *watch = (struct watch){.env = env, .poll = poll, .events = events, .holders = 2};
  uv_handle_set_data(poll, watch);
  napi_create_string_utf8(env, "manx.watch", NAPI_AUTO_LENGTH, &name);
  napi_create_reference(env, a[2], 1, &watch->callback);
  napi_async_init(env, NULL, name, &watch->context);
  napi_add_async_cleanup_hook(env, on_cleanup, watch, &watch->cleanup);
  napi_create_external(env, watch, on_collected, NULL, &external);
  uv_poll_start(poll, events, on_ready);
  return external;
}

/* unwatch(external) -> 0; again does nothing. From here on the callback is not called and the descriptor may be closed. */
static napi_value js_unwatch(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  napi_valuetype type;
  void *data;
  if (!take(env, info, 1, a) || napi_typeof(env, a[0], &type) != napi_ok || type != napi_external ||
      napi_get_value_external(env, a[0], &data) != napi_ok)
    return number(env, -EINVAL);
  on_cleanup(NULL, data);
  return number(env, 0);
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
