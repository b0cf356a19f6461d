#pragma once

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the command line given; part of the runtime that `-sanitize=fuzzer` links.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *octets, size_t count));
