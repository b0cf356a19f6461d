// The origin behind every proxy: answers each request head with 101 octets, or 1 MiB for "GET /1m".
// It is as cheap as an origin can be, so that the core it shares with the load is not the limit.
#include "wire.h"

static char small[512], *large;
static size_t small_length, large_length;

struct connection {
  int fd;
  unsigned owed;  // responses
  int is_large;
  size_t sent;    // octets of the current response
};

static void prepare(char *into, size_t *length, size_t body) {
  int head = sprintf(into, "HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: text/plain\r\n"
                           "Content-Length: %zu\r\n\r\n", body);
  memset(into + head, 'x', body);
  *length = (size_t)head + body;
}

// Sends what is owed; 0 when the socket is full, -1 when it is broken.
static int flush(struct connection *c) {
  const char *response = c->is_large ? large : small;
  size_t length = c->is_large ? large_length : small_length;
  while (c->owed) {
    ssize_t n = send(c->fd, response + c->sent, length - c->sent, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN ? 0 : -1;
    c->sent += (size_t)n;
    if (c->sent == length) c->sent = 0, c->owed--;
  }
  return 1;
}

static int serve(struct connection *c, uint32_t events) {
  char in[1 << 16];
  if (events & EPOLLIN) {
    ssize_t n = recv(c->fd, in, sizeof in, 0);
    if (n <= 0) return n < 0 && errno == EAGAIN ? 1 : -1;
    c->is_large = n > 6 && !memcmp(in, "GET /1m", 7);
    for (char *at = in; (at = memmem(at, (size_t)(in + n - at), "\r\n\r\n", 4)); at += 4) c->owed++;
  }
  return flush(c);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: origin PORT\n"), 64;
  int poll = must(epoll_create1(0), "epoll"), listener = listen_on(atoi(argv[1]));
  large = malloc((1 << 20) + 512);
  prepare(small, &small_length, 101);
  prepare(large, &large_length, 1 << 20);
  watch(poll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
  for (;;) {
    struct epoll_event events[128];
    int count = epoll_wait(poll, events, 128, -1);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) continue;
        no_delay(fd);
        c = calloc(1, sizeof *c);
        c->fd = fd;
        watch(poll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
        continue;
      }
      int state = serve(c, events[i].events);
      if (state < 0) {
        close(c->fd);
        free(c);
      } else {
        uint32_t wanted = state ? EPOLLIN : EPOLLOUT;
        if (wanted != EPOLLIN || !(events[i].events & EPOLLIN))
          watch(poll, EPOLL_CTL_MOD, c->fd, wanted, c);
      }
    }
  }
}
