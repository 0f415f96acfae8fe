//! What the chat's widget says. A page loads it in its own language only: what builds the visitor's files reads this table
//! and writes a file for each. The words of takeover and acceptance stand as the source documents have them.
use super::Language;

words! {
    /// One text of the widget. `{}` stands for first names, numbers and lengths.
    enum Chat;
    /// The name of the window for assistive technology.
    Window: "Chat", "Chat";
    /// Folds the window to its bubble.
    Fold: "Minimise the chat", "Réduire le chat";
    /// Ends the conversation.
    End: "End the chat", "Terminer le chat";
    /// Who answers, before anybody does.
    Team: "Customer service", "Service client";
    /// Below the bot's name.
    IsBot: "Virtual assistant", "Assistant virtuel";
    /// Below the agent's name.
    IsHere: "Here to help", "À votre écoute";
    /// Below the agent's name, while they are away for a moment.
    IsAway: "Away for a moment", "Momentanément indisponible";
    /// Below the name, while nobody has taken the conversation.
    IsWaiting: "Waiting for an adviser", "En attente d’un conseiller";
    /// Below the name, after the end.
    IsOver: "This chat is over", "Ce chat est terminé";
    /// Above the form, where the site says nothing.
    Greeting: "Hello. How can we help you?", "Bonjour. Comment pouvons‑nous vous aider ?";
    /// Below the greeting.
    FormHint: "Tell us who you are, and we will be with you.", "Présentez-vous, et nous sommes à vous.";
    /// The name of a field, where the site gives none.
    NameField: "Your name", "Votre nom";
    /// The name of a field, where the site gives none.
    EmailField: "Your e-mail", "Votre e-mail";
    /// Sends the form.
    Start: "Start the chat", "Démarrer le chat";
    /// While the form is on its way.
    Starting: "Starting…", "Démarrage…";
    /// Something required is empty.
    FieldsEmpty: "Fields cannot be empty.", "Les champs ne peuvent pas être vides.";
    /// Beside such a field.
    FieldEmpty: "Please fill in this field.", "Veuillez remplir ce champ.";
    /// What was typed is no e-mail address.
    NoEmail: "Please check this e-mail address.", "Veuillez vérifier cette adresse e-mail.";
    /// What was typed is no telephone number.
    NoPhone: "Please check this telephone number.", "Veuillez vérifier ce numéro de téléphone.";
    /// Too much was typed into a field.
    FieldLong: "This is too long.", "C’est trop long.";
    /// Something else is wrong with a field.
    FieldWrong: "Please check this field.", "Veuillez vérifier ce champ.";
    /// A mark beside what need not be filled in.
    Optional: "optional", "facultatif";
    /// The composer.
    Write: "Write a message…", "Écrivez un message…";
    /// Sends what was written.
    Send: "Send", "Envoyer";
    /// Chooses files.
    Attach: "Attach a file", "Joindre un fichier";
    /// Takes a picture.
    Photo: "Take a photo", "Prendre une photo";
    /// Above the files that were chosen.
    Chosen: "Ready to send", "Prêt à envoyer";
    /// Takes a file out again.
    Remove: "Remove {}", "Retirer {}";
    /// Fetches a file.
    Download: "Download {}", "Télécharger {}";
    /// Stops an upload.
    CancelFile: "Cancel", "Annuler";
    /// While a file is on its way.
    Uploading: "Sending the file: {} %", "Envoi du fichier : {} %";
    /// Too large a file.
    TooLarge: "“{}” is larger than {}. Please choose a smaller file.",
        "« {} » dépasse la taille limite de {}. Veuillez choisir un fichier plus petit.";
    /// Too many files.
    TooMany: "Only five files can be sent at once. Please choose fewer.",
        "Cinq fichiers au maximum peuvent être envoyés à la fois. Veuillez en choisir moins.";
    /// A kind of file that the site refuses.
    Refused: "“{}” cannot be sent: this kind of file is not accepted.",
        "« {} » ne peut pas être envoyé : ce type de fichier n’est pas accepté.";
    /// An empty file.
    EmptyFile: "“{}” is empty. Please choose another file.", "« {} » est vide. Veuillez choisir un autre fichier.";
    /// The connection is gone.
    Reconnecting: "Connection lost. Reconnecting… Your messages are kept.",
        "Connexion perdue. Reconnexion… Vos messages sont conservés.";
    /// The browser says that there is no network.
    NoNetwork: "No internet connection. Your messages are kept and will be sent when you are back online.",
        "Aucune connexion internet. Vos messages sont conservés et partiront dès votre retour en ligne.";
    /// The server does not answer as it should.
    Unreachable: "The chat cannot be reached. Please try again.", "Le chat est injoignable. Veuillez réessayer.";
    /// A request failed for good.
    Failed: "This could not be done. Please try again.", "L’action n’a pas abouti. Veuillez réessayer.";
    /// A file could not be fetched.
    FileFailed: "The file could not be fetched. Please try again.", "Le fichier n’a pas pu être récupéré. Veuillez réessayer.";
    /// The visitor may not write to this site: why, nobody tells them.
    NotAvailable: "The chat is not available.", "Le chat n’est pas disponible.";
    /// Too many conversations were begun.
    TooOften: "Too many attempts. Please wait a moment, then try again.",
        "Trop de tentatives. Veuillez patienter un instant, puis réessayer.";
    /// A message could not be sent: what was written is back in the composer.
    BackInComposer: "The chat was over. Your text is kept below; start a new chat to send it.",
        "Le chat était terminé. Votre texte est conservé ; démarrez un nouveau chat pour l’envoyer.";
    /// Tries again.
    Retry: "Try again", "Réessayer";
    /// Takes the band away.
    Dismiss: "Close this message", "Fermer ce message";
    /// Below a message that has not arrived yet.
    Sending: "Sending…", "Envoi…";
    /// Below one that takes long.
    NotSentYet: "Not sent yet", "Pas encore envoyé";
    /// Below one that failed.
    NotSent: "Not sent", "Non envoyé";
    /// Below one whose file this browser has lost.
    FileGone: "Not sent: the file could not be kept. Please attach it again.",
        "Non envoyé : le fichier n’a pas pu être conservé. Veuillez le joindre à nouveau.";
    /// Below one whose file is of a kind that the site refuses.
    FileRefused: "Not sent: this kind of file is not accepted", "Non envoyé : ce type de fichier n’est pas accepté";
    /// Sends it again.
    Resend: "Send again", "Renvoyer";
    /// Gives it up.
    Discard: "Delete", "Supprimer";
    /// Below the visitor's last message.
    Delivered: "Sent", "Envoyé";
    /// Below what the agent has read.
    Seen: "Seen", "Lu";
    /// While somebody types.
    Types: "{} is typing", "{} est en train d’écrire";
    /// While the visitor waits.
    Waiting: "Your request is in the queue.", "Votre demande est en file d’attente.";
    /// While the visitor waits and is next.
    WaitingNext: "You are next.", "Vous êtes le prochain.";
    /// While the visitor waits and nobody is there who could answer.
    WaitingNobody: "Nobody is available right now. We keep your place.",
        "Personne n’est disponible pour le moment. Nous gardons votre place.";
    /// While the visitor waits behind others, or nobody is there.
    WaitingAt: "Your position in the queue: {}", "Votre position dans la file d’attente : {}";
    /// How long it may take.
    WaitMinutes: "About {} min", "Environ {} min";
    /// How long it may take, when it is short.
    WaitShort: "Less than a minute", "Moins d’une minute";
    /// Before a list of choices, for assistive technology.
    Choices: "Choose an answer", "Choisissez une réponse";
    /// A new message came while the thread was scrolled up.
    ToLatest: "Latest messages", "Derniers messages";
    /// The visitor, for assistive technology.
    You: "You", "Vous";
    /// An adviser whose name is not known.
    Adviser: "Adviser", "Conseiller";
    /// The thread, for assistive technology.
    Thread: "Messages", "Messages";
    /// The number of messages that were not read.
    Unread: "{} unread messages", "{} messages non lus";
    /// A kind of message that is not known here.
    Unsupported: "This message cannot be shown here.", "Ce message ne peut pas être affiché ici.";
    /// The first line.
    Started: "The chat has started", "Le chat a démarré";
    /// Somebody took over from the bot.
    TakenFromBot: "An adviser has taken over the chat", "L'agent a repris le chat";
    /// Somebody accepted.
    Accepted: "{} has accepted the request", "L'agent {} a accepté la demande";
    /// Whoever accepted cannot go on.
    AgentUnavailable: "{} is unavailable. We are looking for somebody else.",
        "{} n’est pas disponible. Nous cherchons un autre conseiller.";
    /// It changed hands.
    Transferred: "{} has handed over to {}", "{} a passé le relais à {}";
    /// It waits again.
    TransferredToQueue: "Your chat is being handed over to another adviser", "Votre chat est transféré à un autre conseiller";
    /// Nobody works now.
    OutOfHours: "We are closed at the moment", "Nous sommes actuellement fermés";
    /// Nobody came in time.
    NobodyAvailable: "Nobody is available at the moment", "Personne n’est disponible pour le moment";
    /// The offline form has arrived.
    MessageReceived: "Your message has been received. You will find our answer here.",
        "Votre message a bien été reçu. Vous trouverez notre réponse ici.";
    /// The visitor ended it.
    EndedByVisitor: "You ended the chat", "Vous avez terminé le chat";
    /// Nobody wrote for long.
    EndedIdle: "The chat ended because it was quiet for a while", "Le chat s’est terminé après un moment d’inactivité";
    /// It is over.
    Ended: "The chat is over", "Le chat est terminé";
    /// It goes on after all.
    Reopened: "The chat goes on", "Le chat reprend";
    /// A share.
    ShareAsked: "{} asked to see this page", "{} a demandé à voir cette page";
    /// A share.
    ShareRefused: "The page was not shared", "La page n’a pas été partagée";
    /// A share.
    ShareStarted: "{} sees this page", "{} voit cette page";
    /// A share.
    ShareControl: "{} is controlling this page", "{} contrôle cette page";
    /// A share.
    ShareControlEnded: "You have control again", "Vous avez repris le contrôle";
    /// A share.
    ShareEnded: "Screen sharing has ended", "Le partage d’écran est terminé";
    /// What the visitor filled in.
    FormSent: "Your message", "Votre message";
    /// A commercial offer.
    Deal: "Offer", "Offre";
    /// Follows a link.
    OpenLink: "Open the link", "Ouvrir le lien";
    /// The title outside opening hours.
    ClosedTitle: "We are closed at the moment", "Nous sommes actuellement fermés";
    /// Its text, where the site says nothing.
    ClosedText: "You are writing outside our opening hours.", "Vous nous contactez en dehors de nos horaires d’ouverture.";
    /// When somebody is there again.
    OpensAt: "We are back {}", "Nous serons de retour {}";
    /// Other ways to get in touch.
    Ways: "Other ways to reach us", "Autres moyens de nous joindre";
    /// Opens the offline form.
    LeaveMessage: "Leave us a message", "Laissez-nous un message";
    /// The title of the offline form when nobody came.
    NobodyTitle: "Nobody is free right now. Leave us a message: you will find our answer here.",
        "Personne n’est libre pour l’instant. Laissez-nous un message : vous trouverez notre réponse ici.";
    /// Sends the offline form.
    Submit: "Send the message", "Envoyer le message";
    /// Goes back.
    Back: "Back", "Retour";
    /// The question of the confirmation.
    ConfirmEnd: "End this chat?", "Terminer ce chat ?";
    /// Below it.
    ConfirmHint: "You can start a new one at any time.", "Vous pourrez en démarrer un nouveau à tout moment.";
    /// Confirms.
    Yes: "Yes", "Oui";
    /// Does not.
    No: "No", "Non";
    /// Asks for a rating.
    RateTitle: "How did it go?", "Comment cela s’est-il passé ?";
    /// One star of five.
    Stars: "{} out of 5", "{} sur 5";
    /// The comment.
    RateText: "A comment, if you like", "Un commentaire, si vous le souhaitez";
    /// Sends the rating.
    RateSend: "Send", "Envoyer";
    /// After it.
    RateThanks: "Thank you for your answer", "Merci pour votre réponse";
    /// The bot is not set up.
    BrokenTitle: "The chat is not set up yet", "Le chat n’est pas encore configuré";
    /// Below it, with the codes.
    BrokenText: "For whoever sets this site up: {}", "Pour la personne qui configure ce site : {}";
}
