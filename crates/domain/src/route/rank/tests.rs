use super::*;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;

use crate::route::gate::Trouble;
use crate::route::obstacle::Subject;

fn contender(id: i64) -> Contender {
    Contender {
        provider: ProviderId(id),
        credential: CredentialId(id),
        standing: Standing { priority: 0, weight: 10 },
        obstacle: None,
        converts: false,
        is_probe: false,
        worth: Worth::default(),
        health: 1.0,
        cost: None,
        first_token_ms: None,
        quota: None,
        calls_left: None,
        invalid: 0,
        load: Load::default(),
    }
}

fn ranked(contenders: &[Contender], strategy: Strategy, seed: u64) -> Ranking {
    ranked_at(contenders, strategy, seed, 0)
}

fn ranked_at(contenders: &[Contender], strategy: Strategy, seed: u64, turn: u128) -> Ranking {
    let factors = ValueFactors::default();
    let order = Order { strategy, factors: &factors, turn, caller: 7 };
    rank(contenders, &order, |_| Rotation::Strategy, &mut StdRng::seed_from_u64(seed))
}

fn worth(unit_cost: f64, balance: f64, spent: f64) -> Worth {
    Worth { unit_cost, balance, spent }
}

/// Counts how often each order comes up.
fn counted(contenders: &[Contender], strategy: Strategy, rounds: u32) -> std::collections::HashMap<Vec<usize>, u32> {
    let factors = ValueFactors::default();
    let order = Order { strategy, factors: &factors, turn: 0, caller: 0 };
    let mut random = StdRng::seed_from_u64(11);
    let mut counts = std::collections::HashMap::new();
    for _ in 0..rounds {
        *counts.entry(rank(contenders, &order, |_| Rotation::Strategy, &mut random).order).or_insert(0) += 1;
    }
    counts
}

#[test]
fn shares_of_the_worked_example() {
    let mut tier = [contender(1), contender(2), contender(3)];
    tier[0].worth = worth(12.5, 20.0, 0.0);
    tier[1].worth = worth(6.25, 5.0, 6.0);
    tier[2].standing.weight = 0;
    let shares = ranked(&tier, Strategy::Value, 1).shares;
    let expected = [0.282_159, 0.274_918, 0.442_923];
    assert!(shares.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 1e-6), "{shares:?}");

    tier[1].standing.weight = 30;
    let shares = ranked(&tier[..2], Strategy::Value, 1).shares;
    assert!((shares[0] - 0.346_062).abs() < 1e-6 && (shares[1] - 0.653_938).abs() < 1e-6, "{shares:?}");
}

#[test]
fn the_shuffle_draws_without_replacement() {
    // Contributions 15, 9 and 6.
    let tier: Vec<Contender> = [(1, 15), (2, 9), (3, 6)]
        .into_iter()
        .map(|(id, weight)| Contender { standing: Standing { priority: 0, weight }, ..contender(id) })
        .collect();
    let rounds = 60_000;
    let counts = counted(&tier, Strategy::Weighted, rounds);
    let expected: [(&[usize], f64); 6] = [
        (&[0, 1, 2], 0.3),
        (&[0, 2, 1], 0.2),
        (&[1, 0, 2], 0.214_285_714_3),
        (&[1, 2, 0], 0.085_714_285_7),
        (&[2, 0, 1], 0.125),
        (&[2, 1, 0], 0.075),
    ];
    let chi_square: f64 = expected
        .iter()
        .map(|(order, share)| {
            let (seen, expected) = (f64::from(counts.get(*order).copied().unwrap_or(0)), share * f64::from(rounds));
            (seen - expected).powi(2) / expected
        })
        .sum();
    // Five degrees of freedom; 20.5 is exceeded by chance once in a thousand.
    assert!(chi_square < 20.5, "{chi_square} {counts:?}");
}

#[test]
fn a_higher_priority_always_goes_first() {
    let tier: Vec<Contender> = [(1, 0), (2, 10), (3, 0)]
        .into_iter()
        .map(|(id, priority)| Contender { standing: Standing { priority, weight: 10 }, ..contender(id) })
        .collect();
    let counts = counted(&tier, Strategy::Value, 200);
    let mut orders: Vec<&Vec<usize>> = counts.keys().collect();
    orders.sort();
    assert_eq!(orders, [&vec![1, 0, 2], &vec![1, 2, 0]]);
}

#[test]
fn those_without_weight_come_last_in_any_order() {
    let tier: Vec<Contender> = [(1, 0), (2, 0), (3, 4), (4, -2)]
        .into_iter()
        .map(|(id, weight)| Contender { standing: Standing { priority: 0, weight }, ..contender(id) })
        .collect();
    let counts = counted(&tier, Strategy::Weighted, 500);
    assert!(counts.keys().all(|order| order[0] == 2));
    assert_eq!(counts.keys().map(|order| order[1]).collect::<std::collections::BTreeSet<_>>().len(), 3);
}

#[test]
fn of_equals_those_that_need_no_conversion_go_first() {
    let mut tier = [contender(1), contender(2), contender(3)];
    tier[0].converts = true;
    for strategy in [Strategy::Value, Strategy::Weighted, Strategy::Cheapest, Strategy::Fastest, Strategy::LeastBusy] {
        for seed in 0..40 {
            assert_eq!(ranked(&tier, strategy, seed).order[2], 0, "{strategy:?}");
        }
    }
    tier[0].worth.unit_cost = 0.01;
    tier[1].worth.unit_cost = 30.0;
    tier[2].worth.unit_cost = 30.0;
    let first = counted(&tier, Strategy::Value, 500).into_iter().filter(|(order, _)| order[0] == 0);
    assert!(first.map(|(_, count)| count).sum::<u32>() > 200, "a cheaper one wins though it converts");
}

#[rstest]
#[case(Strategy::Cheapest, [2, 0, 1])]
#[case(Strategy::Fastest, [1, 0, 2])]
#[case(Strategy::LeastBusy, [0, 2, 1])]
#[case(Strategy::QuotaFirst, [0, 2, 1])]
#[case(Strategy::Listed, [0, 1, 2])]
fn strategies_order_by_what_they_say(#[case] strategy: Strategy, #[case] expected: [usize; 3]) {
    let mut tier = [contender(1), contender(2), contender(3)];
    for (contender, (cost, ms, in_flight, quota)) in
        tier.iter_mut().zip([(Some(50), 400.0, 0, None), (None, 100.0, 2, Some(100)), (Some(20), 900.0, 1, Some(900))])
    {
        contender.cost = cost.map(Micros);
        contender.first_token_ms = Some(ms);
        contender.load.in_flight = in_flight;
        contender.quota = quota.map(Micros);
    }
    for seed in 0..20 {
        assert_eq!(ranked(&tier, strategy, seed).order, expected);
    }
}

#[test]
fn one_that_was_never_tried_gets_its_chance_among_the_fastest() {
    let mut tier = [contender(1), contender(2)];
    tier[0].first_token_ms = Some(300.0);
    assert_eq!(counted(&tier, Strategy::Fastest, 100).len(), 2);
}

#[test]
fn turns_go_round() {
    let tier = [contender(1), contender(2), contender(3)];
    let order = |turn| ranked_at(&tier, Strategy::RoundRobin, 1, turn).order;
    assert_eq!([order(0), order(1), order(5)], [vec![0, 1, 2], vec![1, 2, 0], vec![2, 0, 1]]);
    // The examples of the old gateway: a UUID as a number, modulo the count of keys.
    let id = uuid::Uuid::parse_str("01234567-89ab-4def-8123-456789abcdef").unwrap().as_u128();
    let first = |count: usize| {
        let tier: Vec<Contender> = (0..count).map(|id| contender(i64::try_from(id).unwrap())).collect();
        ranked_at(&tier, Strategy::ByCall, 1, id).order[0]
    };
    assert_eq!([2, 3, 4, 5, 7, 10].map(first), [1, 0, 3, 0, 3, 5]);
}

#[test]
fn one_that_rests_does_not_move_the_turns_of_others() {
    let mut tier = [contender(1), contender(2), contender(3)];
    tier[1].obstacle = Some(Obstacle::Busy);
    let order = |turn| ranked_at(&tier, Strategy::ByCall, 1, turn).order;
    assert_eq!([order(0), order(1), order(2)], [vec![0, 2], vec![2, 0], vec![2, 0]]);
}

#[test]
fn one_that_the_key_never_leads_to_has_no_turn() {
    let mut tier = [contender(1), contender(2), contender(3)];
    tier[0].obstacle = Some(Obstacle::OutOfScope);
    let order = |turn| ranked_at(&tier, Strategy::ByCall, 1, turn).order;
    assert_eq!([order(0), order(1), order(2)], [vec![1, 2], vec![2, 1], vec![1, 2]]);
}

#[test]
fn credentials_of_a_provider_take_turns_in_its_places() {
    let mut tier = [contender(1), contender(2), contender(3), contender(4)];
    for contender in &mut tier[1..] {
        contender.provider = ProviderId(9);
    }
    tier[1].load.used = 5;
    tier[2].load.used = 1;
    tier[3].load.in_flight = 1;
    let factors = ValueFactors::default();
    let order = Order { strategy: Strategy::Listed, factors: &factors, turn: 1, caller: 8 };
    let with = |rotation| rank(&tier, &order, |_| rotation, &mut StdRng::seed_from_u64(1)).order;
    assert_eq!(with(Rotation::Strategy), [0, 1, 2, 3]);
    assert_eq!(with(Rotation::LeastUsed), [0, 2, 1, 3]);
    assert_eq!(with(Rotation::RoundRobin), [0, 2, 3, 1]);
    assert_eq!(with(Rotation::Sticky), [0, 3, 1, 2]);
}

#[test]
fn one_that_may_be_well_again_is_tried_first_in_its_tier() {
    let mut tier = [contender(1), contender(2), contender(3)];
    tier[2].is_probe = true;
    tier[0].standing.priority = 5;
    for seed in 0..20 {
        assert_eq!(ranked(&tier, Strategy::Value, seed).order, [0, 2, 1]);
    }
}

fn any_obstacle() -> impl proptest::strategy::Strategy<Value = Option<Obstacle>> {
    let resting = Obstacle::Resting { trouble: Trouble::Failing, of: Subject::Route, until_ms: 9 };
    prop::sample::select(vec![None, Some(Obstacle::Disabled), Some(Obstacle::Incapable), Some(resting), None])
}

proptest! {
    #[test]
    fn every_usable_candidate_is_ranked_once_and_no_other(
        rows in prop::collection::vec((any_obstacle(), -3i64..3, -20i64..50, any::<bool>(), 0i64..4, any::<bool>()), 0..30),
        strategy in prop::sample::select(Strategy::ALL.to_vec()),
        rotation in prop::sample::select(Rotation::ALL.to_vec()),
        (turn, seed) in (any::<u128>(), any::<u64>()),
    ) {
        let contenders: Vec<Contender> = rows
            .into_iter()
            .enumerate()
            .map(|(id, (obstacle, priority, weight, converts, provider, is_probe))| Contender {
                obstacle,
                standing: Standing { priority, weight },
                converts,
                provider: ProviderId(provider),
                is_probe,
                ..contender(i64::try_from(id).unwrap())
            })
            .collect();
        let factors = ValueFactors::default();
        let order = Order { strategy, factors: &factors, turn, caller: seed };
        let ranking = rank(&contenders, &order, |_| rotation, &mut StdRng::seed_from_u64(seed));
        let mut placed = ranking.order.clone();
        placed.sort_unstable();
        let usable: Vec<usize> = (0..contenders.len()).filter(|&index| contenders[index].obstacle.is_none()).collect();
        prop_assert_eq!(placed, usable);
        let priorities: Vec<i64> = ranking.order.iter().map(|&index| contenders[index].standing.priority).collect();
        prop_assert!(priorities.is_sorted_by(|a, b| a >= b));
    }
}
