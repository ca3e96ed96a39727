/* Datagrams with what the kernel knows of them: who sent them, to which address, over which link, with which TTL. */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "arguments.h"

/*
 * A datagram as it is handed to TypeScript, which reads name and control messages itself. `length` is what arrived;
 * octets that had no room are gone, and MSG_TRUNC stands in `flags` then. The payload has the rest of its slot, whose
 * size the caller chooses.
 */
enum { NAME_ROOM = 32, CONTROL_ROOM = 128, LEAST_SLOT = 256, LARGEST_SLOT = 65536, MOST_AT_ONCE = 32 };

struct slot {
  uint32_t name_length;
  uint32_t control_length;
  uint32_t length;
  uint32_t flags;
  uint8_t name[NAME_ROOM];
  uint8_t control[CONTROL_ROOM];
  uint8_t payload[];
};
_Static_assert(offsetof(struct slot, payload) == 176, "TypeScript counts on it");

/* sendTo(fd, octets, sockaddr) -> octets sent, all of them in one datagram */
napi_value js_send_to(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct sockaddr_storage address = {0};
  struct bytes octets, given;
  int fd;
  if (!take(env, info, 3, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &octets) || !to_bytes(env, a[2], &given))
    return number(env, -EINVAL);
  if (given.length < sizeof(sa_family_t) || given.length > sizeof address) return number(env, -EINVAL);
  memcpy(&address, given.data, given.length);
  ssize_t sent;
  do sent = sendto(fd, octets.data, octets.length, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                   (socklen_t)given.length);
  while (sent < 0 && errno == EINTR);
  return number(env, sent < 0 ? -errno : sent);
}

/* receiveMessages(fd, room, size) -> datagrams, each in a slot of `size` octets of `room`; 0 when none waits */
napi_value js_receive_messages(napi_env env, napi_callback_info info) {
  napi_value a[MOST_ARGUMENTS];
  struct mmsghdr messages[MOST_AT_ONCE] = {0};
  struct iovec payloads[MOST_AT_ONCE];
  struct bytes room;
  int fd, size;
  if (!take(env, info, 3, a) || !to_int(env, a[0], &fd) || !to_bytes(env, a[1], &room) || !to_int(env, a[2], &size) ||
      size < LEAST_SLOT || size > LARGEST_SLOT || room.length < (size_t)size)
    return number(env, -EINVAL);
  size_t slot = (size_t)size, head = offsetof(struct slot, payload);
  size_t count = room.length / slot < MOST_AT_ONCE ? room.length / slot : MOST_AT_ONCE;
  for (size_t i = 0; i < count; i++) {
    uint8_t *at = room.data + i * slot;
    payloads[i] = (struct iovec){.iov_base = at + head, .iov_len = slot - head};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = at + offsetof(struct slot, name),
        .msg_namelen = NAME_ROOM,
        .msg_iov = &payloads[i],
        .msg_iovlen = 1,
        .msg_control = at + offsetof(struct slot, control),
        .msg_controllen = CONTROL_ROOM,
    };
  }
  int got;
  do got = recvmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT | MSG_TRUNC, NULL);
  while (got < 0 && errno == EINTR);
  if (got < 0) return number(env, errno == EAGAIN ? 0 : -errno);
  for (int i = 0; i < got; i++) {
    const struct msghdr *header = &messages[i].msg_hdr;
    uint32_t lengths[4] = {header->msg_namelen, (uint32_t)header->msg_controllen, messages[i].msg_len,
                           (uint32_t)header->msg_flags};
    memcpy(room.data + (size_t)i * slot, lengths, sizeof lengths);
  }
  return number(env, got);
}
