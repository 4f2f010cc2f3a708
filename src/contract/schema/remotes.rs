//! Schemas that a schema may refer to, given with it. What is not given is never looked for.

use super::error::SchemaError;
use crate::json::{self, Reader};
use jsonschema::{Draft, Registry};
use serde_json::Value;

/// Dialects whose metaschemas are bundled.
#[rustfmt::skip]
const DIALECTS: &[&str] = &[
    "//json-schema.org/draft-04/schema",
    "//json-schema.org/draft-06/schema",
    "//json-schema.org/draft-07/schema",
    "//json-schema.org/draft/2019-09/schema",
    "//json-schema.org/draft/2020-12/schema",
];

pub fn registry(schema: &Value, remotes: &[(String, String)]) -> Result<Registry<'static>, SchemaError> {
    // A remote that names no dialect is read in that of the schema.
    let mut builder = Registry::new().draft(Draft::default().detect(schema));
    for (uri, source) in remotes {
        let failed = |error: &dyn ToString| SchemaError::remote(uri, &error.to_string());
        let mut reader = Reader::new(source);
        let remote = json::value(&mut reader).and_then(|value| reader.end().map(|()| value));
        let remote = remote.map_err(|error| failed(&error))?;
        // One in a language that nobody here speaks must not spoil the others; whoever needs it will miss it.
        if speaks(&remote, remotes) {
            builder = builder.add(uri, remote).map_err(|error| failed(&error))?;
        }
    }
    builder.prepare().map_err(|error| SchemaError::reference(&error.to_string()))
}

/// Is the schema of a bundled dialect, or of none?
pub fn is_known_dialect(schema: &Value) -> bool {
    let Some(dialect) = schema.get("$schema") else { return true };
    let name = dialect.as_str().unwrap_or_default().trim_end_matches('#');
    name.strip_prefix("https:").or(name.strip_prefix("http:")).is_some_and(|name| DIALECTS.contains(&name))
}

fn speaks(schema: &Value, remotes: &[(String, String)]) -> bool {
    let dialect = schema.get("$schema").and_then(Value::as_str).unwrap_or_default().trim_end_matches('#');
    is_known_dialect(schema) || remotes.iter().any(|(uri, _)| uri.trim_end_matches('#') == dialect)
}
