//! The completion queue: filled by the IO thread, emptied by JavaScript.

use super::message::Message;
use napi::bindgen_prelude::{Function, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Unref'd: it does not keep the process alive by itself. JavaScript holds it while calls are under way.
type Wake = ThreadsafeFunction<(), Unknown<'static>, (), Status, false, true, 0>;

pub struct Queue {
    messages: Mutex<Vec<Message>>,
    wake: Wake,
    /// JavaScript was told and has not come yet: it need not be told again.
    woken: AtomicBool,
}

impl Queue {
    pub fn new(wake: &Function<'_, (), Unknown<'static>>) -> Result<Self> {
        let wake = wake.build_threadsafe_function().weak::<true>().build()?;
        Ok(Self { messages: Mutex::default(), wake, woken: AtomicBool::new(false) })
    }

    /// Never blocks and never fails: where JavaScript has ended (a worker that was terminated), nobody is left to tell.
    pub fn push(&self, message: Message) {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        if !self.woken.swap(true, Ordering::AcqRel) {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    pub fn drain(&self) -> Vec<Message> {
        // Cleared first: what comes while we take the messages wakes JavaScript again.
        self.woken.store(false, Ordering::Release);
        std::mem::take(&mut *self.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds or frees the event loop. Only ever called on the JavaScript thread.
    #[expect(unsafe_code, reason = "napi offers the pair only through a mutable borrow, which a shared queue has not")]
    pub fn hold(&self, env: &Env, hold: bool) {
        let raw = self.wake.raw();
        if self.wake.aborted() {
            return;
        }
        // SAFETY: the function is alive (not aborted), and both calls are allowed on this thread, which owns `env`.
        unsafe {
            if hold {
                napi::sys::napi_ref_threadsafe_function(env.raw(), raw);
            } else {
                napi::sys::napi_unref_threadsafe_function(env.raw(), raw);
            }
        }
    }
}
