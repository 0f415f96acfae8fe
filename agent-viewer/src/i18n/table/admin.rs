//! Administration.

macro_rules! texts_of_admin {
    ($($before:tt)*) => { texts_of_viewer! {
        $($before)*

        // Administration
        Administration: "Administration", "Configuration";
        AdminForManagers: "Only managers and admins change settings.", "Seuls les responsables changent la configuration.";
        NoSite: "There is no site yet.", "Il n’y a pas encore de site.";
        SettingFailed: "This setting did not load. Reload the page to try again.", "Ce réglage n’a pas pu être chargé. Rechargez la page pour réessayer.";
        SettingWrong: "Something in it is not possible. Nothing was changed.", "Une valeur n’est pas possible. Rien n’a été changé.";
        Saved: "Saved", "Enregistré";
        Preview: "Preview", "Aperçu";
        Installation: "Installation", "Installation du widget";
        InstallationHelp: "Paste this code before </head> on each page of the site.", "Collez ce code avant </head> sur chaque page du site.";
        CopyCode: "Copy the code", "Copier le code";
        PolicyHelp: "With a strict Content-Security-Policy", "Avec une Content-Security-Policy stricte";
        SettingsGeneral: "Widget and rules", "Widget et règles";
        SettingsGeneralHelp: "They hold from the next conversation on.", "Appliqués dès la prochaine discussion.";
        GreetingFrench: "Greeting in French", "Accueil en français";
        GreetingEnglish: "Greeting in English", "Accueil en anglais";
        BotName: "Name of the bot", "Nom du robot";
        AccentColour: "Colour", "Couleur";
        ClosingWantsTag: "Closing a chat wants a tag", "Un tag est obligatoire pour fermer";
        MayReopen: "Closed chats may be reopened", "Une discussion terminée peut être rouverte";
        PresenceEverywhere: "Every page tells that a visitor is there, even before a chat", "Chaque page signale le visiteur, même avant une discussion";
        TagsHelp: "Agents choose from these. An archived one stays on old chats.", "Les conseillers choisissent parmi eux. Un tag archivé reste sur les anciennes discussions.";
        NewTag: "A new tag", "Un nouveau tag";
        AddIt: "Add", "Ajouter";
        Archive: "Archive", "Archiver";
        Unarchive: "Use again", "Réutiliser";
        Queues: "Queues", "Files d’attente";
        QueuesHelp: "Who serves them, and how long anybody waits.", "Qui les sert, et combien de temps on attend.";
        NewQueue: "New queue", "Nouvelle file";
        Strategy: "Who is asked", "Qui est sollicité";
        StrategyLoad: "Who has the fewest chats", "Le moins chargé";
        StrategyTurns: "Everybody in turn", "Chacun son tour";
        StrategyManual: "Nobody: agents take", "Personne : on se sert";
        FirstAnswer: "Seconds for an agent’s first answer", "Secondes pour la première réponse";
        AcceptTimeout: "Seconds that a visitor waits at most", "Secondes d’attente au plus";
        StickyHelp: "Ask first who had the visitor last", "Solliciter d’abord le dernier conseiller du visiteur";
        Members: "Who serves it", "Qui la sert";
    } };
}
