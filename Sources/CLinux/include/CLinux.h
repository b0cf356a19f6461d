// What Glibc's Swift module hides: epoll, eventfd, signalfd, TCP options, accept4.
#pragma once
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

/// Accepts a connection as a non-blocking, close-on-exec descriptor. -1 and `errno` on failure.
int clinux_accept4(int listener, struct sockaddr *address, socklen_t *length);

/// Names the calling thread; at most 15 octets are kept.
void clinux_name_thread(const char *name);

/// The processors that this process may run on; at least 1.
int clinux_processor_count(void);

/// Lines that a terminal shows; 0 if the descriptor is none.
int clinux_terminal_rows(int descriptor);

/// `EFD_…` and `EPOLL_…` flags are enumerators that Swift imports under different types.
enum {
  CLINUX_EPOLL_CLOEXEC = EPOLL_CLOEXEC,
  CLINUX_EVENTFD_FLAGS = EFD_NONBLOCK | EFD_CLOEXEC,
  CLINUX_SIGNALFD_FLAGS = SFD_NONBLOCK | SFD_CLOEXEC,
  CLINUX_SOCKET_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC,
};
