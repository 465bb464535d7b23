use super::*;

const NOW: u64 = 600 * SECOND_NANOS;

fn limited(whose: Whose, limits: Limits) -> Limited {
    Limited { whose, limits, limiter: Arc::default() }
}

fn per_minute(requests: u32) -> Limits {
    Limits { requests_per_minute: Some(requests), ..Limits::NONE }
}

fn enter(limited: &[&Limited], tokens: u64) -> Result<Admission, Shortage> {
    let mut admission = Admission::of(limited.iter().map(|&limited| limited.clone()).collect());
    admission.enter(tokens, NOW).map(|()| admission)
}

fn refused(limited: &[&Limited], tokens: u64) -> Fault {
    enter(limited, tokens).err().unwrap().fault()
}

#[test]
fn a_call_that_finds_no_room_takes_nothing() {
    let (key, model) = (limited(Whose::Key, per_minute(60)), limited(Whose::Model, per_minute(1)));
    enter(&[&key, &model], 0).unwrap();
    let fault = refused(&[&key, &model], 0);
    assert_eq!(fault.message, "this model's limit of 1 request per minute is used up; try again in 60 s");
    assert_eq!((fault.kind, fault.retry_after_secs), (Kind::RateLimited, Some(60)));
    assert_eq!(key.left(NOW)[0].unwrap().left, 59);
    assert_eq!((key.limiter.in_flight(), model.limiter.in_flight()), (0, 0));
}

#[test]
fn a_caller_hears_of_the_limit_that_it_waits_for_longest() {
    let (key, user) = (limited(Whose::Key, per_minute(6)), limited(Whose::User, per_minute(120)));
    let group = limited(Whose::Group, Limits { concurrency: Some(1), ..Limits::NONE });
    let _busy = enter(&[&group], 0).unwrap();
    (0..120).for_each(|_| drop(enter(&[&user], 0).unwrap()));
    assert_eq!(
        refused(&[&key, &user, &group], 0).message,
        "this group's limit of 1 call at once is reached; try again when one of them has ended"
    );
    (0..6).for_each(|_| drop(enter(&[&key], 0).unwrap()));
    let message = "this key's limit of 6 requests per minute is used up; try again in 10 s";
    assert_eq!(refused(&[&group, &key, &user], 0).message, message);
    let never = limited(Whose::User, Limits { tokens_per_minute: Some(0), ..Limits::NONE });
    let fault = refused(&[&key, &never], 5);
    let message = "this user's limit of 0 tokens per minute lets nothing through; ask the operator to raise it";
    assert_eq!((fault.message.as_ref(), fault.retry_after_secs), (message, None));
}

#[test]
fn the_scarcest_of_each_kind_is_told() {
    let key = limited(Whose::Key, Limits { tokens_per_minute: Some(1_000), ..per_minute(50) });
    let user = limited(Whose::User, Limits { tokens_per_minute: Some(0), ..Limits::NONE });
    let model = limited(Whose::Model, per_minute(10));
    let admission = enter(&[&key, &model], 400).unwrap();
    let left = |left: Option<Left>| left.map(|left| (left.allowance, left.left));
    let scarcest = admission.scarcest(NOW).unwrap();
    assert_eq!((left(scarcest.requests), left(scarcest.tokens)), (Some((10, 9)), Some((1_000, 600))));
    let scarcest = Admission::of(vec![key, user]).scarcest(NOW).unwrap();
    assert_eq!((left(scarcest.requests), left(scarcest.tokens)), (Some((50, 49)), Some((0, 0))));
    let concurrency = limited(Whose::Key, Limits { concurrency: Some(3), ..Limits::NONE });
    assert_eq!(Admission::of(vec![concurrency]).scarcest(NOW), None);
}

#[test]
fn an_ended_call_has_used_what_was_metered() {
    let key = limited(Whose::Key, Limits { tokens_per_minute: Some(6_000), concurrency: Some(1), ..Limits::NONE });
    let mut admission = enter(&[&key], 5_000).unwrap();
    admission.settle(130, NOW);
    assert_eq!(key.left(NOW)[1].unwrap().left, 5_870);
    assert!(enter(&[&key], 0).is_err(), "it has not ended yet");
    drop(admission);
    assert!(enter(&[&key], 0).is_ok());
}

#[test]
fn a_thousand_calls_at_once_on_a_limit_of_a_hundred_admit_a_hundred() {
    let (key, user) = (limited(Whose::Key, per_minute(100)), limited(Whose::User, per_minute(10_000)));
    let admitted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| (0..125).filter(|_| enter(&[&user, &key], 0).is_ok()).count())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(admitted, 100);
    assert_eq!(user.left(NOW)[0].unwrap().left, 9_900);
}
