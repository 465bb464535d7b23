//! Reading along with an answer: its coding undone, its usage metered, its proofs noted.

use bytes::Bytes;
use sluice_protocol::meter::{FirstFrame, Framing, Meter, judge_first_frame};

use crate::relay::conversion::provenance::Watch;
use crate::relay::wire::coding::StreamDecoder;

/// The meter, with what it needs to read encoded bytes.
pub(crate) struct Reading {
    pub(crate) framing: Framing,
    pub(crate) meter: Meter,
    pub(in crate::relay) decoder: Option<StreamDecoder>,
    /// What looks for proofs in it.
    pub(in crate::relay) watch: Option<Watch>,
    /// Whether the header says too little of the framing, so that the first bytes must tell.
    pub(in crate::relay) is_vague: bool,
}

impl Reading {
    /// Takes the next plain bytes of the beginning and judges it. `start` keeps what was read while it is undecided.
    pub(in crate::relay) fn begin(&mut self, start: &mut Vec<u8>, plain: &[u8], is_whole: bool) -> FirstFrame {
        if self.is_vague {
            start.extend_from_slice(plain);
            let Some(framing) = Framing::sniff(start).or(is_whole.then_some(Framing::Opaque)) else {
                return FirstFrame::Undecided;
            };
            self.is_vague = false;
            self.framing = framing;
            self.meter.reframe(framing);
            self.meter.push(start);
            return judge_first_frame(framing, start, is_whole);
        }
        self.meter.push(plain);
        // The usual case: one piece tells, and nothing is copied.
        if start.is_empty() {
            let verdict = judge_first_frame(self.framing, plain, is_whole);
            if verdict == FirstFrame::Undecided {
                start.extend_from_slice(plain);
            }
            return verdict;
        }
        start.extend_from_slice(plain);
        judge_first_frame(self.framing, start, is_whole)
    }

    /// Returns what the next bytes are without their coding.
    pub(in crate::relay) fn decode(&mut self, bytes: &Bytes) -> Bytes {
        let plain: Bytes = match &mut self.decoder {
            None => bytes.clone(),
            Some(decoder) => decoder.push(bytes).into(),
        };
        if let Some(watch) = &mut self.watch {
            watch.push(&plain);
        }
        plain
    }

    /// Takes the next bytes as they came, and returns them without their coding.
    pub(crate) fn push(&mut self, bytes: &Bytes) -> Bytes {
        let plain = self.decode(bytes);
        self.meter.push(&plain);
        plain
    }

    /// Returns whether something of ours may be added to the answer.
    pub(crate) fn is_plain(&self) -> bool {
        self.decoder.is_none()
    }
}
