#pragma once

#include <stdbool.h>

/// Heap allocations that the calling thread has made so far.
unsigned long malloc_count(void);

/// Whether allocations are counted: not under a sanitizer.
bool malloc_is_counted(void);
