//! Chats: what is told of the visitor.

macro_rules! texts_of_panel {
    ($($before:tt)*) => { texts_of_admin! {
        $($before)*

        // Chats: the visitor
        VisitorPanel: "Visitor’s panel", "Fiche du visiteur";
        EditProfile: "Edit the profile", "Modifier la fiche";
        ProfileWrong: "Something is not right: check the e-mail and the phone number.", "Une valeur ne convient pas : vérifiez l’e-mail et le téléphone.";
        PanelFailed: "This did not load. What you have open goes on.", "Le chargement a échoué. Le reste continue.";
        VisitorIsBlocked: "Blocked", "Bloqué";
        FieldName: "Name", "Nom";
        FieldEmail: "E-mail", "E-mail";
        FieldPhone: "Phone", "Téléphone";
        FieldCompany: "Company", "Société";
        FieldTitle: "Job", "Fonction";
        FieldAddress: "Address", "Adresse";
        FieldCity: "City", "Ville";
        FieldCountry: "Country", "Pays";
        FieldWebsite: "Website", "Site web";
        FieldMessage: "Message", "Message";
        Provenance: "Came from", "Provenance";
        CameDirect: "Direct", "Accès direct";
        CameSearch: "Search engine", "Moteur de recherche";
        CameSocial: "Social network", "Réseau social";
        CameReferral: "Another site", "Autre site";
        CameCampaign: "Campaign", "Campagne";
        Profile: "Profile", "Profil";
        Campaign: "Campaign", "Campagne";
        Referrer: "Referrer", "Venu de";
        FirstPage: "First page", "Arrivée sur";
        Duration: "Duration", "Durée";
        PagesViewed: "Pages viewed", "Pages vues";
        Visits: "Visits", "Visites";
        PagesSeen: "Pages", "Pages visitées";
        BeforeChat: "Before the chat", "Avant la discussion";
        NoPages: "No page is known.", "Aucune page connue.";
        PastExchanges: "Past exchanges", "Échanges passés";
        NoPast: "This is the first chat.", "C’est la première discussion.";
        CustomerFile: "Customer file", "Voir le dossier client";
        PastChat: "Past chat", "Conversation passée";
        RatingTitle: "Rating", "Satisfaction";
        KnownSince: "First seen {time}", "Connu depuis le {time}";
        VisitsCount: "Visits: {n}", "Visites : {n}";
        ChatsCount: "Chats: {n}", "Discussions : {n}";
        ExchangesCount: "Exchanges with agents: {n}", "Échanges avec un conseiller : {n}";
        LaterChats: "Later chats", "Discussions suivantes";
        OpenChat: "Open", "Ouvrir";
        ContinueChat: "Go on with it", "La poursuivre";
        Stickies: "Notes", "Notes sur le visiteur";
        NewSticky: "New note", "Nouvelle note";
        StickyHint: "What colleagues should know about this visitor", "Ce que l’équipe doit savoir de ce visiteur";
        NoteColour: "Colour of the note", "Couleur de la note";
        NoteEdited: "(edited)", "(modifiée)";
        TooManyNotes: "There is no room for another note. Delete an old one first.", "Il n’y a plus de place. Supprimez d’abord une ancienne note.";
        ColourYellow: "Yellow", "Jaune";
        ColourBlue: "Blue", "Bleu";
        ColourGreen: "Green", "Vert";
        ColourPink: "Pink", "Rose";
        FileTitle: "Customer file of", "Dossier client";
        CustomData: "Custom data", "Données du site";
        DocumentsTitle: "Documents", "Documents échangés";
        NoDocuments: "No document yet.", "Aucun document.";
        AllChats: "All chats, oldest first", "Toutes les discussions, la plus ancienne d’abord";
        BlockedVisitors: "Blocked visitors", "Visiteurs bloqués";
        BlockedVisitorsHelp: "They cannot start a chat until a manager unblocks them.", "Ils ne peuvent plus écrire tant qu’un responsable ne les débloque pas.";
        OnlyManagers: "Only managers see who is blocked.", "Seuls les responsables voient qui est bloqué.";
        NobodyBlocked: "Nobody is blocked.", "Personne n’est bloqué.";
        BlockedBy: "By {name}, {time}", "Par {name}, le {time}";
        Unblock: "Unblock", "Débloquer";
        Unblocked: "Visitor unblocked", "Visiteur débloqué";
    } };
}
