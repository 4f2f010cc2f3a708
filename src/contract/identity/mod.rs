//! Did the model that was asked for answer?
//!
//! A served name rarely equals the asked one: aliases answer with dated snapshots, clouds add prefixes, routers add
//! suffixes. So names are read (`knowledge::families`) and compared by what they say. Only what both names say can
//! differ; where one of them is silent or unreadable the answer is unsure, because a false alarm stops good answers.
//!
//! Two different snapshots of one model, asked for by date, are unsure too: vendors retire a snapshot by answering
//! with the next one, and the family, tier, version and size that were asked for did answer.

#![forbid(unsafe_code)]

mod policy;
mod router;
#[cfg(test)]
mod siblings;
#[cfg(test)]
mod tests;

pub use policy::{Policy, judge};

use crate::knowledge::families::table::FLOATING;
use crate::knowledge::families::{Name, Words};
use std::sync::LazyLock;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    Match,
    /// Delivered with a flag: the names do not tell.
    Unsure {
        why: String,
    },
    Mismatch {
        differs: Part,
        why: String,
    },
}

/// What of a model differs. Gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Family,
    Version,
    Tier,
    Size,
}

impl Part {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Version => "version",
            Self::Tier => "tier",
            Self::Size => "size",
        }
    }
}

impl Identity {
    /// The word that reports use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Unsure { .. } => "unsure",
            Self::Mismatch { .. } => "mismatch",
        }
    }

    fn unsure(why: impl Into<String>) -> Self {
        Self::Unsure { why: why.into() }
    }
}

/// Compares the model asked of a provider with the one that it says served.
pub fn compare(asked: &str, served: &str) -> Identity {
    if served.is_empty() {
        return Identity::unsure("the answer names no model");
    }
    if asked.is_empty() {
        return Identity::unsure("the request names no model");
    }
    // What nearly all answers say. Reading both names says the same, ten times slower.
    if served.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || is_date(rest)) {
        return Identity::Match;
    }
    compare_names(&Name::parse(asked), &Name::parse(served))
}

/// `-2024-08-06`
fn is_date(suffix: &str) -> bool {
    let pattern = b"-0000-00-00";
    suffix.len() == pattern.len()
        && suffix
            .bytes()
            .zip(pattern)
            .all(|(byte, like)| if *like == b'-' { byte == b'-' } else { byte.is_ascii_digit() })
}

fn compare_names(asked: &Name, served: &Name) -> Identity {
    if !asked.is_known() || !served.is_known() {
        return compare_unknown(asked, served);
    }
    let floating = floating(asked);
    if let Some((differs, why)) = difference(asked, served, floating) {
        return Identity::Mismatch { differs, why };
    }
    match doubt(asked, served, floating.is_some()) {
        Some(why) => Identity::unsure(why),
        None => Identity::Match,
    }
}

/// Of models that no table knows, the same words with another date or prefix are still the same model.
fn compare_unknown(asked: &Name, served: &Name) -> Identity {
    let same_words = asked.unknown != 0 && asked.unknown == served.unknown && asked.family == served.family;
    let same_rest = asked.version == served.version && asked.size == served.size && asked.words == served.words;
    if same_words && same_rest && doubt(asked, served, false).is_none() {
        return Identity::Match;
    }
    let which = match (asked.is_known(), served.is_known()) {
        (true, _) => "the served model",
        (_, true) => "the asked model",
        _ => "either model",
    };
    Identity::unsure(format!("no known family in the name of {which}"))
}

/// What both names say and say differently.
fn difference(asked: &Name, served: &Name, floating: Option<Words>) -> Option<(Part, String)> {
    let differs = |part, asked: &dyn std::fmt::Display, served: &dyn std::fmt::Display| {
        Some((part, format!("expected {} {asked}, answered {served}", Part::name(part))))
    };
    if let (Some(asked), Some(served)) = (asked.family, served.family)
        && asked != served
    {
        return differs(Part::Family, &asked.name(), &served.name());
    }
    if let (Some(asked), Some(served), None) = (asked.version, served.version, floating)
        && asked != served
    {
        return differs(Part::Version, &asked, &served);
    }
    if let Some(allowed) = floating {
        let extra = served.words.without(asked.words).without(allowed);
        if !extra.is_empty() {
            return differs(Part::Tier, &asked.words, &served.words);
        }
    } else {
        // a word that one name lacks may be what its unknown words say
        let silent = |name: &Name| name.unknown == 0 || asked.unknown == served.unknown;
        let missing = asked.words.without(served.words);
        let extra = served.words.without(asked.words);
        if (!missing.is_empty() && silent(served)) || (!extra.is_empty() && silent(asked)) {
            return differs(Part::Tier, &asked.words, &served.words);
        }
        if asked.context != served.context && silent(asked) && silent(served) {
            let context = |name: &Name| name.context.map_or("default".to_owned(), |context| format!("{context}k"));
            return differs(Part::Tier, &context(asked), &context(served));
        }
    }
    if let (Some(asked), Some(served)) = (asked.size, served.size)
        && asked != served
    {
        return differs(Part::Size, &asked, &served);
    }
    if let (Some(asked), Some(served)) = (asked.active, served.active)
        && asked != served
    {
        return differs(Part::Size, &asked, &served);
    }
    None
}

/// What was asked for and the served name leaves open.
fn doubt(asked: &Name, served: &Name, floating: bool) -> Option<&'static str> {
    let unversioned = served.version.is_none() && !floating;
    if unversioned && asked.version.is_some_and(|version| version.major > 1) {
        return Some("the served name has no version");
    }
    if asked.size.is_some() && served.size.is_none() {
        return Some("the served name has no size");
    }
    if asked.tuned != served.tuned {
        return Some("the names are not of the same fine-tune");
    }
    if asked.unknown != served.unknown {
        return Some("the names have words that no table knows");
    }
    match (asked.snapshot, served.snapshot) {
        (Some(asked), Some(served)) if asked != served => Some("another snapshot of the same model answered"),
        _ => None,
    }
}

/// The words that may come on top where the asked name is one that its vendor moves from model to model.
fn floating(asked: &Name) -> Option<Words> {
    static NAMES: LazyLock<Vec<(Name, Words)>> = LazyLock::new(|| {
        let words = |words: &[&str]| words.iter().fold(Words::NONE, |all, word| all.and(Words::named(word)));
        FLOATING.iter().map(|(name, on_top)| (Name::parse(name), words(on_top))).collect()
    });
    NAMES.iter().find(|(name, _)| name == asked).map(|(_, words)| *words)
}
