//! Trying rules on a sample call.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::route::policy::Rule;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Body, Envelope, Problem, Reply, found};
use crate::snapshot::rules::{Ruled, Sample, try_all};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(test_rules))
}

/// Rules and a call to try them on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestInput {
    /// The rules; left out, those in force.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    rules: Option<Vec<Rule>>,
    /// The call.
    sample: Sample,
}

/// What came of the rules.
#[derive(Debug, Serialize, ToSchema)]
struct TestView {
    /// Name of the rule that decides; `null` for none.
    decides: Option<String>,
    /// Every rule, in order.
    rules: Vec<RuleView>,
}

/// What came of one rule.
#[derive(Debug, Serialize, ToSchema)]
struct RuleView {
    name: String,
    /// Whether it is about the sample's model.
    concerns: bool,
    /// Whether its condition holds; `null` where it does not compile or fails.
    holds: Option<bool>,
    /// What is wrong with it, and where; `null` for nothing.
    error: Option<String>,
}

/// Try rules on a sample call without making it.
#[utoipa::path(post, path = "/api/routing/rules/test", tag = "Routing", request_body = TestInput,
    responses((status = 200, description = "What came of each rule.", body = Envelope<TestView>)))]
async fn test_rules(State(state): State<Arc<AdminState>>, _: AsAdmin, Body(input): Body<TestInput>) -> Reply<TestView> {
    let rules = match input.rules {
        Some(rules) => rules,
        None => state.policy.over(state.store.routing_policy().await?).rules,
    };
    let sample = input.sample.prepared();
    // Counting tokens may wait for a vocabulary.
    let tested = tokio::task::spawn_blocking(move || test(&rules, &sample)).await;
    found(tested.map_err(|_| Problem::Internal)?)
}

fn test(rules: &[Rule], sample: &Sample) -> TestView {
    let mut views = Vec::with_capacity(rules.len());
    for (number, rule) in (1..).zip(rules) {
        views.push(match Ruled::compile(rule, number) {
            Ok(ruled) => tried(ruled, sample),
            Err(error) => {
                let name = if rule.name.is_empty() { format!("rule {number}") } else { rule.name.clone() };
                RuleView { name, concerns: true, holds: None, error: Some(error.to_string()) }
            }
        });
    }
    let decides = views.iter().find(|view| view.concerns && view.holds == Some(true)).map(|view| view.name.clone());
    TestView { decides, rules: views }
}

fn tried(ruled: Ruled, sample: &Sample) -> RuleView {
    let name = ruled.name.clone();
    let tried = try_all(&[ruled], sample).pop();
    let (concerns, holds) = tried.map_or((false, Ok(false)), |tried| (tried.concerns, tried.holds));
    RuleView { name, concerns, holds: holds.clone().ok(), error: holds.err() }
}
