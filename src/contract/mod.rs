//! What a correct answer is. One file per dimension; this one compiles a contract, runs the dimensions over an
//! answer, and alone can call an answer verified.
#![forbid(unsafe_code)]

mod completeness;
pub mod config;
pub mod cost;
pub mod identity;
pub mod integrity;
pub mod latency;
pub mod schema;
mod status;
mod structure;
pub mod subject;
mod tools;
pub mod verdict;

pub use subject::Subject;
pub use verdict::{Dimension, Finding, Outcome, Verdict};

use crate::json;
use crate::knowledge::prices::{Nanodollars, Service, Usage};
use crate::provider::{openai_chat, sse};
use crate::response::{Answer, End};
use config::{Config, HealthLevel, HealthName};
use std::fmt;
use std::sync::Arc;

/// A contract, compiled once and checked many times.
#[derive(Debug, Clone)]
pub struct Contract {
    status: bool,
    /// Errors that the body of an answer may carry.
    max_errors: u32,
    structure: Option<config::Structure>,
    completeness: Option<completeness::Completeness>,
    schema: SchemaRule,
    pub latency: latency::Latency,
    cost: cost::Cost,
    identity: identity::Policy,
    health: Option<integrity::Level>,
    /// The user's own checks must agree before anything is delivered.
    pub checks: bool,
}

#[derive(Debug, Clone)]
enum SchemaRule {
    /// The schema that the request carries, if it carries one.
    OfRequest,
    Set(Arc<schema::Schema>),
    Off,
}

/// A value that met its contract. Only [`Contract::admit`] makes one.
#[derive(Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    pub fn get(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

/// The outcome of judging one answer: the verdict, and the facts read on the way. Only a contract makes one.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    verdict: Verdict,
    pub served_model: Option<String>,
    pub usage: Option<Usage>,
    pub cost: Option<Nanodollars>,
    /// What a stream said in an error event, as JSON.
    pub stream_error: Option<String>,
}

impl Judged {
    fn with(mut self, finding: Finding) -> Self {
        self.verdict.add(finding);
        self
    }

    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Another, independent route sent the same signal of ill health: then it is the question that calls for such a
    /// text, and the answer is delivered with a flag. Says whether anything changed.
    pub fn excuse(&mut self, fault: &str) -> bool {
        self.verdict.soften(Dimension::Integrity, fault)
    }

    /// Rewrites every word of foreign origin: names and reasons that the answer itself gave.
    pub fn rewrite(&mut self, with: impl Fn(&str) -> String) {
        self.verdict.rewrite(&with);
        if let Some(model) = &mut self.served_model {
            *model = with(model);
        }
    }

    /// The request could not be read: nobody knows what was asked for, so that nothing can be held against it.
    pub fn unread(&mut self) {
        let reason = "the request could not be read, so that nothing could be held against what it asks for";
        self.verdict.add(Finding::fail(Dimension::Structure, "request_unreadable", reason));
    }

    /// Adds what the user's own checks said: each failure in their words, none when they agreed.
    pub fn add_checks(&mut self, failures: &[String]) {
        self.verdict.pass(Dimension::Checks);
        for failure in failures {
            self.verdict.add(Finding::fail(Dimension::Checks, "custom_check_failed", failure.as_str()));
        }
    }
}

/// A contract that cannot be compiled: which field, what was expected, what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    pub field: String,
    pub expected: String,
    pub got: String,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contract.{}: expected {}, got {}", self.field, self.expected, self.got)
    }
}

impl std::error::Error for Invalid {}

impl Contract {
    pub fn parse(json: &str) -> Result<Self, Invalid> {
        let config = serde_json::from_str(json).map_err(|error| Invalid {
            field: String::new(),
            expected: "a contract".into(),
            got: error.to_string(),
        })?;
        Self::compile(config)
    }

    pub fn compile(config: Config) -> Result<Self, Invalid> {
        let schema = match config.schema {
            None | Some(serde_json::Value::Bool(true) | serde_json::Value::Null) => SchemaRule::OfRequest,
            Some(serde_json::Value::Bool(false)) => SchemaRule::Off,
            Some(schema) => SchemaRule::Set(compile_schema(&schema, config.schemas)?),
        };
        let completeness = match config.completeness.in_force() {
            None => None,
            Some(rule) => Some(completeness::Completeness::compile(rule).map_err(|name| Invalid {
                field: "completeness.finishReasons".into(),
                expected: "finish reasons that a dialect knows".into(),
                got: name,
            })?),
        };
        let status = config.status.in_force();
        Ok(Self {
            status: status.is_some(),
            max_errors: status.map_or(u32::MAX, |status| status.max_errors),
            structure: config.structure.in_force(),
            completeness,
            schema,
            latency: config.latency.in_force().as_ref().map(latency::Latency::compile).unwrap_or_default(),
            cost: cost::Cost::compile(&config.cost.in_force().unwrap_or_default()).map_err(|field| Invalid {
                field: format!("cost.{field}"),
                expected: "an amount of US dollars".into(),
                got: "another number".into(),
            })?,
            identity: match config.identity {
                None | Some(config::Identity::Switch(true)) => identity::Policy::On,
                Some(config::Identity::Switch(false)) => identity::Policy::Off,
                Some(config::Identity::Allow { allow }) => identity::Policy::Allow(allow),
            },
            health: match config.integrity.in_force().map(|integrity| integrity.health) {
                None | Some(Some(HealthLevel::Switch(false))) => None,
                Some(None | Some(HealthLevel::Switch(true) | HealthLevel::Named(HealthName::Hard))) => {
                    Some(integrity::Level::Hard)
                }
                Some(Some(HealthLevel::Named(HealthName::Soft))) => Some(integrity::Level::Soft),
            },
            checks: config.checks,
        })
    }

    /// Judges a whole answer of the chat dialect.
    pub fn judge(&self, subject: &Subject<'_>) -> Judged {
        let judged = self.judge_status(subject.status);
        if !judged.verdict.passed() {
            return judged;
        }
        let text = match json::text(subject.body) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
            Err(error) => return judged.with(Finding::fail(Dimension::Structure, "invalid_utf8", error.to_string())),
        };
        match openai_chat::response::parse(text) {
            Ok(answer) => self.judge_answer(judged, subject, &answer),
            Err(error) => judged.with(unreadable(text, error)),
        }
    }

    /// Judges a stream of the chat dialect that has ended, whether well or not.
    pub fn judge_stream(&self, subject: &Subject<'_>) -> Judged {
        let judged = self.judge_status(subject.status);
        if !judged.verdict.passed() {
            return judged;
        }
        match openai_chat::stream::read(subject.body) {
            Ok(answer) => self.judge_answer(judged, subject, &answer),
            Err(error) => judged.with(unreadable_stream(error)),
        }
    }

    /// Judges an answer by its status alone: all that is known of a dialect that is not read.
    pub fn judge_status(&self, status: Option<u16>) -> Judged {
        let mut judged = Judged::default();
        if self.status {
            status::check(status, &mut judged.verdict);
        }
        judged
    }

    fn judge_answer(&self, mut judged: Judged, subject: &Subject<'_>, answer: &Answer<'_>) -> Judged {
        judged.served_model = answer.model.as_deref().map(str::to_owned);
        judged.usage = answer.usage;
        judged.cost = price(subject, answer);
        if answer.end != End::Body {
            judged.stream_error = answer.error.as_deref().map(str::to_owned);
        }
        self.dimensions(subject, answer, &mut judged);
        judged
    }

    /// Judges the bare content of an answer, without an envelope.
    pub fn judge_content(&self, text: &str, subject: &Subject<'_>) -> Judged {
        let mut judged = Judged::default();
        let verdict = &mut judged.verdict;
        let schema = self.schema_for(subject);
        if let Some(rule) = &self.structure {
            structure::check_content(rule, text, subject.request, schema.is_some(), verdict);
        }
        if let Some(schema) = schema {
            self.check_schema(&schema, text, subject, &"", verdict);
        }
        self.latency.check(subject.latency, verdict);
        if let Some(level) = self.health {
            self.check_health(level, text, subject, &"", verdict);
        }
        judged
    }

    /// Admits a value whose judgement passed, the user's own checks included where the contract has them.
    pub fn admit<T>(&self, value: T, judged: &Judged) -> Result<Verified<T>, T> {
        let checked = !self.checks || judged.verdict.outcome(Dimension::Checks) != Outcome::Skip;
        if judged.verdict.passed() && checked { Ok(Verified(value)) } else { Err(value) }
    }

    fn dimensions(&self, subject: &Subject<'_>, answer: &Answer<'_>, judged: &mut Judged) {
        let verdict = &mut judged.verdict;
        let schema = self.schema_for(subject);
        if schema.is_none() && matches!(self.schema, SchemaRule::OfRequest) && asks_for_schema(subject) {
            let reason = "the schema of the request cannot be read as JSON Schema: nothing was held against it";
            verdict.add(Finding::flag(Dimension::Schema, "schema_unsupported", reason));
        }
        let cut = self.completeness.is_some() && answer.is_cut();
        if let Some(rule) = &self.structure {
            structure::check(rule, answer, subject.request, schema.is_some(), cut, verdict);
        }
        let told = verdict.findings().iter().any(|finding| finding.fault == "error_in_success");
        if answer.error.is_some() && self.max_errors == 0 && !told {
            verdict.add(status::error_beside_an_answer());
        }
        if let Some(rule) = &self.completeness {
            rule.check(answer, subject.request, schema.is_some(), verdict);
        }
        if !cut {
            self.content(subject, answer, schema.as_deref(), verdict);
        }
        check_identity(&self.identity, subject, answer.model.as_deref(), verdict);
        self.latency.check(subject.latency, verdict);
        self.cost.check(judged.usage.as_ref(), judged.cost, verdict);
    }

    fn content(
        &self,
        subject: &Subject<'_>,
        answer: &Answer<'_>,
        schema: Option<&schema::Schema>,
        verdict: &mut Verdict,
    ) {
        if !matches!(self.schema, SchemaRule::Off) {
            tools::check(answer, subject.request, matches!(self.schema, SchemaRule::Set(_)), verdict);
        }
        let contents = answer.choices.iter().enumerate().filter(|(_, choice)| !structure::owes_nothing(choice));
        for (index, choice) in contents {
            let Some(text) = choice.text.as_deref().filter(|text| !text.trim().is_empty()) else {
                // Where an answer may be empty, an empty one still satisfies no schema.
                if schema.is_some() && choice.tool_calls.is_empty() && !self.asks_for_content() {
                    structure::must_be_json(
                        choice.text.as_deref().unwrap_or_default(),
                        &structure::Place(index),
                        verdict,
                    );
                }
                continue;
            };
            if let Some(schema) = schema {
                self.check_schema(schema, text, subject, &structure::Place(index), verdict);
            }
            if let Some(level) = self.health {
                self.check_health(level, text, subject, &structure::Place(index), verdict);
            }
        }
    }

    fn asks_for_content(&self) -> bool {
        self.structure.as_ref().is_some_and(|rule| rule.non_empty)
    }

    fn schema_for(&self, subject: &Subject<'_>) -> Option<Arc<schema::Schema>> {
        match &self.schema {
            SchemaRule::Off => None,
            SchemaRule::Set(schema) => Some(Arc::clone(schema)),
            SchemaRule::OfRequest => {
                let source = subject.request.and_then(|request| request.schema)?;
                schema::cache::get(source, &schema::Options::default()).ok()
            }
        }
    }

    fn check_schema(
        &self,
        schema: &schema::Schema,
        text: &str,
        subject: &Subject<'_>,
        path: &dyn fmt::Display,
        verdict: &mut Verdict,
    ) {
        verdict.pass(Dimension::Schema);
        match schema.check(text) {
            schema::Checked::Valid => {}
            schema::Checked::NotJson(error) => {
                if self.structure.as_ref().is_some_and(|rule| structure::owes_json(rule, subject.request)) {
                    verdict.add(structure::not_json(error, path));
                }
                verdict.add(
                    Finding::fail(Dimension::Schema, "content_not_json", "the text is not JSON, and a schema is set")
                        .expected("JSON")
                        .actual(error.to_string())
                        .at(path.to_string()),
                );
            }
            schema::Checked::Invalid(violations) => {
                for violation in violations {
                    let mut finding = Finding::fail(Dimension::Schema, "schema_violation", violation.reason);
                    finding.expected = violation.expected;
                    finding.actual = violation.actual;
                    verdict.add(finding.at(format!("{path}{}", violation.path)));
                }
            }
        }
    }

    fn check_health(
        &self,
        level: integrity::Level,
        text: &str,
        subject: &Subject<'_>,
        path: &dyn fmt::Display,
        verdict: &mut Verdict,
    ) {
        let checked_json = matches!(self.schema, SchemaRule::Set(_) | SchemaRule::OfRequest)
            && verdict.outcome(Dimension::Schema) == Outcome::Pass
            && subject.request.is_some_and(|request| request.schema.is_some());
        integrity::check(level, text, subject.request, checked_json, path, verdict);
    }
}

fn compile_schema(
    schema: &serde_json::Value,
    remotes: std::collections::BTreeMap<String, serde_json::Value>,
) -> Result<Arc<schema::Schema>, Invalid> {
    let remotes: Vec<_> = remotes.into_iter().map(|(uri, document)| (uri, document.to_string())).collect();
    let options = schema::Options { remotes: &remotes, ..schema::Options::default() };
    schema::Schema::compile(&schema.to_string(), &options).map(Arc::new).map_err(|error| Invalid {
        field: "schema".into(),
        expected: "a JSON Schema".into(),
        got: error.to_string(),
    })
}

/// By the model that served, or where the answer does not say, by the one that was asked.
fn price(subject: &Subject<'_>, answer: &Answer<'_>) -> Option<Nanodollars> {
    let pricing = subject.pricing.as_ref()?;
    let usage = answer.usage.as_ref()?;
    let service = answer.service.as_deref().map(Service::named).unwrap_or_default();
    let served = answer.model.as_deref().and_then(|model| pricing.cost(model, usage, service));
    served.or_else(|| pricing.cost(subject.asked_model?, usage, service))
}

/// Names are compared with the model asked of the provider that answered; a declared deployment names the truth
/// behind a name that is the user's own.
fn check_identity(policy: &identity::Policy, subject: &Subject<'_>, served: Option<&str>, verdict: &mut Verdict) {
    let Some(asked) = subject.deployment.or(subject.asked_model).filter(|asked| !asked.is_empty()) else { return };
    let models: Vec<&str> = subject.request.iter().flat_map(|request| &request.models).map(|model| &**model).collect();
    let Some(judgement) = identity::judge(policy, asked, served.unwrap_or_default(), &models) else { return };
    verdict.pass(Dimension::Identity);
    let actual = || served.filter(|served| !served.is_empty()).map_or("no model named".to_owned(), bounded);
    match judgement {
        identity::Identity::Match => {}
        identity::Identity::Unsure { why } => verdict
            .add(Finding::flag(Dimension::Identity, "model_mismatch", why).expected(bounded(asked)).actual(actual())),
        identity::Identity::Mismatch { why, .. } => verdict
            .add(Finding::fail(Dimension::Identity, "model_mismatch", why).expected(bounded(asked)).actual(actual())),
    }
}

fn asks_for_schema(subject: &Subject<'_>) -> bool {
    subject.request.is_some_and(|request| request.schema.is_some())
}

/// Model names are shown, but not without end.
fn bounded(name: &str) -> String {
    name.chars().take(100).collect()
}

/// A body that is no JSON: a page of HTML is told apart, because it means that no model was reached at all.
fn unreadable(text: &str, error: json::Error) -> Finding {
    let start = text.trim_start();
    if start.is_empty() {
        return Finding::fail(Dimension::Structure, "empty_answer", "the body is empty").expected("a chat completion");
    }
    if start.starts_with('<') {
        return Finding::fail(
            Dimension::Structure,
            "html_instead_of_json",
            "the body is a page of markup, not an answer",
        )
        .expected("a chat completion in JSON")
        .actual("HTML or XML");
    }
    let fault = if error.kind == json::ErrorKind::TooDeep { "json_too_deep" } else { "invalid_json" };
    Finding::fail(Dimension::Structure, fault, "the body is not JSON").expected("JSON").actual(error.to_string())
}

fn unreadable_stream(error: openai_chat::stream::Unreadable) -> Finding {
    use openai_chat::stream::Unreadable::{Chunk, Events, TooMany};
    let fault = match error {
        Events(sse::Broken::NotUtf8) => "invalid_utf8",
        Events(sse::Broken::TooLarge) | TooMany => "body_too_large",
        Chunk(error) if error.kind == json::ErrorKind::TooDeep => "json_too_deep",
        Chunk(_) => "invalid_json",
    };
    Finding::fail(Dimension::Structure, fault, "the stream cannot be read").actual(error.to_string())
}
