//! One timer for a whole exchange.
//!
//! Each phase has its own deadline, but a timer per phase, or one moved at every chunk, costs more than reading the
//! chunk. So one timer is set for the earliest deadline known, moved only to an earlier one, and when it rings the
//! deadline of that moment is looked at: if it lies ahead, the timer is set again.

#![forbid(unsafe_code)]

use super::pulse;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

pub(super) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    pub fn set(due: Instant) -> Self {
        pulse::beat();
        Self(Box::pin(sleep_until(due)))
    }

    /// Ready once `due` has passed. To be polled after the work it guards: what has arrived counts as in time, also
    /// when this process was paused meanwhile.
    pub fn poll(&mut self, context: &mut Context<'_>, due: Instant) -> Poll<()> {
        if due < self.0.deadline() {
            self.0.as_mut().reset(due);
        }
        // Unconstrained: a peer that feeds us without end uses the task's budget up, but must not outrun its deadline.
        while Pin::new(&mut unconstrained(self.0.as_mut())).poll(context).is_ready() {
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            self.0.as_mut().reset(due);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::time::Duration;
    use tokio::task::coop::consume_budget;

    /// Waits for an alarm set at 100 s with the deadline moving as the table says: (until second, deadline).
    async fn rings_at(deadlines: &[(u64, u64)]) -> u64 {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut alarm = Alarm::set(start + 100 * second);
        poll_fn(|context| {
            let now = start.elapsed().as_secs();
            let due = deadlines.iter().find(|(until, _)| now < *until).map_or(u64::MAX >> 40, |(_, due)| *due);
            alarm.poll(context, start + Duration::from_secs(due))
        })
        .await;
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn an_alarm_follows_a_deadline_that_moves_both_ways() {
        assert_eq!(rings_at(&[(1000, 100)]).await, 100, "as set");
        assert_eq!(rings_at(&[(1000, 30)]).await, 30, "moved nearer");
        assert_eq!(rings_at(&[(50, 60), (1000, 300)]).await, 300, "moved away");
    }

    #[tokio::test(start_paused = true)]
    async fn an_alarm_rings_also_for_a_task_that_used_its_budget_up() {
        let due = Instant::now() + Duration::from_secs(1);
        let mut alarm = Alarm::set(due);
        tokio::time::advance(Duration::from_secs(2)).await;
        let rang = poll_fn(|context| {
            while pin!(consume_budget()).poll(context).is_ready() {}
            Poll::Ready(alarm.poll(context, due).is_ready())
        });
        assert!(rang.await);
    }
}
