//! A refusal in the shape of an error of this dialect, so that the client's SDK raises its own class.
#![forbid(unsafe_code)]

use crate::json::quote;

/// `code` is ours and stable; `kind` is the type SDKs show.
pub fn body(code: &str, kind: &str, message: &str) -> String {
    let mut out = String::with_capacity(128 + message.len());
    out.push_str("{\"error\":{\"message\":");
    quote(&mut out, message);
    out.push_str(",\"type\":");
    quote(&mut out, &format!("correctover_{}", kind.replace('-', "_")));
    out.push_str(",\"code\":");
    quote(&mut out, code);
    out.push_str(",\"param\":null}}");
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_has_the_fields_that_sdks_read() {
        let body = super::body("ERR_X", "all-routes", "say \"no\"");
        assert_eq!(
            body,
            r#"{"error":{"message":"say \"no\"","type":"correctover_all_routes","code":"ERR_X","param":null}}"#
        );
    }
}
