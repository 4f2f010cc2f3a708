//! `JSONTestSuite`: what must parse parses, what must not does not, and nothing crashes; through each reader of JSON
//! that this crate has.

mod corpora;

use correctover::contract::schema::{Checked, Options, Schema};
use correctover::json::{self, Reader};

#[test]
fn what_must_parse_parses_and_what_must_not_does_not() {
    let Some(archive) = corpora::find("json-test-suite.tar.gz") else { return };
    let anything = Schema::compile("{}", &Options::default()).unwrap();
    let asked = Schema::compile(r#"{"not":{"const":"no such value"}}"#, &Options::default()).unwrap();
    assert!(anything.one_pass() && !asked.one_pass());
    let (mut required, mut refused) = (0, 0);
    for (name, bytes) in corpora::files(archive) {
        let name = name.rsplit('/').next().unwrap_or_default();
        let readings = json::text(&bytes)
            .map_or([false; 4], |text| [skipped(text), built(text), fits(&anything, text), fits(&asked, text)]);
        assert!(readings.iter().all(|&reading| reading == readings[0]), "{name}: readers differ: {readings:?}");
        match name.split('_').next() {
            Some("y") => {
                required += 1;
                assert!(readings[0], "{name} must be accepted");
            }
            Some("n") => {
                refused += 1;
                assert!(!readings[0], "{name} must be refused");
            }
            _ => {}
        }
    }
    assert_eq!((required, refused), (95, 188));
}

fn skipped(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().and_then(|()| reader.end()).is_ok()
}

fn built(text: &str) -> bool {
    let mut reader = Reader::new(text);
    json::value(&mut reader).and_then(|_| reader.end()).is_ok()
}

fn fits(schema: &Schema, text: &str) -> bool {
    schema.check(text) == Checked::Valid
}
