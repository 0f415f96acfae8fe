//! What stands on every page, the log-in and the desk.

macro_rules! texts_of_everywhere {
    ($($before:tt)*) => { texts_of_chats! {
        $($before)*

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
        KeySearch: "Search", "Chercher";
        KeyMove: "Move through the list", "Parcourir la liste";
        KeyOpen: "Go to the visitor’s actions", "Aller aux actions du visiteur";
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
    } };
}
