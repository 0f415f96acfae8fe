//! The tab that shows a visitor's page.

macro_rules! texts_of_viewer {
    ($($before:tt)*) => { texts_of_team! {
        $($before)*

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
        PausedTitleOf: "{name} paused", "{name} a mis en pause";
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
        ReceiptHandsOn: "The visitor is using the page: nothing was done", "Le visiteur utilise la page : rien n’a été fait";
        ReceiptMoved: "The page has just changed: try again", "La page vient de changer : réessayez";
        ReceiptNoTarget: "Nothing here takes this", "Rien ici ne l’accepte";
        ReceiptRefused: "The visitor’s browser does not allow this", "Le navigateur du visiteur ne le permet pas";
        NotAllowed: "Not allowed now", "Impossible pour le moment";
    } };
}
