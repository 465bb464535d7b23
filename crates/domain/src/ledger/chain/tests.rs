use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::clock::Timestamp;
use crate::id::{CallId, NodeId, TransferId, UserId};
use crate::ledger::{Actor, TransferKind};
use crate::money::Micros;

fn any_actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        any::<i64>().prop_map(|id| Actor::User(UserId(id))),
        any::<i64>().prop_map(|id| Actor::Node(NodeId(id))),
        Just(Actor::System),
    ]
}

prop_compose! {
    fn any_transfer()(
        id in any::<u128>(),
        kind in prop::sample::select(TransferKind::ALL.to_vec()),
        (debit, credit, amount, created_at) in (1..4_i64, 1..4_i64, 1..i64::MAX, any::<i64>()),
        call in prop::option::of(any::<u128>()),
        actor in any_actor(),
        memo in ".{0,20}",
    ) -> Transfer {
        Transfer {
            id: TransferId(Uuid::from_u128(id)),
            kind,
            debit: AccountId(debit),
            credit: AccountId(credit),
            amount: Micros(amount),
            call: call.map(|call| CallId(Uuid::from_u128(call))),
            actor,
            memo,
            created_at: Timestamp(created_at),
        }
    }
}

fn chain(transfers: &[Transfer]) -> Vec<Link> {
    let mut head = Link::START;
    let append = |transfer: &Transfer| {
        head = head.next(AccountId(1), &digest(transfer));
        head
    };
    transfers.iter().map(append).collect()
}

proptest! {
    #[test]
    fn two_transfers_share_a_digest_only_when_they_are_equal(one in any_transfer(), other in any_transfer()) {
        prop_assert_eq!(one == other, digest(&one).0 == digest(&other).0);
    }

    #[test]
    fn a_changed_transfer_changes_its_link_and_every_later_one(
        transfers in prop::collection::vec(any_transfer(), 1..12),
        other in any_transfer(),
        place in any::<prop::sample::Index>(),
    ) {
        let place = place.index(transfers.len());
        let mut changed = transfers.clone();
        changed[place] = other.clone();
        prop_assume!(transfers[place] != other);
        let (before, after) = (chain(&transfers), chain(&changed));
        prop_assert_eq!(&before[..place], &after[..place]);
        prop_assert!(before[place..].iter().zip(&after[place..]).all(|(one, two)| one.hash != two.hash));
    }

    #[test]
    fn leaving_one_out_or_swapping_two_changes_the_head(
        transfers in prop::collection::vec(any_transfer(), 2..12),
        place in any::<prop::sample::Index>(),
    ) {
        let place = place.index(transfers.len() - 1);
        let head = chain(&transfers).pop();
        let mut shorter = transfers.clone();
        shorter.remove(place);
        prop_assert_ne!(chain(&shorter).pop(), head);
        let mut swapped = transfers.clone();
        swapped.swap(place, place + 1);
        prop_assume!(swapped != transfers);
        prop_assert_ne!(chain(&swapped).pop(), head);
    }
}

#[test]
fn the_stored_format_never_changes() {
    let transfer = Transfer {
        id: TransferId(Uuid::from_u128(1)),
        kind: TransferKind::Charge,
        debit: AccountId(2),
        credit: AccountId(3),
        amount: Micros(4),
        call: Some(CallId(Uuid::from_u128(5))),
        actor: Actor::Node(NodeId(6)),
        memo: "é".to_owned(),
        created_at: Timestamp(7),
    };
    let first = Link::START.next(AccountId(2), &digest(&transfer));
    let second = first.next(AccountId(2), &digest(&Transfer { call: None, ..transfer }));
    assert_eq!((first.seq, second.seq), (1, 2));
    // Made by an independent program from the description above.
    assert_eq!(first.hash.to_string(), "1f0acb5dfac150acf256921d80a01d19e8a5491e646613096dbc3d978ab08e1b");
    assert_eq!(second.hash.to_string(), "da0e9923767a7f0290126173931b0ab5033038cdf79dba6048c894f8fa609fe6");
}
