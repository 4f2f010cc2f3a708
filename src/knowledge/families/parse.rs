//! Puts the pieces of a name together.
//!
//! One walk from left to right. A number is a date, a size, a context length or a version by its shape and its place;
//! a word is looked up. Where a shape could be two things, the reading is the one that can only make a comparison
//! unsure, never wrong.

#![forbid(unsafe_code)]

use super::pieces::{NO_PIECES, Piece, cut, key};
use super::table::Rank;
use super::vocabulary::{Family, Words, meaning};
use super::{Name, Size, Version};

/// Endings of weight files: a name that has one is a place on somebody's disk.
const FILE_ENDINGS: [&str; 6] = [".gguf", ".ggml", ".safetensors", ".bin", ".pt", ".onnx"];

/// Letters before a number that spell the form of the weights: `q4_K_M`, `fp8`, `int4`, `w4a16`.
const QUANTISATIONS: [u128; 8] =
    [key(b"q"), key(b"iq"), key(b"fp"), key(b"bf"), key(b"int"), key(b"nf"), key(b"mxfp"), key(b"w")];

/// Letters of a vendor whose number is part of its name: `ai21`, `c4ai`.
const NUMBERED_VENDORS: [u128; 2] = [key(b"ai"), key(b"c")];

pub fn parse(name: &str) -> Name {
    let name = name.trim();
    if is_path(name) {
        return Name::default();
    }
    let (own, owner) = match name.strip_prefix("ft:") {
        Some(tuned) => {
            let (own, owner) = tuned.split_once(':').unwrap_or((tuned, ""));
            (own, Some(owner))
        }
        None => (name.rsplit_once('/').map_or(name, |(_, last)| last), None),
    };
    let mut room = NO_PIECES;
    let Some(pieces) = cut(own, &mut room) else { return Name::default() };
    let mut reading = Reading::default();
    let mut rest = pieces;
    while let [piece, following @ ..] = rest {
        let taken = if piece.is_number() { reading.number(piece, following) } else { reading.word(piece, following) };
        rest = following.get(taken..).unwrap_or_default();
    }
    let mut name = reading.finish();
    if let Some(owner) = owner {
        // a fine-tune whose owner is not said is still not the plain model
        name.tuned = owner.bytes().fold(mix(0, key(b"ft")), |tuned, byte| mix(tuned, u128::from(byte)));
    }
    name
}

fn is_path(name: &str) -> bool {
    let drive = matches!(name.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    drive
        || name.starts_with(['/', '.', '\\'])
        || name.starts_with("~/")
        || name.contains("://")
        || FILE_ENDINGS.iter().any(|ending| {
            name.len() > ending.len()
                && name.as_bytes()[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
        })
}

fn mix(unknown: u64, word: u128) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a key are folded on purpose")]
    let folded = (word as u64) ^ ((word >> 64) as u64).rotate_left(29);
    (unknown.rotate_left(5) ^ folded).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1
}

#[derive(Default)]
struct Reading {
    name: Name,
    rank: Option<Rank>,
    /// A `v1`, `v1:0` behind everything: a version only where no other number is one.
    revision: Option<Version>,
    preview: bool,
    /// The form of the weights has been named; the letters behind it belong to it.
    quantised: bool,
    /// The piece before was the word that names the family.
    after_family: bool,
}

impl Reading {
    /// Reads a word and says how many of the following pieces belong to it.
    fn word(&mut self, piece: &Piece, following: &[Piece]) -> usize {
        let glued_number = following.first().filter(|next| next.is_number() && next.is_glued());
        let after_family = std::mem::take(&mut self.after_family);
        if let Some(number) = glued_number {
            if piece.word == key(b"v") {
                return 1 + self.marked_version(number, &following[1..], after_family);
            }
            if QUANTISATIONS.contains(&piece.word) {
                self.quantised = true;
                return 1;
            }
            if NUMBERED_VENDORS.contains(&piece.word) && self.name.family.is_none() {
                return 1;
            }
            let sized = following.get(1).is_some_and(|unit| unit.is_glued() && unit.word == key(b"b"));
            if sized && piece.word == key(b"a") {
                self.name.active = Some(size(number, 1000));
                return 2;
            }
            if sized && piece.word == key(b"e") {
                self.name.size = Some(size(number, 1000));
                return 2;
            }
            if piece.word == key(b"o") && self.name.family.is_none() && !piece.is_glued() {
                self.name.family = Family::named("o");
                self.rank = Some(Rank::Own);
                return 0;
            }
        }
        self.plain_word(piece.word);
        0
    }

    fn plain_word(&mut self, word: u128) {
        let Some(meaning) = meaning(word) else {
            if !(self.quantised && word < 256) {
                self.unknown(word);
            }
            return;
        };
        self.preview |= word == key(b"preview");
        if let Some(words) = meaning.word {
            self.name.words = self.name.words.and(words);
        }
        if let Some((rank, family)) = meaning.family {
            self.after_family = true;
            if self.rank.is_none_or(|known| rank > known) {
                self.name.family = Some(family);
                self.rank = Some(rank);
            } else if rank == Rank::Own && self.rank == Some(Rank::Own) && self.name.family != Some(family) {
                // what it was distilled into or from tells it apart: `deepseek-r1-distill-qwen`
                self.unknown(word);
            }
        }
    }

    /// An unknown word or number. Before the family is named it means that the name is somebody's own.
    fn unknown(&mut self, word: u128) {
        self.name.unknown = mix(self.name.unknown, word);
        self.name.given |= self.name.family.is_none();
    }

    /// `v3`, `v1:0`, `v0.2`: the version right behind the family's name (`deepseek-v3`), else a revision.
    fn marked_version(&mut self, number: &Piece, following: &[Piece], after_family: bool) -> usize {
        let minor =
            following.first().filter(|next| number.fraction.is_none() && next.is_whole(1) && next.after == Some(b':'));
        let mut version = version(number);
        if let Some(minor) = minor {
            version.minor = minor.whole;
        }
        if after_family && self.name.version.is_none() {
            self.name.version = Some(version);
        } else {
            self.revision = Some(version);
        }
        usize::from(minor.is_some())
    }

    /// Reads a number and says how many of the following pieces belong to it.
    fn number(&mut self, piece: &Piece, following: &[Piece]) -> usize {
        self.after_family = false;
        if let Some((snapshot, taken)) = date(piece, following) {
            self.name.snapshot = Some(snapshot);
            return taken;
        }
        if let [unit, after_unit @ ..] = following
            && unit.is_glued()
            && !unit.is_number()
            && let Some(taken) = self.measure(piece, unit.word, after_unit)
        {
            return taken;
        }
        if let [minor, rest @ ..] = following
            && piece.is_whole(1)
            && minor.is_whole(1)
            && minor.after == Some(b':')
            && !has_unit(rest)
        {
            self.revision = Some(Version { major: piece.whole, minor: minor.whole });
            return 1;
        }
        match (piece.digits, piece.fraction) {
            (1 | 2, _) if self.name.version.is_none() => self.version(piece, following),
            // `-001`: a revision of Google's
            (3, None) if piece.whole < 100 => {
                self.name.snapshot = Some(piece.whole);
                0
            }
            // a context length in full: `mixtral-8x7b-32768`
            (4.., None) if piece.whole.is_power_of_two() => 0,
            _ if self.quantised => 0,
            (_, fraction) => {
                let fraction = fraction.map_or(0, |fraction| u128::from(fraction.value) + 1);
                self.unknown(u128::from(piece.whole) << 64 | fraction << 32 | 1);
                0
            }
        }
    }

    /// A number with a unit: size, context length, experts, width of the weights.
    fn measure(&mut self, piece: &Piece, unit: u128, after_unit: &[Piece]) -> Option<usize> {
        let millions = |unit: u128| match unit {
            unit if unit == key(b"b") => Some(1000),
            unit if unit == key(b"m") => Some(1),
            unit if unit == key(b"t") => Some(1_000_000),
            _ => None,
        };
        if let Some(millions) = millions(unit) {
            if self.name.size.is_none() {
                self.name.size = Some(size(piece, millions));
            }
            return Some(1);
        }
        if unit == key(b"x")
            && let [each, unit, ..] = after_unit
            && each.is_number()
            && each.is_glued()
            && let Some(millions) = millions(unit.word)
        {
            self.name.size = Some(Size(size(each, millions).0.saturating_mul(u64::from(piece.whole))));
            return Some(3);
        }
        if unit == key(b"k") {
            self.name.context = Some(piece.whole);
            return Some(1);
        }
        (unit == key(b"e") || unit == key(b"bit")).then_some(1)
    }

    /// The first plain number. Where points are not used, a single digit behind it is the minor: `claude-3-5-sonnet`.
    fn version(&mut self, piece: &Piece, following: &[Piece]) -> usize {
        let mut version = version(piece);
        let mut taken = 0;
        if let [minor, rest @ ..] = following
            && piece.is_whole(1)
            && minor.is_whole(1)
            && matches!(minor.after, Some(b'-' | b'_' | b'.'))
            && !has_unit(rest)
        {
            version.minor = minor.whole;
            taken = 1;
        }
        // Azure allows no point in a name: `gpt-35-turbo`
        if piece.is_whole(2) && version.major == 35 && self.name.family == Family::named("gpt") {
            version = Version { major: 3, minor: 5 };
        }
        self.name.version = Some(version);
        taken
    }

    fn finish(mut self) -> Name {
        self.name.version = self.name.version.or(self.revision);
        let gpt = self.name.family == Family::named("gpt");
        // `gpt-4-0125-preview` is what `gpt-4-turbo-preview` means; the dates alone tell it from `gpt-4-0613`
        if gpt
            && self.preview
            && matches!(self.name.snapshot, Some(125 | 1106))
            && self.name.words.without(Words::named("preview")).is_empty()
        {
            self.name.words = self.name.words.and(Words::named("turbo"));
        }
        // elsewhere a context length does not choose a model: `phi-3-mini-128k`
        if !gpt && self.name.family != Family::named("moonshot") {
            self.name.context = None;
        }
        self.name.words = self.name.words.telling_apart(self.name.family);
        self.name
    }
}

fn has_unit(behind: &[Piece]) -> bool {
    const UNITS: [u128; 7] = [key(b"b"), key(b"m"), key(b"t"), key(b"x"), key(b"k"), key(b"e"), key(b"bit")];
    behind.first().is_some_and(|unit| unit.is_glued() && UNITS.contains(&unit.word))
}

fn version(piece: &Piece) -> Version {
    Version { major: piece.whole, minor: piece.fraction.map_or(0, |fraction| fraction.value) }
}

fn size(piece: &Piece, millions: u64) -> Size {
    let whole = u64::from(piece.whole).saturating_mul(millions);
    let part = piece.fraction.map_or(0, |fraction| {
        u64::from(fraction.value).saturating_mul(millions) / 10_u64.saturating_pow(u32::from(fraction.digits))
    });
    Size(whole.saturating_add(part))
}

/// A date in any of the spellings in use, and how many further pieces it takes.
fn date(piece: &Piece, following: &[Piece]) -> Option<(u32, usize)> {
    let dashed = |at: usize, digits: u8| {
        following.get(at).filter(|next| next.is_whole(digits) && !next.is_glued() && next.after != Some(b':'))
    };
    if piece.fraction.is_some() {
        return None;
    }
    let value = piece.whole;
    match piece.digits {
        8 if (2019..2100).contains(&(value / 10_000)) => Some((value, 0)),
        4 if (2019..2050).contains(&value) => match (dashed(0, 2), dashed(1, 2)) {
            (Some(month), Some(day)) => Some((value * 10_000 + month.whole * 100 + day.whole, 2)),
            (Some(month), None) => Some((value * 100 + month.whole, 1)),
            _ => None,
        },
        // 2407: year and month; 0613: month and day
        4 if (2301..=4912).contains(&value) && is_month(value % 100) => Some((value, 0)),
        4 if is_month(value / 100) && (1..=31).contains(&(value % 100)) => Some((value, 0)),
        // 240725: year first; 121024: month first
        6 if (230_101..=491_231).contains(&value) && is_month(value / 100 % 100) => Some((value, 0)),
        6 if is_month(value / 10_000) && (23..50).contains(&(value % 100)) => Some((value, 0)),
        2 if is_month(value) => match (dashed(0, 4), dashed(0, 2)) {
            (Some(year), _) if (2019..2050).contains(&year.whole) => Some((year.whole * 100 + value, 1)),
            (_, Some(day)) if (1..=31).contains(&day.whole) => Some((value * 100 + day.whole, 1)),
            _ => None,
        },
        _ => None,
    }
}

fn is_month(value: u32) -> bool {
    (1..=12).contains(&value)
}
