//! Everything that the application says, in both languages. One line is one text.

use super::Language;

macro_rules! texts {
    ($($name:ident: $english:literal, $french:literal;)*) => {
        /// One text of the application.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Text {
            $(#[doc = $english] $name,)*
        }

        impl Text {
            /// All of them, for the tests.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// The text in a language.
            pub const fn in_language(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english,
                      (Self::$name, Language::French) => $french,)*
                }
            }
        }
    };
}

texts! {
    // Everywhere
    Loading: "Loading", "Chargement";
    TryAgain: "Try again", "Réessayer";
    Cancel: "Cancel", "Annuler";
    MainMenu: "Main menu", "Menu principal";
    SwitchLanguage: "Passer en français", "Switch to English";
    UseLight: "Light theme", "Thème clair";
    UseDark: "Dark theme", "Thème sombre";
    YourAccount: "Your account", "Votre compte";
    LogOut: "Log out", "Se déconnecter";
    CopyAddress: "Copy the address", "Copier l’adresse";
    Copied: "Copied", "Copié";
    ServerAway: "The server does not answer", "Le serveur ne répond pas";
    ServerAwayHelp: "Nothing is lost. Check your connection, then try again.", "Rien n’est perdu. Vérifiez votre connexion, puis réessayez.";
    NoSuchPage: "There is nothing here", "Il n’y a rien ici";
    NoSuchPageHelp: "The address may be old, or mistyped.", "L’adresse est peut-être ancienne ou mal saisie.";
    BackToDesk: "Go to the desk", "Aller au bureau";
    JustNow: "just now", "à l’instant";
    Minutes: "{n} min", "{n} min";
    Hours: "{n} h", "{n} h";
    Days: "{n} d", "{n} j";

    // Log-in
    LogInTitle: "Log in to your desk", "Connectez-vous à votre bureau";
    LogInHelp: "With the account that your team gave you.", "Avec le compte que votre équipe vous a donné.";
    Email: "E-mail address", "Adresse e-mail";
    Password: "Password", "Mot de passe";
    LogIn: "Log in", "Se connecter";
    LoggingIn: "Logging in…", "Connexion…";
    LoginFailed: "Address and password do not match. Check both and try again.", "L’adresse et le mot de passe ne correspondent pas. Vérifiez-les et réessayez.";
    LoginTooOften: "Too many tries. Wait a minute, then try again.", "Trop d’essais. Attendez une minute, puis réessayez.";
    LoginUnreachable: "The server does not answer. Check your connection and try again.", "Le serveur ne répond pas. Vérifiez votre connexion et réessayez.";
    LoginBroken: "The server had a problem. Try again in a moment.", "Le serveur a eu un problème. Réessayez dans un instant.";
    ShowcaseTitle: "See what they see, and help them there", "Voyez ce qu’ils voient, et aidez-les sur place";
    ShowcasePill: "Sophie sees this page", "Sophie voit cette page";
    ShowcaseConsent: "Visitors say yes first, and stop with one click", "Le visiteur accepte d’abord, et arrête d’un clic";
    ShowcasePrivacy: "Passwords and card numbers never leave their browser", "Mots de passe et cartes ne quittent jamais son navigateur";
    ShowcaseControl: "Point, then take control when they allow it", "Indiquez, puis prenez le contrôle s’il l’autorise";

    // Desk
    Visitors: "Visitors", "Visiteurs";
    OneVisitor: "{n} visitor", "{n} visiteur";
    ManyVisitors: "{n} visitors", "{n} visiteurs";
    ConnectedNow: "Connected now", "Connectés maintenant";
    SearchVisitors: "Search by page, site, browser", "Chercher une page, un site, un navigateur";
    ClearSearch: "Clear the search", "Effacer la recherche";
    NobodyHere: "Nobody is on your sites", "Personne n’est sur vos sites";
    NobodyHereHelp: "Visitors appear here as soon as they open a page.", "Les visiteurs apparaissent ici dès qu’ils ouvrent une page.";
    NoMatch: "No visitor matches", "Aucun visiteur ne correspond";
    NoMatchHelp: "Try fewer words, or a part of the path.", "Essayez moins de mots, ou une partie du chemin.";
    DeskReconnecting: "No connection. The list is as last seen; reconnecting…", "Aucune connexion internet. La liste date de la coupure ; reconnexion…";
    VisitorName: "Visitor {tag}", "Visiteur {tag}";
    Shared: "Shared", "En partage";
    WaitingForVisitors: "Your desk is ready", "Votre bureau est prêt";
    WaitingForVisitorsHelp: "Open a page of your site in another window, and you will see yourself arrive.", "Ouvrez une page de votre site dans une autre fenêtre : vous vous verrez arriver.";
    ChooseVisitor: "Choose a visitor", "Choisissez un visiteur";
    ChooseVisitorHelp: "You will see where they are, and you can ask to see their page.", "Vous verrez où il se trouve, et pourrez demander à voir sa page.";
    KeySearch: "search", "chercher";
    KeyMove: "move through the list", "parcourir la liste";
    KeyOpen: "go to the visitor’s actions", "aller aux actions du visiteur";
    BackToList: "Back to the list", "Retour à la liste";
    VisitorGone: "The visitor left", "Le visiteur est parti";
    VisitorGoneHelp: "They closed the page or lost their connection. They appear again when they come back.", "Il a fermé la page ou perdu sa connexion. Il réapparaîtra à son retour.";
    SeePage: "See the page", "Partage d’écran";
    BackToShare: "Back to the share", "Revenir au partage";
    SeePageHelp: "Asks the visitor; the view opens in a new tab", "Demande au visiteur ; la vue s’ouvre dans un nouvel onglet";
    CurrentPage: "Current page", "Page actuelle";
    OpenPage: "Open the current page", "Ouvrir la page actuelle";
    OpenPageHelp: "Opens the address in your browser. The visitor’s basket and log-in are not carried over.", "Ouvre l’adresse dans votre navigateur. Le panier et la connexion du visiteur ne sont pas repris.";
    ThisVisit: "This visit", "Cette visite";
    Site: "Site", "Site";
    Browser: "Browser", "Navigateur";
    BrowserOn: "{browser} on {system}", "{browser} sur {system}";
    PageLanguage: "Language", "Langue";
    Arrived: "Arrived", "Arrivée";
    Ago: "{span} ago", "il y a {span}";
    HowItGoes: "How a share goes", "Comment se passe un partage";
    StepAsk: "The visitor is asked, with your first name.", "Le visiteur est sollicité, avec votre prénom.";
    StepSee: "On yes you see the page, and can point at things.", "S’il accepte, vous voyez la page et pouvez indiquer.";
    StepStop: "Control needs a second yes. Either of you can stop.", "Le contrôle demande un second accord. Chacun peut arrêter.";
    NeverSeen: "Passwords and card numbers stay hidden.", "Mots de passe et numéros de carte restent masqués.";
    TabBlocked: "Your browser blocked the new tab. Allow pop-ups for the desk, then try again.", "Votre navigateur a bloqué l’onglet. Autorisez les fenêtres pour le bureau, puis réessayez.";
    AskUnreachable: "The visitor was not asked: the server does not answer. Try again in a moment.", "Le visiteur n’a pas été sollicité : le serveur ne répond pas. Réessayez dans un instant.";
    AskLoggedOut: "You were logged out. Log in and try again.", "Vous avez été déconnecté. Reconnectez-vous et réessayez.";
    AskGone: "The visitor has just left the page.", "Le visiteur vient de quitter la page.";
    AskTooOften: "The visitor was asked too often. Wait a minute, then try again.", "Le visiteur a été trop sollicité. Attendez une minute, puis réessayez.";
    AskBroken: "The visitor was not asked: the server had a problem. Try again in a moment.", "Le visiteur n’a pas été sollicité : le serveur a eu un problème. Réessayez dans un instant.";

    // Viewer: toolbar
    Tools: "Tools", "Outils";
    Look: "Look", "Regarder";
    LookHelp: "Watch only", "Regarder seulement";
    Indicate: "Indicate", "Indiquer";
    IndicateHelp: "Click to show the visitor a place", "Cliquez pour montrer un endroit au visiteur";
    Highlight: "Highlight", "Encadrer";
    HighlightHelp: "Click to outline an element for the visitor", "Cliquez pour encadrer un élément chez le visiteur";
    Control: "Control", "Contrôler";
    ControlHelp: "Ask the visitor for control", "Prendre le contrôle, avec l’accord du visiteur";
    Follow: "Follow the visitor’s scrolling", "Suivre le défilement du visiteur";
    Free: "Scroll on your own", "Défiler librement";
    Fit: "Fit", "Ajuster";
    ActualSize: "100 %", "100 %";
    Zoom: "Zoom", "Zoom";
    PeopleWatching: "Watching: {names}", "Voient la page : {names}";
    Stop: "Stop", "Arrêter";
    StopHelp: "End the share", "Mettre fin au partage";
    LiveNow: "Live", "En direct";
    SecondsBehind: "{n} s behind", "{n} s de retard";
    AgeHelp: "How old what you see is", "L’âge de ce que vous voyez";
    ByDataChannel: "WebRTC", "WebRTC";
    ByWebSocket: "WebSocket", "WebSocket";
    PathHelp: "The path that small changes take", "Le chemin que prennent les petits changements";
    StateViewing: "Viewing", "Partage en cours";
    StateAskingControl: "Waiting for the visitor…", "En attente du visiteur…";
    StateControlling: "You control", "Vous contrôlez";
    StateHandsOn: "The visitor is active", "Le visiteur a la main";
    StatePaused: "Paused", "En pause";
    StateReconnecting: "Reconnecting…", "Reconnexion…";
    ReconnectingSince: "Reconnecting. What you see is {n} s old.", "Reconnexion. Ce que vous voyez date de {n} s.";
    LeaveControl: "Give back", "Rendre";
    LeaveControlHelp: "Give control back (Esc)", "Rendre le contrôle (Échap)";
    Back: "Back", "Page précédente";
    Forward: "Forward", "Page suivante";
    Reload: "Reload", "Recharger";
    PathOnSite: "Path on this site", "Chemin sur ce site";
    BadPath: "Only paths of this site, such as /basket.", "Seulement un chemin de ce site, comme /panier.";
    ControlDeclined: "The visitor keeps control.", "Le visiteur garde le contrôle.";
    ControlDeclinedWait: "The visitor keeps control. You can ask again in {time}.", "Le visiteur garde le contrôle. Nouvelle demande possible dans {time}.";
    ControlLapsed: "The visitor did not answer.", "Le visiteur n’a pas répondu.";

    // Viewer: instead of the page
    Connecting: "Connecting…", "Connexion…";
    IdleTitle: "Nothing is shared yet", "Rien n’est encore partagé";
    IdleHelp: "Ask the visitor to see the page. You see nothing before they say yes.", "Demandez au visiteur à voir la page. Vous ne voyez rien avant son accord.";
    AskToSee: "Ask to see the page", "Demander à voir la page";
    AskAgain: "Ask again", "Redemander";
    AskAgainIn: "Ask again in {time}", "Redemander dans {time}";
    AskingTitle: "Waiting for the visitor…", "En attente du visiteur…";
    AskingHelp: "They read: “{name} would like to see this page”.", "Il lit : « {name} aimerait voir cette page ».";
    DeclinedTitle: "Not now", "Pas maintenant";
    DeclinedHelp: "The visitor prefers not to show the page. Nothing was seen.", "Le visiteur préfère ne pas montrer la page. Rien n’a été vu.";
    LapsedTitle: "No answer", "Pas de réponse";
    LapsedHelp: "The visitor may be busy. Nothing was seen.", "Le visiteur est peut-être occupé. Rien n’a été vu.";
    Painting: "The page is coming…", "La page arrive…";
    PausedTitle: "The visitor paused", "Le visiteur a mis en pause";
    PausedHelp: "What you see is as before the pause. It goes on when they resume.", "Vous voyez la page d’avant la pause. La suite viendra à la reprise.";
    OverTitle: "The share is over", "Le partage est terminé";
    VisitorStopped: "The visitor stopped it.", "Le visiteur y a mis fin.";
    VisitorLeft: "The visitor left the site.", "Le visiteur a quitté le site.";
    AgentLeft: "You stopped it.", "Vous y avez mis fin.";
    ServerEnded: "The server ended it.", "Le serveur y a mis fin.";
    VisitorFailed: "Sharing failed in the visitor’s browser. Their page goes on; you can ask again.", "Le partage a échoué dans le navigateur du visiteur. Sa page continue ; vous pouvez redemander.";
    RefusedTitle: "This view cannot be opened", "Cette vue ne peut pas être ouverte";
    RefusedEnded: "There is no such share any more.", "Ce partage n’existe plus.";
    RefusedConsent: "The visitor has not said yes to you.", "Le visiteur ne vous a pas donné son accord.";
    RefusedInUse: "The view is open in another tab.", "La vue est ouverte dans un autre onglet.";
    RefusedVersion: "This tab is older than the server. Reload it.", "Cet onglet est plus ancien que le serveur. Rechargez-le.";
    RefusedOther: "The server refused. Nothing of the page was seen.", "Le serveur a refusé. Rien de la page n’a été vu.";
    CloseTab: "Close this tab", "Fermer l’onglet";
    StageLabel: "The visitor’s page", "La page du visiteur";
    TypeHere: "Types on the visitor’s page", "Écrit dans la page du visiteur";
    Choices: "Choices", "Choix";
    VisitorPointer: "Visitor", "Visiteur";

    // Viewer: why a command was not done
    ReceiptMasked: "Hidden by the site: not usable from here", "Masqué par le site : inutilisable d’ici";
    ReceiptLocked: "Only the visitor may use this", "Seul le visiteur peut utiliser ceci";
    ReceiptNoGrant: "The visitor has the control", "Le visiteur a le contrôle";
    ReceiptMoved: "The page has just changed: try again", "La page vient de changer : réessayez";
    ReceiptNoTarget: "Nothing here takes this", "Rien ici ne l’accepte";
    ReceiptRefused: "The visitor’s browser does not allow this", "Le navigateur du visiteur ne le permet pas";
    NotAllowed: "Not allowed now", "Impossible pour le moment";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is rightly the same in both languages.
    const SAME: [&str; 7] = ["{n} min", "{n} h", "Site", "100 %", "Zoom", "WebRTC", "WebSocket"];

    fn parts(text: &str) -> Vec<&str> {
        let mut parts: Vec<_> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        parts.sort_unstable();
        parts
    }

    #[test]
    fn both_languages_are_complete() {
        for text in Text::ALL {
            let (english, french) = (text.in_language(Language::English), text.in_language(Language::French));
            assert!(!english.trim().is_empty() && !french.trim().is_empty(), "{text:?} is empty");
            assert!(english != french || SAME.contains(&english), "{text:?} is not translated");
            assert_eq!(parts(english), parts(french), "{text:?} has other parts in French");
        }
    }

    #[test]
    fn the_tone_is_calm_and_typography_is_right() {
        for text in Text::ALL
            .iter()
            .flat_map(|text| [text.in_language(Language::English), text.in_language(Language::French)])
        {
            assert!(!text.contains('!') && !text.contains('\''), "{text:?}");
            assert!(!text.contains("..."), "{text:?}");
        }
    }
}
