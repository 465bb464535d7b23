//! Bytes of what a call owes.

use sluice_domain::id::{AccountId, LeaseId};
use sluice_domain::money::Micros;
use sluice_domain::price::{Basis, Factors, Multiplier, Service, VersionId};
use uuid::Uuid;

use super::codec::{Reader, put_i64, put_option, put_u64};
use crate::money::bank::Stake;
use crate::record::Dues;

/// Accounts and budgets that one call may fall under; more in a note means that it is damaged.
const STAKES_MAX: u64 = 64;

pub(super) fn write(out: &mut Vec<u8>, dues: &Dues) {
    put_u64(out, dues.stakes.len() as u64);
    for stake in &dues.stakes {
        put_i64(out, stake.account.0);
        out.extend_from_slice(stake.lease.0.as_bytes());
        out.push(stake.is_budget.into());
        put_i64(out, stake.held.0);
    }
    match &dues.basis {
        None => out.push(0),
        Some(basis) => {
            out.push(1);
            write_basis(out, basis);
        }
    }
    put_option(out, dues.charge.map(|charge| charge.0));
}

fn write_basis(out: &mut Vec<u8>, basis: &Basis) {
    out.extend_from_slice(&basis.cost.0);
    match &basis.fixed {
        None => out.push(0),
        Some(fixed) => {
            out.push(1);
            out.extend_from_slice(&fixed.0);
        }
    }
    out.push(basis.service as u8);
    for factor in basis.factors.all() {
        put_u64(out, factor.0);
    }
    put_i64(out, basis.held.0);
}

pub(super) fn read(reader: &mut Reader<'_>) -> Option<Dues> {
    let count = reader.u64().filter(|&count| count <= STAKES_MAX)?;
    let stakes = (0..count).map(|_| read_stake(reader)).collect::<Option<_>>()?;
    let basis = match reader.byte()? {
        0 => None,
        _ => Some(read_basis(reader)?),
    };
    Some(Dues { stakes, basis, charge: reader.option()?.map(Micros) })
}

fn read_stake(reader: &mut Reader<'_>) -> Option<Stake> {
    Some(Stake {
        account: AccountId(reader.i64()?),
        lease: LeaseId(Uuid::from_slice(reader.take(16)?).ok()?),
        is_budget: reader.byte()? != 0,
        held: Micros(reader.i64()?),
    })
}

fn read_basis(reader: &mut Reader<'_>) -> Option<Basis> {
    let cost = read_version(reader)?;
    let fixed = match reader.byte()? {
        0 => None,
        _ => Some(read_version(reader)?),
    };
    let service = usize::from(reader.byte()?);
    let service = *Service::ALL.get(service)?;
    let mut factor = || reader.u64().map(Multiplier);
    let factors = Factors { request: factor()?, group: factor()?, key: factor()? };
    Some(Basis { cost, fixed, service, factors, held: Micros(reader.i64()?) })
}

fn read_version(reader: &mut Reader<'_>) -> Option<VersionId> {
    reader.take(16)?.try_into().ok().map(VersionId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_read_as_it_was_written() {
        let lease = LeaseId::new(7, [3; 10]);
        let stake = Stake { account: AccountId(-9), lease, is_budget: true, held: Micros(1_000_000) };
        let factors = Factors { request: Multiplier(3), group: Multiplier(800_000), key: Multiplier::ONE };
        let basis = Basis {
            cost: VersionId([1; 16]),
            fixed: Some(VersionId([2; 16])),
            service: Service::Priority,
            factors,
            held: Micros(5),
        };
        let all = [
            Dues::default(),
            Dues { stakes: vec![stake, stake], basis: Some(basis), charge: Some(Micros(0)) },
            Dues { stakes: Vec::new(), basis: Some(Basis { fixed: None, ..basis }), charge: None },
        ];
        for dues in all {
            let mut out = Vec::new();
            write(&mut out, &dues);
            let mut reader = Reader(&out);
            assert_eq!((read(&mut reader), reader.0), (Some(dues), &[][..]));
        }
    }
}
