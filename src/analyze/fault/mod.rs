//! The taxonomy: what can go wrong with a call, one row per fault.
//!
//! A fault is written once, in [`TABLE`]. Its row says whom to blame and what may help; metrics, reports,
//! documentation and the healing rules derive from it. Two questions that are often mixed are kept apart:
//! *retry* asks whether the unchanged request may succeed on the same route, *failover* whether another provider
//! may answer it.

#![forbid(unsafe_code)]

mod document;
mod table;

pub use document::table_markdown;
pub use table::TABLE;

use std::fmt;

/// The nine classes, each answering one question about the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Did bytes travel?
    Transport,
    /// May we call?
    Auth,
    /// How much may we call?
    Quota,
    /// Can the provider serve anyone now?
    Availability,
    /// Is the request acceptable to this model?
    Request,
    /// Was it refused for reasons of safety or law?
    Policy,
    /// Did the reply arrive whole and well formed?
    Stream,
    /// Is the whole reply what was asked for?
    Contract,
    /// Was it worth its time and money?
    Economics,
}

impl Class {
    pub const ALL: [Self; 9] = [
        Self::Transport,
        Self::Auth,
        Self::Quota,
        Self::Availability,
        Self::Request,
        Self::Policy,
        Self::Stream,
        Self::Contract,
        Self::Economics,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::Availability => "availability",
            Self::Request => "request",
            Self::Policy => "policy",
            Self::Stream => "stream",
            Self::Contract => "contract",
            Self::Economics => "economics",
        }
    }
}

/// Who is at fault. Only the provider's own faults count against its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blame {
    Provider,
    /// The key, the contract with the provider, the money on it.
    Account,
    /// The request, or a limit that the caller set.
    Caller,
    /// This process.
    Us,
    /// What lies between this process and the provider.
    Network,
}

impl Blame {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Account => "account",
            Self::Caller => "caller",
            Self::Us => "us",
            Self::Network => "network",
        }
    }
}

/// Whether the unchanged request may succeed on the same route. One column instead of "retryable" and "wait",
/// because the two could contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// The same request meets the same fault.
    Never,
    /// Another draw or another connection may do, without waiting.
    Now,
    /// After a wait: as long as the provider asks for, else backoff.
    Later,
}

impl Retry {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Now => "now",
            Self::Later => "later",
        }
    }
}

/// One row of the taxonomy.
#[derive(Debug)]
pub struct FaultRow {
    pub name: &'static str,
    pub class: Class,
    pub blame: Blame,
    pub retry: Retry,
    pub failover: bool,
    pub meaning: &'static str,
}

/// A fault, by its row. Two faults are the same when class and name are: `unclassified` exists once per class that
/// a status can suggest.
#[derive(Clone, Copy)]
pub struct Fault(&'static FaultRow);

/// The fault of that name, for names that come from outside: findings of the contract, rules, users.
/// `unclassified` alone does not tell its class; see [`Fault::unclassified`].
pub fn named(name: &str) -> Option<Fault> {
    TABLE.iter().find(|row| row.name == name).map(Fault)
}

// === impl Fault ===

impl Fault {
    /// For names written in this crate: in a constant, a misspelt name does not compile.
    #[expect(clippy::panic, reason = "only ever evaluated by the compiler, where it is an error message")]
    pub(crate) const fn known(name: &str) -> Self {
        let mut at = 0;
        while at < TABLE.len() {
            if same(TABLE[at].name.as_bytes(), name.as_bytes()) {
                return Self(&TABLE[at]);
            }
            at += 1;
        }
        panic!("no such fault in analyze/fault/table.rs")
    }

    /// The fault that a finding of the contract names. A test holds that every name there has its row.
    pub fn of_finding(name: &str) -> Self {
        named(name).unwrap_or(const { Self::known("internal_error") })
    }

    /// What is left when nothing is known but what kind of trouble it is.
    pub(crate) const fn unclassified(class: UnclassifiedClass) -> Self {
        match class {
            UnclassifiedClass::Request => const { Self::known_in(Class::Request, "unclassified") },
            UnclassifiedClass::Availability => const { Self::known_in(Class::Availability, "unclassified") },
        }
    }

    #[expect(clippy::panic, reason = "only ever evaluated by the compiler, where it is an error message")]
    const fn known_in(class: Class, name: &str) -> Self {
        let mut at = 0;
        while at < TABLE.len() {
            if TABLE[at].class as u8 == class as u8 && same(TABLE[at].name.as_bytes(), name.as_bytes()) {
                return Self(&TABLE[at]);
            }
            at += 1;
        }
        panic!("no such fault in analyze/fault/table.rs")
    }

    pub const fn name(self) -> &'static str {
        self.0.name
    }

    pub const fn class(self) -> Class {
        self.0.class
    }

    pub const fn blame(self) -> Blame {
        self.0.blame
    }

    pub const fn retry(self) -> Retry {
        self.0.retry
    }

    /// The unchanged request may succeed on the same route, now or later.
    pub const fn retryable(self) -> bool {
        !matches!(self.0.retry, Retry::Never)
    }

    /// Another provider may succeed.
    pub const fn failover(self) -> bool {
        self.0.failover
    }

    /// It counts against the health of the route.
    pub const fn hurts_health(self) -> bool {
        matches!(self.0.blame, Blame::Provider)
    }

    pub const fn meaning(self) -> &'static str {
        self.0.meaning
    }

    pub const fn is_unclassified(self) -> bool {
        same(self.0.name.as_bytes(), b"unclassified")
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.class() == other.class() && self.name() == other.name()
    }
}

impl Eq for Fault {}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.class().name(), self.name())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The classes that a bare status can suggest.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UnclassifiedClass {
    Request,
    Availability,
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests;
