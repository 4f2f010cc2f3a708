//! Compiled schemas, kept for the process: the same few come with every request. Compiling costs a hundred times
//! what a check costs, so refusals are kept as well.

use super::{Options, Schema, SchemaError};
use hashbrown::{Equivalent, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// Schemas kept. A service has tens; a client that makes up schemas must not push us to more than this.
const MAX_ENTRIES: usize = 256;
/// Bytes of their texts, remotes included. A compiled schema takes some ten times its text.
const MAX_BYTES: usize = 4 << 20;

pub type Cached = Result<Arc<Schema>, SchemaError>;

/// The compiled form of `source`, from the cache of the process.
pub fn get(source: &str, options: &Options<'_>) -> Cached {
    static CACHE: Cache = Cache::new(MAX_ENTRIES, MAX_BYTES);
    CACHE.get(source, options)
}

/// A bounded cache of schemas; the one that was not used for the longest time leaves first.
#[derive(Debug)]
pub struct Cache {
    max_entries: usize,
    max_bytes: usize,
    state: Mutex<Option<State>>,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    /// Counts uses; no clock is needed to tell which was first.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    schema: Cached,
    used: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Key {
    source: Box<str>,
    remotes: Vec<(String, String)>,
    formats: bool,
}

struct Asked<'a>(&'a str, &'a Options<'a>);

impl Cache {
    pub const fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self { max_entries, max_bytes, state: Mutex::new(None) }
    }

    pub fn get(&self, source: &str, options: &Options<'_>) -> Cached {
        let asked = Asked(source, options);
        if let Some(schema) = self.with(|state| state.find(&asked)) {
            return schema;
        }
        // Unlocked: two callers may compile the same schema, but nobody waits for somebody else's.
        let schema = Schema::compile(source, options).map(Arc::new);
        let key = Key { source: source.into(), remotes: options.remotes.to_vec(), formats: options.formats };
        if key.bytes() <= self.max_bytes {
            self.with(|state| state.keep(key, schema.clone(), self.max_entries, self.max_bytes));
        }
        schema
    }

    pub fn len(&self) -> usize {
        self.with(|state| state.entries.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        // The state is whole between any two statements that could panic.
        work(self.state.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
    }
}

impl State {
    fn find(&mut self, asked: &Asked<'_>) -> Option<Cached> {
        self.uses += 1;
        let entry = self.entries.get_mut(asked)?;
        entry.used = self.uses;
        Some(entry.schema.clone())
    }

    fn keep(&mut self, key: Key, schema: Cached, max_entries: usize, max_bytes: usize) {
        if self.entries.contains_key(&key) {
            return;
        }
        self.bytes += key.bytes();
        self.entries.insert(key, Entry { schema, used: self.uses });
        while self.entries.len() > max_entries || self.bytes > max_bytes {
            let Some(oldest) = self.entries.values().map(|entry| entry.used).min() else { return };
            let bytes = &mut self.bytes;
            self.entries.retain(|key, entry| {
                let stays = entry.used != oldest;
                *bytes -= if stays { 0 } else { key.bytes() };
                stays
            });
        }
    }
}

impl Key {
    fn bytes(&self) -> usize {
        self.remotes.iter().fold(self.source.len(), |sum, (uri, remote)| sum + uri.len() + remote.len())
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Asked(&self.source, &Options { remotes: &self.remotes, formats: self.formats }).hash(hasher);
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
        self.1.hash(hasher);
    }
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.source && self.1.formats == key.formats && self.1.remotes == key.remotes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: usize) -> String {
        format!("{{\"const\":{number}}}")
    }

    #[test]
    fn the_same_text_with_the_same_options_is_compiled_once() {
        let cache = Cache::new(8, 1000);
        let options = Options::default();
        let first = cache.get(&source(1), &options).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.get(&source(1), &options).unwrap()));
        assert!(!Arc::ptr_eq(&first, &cache.get(&source(2), &options).unwrap()));
        let lenient = Options { formats: false, ..options };
        assert!(!Arc::ptr_eq(&first, &cache.get(&source(1), &lenient).unwrap()));
        let remotes = [("https://example.com/a".to_owned(), "{}".to_owned())];
        let remote = Options { remotes: &remotes, ..options };
        assert!(!Arc::ptr_eq(&first, &cache.get(&source(1), &remote).unwrap()));
        assert_eq!(cache.len(), 4);
    }

    #[test]
    fn what_was_not_used_for_longest_leaves_first() {
        let cache = Cache::new(2, 1000);
        let options = Options::default();
        let first = cache.get(&source(1), &options).unwrap();
        cache.get(&source(2), &options).unwrap();
        cache.get(&source(1), &options).unwrap();
        cache.get(&source(3), &options).unwrap();
        assert_eq!(cache.len(), 2);
        assert!(Arc::ptr_eq(&first, &cache.get(&source(1), &options).unwrap()));
    }

    #[test]
    fn the_bytes_kept_are_bounded() {
        let cache = Cache::new(100, 50);
        let options = Options::default();
        for number in 0..20 {
            cache.get(&source(number), &options).unwrap();
        }
        assert!((1..=4).contains(&cache.len()), "{}", cache.len());
        cache.get(&format!("{{\"title\":\"{}\"}}", "x".repeat(100)), &options).unwrap();
        assert!((1..=4).contains(&cache.len()), "one that does not fit must not push out the others");
    }

    #[test]
    fn refusals_are_kept() {
        let cache = Cache::new(8, 1000);
        let first = cache.get(r#"{"type":"nothing"}"#, &Options::default()).unwrap_err();
        assert_eq!((cache.len(), cache.get(r#"{"type":"nothing"}"#, &Options::default()).unwrap_err()), (1, first));
    }
}
