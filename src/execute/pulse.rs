//! A timer that is always near while exchanges begin.
//!
//! tokio tells its driver of a timer that is due before all others, and it does so through the kernel, even from the
//! driver's own thread: a write, and a turn of the loop for nothing. With a few calls at a time that was every call.
//! So while calls come one timer is kept nearer than their deadlines; two seconds after the last of them it is gone.

#![forbid(unsafe_code)]

use std::cell::Cell;
use std::time::Duration;
use tokio::runtime::Handle;

/// Nearer than nearly all deadlines, and so rare that it costs nothing.
const NEAR: Duration = Duration::from_secs(1);

thread_local! {
    static BEATS: Cell<bool> = const { Cell::new(false) };
    static BEGUN: Cell<u64> = const { Cell::new(0) };
}

/// An exchange begins on this thread.
pub(super) fn beat() {
    BEGUN.set(BEGUN.get().wrapping_add(1));
    if !BEATS.replace(true) {
        let stop = Stop;
        Handle::current().spawn(async move {
            let _stop = stop;
            let mut known = None;
            while known.replace(BEGUN.get()) != Some(BEGUN.get()) {
                tokio::time::sleep(NEAR).await;
            }
        });
    }
}

/// However the beating ends, also with its runtime.
struct Stop;

impl Drop for Stop {
    fn drop(&mut self) {
        BEATS.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn it_beats_while_exchanges_begin_and_then_ends() {
        for _ in 0..3 {
            beat();
            sleep(NEAR * 3 / 4).await;
            assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
        }
        sleep(NEAR * 3).await;
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
        beat();
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 1, "begins anew");
    }
}
