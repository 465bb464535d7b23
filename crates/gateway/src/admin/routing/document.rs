//! The shape of the routing policy for the API's description. What is read and written is the domain's own
//! [`Policy`](sluice_domain::route::policy::Policy), which knows nothing of descriptions.
#![expect(dead_code, reason = "read by the description alone")]

use utoipa::ToSchema;

use crate::admin::wire::LimitsView;

/// All that is said about routing; what is left out is at its default.
#[derive(ToSchema)]
#[schema(as = RoutingPolicy)]
pub(super) struct PolicyDocument {
    /// How candidates of the same priority are ordered where neither key nor model says.
    #[schema(inline)]
    strategy: Option<StrategyName>,
    /// What differs for some models; the first pattern that matches counts.
    models: Option<Vec<RoutingModel>>,
    /// Public names that stand for others.
    aliases: Option<Vec<RoutingAlias>>,
    /// Tried in order; the first whose condition holds decides.
    rules: Option<Vec<RoutingRule>>,
    /// Name of the provider that gets calls for models that nobody else serves.
    default_provider: Option<String>,
    /// Whether an empty or meaningless answer counts as a failure.
    #[schema(inline)]
    validity: Option<ValidityName>,
    /// Numbers of the value score.
    factors: Option<RoutingFactors>,
}

/// Name of an order.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
enum StrategyName {
    Value,
    Cheapest,
    Fastest,
    LeastBusy,
    Weighted,
    QuotaFirst,
    RoundRobin,
    ByCall,
    Listed,
}

/// What is done about answers that say nothing.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
enum ValidityName {
    Off,
    Observe,
    Enforce,
}

/// What differs for the models of a pattern.
#[derive(ToSchema)]
struct RoutingModel {
    /// Name, or a pattern with `*`.
    model: String,
    /// How its candidates are ordered.
    #[schema(inline)]
    strategy: Option<StrategyName>,
    /// What all callers together may ask of it.
    limits: Option<LimitsView>,
}

/// A public name that stands for others.
#[derive(ToSchema)]
struct RoutingAlias {
    /// The name callers use.
    name: String,
    /// What it stands for. With several, one is drawn by weight and the others follow if it fails.
    targets: Vec<RoutingTarget>,
}

/// A model that an alias stands for.
#[derive(ToSchema)]
struct RoutingTarget {
    /// A model's name, also `provider/model`.
    model: String,
    /// Share among the targets; 1 by default.
    weight: Option<u32>,
}

/// An expression that overrides the choice for the calls that it holds for.
#[derive(ToSchema)]
struct RoutingRule {
    /// Name shown where a call is explained; empty takes its number.
    name: Option<String>,
    /// Models it is about, names or patterns; empty for all.
    models: Option<Vec<String>>,
    /// Condition in the expr language.
    #[schema(example = "TokenCount > 100000")]
    when: String,
    /// The only candidates then, in this order.
    providers: Option<Vec<RoutingChoice>>,
    /// The model that counts as asked for then.
    model: Option<String>,
    /// How candidates are ordered then.
    #[schema(inline)]
    strategy: Option<StrategyName>,
}

/// A provider that a rule chooses.
#[derive(ToSchema)]
struct RoutingChoice {
    /// Its name.
    provider: String,
    /// Name to send; by default what its routes say, else what was asked for.
    model: Option<String>,
}

/// Numbers of the value score.
#[derive(ToSchema)]
struct RoutingFactors {
    /// Part of a contribution that does not depend on the value score, 0 to 10.
    base_weight: Option<f64>,
    /// Part that does, 0 to 10.
    value_score: Option<f64>,
    /// How far back spending counts, 1 to 720 hours.
    usage_window_hours: Option<u32>,
    /// Whether failures and latency count.
    health: Option<bool>,
    /// How far back they count, 1 to 720 hours.
    health_window_hours: Option<u32>,
    /// How hard failures are punished, 0 to 20.
    failure_penalty: Option<f64>,
    /// How much success is rewarded, 0 to 2.
    health_reward: Option<f64>,
    /// Least that health multiplies by, 0 to 10.
    health_min: Option<f64>,
    /// Most that health multiplies by, 0 to 10.
    health_max: Option<f64>,
    /// Attempts below which health is not judged, 1 to 1000.
    health_min_samples: Option<u32>,
}
