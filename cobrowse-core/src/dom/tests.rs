//! Recorder and replica together: what is recorded is what is rebuilt, and nothing else.
mod canary;
mod copies;
mod frames;
mod story;

use proptest::prelude::*;

use super::{
    Applied, PageFrame, Replica,
    testing::{Capture, Fact, Page, Random, TreeSink},
};
use crate::{
    id::Epoch,
    redaction::{MASK, Mode, Policy},
};

const POLICY: Policy = Policy { mode: Mode::Default, key: [1; 16] };

/// What of the page an agent may see, by rules far simpler than the recorder's.
fn expected(page: &Page) -> String {
    let mut out = String::new();
    outline(page, 0, 0, Sight::Shown, &mut out);
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Sight {
    Shown,
    Masked,
    Secret,
}

fn outline(page: &Page, node: usize, depth: usize, above: Sight, out: &mut String) {
    let it = &page.nodes[node];
    let sight = match (above, it.flags) {
        (Sight::Secret, _) | (_, 16) => Sight::Secret,
        (_, 1) => Sight::Masked,
        (_, 4) => Sight::Shown,
        (above, _) => above,
    };
    let shown = sight == Sight::Shown;
    let masked = |text: &str| if shown || text.is_empty() { text.to_owned() } else { MASK.to_owned() };
    let line = match &it.fact {
        Fact::Document => "#document".to_owned(),
        Fact::Shadow => "#shadow 0".to_owned(),
        Fact::Doctype(name) => format!("Doctype {name:?} \"\" \"\""),
        Fact::Text(data) => format!("Text {:?}", masked(data)),
        // Nobody sees them.
        Fact::Comment(_) => format!("Comment {:?}", ""),
        Fact::Element(1, tag) => format!("svg:{tag}"),
        Fact::Element(_, tag) => tag.clone(),
    };
    out.push_str(&format!("{:width$}{line}", "", width = depth * 2));
    let mut attributes: Vec<_> =
        it.attributes.iter().map(|(name, value)| (name.replace(' ', "."), value)).collect();
    attributes.sort();
    for (name, value) in attributes {
        // These are words of CSS, and say nothing about anybody.
        let words = name != "title" && ["one", "two three"].contains(&&**value);
        let kept = ["class", "id", ".scroll"].contains(&&*name) || words;
        let value = if kept { value.clone() } else { masked(value) };
        out.push_str(&format!(" {name}={value:?}"));
    }
    out.push('\n');
    for child in it.content.iter().chain(&it.children) {
        outline(page, *child, depth + 1, sight, out);
    }
}

struct Viewer {
    replica: Replica,
    sink: TreeSink,
}

impl Viewer {
    fn new() -> Self {
        Self { replica: Replica::new(), sink: TreeSink::new() }
    }

    fn apply(&mut self, frames: &[PageFrame]) {
        for frame in frames {
            let applied = self.replica.apply(frame.kind, frame.epoch, &frame.payload, &mut self.sink);
            assert!(
                matches!(
                    applied,
                    Ok(Applied::Changed
                        | Applied::KeyframeEnd { equal: true }
                        | Applied::Check { equal: true })
                ),
                "{applied:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { ..ProptestConfig::with_cases(600) })]

    #[test]
    fn what_is_recorded_is_what_is_rebuilt(seed: u64, size in 3_usize..60, batches in 1_usize..8) {
        let mut random = Random::new(seed);
        let mut page = Page::random(&mut random, size);
        let mut capture = Capture::new(POLICY);
        let mut viewer = Viewer::new();
        viewer.apply(&capture.keyframe(&mut page, Epoch(1)).expect("keyframe"));
        prop_assert_eq!(viewer.sink.outline(), expected(&page));
        for batch in 0..batches {
            for _ in 0..=random.below(20) {
                page.edit(&mut random);
            }
            if random.one_in(8) {
                viewer.apply(&capture.keyframe(&mut page, Epoch(2 + batch as u32)).expect("keyframe"));
            } else {
                viewer.apply(&capture.flush(&mut page).expect("delta"));
            }
            viewer.apply(&[capture.recorder.check()]);
            prop_assert_eq!(viewer.sink.outline(), expected(&page));
            prop_assert_eq!(viewer.replica.live(), viewer.sink.len());
            prop_assert_eq!(capture.recorder.live(), viewer.sink.len());
            let comparison = capture.comparison(&page);
            let different = capture.recorder.compare(&comparison.as_gather(), &mut super::NoAssets);
            prop_assert_eq!(different, Ok(super::Differences::default()));
        }
    }
}
