//! Vendors' words for what went wrong, as they stand in `code`, `type`, `status`, a reason or a message.
//!
//! Words are compared in lower case without anything but letters and digits, so that `RateLimitExceeded`,
//! `rate_limit_exceeded` and `rate-limit-exceeded` are one.

use super::Cause;

/// Words that say it all, whatever the status; the longer stands before the one it begins with.
const STARTS: &[(&str, Cause)] = &[
    ("contextlength", Cause::ContextLength),
    ("contextwindow", Cause::ContextLength),
    ("exceedcontextsize", Cause::ContextLength),
    ("modelmaxprompttokens", Cause::ContextLength),
    ("contentfilter", Cause::Filtered),
    ("contentpolicy", Cause::Filtered),
    ("responsibleaipolicy", Cause::Filtered),
    ("datainspection", Cause::Filtered),
    ("sensitivewords", Cause::Filtered),
    ("sensitivecontent", Cause::Filtered),
    ("inputtextsensitive", Cause::Filtered),
    ("inputimagesensitive", Cause::Filtered),
    ("outputtextsensitive", Cause::Filtered),
    ("outputimagesensitive", Cause::Filtered),
    ("moderationblocked", Cause::Filtered),
    ("invalidprompt", Cause::Filtered),
    ("prohibitedcontent", Cause::Filtered),
    ("insufficientquota", Cause::Quota),
    ("insufficientuserquota", Cause::Quota),
    ("insufficientbalance", Cause::Quota),
    ("insufficientcredits", Cause::Quota),
    ("preconsumetokenquotafailed", Cause::Quota),
    ("exceededcurrentquota", Cause::Quota),
    ("billing", Cause::Quota),
    ("arrearage", Cause::Quota),
    ("accountoverdue", Cause::Quota),
    ("usagenotincluded", Cause::Quota),
    ("usagelimitreached", Cause::Quota),
    ("ratelimit", Cause::RateLimit),
    ("modelaccountrpmratelimit", Cause::RateLimit),
    ("modelaccounttpmratelimit", Cause::RateLimit),
    ("accountratelimit", Cause::RateLimit),
    ("resourceexhausted", Cause::RateLimit),
    ("throttling", Cause::RateLimit),
    ("toomanyrequests", Cause::RateLimit),
    ("limitrequests", Cause::RateLimit),
    ("quotaexceeded", Cause::RateLimit),
    ("invalidapikey", Cause::Auth),
    ("apikeyinvalid", Cause::Auth),
    ("apikeyexpired", Cause::Auth),
    ("incorrectapikey", Cause::Auth),
    ("authentication", Cause::Auth),
    ("unauthenticated", Cause::Auth),
    ("invalidauthentication", Cause::Auth),
    ("accountdeactivated", Cause::Auth),
    ("permission", Cause::Permission),
    ("accessdenied", Cause::Permission),
    ("unsupportedcountry", Cause::Permission),
    ("modelnotfound", Cause::ModelNotFound),
    ("modelnotexist", Cause::ModelNotFound),
    ("modelnotopen", Cause::ModelNotFound),
    ("unknownmodel", Cause::ModelNotFound),
    ("invalidendpointormodel", Cause::ModelNotFound),
    ("deploymentnotfound", Cause::ModelNotFound),
    ("notfound", Cause::NotFound),
    ("resourcenotfound", Cause::NotFound),
    ("requesttoolarge", Cause::TooLarge),
    ("payloadtoolarge", Cause::TooLarge),
    ("timeout", Cause::Timeout),
    ("requesttimeout", Cause::Timeout),
    ("deadlineexceeded", Cause::Timeout),
    ("overloaded", Cause::Overloaded),
    ("engineoverloaded", Cause::Overloaded),
    ("serveroverloaded", Cause::Overloaded),
    ("serverisoverloaded", Cause::Overloaded),
    ("systemcpuoverloaded", Cause::Overloaded),
    ("slowdown", Cause::Overloaded),
    ("unavailable", Cause::Overloaded),
    ("serviceunavailable", Cause::Overloaded),
    // OpenAI's `type` of a rate limit says what there was too much of.
    ("requests", Cause::RateLimit),
    ("tokens", Cause::RateLimit),
    // Zhipu's numbers.
    ("1113", Cause::Quota),
    ("1211", Cause::ModelNotFound),
    ("1261", Cause::ContextLength),
    ("1301", Cause::Filtered),
    ("1302", Cause::RateLimit),
    ("1303", Cause::RateLimit),
    ("1304", Cause::RateLimit),
    ("1305", Cause::Overloaded),
    // MiniMax's numbers.
    ("baseresp1001", Cause::Timeout),
    ("baseresp1002", Cause::RateLimit),
    ("baseresp1004", Cause::Auth),
    ("baseresp1008", Cause::Quota),
    ("baseresp1026", Cause::Filtered),
    ("baseresp1027", Cause::Filtered),
    ("baseresp1039", Cause::RateLimit),
    ("baseresp2013", Cause::Invalid),
    ("baseresp2049", Cause::Auth),
];

/// Words that say no more than a status of their class; they count where there is no status.
const GENERAL: &[(&str, Cause)] = &[
    ("invalidrequesterror", Cause::Invalid),
    ("invalidrequest", Cause::Invalid),
    ("invalidargument", Cause::Invalid),
    ("invalidparameter", Cause::Invalid),
    ("failedprecondition", Cause::Invalid),
    ("outofrange", Cause::Invalid),
    ("badrequest", Cause::Invalid),
    ("badresponsestatuscode", Cause::Server),
    ("newapierror", Cause::Server),
    ("oneapierror", Cause::Server),
    ("apierror", Cause::Server),
    ("upstreamerror", Cause::Server),
    ("servererror", Cause::Server),
    ("internalservererror", Cause::Server),
    ("internalerror", Cause::Server),
    ("internal", Cause::Server),
    ("unknownerror", Cause::Server),
    ("unknown", Cause::Server),
    ("error", Cause::Server),
];

/// What vendors without words of their own, and relays that hide them, write in messages; lower case.
const PHRASES: &[(&str, Cause)] = &[
    ("prompt is too long", Cause::ContextLength),
    ("exceed context limit", Cause::ContextLength),
    ("maximum context length", Cause::ContextLength),
    ("maximum prompt length", Cause::ContextLength),
    ("context length exceeded", Cause::ContextLength),
    ("exceeds the context window", Cause::ContextLength),
    ("context window exceeds", Cause::ContextLength),
    ("exceeds the maximum number of tokens allowed", Cause::ContextLength),
    ("exceeded model token limit", Cause::ContextLength),
    ("range of input length should be", Cause::ContextLength),
    ("input is too long for requested model", Cause::ContextLength),
    ("exceeds the available context size", Cause::ContextLength),
    ("prompt 超长", Cause::ContextLength),
    ("content management policy", Cause::Filtered),
    ("content filtering policy", Cause::Filtered),
    ("violating our usage policy", Cause::Filtered),
    ("rejected as a result of our safety system", Cause::Filtered),
    ("may contain inappropriate content", Cause::Filtered),
    ("content exists risk", Cause::Filtered),
    ("considered high risk", Cause::Filtered),
    ("credit balance is too low", Cause::Quota),
    ("insufficient balance", Cause::Quota),
    ("insufficient credits", Cause::Quota),
    ("used all available credits", Cause::Quota),
    ("余额不足", Cause::Quota),
    ("额度不足", Cause::Quota),
    ("额度已用尽", Cause::Quota),
    ("api key not valid", Cause::Auth),
    ("request payload size exceeds", Cause::TooLarge),
];

/// Returns what a word means, if it says it all.
pub(super) fn cause_of(word: &str) -> Option<Cause> {
    let plain = plain(word);
    STARTS.iter().find(|(start, _)| plain.starts_with(start)).map(|(_, cause)| *cause)
}

/// Returns what a general word means.
pub(super) fn general_cause_of(word: &str) -> Option<Cause> {
    let plain = plain(word);
    GENERAL.iter().find(|(general, _)| plain == *general).map(|(_, cause)| *cause)
}

/// Returns whether a word says no more than a status does.
pub(super) fn is_general(word: &str) -> bool {
    general_cause_of(word).is_some()
}

/// Returns what a message means, where it has a phrase that leaves no doubt.
pub(super) fn cause_in(message: &str) -> Option<Cause> {
    let message = message.to_lowercase();
    PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map(|(_, cause)| *cause)
}

/// Returns what a status alone means.
pub(super) const fn cause_of_status(status: u16) -> Cause {
    match status {
        401 => Cause::Auth,
        402 => Cause::Quota,
        403 => Cause::Permission,
        404 | 410 => Cause::NotFound,
        408 | 504 | 524 => Cause::Timeout,
        409 => Cause::Conflict,
        413 => Cause::TooLarge,
        429 => Cause::RateLimit,
        400..=499 => Cause::Invalid,
        503 | 529 => Cause::Overloaded,
        _ => Cause::Server,
    }
}

fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}
