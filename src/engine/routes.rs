//! Which routes a call may use, in which order.
#![forbid(unsafe_code)]

use super::{Door, Engine, Job};
use crate::execute::{Target, TargetError};
use crate::plan::route::Candidate;
use crate::provider::brand;
use crate::request::Request;

/// The routes of a call: where the client's own request goes, and the candidates in order of preference.
pub struct Routes {
    /// The client's own endpoint; `None` for `engine.chat`.
    pub own: Option<Target>,
    pub candidates: Vec<Candidate>,
}

/// `readable` is false for a body that no adapter can rewrite: it can go to the client's own endpoint only.
pub fn of(engine: &Engine, job: &Job, request: &Request<'_>, readable: bool) -> Result<Routes, TargetError> {
    let own = match job.door {
        Door::Chat => None,
        Door::Fetch => Some(Target::parse(&job.url)?),
    };
    let owner =
        own.as_ref().and_then(|target| engine.providers.iter().position(|provider| provider.base.covers(target)));
    let mut candidates = Vec::with_capacity(engine.providers.len() + 1);
    if let Some(target) = &own {
        let mut first = match owner {
            Some(index) => engine.providers[index].candidate(index, request, true),
            None => implicit(engine, target, request),
        };
        // The provider itself says what it cannot do; a bare client would have asked it too.
        first.filtered = None;
        first.own = true;
        candidates.push(first);
    }
    if readable {
        let others = engine.providers.iter().enumerate().filter(|(index, _)| Some(*index) != owner);
        candidates.extend(others.map(|(index, provider)| provider.candidate(index, request, false)));
    }
    candidates.sort_by_key(|candidate| candidate.downgrade && !candidate.own);
    if let Some(route) = &job.route
        && let Some(at) = candidates.iter().position(|candidate| *candidate.name == **route)
    {
        let pinned = candidates.remove(at);
        candidates.insert(0, pinned);
    }
    Ok(Routes { own, candidates })
}

/// The client's own endpoint, which nobody configured.
fn implicit(engine: &Engine, target: &Target, request: &Request<'_>) -> Candidate {
    let host = target.origin().host.as_str();
    let brand = brand::of_host(host).map(|brand| brand.name);
    let taken = |name: &str| engine.providers.iter().any(|provider| *provider.name == *name);
    let name = match brand.filter(|name| !taken(name)) {
        Some(name) => name.to_owned(),
        None => target.authority().to_owned(),
    };
    let mut candidate = Candidate::new(None, name.into(), request.model.as_deref().unwrap_or_default().into());
    candidate.brand = brand.unwrap_or_default().into();
    candidate.host = host.into();
    candidate
}
