//! The daily check-in: what a site's answer to it means.

use super::shapes::CheckInAnswer;

/// Messages of sites that were checked in at before today, blanks removed and in lower case.
const ALREADY: [&str; 2] = ["今日已签到", "alreadycheckedintoday"];
/// The message of sites that have no check-in.
const DISABLED: &str = "签到功能未启用";

/// What came of a check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckInOutcome {
    /// It was made now.
    Done,
    /// It had been made before today, which is as good.
    AlreadyDone,
    /// The site has no check-in; trying again is of no use.
    Disabled,
    /// The site refused for another reason.
    Refused,
}

impl CheckInOutcome {
    /// Returns whether the site counts this day.
    pub(crate) const fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::AlreadyDone)
    }
}

/// A site's answer to a check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckIn {
    /// What it means.
    pub(crate) outcome: CheckInOutcome,
    /// What the site says, for people; may be empty.
    pub(crate) message: String,
    /// What it awards, in its units.
    pub(crate) quota_awarded: Option<i64>,
}

impl CheckIn {
    pub(super) fn of(answer: CheckInAnswer) -> Self {
        let spoken: String =
            answer.message.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        let outcome = if answer.success {
            CheckInOutcome::Done
        } else if ALREADY.iter().any(|phrase| spoken.contains(phrase)) {
            CheckInOutcome::AlreadyDone
        } else if spoken.contains(DISABLED) {
            CheckInOutcome::Disabled
        } else {
            CheckInOutcome::Refused
        };
        Self { outcome, message: answer.message, quota_awarded: answer.quota_awarded }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::newapi::shapes::read_check_in;

    #[rstest]
    #[case(r#"{"success":true,"message":"签到成功","data":{"quota_awarded":12}}"#, CheckInOutcome::Done, Some(12))]
    #[case(r#"{"success":false,"message":" 今日 已签到 "}"#, CheckInOutcome::AlreadyDone, None)]
    #[case(r#"{"success":false,"message":"Already checked in today!"}"#, CheckInOutcome::AlreadyDone, None)]
    #[case(r#"{"success":false,"message":"签到功能 未启用"}"#, CheckInOutcome::Disabled, None)]
    #[case(r#"{"success":false,"message":"token invalid"}"#, CheckInOutcome::Refused, None)]
    fn answers_mean_what_sites_mean_by_them(
        #[case] body: &str,
        #[case] outcome: CheckInOutcome,
        #[case] awarded: Option<i64>,
    ) {
        let check_in = CheckIn::of(read_check_in(body.as_bytes()).unwrap());
        assert_eq!((check_in.outcome, check_in.quota_awarded), (outcome, awarded));
    }
}
