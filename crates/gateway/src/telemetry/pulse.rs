//! The pulse of this node: how many answers it gave in each of the last seconds, and what is under way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::metrics::Counters;

/// Pause between two beats.
const BEAT: Duration = Duration::from_secs(1);
/// Beats that are remembered.
const BEATS: usize = 60;
/// Beats that the rate is the mean of.
const RATE_BEATS: usize = 10;

/// Counts of all relay threads, looked at each second.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    counters: Vec<Arc<Counters>>,
    /// Answers so far at each beat, oldest first.
    beats: Mutex<VecDeque<u64>>,
}

/// What a node is doing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beat {
    /// Answers of each second, oldest first; fewer than a minute's after a start.
    pub(crate) by_second: Vec<u64>,
    /// Mean of the last ten seconds.
    pub(crate) per_second: f64,
    pub(crate) open_calls: u64,
    pub(crate) open_connections: u64,
}

impl Pulse {
    /// Makes the pulse of these threads.
    pub(crate) fn new(counters: Vec<Arc<Counters>>) -> Self {
        Self { counters, beats: Mutex::default() }
    }

    /// Looks every second until `stop`.
    pub(crate) async fn follow(self: Arc<Self>, stop: CancellationToken) {
        let mut beat = tokio::time::interval(BEAT);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            self.beat();
        }
    }

    fn beat(&self) {
        let answers = self.sum(super::metrics::Counters::answers);
        let mut beats = self.beats.lock();
        // One more than the seconds between them.
        if beats.len() > BEATS {
            beats.pop_front();
        }
        beats.push_back(answers);
    }

    /// Returns what the node is doing.
    pub(crate) fn read(&self) -> Beat {
        let by_second: Vec<u64> = {
            let beats = self.beats.lock();
            beats.iter().zip(beats.iter().skip(1)).map(|(before, after)| after.saturating_sub(*before)).collect()
        };
        let latest = by_second.iter().rev().take(RATE_BEATS);
        let per_second = latest.clone().sum::<u64>() as f64 / latest.len().max(1) as f64;
        let open_calls = self.sum(super::metrics::Counters::open_calls);
        let open_connections = self.sum(super::metrics::Counters::open_connections);
        Beat { by_second, per_second, open_calls, open_connections }
    }

    fn sum(&self, count: impl Fn(&Counters) -> u64) -> u64 {
        self.counters.iter().map(|counters| count(counters)).sum()
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds_and_what_is_under_way_is_counted_until_it_ends() {
        let counters: Arc<Counters> = Arc::default();
        let pulse = Pulse::new(vec![Arc::clone(&counters), Arc::default()]);
        assert_eq!(pulse.read().per_second, 0.0);
        for second in 0..70_u64 {
            pulse.beat();
            let answers = if second < 60 { 100 } else { 3 };
            (0..answers).for_each(|_| counters.count_answer(StatusCode::OK));
        }
        pulse.beat();
        let call = counters.count_call();
        let beat = pulse.read();
        assert_eq!((beat.by_second.len(), beat.per_second, beat.open_calls), (60, 3.0, 1));
        assert_eq!((beat.by_second.first(), beat.by_second.last()), (Some(&100), Some(&3)));
        drop(call);
        assert_eq!(pulse.read().open_calls, 0);
    }
}
