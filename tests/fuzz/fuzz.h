/* SPDX-License-Identifier: ISC */
/*
 * One fuzzer is one file NAME_fuzz.c with the function below. It links either with replay.c, which runs the inputs of
 * corpus/NAME and small changes of them (in every `make check`), or with libFuzzer (tests/fuzz/hunt.sh NAME).
 */
#ifndef POSTERN_TESTS_FUZZ_FUZZ_H
#define POSTERN_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Any bytes must do no harm: no crash, no failing assertion, an end in bounded time. Returns 0. */
int	LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#endif
