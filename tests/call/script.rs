//! The harness: a transport that answers by script, and a line of facts about what happened.

use bytes::Bytes;
use correctover::analyze::TransportFailure;
use correctover::attempt::{Phases, Received};
use correctover::engine::config::Config;
use correctover::engine::drive::{Ended, Transport, drive};
use correctover::engine::{Ask, Door, Engine, Job, Settled};
use correctover::execute::{BodyStream, Failure, Head, Limits, Wire};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What one provider does next.
#[derive(Debug, Clone)]
pub struct Turn {
    after: Duration,
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    failure: Option<TransportFailure>,
}

impl Turn {
    pub fn after(mut self, milliseconds: u64) -> Self {
        self.after = Duration::from_millis(milliseconds);
        self
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

pub fn status(status: u16, body: &str) -> Turn {
    Turn { after: Duration::from_millis(10), status, headers: Vec::new(), body: body.into(), failure: None }
}

pub fn bytes(body: &[u8]) -> Turn {
    Turn { body: body.into(), ..status(200, "") }
}

/// A complete answer of that model.
pub fn says(model: &str, text: &str) -> Turn {
    let body = serde_json::json!({
        "id": "x", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30 },
    });
    status(200, &body.to_string())
}

pub fn good() -> Turn {
    says("gpt-4o", "All is well.")
}

pub fn breaks(failure: TransportFailure) -> Turn {
    Turn { failure: Some(failure), ..status(0, "") }
}

/// Longer than any deadline here.
pub fn stalls() -> Turn {
    good().after(3_600_000)
}

/// Providers `a`, `b`, `c` with their turns; the last turn of each repeats.
pub struct Script {
    turns: Mutex<Vec<Vec<Turn>>>,
    /// Who was asked, when, and with which body.
    pub seen: Mutex<Vec<(char, u64, String)>>,
    started: tokio::time::Instant,
}

impl Transport for Script {
    async fn whole(&self, wire: Wire, limits: Limits) -> Result<Received, Failure> {
        let name = wire.target().origin().host.chars().next().unwrap_or('?');
        let index = (name as usize).saturating_sub('a' as usize);
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap();
        let body = String::from_utf8_lossy(wire.body()).into_owned();
        self.seen.lock().unwrap().push((name, milliseconds, body));
        let turn = {
            let mut turns = self.turns.lock().unwrap();
            let own = &mut turns[index];
            if own.len() > 1 { own.remove(0) } else { own[0].clone() }
        };
        let begun = tokio::time::Instant::now();
        if tokio::time::timeout_at(limits.until, tokio::time::sleep(turn.after)).await.is_err() {
            return Err(Failure::plain(TransportFailure::TotalTimeout, "too slow"));
        }
        if let Some(failure) = turn.failure {
            return Err(Failure::plain(failure, "broken"));
        }
        let headers = turn
            .headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        Ok(Received {
            status: turn.status,
            headers: headers.collect(),
            body: Bytes::from(turn.body),
            phases: Phases { total: Some(begun.elapsed()), ..Phases::default() },
        })
    }

    async fn open(&self, _: Wire, _: Limits) -> Result<(Head, BodyStream), Failure> {
        Err(Failure::plain(TransportFailure::Protocol, "no streams here"))
    }
}

/// The host: its checks fail with these words.
#[derive(Default)]
pub struct Host {
    pub objections: Vec<Vec<String>>,
    pub asked: Mutex<usize>,
    pub events: Mutex<Vec<(&'static str, String)>>,
}

impl Ask for Host {
    async fn key(&self, provider: &str) -> Result<String, String> {
        Ok(format!("key-of-{provider}"))
    }

    async fn checks(&self, _: &Bytes) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        self.objections.get(*asked - 1).cloned().unwrap_or_default()
    }

    fn stream_opened(&self, _: u16, _: &HeaderMap, _: String) {}

    async fn stream_chunk(&self, _: Bytes) -> bool {
        false
    }

    fn event(&self, name: &'static str, payload: impl FnOnce() -> String) {
        self.events.lock().unwrap().push((name, payload()));
    }
}

/// One call to describe and run.
pub struct Scenario {
    pub config: Value,
    pub request: Value,
    pub turns: Vec<Vec<Turn>>,
    pub host: Host,
    pub route: Option<String>,
    /// Where a client sent its request; empty for `engine.chat`.
    url: String,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub status: u16,
    pub body: String,
    pub headers: HeaderMap,
    pub report: Value,
    /// The providers asked, in order: `"aab"`.
    pub asked: String,
    pub bodies: Vec<String>,
    pub milliseconds: u64,
    pub events: Vec<(&'static str, String)>,
}

impl Scenario {
    /// As many providers as there are lists of turns, `a` first, each asked for gpt-4o.
    pub fn new(turns: Vec<Vec<Turn>>) -> Self {
        let providers: Vec<Value> = "abc"
            .chars()
            .take(turns.len())
            .map(|name| serde_json::json!({ "name": name.to_string(), "baseUrl": format!("https://{name}.test/v1"), "apiKey": format!("sk-canary-{name}-0123456789"), "model": "gpt-4o" }))
            .collect();
        Self {
            config: serde_json::json!({ "providers": providers, "deadlineMs": 60_000, "seed": 7 }),
            request: serde_json::json!({ "messages": [{ "role": "user", "content": "How are things?" }] }),
            turns,
            host: Host::default(),
            route: None,
            url: String::new(),
        }
    }

    /// As a client of `a` asks it.
    pub fn through_fetch(mut self) -> Self {
        self.url = "https://a.test/v1/chat/completions".into();
        self
    }

    pub fn config(mut self, field: &str, value: Value) -> Self {
        self.config[field] = value;
        self
    }

    pub fn provider(mut self, index: usize, field: &str, value: Value) -> Self {
        self.config["providers"][index][field] = value;
        self
    }

    pub fn request(mut self, field: &str, value: Value) -> Self {
        self.request[field] = value;
        self
    }

    pub async fn run(self) -> Outcome {
        let engine = self.engine();
        self.run_on(&engine).await
    }

    pub fn engine(&self) -> Engine {
        let config: Config = serde_json::from_value(self.config.clone()).unwrap();
        Engine::new(config, 7).unwrap()
    }

    pub async fn run_on(self, engine: &Engine) -> Outcome {
        let started = tokio::time::Instant::now();
        let script = Script { turns: Mutex::new(self.turns), seen: Mutex::default(), started };
        let job = Job {
            door: if self.url.is_empty() { Door::Chat } else { Door::Fetch },
            url: self.url,
            headers: HeaderMap::new(),
            body: Bytes::from(self.request.to_string()),
            contract: Arc::clone(&engine.contract),
            observe: engine.observe,
            deadline: None,
            patient: false,
            max_attempts: None,
            route: self.route,
            idempotency_key: None,
        };
        let ended = drive(engine, &job, &script, &self.host).await;
        let Ended::Whole(Settled { status, headers, body, report, .. }) = ended else { panic!("a stream") };
        let seen = script.seen.into_inner().unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        Outcome {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
            headers,
            report,
            asked: seen.iter().map(|(name, _, _)| *name).collect(),
            bodies: seen.into_iter().map(|(_, _, body)| body).collect(),
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap(),
            events: self.host.events.into_inner().unwrap(),
        }
    }
}

impl Outcome {
    pub fn fault(&self, attempt: usize) -> &str {
        self.report["attempts"][attempt]["fault"]["name"].as_str().unwrap_or("none")
    }

    pub fn code(&self) -> &str {
        self.report["error"]["code"].as_str().unwrap_or("none")
    }
}
