//! Transfers as lines of CSV. As JSON they are what `Serialize` writes.

use super::BookedTransfer;

/// First line of a CSV export, without a line end.
pub const CSV_HEADER: &str = "id,kind,debit,credit,amount_micros,amount,call,actor,memo,created_at,\
                              debit_seq,debit_hash,credit_seq,credit_hash";

impl BookedTransfer {
    /// Returns the transfer as one line of CSV (RFC 4180), without a line end.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let Self { transfer, debit_link, credit_link } = self;
        let fields = [
            transfer.id.to_string(),
            transfer.kind.as_str().to_owned(),
            transfer.debit.to_string(),
            transfer.credit.to_string(),
            transfer.amount.0.to_string(),
            transfer.amount.to_string(),
            transfer.call.map(|call| call.to_string()).unwrap_or_default(),
            transfer.actor.to_string(),
            quoted(&transfer.memo),
            transfer.created_at.0.to_string(),
            debit_link.seq.to_string(),
            debit_link.hash.to_string(),
            credit_link.seq.to_string(),
            credit_link.hash.to_string(),
        ];
        fields.join(",")
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Timestamp;
    use crate::id::{AccountId, TransferId, UserId};
    use crate::ledger::{Actor, ChainHash, Link, Transfer, TransferKind};
    use crate::money::Micros;

    #[test]
    fn a_line_has_a_field_for_each_column_and_quotes_what_needs_it() {
        let booked = BookedTransfer {
            transfer: Transfer {
                id: TransferId(Uuid::from_u128(1)),
                kind: TransferKind::TopUp,
                debit: AccountId(2),
                credit: AccountId(3),
                amount: Micros(2_500_000),
                call: None,
                actor: Actor::User(UserId(4)),
                memo: "paid \"cash\"".to_owned(),
                created_at: Timestamp(5),
            },
            debit_link: Link { seq: 6, hash: ChainHash([0xAB; 32]) },
            credit_link: Link { seq: 7, hash: ChainHash([1; 32]) },
        };
        let (debit_hash, credit_hash) = ("ab".repeat(32), "01".repeat(32));
        let expected = format!(
            "00000000-0000-0000-0000-000000000001,top_up,2,3,2500000,2.500000,,user:4,\"paid \"\"cash\"\"\",5,\
             6,{debit_hash},7,{credit_hash}"
        );
        assert_eq!(booked.to_csv(), expected);
        assert_eq!(expected.split(',').count(), CSV_HEADER.split(',').count());
    }
}
