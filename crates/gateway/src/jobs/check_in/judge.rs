//! What a site's answer comes to, and how it is told.

use secrecy::{ExposeSecret, SecretString};
use sluice_domain::checkin::CheckinResult;

use crate::newapi::{CheckIn, CheckInOutcome, SiteFault};

const MAX_MESSAGE_CHARS: usize = 500;
/// Stands where a provider has no account to check in with.
const NO_ACCOUNT: &str = "no_account";

/// Returns what an answer comes to. What the site says is told without the access token.
pub(super) fn judge(answered: Result<CheckIn, SiteFault>, token: &SecretString) -> CheckinResult {
    match answered {
        Ok(answer) => {
            let said = answer.message.replace(token.expose_secret(), "****");
            CheckinResult {
                is_success: answer.outcome.is_success(),
                message: said.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE_CHARS).collect::<String>(),
                fault: None,
                is_auto_disabled: answer.outcome == CheckInOutcome::Disabled,
                quota_awarded: answer.quota_awarded,
            }
        }
        Err(fault) => CheckinResult { fault: serde_json::to_string(&fault).ok(), ..CheckinResult::default() },
    }
}

/// Returns the result where there is no account.
pub(super) fn without_account() -> CheckinResult {
    CheckinResult { fault: Some(NO_ACCOUNT.to_owned()), ..CheckinResult::default() }
}

/// Returns what came of a check-in, in English.
pub(crate) fn english(result: &CheckinResult) -> String {
    match &result.fault {
        Some(fault) if fault == NO_ACCOUNT => "store an access token and a user id for this provider first".to_owned(),
        Some(fault) => match serde_json::from_str::<SiteFault>(fault) {
            Ok(fault) => fault.to_string(),
            Err(_) => "the site could not be asked".to_owned(),
        },
        None if !result.message.trim().is_empty() => result.message.trim().to_owned(),
        None if result.is_success => "checked in".to_owned(),
        None => "the site refused without a reason".to_owned(),
    }
}

/// Returns what came of a check-in, in Chinese.
pub(crate) fn chinese(result: &CheckinResult) -> String {
    match &result.fault {
        Some(fault) if fault == NO_ACCOUNT => "请先为该供应商填写访问令牌和用户 ID".to_owned(),
        Some(fault) => match serde_json::from_str::<SiteFault>(fault) {
            Ok(fault) => fault.to_chinese(),
            Err(_) => "无法请求站点".to_owned(),
        },
        None if !result.message.trim().is_empty() => result.message.trim().to_owned(),
        None if result.is_success => "签到成功".to_owned(),
        None => "站点拒绝，未说明原因".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(outcome: CheckInOutcome, message: &str) -> CheckinResult {
        let answer = CheckIn { outcome, message: message.to_owned(), quota_awarded: Some(12) };
        judge(Ok(answer), &SecretString::from("s3cret"))
    }

    #[test]
    fn a_day_that_was_counted_before_is_as_good_and_a_site_without_check_in_is_left_alone() {
        let judged = [
            answer(CheckInOutcome::Done, "签到成功"),
            answer(CheckInOutcome::AlreadyDone, "今日已签到"),
            answer(CheckInOutcome::Disabled, "签到功能未启用"),
            answer(CheckInOutcome::Refused, "token invalid"),
        ];
        let facts = judged.map(|result| (result.is_success, result.is_auto_disabled));
        assert_eq!(facts, [(true, false), (true, false), (false, true), (false, false)]);
    }

    #[test]
    fn what_is_told_holds_no_access_token_and_no_control_characters() {
        let refused = answer(CheckInOutcome::Refused, &format!("bad\ntoken s3cret {}", "x".repeat(600)));
        assert!(refused.message.starts_with("badtoken **** x") && refused.message.chars().count() == 500);
    }

    #[test]
    fn faults_are_told_in_both_languages() {
        let away = judge(Err(SiteFault::TimedOut), &SecretString::from("x"));
        assert_eq!(english(&away), "the site did not answer in time");
        assert!(chinese(&away).contains("站点") && chinese(&without_account()).contains("访问令牌"));
        assert_eq!(english(&answer(CheckInOutcome::Done, " ")), "checked in");
    }
}
