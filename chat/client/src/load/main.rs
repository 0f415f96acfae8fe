//! `chat-load`: many sockets on a running server, and how soon what is said is acknowledged and heard.
//!
//! ```text
//! chat-load chat  SERVER PAGES SITE PID IDLE TALKERS SECONDS
//! chat-load echo  SERVER PAGES SITE PID IDLE TALKERS SECONDS
//! chat-load quiet SERVER DESK PAGES SITE EMAIL PASSWORD EMAIL PASSWORD
//! ```
//! `chat` speaks to the product, `echo` to the bare server of `chat-echo` in the same way. Each talker is a visitor in a
//! conversation of their own with two tabs: one says something every second, the other hears it. Then IDLE visitors
//! come who say nothing, and the talkers go on. PID is the server's process, whose memory is read. `quiet` has the
//! first agent in a hundred conversations, and counts what the second one hears of them.
//!
//! Standard output has a line for each figure: its name and its number.
#![allow(clippy::print_stdout, reason = "this is what the program is for")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a client passes over what it does not look for")]

mod quiet;
mod socket;
mod talk;

use std::{process::ExitCode, sync::Arc, time::Duration};

use chat_client::Error;
use socket::{Idle, Kind, Target};
use talk::{Heard, Talker};
use tokio::{sync::Semaphore, task::JoinSet};

/// So many connections are made at the same time.
const TOGETHER: usize = 64;
/// After so long the first pings of the newest sockets have been answered.
const SETTLE: Duration = Duration::from_secs(7);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let all: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new();
    let done = runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(run(&all)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("chat-load: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<(), String> {
    match *arguments {
        ["quiet", server, desk, pages, site, ref people @ ..] => {
            let [email, password, other, others] = *people else {
                return Err("two agents are wanted".into());
            };
            let place = chat_client::Place {
                server: server.into(),
                desk: desk.into(),
                site: site.into(),
                pages: pages.into(),
            };
            let n = quiet::frames(&place, (email, password), (other, others)).await;
            say("idle_agent_frames", n.map_err(|error| error.to_string())?);
            Ok(())
        }
        [kind @ ("chat" | "echo"), server, pages, site, pid, idle, talkers, seconds] => {
            let kind = if kind == "chat" { Kind::Chat } else { Kind::Echo };
            let http = chat_client::browser();
            let target = Target { kind, http, server: server.into(), pages: pages.into(), site: site.into() };
            let number = |text: &str| text.parse::<u32>().map_err(|_| format!("{text} is no number"));
            let sizes = Sizes {
                pid: number(pid)?,
                idle: number(idle)?,
                talkers: number(talkers)?,
                time: Duration::from_secs(number(seconds)?.into()),
            };
            load(Arc::new(target), &sizes).await
        }
        _ => Err("see the head of the source for what it is asked".into()),
    }
}

struct Sizes {
    pid: u32,
    idle: u32,
    talkers: u32,
    time: Duration,
}

async fn load(target: Arc<Target>, sizes: &Sizes) -> Result<(), String> {
    let told = |error: Error| error.to_string();
    let talkers = all(sizes.talkers, &target, Talker::begin).await.map_err(told)?;
    let (heard, talkers) = talk::everybody(talkers, sizes.time).await.map_err(told)?;
    report("alone", &heard);
    let before = memory(sizes.pid)?;
    let come = async {
        let idle: Vec<Idle> = all(sizes.idle, &target, Idle::begin).await?;
        tokio::time::sleep(SETTLE).await;
        Ok(idle)
    };
    let (idle, talkers) = talk::stay(talkers, come).await.map_err(told)?;
    let idle = idle.map_err(told)?;
    let after = memory(sizes.pid)?;
    say("idle_socket_kib", (after - before) / f64::from(sizes.idle.max(1)));
    say("server_mib", after / 1024.0);
    let (heard, talking) = talk::everybody(talkers, sizes.time).await.map_err(told)?;
    report("among_idle", &heard);
    say("idle_sockets_held", idle.iter().filter(|it| it.is_open()).count() as f64);
    drop(talking);
    Ok(())
}

/// Begins so many, some at the same time.
async fn all<T: Send + 'static, F: Future<Output = Result<T, Error>> + Send + 'static>(
    n: u32,
    target: &Arc<Target>,
    begin: impl Fn(Arc<Target>, u32) -> F,
) -> Result<Vec<T>, Error> {
    let (places, mut tasks) = (Arc::new(Semaphore::new(TOGETHER)), JoinSet::new());
    for it in 0..n {
        let (places, beginning) = (places.clone(), begin(target.clone(), it));
        tasks.spawn(async move {
            // Never closed.
            let _place = places.acquire().await;
            beginning.await
        });
    }
    tasks.join_all().await.into_iter().collect()
}

fn report(case: &str, heard: &Heard) {
    let Heard { sent, acked, told, .. } = heard;
    say(&format!("{case}_sent"), *sent as f64);
    say(&format!("{case}_lost"), sent.saturating_sub(acked.len()) as f64);
    say(&format!("{case}_unheard"), sent.saturating_sub(told.len()) as f64);
    for (what, times) in [("ack", acked), ("fan_out", told)] {
        for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
            say(&format!("{case}_{what}_{name}_ms"), quantile(times, part));
        }
    }
}

/// Milliseconds; of microseconds that are not in order.
fn quantile(times: &[u64], part: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(at.saturating_sub(1)).map_or(f64::NAN, |it| *it as f64 / 1_000.0)
}

fn say(name: &str, number: f64) {
    println!("{name} {number}");
}

/// What a process holds of the machine's memory, KiB.
fn memory(pid: u32) -> Result<f64, String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| error.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|it| it.trim().strip_suffix(" kB")?.trim().parse().ok());
    kib.ok_or_else(|| "the process says nothing of its memory".to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_slow_end_of_some_times() {
        let times: Vec<u64> = (1..=200).rev().map(|it| it * 1_000).collect();
        assert_eq!((super::quantile(&times, 0.5), super::quantile(&times, 0.99)), (100.0, 198.0));
        assert!(super::quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn this_process_holds_memory() {
        assert!(super::memory(std::process::id()).is_ok_and(|kib| 100.0 < kib));
    }
}
