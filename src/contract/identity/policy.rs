//! What the user says about identity, and what the request itself allows.

#![forbid(unsafe_code)]

use super::{Identity, compare, router};

/// `identity: true | false | { allow: [...] }`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Policy {
    #[default]
    On,
    Off,
    /// These may answer as well: deployments, fine-tunes, a cheaper model that is good enough.
    Allow(Vec<String>),
}

/// Judges one answer. `models` is the request's own list of acceptable models, where it has one.
/// `None`: there is nothing to judge, because the user said so or because a router was asked to choose.
///
/// ```
/// use correctover::contract::identity::{judge, Identity, Policy};
///
/// let allow = Policy::Allow(vec!["gpt-4o-mini".into()]);
/// assert_eq!(judge(&allow, "gpt-4o", "gpt-4o-mini-2024-07-18", &[]), Some(Identity::Match));
/// assert_eq!(judge(&Policy::On, "openrouter/auto", "openai/gpt-4o", &[]), None);
/// ```
pub fn judge(policy: &Policy, asked: &str, served: &str, models: &[&str]) -> Option<Identity> {
    let allowed = match policy {
        Policy::Off => return None,
        Policy::On => &[][..],
        Policy::Allow(allowed) => allowed,
    };
    let mut named = models.iter().copied().chain(allowed.iter().map(String::as_str)).peekable();
    let asked_to_choose = router::chooses(asked);
    if models.iter().any(|model| router::chooses(model)) || (asked_to_choose && named.peek().is_none()) {
        return None;
    }
    let first = (!asked_to_choose).then(|| compare(asked, served));
    named.map(|other| compare(other, served)).fold(first, |best, next| Some(milder(best, next)))
}

/// One acceptable name that matches is enough, and one that may match keeps the answer from being wrong.
fn milder(best: Option<Identity>, next: Identity) -> Identity {
    match (best, next) {
        (Some(Identity::Match), _) | (_, Identity::Match) => Identity::Match,
        (None | Some(Identity::Mismatch { .. }), next) => next,
        (Some(best @ Identity::Unsure { .. }), _) => best,
    }
}
