/* Readiness of a descriptor in the loop of the thread that asks: Node's main loop, or a worker's. */
#define NAPI_VERSION 8
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "arguments.h"

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

/*
 * A descriptor watched in Node's loop. Two hold it: libuv until its handle is closed, and JavaScript until the external
 * is collected; the last one frees it. When a thread ends with the watch still open, the cleanup hook closes handle and
 * descriptor: nobody is left who knows of it, and a port it is bound to would stay taken.
 */
struct watch {
  napi_env env;
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
  uv_handle_t *poll;
  int fd;
  int events;
  bool closing;
  bool orphaned;
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
  if (watch->orphaned) close(watch->fd);
  release(watch);
}

static void on_cleanup(napi_async_cleanup_hook_handle cleanup, void *data) {
  struct watch *watch = data;
  if (watch->closing) return;
  watch->closing = true;
  watch->orphaned = cleanup != NULL;
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
 * long as the descriptor is ready; keeps the process alive. With no events it only waits for the end of the thread, to
 * close the descriptor then. The caller unwatches before it closes the descriptor.
 */
napi_value js_watch(napi_env env, napi_callback_info info) {
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
  *watch = (struct watch){.env = env, .poll = poll, .fd = fd, .events = events, .holders = 2};
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
napi_value js_unwatch(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  napi_valuetype type;
  void *data;
  if (!take(env, info, 1, a) || napi_typeof(env, a[0], &type) != napi_ok || type != napi_external ||
      napi_get_value_external(env, a[0], &data) != napi_ok)
    return number(env, -EINVAL);
  on_cleanup(NULL, data);
  return number(env, 0);
}
