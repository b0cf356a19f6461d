// The origin behind every proxy: answers each request head with 101 octets, or as many as its path
// asks for. It is as cheap as an origin can be, so that the core it shares with the load is not the
// limit.
#include "wire.h"

struct response {
  const char *request;
  size_t body;
  char *octets;        // the head, and of the body no more than a block
  size_t head, length; // of the whole response
};

enum { block = 1 << 20 };
static struct response responses[] = {
    {.request = "GET /1m", .body = 1 << 20},
    {.request = "GET /100m", .body = 100 << 20},
    {.request = "", .body = 101},
};

struct connection {
  int fd;
  unsigned owed;  // responses
  const struct response *response;
  size_t sent;    // octets of the current response
};

static void prepare(struct response *r) {
  r->octets = malloc(block + 512);
  r->head = (size_t)sprintf(r->octets, "HTTP/1.1 200 OK\r\nServer: origin\r\n"
                            "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", r->body);
  memset(r->octets + r->head, 'x', block);
  r->length = r->head + r->body;
}

static const struct response *response_to(const char *request, size_t length) {
  const struct response *r = responses;
  while (length < strlen(r->request) || memcmp(request, r->request, strlen(r->request))) r++;
  return r;
}

// Sends what is owed; 0 when the socket is full or others may have a turn, -1 when it is broken.
static int flush(struct connection *c) {
  const struct response *r = c->response;
  while (c->owed) {
    // Past the first block the body is the same block over and over.
    size_t left = r->length - c->sent, at = c->sent < r->head + block ? c->sent : r->head,
           most = r->head + block - at;
    ssize_t n = send(c->fd, r->octets + at, left < most ? left : most, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN ? 0 : -1;
    c->sent += (size_t)n;
    if (c->sent == r->length) c->sent = 0, c->owed--;
    else return 0;
  }
  return 1;
}

static int serve(struct connection *c, uint32_t events) {
  char in[1 << 16];
  if (events & EPOLLIN) {
    ssize_t n = recv(c->fd, in, sizeof in, 0);
    if (n <= 0) return n < 0 && errno == EAGAIN ? 1 : -1;
    c->response = response_to(in, (size_t)n);
    for (char *at = in; (at = memmem(at, (size_t)(in + n - at), "\r\n\r\n", 4)); at += 4) c->owed++;
  }
  return flush(c);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: origin PORT\n"), 64;
  int poll = must(epoll_create1(0), "epoll"), listener = listen_on(atoi(argv[1]));
  for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) prepare(&responses[i]);
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
