//! Who answered is counted for the process; this test has a process to itself.

use correctover::contract::schema::counters::{answered_by_authority, answered_one_pass};
use correctover::contract::schema::{Options, Schema};

#[test]
fn each_verdict_is_counted_for_the_judge_who_reached_it() {
    let walked = Schema::compile(r#"{"properties":{"a":{"type":"integer"}}}"#, &Options::default()).unwrap();
    let asked = Schema::compile(r#"{"not":{"type":"string"}}"#, &Options::default()).unwrap();
    for (schema, text, one_pass) in [
        (&walked, r#"{"a":1}"#, 1),
        (&walked, r#"{"a":"x"}"#, 1),
        (&walked, r#"{"a":1,"a":"x"}"#, 1),
        (&walked, r#"{"a":"x","a":1}"#, 0),
        (&asked, "1", 0),
        (&asked, "\"x\"", 0),
    ] {
        let before = (answered_one_pass(), answered_by_authority());
        schema.check(text);
        let counted = (answered_one_pass() - before.0, answered_by_authority() - before.1);
        assert_eq!(counted, (one_pass, 1 - one_pass), "{text}");
    }
    let before = (answered_one_pass(), answered_by_authority());
    walked.check("{");
    asked.check("[1,]");
    assert_eq!((answered_one_pass(), answered_by_authority()), before, "what is not JSON has no verdict");
}
