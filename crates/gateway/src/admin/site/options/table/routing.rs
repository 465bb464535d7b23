//! Where calls go, what counts as an answer, and the daily check-in.

use sluice_domain::route::policy::Factor;
use sluice_store::PolicySetting;

use super::Group::{Checkin, Routing};
use super::Unit::{Hours, Minutes};
use super::{Known, kept, known, policy};
use crate::admin::site::options::shape::Shape;

pub(super) const TABLE: &[Known] = &[
    policy(PolicySetting::Strategy, "value").says(
        Routing,
        "How candidates of the same priority are ordered where neither the key nor the model says.",
        "密钥和模型都未指定时，同一优先级的候选如何排序。",
    ),
    policy(PolicySetting::Models, "").says(
        Routing,
        "What differs for some models: their strategy and what all callers together may ask of them. A JSON list.",
        "部分模型的特殊规则：排序策略以及所有调用方合计的限额。JSON 列表。",
    ),
    policy(PolicySetting::Aliases, "").says(
        Routing,
        "Public names that stand for other models. A JSON list.",
        "代表其他模型的公开名称。JSON 列表。",
    ),
    policy(PolicySetting::Rules, "").says(
        Routing,
        "Rules that override where some calls go; the first whose condition holds decides. A JSON list.",
        "改变部分调用去向的规则，按顺序匹配，首条成立的规则生效。JSON 列表。",
    ),
    policy(PolicySetting::DefaultProvider, "").says(
        Routing,
        "Name of the provider that gets calls for models that nobody else serves; empty refuses them.",
        "没有其他供应商提供该模型时使用的供应商名称；留空则拒绝调用。",
    ),
    policy(PolicySetting::Validity, "enforce").says(
        Routing,
        "What an empty or meaningless answer comes to: `off` passes it on, `observe` notes it, `enforce` tries the next candidate.",
        "对空白或无意义回答的处理：`off` 直接转发，`observe` 仅记录，`enforce` 改用下一个候选。",
    ),
    policy(PolicySetting::Health, "true").says(
        Routing,
        "Whether a candidate's share depends on its failures and its latency.",
        "候选的分配比例是否受失败率和延迟影响。",
    ),
    policy(PolicySetting::Factor(Factor::UsageWindowHours), "24")
        .says(
            Routing,
            "How far back spending at a provider counts for its value score.",
            "计算性价比评分时统计多长时间内的消费。",
        )
        .counts(Hours),
    policy(PolicySetting::Factor(Factor::BaseWeight), "0.2").says(
        Routing,
        "Part of a candidate's share that does not depend on its value score.",
        "候选分配比例中与性价比评分无关的部分。",
    ),
    policy(PolicySetting::Factor(Factor::ValueScore), "0.8").says(
        Routing,
        "Part of a candidate's share that follows its value score.",
        "候选分配比例中随性价比评分变化的部分。",
    ),
    policy(PolicySetting::Factor(Factor::HealthWindowHours), "6")
        .says(
            Routing,
            "How far back failures and latency count.",
            "统计多长时间内的失败率和延迟。",
        )
        .counts(Hours),
    policy(PolicySetting::Factor(Factor::FailurePenalty), "4").says(
        Routing,
        "How strongly failures lower a candidate's share; 0 not at all.",
        "失败对分配比例的降低力度；0 表示不降低。",
    ),
    policy(PolicySetting::Factor(Factor::HealthReward), "0.08").says(
        Routing,
        "How strongly good health raises a candidate's share; 0 not at all.",
        "健康状况良好时提高分配比例的力度；0 表示不提高。",
    ),
    policy(PolicySetting::Factor(Factor::HealthMin), "0.05").says(
        Routing,
        "Least that health multiplies a share by; not more than the most.",
        "健康系数的下限，不能大于上限。",
    ),
    policy(PolicySetting::Factor(Factor::HealthMax), "1.12").says(
        Routing,
        "Most that health multiplies a share by.",
        "健康系数的上限。",
    ),
    policy(PolicySetting::Factor(Factor::HealthMinSamples), "5").says(
        Routing,
        "Attempts that must have been seen before health counts.",
        "至少有多少次尝试后才计入健康状况。",
    ),
    kept("RelayResponseValidityGuardEnabled", "true", Shape::Boolean).says(
        Routing,
        "Switch of the old gateway for checking answers; `RelayResponseValidityGuardMode` is what counts.",
        "旧网关的回答校验开关；实际以 `RelayResponseValidityGuardMode` 为准。",
    ),
    kept("RoutingInvalidResponseSuppressionEnabled", "false", Shape::Boolean).says(
        Routing,
        "Whether a route rests after too many invalid answers.",
        "无效回答过多时是否暂停该路由。",
    ),
    kept("RoutingInvalidResponseSuppressionThreshold", "3", Shape::Number(1, 1_000)).says(
        Routing,
        "How many invalid answers are too many.",
        "多少次无效回答视为过多。",
    ),
    kept("RoutingInvalidResponseSuppressionWindowMinutes", "10", Shape::Number(1, 1_440))
        .says(
            Routing,
            "Time within which they are counted.",
            "统计无效回答的时间范围。",
        )
        .counts(Minutes),
    kept("RoutingInvalidResponseSuppressionCooldownMinutes", "15", Shape::Number(1, 1_440))
        .says(Routing, "How long the route rests then.", "此后暂停该路由多长时间。")
        .counts(Minutes),
    known("CheckinScheduleEnabled", "true", Shape::Boolean).says(
        Checkin,
        "Whether Sluice checks in every day at the sites whose providers ask for it.",
        "是否每天在开启了签到的供应商站点自动签到。",
    ),
    known("CheckinScheduleTime", "09:00", Shape::Time).says(
        Checkin,
        "From what time of the day on, in the time zone below.",
        "每天从几点开始签到，按下面的时区计算。",
    ),
    known("CheckinScheduleTimezone", "Asia/Shanghai", Shape::Zone).says(
        Checkin,
        "Time zone of the check-in; its days also decide when a balance is stale.",
        "签到使用的时区；余额是否过期也按该时区的日期判断。",
    ),
];
