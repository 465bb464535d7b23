use super::*;
use crate::record::Dues;
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
            dialect: Some("anthropic".to_owned()),
            losses: "n;cosmetic;\"one answer\"".to_owned(),
        }],
        decision: None,
    }
}

static NOTHING: Dues = Dues { stakes: Vec::new(), basis: None, charge: None };

fn open(record: &CallRecord) -> Note<'_> {
    Note { stage: Stage::Open, room: Room::Free, record, dues: &NOTHING }
}

fn close(record: &CallRecord) -> Note<'_> {
    Note { stage: Stage::Close, room: Room::Reserved, record, dues: &NOTHING }
}

fn left_over(dir: &Path) -> Vec<Noted> {
    let mut replay = Replay::find(dir).unwrap();
    std::iter::from_fn(|| replay.next_calls().unwrap()).flatten().collect()
}

fn records(calls: Vec<Noted>) -> Vec<CallRecord> {
    calls.into_iter().map(|call| call.record).collect()
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
    let journal = directory.open(0, 1 << 30).unwrap();
    let mut died = record(2);
    journal.append(&open(&record(1))).unwrap();
    journal.append(&open(&died)).unwrap();
    journal.append(&close(&record(1))).unwrap();
    kill(journal);
    died.outcome = Outcome::Broken;
    died.error = "gateway_died".to_owned();
    assert_eq!(records(left_over(dir.path())), [record(1), died]);
}

#[test]
fn a_settled_segment_is_removed_and_an_unsettled_one_stays() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0, 1 << 30).unwrap();
    let first = journal.append(&close(&record(1))).unwrap();
    let second = journal.append(&close(&record(2))).unwrap();
    first.settle();
    drop(journal);
    assert_eq!(left_over(dir.path()).len(), 2);
    second.settle();
    assert_eq!(left_over(dir.path()), []);
}

#[test]
fn notes_go_on_in_the_next_segment_when_one_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0, 1 << 30).unwrap();
    let mut large = record(1);
    large.attempts[0].error = Some("x".repeat(256 * 1024));
    let marks: Vec<Mark> = (0..9)
        .map(|number| {
            large.id = record(number).id;
            journal.append(&close(&large)).unwrap()
        })
        .collect();
    assert_eq!(left_over(dir.path()).len(), 9);
    marks.into_iter().for_each(Mark::settle);
    // Three such notes fill a segment; the last one is still open for more.
    assert_eq!(left_over(dir.path()).len(), 3);
}

#[test]
fn one_segment_is_read_at_a_time_and_files_stay_until_all_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0, 1 << 30).unwrap();
    let mut large = record(0);
    large.attempts[0].error = Some("x".repeat(256 * 1024));
    let marks: Vec<Mark> = (0..9)
        .flat_map(|number| {
            large.id = record(number).id;
            [journal.append(&open(&large)).unwrap(), journal.append(&close(&large)).unwrap()]
        })
        .collect();
    drop((marks, journal));
    let mut replay = Replay::find(dir.path()).unwrap();
    let mut read = Vec::new();
    while let Some(calls) = replay.next_calls().unwrap() {
        // Three such notes fill a segment.
        assert!(calls.len() <= 2 && replay.open.len() <= 1 && replay.ended.is_empty(), "{}", calls.len());
        read.extend(calls.iter().map(|call| call.record.id));
    }
    assert_eq!(read, (0..9).map(|number| record(number).id).collect::<Vec<_>>());
    assert!(segments(dir.path()).len() >= 6);
    replay.done();
    assert_eq!(segments(dir.path()), Vec::<PathBuf>::new());
}

#[test]
fn a_call_that_ended_in_the_reserve_has_ended_though_its_beginning_is_read_later() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, notes: &[Note<'_>]| {
        let alive = Arc::default();
        let mut segment = Active::create(dir.path(), 0, SEGMENT_BYTES, &alive).unwrap();
        for note in notes {
            entry::with_bytes(note, |bytes| segment.append(bytes)).unwrap();
        }
        std::fs::rename(segment.segment().path(), dir.path().join(name)).unwrap();
    };
    let again = CallRecord { usage: Usage { output: 5, ..Usage::default() }, ..record(1) };
    write("1.journal", &[close(&record(1))]);
    write("2.journal", &[open(&record(1)), open(&record(2)), open(&again)]);
    let found = left_over(dir.path());
    let ends: Vec<_> = found.iter().map(|call| (call.record.id, call.was_cut_off())).collect();
    assert_eq!(ends, [(record(1).id, false), (record(2).id, true)]);
}

#[test]
fn a_segment_cut_at_any_byte_gives_the_notes_before_the_cut() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0, 1 << 30).unwrap();
    for number in 1..4 {
        journal.append(&close(&record(number))).unwrap();
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
            let found = records(left_over(other.path()));
            let before_cut = (cut - 8) / note_bytes;
            // A note whose last bytes are zeros is whole again when zeros follow the cut.
            assert!(found.len() == before_cut || is_zeroed && found.len() == before_cut + 1, "cut at {cut}");
            assert_eq!(found, (1..4).map(record).take(found.len()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn what_calls_owe_survives_a_cut_at_any_byte_whole_or_not_at_all() {
    let stake = |number: u8| crate::money::bank::Stake {
        account: sluice_domain::id::AccountId(i64::from(number)),
        lease: sluice_domain::id::LeaseId::new(1, [number; 10]),
        is_budget: number == 2,
        held: sluice_domain::money::Micros(1_000),
    };
    let dues = |number: u8| Dues {
        stakes: vec![stake(1), stake(2)],
        basis: None,
        charge: Some(sluice_domain::money::Micros(100 + i64::from(number))),
    };
    let dir = tempfile::tempdir().unwrap();
    let journal = Directory::take(dir.path()).unwrap().open(0, 1 << 30).unwrap();
    for number in 1..4 {
        journal.append(&Note { dues: &dues(number), ..close(&record(number)) }).unwrap();
    }
    let path = segments(dir.path()).remove(0);
    let whole = std::fs::read(&path).unwrap();
    kill(journal);
    let end = whole.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    for cut in 8..=end {
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("1.journal"), &whole[..cut]).unwrap();
        let found = left_over(other.path());
        let expected = (1..4).map(|number| Noted { record: record(number), dues: dues(number) });
        assert_eq!(found, expected.take(found.len()).collect::<Vec<_>>(), "cut at {cut}");
        assert!(cut < end || found.len() == 3);
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

#[test]
fn a_full_journal_takes_no_new_call_but_the_end_of_every_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0, 4 * SEGMENT_BYTES as u64).unwrap();
    let mut large = record(1);
    large.attempts[0].error = Some("x".repeat(300 * 1024));
    let mut marks = Vec::new();
    let refused = loop {
        match journal.append(&open(&large)) {
            Ok(mark) => marks.push(mark),
            Err(error) => break error,
        }
        assert!(marks.len() < 100, "the journal is never full");
    };
    assert_eq!(refused.kind(), io::ErrorKind::QuotaExceeded);
    let end = journal.append(&close(&large)).unwrap();
    // That the end began another segment makes no room for new calls.
    assert!(journal.append(&open(&record(2))).is_err());
    assert!(journal.append(&Note { room: Room::Free, ..close(&record(2)) }).is_err());
    marks.into_iter().chain([end]).for_each(Mark::settle);
    journal.sync();
    assert!(journal.append(&open(&large)).is_ok());
}

#[test]
fn on_a_full_disk_the_reserve_takes_the_ends_of_calls_and_nothing_else() {
    let (sender, spares) = sync_channel::<io::Result<Active>>(1);
    let dir = tempfile::tempdir().unwrap();
    let alive = Arc::default();
    let make = || Active::create(dir.path(), 0, SEGMENT_BYTES, &alive).unwrap();
    let is_failing = Arc::new(AtomicBool::new(true));
    let mut rooms = Rooms { active: None, reserve: Some(make()), spares, is_failing: Arc::clone(&is_failing) };
    assert!(rooms.keep_reserve().is_ok() && rooms.next(Room::Free).is_err());
    assert!(rooms.next(Room::Reserved).is_ok());
    assert!(rooms.next(Room::Reserved).is_err());
    assert_eq!(rooms.keep_reserve().unwrap_err().kind(), io::ErrorKind::StorageFull);
    is_failing.store(false, Ordering::Relaxed);
    sender.send(Ok(make())).unwrap();
    assert!(rooms.keep_reserve().is_ok() && rooms.reserve.is_some());
}

#[test]
fn a_journal_whose_disk_was_full_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("journal");
    let directory = Directory::take(&place).unwrap();
    let journal = directory.open(0, 1 << 30).unwrap();
    let mut large = record(1);
    large.attempts[0].error = Some("x".repeat(700 * 1024));
    // One in the first segment and one in the one that is ready; more cannot be made where there is no directory.
    let away = dir.path().join("away");
    std::fs::rename(&place, &away).unwrap();
    let taken = (0..10).take_while(|_| journal.append(&open(&large)).is_ok()).count();
    assert!((1..10).contains(&taken), "{taken} were taken");
    assert!(journal.append(&close(&large)).is_ok(), "a call under way may end");
    assert!(journal.append(&open(&record(2))).is_err(), "in the reserve is no room for new calls");
    std::fs::rename(&away, &place).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while journal.append(&open(&record(2))).is_err() {
        assert!(std::time::Instant::now() < deadline, "no call is taken again");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn who_waits_for_the_disk_is_told_when_it_has_everything() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::take(dir.path()).unwrap();
    let journal = directory.open(0, 1 << 30).unwrap();
    journal.append(&open(&record(1))).unwrap();
    let (bell, synced) = (Arc::clone(directory.bell()), Arc::clone(&journal));
    let thread = std::thread::spawn(move || {
        bell.wait(std::time::Duration::from_secs(60));
        synced.sync();
    });
    journal.flushed().await;
    thread.join().unwrap();
}

#[test]
fn the_reason_why_a_call_went_where_it_went_is_kept_with_its_end() {
    let decision = sluice_domain::route::Decision { rule: Some("r".to_owned()), ..Default::default() };
    let decided = CallRecord { decision: Some(decision.into()), ..record(1) };
    let with = |stage| {
        let note = Note { stage, room: Room::Free, record: &decided, dues: &NOTHING };
        entry::with_bytes(&note, |bytes| entry::read(bytes).unwrap().call.record)
    };
    assert_eq!(with(Stage::Close), decided);
    assert_eq!(with(Stage::Open), record(1));
    // Without conversions too.
    let plain = CallRecord { attempts: Vec::new(), ..decided };
    let note = Note { stage: Stage::Close, room: Room::Free, record: &plain, dues: &NOTHING };
    assert_eq!(entry::with_bytes(&note, |bytes| entry::read(bytes).unwrap().call.record), plain);
}

#[test]
fn clients_are_noted_by_their_addresses() {
    for text in ["0.0.0.0", "10.20.30.9", "127.0.0.1", "255.100.99.1", "192.168.101.110", "::1", "2001:db8::ff"] {
        let called = CallRecord { client_ip: Some(text.parse().unwrap()), ..record(1) };
        let note = Note { stage: Stage::Close, room: Room::Free, record: &called, dues: &NOTHING };
        let bytes = entry::with_bytes(&note, <[u8]>::to_vec);
        assert!(bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
        assert_eq!(entry::read(&bytes).unwrap().call.record, called);
    }
}
