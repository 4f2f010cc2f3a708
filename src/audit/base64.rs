//! Base64 (RFC 4648, section 4), for bodies that are no text. Only decoding, and only here: not worth a dependency.
#![forbid(unsafe_code)]

/// Six bits per byte of the alphabet; anything else is out of it.
const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 64 {
        values[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// `None` where the text is not base64. Padding may be left out.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii().trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0;
        for &byte in group {
            let value = VALUES[usize::from(byte)];
            if value == u8::MAX {
                return None;
            }
            bits = bits << 6 | u32::from(value);
        }
        // Two characters hold one byte, three hold two; the bits left over say nothing.
        let bytes = match group.len() {
            4 => 3,
            3 => 2,
            2 => 1,
            _ => return None,
        };
        bits <<= 6 * (4 - group.len());
        out.extend_from_slice(&bits.to_be_bytes()[1..=bytes]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_decode() {
        for (text, expected) in [
            ("", Some("")),
            ("Zg==", Some("f")),
            ("Zm8=", Some("fo")),
            ("Zm9v", Some("foo")),
            ("Zm9vYg", Some("foob")),
            ("Zm9vYmE=", Some("fooba")),
            (" Zm9vYmFy\n", Some("foobar")),
            ("Z", None),
            ("Zm9v Zm9v", None),
            ("Zm_v", None),
        ] {
            assert_eq!(decode(text).as_deref(), expected.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn every_byte_survives() {
        assert_eq!(decode("AP+A/38="), Some(vec![0, 255, 128, 255, 127]));
    }
}
