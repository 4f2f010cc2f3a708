//! Who answers at a host. The same word means different things to different providers; most rows hold for all.

#![forbid(unsafe_code)]

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Brand {
    Anthropic,
    Azure,
    Bedrock,
    Cerebras,
    Cohere,
    DeepSeek,
    Fireworks,
    Google,
    Groq,
    Mistral,
    Ollama,
    OpenAi,
    OpenRouter,
    Perplexity,
    Together,
    Xai,
}

/// Endings of host names. The first that fits wins.
#[rustfmt::skip]
const HOSTS: [(&str, Brand); 26] = [
    ("openai.azure.com",            Brand::Azure),
    ("services.ai.azure.com",       Brand::Azure),
    ("cognitiveservices.azure.com", Brand::Azure),
    ("inference.ml.azure.com",      Brand::Azure),
    ("models.ai.azure.com",         Brand::Azure),
    ("azure-api.net",               Brand::Azure),
    ("openai.com",                  Brand::OpenAi),
    ("anthropic.com",               Brand::Anthropic),
    ("generativelanguage.googleapis.com", Brand::Google),
    ("aiplatform.googleapis.com",   Brand::Google),
    ("googleapis.com",              Brand::Google),
    ("amazonaws.com",               Brand::Bedrock),
    ("api.aws",                     Brand::Bedrock),
    ("cerebras.ai",                 Brand::Cerebras),
    ("cohere.com",                  Brand::Cohere),
    ("cohere.ai",                   Brand::Cohere),
    ("deepseek.com",                Brand::DeepSeek),
    ("fireworks.ai",                Brand::Fireworks),
    ("groq.com",                    Brand::Groq),
    ("mistral.ai",                  Brand::Mistral),
    ("ollama.com",                  Brand::Ollama),
    ("openrouter.ai",               Brand::OpenRouter),
    ("perplexity.ai",               Brand::Perplexity),
    ("together.xyz",                Brand::Together),
    ("together.ai",                 Brand::Together),
    ("x.ai",                        Brand::Xai),
];

impl Brand {
    /// The provider at this host (with or without a port), if it is a public one.
    pub fn of_host(host: &str) -> Option<Self> {
        let name = host.split(':').next().unwrap_or(host).trim_end_matches('.');
        let ends_with = |ending: &str| {
            name.len().checked_sub(ending.len()).and_then(|at| name.get(at..)).is_some_and(|tail| {
                tail.eq_ignore_ascii_case(ending)
                    && name[..name.len() - ending.len()].chars().next_back().is_none_or(|c| c == '.' || c == '-')
            })
        };
        HOSTS.iter().find(|(ending, _)| ends_with(ending)).map(|(_, brand)| *brand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_tell_their_provider() {
        for (host, expected) in [
            ("api.openai.com", Some(Brand::OpenAi)),
            ("API.OpenAI.com:443", Some(Brand::OpenAi)),
            ("contoso.openai.azure.com", Some(Brand::Azure)),
            ("us-central1-aiplatform.googleapis.com", Some(Brand::Google)),
            ("bedrock-runtime.us-east-1.amazonaws.com", Some(Brand::Bedrock)),
            ("api.x.ai", Some(Brand::Xai)),
            ("fox.ai", None),
            ("notopenai.com", None),
            ("openai.com.evil.test", None),
            ("127.0.0.1:8000", None),
            ("", None),
        ] {
            assert_eq!(Brand::of_host(host), expected, "{host}");
        }
    }
}
