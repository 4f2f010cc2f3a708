//! Which dialect an exchange speaks, told by its path, which survives proxies and rewritten hosts.
#![forbid(unsafe_code)]

use crate::provider::openai_chat;

/// The dialects that answers can be read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    OpenaiChat,
    /// One that is not read, or no call of a model at all.
    Other,
}

/// `request` and `response` decide where there is no path to tell.
pub fn of(path: Option<&str>, request: Option<&str>, response: &[u8]) -> Dialect {
    let path = path.unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let chat = match path {
        "" => request.is_some_and(openai_chat::request::is_chat),
        // The same path without a body lists the completions that are stored.
        path => ends_with_segments(path, "/chat/completions") && !is_list(response),
    };
    if chat { Dialect::OpenaiChat } else { Dialect::Other }
}

/// The deployment that an Azure path names: `/openai/deployments/NAME/chat/completions`.
pub fn deployment(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once("/deployments/")?;
    rest.split('/').next().filter(|name| !name.is_empty())
}

fn ends_with_segments(path: &str, end: &str) -> bool {
    path.len() >= end.len() && path.as_bytes()[path.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

fn is_list(response: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(response) else { return false };
    let mut list = false;
    let read = crate::json::Reader::new(text).object(|reader, key| {
        list |= reader.raw()? == "\"list\"" && key == "object";
        Ok(())
    });
    read.is_ok() && list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Dialect) {
        assert_eq!(of(Some(path), None, b""), expected, "{path}");
    }

    #[test]
    fn a_path_tells_the_dialect_wherever_it_is_mounted() {
        for path in [
            "/v1/chat/completions",
            "/chat/completions/",
            "/openai/deployments/my-gpt/chat/completions?api-version=2024-06-01",
            "/v1/projects/p/locations/l/endpoints/openapi/chat/completions",
            "/accounts/gateway/compat/Chat/Completions",
            "https://api.openai.com/v1/chat/completions",
        ] {
            check(path, Dialect::OpenaiChat);
        }
        for path in [
            "/v1/messages",
            "/v1/responses",
            "/v1/completions",
            "/v1/chat/completions/chatcmpl-1",
            "/notchat/completions",
            "/v1beta/models/gemini-2.5-pro:generateContent",
            "/v1/embeddings",
            "é/completions",
        ] {
            check(path, Dialect::Other);
        }
    }

    #[test]
    fn without_a_path_the_request_tells() {
        assert_eq!(of(None, Some(r#"{"messages":[]}"#), b""), Dialect::OpenaiChat);
        assert_eq!(of(Some("/"), Some(r#"{"input":"x"}"#), b""), Dialect::Other);
        assert_eq!(of(None, None, b"{}"), Dialect::Other);
    }

    #[test]
    fn a_list_of_stored_completions_is_no_answer() {
        assert_eq!(of(Some("/v1/chat/completions"), None, br#"{"object":"list","data":[]}"#), Dialect::Other);
    }

    #[test]
    fn azure_names_its_deployment_in_the_path() {
        assert_eq!(deployment("/openai/deployments/my-gpt/chat/completions"), Some("my-gpt"));
        assert_eq!(deployment("/v1/chat/completions"), None);
    }
}
