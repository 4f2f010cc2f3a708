//! Connections kept for the next call, per origin.
//!
//! The last one put back is the first one taken: it is the most likely to be alive, and the surplus of a burst grows
//! old and goes. A link that rests is watched, so that a provider's close frees it at once, by a single task that
//! sleeps until the kernel reports something about one of them. There is no timer: ages are looked at when links
//! come and go.

#![forbid(unsafe_code)]

use super::http::Config;
use super::link::Link;
use super::target::Origin;
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};
use tokio::runtime::Handle;
use tokio::time::Instant;

pub(super) struct Pool {
    idle_for: Duration,
    max_idle: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Oldest in front.
    idle: HashMap<Arc<Origin>, VecDeque<Idle>>,
    keeper: Keeper,
}

/// The task that watches resting links: none yet -> starting -> watching.
#[derive(Default)]
enum Keeper {
    #[default]
    None,
    Starting,
    Watching(Waker),
}

struct Idle {
    link: Box<Link>,
    since: Moment,
    until: Instant,
}

/// Time by two clocks, which part when the machine sleeps: only the wall clock goes on.
#[derive(Clone, Copy)]
struct Moment {
    steady: Instant,
    wall: SystemTime,
}

/// Clocks that part by more than this tell of a machine that slept, and of peers that gave up on it meanwhile. More
/// than a clock is usually stepped by, less than any provider's patience.
const SLEPT: Duration = Duration::from_secs(3);

/// How much earlier than the peer we give up a link: its close may be on its way already. undici's figure.
const BEFORE_THE_PEER: Duration = Duration::from_secs(1);

// === impl Pool ===

impl Pool {
    pub fn new(config: &Config) -> Arc<Self> {
        Arc::new(Self { idle_for: config.idle_for, max_idle: config.max_idle, kept: Mutex::default() })
    }

    /// A link that was open a moment ago. It can still turn out closed once a request is on it.
    pub fn take(&self, origin: &Origin, now: Instant) -> Option<Box<Link>> {
        let now = Moment::at(now);
        loop {
            let mut idle = self.kept().idle.get_mut(origin)?.pop_back()?;
            // Polled with a waker that wakes nobody: from here on the keeper hears no more of this link.
            if idle.is_fresh(now) && idle.link.is_open(&mut Context::from_waker(Waker::noop())) {
                return Some(idle.link);
            }
        }
    }

    /// Closes every link at rest.
    pub fn clear(&self) {
        self.kept().idle.clear();
    }

    /// Puts a link to rest whose last response was read to its end. `patience` is how long the peer said it would
    /// keep it.
    pub fn put(self: &Arc<Self>, origin: &Arc<Origin>, mut link: Box<Link>, now: Instant, patience: Option<Duration>) {
        let now = Moment::at(now);
        let rest = patience.map_or(self.idle_for, |it| it.saturating_sub(BEFORE_THE_PEER).min(self.idle_for));
        if rest.is_zero() || self.max_idle == 0 {
            return;
        }
        let mut kept = self.kept();
        let watched = match &kept.keeper {
            Keeper::Watching(waker) => link.is_open(&mut Context::from_waker(waker)),
            Keeper::None | Keeper::Starting => link.is_open(&mut Context::from_waker(Waker::noop())),
        };
        if !watched {
            return;
        }
        if let (Keeper::None, Ok(runtime)) = (&kept.keeper, Handle::try_current()) {
            kept.keeper = Keeper::Starting;
            runtime.spawn(keep(Arc::downgrade(self)));
        }
        let idle = match kept.idle.get_mut(origin) {
            Some(idle) => idle,
            None => kept.idle.entry(Arc::clone(origin)).or_default(),
        };
        let surplus = if idle.len() >= self.max_idle || idle.front().is_some_and(|oldest| !oldest.is_fresh(now)) {
            idle.pop_front()
        } else {
            None
        };
        idle.push_back(Idle { link, since: now, until: now.steady + rest });
        drop(kept);
        drop(surplus); // closing a socket is a system call, made outside the lock
    }

    /// Drops the links that closed and asks to be woken by the others.
    fn sweep(&self, context: &mut Context<'_>) {
        let mut closed = Vec::new();
        let mut kept = self.kept();
        kept.keeper = Keeper::Watching(context.waker().clone());
        kept.idle.retain(|_, idle| {
            for mut resting in std::mem::take(idle) {
                if resting.link.is_open(context) {
                    idle.push_back(resting);
                } else {
                    closed.push(resting);
                }
            }
            !idle.is_empty()
        });
        drop(kept);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    /// Wakes the keeper, which finds no pool and ends.
    fn drop(&mut self) {
        if let Keeper::Watching(waker) = &self.kept().keeper {
            waker.wake_by_ref();
        }
    }
}

/// The keeper: woken when a resting link has news (which can only be its end) and when the pool goes.
async fn keep(pool: Weak<Pool>) {
    poll_fn(|context| match pool.upgrade() {
        None => Poll::Ready(()),
        Some(pool) => {
            pool.sweep(context);
            Poll::Pending
        }
    })
    .await;
}

// === impl Idle ===

impl Idle {
    fn is_fresh(&self, now: Moment) -> bool {
        now.steady < self.until && !self.since.slept_before(now)
    }
}

// === impl Moment ===

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "the rim may look at the clock; nothing is decided but a reconnect")]
    fn at(steady: Instant) -> Self {
        Self { steady, wall: SystemTime::now() }
    }

    /// Whether the machine slept between this moment and a later one.
    fn slept_before(self, later: Self) -> bool {
        let steady = later.steady.saturating_duration_since(self.steady);
        let wall = later.wall.duration_since(self.wall).unwrap_or_default();
        wall > steady + SLEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wall_clock_that_ran_ahead_tells_of_sleep() {
        let start = Moment::at(Instant::now());
        let second = Duration::from_secs(1);
        for (steady, wall, slept) in [(0, 0, false), (50, 50, false), (5, 7, false), (5, 9, true), (50, 1, false)] {
            let later = Moment { steady: start.steady + steady * second, wall: start.wall + wall * second };
            assert_eq!(start.slept_before(later), slept, "{steady} s by the steady clock, {wall} s by the wall");
        }
        assert!(!start.slept_before(Moment { wall: start.wall - second, ..start }), "a clock set back");
    }
}
