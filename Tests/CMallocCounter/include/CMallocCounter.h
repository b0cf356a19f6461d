#pragma once

/// Heap allocations that the calling thread has made so far.
unsigned long malloc_count(void);
