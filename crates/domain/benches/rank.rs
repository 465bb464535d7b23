//! How long it takes to put 200 candidates in order. Run with `cargo bench -p sluice-domain --bench rank`.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::money::Micros;
use sluice_domain::route::policy::{Rotation, Strategy, ValueFactors};
use sluice_domain::route::{Contender, Load, Order, Standing, Worth, rank};

fn main() {
    divan::main();
}

fn contenders(count: i64) -> Vec<Contender> {
    let contender = |id: i64| Contender {
        provider: ProviderId(id % 40),
        credential: CredentialId(id),
        standing: Standing { priority: id % 3, weight: id % 7 * 10 },
        obstacle: None,
        converts: id % 5 == 0,
        is_probe: false,
        worth: Worth { unit_cost: (id % 11) as f64, balance: 10.0, spent: (id % 4) as f64 },
        health: 1.0,
        cost: Some(Micros(id % 13 * 100)),
        first_token_ms: Some((id % 17) as f64 * 100.0),
        quota: None,
        calls_left: None,
        invalid: 0,
        load: Load::default(),
    };
    (0..count).map(contender).collect()
}

#[divan::bench(args = [Strategy::Value, Strategy::Cheapest, Strategy::Fastest, Strategy::Weighted, Strategy::QuotaFirst])]
fn of_200(bencher: divan::Bencher<'_, '_>, strategy: &Strategy) {
    let (contenders, factors) = (contenders(200), ValueFactors::default());
    let order = Order { strategy: *strategy, factors: &factors, turn: 5, caller: 9 };
    let mut random = SmallRng::seed_from_u64(1);
    bencher.bench_local(|| rank(divan::black_box(&contenders), &order, |_| Rotation::Strategy, &mut random));
}
