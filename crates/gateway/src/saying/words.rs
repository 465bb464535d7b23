//! The words of both languages. A code that was kept once stays what it is.

use crate::admin::Language;

macro_rules! words {
    ($($name:ident $code:literal $english:literal $chinese:literal;)+) => {
        /// What can be said.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Word { $($name,)+ }

        impl Word {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub(super) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            pub(super) fn of(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }

            pub(super) const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english,
                      (Self::$name, Language::Chinese) => $chinese,)+
                }
            }
        }
    };
}

words! {
    Plain "plain" "{text}" "{text}";
    Line "line" "\n{text}" "\n{text}";
    DatabaseAway "database_away"
        "the database is away" "数据库不可用";
    DatabaseRefused "database_refused"
        "the database refused what was asked of it; the log says more" "数据库拒绝了请求，详见日志";
    Stopped "stopped"
        "Sluice was stopped" "Sluice 已停止";
    OwnFault "own_fault"
        "a fault in Sluice itself; the log says more" "Sluice 自身出错，详见日志";
    TurnLost "turn_lost"
        "the database was away, or another node took over" "数据库曾不可用，或由其他节点接手";
    TooLong "too_long"
        "it took longer than {secs} seconds and was ended" "耗时超过 {secs} 秒，已被终止";
    JobFailing "job_failing"
        "the job `{job}` has failed {count} times in a row: {reason}" "任务 `{job}` 已连续失败 {count} 次：{reason}";
    SyncRound "sync_round"
        "{refreshed} synchronised, {failed} failed, {skipped} skipped"
        "已同步 {refreshed} 个，失败 {failed} 个，跳过 {skipped} 个";
    SyncFailed "sync_failed"
        "; `{name}`: {reason}" "；`{name}`：{reason}";
    RemovingRows "removing_rows"
        "removing old rows" "正在清理过期数据";
    RowsRemoved "rows_removed"
        "removed {rows} rows" "已清理 {rows} 行";
    AskingSites "asking_sites"
        "asking sites" "正在请求站点";
    CheckinNone "checkin_none"
        "no site is left for today" "今日没有剩余的站点";
    CheckinRound "checkin_round"
        "{succeeded} of {total} sites count {day}; {failed} failed, {missing} are missing"
        "{total} 个站点中 {succeeded} 个已计入 {day}，失败 {failed} 个，仍缺 {missing} 个";
    CheckinUnderWay "checkin_under_way"
        "; the others are being asked just now" "；其余站点正在请求中";
    CheckinFailed "checkin_failed"
        "the check-in at `{name}` failed: {said}" "`{name}` 签到失败：{said}";
    CheckinOff "checkin_off"
        "`{name}` offers no check-in ({said}); it is switched off for this provider"
        "`{name}` 不提供签到（{said}），已关闭该供应商的签到";
    ReadingLedger "reading_ledger"
        "reading the ledger" "正在读取账本";
    LedgerSound "ledger_sound"
        "the ledger adds up" "账本一致";
    LedgerParked "ledger_parked"
        "the ledger adds up, but {calls} could not be posted and are put aside"
        "账本一致，但有 {calls}无法入账，已搁置";
    LedgerWrong "ledger_wrong"
        "the ledger does not add up: {deviations}" "账本不一致：{deviations}";
    LedgerWrongParked "ledger_wrong_parked"
        "the ledger does not add up: {deviations}, and {calls} put aside" "账本不一致：{deviations}，另有 {calls}被搁置";
    LedgerMore "ledger_more"
        "\nand {count} more; `sluice ledger verify` lists them" "\n另有 {count} 处，`sluice ledger verify` 可全部列出";
    CallParked "call_parked"
        "call {id} cannot be posted: {reason}; it is tried again at the next start"
        "调用 {id} 无法入账：{reason}；下次启动时重试";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(place, _)| place)).collect()
    }

    #[test]
    fn words_have_the_same_places_in_both_languages_and_a_code_of_their_own() {
        for word in Word::ALL {
            let [english, chinese] = [Language::English, Language::Chinese].map(|language| places(word.text(language)));
            assert_eq!(english, chinese, "{word:?}");
            assert_eq!(Word::of(word.code()), Some(*word));
        }
    }
}
