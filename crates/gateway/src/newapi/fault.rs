//! What can go wrong with a site, so that people of both languages read why and programs know whether it was away.

use serde::{Deserialize, Serialize};

/// Statuses by which proxies say that what is behind them is away.
const AWAY: [u16; 3] = [502, 503, 504];

/// Why a site could not be asked, or its answer not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SiteFault {
    /// The base URL or the proxy is unusable.
    #[error("the base URL or the proxy cannot be used: {reason}")]
    Address { reason: String },
    /// No connection.
    #[error("the site could not be reached; check the base URL, the proxy and the network")]
    Unreachable,
    /// No connection through the proxy: nobody can tell from here whose fault that is.
    #[error(
        "the site could not be reached through the proxy; check that the proxy runs, takes the user name and password, and may connect to the site"
    )]
    Proxy,
    /// No answer in time.
    #[error("the site did not answer in time")]
    TimedOut,
    /// The connection broke off.
    #[error("the connection to the site broke")]
    Broken,
    /// The answer is too large.
    #[error("the site's answer is larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// The site sends the caller elsewhere, where the access token must not go.
    #[error("the site answered {status} and points elsewhere; enter the address that it points to as base URL")]
    Redirected { status: u16 },
    /// Too many requests.
    #[error("the site takes no more requests for now; the next try comes by itself")]
    Limited { retry_after_secs: Option<u64> },
    /// The access token or the user id is not accepted.
    #[error("the site answered {status}: check the access token and the user id ({reason})")]
    Denied { status: u16, reason: String },
    /// The site has no such endpoint.
    #[error("the site does not offer this (it answered {status})")]
    Unsupported { status: u16 },
    /// Another failure by status.
    #[error("the site answered {status}: {reason}")]
    Answered { status: u16, reason: String },
    /// It refused with a status of success.
    #[error("the site refused: {reason}")]
    Refused { reason: String },
    /// The answer is none that is known.
    #[error("the site's answer could not be understood: {what}")]
    Malformed { what: String },
    /// The answer is not the whole.
    #[error("the site's answer is incomplete: {what}")]
    Partial { what: String },
}

impl SiteFault {
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }

    pub(crate) fn partial(what: impl Into<String>) -> Self {
        Self::Partial { what: what.into() }
    }

    /// Returns whether the site was away, rather than there and unwilling.
    pub(crate) fn is_away(&self) -> bool {
        match self {
            Self::Unreachable | Self::Proxy | Self::TimedOut | Self::Broken => true,
            Self::Answered { status, .. } => AWAY.contains(status),
            Self::Address { .. }
            | Self::TooLarge { .. }
            | Self::Redirected { .. }
            | Self::Limited { .. }
            | Self::Denied { .. }
            | Self::Unsupported { .. }
            | Self::Refused { .. }
            | Self::Malformed { .. }
            | Self::Partial { .. } => false,
        }
    }

    /// Returns the message in Chinese; [`std::fmt::Display`] has the English one.
    pub(crate) fn to_chinese(&self) -> String {
        match self {
            Self::Address { reason } => format!("基础地址或代理无法使用：{reason}"),
            Self::Unreachable => "无法连接站点，请检查基础地址、代理和网络".to_owned(),
            Self::Proxy => {
                "无法通过代理连接站点，请检查代理是否运行、用户名和密码是否正确、是否允许连接该站点".to_owned()
            }
            Self::TimedOut => "站点未在限定时间内响应".to_owned(),
            Self::Broken => "与站点的连接中断".to_owned(),
            Self::TooLarge { limit } => format!("站点的响应超过 {limit} 字节"),
            Self::Redirected { status } => {
                format!("站点返回 {status} 并指向其他地址，请将所指向的地址填为基础地址")
            }
            Self::Limited { .. } => "站点暂时拒绝更多请求，稍后会自动重试".to_owned(),
            Self::Denied { status, reason } => format!("站点返回 {status}，请检查访问令牌和用户 ID（{reason}）"),
            Self::Unsupported { status } => format!("站点不提供此接口（返回 {status}）"),
            Self::Answered { status, reason } => format!("站点返回 {status}：{reason}"),
            Self::Refused { reason } => format!("站点拒绝：{reason}"),
            Self::Malformed { what } => format!("无法理解站点的响应：{what}"),
            Self::Partial { what } => format!("站点的响应不完整：{what}"),
        }
    }
}

impl From<&reqwest::Error> for SiteFault {
    /// Keeps the kind of failure only: the error itself may name the URL of a proxy.
    fn from(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Unreachable
        } else if error.is_builder() {
            Self::Address { reason: "the request could not be made".to_owned() }
        } else {
            Self::Broken
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_away_when_nothing_or_a_proxy_answers_for_it() {
        let answered = |status| SiteFault::Answered { status, reason: String::new() };
        let faults = [
            SiteFault::TimedOut,
            SiteFault::Unreachable,
            SiteFault::Broken,
            SiteFault::Proxy,
            answered(502),
            answered(503),
            answered(504),
            answered(500),
            SiteFault::Refused { reason: String::new() },
            SiteFault::Limited { retry_after_secs: None },
            SiteFault::Denied { status: 401, reason: String::new() },
        ];
        let away = faults.map(|fault| fault.is_away());
        assert_eq!(away, [true, true, true, true, true, true, true, false, false, false, false]);
    }

    #[test]
    fn a_fault_survives_being_stored() {
        let fault = SiteFault::Denied { status: 401, reason: "无权".to_owned() };
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<SiteFault>(&text).unwrap(), fault);
        assert!(fault.to_string().contains("401") && fault.to_chinese().contains("无权"));
    }
}
