// Clients that shake hands with a proxy over and over, one connection at a time each: a handshake,
// one request, its answer, and the next connection. Every certificate will do.
#include "wire.h"
#include <openssl/ssl.h>
#include <sys/wait.h>
#include <time.h>

struct count {
  unsigned done, resumed;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "handshakes: %s\n", what);
  exit(1);
}

// The 101 octets of the origin, whatever the head before them.
static void request(SSL *ssl) {
  static const char text[] = "GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n";
  char in[4096];
  int length = 0;
  if (SSL_write(ssl, text, sizeof text - 1) <= 0) fail("cannot write");
  for (char *head = NULL; !head || in + length < head + 4 + 101;) {
    int n = SSL_read(ssl, in + length, (int)sizeof in - length);
    if (n <= 0) fail("a connection ended without an answer");
    length += n;
    head = memmem(in, (size_t)length, "\r\n\r\n", 4);
  }
}

// One connection. Its session goes where the one that it resumed, if any, came from.
static void connection(SSL_CTX *context, int port, SSL_SESSION **session, struct count *count) {
  struct sockaddr_in address = loopback(port);
  int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  must(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
  no_delay(fd);
  SSL *ssl = SSL_new(context);
  if (!ssl || !SSL_set_fd(ssl, fd)) fail("no memory");
  SSL_set_tlsext_host_name(ssl, "bench.example");
  if (session && *session) SSL_set_session(ssl, *session);
  if (SSL_connect(ssl) != 1) fail("no handshake");
  request(ssl);
  count->done++;
  count->resumed += (unsigned)SSL_session_reused(ssl);
  if (session) {
    SSL_SESSION_free(*session);
    *session = SSL_get1_session(ssl);
  }
  SSL_shutdown(ssl);
  SSL_free(ssl);
  close(fd);
}

static struct count client(int port, double end, int resumes, int version) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_SESSION *session = NULL;
  struct count count = {0};
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  while (now() < end) connection(context, port, resumes ? &session : NULL, &count);
  return count;
}

int main(int argc, char **argv) {
  if (argc != 6)
    return fprintf(stderr, "usage: handshakes PORT SECONDS CLIENTS full|resumed 1.2|1.3\n"), 64;
  int port = atoi(argv[1]), clients = atoi(argv[3]), resumes = !strcmp(argv[4], "resumed"),
      version = strcmp(argv[5], "1.2") ? TLS1_3_VERSION : TLS1_2_VERSION, results[2];
  double begun = now(), end = begun + atof(argv[2]);
  must(pipe(results), "pipe");
  for (int i = 0; i < clients; i++)
    if (!must(fork(), "fork")) {
      struct count count = client(port, end, resumes, version);
      exit(write(results[1], &count, sizeof count) != sizeof count);
    }
  struct count total = {0};
  for (int i = 0; i < clients; i++) {
    struct count count;
    int status;
    must(wait(&status), "wait");
    if (status || read(results[0], &count, sizeof count) != sizeof count) return 1;
    total.done += count.done;
    total.resumed += count.resumed;
  }
  printf("%u done, %u resumed, in %f seconds\n", total.done, total.resumed, now() - begun);
}
