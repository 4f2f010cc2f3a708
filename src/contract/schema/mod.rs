//! Does a text fit a JSON Schema? Compiled once, checked many times.
//!
//! Two judges share the work. A **program** walks over the text once and builds nothing; it covers what the schemas
//! of real requests are made of. The **authority**, the `jsonschema` crate over a tree, answers schemas that have no
//! program, and explains every refusal. The program alone may say "valid"; "not valid" is always said by both, so
//! that every violation has its words, and so that equal keys, of which only the last counts, need no bookkeeping
//! on the way.
//!
//! Both see what `JSON.parse` would give the application: numbers are doubles, `1.0` is an integer in every draft,
//! and a number too large for a double counts as the largest there is.

pub mod cache;
pub mod counters;

mod authority;
mod check;
mod compile;
mod disjoint;
mod error;
mod explain;
mod fanout;
mod leaf;
mod limits;
mod locate;
mod metered;
mod options;
mod program;
mod remotes;
mod rules;

pub use error::{SchemaError, SchemaErrorKind};
pub use explain::Violation;
pub use options::Options;

use crate::json::{self, Reader};
use authority::Authority;
use check::Stop;
use compile::Fallback;
use program::Program;
use serde_json::Value;

/// Violations reported of one text; more would help nobody.
pub const MAX_VIOLATIONS: usize = 20;

pub struct Schema {
    authority: Authority,
    program: Result<Program, Fallback>,
}

/// The verdict on one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    Valid,
    Invalid(Vec<Violation>),
    NotJson(json::Error),
}

/// A schema that declares draft 2020-12 says with it that `format` is an annotation; the drafts before leave it to us,
/// and schemas that declare nothing, as those in requests, mean what they say.
fn only_annotates(schema: &Value) -> bool {
    let declared = schema.get("$schema").and_then(Value::as_str);
    declared.is_some_and(|uri| uri.trim_end_matches('#') == "https://json-schema.org/draft/2020-12/schema")
}

impl Schema {
    /// ```
    /// use correctover::contract::schema::{Checked, Options, Schema};
    ///
    /// let schema = Schema::compile(r#"{"type":"object","required":["city"]}"#, &Options::default()).unwrap();
    /// assert_eq!(schema.check(r#"{"city":"Lisbon"}"#), Checked::Valid);
    /// assert!(matches!(schema.check("{}"), Checked::Invalid(_)));
    /// ```
    pub fn compile(source: &str, options: &Options<'_>) -> Result<Self, SchemaError> {
        limits::measure(source)?;
        let schema = json::value(&mut Reader::new(source)).map_err(SchemaError::not_json)?;
        fanout::measure(&schema)?;
        let options = Options { formats: options.formats && !only_annotates(&schema), ..*options };
        let authority = Authority::compile(&schema, &options)?;
        let program = compile::compile(&schema, &authority);
        Ok(Self { authority, program })
    }

    pub fn check(&self, text: &str) -> Checked {
        let (refused, furthest) = match self.program.as_ref().map(|program| check::run(program, text)) {
            Ok(Ok(())) => {
                counters::one_pass();
                return Checked::Valid;
            }
            Ok(Err((Stop::NotJson(error), _))) => return Checked::NotJson(error),
            Ok(Err((stop, furthest))) => (stop == Stop::Refused, Some(furthest)),
            Err(_) => (false, None),
        };
        let value = match tree(text) {
            Ok(value) => value,
            Err(error) => return Checked::NotJson(error),
        };
        let valid = self.authority.is_valid(&value, text.len());
        if refused && valid != Some(true) {
            counters::one_pass();
        } else {
            counters::authority();
        }
        match valid {
            Some(true) => Checked::Valid,
            Some(false) => Checked::Invalid(self.violations(text, &value, furthest)),
            None => Checked::Invalid(vec![Violation::undecided()]),
        }
    }

    /// Can every text be judged without the authority?
    pub fn one_pass(&self) -> bool {
        self.program.is_ok()
    }

    /// The keyword that needs the authority for every text.
    pub fn fallback_reason(&self) -> Option<&str> {
        self.program.as_ref().err().map(|fallback| fallback.0)
    }

    /// What the walk alone says, for tests that hold the two judges equal; None where it does not say.
    pub fn judge_in_one_pass(&self, text: &str) -> Option<bool> {
        match check::run(self.program.as_ref().ok()?, text) {
            Ok(()) => Some(true),
            Err((Stop::Refused, _)) => Some(false),
            Err((Stop::Unsure | Stop::NotJson(_), _)) => None,
        }
    }

    /// What the authority alone says, for the same tests; None where the text is not JSON or takes too long.
    pub fn judge_by_authority(&self, text: &str) -> Option<bool> {
        tree(text).ok().and_then(|value| self.authority.is_valid(&value, text.len()))
    }

    fn violations(&self, text: &str, value: &Value, furthest: Option<usize>) -> Vec<Violation> {
        let mut violations = self.authority.violations(value, text.len(), MAX_VIOLATIONS).unwrap_or_default();
        // "None of the alternatives fits" says little; where the closest of them failed says more.
        let unclear = violations.iter().all(Violation::is_of_alternatives);
        if let Some(offset) = furthest.filter(|_| unclear) {
            let path = locate::pointer(text, offset);
            if !violations.iter().any(|violation| violation.path == path) {
                violations.push(Violation::closest(value, path));
            }
        }
        if violations.is_empty() {
            violations.push(Violation::closest(value, String::new()));
        }
        violations
    }
}

fn tree(text: &str) -> json::Result<Value> {
    let mut reader = Reader::new(text);
    let value = json::value(&mut reader)?;
    reader.end()?;
    Ok(value)
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema").field("fallback", &self.fallback_reason()).finish_non_exhaustive()
    }
}
