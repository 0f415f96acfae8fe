//! What must be true when the day is over, read by somebody who was not there.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use chat_client::{Agent, Error};
use chat_proto::{
    desk::{List, Query},
    message::Msg,
    visitor::Stage,
};
use tokio::time::sleep;

use crate::{
    Day,
    shares::{Counts, Shares},
};

/// Checks every conversation of the day, and counts its shares.
///
/// # Errors
/// Names the first thing that is not as it must be.
pub async fn everything(reader: &mut Agent, day: &Day) -> Result<Counts> {
    let mut acked: BTreeMap<&str, Vec<(u64, &str)>> = BTreeMap::new();
    let told = || day.lived.iter().flat_map(|it| &it.told);
    for it in told() {
        let entry = acked.entry(&it.conv).or_default();
        entry.extend(it.acked.iter().map(|(seq, text)| (*seq, text.as_str())));
    }
    for (conv, seq, text) in day.done.iter().flat_map(|it| &it.acked) {
        acked.entry(conv).or_default().push((*seq, text));
    }
    let mut shares = Shares::of(day);
    let mut stages = BTreeMap::new();
    for (conv, acked) in &acked {
        let read = read(reader, conv, shares.heard_of(conv)).await;
        let (stage, messages) = read.with_context(|| format!("reading {conv}"))?;
        stands(&messages, acked).with_context(|| format!("in {conv}"))?;
        shares.stand(conv, &messages).with_context(|| format!("in {conv}"))?;
        stages.insert(*conv, stage);
    }
    for it in told() {
        let stage = stages.get(it.conv.as_str()).cloned().unwrap_or_default();
        let expected = if it.stage == Stage::Closed { "closed" } else { "offline" };
        ensure!(stage == expected, "{} is {stage} and not {expected}", it.conv);
    }
    nothing_is_left(reader).await?;
    Ok(shares.counts)
}

/// Where a conversation stands and what stands in it: asked for again where the server says that this goes too fast.
async fn read(reader: &mut Agent, conv: &str, shares: BTreeSet<&str>) -> Result<(String, Vec<Msg>), Error> {
    loop {
        match thread(reader, conv, &shares).await {
            Err(Error::Gone(why)) if why == "rate" => {
                reader.cut();
                // waits: as long as a desk would
                sleep(Duration::from_secs(1)).await;
                reader.connect().await?;
            }
            read => return read,
        }
    }
}

async fn thread(
    reader: &mut Agent,
    conv: &str,
    shares: &BTreeSet<&str>,
) -> Result<(String, Vec<Msg>), Error> {
    reader.open(conv).await?;
    let last = reader.details.get(conv).map_or(0, |it| it.row.seq);
    if last > 0 {
        reader.reads(conv, |msg| msg.seq == last).await?;
    }
    let begun = reader.open.get(conv).into_iter().flat_map(|it| &it.msgs);
    let begun = begun.filter(|it| !it.meta.share.is_empty()).map(|it| it.meta.share.clone());
    for share in begun.chain(shares.iter().map(|it| (*it).to_owned())).collect::<BTreeSet<_>>() {
        // The thread is told of it some time after it happened.
        reader.reads(conv, |msg| msg.meta.share == share && msg.meta.code == "share_ended").await?;
    }
    let stage = reader.details.get(conv).map(|it| it.row.stage.clone()).unwrap_or_default();
    let messages = reader.open.get(conv).map(|it| it.msgs.clone()).unwrap_or_default();
    reader.shut(conv).await?;
    Ok((stage, messages))
}

/// Each acknowledged message stands under its number, once. That the numbers have no gap is checked by the client.
fn stands(messages: &[Msg], acked: &[(u64, &str)]) -> Result<()> {
    for (seq, text) in acked {
        let found: Vec<u64> = messages.iter().filter(|it| it.text == *text).map(|it| it.seq).collect();
        ensure!(found == [*seq], "{text:?} was acknowledged as {seq} and stands at {found:?}");
    }
    Ok(())
}

/// Nobody waits, nothing is in progress, and no agent is counted as busy.
async fn nothing_is_left(reader: &mut Agent) -> Result<()> {
    for list in [List::Waiting, List::Bot, List::Active, List::Paused] {
        reader.watch(Query { list, ..Query::default() }).await?;
        ensure!(reader.rows.is_empty(), "{list:?} still has {:?}", reader.rows.keys());
    }
    reader.leave().await;
    reader.connect().await?;
    for agent in &reader.directory.agents {
        ensure!(agent.load.0 == 0, "{} still has a load of {}", agent.first_name, agent.load.0);
    }
    Ok(())
}
