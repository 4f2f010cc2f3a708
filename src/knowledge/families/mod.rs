//! What a model name says: family, version, size, tier, and which snapshot of it.
//!
//! Thousands of names are in use and new ones come weekly, so names are parsed by mechanism (`parse.rs`) with the
//! help of a small vocabulary (`table.rs`) instead of being listed. Identity compares parsed names; the price table
//! finds a dated or regional spelling of a model it knows by its [`Name::key`].

#![forbid(unsafe_code)]

mod parse;
mod pieces;
pub mod table;
mod vocabulary;

use std::fmt;
pub use vocabulary::{Family, Words};

/// A model name, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Name {
    pub family: Option<Family>,
    pub version: Option<Version>,
    pub size: Option<Size>,
    /// Parameters in use per token, where a name says so (`a22b`).
    pub active: Option<Size>,
    /// Tiers and kinds: what tells models of one family and version apart.
    pub words: Words,
    /// A date or revision, as the digits that spell it.
    pub snapshot: Option<u32>,
    /// The words and numbers that no table knows, mixed; zero if there are none.
    pub unknown: u64,
    /// The owner and name of a fine-tune, mixed; zero for a plain model.
    pub tuned: u64,
    /// Context length in thousands of tokens, where it is part of the name.
    pub context: Option<u32>,
    /// The name begins with words of its owner's (`my-gpt-4o`): a name given, not a model's own.
    pub given: bool,
}

impl Name {
    /// Reads a name. Nothing is refused: what cannot be read has no family.
    pub fn parse(name: &str) -> Self {
        parse::parse(name)
    }

    /// The name is one of a known family's own.
    pub fn is_known(&self) -> bool {
        self.family.is_some() && !self.given
    }

    /// The same for every spelling, snapshot and way of serving of one model.
    pub fn key(&self) -> Option<u128> {
        if !self.is_known() && self.unknown == 0 {
            return None;
        }
        let family = self.family.map_or(0, |family| u128::from(family.index()) + 1);
        let version = self.version.map_or(0, |version| u128::from(version.number()) + 1);
        let size =
            self.size.map_or(0, |size| u128::from(size.0) + 1) + self.active.map_or(0, |size| u128::from(size.0) << 7);
        let context = self.context.map_or(0, |context| u128::from(context) + 1);
        let mut key = self.words.bits();
        for part in [family, version, size, context, u128::from(self.unknown), u128::from(self.tuned)] {
            key = (key ^ part).wrapping_mul(0x2d99_787a_926d_46a4_2c1b_3c6d_9e37_79b1).rotate_left(67);
        }
        Some(key)
    }
}

/// Major and minor; `4` and `4.0` are the same version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl Version {
    fn number(self) -> u64 {
        u64::from(self.major) << 32 | u64::from(self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Millions of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}b", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}
