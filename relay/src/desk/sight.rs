//! What one desk sees of who is there: visitors of the sites that its agent serves.
use std::collections::HashSet;

use accounts::{Claims, SitesOf};
use cobrowse_core::{id::VisitorId, wire::desk::ToDesk};

use crate::{app::App, auth::serves};

/// One desk's view.
pub(super) struct Sight {
    claims: Claims,
    /// Whom it was told of: nobody hears of the leaving of others.
    told: HashSet<VisitorId>,
}

impl Sight {
    pub(super) fn new(claims: Claims) -> Self {
        Self { claims, told: HashSet::new() }
    }

    /// The agent serves these sites now; whether that is another view.
    pub(super) fn becomes(&mut self, claims: Claims) -> bool {
        std::mem::replace(&mut self.claims, claims).sites != self.claims.sites
    }

    /// Everybody whom the desk may see.
    pub(super) async fn everybody(&mut self, app: &App) -> ToDesk {
        let everybody = app.directory.everybody();
        let ToDesk::Visitors { visitors, now_ms } = everybody else { return everybody };
        self.told.clear();
        let mut seen = Vec::with_capacity(visitors.len());
        for visitor in visitors {
            if self.sees(app, visitor.id).await {
                seen.push(visitor);
            }
        }
        ToDesk::Visitors { visitors: seen, now_ms }
    }

    /// Whether the desk is to hear of a change.
    pub(super) async fn hears(&mut self, app: &App, change: &ToDesk) -> bool {
        match change {
            ToDesk::Visitors { .. } => true,
            ToDesk::Visitor { visitor } => self.sees(app, visitor.id).await,
            ToDesk::Gone { id } => self.claims.sites == SitesOf::All || self.told.remove(id),
        }
    }

    /// Who is gone already is not seen; that they are gone is told next. Nor is anybody while the database
    /// cannot say whose site it is.
    async fn sees(&mut self, app: &App, id: VisitorId) -> bool {
        if self.claims.sites == SitesOf::All {
            return true;
        }
        let Some(found) = app.directory.find(id) else { return false };
        let sees = serves(app, &self.claims.sites, &found.site).await.unwrap_or(false);
        if sees {
            self.told.insert(id);
        }
        sees
    }
}
