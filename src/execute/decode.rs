//! Content encodings, undone as the bytes arrive and within bounds.
//!
//! A few kilobytes can swell to gigabytes, so the bounds hold while inflating, not after: no more than one step's
//! output ever exists beyond what is allowed.

#![forbid(unsafe_code)]

use super::failure::Fault;
use super::wire::Limits;
use crate::analyze::TransportFailure;
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use http::{HeaderMap, header};
use std::io::{self, Write};

/// Undoes the encoding of one body.
pub(super) struct Decoder {
    coding: Coding,
    bounds: Bounds,
}

enum Coding {
    Identity,
    Gzip(Box<MultiGzDecoder<Bounded>>),
    /// zlib by the standard, bare deflate by the habit of some servers: the first byte tells.
    Deflate(Option<Decompress>),
    /// Behind the end of a deflate stream, where nothing counts any more.
    Ended,
}

#[derive(Clone, Copy)]
struct Bounds {
    fed: usize,
    made: usize,
    max: usize,
    ratio: usize,
}

/// Room made for the output of one inflating step.
const STEP: usize = 32 << 10;

// === impl Decoder ===

impl Decoder {
    /// By the `content-encoding` of a response. Encodings in a chain are refused with the unknown ones: no provider
    /// chains them, and each link multiplies what a bomb can do.
    pub fn new(headers: &HeaderMap, limits: &Limits) -> Result<Self, Fault> {
        let bounds = Bounds { fed: 0, made: 0, max: limits.max_body, ratio: limits.max_ratio as usize };
        let mut coding = Coding::Identity;
        for value in headers.get_all(header::CONTENT_ENCODING) {
            let text = value.to_str().map_err(|_| unknown("(not text)"))?;
            for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let next = match name.to_ascii_lowercase().as_str() {
                    "identity" => continue,
                    "gzip" | "x-gzip" => {
                        Coding::Gzip(Box::new(MultiGzDecoder::new(Bounded { out: Vec::new(), bounds, over: None })))
                    }
                    "deflate" => Coding::Deflate(None),
                    _ => return Err(unknown(name)),
                };
                if !matches!(coding, Coding::Identity) {
                    return Err(unknown(text));
                }
                coding = next;
            }
        }
        Ok(Self { coding, bounds })
    }

    /// Whether bytes pass as they are, so that their announced length is their length.
    pub fn is_identity(&self) -> bool {
        matches!(self.coding, Coding::Identity)
    }

    /// What these bytes decode to so far, possibly nothing yet.
    pub fn feed(&mut self, chunk: Bytes) -> Result<Bytes, Fault> {
        self.bounds.fed += chunk.len();
        match &mut self.coding {
            Coding::Identity => {
                self.bounds.make(chunk.len())?;
                Ok(chunk)
            }
            Coding::Gzip(gzip) => {
                gzip.get_mut().bounds.fed = self.bounds.fed;
                // Flushed, because the events of a stream must come out as they came in.
                let result = gzip.write_all(&chunk).and_then(|()| gzip.flush());
                let bounded = gzip.get_mut();
                match (result, bounded.over.take()) {
                    (Ok(()), _) => Ok(std::mem::take(&mut bounded.out).into()),
                    (Err(_), Some(fault)) => Err(fault),
                    (Err(_), None) => Err(Fault::new(TransportFailure::Decompression, "the gzip body is damaged")),
                }
            }
            Coding::Deflate(inflater) => {
                let Some(first) = chunk.first() else { return Ok(Bytes::new()) };
                let inflater = inflater.get_or_insert_with(|| Decompress::new(first & 0x0f == 8));
                let (out, ended) = inflate(inflater, &chunk, &mut self.bounds)?;
                if ended {
                    self.coding = Coding::Ended;
                }
                Ok(out.into())
            }
            Coding::Ended => Ok(Bytes::new()),
        }
    }

    /// To be called at the end of the body: what is left in the decoder, if the encoding ended as it should.
    /// A body of no bytes at all is empty in every encoding (answers to HEAD, 204, 304).
    pub fn finish(&mut self) -> Result<Bytes, Fault> {
        if self.bounds.fed == 0 {
            return Ok(Bytes::new());
        }
        let truncated = || Fault::new(TransportFailure::ClosedEarly, "the compressed body stops before its end");
        match &mut self.coding {
            Coding::Identity | Coding::Ended => Ok(Bytes::new()),
            Coding::Gzip(gzip) => match gzip.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut gzip.get_mut().out).into()),
                Err(_) => Err(gzip.get_mut().over.take().unwrap_or_else(truncated)),
            },
            Coding::Deflate(_) => Err(truncated()),
        }
    }
}

fn unknown(name: &str) -> Fault {
    let shown: String = name.chars().filter(|it| !it.is_control()).take(40).collect();
    Fault::new(
        TransportFailure::Protocol,
        format!("content-encoding {shown} is not understood; expected gzip, deflate or none"),
    )
}

/// Inflates a chunk; the flag tells whether the stream ended in it.
fn inflate(inflater: &mut Decompress, mut input: &[u8], bounds: &mut Bounds) -> Result<(Vec<u8>, bool), Fault> {
    let mut out = Vec::new();
    loop {
        out.reserve(STEP);
        let (read, made) = (inflater.total_in(), out.len());
        let status = inflater
            .decompress_vec(input, &mut out, FlushDecompress::None)
            .map_err(|_| Fault::new(TransportFailure::Decompression, "the deflate body is damaged"))?;
        bounds.make(out.len() - made)?;
        let consumed = usize::try_from(inflater.total_in() - read).unwrap_or(usize::MAX);
        input = input.get(consumed..).unwrap_or_default();
        if status == Status::StreamEnd {
            return Ok((out, true));
        }
        // Room left over means that the inflater waits for input, of which there is none, or is stuck.
        if out.len() < out.capacity() && (input.is_empty() || consumed == 0) {
            return Ok((out, false));
        }
    }
}

// === impl Bounds ===

impl Bounds {
    /// Accounts for decoded bytes, or says which bound they break.
    fn make(&mut self, bytes: usize) -> Result<(), Fault> {
        self.made += bytes;
        if self.made > self.max {
            let detail = format!("the body exceeds {} bytes", self.max);
            return Err(Fault::new(TransportFailure::TooLarge, detail));
        }
        if self.made > Limits::RATIO_FLOOR && self.made / self.ratio.max(1) > self.fed {
            let detail = format!("{} compressed bytes swelled more than {}-fold", self.fed, self.ratio);
            return Err(Fault::new(TransportFailure::BombSuspected, detail));
        }
        Ok(())
    }
}

/// Where gzip writes to: stops it at the bounds, and keeps the reason, which `io::Error` would lose.
struct Bounded {
    out: Vec<u8>,
    bounds: Bounds,
    over: Option<Fault>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(fault) = self.bounds.make(bytes.len()) {
            self.over = Some(fault);
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::HeaderValue;
    use tokio::time::Instant;

    const TEXT: &[u8] = br#"{"choices":[{"message":{"role":"assistant","content":"plain words, plain words"}}]}"#;

    fn encode(encoding: &str, plain: &[u8]) -> Vec<u8> {
        fn run<W: Write>(mut writer: W, plain: &[u8], finish: impl FnOnce(W) -> io::Result<Vec<u8>>) -> Vec<u8> {
            writer.write_all(plain).unwrap();
            finish(writer).unwrap()
        }
        match encoding {
            "gzip" => run(GzEncoder::new(Vec::new(), Compression::best()), plain, GzEncoder::finish),
            "zlib" => run(ZlibEncoder::new(Vec::new(), Compression::best()), plain, ZlibEncoder::finish),
            "raw" => run(DeflateEncoder::new(Vec::new(), Compression::best()), plain, DeflateEncoder::finish),
            _ => plain.to_vec(),
        }
    }

    fn decode(encoding: &'static str, body: &[u8], step: usize) -> Result<Vec<u8>, TransportFailure> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        let run = || {
            let mut decoder = Decoder::new(&headers, &Limits::until(Instant::now()))?;
            let mut out = Vec::new();
            for chunk in body.chunks(step) {
                out.extend_from_slice(&decoder.feed(Bytes::copy_from_slice(chunk))?);
            }
            out.extend_from_slice(&decoder.finish()?);
            Ok(out)
        };
        run().map_err(|fault: Fault| fault.kind)
    }

    #[track_caller]
    fn check(encoding: &'static str, body: &[u8], expected: Result<&[u8], TransportFailure>) {
        for step in [1, 7, usize::MAX] {
            assert_eq!(decode(encoding, body, step), expected.map(<[u8]>::to_vec), "{encoding} in steps of {step}");
        }
    }

    #[test]
    fn every_understood_encoding_is_undone_at_every_chunking() {
        check("identity", TEXT, Ok(TEXT));
        check("gzip", &encode("gzip", TEXT), Ok(TEXT));
        check("X-GZip", &encode("gzip", TEXT), Ok(TEXT));
        check("identity, gzip", &encode("gzip", TEXT), Ok(TEXT));
        check("deflate", &encode("zlib", TEXT), Ok(TEXT));
        check("deflate", &encode("raw", TEXT), Ok(TEXT));
        check("gzip", &[encode("gzip", TEXT), encode("gzip", TEXT)].concat(), Ok(&[TEXT, TEXT].concat()));
        let long: Vec<u8> = (0..300_000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        check("deflate", &encode("zlib", &long), Ok(&long));
        check("gzip", &encode("gzip", &long), Ok(&long));
    }

    #[test]
    fn an_empty_body_is_empty_in_every_encoding() {
        for encoding in ["identity", "gzip", "deflate"] {
            check(encoding, b"", Ok(b""));
        }
    }

    #[test]
    fn a_truncated_body_never_passes_for_whole() {
        for (name, encoding) in [("gzip", "gzip"), ("deflate", "zlib"), ("deflate", "raw")] {
            let whole = encode(encoding, TEXT);
            let tail = if encoding == "zlib" { 4 } else { 0 }; // without its checksum the data itself is still whole
            for end in 1..whole.len() - tail {
                let result = decode(name, &whole[..end], usize::MAX);
                assert_eq!(result, Err(TransportFailure::ClosedEarly), "{encoding} cut at {end} of {}", whole.len());
            }
        }
    }

    #[test]
    fn damage_and_unknown_encodings_are_protocol_faults() {
        check("gzip", TEXT, Err(TransportFailure::Decompression));
        check("br", TEXT, Err(TransportFailure::Protocol));
        check("zstd", TEXT, Err(TransportFailure::Protocol));
        check("gzip, gzip", &encode("gzip", &encode("gzip", TEXT)), Err(TransportFailure::Protocol));
        let mut damaged = encode("zlib", TEXT);
        damaged[2] ^= 0xff;
        assert!(decode("deflate", &damaged, usize::MAX).is_err());
    }

    #[test]
    fn a_bomb_is_stopped_at_the_ratio_and_a_large_body_at_the_limit() {
        let zeros = vec![0; 80 << 20];
        for (name, encoding) in [("gzip", "gzip"), ("deflate", "zlib")] {
            let bomb = encode(encoding, &zeros);
            for step in [1, 7, usize::MAX] {
                assert_eq!(decode(name, &bomb, step).err(), Some(TransportFailure::BombSuspected), "{name} by {step}");
            }
        }
        assert_eq!(decode("identity", &zeros, 1 << 20).err(), Some(TransportFailure::TooLarge));
    }
}
