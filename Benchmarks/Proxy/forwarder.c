// The floor: forwards octets between a client and a pooled backend connection, and parses nothing.
// What a proxy costs beyond this is what it does, not what the kernel does.
#include "wire.h"

enum { BUFFER = 1 << 16 };

struct end {
  int fd;
  struct end *peer;
  char *pending;       // Octets that the peer's socket had no room for; only then there is a buffer.
  size_t from, until;
};

static int poll;
static struct end *pool[4096];  // Idle backend connections, last in, first out.
static int pooled;
static char buffer[BUFFER];

static struct end *new_end(int fd) {
  struct end *end = calloc(1, sizeof *end);
  end->fd = fd;
  no_delay(fd);
  watch(poll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP, end);
  return end;
}

static struct end *backend(int port) {
  if (pooled) return pool[--pooled];
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  must(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
  return new_end(fd);
}

static void drop(struct end *end) {
  close(end->fd);
  free(end->pending);
  free(end);
}

// A pair ends when either side does; a backend that is at rest goes back to the pool.
static void end_pair(struct end *end, int is_client) {
  struct end *client = is_client ? end : end->peer, *server = is_client ? end->peer : end;
  int reusable = is_client && server && !server->pending && !client->pending;
  if (server) {
    server->peer = NULL;
    if (reusable && pooled < 4096) pool[pooled++] = server;
    else drop(server);
  }
  if (client) drop(client);
}

// Writes to the peer; what does not fit is kept, and reading waits for it.
static int pass(struct end *end, size_t count) {
  ssize_t n = send(end->peer->fd, buffer, count, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n == (ssize_t)count) return 0;
  if (n < 0 && errno != EAGAIN) return -1;
  size_t sent = n < 0 ? 0 : (size_t)n;
  if (!end->pending) end->pending = malloc(BUFFER);
  memcpy(end->pending, buffer + sent, count - sent);
  end->from = 0, end->until = count - sent;
  watch(poll, EPOLL_CTL_MOD, end->fd, EPOLLRDHUP, end);
  watch(poll, EPOLL_CTL_MOD, end->peer->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, end->peer);
  return 0;
}

// There is room again at `end`: what its peer had to keep goes on.
static int resume(struct end *end) {
  struct end *source = end->peer;
  if (!source || !source->pending) return 0;
  ssize_t n = send(end->fd, source->pending + source->from, source->until - source->from,
                   MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN ? 0 : -1;
  source->from += (size_t)n;
  if (source->from < source->until) return 0;
  free(source->pending);
  source->pending = NULL;
  watch(poll, EPOLL_CTL_MOD, source->fd, EPOLLIN | EPOLLRDHUP, source);
  watch(poll, EPOLL_CTL_MOD, end->fd, EPOLLIN | EPOLLRDHUP, end);
  return 0;
}

static int ready(struct end *end, uint32_t events) {
  if ((events & EPOLLOUT) && resume(end) < 0) return -1;
  if (events & EPOLLIN) {
    ssize_t n = recv(end->fd, buffer, BUFFER, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN) || !end->peer) return -1;
    return n > 0 ? pass(end, (size_t)n) : 0;
  }
  return events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP) ? -1 : 0;
}

static void retire(struct end *end, char *is_client) {
  if (!end->peer && !is_client[end->fd]) {  // The origin has closed an idle connection.
    for (int i = 0; i < pooled; i++)
      if (pool[i] == end) pool[i] = pool[--pooled];
    drop(end);
  } else {
    end_pair(end, is_client[end->fd]);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: forwarder PORT ORIGIN-PORT\n"), 64;
  static char is_client[1 << 16];  // By descriptor.
  int listener = listen_on(atoi(argv[1])), origin = atoi(argv[2]);
  poll = must(epoll_create1(0), "epoll");
  watch(poll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
  for (;;) {
    struct epoll_event events[128];
    int count = epoll_wait(poll, events, 128, -1);
    for (int i = 0; i < count; i++) {
      struct end *end = events[i].data.ptr;
      if (end) {
        if (ready(end, events[i].events) < 0) {
          retire(end, is_client);
          break;  // Later events of this batch may name what was freed; they come again.
        }
        continue;
      }
      int fd = accept4(listener, NULL, NULL, 0);
      if (fd < 0 || fd >= 1 << 16) continue;
      is_client[fd] = 1;
      struct end *client = new_end(fd);
      client->peer = backend(origin);
      is_client[client->peer->fd] = 0;
      client->peer->peer = client;
    }
  }
}
