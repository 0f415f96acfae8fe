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
        InstallationHelp: "Paste this code anywhere in each page of the site.", "Collez ce code n’importe où dans chaque page du site.";
        CopyCode: "Copy the code", "Copier le code";
        PolicyHelp: "With a strict Content-Security-Policy", "Avec une Content-Security-Policy stricte";
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

        // The frame
        PartsOfWidget: "Widget", "Le widget";
        PartsOfChats: "Chats", "Discussions";
        PartsOfAccess: "People and sites", "Équipe et sites";
        UnsavedTitle: "Leave without saving", "Quitter sans enregistrer";
        UnsavedHelp: "What you changed here is not saved yet. If you leave now, it is lost.", "Vos modifications ne sont pas encore enregistrées. Si vous quittez maintenant, elles sont perdues.";
        LeaveUnsaved: "Leave without saving", "Quitter sans enregistrer";
        StayHere: "Keep editing", "Continuer à modifier";
        UnsavedChanges: "Not saved yet", "Pas encore enregistré";
        UndoChanges: "Undo", "Annuler les modifications";
        ChangedElsewhere: "Somebody else changed this meanwhile. If you save, yours replaces it.", "Quelqu’un l’a modifié entre-temps. Si vous enregistrez, votre version remplace la sienne.";
        ShowTheirs: "Show theirs", "Voir la sienne";
        SettingUnread: "Correct what is marked first. Nothing was changed.", "Corrigez d’abord ce qui est signalé. Rien n’a été changé.";
        Raise: "Move up", "Monter";
        Lower: "Move down", "Descendre";
        AddLanguage: "Add a language…", "Ajouter une langue…";
        InLanguage: "{what} ({language})", "{what} ({language})";
        UnitOfTime: "Unit", "Unité";
        InSeconds: "seconds", "secondes";
        InMinutes: "minutes", "min";
        InHours: "hours", "heures";
        InDays: "days", "jours";

        // What is wrong with a field
        WrongEmpty: "Fill this in.", "À remplir.";
        WrongLong: "This is too long.", "C’est trop long.";
        WrongShort: "This is too short.", "C’est trop court.";
        WrongMany: "There are too many of them.", "Il y en a trop.";
        WrongRange: "This number is too small or too large.", "Ce nombre est trop petit ou trop grand.";
        WrongNumber: "Write a number.", "Écrivez un nombre.";
        WrongTime: "Write a time, such as 09:30.", "Écrivez une heure, par exemple 09:30.";
        WrongDate: "Choose a day.", "Choisissez un jour.";
        WrongOrder: "The last day lies before the first one.", "Le dernier jour précède le premier.";
        WrongSpan: "This ends before it begins.", "La fin précède le début.";
        WrongOverlap: "Two of these times overlap.", "Deux de ces plages se chevauchent.";
        WrongWeek: "A week has seven days.", "Une semaine a sept jours.";
        WrongColour: "Write a colour as # and six digits, such as #1f6fe5.", "Écrivez une couleur : # et six chiffres, par exemple #1f6fe5.";
        WrongEmail: "Check this e-mail address.", "Vérifiez cette adresse e-mail.";
        WrongPhone: "Check this telephone number.", "Vérifiez ce numéro de téléphone.";
        WrongUrl: "Write an address that begins with https://", "Écrivez une adresse qui commence par https://";
        WrongKey: "Small letters, digits and _ only, a letter first.", "Minuscules, chiffres et _ seulement, une lettre d’abord.";
        WrongWord: "One word of letters, digits, dashes or dots.", "Un seul mot : lettres, chiffres, tirets ou points.";
        WrongTwice: "This stands here twice.", "Présent deux fois.";
        WrongTaken: "This is used already.", "Déjà utilisé.";
        WrongDiffers: "Both forms have this field, each with another label. Give it one label.", "Les deux formulaires ont ce champ, avec un intitulé différent. Donnez-lui un seul intitulé.";
        WrongNoAddress: "Without a required e-mail address or telephone number, nobody could be answered.", "Sans adresse e-mail ou numéro de téléphone obligatoire, on ne pourrait répondre à personne.";
        WrongNoFlow: "There is no bot yet: make one first.", "Il n’y a pas encore de robot : créez-en un d’abord.";
        WrongInUse: "It is still used elsewhere. Change that first.", "C’est encore utilisé ailleurs. Changez cela d’abord.";
        WrongGone: "It is not there any more.", "Cela n’existe plus.";
        WrongLoggedOut: "You are logged out. Log in in another tab, then save again.", "Vous êtes déconnecté. Connectez-vous dans un autre onglet, puis enregistrez de nouveau.";
        WrongUnreachable: "The server does not answer. What you typed is kept; save again in a moment.", "Le serveur ne répond pas. Votre saisie est conservée ; enregistrez de nouveau dans un instant.";
        WrongQueryKey: "Names of keys only, without & = or #.", "Des noms de clés seulement, sans & = ni #.";
        WrongEnding: "Endings or types only, such as exe or image/svg+xml.", "Des extensions ou des types seulement, par exemple exe ou image/svg+xml.";
        WrongZone: "There is no time zone of this name.", "Aucun fuseau horaire ne porte ce nom.";
        WrongLanguage: "Write the language’s short name, such as fr or en.", "Écrivez le code de la langue, par exemple fr ou en.";
        WrongQueue: "There is no such queue any more.", "Cette file n’existe plus.";
        WrongOther: "This is not possible here.", "Ce n’est pas possible ici.";

        // General
        SettingsGeneral: "General", "Règles générales";
        SettingsGeneralHelp: "Where chats begin, how they are offered and how they end. Holds from the next chat on.", "Où les discussions commencent, comment elles sont proposées et se terminent. Appliqué dès la prochaine discussion.";
        GroupBegin: "How a chat begins", "Le début d’une discussion";
        EntryIs: "After the form, visitors meet", "Après le formulaire, le visiteur rencontre";
        EntryBot: "The bot", "Le robot";
        EntryQueue: "An agent, straight away", "Un conseiller, tout de suite";
        DefaultQueue: "Queue where nothing else is said", "File par défaut";
        SiteLanguage: "Language where a text is missing in the visitor’s", "Langue de repli des textes";
        SettingsTags: "Tags", "Tags de discussion";
        GroupOffers: "Agents", "Conseillers";
        OfferStops: "The time for a first answer stops as soon as the agent", "Le délai de première réponse s’arrête dès que le conseiller";
        OfferStopsAccept: "accepts the chat", "accepte la discussion";
        OfferStopsAnswer: "has answered the visitor", "a répondu au visiteur";
        AgentGone: "An agent without connection keeps their chats for", "Un conseiller sans connexion garde ses discussions pendant";
        AgentGoneHelp: "Then they wait for somebody else. From 10 seconds to one day.", "Ensuite, elles attendent quelqu’un d’autre. De 10 secondes à un jour.";
        GroupEnd: "How a chat ends", "La fin d’une discussion";
        IdleClose: "End a chat when the visitor has left and said nothing more", "Terminer la discussion quand le visiteur est parti sans répondre";
        IdleCloseAfter: "After", "Au bout de";
        IdleCloseHelp: "From 30 seconds to seven days.", "De 30 secondes à sept jours.";
        GroupFiles: "Files", "Fichiers";
        MaxFile: "Largest file, MB", "Taille maximale d’un fichier, en Mo";
        MaxFileHelp: "{n} MB at most.", "{n} Mo au plus.";
        RefusedFiles: "Files that are refused", "Fichiers refusés";
        RefusedFilesHelp: "Endings or types, with commas between.", "Extensions ou types, séparés par des virgules.";
        GroupPages: "Visitors’ pages", "Pages des visiteurs";
        QueryKeys: "Parts of addresses that agents may see", "Parties d’adresse que les conseillers peuvent voir";
        QueryKeysHelp: "Names of query keys, with commas between. All others are cut off before they leave the visitor’s browser.", "Noms des paramètres, séparés par des virgules. Tous les autres sont retirés avant de quitter le navigateur du visiteur.";

        // Messages and look
        SettingsMessages: "Messages and look", "Messages et apparence";
        SettingsMessagesHelp: "What visitors read and see first.", "Ce que le visiteur lit et voit d’abord.";
        Greeting: "Greeting", "Accueil";
        BotNameHelp: "Stands above the chat while the bot answers.", "Affiché en haut de la discussion tant que le robot répond.";
        ColourInFigures: "Colour in figures", "Couleur en chiffres";
        ContrastGood: "White text is easy to read on it ({n} : 1).", "Le texte blanc s’y lit bien ({n} : 1).";
        ContrastWeak: "White text is hard to read on it: {n} : 1, and 4.5 is the least. Choose a darker colour.", "Le texte blanc s’y lit mal : {n} : 1, il faut au moins 4,5. Choisissez une couleur plus sombre.";
        OtherTexts: "The text outside opening hours stands under Opening hours, what is said while waiting under Bot.", "Le texte hors horaires se règle dans Horaires d’ouverture, celui de l’attente dans Robot.";

        // Opening hours
        OpeningHours: "Opening hours", "Horaires d’ouverture";
        OpeningHoursHelp: "When somebody answers, and what visitors find when nobody does.", "Quand quelqu’un répond, et ce que trouve le visiteur quand personne ne répond.";
        AlwaysOpen: "Always open", "Toujours ouvert";
        OpenByWeek: "Open at certain hours", "Ouvert à certaines heures";
        TimeZone: "Time zone", "Fuseau horaire";
        TimeZoneHelp: "The hours below are those of a clock there.", "Les heures ci-dessous sont celles de ce lieu.";
        TheWeek: "The week", "La semaine";
        ClosedAllDay: "Closed", "Fermé";
        WholeDay: "The whole day", "Toute la journée";
        SpanFrom: "From", "De";
        SpanTo: "To", "À";
        AddSpanTo: "Add hours: {day}", "Ajouter une plage : {day}";
        RemoveSpan: "Delete these hours", "Supprimer cette plage";
        CopyMonday: "Monday’s hours until Friday", "Reprendre le lundi jusqu’au vendredi";
        Exceptions: "Holidays and exceptions", "Jours fériés et exceptions";
        ExceptionsHelp: "On these days the week does not count. Without hours they are closed.", "Ces jours-là, la semaine ne compte pas. Sans plage horaire, ils sont fermés.";
        AddException: "Add days", "Ajouter des jours";
        FirstDay: "First day", "Premier jour";
        LastDay: "Last day", "Dernier jour";
        OpenUntil: "Open now, closes: {time}", "Ouvert en ce moment, ferme : {time}";
        OpenForGood: "Open now, without an end", "Ouvert en ce moment, sans fin prévue";
        ClosedUntil: "Closed now, opens: {time}", "Fermé en ce moment, ouvre : {time}";
        ClosedForGood: "Closed, and not open again within a year", "Fermé, et sans ouverture d’ici un an";
        NoOpening: "These hours are not complete yet.", "Ces horaires ne sont pas encore complets.";
        WhenClosed: "When nobody is there", "Quand personne n’est là";
        ClosedMessage: "Message", "Texte affiché";
        ClosedMessageHelp: "[words](https://…) is a link. When you open again is said by itself.", "[texte](https://…) devient un lien. La prochaine ouverture est indiquée automatiquement.";
        WaysOf: "Other ways to get in touch", "Autres moyens de contact";
        AddWay: "Add a way", "Ajouter un moyen";
        WayKind: "Way", "Moyen";
        WayEmail: "E-mail", "E-mail";
        WayPhone: "Telephone", "Téléphone";
        WayLink: "Page", "Page web";
        WayForm: "Offline form", "Formulaire hors ligne";
        WayEmailValue: "Address", "Adresse";
        WayPhoneValue: "Number", "Numéro";
        WayLinkValue: "Address of the page", "Adresse de la page";
        WayLabel: "What it says", "Intitulé";

        // Forms
        SettingsForms: "Form fields", "Champs des formulaires";
        SettingsFormsHelp: "What visitors fill in. Agents see it beside the chat.", "Ce que le visiteur remplit. Les conseillers le voient à côté de la discussion.";
        StartForm: "Before a chat", "Avant une discussion";
        OfflineForm: "When nobody is there", "Quand personne n’est là";
        OfflineFormOn: "Visitors can leave a message when nobody is there", "Le visiteur peut laisser un message quand personne n’est là";
        OfflineFormHelp: "It arrives in the inbox of offline messages.", "Il arrive dans la boîte de réception des messages hors ligne.";
        AddField: "Add a field", "Ajouter un champ";
        FieldLabel: "Label", "Intitulé";
        FieldKey: "Technical name", "Nom technique";
        FieldKind: "Kind", "Type de valeur";
        FieldRequired: "Must be filled in", "Obligatoire";
        KindShort: "Text", "Texte court";
        KindEmail: "E-mail address", "Adresse e-mail";
        KindPhone: "Telephone number", "Numéro de téléphone";
        KindLong: "Long text", "Texte long";
        KindNumber: "Number", "Nombre";
        KindMoney: "Amount of money", "Montant";
        KindDate: "Day", "Jour";
        KindUrl: "Address of a page", "Adresse d’une page";

        // Custom data
        SettingsCustom: "Custom data", "Données personnalisées";
        SettingsCustomHelp: "What your pages tell agents about a visitor: a basket, a customer number. What is not declared here is left out.", "Ce que vos pages disent du visiteur aux conseillers : un panier, un numéro de client. Ce qui n’est pas déclaré ici est ignoré.";
        NoCustom: "Nothing is declared yet.", "Rien n’est encore déclaré.";
        AddCustom: "Declare a value", "Déclarer une donnée";
        CustomKey: "Name in the script", "Nom dans le script";
        CustomLabel: "What agents read", "Ce que lit le conseiller";
        CustomScript: "Your pages tell it like this:", "Vos pages les transmettent ainsi :";

        // Canned replies
        SettingsCannedHelp: "Texts that agents insert by typing / and a shortcut.", "Des textes que les conseillers insèrent en tapant / et un raccourci.";
        SearchReplies: "Search the replies", "Chercher une réponse";
        NoReplies: "There is no canned reply yet.", "Il n’y a pas encore de réponse type.";
        NoReplyFound: "No reply holds these words.", "Aucune réponse ne contient ces mots.";
        ReplyOfTeam: "Team", "L’équipe";
        ReplyOfMine: "Mine", "À moi";
        ReplyOf: "For whom", "Pour qui";
        ReplyForMe: "For me alone", "Pour moi seul";
        ReplyLanguage: "Language", "Langue";
        EveryLanguage: "Every language", "Toutes les langues";
        AllReplies: "All replies", "Toutes les réponses";
        RemoveReply: "Delete the reply", "Supprimer la réponse";
        RemoveReplyHelp: "Nobody can insert it any more. What was sent stays.", "Personne ne pourra plus l’insérer. Ce qui a été envoyé reste.";

        // The drawing of the widget
        MockTeam: "Customer service", "Service client";
        MockGreeting: "Hello. How can we help you?", "Bonjour. Comment pouvons‑nous vous aider ?";
        MockHint: "Tell us who you are, and we will be with you.", "Présentez-vous, et nous sommes à vous.";
        MockName: "Name", "Nom";
        MockEmail: "E-mail", "E-mail";
        MockFirstName: "First name", "Prénom";
        MockPhone: "Telephone", "Téléphone";
        MockCompany: "Company", "Société";
        MockMessage: "Message", "Message";
        MockOptional: "optional", "facultatif";
        MockStart: "Start the chat", "Démarrer le chat";
        MockSend: "Send the message", "Envoyer le message";
        MockClosed: "We are not here at the moment.", "Nous ne sommes pas là en ce moment.";
    } };
}
