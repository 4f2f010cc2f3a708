//! `Engine` as JavaScript holds it.

use super::ask::{Asked, Line, Native, Open, Reply};
use super::headers;
use super::intake::{Begun, Intake};
use super::message::{Message, Value};
use super::queue::Queue;
use crate::attempt::{Phases, Received};
use crate::contract::Contract;
use crate::engine::config::Config;
use crate::engine::{Door, Engine, Job, Settled, drive};
use crate::execute::runtime;
use crate::json::quote;
use bytes::Bytes;
use hashbrown::HashMap;
use http::HeaderMap;
use napi::bindgen_prelude::{Either, Function, Uint8Array, Unknown};
use napi::{Env, Error, Result, Status};
use napi_derive::napi;
use serde::Deserialize;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

/// Flags of `begin`, as `js/calls.ts` has them.
const CHAT: u32 = 1;
const OBSERVE: u32 = 2;
const FETCH: u32 = 4;
const PATIENT: u32 = 8;

/// Pieces of a stream that may wait in JavaScript before upstream is read further.
const ROOM: usize = 4;

#[napi(js_name = "Engine")]
pub struct NativeEngine {
    engine: Arc<Engine>,
    queue: Arc<Queue>,
    open: Arc<Open>,
    listening: Arc<AtomicBool>,
    contracts: Mutex<Contracts>,
    intake: Arc<Intake>,
    running: Arc<Mutex<HashMap<u32, Running>>>,
}

/// Compiled contracts by handle; equal texts share one.
#[derive(Default)]
struct Contracts {
    list: Vec<Arc<Contract>>,
    handles: HashMap<String, u32>,
}

struct Running {
    /// `None` until the IO thread has taken the call up.
    abort: Option<AbortHandle>,
    room: Arc<Semaphore>,
}

/// Options that most calls do not have.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    route: Option<String>,
    max_attempts: Option<u32>,
    idempotency_key: Option<String>,
}

#[napi]
impl NativeEngine {
    #[napi(constructor, catch_unwind)]
    pub fn new(config: String, wake: Function<'_, (), Unknown<'static>>) -> Result<Self> {
        let config: Config =
            serde_json::from_str(&config).map_err(|error| wrong("config", "a configuration", &error.to_string()))?;
        let engine = Engine::new(config, RandomState::new().build_hasher().finish())
            .map_err(|error| wrong(&error.field, &error.expected, &error.got))?;
        let contracts = Contracts { list: vec![Arc::clone(&engine.contract)], handles: HashMap::new() };
        Ok(Self {
            engine: Arc::new(engine),
            queue: Arc::new(Queue::new(&wake)?),
            open: Arc::default(),
            listening: Arc::default(),
            contracts: Mutex::new(contracts),
            intake: Arc::default(),
            running: Arc::default(),
        })
    }

    /// Compiles a contract; equal text gives the same handle. 0 is the engine's own.
    #[napi(catch_unwind)]
    pub fn contract(&self, json: String) -> Result<u32> {
        let mut contracts = self.contracts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = contracts.handles.get(&json) {
            return Ok(*handle);
        }
        let contract = Contract::parse(&json).map_err(|error| {
            let field = if error.field.is_empty() { "contract".into() } else { format!("contract.{}", error.field) };
            wrong(&field, &error.expected, &error.got)
        })?;
        let handle = u32::try_from(contracts.list.len()).unwrap_or(0);
        contracts.list.push(Arc::new(contract));
        contracts.handles.insert(json, handle);
        Ok(handle)
    }

    /// Begins a call, at the latest with the next `start`. What happens comes through the queue.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "flat arguments cross ten times cheaper than an object of options")]
    pub fn begin(
        &self,
        id: u32,
        flags: u32,
        url: String,
        headers: String,
        body: Either<String, Uint8Array>,
        contract: u32,
        deadline_ms: f64,
        options: Option<String>,
    ) -> Result<()> {
        let options: Options = match options {
            Some(json) => {
                serde_json::from_str(&json).map_err(|error| wrong("options", "call options", &error.to_string()))?
            }
            None => Options::default(),
        };
        let contracts = self.contracts.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = contracts.list.get(contract as usize).unwrap_or(&self.engine.contract);
        let job = Job {
            door: if flags & CHAT == 0 { Door::Fetch } else { Door::Chat },
            url,
            headers: HeaderMap::new(),
            body: match body {
                Either::A(text) => Bytes::from(text),
                Either::B(bytes) => Bytes::copy_from_slice(&bytes),
            },
            contract: Arc::clone(compiled),
            observe: flags & OBSERVE != 0 || self.engine.observe,
            deadline: (deadline_ms > 0.0).then(|| Duration::from_secs_f64((deadline_ms / 1000.0).min(1e7))),
            patient: flags & PATIENT != 0,
            max_attempts: options.max_attempts,
            route: options.route,
            idempotency_key: options.idempotency_key,
        };
        drop(contracts);
        let room = Arc::new(Semaphore::new(ROOM));
        let line = Line {
            id,
            contract,
            queue: Arc::clone(&self.queue),
            open: Arc::clone(&self.open),
            listening: Arc::clone(&self.listening),
            room: Arc::clone(&room),
        };
        let runtime = runtime().map_err(|error| Error::from_reason(error.to_string()))?;
        // Known before it can be started, so that it cannot end before it is known.
        let known = Running { abort: None, room };
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, known);
        if self.intake.push(Begun { job, headers, line, over_fetch: flags & FETCH != 0 }) {
            self.wake(&runtime);
        }
        Ok(())
    }

    /// Everything that was to begin has begun: the IO thread takes it up.
    #[napi(catch_unwind)]
    pub fn start(&self) {
        // The calls that wait have found the runtime there.
        if let (false, Ok(runtime)) = (self.intake.is_empty(), runtime()) {
            self.wake(&runtime);
        }
    }

    /// The caller went away: upstream is closed, and nothing more is said of this call.
    #[napi(catch_unwind)]
    pub fn cancel(&self, id: u32) {
        let gone = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(abort) = gone.and_then(|running| running.abort) {
            abort.abort();
        }
    }

    /// Everything that is ready, in groups of seven.
    #[napi(catch_unwind, ts_return_type = "unknown[]")]
    pub fn drain(&self) -> Vec<Value> {
        let messages = self.queue.drain();
        let mut out = Vec::with_capacity(messages.len() * 7);
        for message in messages {
            message.flatten(&mut out);
        }
        out
    }

    #[napi(catch_unwind)]
    pub fn reply_key(&self, ask: u32, key: Option<String>, error: Option<String>) {
        let key = key.ok_or_else(|| error.unwrap_or_else(|| "the function gave no key".into()));
        self.open.reply(ask, Reply::Key(key));
    }

    /// `failures`: a JSON array of strings.
    #[napi(catch_unwind)]
    pub fn reply_checks(&self, ask: u32, failures: String) {
        let failures =
            serde_json::from_str(&failures).unwrap_or_else(|_| vec!["the checks gave no readable answer".into()]);
        self.open.reply(ask, Reply::Checks(failures));
    }

    #[napi(catch_unwind)]
    pub fn reply_fetch(
        &self,
        ask: u32,
        status: u32,
        headers: String,
        body: Option<Either<String, Uint8Array>>,
        error: Option<String>,
    ) {
        let reply = match error {
            Some(error) => Err(error),
            None => Ok(Received {
                status: u16::try_from(status).unwrap_or(599),
                headers: headers::parse(&headers),
                body: match body {
                    Some(Either::A(text)) => Bytes::from(text),
                    Some(Either::B(bytes)) => Bytes::copy_from_slice(&bytes),
                    None => Bytes::new(),
                },
                phases: Phases::default(),
            }),
        };
        self.open.reply(ask, Reply::Fetched(reply));
    }

    /// JavaScript has room for `chunks` more pieces of a stream.
    #[napi(catch_unwind)]
    pub fn pull(&self, id: u32, chunks: u32) {
        if let Some(running) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            running.room.add_permits(chunks as usize);
        }
    }

    #[napi(catch_unwind)]
    pub fn health(&self) -> String {
        let in_flight = self.running.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.engine.health(in_flight)
    }

    /// Events are made only while somebody listens.
    #[napi(catch_unwind)]
    pub fn set_listening(&self, on: bool) {
        self.listening.store(on, Ordering::Relaxed);
    }

    /// Keeps the process alive, or lets it go.
    #[napi(catch_unwind, js_name = "ref")]
    pub fn hold(&self, env: Env) {
        self.queue.hold(&env, true);
    }

    #[napi(catch_unwind, js_name = "unref")]
    pub fn free(&self, env: Env) {
        self.queue.hold(&env, false);
    }

    /// Ends every call and closes idle connections.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        for (_, running) in self.running.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            running.abort.iter().for_each(AbortHandle::abort);
        }
        self.engine.http.close_idle();
    }
}

impl NativeEngine {
    fn wake(&self, runtime: &Handle) {
        let (engine, intake) = (Arc::clone(&self.engine), Arc::clone(&self.intake));
        let running = Arc::clone(&self.running);
        runtime.spawn(async move { start(&engine, &intake, &running) });
    }
}

impl Drop for NativeEngine {
    /// A worker that was terminated leaves calls behind: nobody will read their answers.
    fn drop(&mut self) {
        self.close();
    }
}

/// Starts the calls that wait. It runs on the IO thread and never yields, so none of them can run, much less end, before
/// its handle is known; those that were cancelled in the meantime are known no more.
fn start(engine: &Arc<Engine>, intake: &Intake, running: &Arc<Mutex<HashMap<u32, Running>>>) {
    for (job, line, over_fetch) in intake.take().into_iter().map(Begun::open) {
        let mut known = running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = known.get_mut(&line.id) {
            let run = run(Arc::clone(engine), job, line, over_fetch, Arc::clone(running));
            call.abort = Some(tokio::spawn(run).abort_handle());
        }
    }
}

async fn run(engine: Arc<Engine>, job: Job, line: Line, over_fetch: bool, running: Arc<Mutex<HashMap<u32, Running>>>) {
    let settle = Settle { id: line.id, queue: Arc::clone(&line.queue), running, settled: false };
    let ended = if over_fetch {
        drive::drive(&engine, &job, &Asked(&line), &line).await
    } else {
        drive::drive(&engine, &job, &Native(&engine.http), &line).await
    };
    settle.with(ended);
}

/// Tells JavaScript the end of a call exactly once; also if the call panics, so that no promise hangs on a bug of ours.
struct Settle {
    id: u32,
    queue: Arc<Queue>,
    running: Arc<Mutex<HashMap<u32, Running>>>,
    settled: bool,
}

impl Settle {
    fn with(mut self, ended: drive::Ended) {
        self.settled = true;
        self.forget();
        let id = self.id;
        self.queue.push(match ended {
            drive::Ended::Whole(Settled { status, headers, body, report, refused }) => {
                Message::Done { id, status, headers: headers::render(&headers), body, report, refused }
            }
            drive::Ended::Streamed { error, report } => Message::StreamEnded { id, error, report },
        });
    }

    fn forget(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        if self.settled || !std::thread::panicking() {
            return;
        }
        self.forget();
        let Settled { status, headers, body, report, refused } = Engine::panicked();
        let headers = headers::render(&headers as &HeaderMap);
        self.queue.push(Message::Done { id: self.id, status, headers, body, report, refused });
    }
}

/// An error that JavaScript turns into a `ConfigError`.
pub fn wrong(field: &str, expected: &str, got: &str) -> Error {
    let mut out = String::from("{\"code\":\"CONFIG\",\"field\":");
    quote(&mut out, field);
    out.push_str(",\"expected\":");
    quote(&mut out, expected);
    out.push_str(",\"got\":");
    quote(&mut out, got);
    out.push('}');
    Error::new(Status::InvalidArg, out)
}
