//! The kinds of upstream: which vendor a server imitates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::failure::{Dialect, Failure};
use crate::reply::Reply;
use crate::{anthropic, azure, gemini, newapi, openai};

/// Which vendor an upstream imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `api.openai.com`.
    OpenAi,
    /// `api.anthropic.com`.
    Anthropic,
    /// `generativelanguage.googleapis.com`.
    Gemini,
    /// An Azure OpenAI resource.
    Azure,
    /// A NewAPI relay site: OpenAI, Anthropic and Gemini under one address.
    NewApi,
}

/// A word that names no [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind(pub String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no kind of upstream; use openai, anthropic, gemini, azure or newapi", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Azure, Self::NewApi];

    /// Returns the name, which is also the name of the vendor file that fits.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Azure => "azure",
            Self::NewApi => "newapi",
        }
    }

    /// Returns the models that such an upstream lists by default.
    #[must_use]
    pub const fn default_models(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi | Self::Azure => openai::MODELS,
            Self::Anthropic => anthropic::MODELS,
            Self::Gemini => gemini::MODELS,
            Self::NewApi => newapi::MODELS,
        }
    }

    /// Returns the dialect that errors of this path are written in.
    pub(crate) fn dialect(self, call: &Call<'_>) -> Dialect {
        match self {
            Self::OpenAi => openai::dialect(call),
            Self::Anthropic => Dialect::Anthropic,
            Self::Gemini => Dialect::Gemini,
            Self::Azure => azure::dialect(call),
            Self::NewApi => newapi::dialect(call),
        }
    }

    /// Checks who calls, as the vendor does.
    pub(crate) fn authorize(self, call: &Call<'_>) -> Result<(), Failure> {
        match self {
            Self::OpenAi => openai::authorize(call),
            Self::Anthropic => anthropic::authorize(call),
            Self::Gemini => gemini::authorize(call),
            Self::Azure => azure::authorize(call),
            Self::NewApi => newapi::authorize(call),
        }
    }

    /// Answers a call of an authorised caller.
    pub(crate) fn answer(self, call: &Call<'_>) -> Result<Reply, Failure> {
        match self {
            Self::OpenAi => openai::answer(call),
            Self::Anthropic => anthropic::answer(call),
            Self::Gemini => gemini::answer(call),
            Self::Azure => azure::answer(call),
            Self::NewApi => newapi::answer(call),
        }
    }

    /// Sets the headers that the vendor puts on every answer.
    pub(crate) fn sign(self, reply: Reply, request_id: &str) -> Reply {
        match self {
            Self::OpenAi => reply
                .with_header("x-request-id", request_id)
                .with_header("openai-version", "2020-10-01")
                .with_header("openai-organization", "org-testkit")
                .with_header("openai-processing-ms", "12")
                .with_header("x-ratelimit-remaining-requests", "9999")
                .with_header("set-cookie", "__cf_bm=testkit; path=/; HttpOnly; Secure; SameSite=None"),
            Self::Anthropic => reply
                .with_header("request-id", request_id)
                .with_header("anthropic-organization-id", "00000000-0000-4000-8000-000000000000")
                .with_header("anthropic-ratelimit-requests-remaining", "999"),
            Self::Gemini => reply
                .with_header("server", "scaffolding on HTTPServer2")
                .with_header("x-content-type-options", "nosniff")
                .with_header("vary", "Origin, X-Origin, Referer"),
            Self::Azure => {
                reply.with_header("apim-request-id", request_id).with_header("x-ms-region", "Sweden Central")
            }
            Self::NewApi => {
                reply.with_header("x-oneapi-request-id", request_id).with_header("access-control-allow-origin", "*")
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}
