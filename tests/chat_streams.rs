//! Recorded streams of the chat dialect: however they are cut on the way they read the same, and where they break off
//! they are not taken for whole.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpora;

use correctover::provider::openai_chat::stream::Fold;
use correctover::provider::sse::{Event, Parser};

/// The chunks of each recorded stream that has `choices`, one a line.
fn recorded() -> Vec<(String, Vec<String>)> {
    let Some(archive) = corpora::find("streams.tar.gz") else { return Vec::new() };
    let files = corpora::files(archive).into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()));
    let chat = files.filter(|(_, text)| text.contains("\"chat.completion.chunk\""));
    chat.map(|(name, text)| {
        let chunks = text.lines().map(str::trim).filter(|line| !line.is_empty());
        (name, chunks.map(str::to_owned).collect())
    })
    .collect()
}

fn events(chunks: &[String]) -> String {
    let mut stream = String::new();
    for chunk in chunks {
        stream.push_str("data: ");
        stream.push_str(chunk);
        stream.push_str("\r\n\r\n");
    }
    stream
}

fn data_of<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Vec<String> {
    let (mut parser, mut data) = (Parser::default(), Vec::new());
    for piece in pieces {
        parser.feed(piece, |event| data.push(event.data.to_owned())).unwrap();
    }
    data
}

#[test]
fn a_stream_cut_anywhere_reads_the_same() {
    for (name, chunks) in recorded() {
        let stream = events(&chunks);
        for size in [1, 2, 3, 7, 61, 1024, stream.len()] {
            assert_eq!(data_of(stream.as_bytes().chunks(size)), chunks, "{name} by {size}");
        }
    }
}

#[test]
fn a_stream_is_whole_exactly_from_its_finish_reason_on() {
    for (name, chunks) in recorded() {
        let ends = |chunk: &String| {
            let chunk: serde_json::Value = serde_json::from_str(chunk).unwrap_or_default();
            let reason = chunk["choices"][0]["finish_reason"].as_str();
            reason.is_some_and(|reason| !reason.is_empty())
        };
        let end = chunks.iter().position(ends).unwrap_or_else(|| panic!("{name} has no finish reason"));
        let mut fold = Fold::default();
        assert!(fold.clone().finish().is_cut(), "{name} before any event");
        for (at, data) in chunks.iter().enumerate() {
            fold.push(&Event { name: "", data, id: "" }).unwrap();
            assert_eq!(fold.clone().finish().is_cut(), at < end, "{name} at {at} of {} events", chunks.len());
        }
    }
}
