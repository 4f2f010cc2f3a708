//! From a place in a text to the value that stands there.

use crate::json::{Kind, Reader, Result};

/// The JSON pointer of the innermost value around the byte at `offset`; as far as the text is JSON.
pub fn pointer(text: &str, offset: usize) -> String {
    let mut path = String::new();
    match descend(&mut Reader::new(text), offset, &mut path) {
        Ok(_) | Err(_) => path,
    }
}

/// Reads a value. True where the offset lies within it; its path is then complete.
fn descend(reader: &mut Reader<'_>, offset: usize, path: &mut String) -> Result<bool> {
    let kind = reader.peek()?;
    let begins = reader.position() <= offset;
    let mut found = false;
    match kind {
        Kind::Object => reader.object(|reader, key| {
            if found {
                return reader.skip();
            }
            found = enter(reader, offset, path, &key.replace('~', "~0").replace('/', "~1"))?;
            Ok(())
        })?,
        Kind::Array => {
            let mut index = 0_usize;
            reader.array(|reader| {
                if found {
                    return reader.skip();
                }
                found = enter(reader, offset, path, &index.to_string())?;
                index += 1;
                Ok(())
            })?;
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => reader.skip()?,
    }
    Ok(found || (begins && offset <= reader.position()))
}

fn enter(reader: &mut Reader<'_>, offset: usize, path: &mut String, step: &str) -> Result<bool> {
    let outer = path.len();
    path.push('/');
    path.push_str(step);
    let found = descend(reader, offset, path)?;
    if !found {
        path.truncate(outer);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, expected: &str) {
        assert_eq!(pointer(text, offset), expected, "{text} at {offset}");
    }

    #[test]
    fn the_innermost_value_is_found() {
        check("1", 0, "");
        check("[1, 22]", 4, "/1");
        check("[1, 22]", 6, "/1");
        check("[1, 22]", 7, "");
        check(r#"{"a":{"b/c":[true]},"d":2}"#, 13, "/a/b~1c/0");
        check(r#"{"a":{"b/c":[true]},"d":2}"#, 19, "/a");
        check(r#"{"a":{"b/c":[true]},"d":2}"#, 25, "/d");
        check("[[],1]", 3, "/0");
    }
}
