//! How a schema is to be read, besides what it says itself.

/// Options of [`Schema::compile`](super::Schema::compile).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Options<'a> {
    /// Other schemas by their URI, as JSON; nothing is ever fetched. The metaschemas are always there.
    pub remotes: &'a [(String, String)],
    /// Is a value refused for its `format`? Most drafts leave it to us, and a field that claims to hold a date
    /// should. A schema that declares draft 2020-12 is taken at its word: there it is an annotation.
    pub formats: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { remotes: &[], formats: true }
    }
}
