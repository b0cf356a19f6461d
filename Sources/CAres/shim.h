// c-ares, and what Swift does not see of it, or not alike in all versions.
#pragma once
#include <ares.h>
#include <string.h>
#include <sys/select.h>

typedef void (*cares_socket_callback)(void *context, int socket, int readable, int writable);
typedef void (*cares_answer_callback)(void *context, int status, int timeouts,
                                      unsigned char *message, int length);

// Macros in one version, an enumeration in another.
enum {
  CARES_SUCCESS = ARES_SUCCESS,
  CARES_ENODATA = ARES_ENODATA,
  CARES_EFORMERR = ARES_EFORMERR,
  CARES_ESERVFAIL = ARES_ESERVFAIL,
  CARES_ENOTFOUND = ARES_ENOTFOUND,
  CARES_ENOTIMP = ARES_ENOTIMP,
  CARES_EREFUSED = ARES_EREFUSED,
  CARES_EBADQUERY = ARES_EBADQUERY,
  CARES_EBADNAME = ARES_EBADNAME,
  CARES_EBADRESP = ARES_EBADRESP,
  CARES_ECONNREFUSED = ARES_ECONNREFUSED,
  CARES_ETIMEOUT = ARES_ETIMEOUT,
};

static inline int cares_start(void) { return ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS; }

/// Opens a channel. It reads /etc/resolv.conf unless `servers`, addresses with ports joined by commas,
/// is given. Returns NULL when it cannot.
static inline ares_channel cares_open(const char *servers, int timeout_milliseconds, int tries,
                                      cares_socket_callback callback, void *context) {
  ares_channel channel = NULL;
  struct ares_options options;
  memset(&options, 0, sizeof options);
  // EDNS: an answer of up to 1232 octets, which no path fragments, comes by UDP. HOSTALIASES of the
  // environment changes nothing.
  options.flags = ARES_FLAG_EDNS | ARES_FLAG_NOALIASES;
  options.ednspsz = 1232;
  options.timeout = timeout_milliseconds;
  options.tries = tries;
  options.sock_state_cb = callback;
  options.sock_state_cb_data = context;
  int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
             ARES_OPT_SOCK_STATE_CB;
#ifdef ARES_OPT_QUERY_CACHE
  // How long answers count is not for it to say.
  options.qcache_max_ttl = 0;
  mask |= ARES_OPT_QUERY_CACHE;
#endif
  if (ares_init_options(&channel, &options, mask) != ARES_SUCCESS) return NULL;
  if (servers && ares_set_servers_ports_csv(channel, servers) != ARES_SUCCESS) {
    ares_destroy(channel);
    return NULL;
  }
  return channel;
}

/// Asks for records of the class IN. The name is taken as it is: no search list. `callback` is called
/// once, for certain; perhaps before this returns.
static inline void cares_query(ares_channel channel, const char *name, int type,
                               cares_answer_callback callback, void *context) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  ares_query(channel, name, 1, type, callback, context);
#pragma GCC diagnostic pop
}

/// Milliseconds until a question times out at a server; negative when none is waited for.
static inline long cares_timeout(ares_channel channel) {
  struct timeval room;
  struct timeval *left = ares_timeout(channel, NULL, &room);
  return left ? left->tv_sec * 1000L + (left->tv_usec + 999) / 1000 : -1;
}
