//! The rows of `table.rs` made ready for lookup, once per process.

#![forbid(unsafe_code)]

use super::pieces::key;
use super::table::{FAMILIES, Rank, SERVING, Scope, WORDS};
use hashbrown::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// A row of the table of families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family(u8);

impl Family {
    pub fn name(self) -> &'static str {
        FAMILIES[usize::from(self.0)].family
    }

    pub fn vendor(self) -> &'static str {
        FAMILIES[usize::from(self.0)].vendor
    }

    pub fn index(self) -> u8 {
        self.0
    }

    pub fn named(name: &str) -> Option<Self> {
        FAMILIES.iter().position(|row| row.family == name).and_then(|at| u8::try_from(at).ok()).map(Self)
    }
}

/// A set of rows of the table of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words(u128);

impl Words {
    pub const NONE: Self = Self(0);

    pub fn named(word: &str) -> Self {
        VOCABULARY.words.get(&key(word.as_bytes())).and_then(|meaning| meaning.word).unwrap_or(Self::NONE)
    }

    pub fn bits(self) -> u128 {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Only those that tell models of this family apart.
    #[must_use]
    pub fn telling_apart(self, family: Option<Family>) -> Self {
        let vocabulary = &*VOCABULARY;
        let scope = family.and_then(|family| vocabulary.scopes.get(usize::from(family.0)));
        Self(self.0 & scope.unwrap_or(&vocabulary.everywhere))
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (at, row) in WORDS.iter().enumerate() {
            if self.0 >> at & 1 == 1 {
                write!(f, "{between}{}", row.spellings[0])?;
                between = "-";
            }
        }
        if self.is_empty() { f.write_str("no tier") } else { Ok(()) }
    }
}

/// Everything that one word can mean; most mean one thing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meaning {
    pub family: Option<(Rank, Family)>,
    pub word: Option<Words>,
}

pub struct Vocabulary {
    words: HashMap<u128, Meaning>,
    /// Per family, the words that tell its models apart.
    scopes: Vec<u128>,
    everywhere: u128,
}

/// Means something, or at least that it means nothing about identity; `None` for a word no row knows.
pub fn meaning(word: u128) -> Option<Meaning> {
    VOCABULARY.words.get(&word).copied()
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut words = HashMap::<u128, Meaning>::new();
    for word in SERVING {
        words.insert(key(word.as_bytes()), Meaning::default());
    }
    for row in FAMILIES {
        let family = Family::named(row.family);
        for word in row.words {
            words.entry(key(word.as_bytes())).or_default().family = family.map(|family| (row.rank, family));
        }
    }
    for (at, row) in WORDS.iter().enumerate() {
        for spelling in row.spellings {
            words.entry(key(spelling.as_bytes())).or_default().word = Some(Words(1 << at));
        }
    }
    let scope_of = |family: Option<&str>| {
        WORDS
            .iter()
            .enumerate()
            .filter(|(_, row)| tells_apart(row.scope, family))
            .fold(0, |bits, (at, _)| bits | 1 << at)
    };
    let scopes = FAMILIES.iter().map(|row| scope_of(Some(row.family))).collect();
    Vocabulary { words, scopes, everywhere: scope_of(None) }
});

fn tells_apart(scope: Scope, family: Option<&str>) -> bool {
    match scope {
        Scope::Everywhere => true,
        Scope::Only(families) => family.is_some_and(|family| families.contains(&family)),
        Scope::Except(families) => family.is_some_and(|family| !families.contains(&family)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_place_in_the_sets() {
        assert!(WORDS.len() <= 128, "one bit a word");
        assert!(FAMILIES.len() <= 255, "one byte a family");
    }

    #[test]
    fn a_word_stands_in_one_row_of_its_table() {
        let mut seen = std::collections::HashSet::new();
        for spelling in WORDS.iter().flat_map(|row| row.spellings) {
            assert!(seen.insert(*spelling), "{spelling} stands in two rows of words");
        }
        seen.clear();
        for word in FAMILIES.iter().flat_map(|row| row.words) {
            assert!(seen.insert(*word), "{word} names two families");
        }
    }

    #[test]
    fn a_scope_names_families_that_exist() {
        for row in WORDS {
            if let Scope::Only(families) | Scope::Except(families) = row.scope {
                for family in families {
                    assert!(Family::named(family).is_some(), "{family} is no family");
                }
            }
        }
    }
}
