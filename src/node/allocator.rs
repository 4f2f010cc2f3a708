//! The allocator of the addon.
//!
//! What crosses is allocated on one thread and freed on the other. glibc then takes the lock of the other thread's
//! arena, and the two wake each other through the kernel: a tenth of all CPU at 64 calls in flight
//! (`docs/BENCHMARKS.md`). Version 2 of mimalloc, because version 3 ends the process when worker threads end
//! (`__test__/process.test.ts`); and with its own lookup of thread-local storage, because an addon is loaded late.
#![forbid(unsafe_code)]

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
