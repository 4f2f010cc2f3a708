//! How much of the recorded and the collected world the rows cover. The data belong to others and stay outside of
//! the project (`../shared`); without them these tests say so and pass.

use super::*;
use crate::analyze::{TlsFailure, TransportFailure};
use serde_json::{Value, json};
use std::io::Read;
use std::path::PathBuf;

fn shared(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if !found.exists() {
        report(&format!("skipped: ../shared/{path} is absent"));
        return None;
    }
    Some(found)
}

#[expect(clippy::print_stderr, reason = "a measurement, or that there was none")]
fn report(line: &str) {
    eprintln!("{line}");
}

fn brand(provider: &str) -> Option<Brand> {
    Some(match provider {
        "anthropic" => Brand::Anthropic,
        "azure" => Brand::Azure,
        "bedrock" => Brand::Bedrock,
        "cerebras" => Brand::Cerebras,
        "cohere" => Brand::Cohere,
        "deepseek" => Brand::DeepSeek,
        "fireworks" => Brand::Fireworks,
        "google" => Brand::Google,
        "groq" => Brand::Groq,
        "mistral" => Brand::Mistral,
        "ollama" => Brand::Ollama,
        "openai" => Brand::OpenAi,
        "openrouter" => Brand::OpenRouter,
        "perplexity" => Brand::Perplexity,
        "together" => Brand::Together,
        "xai" => Brand::Xai,
        _ => return None,
    })
}

/// What a row of the collection looks like on the wire; `None` for rows about the content of a good answer, about
/// detectors or about budgets, which no classifier of errors can see.
fn synthesise(provider: &str, status: Option<u16>, pattern: &str) -> Option<Fault> {
    if let Some(failure) = transport(pattern) {
        return Some(failure.fault());
    }
    let mut body = json!({});
    let mut headers: Vec<(String, String)> = Vec::new();
    for clause in pattern.split('&') {
        if let Some((header, value)) = clause.strip_prefix("header:").map(|h| h.split_once('=').unwrap_or((h, "1"))) {
            headers.push((header.to_owned(), value.to_owned()));
        } else if clause.starts_with("content-type=") {
            body = json!("<html></html>");
        } else if clause.starts_with("no_header") || clause.starts_with("ev:") {
        } else if let Some((path, text)) = clause.split_once('~').or_else(|| clause.split_once('=')) {
            if path == "status" || path == "status>" {
                continue;
            }
            let text = if text == "null" { Value::Null } else { json!(text) };
            let path =
                path.strip_prefix("body.").unwrap_or(path).trim_start_matches("ndjson_line.").trim_end_matches('!');
            let text = if clause.contains("!=null") { json!("something") } else { text };
            put(&mut body, path, text);
        } else {
            return None;
        }
    }
    let status = status?;
    let is_error = status >= 300 || body.get("error").is_some() || body.is_string();
    if !is_error {
        return None;
    }
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    let lookup = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let signal = Signal {
        host: None,
        brand: brand(provider),
        status,
        headers: &lookup,
        body: body.as_bytes(),
        mask: &Mask::default(),
        now_unix_ms: 0,
    };
    classify(&signal).map(|diagnosis| diagnosis.fault)
}

fn put(body: &mut Value, path: &str, text: Value) {
    let mut at = body;
    for part in path.split('.') {
        let (name, is_list) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[name];
        if is_list {
            if !at.is_array() {
                *at = json!([{}]);
            }
            at = &mut at[0];
        }
    }
    *at = text;
}

fn transport(pattern: &str) -> Option<TransportFailure> {
    use TransportFailure as T;
    Some(match pattern {
        "errno=EAI_AGAIN" | "errno=ENOTFOUND" => T::Dns,
        "errno=ECONNREFUSED" => T::ConnectRefused,
        "errno=ECONNRESET&bytes_received=0" | "errno=EPIPE" | "h2=RST_STREAM/REFUSED_STREAM" | "h2=GOAWAY" => T::Reset,
        "errno=ECONNRESET&bytes_received>0" | "content-length>bytes" => T::ClosedEarly,
        "errno=ETIMEDOUT" | "timer=connect" => T::ConnectTimeout,
        "errno=EHOSTUNREACH" | "errno=ENETUNREACH" => T::Unreachable,
        "errno=EMFILE" => T::HostExhausted,
        "tls=CERT_HAS_EXPIRED" => T::Tls(TlsFailure::Expired),
        "tls=ERR_TLS_CERT_ALTNAME_INVALID" => T::Tls(TlsFailure::WrongHost),
        "tls=SELF_SIGNED_CERT_IN_CHAIN" => T::Tls(TlsFailure::Untrusted),
        "tls=handshake_timeout" => T::Tls(TlsFailure::Handshake),
        "timer=ttft" => T::FirstByteTimeout,
        "timer=inter_token" => T::IdleTimeout,
        "timer=total" => T::Deadline,
        "exception=APIUserAbortError" => T::Aborted,
        "redirect" => T::RedirectRefused,
        "gzip_error" => T::Decompression,
        "local_cpu_stall>1s" | "clock_jump" => T::HostStalled,
        "stream_end&no_finish_reason"
        | "stream_end&no_message_stop"
        | "stream_end&no_finishReason"
        | "stream_end&done!=true" => T::EndMissing,
        _ => return None,
    })
}

#[derive(Default)]
struct Tally {
    seen: u32,
    class: u32,
    /// Rows whose `retryable` is a plain yes or no.
    decided: u32,
    retry: u32,
}

impl Tally {
    fn share(&self) -> (f64, f64) {
        (f64::from(self.class) / f64::from(self.seen), f64::from(self.retry) / f64::from(self.decided))
    }
}

#[test]
fn the_collected_faults_are_classed_as_collected() {
    let Some(path) = shared("data/provider_faults.jsonl") else { return };
    let like_openai = [
        "openai",
        "azure",
        "deepseek",
        "mistral",
        "groq",
        "together",
        "fireworks",
        "xai",
        "openrouter",
        "ollama",
        "vllm",
        "llamacpp",
        "perplexity",
        "cerebras",
    ];
    let (mut all, mut openai, mut rows) = (Tally::default(), Tally::default(), 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let provider = row["provider"].as_str().unwrap();
        let status = row["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.or_else(|| row["status"].as_str().map(|text| if text == "52x" { 520 } else { 500 }));
        rows += 1;
        let Some(fault) = synthesise(provider, status, row["match"].as_str().unwrap()) else { continue };
        let class_agrees = fault.class().name() == row["fault_class"];
        let retry_agrees = row["retryable"].as_bool().map(|retryable| retryable == fault.retryable());
        if !class_agrees || retry_agrees == Some(false) {
            report(&format!("{:24} {}", fault.name(), row["id"]));
        }
        for tally in [Some(&mut all), like_openai.contains(&provider).then_some(&mut openai)].into_iter().flatten() {
            tally.seen += 1;
            tally.class += u32::from(class_agrees);
            tally.decided += u32::from(retry_agrees.is_some());
            tally.retry += u32::from(retry_agrees == Some(true));
        }
    }
    for (name, tally) in [("all", &all), ("OpenAI-like", &openai)] {
        report(&format!(
            "{name}: {} of {rows} rows can be seen by the classifier; class {}/{}, retryable {}/{}",
            tally.seen, tally.class, tally.seen, tally.retry, tally.decided
        ));
    }
    assert!(all.seen >= 350, "{}", all.seen);
    assert!(all.share().0 >= 0.96 && all.share().1 >= 0.98, "{:?}", all.share());
    assert!(openai.share().0 >= 0.97 && openai.share().1 >= 0.99, "{:?}", openai.share());
}

#[test]
fn every_recorded_error_is_classified_and_no_good_reply_is_a_fault() {
    let Some(path) = shared("corpora/recorded.jsonl.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut errors = 0;
    for line in text.lines() {
        let call: Value = serde_json::from_str(line).unwrap();
        let status = u16::try_from(call["status"].as_u64().unwrap()).unwrap();
        let content_type = call["content_type"].as_str();
        let found = classify(&Signal {
            host: call["host"].as_str(),
            brand: None,
            status,
            headers: &|name| if name == "content-type" { content_type } else { None },
            body: call["response"].as_str().unwrap_or_default().as_bytes(),
            mask: &Mask::default(),
            now_unix_ms: 0,
        });
        let body = call["response"].as_str().unwrap_or_default();
        if status >= 300 {
            errors += 1;
            let found = found.unwrap();
            assert!(!found.fault.is_unclassified(), "{line}");
        } else if content_type.is_some_and(|kind| kind.contains("json")) && !body.starts_with("base64:") {
            assert_eq!(found, None, "{line}");
        }
    }
    assert!(errors > 0);
}
