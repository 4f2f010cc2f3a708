//! From the name of a model to its row.
//!
//! A name is tried as it stands, then as its parsed form (`knowledge::families`), so that a dated, regional or
//! hosted spelling that no row lists still finds its price; last, for an estimate, without its version.

#![forbid(unsafe_code)]

use super::price::Price;
use super::read;
use crate::knowledge::families::Name;
use hashbrown::HashMap;

/// Spellings of providers that differ from the file's.
#[rustfmt::skip]
const PROVIDERS: &[(&str, &str)] = &[
    ("bedrock",        "aws"),        ("amazon-bedrock", "aws"),        ("amazon",         "aws"),
    ("vertex",         "google"),     ("vertexai",       "google"),     ("gemini",         "google"),
    ("xai",            "x-ai"),       ("grok",           "x-ai"),       ("moonshot",       "moonshotai"),
    ("kimi",           "moonshotai"), ("together_ai",    "together"),   ("togetherai",     "together"),
    ("fireworks-ai",   "fireworks"),  ("fireworks_ai",   "fireworks"),  ("azure-openai",   "azure"),
    ("azure_openai",   "azure"),      ("z-ai",           "zai"),        ("zhipu",          "zhipuai"),
    ("mistralai",      "mistral"),    ("voyage",         "voyageai"),   ("workers-ai",     "cloudflare"),
];

pub struct Index {
    pub as_of: &'static str,
    providers: Vec<&'static str>,
    prices: Vec<Price>,
    /// All ways to a row in one map: the hash of a provider (or none) and a name in one of its forms.
    rows: HashMap<u64, u16>,
}

/// A form of a name. Forms never meet in the map, because each begins its hash differently.
#[derive(Clone, Copy)]
enum Form<'a> {
    Spelled(&'a str),
    Parsed(u128),
    Unversioned(u128),
}

/// No provider: the first row of the file that has the name.
const ANY: u8 = u8::MAX;

impl Index {
    pub fn read(file: &'static str) -> Self {
        let mut index =
            Self { as_of: read::as_of(file), providers: Vec::new(), prices: Vec::new(), rows: HashMap::new() };
        let mut dated = Vec::new();
        let mut newest = HashMap::new();
        for row in read::rows(file) {
            if index.providers.last() != Some(&row.provider) {
                index.providers.push(row.provider);
            }
            let (Ok(provider), Ok(at)) = (u8::try_from(index.providers.len() - 1), u16::try_from(index.prices.len()))
            else {
                break;
            };
            index.prices.push(row.price);
            for id in row.ids.split('|') {
                index.insert(provider, Form::Spelled(&id.to_ascii_lowercase()), at);
            }
            let name = Name::parse(row.ids.split('|').next().unwrap_or_default());
            let Some(key) = name.key() else { continue };
            match name.snapshot {
                // a plain name stands for the model before any of its snapshots does
                Some(_) => dated.push((provider, key, at)),
                None => index.insert(provider, Form::Parsed(key), at),
            }
            if let Some(key) = unversioned(&name) {
                let version = name.version.map(|version| (version.major, version.minor));
                let known = newest.entry(key).or_insert((version, at));
                if version > known.0 {
                    *known = (version, at);
                }
            }
        }
        for (provider, key, at) in dated {
            index.insert(provider, Form::Parsed(key), at);
        }
        for (key, (_, at)) in newest {
            index.rows.entry(hash(ANY, Form::Unversioned(key))).or_insert(at);
        }
        index
    }

    pub fn len(&self) -> usize {
        self.prices.len()
    }

    fn insert(&mut self, provider: u8, form: Form<'_>, at: u16) {
        self.rows.entry(hash(provider, form)).or_insert(at);
        self.rows.entry(hash(ANY, form)).or_insert(at);
    }

    /// The price, and whether it is only an estimate: of another host, or of another version of the model.
    pub fn find(&self, provider: Option<&str>, model: &str) -> Option<(&Price, bool)> {
        let provider = provider.and_then(|name| self.provider(name));
        if let Some(price) = self.spelled(provider.unwrap_or(ANY), model) {
            return Some((price, false));
        }
        let name = Name::parse(without_owner(model));
        let key = name.key()?;
        if let Some(price) = self.get(provider.unwrap_or(ANY), Form::Parsed(key)) {
            return Some((price, false));
        }
        let elsewhere = || self.spelled(ANY, model).or_else(|| self.get(ANY, Form::Parsed(key)));
        let kin = || unversioned(&name).and_then(|key| self.get(ANY, Form::Unversioned(key)));
        elsewhere().or_else(kin).map(|price| (price, true))
    }

    /// As it stands, then without the revision of Bedrock's ids and without a path.
    fn spelled(&self, provider: u8, model: &str) -> Option<&Price> {
        let get = |id: &str| self.get(provider, Form::Spelled(id));
        let lower;
        let id = if model.bytes().any(|byte| byte.is_ascii_uppercase()) {
            lower = model.to_ascii_lowercase();
            lower.as_str()
        } else {
            model
        };
        get(id)
            .or_else(|| id.rsplit_once("-v").filter(|(_, revision)| is_revision(revision)).and_then(|(id, _)| get(id)))
            .or_else(|| id.rsplit_once('/').and_then(|(_, last)| get(last)))
    }

    fn get(&self, provider: u8, form: Form<'_>) -> Option<&Price> {
        self.rows.get(&hash(provider, form)).and_then(|at| self.prices.get(usize::from(*at)))
    }

    fn provider(&self, name: &str) -> Option<u8> {
        let known = |name: &str| self.providers.iter().position(|provider| provider.eq_ignore_ascii_case(name));
        let ours = || PROVIDERS.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, ours)| *ours);
        known(name).or_else(|| ours().and_then(known)).and_then(|at| u8::try_from(at).ok())
    }
}

/// Every fine-tune of a model has one price: `ft:gpt-4o-mini:acme::abc` is priced as `ft:gpt-4o-mini`.
fn without_owner(model: &str) -> &str {
    let tuned = model.strip_prefix("ft:").and_then(|tuned| tuned.find(':'));
    tuned.and_then(|end| model.get(..end + "ft:".len())).unwrap_or(model)
}

fn is_revision(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
}

/// A sibling of another version gives an estimate only if both say which tier or size they are.
fn unversioned(name: &Name) -> Option<u128> {
    let tells = name.is_known() && name.unknown == 0 && (!name.words.is_empty() || name.size.is_some());
    if tells { Name { version: None, ..*name }.key() } else { None }
}

fn hash(provider: u8, form: Form<'_>) -> u64 {
    let mix = |hash: u64, part: u64| (hash.rotate_left(23) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let halves = |seed: u64, key: u128| {
        #[expect(clippy::cast_possible_truncation, reason = "both halves are mixed")]
        let (low, high) = (key as u64, (key >> 64) as u64);
        mix(mix(mix(seed, u64::from(provider)), low), high)
    };
    match form {
        Form::Parsed(key) => halves(2, key),
        Form::Unversioned(key) => halves(3, key),
        Form::Spelled(id) => {
            let mut chunks = id.as_bytes().chunks(8);
            let start = mix(mix(1, u64::from(provider)), id.len() as u64);
            chunks.by_ref().fold(start, |hash, chunk| {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                let hash = mix(hash, u64::from_le_bytes(word));
                hash ^ hash >> 29
            })
        }
    }
}
