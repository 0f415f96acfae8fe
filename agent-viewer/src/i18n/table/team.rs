//! Administration: who may come in, which sites there are, the bot, queues, keys.

macro_rules! texts_of_team {
    ($($before:tt)*) => { texts! {
        $($before)*

        // What is wrong
        AdminIsLast: "This is the last active admin. Make somebody else admin first.", "C’est le dernier administrateur actif. Nommez-en d’abord un autre.";
        OriginWanted: "Write the beginning of an address: https://shop.example", "Écrivez le début d’une adresse : https://boutique.exemple";
        QueueStillUsed: "Visitors are still sent here: by the site, by the bot or by another queue. Change that first.", "Des visiteurs y sont encore envoyés : par le site, le robot ou une autre file. Changez cela d’abord.";
        AddressTaken: "This address has an account already.", "Cette adresse a déjà un compte.";
        SeeMarked: "Nothing was changed: see what is marked.", "Rien n’a changé : voyez ce qui est signalé.";

        // Team
        Team: "Team", "Équipe";
        TeamHelp: "Who comes to the desk, as what, and for which sites.", "Qui accède au bureau, à quel titre et pour quels sites.";
        TeamLookOn: "Only admins invite people and change what they may do.", "Seuls les administrateurs invitent et changent les droits.";
        RoleAgent: "Agent", "Conseiller";
        RoleManager: "Manager", "Responsable";
        RoleAdmin: "Admin", "Administrateur";
        RoleAgentHelp: "Answers visitors.", "Répond aux visiteurs.";
        RoleManagerHelp: "Also sees everybody’s chats, takes them over, and sets sites up.", "Voit aussi toutes les discussions, les reprend et règle les sites.";
        RoleAdminHelp: "Also invites people, adds sites and makes keys. Serves every site.", "Invite aussi, ajoute des sites et crée des clés. Sert tous les sites.";
        RoleIs: "Role", "Rôle";
        EverySite: "Every site, later ones too", "Tous les sites, même futurs";
        TheseSites: "These sites", "Ces sites";
        NoSiteAtAll: "No site", "Aucun site";
        SitesOf: "Sites", "Sites servis";
        ItIsYou: "you", "vous";
        Deactivated: "Deactivated", "Désactivé";
        EditPerson: "Change {name}", "Modifier {name}";
        InvitePerson: "Invite somebody", "Inviter quelqu’un";
        InvitePersonHelp: "They get an account of this address.", "Un compte sera créé pour cette adresse.";
        MakeInvitation: "Make the invitation", "Créer l’invitation";
        InvitationMade: "Send this link to {email}", "Envoyez ce lien à {email}";
        InvitationMadeHelp: "It is shown only now, works once, and for seven days.", "Il n’est affiché qu’ici, sert une fois, pendant sept jours.";
        CopyLink: "Copy the link", "Copier le lien";
        CloseIt: "Done", "Terminé";
        OpenInvitations: "Open invitations", "Invitations en attente";
        NoInvitations: "Nobody is invited at the moment.", "Personne n’est invité en ce moment.";
        InvitationUntil: "Until {time}", "Jusqu’au {time}";
        RevokeInvitation: "Withdraw", "Retirer";
        RevokeInvitationOf: "Withdraw the invitation of {email}", "Retirer l’invitation de {email}";
        RevokeTitle: "Withdraw the invitation", "Retirer l’invitation";
        RevokeHelp: "The link that was sent to {email} will not work any more.", "Le lien envoyé à {email} ne fonctionnera plus.";
        PersonTitle: "Member of the team", "Membre de l’équipe";
        OwnRole: "You cannot take your own role away. Another admin can.", "Vous ne pouvez pas retirer votre propre rôle. Un autre administrateur le peut.";
        LeavesSites: "On a site that you take away, what {name} has open or paused waits again at once, in its usual queue.", "Sur un site retiré, ce que {name} a en cours ou en pause attend aussitôt, dans sa file habituelle.";
        ChatsAtOnce: "Chats at once", "Discussions simultanées";
        ChatsAtOnceOn: "Chats at once on {site}", "Discussions simultanées sur {site}";
        SpeaksLanguages: "Languages spoken", "Langues parlées";
        AnyLanguage: "Any", "Toutes";
        Deactivate: "Deactivate", "Désactiver";
        Reactivate: "Let in again", "Réactiver";
        DeactivateTitle: "Deactivate the account", "Désactiver le compte";
        DeactivateHelp: "{name} is logged out at once and cannot log in any more. What they wrote stays.", "{name} est déconnecté aussitôt et ne peut plus se connecter. Ce qui a été écrit reste.";
        DeactivateChats: "Chats that they have open or paused wait again at once, in the usual queue of each site.", "Ses discussions en cours ou en pause attendent aussitôt, dans la file habituelle de chaque site.";
        DeactivateBack: "Should they come back, they serve the usual queues; put them into others again.", "En cas de retour, ce compte sert les files habituelles ; remettez-le dans les autres.";

        // The page of an invitation
        InvitedBy: "{name} invites you to the desk", "{name} vous invite au bureau";
        InvitedTo: "As {role}, for: {sites}", "En tant que {role}, pour : {sites}";
        InvitedToAll: "As {role}, for every site", "En tant que {role}, pour tous les sites";
        RoleAgentInline: "agent", "conseiller";
        RoleManagerInline: "manager", "responsable";
        RoleAdminInline: "admin", "administrateur";
        FirstName: "First name", "Prénom";
        FirstNameHelp: "Visitors see it.", "Les visiteurs le voient.";
        LastName: "Last name", "Nom de famille";
        ChoosePassword: "Choose a password", "Choisissez un mot de passe";
        PasswordRule: "At least 8 characters.", "Au moins 8 caractères.";
        ShowPassword: "Show the password", "Afficher le mot de passe";
        AcceptInvitation: "Accept and begin", "Accepter et commencer";
        Accepting: "One moment…", "Un instant…";
        OtherAccountOpen: "This browser is logged in as {name}. Accepting logs in the new account instead.", "Ce navigateur est connecté en tant que {name}. Accepter le connectera au nouveau compte.";
        LinkUsed: "This invitation was accepted already", "Cette invitation a déjà été acceptée";
        LinkUsedHelp: "Log in with the password that was chosen then.", "Connectez-vous avec le mot de passe choisi alors.";
        LinkExpired: "This invitation is too old", "Cette invitation est trop ancienne";
        LinkExpiredHelp: "It was good for seven days. Ask for a new one.", "Elle était valable sept jours. Demandez-en une nouvelle.";
        LinkUnknown: "This link is no invitation", "Ce lien n’est pas une invitation";
        LinkUnknownHelp: "It may be incomplete, withdrawn, or replaced by a newer one. Ask who sent it.", "Il est peut-être incomplet, retiré ou remplacé par un plus récent. Demandez à qui l’a envoyé.";
        LinkAccountThere: "There is an account of this address already", "Il existe déjà un compte à cette adresse";
        LinkTooOften: "Too many tries", "Trop d’essais";
        LinkTooOftenHelp: "Wait a minute, then reload the page.", "Attendez une minute, puis rechargez la page.";

        // Sites
        SitesHelp: "Each has its widget, its settings and its team.", "Chacun a son widget, ses réglages et son équipe.";
        SitesTitle: "Sites", "Sites web";
        NewSite: "Add a site", "Ajouter un site";
        SiteName: "Name", "Nom du site";
        SiteKeyName: "Short name in the code", "Nom court dans le code";
        SiteKeyHelp: "It stands in the pages’ code and cannot be changed later.", "Il figure dans le code des pages et ne change plus ensuite.";
        SiteOrigins: "Addresses of its pages", "Adresses de ses pages";
        SiteOriginsHelp: "Only pages of these addresses show the widget.", "Seules les pages de ces adresses affichent le widget.";
        NewOrigin: "Add an address", "Ajouter une adresse";
        RemoveOrigin: "Take {origin} away", "Retirer {origin}";
        RemoveOriginHelp: "Pages of an address that you take away lose the widget once you save.", "Les pages d’une adresse retirée perdent le widget dès l’enregistrement.";
        NoOrigins: "No page shows the widget yet.", "Aucune page n’affiche encore le widget.";
        SiteAdded: "The site is there. Install its widget next.", "Le site est prêt. Installez maintenant son widget.";

        // Installation
        InstallCopy: "Copy this code", "Copiez ce code";
        InstallPaste: "Paste it into each page of the site, in any place", "Collez-le dans chaque page du site, à l’endroit de votre choix";
        InstallPasteHelp: "Once in the template that all pages share is enough.", "Une fois dans le modèle commun à toutes les pages suffit.";
        InstallWhere: "It works on:", "Il fonctionne sur :";
        InstallChange: "Change the addresses", "Changer les adresses";
        InstallReload: "Reload a page of the site", "Rechargez une page du site";
        InstallReloadHelp: "The chat’s bubble stands at the bottom right.", "La bulle du chat apparaît en bas à droite.";

        // Signing keys
        Keys: "Signing keys", "Clés de signature";
        KeysHelp: "With one, your server tells who the visitor is.", "Avec une clé, votre serveur dit qui est le visiteur.";
        KeysWhy: "A customer who is logged in on your site then has one conversation on all devices, and nobody can pretend to be them. An e-mail address that is only typed proves nothing.", "Un client connecté à votre site retrouve alors sa discussion sur tous ses appareils, et personne ne peut se faire passer pour lui. Une adresse simplement saisie ne prouve rien.";
        KeysHow: "How your site uses it", "Comment votre site s’en sert";
        KeysStepSign: "Your server signs a token (JWT, HS256) with the secret:", "Votre serveur signe un jeton (JWT, HS256) avec le secret :";
        KeysStepBytes: "The secret is 32 bytes, written as 64 hexadecimal digits: sign with the bytes.", "Le secret fait 32 octets, écrits en 64 chiffres hexadécimaux : signez avec les octets.";
        KeysStepTell: "The page hands it over:", "La page le transmet :";
        KeysOnlyAdmins: "Only admins see and make keys.", "Seuls les administrateurs voient et créent des clés.";
        NoKeys: "There is no key: visitors are known by their browser alone.", "Aucune clé : les visiteurs ne sont connus que par leur navigateur.";
        MakeKey: "Make a key", "Créer une clé";
        KeySince: "Since {time}", "Depuis le {time}";
        TwoKeys: "Two keys at most: delete the old one before you make another.", "Deux clés au plus : supprimez l’ancienne avant d’en créer une autre.";
        KeyMade: "Copy the secret now", "Copiez le secret maintenant";
        KeyMadeHelp: "It is not shown again. Keep it on your server, never in a page.", "Il ne sera plus affiché. Gardez-le sur votre serveur, jamais dans une page.";
        CopySecret: "Copy the secret", "Copier le secret";
        DeleteKey: "Delete the key", "Supprimer la clé";
        DeleteKeyOf: "Delete the key {kid}", "Supprimer la clé {kid}";
        DeleteKeyHelp: "Tokens that are signed with {kid} will not count any more: visitors who come with one are not recognised.", "Les jetons signés avec {kid} ne compteront plus : les visiteurs qui en présentent ne seront plus reconnus.";

        // Queues and tags
        DeleteQueue: "Delete the queue", "Supprimer la file";
        DeleteQueueHelp: "Nobody is sent to “{name}” any more. Chats that agents have stay with them.", "Plus personne ne sera envoyé vers « {name} ». Les discussions en cours restent à leurs conseillers.";
        DeleteQueueTo: "Who waits there waits from now on in", "Ceux qui y attendent attendront désormais dans";
        MemberPriority: "Rank", "Rang";
        MemberPriorityHelp: "Higher is asked first.", "Le plus élevé est sollicité d’abord.";
        MemberCap: "At most", "Au plus";
        MemberCapHelp: "Chats at once, where that is not their own number.", "Discussions simultanées, si ce n’est pas leur propre nombre.";
        NobodyServes: "Nobody serves this queue: visitors only wait.", "Personne ne sert cette file : on ne fait qu’y attendre.";
        Overflow: "Who waits for long goes on to", "Qui attend longtemps passe à";
        OverflowNone: "nowhere else", "nulle part ailleurs";
        OverflowAfter: "after so many seconds", "après tant de secondes";
        TagsTitle: "Tags", "Tags des discussions";
        DeleteTag: "Delete the tag", "Supprimer le tag";
        DeleteTagOf: "Delete the tag {name}", "Supprimer le tag {name}";
        DeleteTagHelp: "Chats that have it keep it: then it is archived.", "Les discussions qui l’ont le gardent : il est alors archivé.";

        // The bot
        Bot: "Bot", "Robot";
        BotHelp: "What visitors meet before an agent does. Chats that have begun keep the bot of their beginning.", "Ce que le visiteur rencontre avant un conseiller. Une discussion commencée garde son robot.";
        BotBroken: "Visitors cannot start a chat: the bot is not complete.", "Les visiteurs ne peuvent pas écrire : le robot est incomplet.";
        BotNone: "There is no bot yet.", "Il n’y a pas encore de robot.";
        BotNoneHelp: "Begin with a greeting and a question; each answer leads to a queue.", "Commencez par un accueil et une question ; chaque réponse mène à une file.";
        BotBegin: "Begin a bot", "Créer un robot";
        BotSample: "How can we help you?", "Que pouvons‑nous faire pour vous ?";
        BotSampleChoice: "I have a question", "J’ai une question";
        BotLanguage: "Texts in", "Textes en";
        BotAddLanguage: "Another language", "Autre langue";
        StepMessage: "Message", "Message";
        StepQuestion: "Question", "Question";
        StepHandover: "To an agent", "Vers un conseiller";
        StepEnd: "End", "Fin";
        StepSays: "The bot says", "Le robot dit";
        StepAsks: "The bot asks", "Le robot demande";
        StepWelcome: "The bot says, while the visitor waits (may be empty)", "Le robot dit, pendant l’attente (facultatif)";
        StepLast: "The bot says at the end (may be empty)", "Le robot dit pour finir (facultatif)";
        StepQueue: "Queue", "File d’attente";
        StepOffline: "When nobody comes, show the offline form", "Si personne ne vient, afficher le formulaire hors ligne";
        StepNext: "Then", "Ensuite";
        StepName: "Step {n}", "Étape {n}";
        StepToQueue: "to the queue “{queue}”", "vers la file « {queue} »";
        StepAgain: "Step {n}: {text}", "Étape {n} : {text}";
        WayNone: "Choose where it leads", "Choisissez la suite";
        WayQueue: "To the queue", "Vers la file";
        WayNew: "To a new step", "Vers une nouvelle étape";
        WayThere: "To a step that is there", "Vers une étape existante";
        Answers: "Answers", "Réponses";
        AnswerSays: "Answer", "Réponse";
        AnswerShown: "Shown", "Affichée";
        AddAnswer: "Add an answer", "Ajouter une réponse";
        RemoveAnswer: "Delete the answer", "Supprimer la réponse";
        InsertMessage: "Message before this", "Message avant celle-ci";
        RemoveStep: "Delete the step", "Supprimer l’étape";
        NeverReached: "Never reached", "Jamais atteintes";
        NeverReachedHelp: "No way leads to these steps: lead an answer there, or delete them.", "Aucun chemin ne mène à ces étapes : reliez-y une réponse ou supprimez-les.";
        BotFaultNowhere: "Choose where this leads.", "Choisissez où cela mène.";
        BotFaultNoChoice: "This question has no answer that is shown.", "Cette question n’a aucune réponse affichée.";
        BotFaultNoWords: "A text is missing.", "Il manque un texte.";
        BotFaultCircle: "These messages go round without an end.", "Ces messages tournent en rond.";
        BotFaultUnreachable: "Nobody ever gets here.", "Personne n’arrive jamais ici.";
        BotFaultNoHandover: "No way leads to an agent. Lead at least one answer to a queue.", "Aucun chemin ne mène à un conseiller. Reliez au moins une réponse à une file.";
        BotFaultNoQueue: "Choose a queue.", "Choisissez une file.";
        BotFaultStart: "Choose how the bot begins.", "Choisissez comment le robot commence.";
        BotFaultOther: "Something is not possible here.", "Quelque chose n’est pas possible ici.";
        BotComplete: "Complete", "Complet";
        OneFault: "{n} thing to mend", "{n} point à corriger";
        ManyFaults: "{n} things to mend", "{n} points à corriger";
        BotSaved: "Saved: chats that begin from now on meet it.", "Enregistré : valable dès la prochaine discussion.";
        BotTry: "Try it", "Essayer";
        BotTryAgain: "From the beginning", "Depuis le début";
        TryQueue: "The visitor waits in “{queue}”.", "Le visiteur attend dans « {queue} ».";
        TryOffline: "When nobody comes: the offline form.", "Si personne ne vient : le formulaire hors ligne.";
        TryNoOffline: "When nobody comes, the chat ends.", "Si personne ne vient, la discussion se termine.";
        TryEnd: "The chat ends here.", "La discussion se termine ici.";
        TryStuck: "It does not go on from here.", "La suite manque ici.";
    } };
}
