//! The words that model names are made of: which family, and which tier or kind within it.
//!
//! These rows are the only facts; how they combine is in `parse.rs`. A word that stands in no row is kept as unknown,
//! and an unknown word can make an identity unsure but never a mismatch.
//! Sources: the model lists of the vendors, and the ids in the two price tables that `scripts/prices.py` reads.

#![forbid(unsafe_code)]

use Rank::{Derived, Generic, Own};
use Scope::{Everywhere, Except, Only};

/// Which of several family words in one name names the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Says what the model is for or how big it is; the family only where no other word says one (`text-embedding-3`).
    Generic,
    Own,
    /// Built on another family whose name it carries along (`llama-3.1-nemotron-70b`).
    Derived,
}

/// In which families a word tells models apart; elsewhere it only says how a model is served.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    Everywhere,
    Only(&'static [&'static str]),
    Except(&'static [&'static str]),
}

#[derive(Debug, Clone, Copy)]
pub struct FamilyRow {
    pub family: &'static str,
    pub vendor: &'static str,
    pub rank: Rank,
    pub words: &'static [&'static str],
}

const fn family(family: &'static str, vendor: &'static str, rank: Rank, words: &'static [&'static str]) -> FamilyRow {
    FamilyRow { family, vendor, rank, words }
}

#[rustfmt::skip]
pub static FAMILIES: &[FamilyRow] = &[
    //     family        vendor         rank     words that name it
    family("gpt",        "openai",      Own,     &["gpt"]),
    family("chatgpt",    "openai",      Own,     &["chatgpt"]),
    family("o",          "openai",      Own,     &[]), // `o3`: a letter glued to its number, found by shape
    family("codex",      "openai",      Generic, &["codex"]),
    family("gpt-base",   "openai",      Generic, &["davinci", "babbage", "curie", "ada"]),
    family("dall-e",     "openai",      Own,     &["dall", "dalle"]),
    family("sora",       "openai",      Own,     &["sora"]),
    family("whisper",    "openai",      Own,     &["whisper"]),
    family("claude",     "anthropic",   Own,     &["claude"]),
    family("claude",     "anthropic",   Generic, &["opus", "sonnet", "haiku"]),
    family("gemini",     "google",      Own,     &["gemini"]),
    family("learnlm",    "google",      Own,     &["learnlm"]),
    family("palm",       "google",      Own,     &["palm", "bison"]),
    family("imagen",     "google",      Own,     &["imagen"]),
    family("veo",        "google",      Own,     &["veo"]),
    family("gemma",      "google",      Own,     &["gemma"]),
    family("codegemma",  "google",      Own,     &["codegemma"]),
    family("medgemma",   "google",      Own,     &["medgemma"]),
    family("paligemma",  "google",      Own,     &["paligemma"]),
    family("shieldgemma","google",      Own,     &["shieldgemma"]),
    family("llama",      "meta",        Own,     &["llama"]),
    family("codellama",  "meta",        Own,     &["codellama"]),
    family("muse",       "meta",        Own,     &["muse"]),
    family("mistral",    "mistral",     Own,     &["mistral"]),
    family("mixtral",    "mistral",     Own,     &["mixtral"]),
    family("ministral",  "mistral",     Own,     &["ministral"]),
    family("codestral",  "mistral",     Own,     &["codestral"]),
    family("devstral",   "mistral",     Own,     &["devstral"]),
    family("magistral",  "mistral",     Own,     &["magistral"]),
    family("pixtral",    "mistral",     Own,     &["pixtral"]),
    family("voxtral",    "mistral",     Own,     &["voxtral"]),
    family("mathstral",  "mistral",     Own,     &["mathstral"]),
    family("deepseek",   "deepseek",    Own,     &["deepseek"]),
    family("qwen",       "alibaba",     Own,     &["qwen"]),
    family("qwq",        "alibaba",     Own,     &["qwq"]),
    family("qvq",        "alibaba",     Own,     &["qvq"]),
    family("codeqwen",   "alibaba",     Own,     &["codeqwen"]),
    family("tongyi",     "alibaba",     Own,     &["tongyi"]),
    family("wan",        "alibaba",     Own,     &["wan"]),
    family("command",    "cohere",      Own,     &["command"]),
    family("aya",        "cohere",      Own,     &["aya"]),
    family("grok",       "xai",         Own,     &["grok"]),
    family("nova",       "amazon",      Own,     &["nova"]),
    family("titan",      "amazon",      Own,     &["titan"]),
    family("phi",        "microsoft",   Own,     &["phi"]),
    family("wizardlm",   "microsoft",   Derived, &["wizardlm", "wizardcoder"]),
    family("mai",        "microsoft",   Derived, &["mai"]),
    family("jamba",      "ai21",        Own,     &["jamba"]),
    family("jurassic",   "ai21",        Own,     &["jurassic", "j2"]),
    family("sonar",      "perplexity",  Derived, &["sonar"]),
    family("pplx",       "perplexity",  Own,     &["pplx"]),
    family("kimi",       "moonshot",    Own,     &["kimi"]),
    family("moonshot",   "moonshot",    Own,     &["moonshot"]),
    family("glm",        "zai",         Own,     &["glm", "chatglm"]),
    family("autoglm",    "zai",         Own,     &["autoglm"]),
    family("minimax",    "minimax",     Own,     &["minimax"]),
    family("abab",       "minimax",     Own,     &["abab"]),
    family("nemotron",   "nvidia",      Derived, &["nemotron"]),
    family("granite",    "ibm",         Own,     &["granite"]),
    family("hermes",     "nous",        Derived, &["hermes", "openhermes"]),
    family("dolphin",    "cognitive",   Derived, &["dolphin"]),
    family("zephyr",     "huggingface", Own,     &["zephyr"]),
    family("smollm",     "huggingface", Own,     &["smollm"]),
    family("vicuna",     "lmsys",       Own,     &["vicuna"]),
    family("openchat",   "openchat",    Own,     &["openchat"]),
    family("tulu",       "ai2",         Derived, &["tulu"]),
    family("olmo",       "ai2",         Own,     &["olmo"]),
    family("molmo",      "ai2",         Own,     &["molmo"]),
    family("falcon",     "tii",         Own,     &["falcon"]),
    family("yi",         "01ai",        Own,     &["yi"]),
    family("solar",      "upstage",     Own,     &["solar"]),
    family("palmyra",    "writer",      Own,     &["palmyra"]),
    family("reka",       "reka",        Own,     &["reka"]),
    family("ernie",      "baidu",       Own,     &["ernie"]),
    family("doubao",     "bytedance",   Own,     &["doubao"]),
    family("seed",       "bytedance",   Own,     &["seed"]),
    family("hunyuan",    "tencent",     Own,     &["hunyuan"]),
    family("step",       "stepfun",     Own,     &["step"]),
    family("mimo",       "xiaomi",      Own,     &["mimo"]),
    family("ling",       "inclusion",   Own,     &["ling"]),
    family("ring",       "inclusion",   Own,     &["ring"]),
    family("internvl",   "shanghai",    Own,     &["internvl"]),
    family("internlm",   "shanghai",    Own,     &["internlm"]),
    family("longcat",    "meituan",     Own,     &["longcat"]),
    family("lfm",        "liquid",      Own,     &["lfm"]),
    family("mercury",    "inception",   Own,     &["mercury"]),
    family("arctic",     "snowflake",   Own,     &["arctic"]),
    family("dbrx",       "databricks",  Own,     &["dbrx"]),
    family("exaone",     "lg",          Own,     &["exaone"]),
    family("cogito",     "deepcogito",  Derived, &["cogito"]),
    family("llava",      "llava",       Derived, &["llava"]),
    family("starcoder",  "bigcode",     Own,     &["starcoder"]),
    family("stablelm",   "stability",   Own,     &["stablelm"]),
    family("flux",       "bfl",         Own,     &["flux"]),
    family("trinity",    "arcee",       Own,     &["trinity"]),
    family("apertus",    "swissai",     Own,     &["apertus"]),
    family("voyage",     "voyage",      Derived, &["voyage"]),
    family("jina",       "jina",        Derived, &["jina"]),
    family("nomic",      "nomic",       Derived, &["nomic"]),
    family("bge",        "baai",        Own,     &["bge"]),
    family("gte",        "alibaba",     Own,     &["gte"]),
    family("mxbai",      "mixedbread",  Own,     &["mxbai"]),
    family("embedding",  "any",         Generic, &["embed", "embedding", "embeddings"]),
    family("rerank",     "any",         Generic, &["rerank", "reranker"]),
    family("moderation", "openai",      Generic, &["moderation"]),
    family("computer",   "openai",      Generic, &["computer"]),
    family("speech",     "any",         Generic, &["tts", "stt", "transcribe"]),
];

/// Words of a vendor, a region, a cloud or a packaging: they say where a model is served or in which form its weights
/// come, never which model it is.
#[rustfmt::skip]
pub static SERVING: &[&str] = &[
    // regions and clouds
    "us", "eu", "apac", "jp", "au", "ca", "sa", "gov", "global", "regional", "azure", "bedrock", "vertex", "databricks",
    "aws", "gcp", "groq", "fireworks", "together", "cerebras", "openrouter", "system", "fw", "dsv",
    // vendors as prefixes (`anthropic.claude-v2`, `meta-llama-3`)
    "anthropic", "amazon", "meta", "ai21", "ai", "cohere", "openai", "google", "nvidia", "writer", "zai", "zhipu", "xai",
    "nous", "open", "labs", "hf", "mistralai", "moonshotai", "deepcogito", "ibm", "microsoft", "c4ai", "qwenlm", "cf",
    // states of release
    "latest", "preview", "exp", "experimental", "beta", "stable", "default", "nightly", "snapshot", "alpha", "rc",
    // routing suffixes and ways of serving
    "free", "nitro", "floor", "online", "extended", "exacto", "tee", "maas", "versatile", "tput", "high", "low",
    "serverless", "ondemand", "shared", "dedicated", "batch", "hosted", "cloud", "reference", "background", "thinking",
    // tuning that every served model has
    "instruct", "it", "chat", "text", "dpo", "model", "models", "hybrid",
    // letters that spell a version: `kimi-k2`, `palmyra-x5`
    "k", "x",
    // forms of the weights
    "gguf", "ggml", "awq", "gptq", "exl", "mlx", "fp", "bf", "int", "nf", "mxfp", "nvfp", "quantized", "bit", "bnb",
];

#[derive(Debug, Clone, Copy)]
pub struct WordRow {
    /// Different spellings of the same thing.
    pub spellings: &'static [&'static str],
    pub scope: Scope,
}

const fn word(spellings: &'static [&'static str], scope: Scope) -> WordRow {
    WordRow { spellings, scope }
}

/// Words that tell models of one family and version apart: tiers first, then kinds.
#[rustfmt::skip]
pub static WORDS: &[WordRow] = &[
    //   spellings                  families in which it names another model
    word(&["mini"],                 Everywhere),
    word(&["nano"],                 Everywhere),
    word(&["micro"],                Everywhere),
    word(&["tiny"],                 Everywhere),
    word(&["small"],                Everywhere),
    word(&["medium"],               Everywhere),
    word(&["large"],                Everywhere),
    word(&["xl"],                   Everywhere),
    word(&["xs"],                   Everywhere),
    word(&["lite", "light"],        Everywhere),
    word(&["flash"],                Everywhere),
    word(&["flashx"],               Everywhere),
    word(&["air"],                  Everywhere),
    word(&["airx"],                 Everywhere),
    word(&["pro"],                  Everywhere),
    word(&["plus"],                 Everywhere),
    word(&["max"],                  Everywhere),
    word(&["ultra"],                Everywhere),
    word(&["super"],                Everywhere),
    word(&["premier"],              Everywhere),
    word(&["opus"],                 Everywhere),
    word(&["sonnet"],               Everywhere),
    word(&["haiku"],                Everywhere),
    word(&["fable"],                Everywhere),
    word(&["mythos"],               Everywhere),
    word(&["luna"],                 Everywhere),
    word(&["terra"],                Everywhere),
    word(&["sol"],                  Everywhere),
    word(&["astra"],                Everywhere),
    word(&["cyber"],                Everywhere),
    word(&["spark"],                Everywhere),
    word(&["scout"],                Everywhere),
    word(&["maverick"],             Everywhere),
    word(&["express"],              Everywhere),
    word(&["speed"],                Everywhere),
    word(&["edge"],                 Everywhere),
    word(&["core"],                 Everywhere),
    word(&["turbo"],                Only(&["gpt", "qwen", "glm", "kimi", "ernie", "hunyuan"])),
    word(&["instant"],              Only(&["claude"])),
    word(&["fast"],                 Only(&["grok"])),
    word(&["lightning"],            Only(&["minimax"])),
    word(&["highspeed"],            Only(&["minimax", "kimi"])),
    word(&["instruct"],             Only(&["gpt"])),
    word(&["chat"],                 Only(&["gpt"])),
    word(&["preview"],              Only(&["o"])),
    word(&["non"],                  Only(&["grok"])), // `non-reasoning`; plain `grok-4-fast` reasons
    word(&["reasoning"],            Except(&["grok"])),
    word(&["reasoner"],             Everywhere),
    word(&["thinking", "think"],    Except(&["claude", "glm"])), // there a mode of the same model, or its default
    word(&["oss"],                  Everywhere),
    word(&["base"],                 Everywhere),
    word(&["distill"],              Everywhere),
    word(&["next"],                 Everywhere),
    word(&["coder", "code"],        Everywhere),
    word(&["codex"],                Everywhere),
    word(&["math"],                 Everywhere),
    word(&["prover"],               Everywhere),
    word(&["terminus"],             Everywhere),
    word(&["speciale"],             Everywhere),
    word(&["nemo"],                 Everywhere),
    word(&["saba"],                 Everywhere),
    word(&["mamba"],                Everywhere),
    word(&["moe"],                  Everywhere),
    word(&["vl", "vision", "v"],    Everywhere),
    word(&["omni"],                 Everywhere),
    word(&["audio"],                Everywhere),
    word(&["multimodal"],           Everywhere),
    word(&["realtime"],             Everywhere),
    word(&["live"],                 Everywhere),
    word(&["native"],               Everywhere),
    word(&["search"],               Everywhere),
    word(&["research"],             Everywhere),
    word(&["computer"],             Everywhere),
    word(&["robotics"],             Everywhere),
    word(&["transcribe"],           Everywhere),
    word(&["diarize"],              Everywhere),
    word(&["translate"],            Everywhere),
    word(&["mt"],                   Everywhere),
    word(&["asr"],                  Everywhere),
    word(&["tts"],                  Everywhere),
    word(&["stt"],                  Everywhere),
    word(&["ocr"],                  Everywhere),
    word(&["image"],                Everywhere),
    word(&["video"],                Everywhere),
    word(&["canvas"],               Everywhere),
    word(&["reel"],                 Everywhere),
    word(&["sonic"],                Everywhere),
    word(&["guard", "safeguard"],   Everywhere),
    word(&["moderation"],           Everywhere),
    word(&["embed", "embedding", "embeddings"], Everywhere),
    word(&["rerank", "reranker"],   Everywhere),
    word(&["english"],              Everywhere),
    word(&["multilingual"],         Everywhere),
    word(&["davinci"],              Everywhere),
    word(&["curie"],                Everywhere),
    word(&["babbage"],              Everywhere),
    word(&["ada"],                  Everywhere),
    word(&["o"],                    Only(&["gpt", "chatgpt"])), // the letter in `4o`
    word(&["n"],                    Only(&["gemma"])),          // `gemma-3n`
    word(&["r"],                    Only(&["deepseek", "command"])),
    word(&["a"],                    Only(&["command"])),
    word(&["h"],                    Only(&["granite"])),
    word(&["s"],                    Only(&["abab"])),
    word(&["m"],                    Only(&["minimax"])),
    word(&["x"],                    Only(&["glm"])),
];

/// Names that a vendor moves from model to model: served may be of any version, with these further words.
#[rustfmt::skip]
pub static FLOATING: &[(&str, &[&str])] = &[
    // asked                may be served by a model with the words
    ("deepseek-chat",       &["flash"]),
    ("deepseek-reasoner",   &["flash", "r"]),
    ("claude-instant-v1",   &["instant"]),
];
