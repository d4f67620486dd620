/*
 * Two things that Node does not do with sockets: it sends one message to many sockets in one call, and it sets
 * TCP_USER_TIMEOUT.
 *
 * One call: of the cost to write a message to a socket through Node, the kernel's send(2) is about two thirds. The rest is the
 * stream, the request object and the call into C++, once per reader. Here the rest is once per 64 readers.
 *
 * TCP_USER_TIMEOUT: a reader who vanished does not acknowledge bytes. A WebSocket finds such a reader by its pongs; an event
 * stream has no pongs, and the kernel by itself waits a quarter of an hour.
 *
 * The addon is optional: src/live/connections/fan-write.ts works without it where it cannot be built. The caller guarantees
 * that each descriptor is open, and belongs to the right socket, until the call returns.
 */
#define NAPI_VERSION 8
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <node_api.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: Node ignores SIGPIPE */
#endif

enum { WOULD_BLOCK = -1, BROKEN = -2 };

static int32_t send_to(int fd, const void *bytes, size_t length) {
  for (;;) {
    ssize_t sent = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return (int32_t)sent;
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM) return WOULD_BLOCK;
    return BROKEN;
  }
}

static int int32_array(napi_env env, napi_value value, int32_t **data, size_t *length) {
  napi_typedarray_type type;
  return napi_get_typedarray_info(env, value, &type, length, (void **)data, NULL, NULL) == napi_ok &&
         type == napi_int32_array;
}

/* sendToAll(descriptors: Int32Array, results: Int32Array, count, bytes): results are the bytes that the kernel took, or a value of the enum above. */
static napi_value send_to_all(napi_env env, napi_callback_info info) {
  napi_value args[4];
  size_t argc = 4, fds_length, results_length, length;
  int32_t *fds, *results;
  uint32_t count;
  void *bytes;
  if (napi_get_cb_info(env, info, &argc, args, NULL, NULL) != napi_ok || argc != 4 ||
      !int32_array(env, args[0], &fds, &fds_length) || !int32_array(env, args[1], &results, &results_length) ||
      napi_get_value_uint32(env, args[2], &count) != napi_ok ||
      napi_get_buffer_info(env, args[3], &bytes, &length) != napi_ok || count > fds_length ||
      count > results_length || length == 0 || length > INT32_MAX) {
    napi_throw_type_error(env, NULL, "sendToAll(descriptors: Int32Array, results: Int32Array, count, bytes: Buffer)");
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++) results[i] = send_to(fds[i], bytes, length);
  return NULL;
}

/* endUnacknowledged(descriptor, ms): the kernel ends the connection when bytes have waited so long for their acknowledgement. */
static napi_value end_unacknowledged(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t argc = 2;
  int32_t fd;
  uint32_t ms;
  if (napi_get_cb_info(env, info, &argc, args, NULL, NULL) != napi_ok || argc != 2 ||
      napi_get_value_int32(env, args[0], &fd) != napi_ok || napi_get_value_uint32(env, args[1], &ms) != napi_ok) {
    napi_throw_type_error(env, NULL, "endUnacknowledged(descriptor, ms)");
    return NULL;
  }
#ifdef TCP_USER_TIMEOUT
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms); /* a socket that is gone needs it no more */
#endif
  return NULL;
}

static int export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function) == napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

NAPI_MODULE_INIT() {
  if (!export_function(env, exports, "sendToAll", send_to_all)) return NULL;
  if (!export_function(env, exports, "endUnacknowledged", end_unacknowledged)) return NULL;
  return exports;
}
