//! Who answered, over the whole process: metrics show it, and a test fails where the wrong judge did.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ONE_PASS: AtomicU64 = AtomicU64::new(0);
static AUTHORITY: AtomicU64 = AtomicU64::new(0);

/// Texts whose verdict came from the walk over the text.
pub fn answered_one_pass() -> u64 {
    ONE_PASS.load(Relaxed)
}

/// Texts whose verdict came from the authority.
pub fn answered_by_authority() -> u64 {
    AUTHORITY.load(Relaxed)
}

pub(super) fn one_pass() {
    ONE_PASS.fetch_add(1, Relaxed);
}

pub(super) fn authority() {
    AUTHORITY.fetch_add(1, Relaxed);
}
