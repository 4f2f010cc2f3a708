//! The authority: the `jsonschema` crate, asked for every schema that the one pass does not cover, for the keywords
//! it does not answer itself, and for every text of a violation.
//!
//! It never fetches: a reference that is neither in the schema, nor among the remotes, nor a bundled metaschema is an
//! error of the schema. Patterns run on a linear engine; only a schema that needs look-around or back-references
//! gets the backtracking one, on a short leash.

use super::error::SchemaError;
use super::explain::{Violation, explain};
use super::leaf::Leaf;
use super::metered::{Meter, Metered, Node};
use super::options::Options;
use super::remotes;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Retrieve, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Steps that a backtracking pattern may take for one string. The crate's own limit of a million stalls a thread for
/// 47 ms on `^(a|aa)+\1$`; a hundredth of it decides every pattern we met.
const BACKTRACK_LIMIT: usize = 10_000;

/// How often the authority may look at a value for a verdict, and how much more often for each byte of the text. An
/// honest judgement takes less than one look a byte; a million looks take some 20 ms.
const VERDICT_LOOKS: (u64, u64) = (1_000_000, 64);

/// The same for an explanation, which keeps every error it comes across until its end: the most looks bound the
/// memory of that to some tens of megabytes.
const EXPLANATION_LOOKS: (u64, u64) = (50_000, 4);
const MOST_EXPLANATION_LOOKS: u64 = 300_000;

type MeteredOptions<'a> = ValidationOptions<'a, Arc<dyn Retrieve>, Metered>;

pub struct Authority {
    validator: Validator<Metered>,
    draft: Draft,
    formats: bool,
    engine: Engine,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Linear,
    Backtracking,
}

impl Authority {
    pub fn compile(schema: &Value, options: &Options<'_>) -> Result<Self, SchemaError> {
        let registry = remotes::registry(schema, options.remotes)?;
        let build = |engine| configure(None, engine, options.formats).with_registry(&registry).build(schema);
        let (engine, validator) = match build(Engine::Linear) {
            Err(error) if is_pattern(&error) => (Engine::Backtracking, build(Engine::Backtracking)),
            validator => (Engine::Linear, validator),
        };
        let validator = validator.map_err(|error| SchemaError::refused(&error))?;
        Ok(Self { draft: validator.draft(), validator, formats: options.formats, engine })
    }

    pub fn draft(&self) -> Draft {
        self.draft
    }

    /// Every match is decided; a backtracking engine can give up.
    pub fn is_linear(&self) -> bool {
        self.engine == Engine::Linear
    }

    /// None where no verdict was reached within the limit; `length` is that of the text.
    pub fn is_valid(&self, value: &Value, length: usize) -> Option<bool> {
        let meter = Meter::new(looks(VERDICT_LOOKS, length));
        let valid = self.validator.is_valid(Node::tree(value, &meter));
        (!meter.is_spent()).then_some(valid)
    }

    /// Up to `most` violations of a value that is not valid, or None where they could not be told within the limit.
    pub fn violations(&self, value: &Value, length: usize, most: usize) -> Option<Vec<Violation>> {
        let meter = Meter::new(looks(EXPLANATION_LOOKS, length).min(MOST_EXPLANATION_LOOKS));
        let errors = self.validator.iter_errors(Node::tree(value, &meter));
        let violations = errors.take(most).map(|error| explain(&error)).collect();
        (!meter.is_spent()).then_some(violations)
    }

    /// A part of the schema that means the same wherever it stands.
    pub fn leaf(&self, schema: Map<String, Value>) -> Option<Leaf> {
        self.options().build(&Value::Object(schema)).ok().map(Leaf::new)
    }

    /// Those of the keywords that the schema has and that mean something there.
    pub fn keywords(&self, schema: &Map<String, Value>, keywords: &[&str]) -> Option<Leaf> {
        let meant = |keyword: &str, value: &Value| {
            keyword != "format"
                || self.formats && value.as_str().is_some_and(|name| self.options().is_known_format(self.draft, name))
        };
        let question: Map<String, Value> = keywords
            .iter()
            .filter_map(|&keyword| schema.get(keyword).map(|value| (keyword.to_owned(), value.clone())))
            .filter(|(keyword, value)| meant(keyword, value))
            .collect();
        if question.is_empty() { None } else { self.leaf(question) }
    }

    fn options(&self) -> MeteredOptions<'static> {
        configure(Some(self.draft), self.engine, self.formats)
    }
}

fn looks((base, per_byte): (u64, u64), length: usize) -> u64 {
    base.saturating_add(per_byte.saturating_mul(length as u64))
}

fn configure<'a>(draft: Option<Draft>, engine: Engine, formats: bool) -> MeteredOptions<'a> {
    let options = jsonschema::options_for::<Metered>().offline().should_validate_formats(formats);
    let options = match engine {
        Engine::Linear => options.with_pattern_options(PatternOptions::regex()),
        Engine::Backtracking => {
            options.with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACK_LIMIT))
        }
    };
    match draft {
        Some(draft) => options.with_draft(draft),
        None => options,
    }
}

/// The linear engine says of patterns it cannot run that they are no regular expressions.
fn is_pattern(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Format { format } if format == "regex")
}
