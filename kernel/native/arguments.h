/*
 * What the parts of the addon share: arguments of JavaScript as C, and the functions that each part offers.
 */
#ifndef MANX_ARGUMENTS_H
#define MANX_ARGUMENTS_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_ARGUMENTS = 4 };

struct bytes {
  uint8_t *data;
  size_t length;
};

static inline napi_value number(napi_env env, int64_t result) {
  napi_value value = NULL;
  napi_create_int64(env, result, &value);
  return value;
}

/* Fills `arguments`; false unless there are exactly `count` of them. */
static inline bool take(napi_env env, napi_callback_info info, size_t count, napi_value arguments[MOST_ARGUMENTS]) {
  size_t given = MOST_ARGUMENTS;
  return napi_get_cb_info(env, info, &given, arguments, NULL, NULL) == napi_ok && given == count;
}

static inline bool to_int(napi_env env, napi_value value, int *out) {
  int32_t read = 0;
  if (napi_get_value_int32(env, value, &read) != napi_ok) return false;
  *out = read;
  return true;
}

static inline bool to_array(napi_env env, napi_value value, napi_typedarray_type wanted, struct bytes *out) {
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

static inline bool to_bytes(napi_env env, napi_value value, struct bytes *out) {
  return to_array(env, value, napi_uint8_array, out);
}

/* datagram.c */
napi_value js_send_to(napi_env env, napi_callback_info info);
napi_value js_receive_messages(napi_env env, napi_callback_info info);

/* watch.c */
napi_value js_watch(napi_env env, napi_callback_info info);
napi_value js_unwatch(napi_env env, napi_callback_info info);

#endif
