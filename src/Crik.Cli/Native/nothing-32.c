// Preloaded into programs of 32 bits instead of no-io-uring.c. The dynamic linker of such a program prints an error for a library of
// 64 bits, and for a missing one. So it gets this library, which is empty.
typedef int nothing;
