//! Why a schema cannot be used.

use jsonschema::ValidationError;
use std::fmt;

/// One message, for the developer who wrote the schema: what is wrong, and where in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    pub kind: SchemaErrorKind,
    pub message: String,
    /// JSON pointer into the schema, where one is known.
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaErrorKind {
    /// The schema, or a remote one, is not JSON.
    NotJson,
    /// Larger, deeper or wider than a schema may be.
    TooLarge,
    /// Not a schema of its draft.
    Invalid,
    /// A reference leads to nothing that was given.
    Reference,
}

impl SchemaError {
    pub(super) fn not_json(error: crate::json::Error) -> Self {
        Self::new(SchemaErrorKind::NotJson, format!("the schema is not JSON: {error}"))
    }

    pub(super) fn too_large(what: &str, limit: usize, came: usize) -> Self {
        Self::new(SchemaErrorKind::TooLarge, format!("the schema may have at most {limit} {what}, it has {came}"))
    }

    pub(super) fn remote(uri: &str, error: &str) -> Self {
        Self::new(SchemaErrorKind::Reference, format!("the remote schema {uri} cannot be used: {error}"))
    }

    pub(super) fn reference(error: &str) -> Self {
        Self::new(SchemaErrorKind::Reference, format!("a reference cannot be resolved: {error}"))
    }

    pub(super) fn refused(error: &ValidationError<'_>) -> Self {
        use jsonschema::error::ValidationErrorKind as Kind;
        if let Kind::Referencing(error) = error.kind() {
            return Self::reference(&error.to_string());
        }
        // While a schema is being compiled it is the instance, so the path leads into the schema.
        let message = format!("the schema is not valid: {}", super::explain::bounded(&error.to_string()));
        Self { path: error.instance_path().to_string(), ..Self::new(SchemaErrorKind::Invalid, message) }
    }

    fn new(kind: SchemaErrorKind, message: String) -> Self {
        Self { kind, message, path: String::new() }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, " (at {})", self.path) }
    }
}

impl std::error::Error for SchemaError {}
