//! Tells the linker how a Node addon is loaded; the runtime alone needs nothing.

fn main() {
    if std::env::var_os("CARGO_FEATURE_NODE").is_some() {
        napi_build::setup();
    }
}
