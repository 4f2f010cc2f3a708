//! The one thread on which all IO of this process happens.
//!
//! One current-thread tokio runtime: measured, it spends the least CPU per call, and it leaves the other cores to the
//! host. It starts with the first call, and is never stopped: a thread that waits in the kernel keeps neither Node
//! alive nor a core busy. It is known by process id, since a fork inherits the memory but not the thread.

#![forbid(unsafe_code)]

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::{future, io, process, thread};
use tokio::runtime::{Builder, Handle};

/// The IO thread could not be started; every call fails with this until it can.
#[derive(Debug)]
pub struct RuntimeError(io::Error);

/// Deep enough for decoding, checks and hyper together in a debug build.
const STACK: usize = 2 << 20;

/// Threads that may wait for name resolution at once; each waits inside the system's resolver, out of our reach.
const RESOLVERS: usize = 16;

static RUNTIME: Mutex<Option<(u32, Handle)>> = Mutex::new(None);

/// A handle to the runtime, which is started if this process has none. A panic in a task spawned on it ends that task
/// alone.
pub fn runtime() -> Result<Handle, RuntimeError> {
    let mut slot = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    let process = process::id();
    if let Some((_, handle)) = slot.as_ref().filter(|(owner, _)| *owner == process) {
        return Ok(handle.clone());
    }
    let handle = start().map_err(RuntimeError)?;
    // The handle of a parent process is leaked: its runtime's thread is not in this process to be told to stop.
    std::mem::forget(slot.replace((process, handle.clone())));
    Ok(handle)
}

fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(RESOLVERS)
        .thread_name("correctover-dns")
        .build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("correctover-io".to_owned())
        .stack_size(STACK)
        .spawn(move || runtime.block_on(future::pending::<()>()))?;
    Ok(handle)
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the IO thread could not be started: {}", self.0)
    }
}

impl std::error::Error for RuntimeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_io_thread_and_it_survives_a_panic() {
        let first = runtime().unwrap();
        let (sender, names) = std::sync::mpsc::channel();
        drop(first.spawn(async { panic!("a bug in a task") }));
        for handle in [first, runtime().unwrap()] {
            let sender = sender.clone();
            handle.spawn(async move { sender.send(thread::current().id()) });
        }
        assert_eq!(names.recv().unwrap(), names.recv().unwrap());
    }
}
