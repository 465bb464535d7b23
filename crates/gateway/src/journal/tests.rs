use super::*;
use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, CredentialId, KeyId, ProviderId, UserId};
use sluice_domain::usage::{Usage, UsageSource};

fn record(number: u8) -> CallRecord {
    CallRecord {
        id: CallId::new(u64::from(number), [number; 10]),
        created_at: Timestamp(5),
        key_id: KeyId(-1),
        user_id: UserId(2),
        dialect: "anthropic",
        operation: "messages",
        model_asked: "claude".to_owned(),
        model_used: String::new(),
        provider_id: Some(ProviderId(-7)),
        provider_name: "p".to_owned(),
        credential_id: None,
        status: 200,
        outcome: Outcome::Complete,
        error: String::new(),
        usage: Usage { input: 1, images: u64::MAX, ..Usage::default() },
        usage_source: UsageSource::Reported,
        cost: None,
        first_token_ms: Some(12),
        duration_ms: 34,
        stream: true,
        client_ip: Some("::1".parse().unwrap()),
        upstream_request_id: "req".to_owned(),
        attempts: vec![Attempt {
            provider_id: ProviderId(3),
            provider_name: "q".to_owned(),
            credential_id: CredentialId(4),
            model: "m".to_owned(),
            status: 529,
            started_ms: 0,
            duration_ms: 9,
            error: Some("busy".to_owned()),
        }],
    }
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "journal"))
        .collect();
    found.sort();
    found
}

/// Leaves the files behind as a killed process does.
fn kill(journal: Arc<Journal>) {
    std::mem::forget(journal);
}

#[test]
fn what_was_noted_is_found_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0).unwrap();
    let mut died = record(2);
    journal.append(&Note::Open(&record(1))).unwrap();
    journal.append(&Note::Open(&died)).unwrap();
    journal.append(&Note::Close(&record(1))).unwrap();
    kill(journal);
    let replay = read_left_over(dir.path()).unwrap();
    died.outcome = Outcome::Broken;
    died.error = "gateway_died".to_owned();
    assert_eq!(replay.records, [record(1), died]);
}

#[test]
fn a_settled_segment_is_removed_and_an_unsettled_one_stays() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0).unwrap();
    let first = journal.append(&Note::Close(&record(1))).unwrap();
    let second = journal.append(&Note::Close(&record(2))).unwrap();
    first.settle();
    drop(journal);
    assert_eq!(read_left_over(dir.path()).unwrap().records.len(), 2);
    second.settle();
    assert_eq!(read_left_over(dir.path()).unwrap().records, []);
}

#[test]
fn notes_go_on_in_the_next_segment_when_one_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0).unwrap();
    let mut large = record(1);
    large.attempts[0].error = Some("x".repeat(256 * 1024));
    let marks: Vec<Mark> = (0..9)
        .map(|number| {
            large.id = record(number).id;
            journal.append(&Note::Close(&large)).unwrap()
        })
        .collect();
    let found = read_left_over(dir.path()).unwrap();
    assert_eq!(found.records.len(), 9);
    marks.into_iter().for_each(Mark::settle);
    // Three such notes fill a segment; the last one is still open for more.
    assert_eq!(read_left_over(dir.path()).unwrap().records.len(), 3);
}

#[test]
fn a_segment_cut_at_any_byte_gives_the_notes_before_the_cut() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0).unwrap();
    for number in 1..4 {
        journal.append(&Note::Close(&record(number))).unwrap();
    }
    let path = segments(dir.path()).remove(0);
    let whole = std::fs::read(&path).unwrap();
    let note_bytes = 8 + usize::try_from(u32::from_le_bytes(whole[8..12].try_into().unwrap())).unwrap();
    kill(journal);
    for cut in 8..8 + 3 * note_bytes {
        for is_zeroed in [false, true] {
            let mut bytes = whole[..cut].to_vec();
            if is_zeroed {
                bytes.resize(whole.len(), 0);
            }
            let other = tempfile::tempdir().unwrap();
            std::fs::write(other.path().join("1.journal"), bytes).unwrap();
            let found = read_left_over(other.path()).unwrap().records;
            let before_cut = (cut - 8) / note_bytes;
            // A note whose last bytes are zeros is whole again when zeros follow the cut.
            assert!(found.len() == before_cut || is_zeroed && found.len() == before_cut + 1, "cut at {cut}");
            assert_eq!(found, (1..4).map(record).take(found.len()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_directory_serves_one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let first = Directory::take(dir.path()).unwrap();
    assert!(Directory::take(dir.path()).is_err());
    drop(first);
    assert!(Directory::take(dir.path()).is_ok());
}
