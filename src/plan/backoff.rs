//! How long to wait before the same route is asked again.
//!
//! Full jitter: the delay is drawn evenly between nothing and the exponential bound, because processes that failed
//! together must not come back together (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015).
//! The random source is an argument: a run is a function of its seed.

#![forbid(unsafe_code)]

use super::Millis;

/// The shape of the delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The bound of the first delay.
    pub base: Millis,
    /// No delay of our own exceeds this.
    pub cap: Millis,
}

impl Default for Backoff {
    /// The official SDKs begin at half a second and end at eight too: with other routes at hand a longer wait is
    /// never the better choice.
    fn default() -> Self {
        Self { base: 500, cap: 8_000 }
    }
}

impl Backoff {
    /// The delay before repeat number `attempt` (0 = the first repeat).
    pub fn delay(&self, attempt: u32, rng: &mut fastrand::Rng) -> Millis {
        rng.u64(0..=self.bound(attempt))
    }

    /// The largest delay that repeat number `attempt` can draw.
    pub fn bound(&self, attempt: u32) -> Millis {
        self.base.saturating_mul(1_u64.checked_shl(attempt).unwrap_or(u64::MAX)).min(self.cap)
    }
}

/// The delay where the provider named one: never less than it asked for, and up to a tenth more, so that all who
/// were told the same second do not return in it.
pub fn after(wish: Millis, rng: &mut fastrand::Rng) -> Millis {
    wish.saturating_add(rng.u64(0..=wish / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_cap() {
        let bounds: Vec<_> =
            [0, 1, 2, 3, 4, 5, 63, 64, u32::MAX].into_iter().map(|attempt| Backoff::default().bound(attempt)).collect();
        assert_eq!(bounds, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000]);
    }

    #[test]
    fn delays_fill_the_whole_range_evenly() {
        let mut rng = fastrand::Rng::with_seed(7);
        for attempt in 0..6 {
            let delays: Vec<_> = (0..2_000).map(|_| Backoff::default().delay(attempt, &mut rng)).collect();
            let mean = delays.iter().sum::<u64>() / 2_000;
            let (half, bound) = (Backoff::default().bound(attempt) / 2, Backoff::default().bound(attempt));
            assert!(delays.iter().all(|&delay| delay <= bound));
            assert!(mean.abs_diff(half) < bound / 20, "attempt {attempt}: mean {mean} of bound {bound}");
            assert!(delays.iter().any(|&delay| delay < bound / 50), "some come back almost at once");
        }
    }

    #[test]
    fn a_wish_is_never_cut_and_stretched_by_a_tenth_at_most() {
        let mut rng = fastrand::Rng::with_seed(7);
        for wish in [0, 1, 999, 20_000, u64::MAX] {
            for _ in 0..200 {
                let delay = after(wish, &mut rng);
                assert!(delay >= wish && delay <= wish.saturating_add(wish / 10), "{wish} -> {delay}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_delays() {
        let run = || {
            let mut rng = fastrand::Rng::with_seed(42);
            (0..20).map(|attempt| Backoff::default().delay(attempt, &mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
    }
}
