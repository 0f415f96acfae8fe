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

    // Chats: lists
    Chats: "Chats", "Discussions";
    OneChat: "{n} chat", "{n} discussion";
    ManyChats: "{n} chats", "{n} discussions";
    Contacts: "Contacts", "Contacts et blocages";
    Lists: "Lists", "Listes";
    ListWaiting: "Waiting", "En attente";
    ListMine: "Mine", "En cours";
    ListActive: "All active", "Toutes en cours";
    ListBot: "With the bot", "Avec le robot";
    ListPaused: "Paused", "En pause";
    ListInbox: "Inbox", "Boîte de réception";
    ListHistory: "History", "Historique";
    MoreLists: "More", "Autres";
    SearchChats: "Search chats", "Chercher une discussion";
    Filters: "Filter and sort", "Filtrer et trier";
    OnlyStarred: "Followed only", "Suivis seulement";
    ResetFilters: "Clear the filters", "Effacer les filtres";
    Queue: "Queue", "File d’attente";
    Tag: "Tag", "Étiquette";
    Agent: "Agent", "Conseiller";
    Presence: "Presence", "Présence";
    SortBy: "Sort by", "Trier par";
    SortUsual: "Usual order", "Ordre habituel";
    SortWait: "Waiting time", "Temps d’attente";
    SortLast: "Last activity", "Dernière activité";
    SortName: "Name", "Nom";
    AnyOfThem: "Any", "Peu importe";
    IsOnline: "Online", "En ligne";
    IsOffline: "Offline", "Hors ligne";
    PreviewAgent: "Agent:", "Conseiller :";
    PreviewBot: "Bot:", "Robot :";
    NoMessageYet: "No message yet", "Aucun message";
    Starred: "Followed", "Suivie";
    Unread: "Unread", "Non lu";
    NoChatMatches: "No chat matches", "Aucune discussion ne correspond";
    NoChatMatchesHelp: "Try fewer words, or another list.", "Essayez moins de mots, ou une autre liste.";
    EmptyWaiting: "Nobody is waiting", "Personne n’attend";
    EmptyWaitingHelp: "New requests appear here, who waits longest first.", "Les nouvelles demandes arrivent ici, la plus ancienne d’abord.";
    EmptyMine: "No chat of yours", "Aucune discussion en cours";
    EmptyMineHelp: "Accept a request, or take one from Waiting.", "Acceptez une demande, ou prenez-en une dans En attente.";
    EmptyActive: "No chat is active", "Aucune discussion active";
    EmptyActiveHelp: "Chats of all agents appear here.", "Les discussions de tous les conseillers apparaissent ici.";
    EmptyBot: "The bot has nobody", "Le robot ne parle à personne";
    EmptyBotHelp: "Visitors who talk with the bot appear here.", "Les visiteurs en discussion avec le robot apparaissent ici.";
    EmptyPaused: "Nothing is paused", "Rien n’est en pause";
    EmptyPausedHelp: "Chats that you pause wait here until their time.", "Les discussions mises en pause attendent ici leur heure.";
    EmptyInbox: "The inbox is empty", "La boîte de réception est vide";
    EmptyInboxHelp: "Messages left while nobody was there arrive here.", "Les messages laissés hors ligne arrivent ici.";
    EmptyHistory: "No history yet", "Pas encore d’historique";
    EmptyHistoryHelp: "Closed chats can be found and read here.", "Les discussions terminées se retrouvent et se lisent ici.";

    // Chats: offers and presence
    Offers: "Requests for you", "Demandes pour vous";
    OfferFrom: "Transferred by {name}", "Transférée par {name}";
    OfferNotice: "A visitor would like to talk to you", "Un visiteur souhaite vous parler";
    TimeLeft: "Seconds left to accept", "Secondes pour accepter";
    Accept: "Accept", "Accepter";
    Decline: "Decline", "Refuser";
    Connect: "Connect", "Connexion";
    PresenceAvailable: "Available", "Disponible";
    PresenceAway: "Away", "Absent";
    PresenceGone: "Not connected", "Déconnecté";
    PresenceTitle: "Where are you available?", "Où êtes-vous disponible ?";
    PresenceHelp: "You get requests of the sites that you connect to.", "Vous recevez les demandes des sites où vous êtes connecté.";
    SiteBroken: "The bot of this site is not fully set up.", "Le robot de ce site n’est pas entièrement configuré.";
    AskNotifications: "Notify me on this computer", "M’avertir sur cet ordinateur";
    NotificationsOn: "Notifications are on", "Les notifications sont actives";
    NotificationsOff: "Notifications are off in this browser", "Les notifications sont coupées dans ce navigateur";
    NoConnection: "No internet connection. What you write is kept and sent later.", "Aucune connexion internet. Ce que vous écrivez est gardé et partira ensuite.";

    // Chats: toasts
    Claimed: "Chat taken", "Conversation prise en charge";
    OfferExpired: "The time to accept ran out: {name} goes to a colleague.", "Délai dépassé : {name} passe à un collègue.";
    ConversationLost: "The chat went to somebody else.", "La conversation est passée à quelqu’un d’autre.";
    TakenOver: "{name} took over the chat.", "{name} a repris la conversation.";
    TransferFailed: "{name} did not take the chat. You keep it.", "{name} n’a pas pris la conversation. Vous la gardez.";
    WokenUp: "A paused chat is back.", "Une discussion en pause est de retour.";
    InboxNews: "A new message in the inbox.", "Un nouveau message dans la boîte de réception.";
    RatedNews: "A visitor rated a chat.", "Un visiteur a noté une discussion.";
    SnoozedDone: "Chat paused", "Discussion mise en pause";
    TransferAsked: "Your colleague is being asked", "Votre collègue est sollicité";
    TransferQueued: "The chat waits in the queue", "La discussion attend dans la file";
    ClosedDone: "Chat closed", "Discussion terminée";
    BlockedDone: "Visitor blocked", "Visiteur bloqué";

    // Chats: why something was not done
    FaultOfferExpired: "The time to answer ran out. Your text is kept as a draft.", "Le délai de réponse est dépassé. Votre texte est gardé en brouillon.";
    FaultClosed: "The chat is closed. Your text is kept as a draft.", "La discussion est terminée. Votre texte est gardé en brouillon.";
    FaultTaken: "Already taken by {name}.", "Déjà prise en charge par {name}.";
    FaultNotOwner: "This chat is not yours now. Your text is kept as a draft.", "Cette discussion n’est pas la vôtre. Votre texte est gardé en brouillon.";
    FaultNotConnected: "Connect to the site first.", "Connectez-vous d’abord au site.";
    FaultFull: "No slot is left: close or pause a chat first.", "Plus de place : terminez ou mettez en pause une discussion.";
    FaultAgentAway: "This colleague cannot be asked now.", "Ce collègue ne peut pas être sollicité maintenant.";
    FaultQueueClosed: "This queue is closed now.", "Cette file est fermée à cette heure.";
    FaultTransferPending: "A transfer is under way already.", "Un transfert est déjà en cours.";
    FaultReopen: "This chat cannot be reopened.", "Cette discussion ne peut pas être rouverte.";
    FaultTooLong: "Too long: at most 10,000 characters.", "Trop long : 10 000 caractères au plus.";
    FaultForbidden: "You may not do this.", "Vous n’avez pas ce droit.";
    FaultRate: "Too fast. Wait a moment, then try again.", "Trop vite. Attendez un instant, puis réessayez.";
    FaultFiles: "The file was not stored.", "Le fichier n’a pas été enregistré.";
    FaultOther: "That did not work. Nothing was changed; try again.", "Cela n’a pas fonctionné. Rien n’a changé ; réessayez.";

    // Chats: thread
    ChooseChat: "Choose a chat", "Choisissez une discussion";
    ChooseChatHelp: "Its messages, its visitor and your tools are shown here.", "Ses messages, son visiteur et vos outils s’affichent ici.";
    NoSuchChat: "This chat is not there", "Cette discussion n’existe pas";
    NoSuchChatHelp: "It may be another team’s, or the address is mistyped.", "Elle est peut-être à une autre équipe, ou l’adresse est mal saisie.";
    StageBot: "with the bot", "avec le robot";
    StageWaiting: "waiting", "en attente";
    StageActive: "active", "en cours";
    StagePaused: "paused", "en pause";
    StageOffline: "offline message", "message hors ligne";
    StageClosed: "closed", "terminée";
    ThreadFilters: "Show in the thread", "Afficher dans le fil";
    FilterAll: "All", "Tout";
    FilterVisitor: "Visitor", "Visiteur";
    FilterAgent: "Agent", "Conseiller";
    FilterActions: "Actions & navigation", "Actions & Navigation";
    ThreadLabel: "Messages", "Fil de la discussion";
    Earlier: "Earlier messages", "Messages précédents";
    ToEnd: "Latest", "Derniers messages";
    ThisConversation: "This chat", "Cette discussion";
    PastConversation: "Chat of {time}", "Discussion du {time}";
    TheVisitor: "Visitor", "Visiteur";
    TheBot: "Bot", "Robot";
    You: "You", "Vous";
    Seen: "Seen", "Vu";
    Delivered: "Delivered", "Distribué";
    VisitorTypes: "The visitor is typing…", "Le visiteur écrit…";
    AgentTypes: "{name} is typing…", "{name} écrit…";
    Unsupported: "Content that this version does not show", "Contenu non pris en charge";
    DealLabel: "Offer", "Offre commerciale";
    ChoiceLabel: "Choice", "Choix";
    FormLabel: "Filled in", "Formulaire";
    NoteLabel: "Note", "Note interne";
    Download: "Download", "Télécharger";
    DownloadFailed: "The file could not be fetched. Try again.", "Le fichier n’a pas pu être récupéré. Réessayez.";
    Sending: "Sending…", "Envoi…";
    NotSent: "Not sent", "Non envoyé";
    Resend: "Send again", "Renvoyer";
    EditAgain: "Edit", "Modifier";
    NoticeStarted: "The chat began", "La discussion a commencé";
    NoticeTakenFromBot: "An agent took over the chat", "L’agent a repris le chat";
    NoticeAccepted: "Agent {name} accepted the request", "L’agent {name} a accepté la demande";
    NoticeAgentUnavailable: "{name} is unavailable; somebody else is sought", "{name} n’est pas disponible ; un autre conseiller est recherché";
    NoticeTransferred: "Transferred from {name} to {to}", "Transférée de {name} à {to}";
    NoticeToQueue: "Transferred to a queue", "Transférée vers une file d’attente";
    NoticeOutOfHours: "Outside opening hours", "Hors des heures d’ouverture";
    NoticeNobody: "Nobody came in time", "Personne n’est venu à temps";
    NoticeReceived: "The message is in the inbox", "Le message est dans la boîte de réception";
    NoticeEndedByVisitor: "The visitor closed the chat", "Le visiteur a terminé la discussion";
    NoticeEndedIdle: "Closed: the visitor was gone", "Terminée : le visiteur était parti";
    NoticeEnded: "The chat is closed", "La discussion est terminée";
    NoticeReopened: "The chat was reopened", "La discussion a été rouverte";
    NoticeTransferAsked: "{name} asked {to} to take over", "{name} a proposé la discussion à {to}";
    NoticeTransferEnded: "{name} did not take over", "{name} n’a pas repris la discussion";
    NoticeSentToQueue: "{name} sent it to a queue", "{name} l’a envoyée dans une file";
    NoticePaused: "{name} paused until the visitor writes", "{name} : en pause jusqu’au message du visiteur";
    NoticePausedUntil: "{name} paused until {time}", "{name} : en pause jusqu’au {time}";
    NoticeWoken: "The pause is over", "La pause est finie";
    NoticeBlocked: "{name} blocked the visitor", "{name} a bloqué le visiteur";
    ShareAsked: "{name} asked to see the page", "{name} a demandé à voir la page";
    ShareRefused: "The visitor keeps the page private", "Le visiteur n’a pas partagé sa page";
    ShareStarted: "{name} sees the page", "{name} voit la page";
    ShareControl: "{name} controls the page", "{name} contrôle la page";
    ShareControlEnded: "The visitor has control again", "Le visiteur a repris le contrôle";
    ShareEnded: "The share is over", "Le partage d’écran est terminé";

    // Chats: composer
    Composer: "Reply", "Réponse";
    WriteReply: "Write a reply, or / for a canned one", "Écrivez une réponse, ou / pour une réponse type";
    WriteNote: "Only your team reads this", "Seule votre équipe lit ceci";
    WhoReads: "Who reads it", "Qui la lit";
    Reply: "Reply", "Répondre";
    Publish: "Publish", "Publier";
    Send: "Send", "Envoyer";
    SaveNote: "Save the note", "Enregistrer la note";
    AddNote: "Add a note", "Ajouter une note";
    NotYours: "Take this chat to answer.", "Prenez cette discussion pour répondre.";
    AssignToMe: "Assign to me", "Attribuer à moi";
    CannotWrite: "You can read this chat, not write in it.", "Vous pouvez lire cette discussion, pas y écrire.";
    Emoji: "Emoji", "Émojis";
    Attach: "Attach files", "Joindre un fichier";
    CannedReplies: "Canned replies", "Réponses types";
    CannedNone: "No canned reply yet. Make one in the menu of a chat.", "Aucune réponse type. Créez-en une dans le menu d’une discussion.";
    CannedNoMatch: "No canned reply fits. Escape, then Enter sends it as it is.", "Aucune réponse type ne correspond. Échap, puis Entrée : envoyer tel quel.";
    CannedFailed: "The canned replies did not load.", "Les réponses types n’ont pas pu être chargées.";
    SendLink: "Send a link", "Envoyer un lien";
    SendDeal: "Send an offer", "Envoyer une offre";
    LinkAddress: "Address", "Adresse";
    LinkTitle: "What it says", "Texte du lien";
    DealOffer: "The offer", "L’offre";
    BadAddress: "An address begins with https:// or http://.", "Une adresse commence par https:// ou http://.";
    TooManyFiles: "At most five files at once. Send the others afterwards.", "Cinq fichiers au plus à la fois. Envoyez les autres ensuite.";
    FileTooLarge: "Files may have 5 MB at most. Choose a smaller one.", "Un fichier peut faire 5 Mo au plus. Choisissez-en un plus petit.";
    OnlyPdf: "From here, only pictures and PDF documents.", "D’ici, seulement des images et des documents PDF.";
    CancelUpload: "Cancel the upload", "Annuler l’envoi";
    RemoveFile: "Take the file out", "Retirer le fichier";
    Uploading: "Upload", "Envoi du fichier";

    // Chats: dialogs
    CloseDialog: "Close", "Fermer";
    Save: "Save", "Enregistrer";
    Remove: "Delete", "Supprimer";
    Transfer: "Transfer", "Transférer";
    CancelTransfer: "Keep it after all", "Annuler le transfert";
    ToAgent: "To an agent", "À un conseiller";
    ToQueue: "To a queue", "À une file d’attente";
    NoColleague: "No other agent has this site.", "Aucun autre conseiller n’a ce site.";
    LoadHelp: "Chats now, and at most", "Discussions en cours, et au plus";
    TransferNote: "What they should know (only your team reads it)", "Ce qu’il faut savoir (lu par votre équipe seulement)";
    Snooze: "Pause", "Mettre en pause";
    WakeUp: "Take it up again", "Reprendre";
    ThreeHours: "3 hours", "3 heures";
    OneDay: "24 hours", "24 heures";
    UntilReply: "Until the visitor replies", "Jusqu’à la réponse du visiteur";
    OwnTime: "Choose date and time", "Choisir la date et l’heure";
    DateAndTime: "Date and time", "Date et heure";
    TimeMissing: "Choose a date and a time.", "Choisissez une date et une heure.";
    TimePast: "Choose a time that is ahead.", "Choisissez un moment à venir.";
    KeepAfterPause: "Keep the chat when the pause ends", "Conserver la conversation à la fin de la mise en pause";
    KeepAfterPauseHelp: "Otherwise it is closed then.", "Sinon elle est alors terminée.";
    TagIt: "Tags", "Étiquettes";
    AddTag: "Add a tag", "Ajouter un tag";
    NoTags: "No tags are set up for this site.", "Aucun tag n’est défini pour ce site.";
    TagRequired: "This site wants a tag.", "Ce site demande un tag.";
    CloseChat: "Close the chat", "Fermer";
    CloseChatHelp: "It moves to the history. The visitor may rate it.", "Elle passe dans l’historique. Le visiteur peut la noter.";
    Block: "Block the visitor", "Bloquer";
    BlockHelp: "The chat ends, and the visitor cannot start another. Only a manager can unblock.", "La discussion se termine et le visiteur ne peut plus en commencer. Seul un responsable peut débloquer.";
    BlockReason: "Reason", "Raison";
    Reopen: "Reopen", "Rouvrir";
    Star: "Follow", "Suivre";
    Unstar: "Stop following", "Ne plus suivre";
    MoreActions: "More", "Plus d’actions";
    ManageCanned: "Edit canned replies", "Gérer les réponses types";
    NewCanned: "New canned reply", "Nouvelle réponse type";
    SharedReply: "For the whole team", "Pour toute l’équipe";
    CannedShort: "Shortcut (typed after /)", "Raccourci (tapé après /)";
    CannedTitle: "Title", "Titre";
    CannedBody: "Text", "Texte";
    ShortTaken: "This shortcut is taken or not possible.", "Ce raccourci est déjà pris ou impossible.";
    KeyFind: "Find anything", "Tout chercher";
    FinderHelp: "A chat, a list, something to do", "Une discussion, une liste, une action";
    KeyReply: "write a reply", "écrire une réponse";
    KeyNote: "write a note", "écrire une note";
    KeyNewline: "a new line", "aller à la ligne";
    KeyLeave: "leave the field", "quitter le champ";
    KeyAll: "Keyboard", "Raccourcis clavier";

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
    Duration: "Duration", "Durée";
    PagesViewed: "Pages viewed", "Pages vues";
    Visits: "Visits", "Visites";
    PagesSeen: "Pages", "Pages visitées";
    NoPages: "No page is known.", "Aucune page connue.";
    PastExchanges: "Past exchanges", "Échanges passés";
    NoPast: "This is the first chat.", "C’est la première discussion.";
    CustomerFile: "Customer file", "Voir le dossier client";
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
    const SAME: [&str; 9] =
        ["{n} min", "{n} h", "Site", "100 %", "Zoom", "WebRTC", "WebSocket", "Message", "E-mail"];

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
