//! Names that ask somebody else to choose the model.

#![forbid(unsafe_code)]

/// Last words of such names. A name that only contains one of them is an ordinary model.
const CHOOSERS: [&str; 6] = ["auto", "router", "model-router", "auto-beta", "free", "switchpoint"];

/// The request leaves the choice to a router: `openrouter/auto`, Azure's `model-router`.
pub fn chooses(asked: &str) -> bool {
    let last = asked.rsplit('/').next().unwrap_or(asked);
    let own = last.split(':').next().unwrap_or(last);
    CHOOSERS.iter().any(|chooser| own.eq_ignore_ascii_case(chooser)) || dated_router(own)
}

fn dated_router(name: &str) -> bool {
    name.strip_prefix("model-router-")
        .is_some_and(|date| date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}
