//! The demo shop as a program.

use std::{io::Write as _, net::Ipv4Addr, path::PathBuf};

use anyhow::Context as _;
use axum::Router;
use clap::{Parser, Subcommand};
use shop::{Script, Upstream};

#[derive(Parser)]
#[command(about = "The demo shop, and pages to try the product on")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the shop, a folder of pages, or a site that already runs here
    Serve(Serve),
    /// Installs the npm packages and builds the React and Vue pages and the fonts
    BuildPages,
}

#[derive(clap::Args)]
struct Serve {
    /// Port on the loopback address; 0 takes a free one
    #[arg(long, default_value_t = 7400)]
    port: u16,
    /// Origin of the server that the pages load their script from
    #[arg(long, default_value = "http://desk.localhost:7401")]
    script_origin: String,
    /// Key of the site
    #[arg(long, default_value = "demo")]
    site_key: String,
    /// Serves this folder instead of the shop
    #[arg(long, conflicts_with = "proxy")]
    pages: Option<PathBuf>,
    /// Serves this site of this machine instead of the shop
    #[arg(long)]
    proxy: Option<Upstream>,
}

impl Serve {
    fn router(&self) -> Router {
        let script = Script { origin: self.script_origin.clone(), site_key: self.site_key.clone() };
        match (&self.pages, &self.proxy) {
            (Some(dir), _) => shop::pages(dir.clone(), script),
            (None, Some(upstream)) => shop::proxy(upstream.clone(), script),
            (None, None) => shop::app(script),
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match Cli::parse().command {
        Command::Serve(serve) => run(serve).await,
        Command::BuildPages => {
            let out = tokio::task::spawn_blocking(shop::build_pages).await??;
            say(&format!("Built into {}", out.display()))
        }
    }
}

async fn run(serve: Serve) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, serve.port))
        .await
        .with_context(|| format!("port {} cannot be opened", serve.port))?;
    let port = listener.local_addr()?.port();
    say(&format!("http://shop.localhost:{port}/"))?;
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, serve.router()).with_graceful_shutdown(stop).await?;
    Ok(())
}

/// The one line that scripts read: the address or the folder.
fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
