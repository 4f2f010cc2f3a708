//! How large a schema may be. Schemas come with requests, so a service may be made to compile what its users sent.

use super::error::SchemaError;
use crate::json::{ErrorKind, Kind, MAX_DEPTH, Reader, Result};

/// Bytes of a schema's text, its remotes not counted: the largest request schema that a provider takes is 120 kB.
pub const MAX_BYTES: usize = 1 << 20;
/// Values in a schema, of any kind and at any depth.
pub const MAX_NODES: usize = 65_536;
/// Levels of a schema. A level of its instances takes two (`properties` and the property), and the authority
/// recurses while compiling.
pub const MAX_LEVELS: u32 = 128;

/// Measures the text before anything is built from it.
pub fn measure(source: &str) -> std::result::Result<(), SchemaError> {
    if source.len() > MAX_BYTES {
        return Err(SchemaError::too_large("bytes", MAX_BYTES, source.len()));
    }
    let mut size = Size::default();
    let mut reader = Reader::new(source);
    size.value(&mut reader).and_then(|()| reader.end()).map_err(|error| match error.kind {
        ErrorKind::TooDeep => SchemaError::too_large("levels", MAX_LEVELS as usize, MAX_DEPTH as usize + 1),
        _ => SchemaError::not_json(error),
    })?;
    if size.levels > MAX_LEVELS {
        return Err(SchemaError::too_large("levels", MAX_LEVELS as usize, size.levels as usize));
    }
    if size.nodes > MAX_NODES {
        return Err(SchemaError::too_large("values", MAX_NODES, size.nodes));
    }
    Ok(())
}

#[derive(Default)]
struct Size {
    nodes: usize,
    levels: u32,
}

impl Size {
    fn value(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.nodes += 1;
        match reader.peek()? {
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => reader.skip(),
            Kind::Array => {
                self.levels = self.levels.max(reader.depth() + 1);
                reader.array(|reader| self.value(reader))
            }
            Kind::Object => {
                self.levels = self.levels.max(reader.depth() + 1);
                reader.object(|reader, _| self.value(reader))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: Option<&str>) {
        assert_eq!(measure(source).err().map(|error| error.message).as_deref(), expected);
    }

    #[test]
    fn each_limit_is_named_with_what_came() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        check("{}", None);
        check(&deep(128), None);
        check(&deep(129), Some("the schema may have at most 128 levels, it has 129"));
        check(&deep(10_000), Some("the schema may have at most 128 levels, it has 257"));
        check(&format!("[{}0]", "0,".repeat(65_534)), None);
        check(&format!("[{}0]", "0,".repeat(65_535)), Some("the schema may have at most 65536 values, it has 65537"));
        check(&" ".repeat((1 << 20) + 1), Some("the schema may have at most 1048576 bytes, it has 1048577"));
        check("{", Some("the schema is not JSON: the text ends too early at byte 1"));
    }
}
