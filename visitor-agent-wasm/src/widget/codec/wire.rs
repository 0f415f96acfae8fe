//! `chat.v1`.
use chat_proto::{
    Fault, FormField, Resume,
    message::{Choice, FileCard, From, Meta, Msg},
    visitor::{
        ClosedNotice, Conversation, FromVisitor, PageProof, PageView, Stage, ToVisitor, Token, TokenRequest,
        Visit, Way, Widget,
    },
};

use super::{Codec, Json, Members, names, quote, structs};

names! {
    From { Visitor "visitor" Agent "agent" Bot "bot" System "system" }
    Stage {
        Bot "bot" Waiting "waiting" Active "active" OfflineForm "offline_form" Offline "offline" Closed "closed"
    }
}

structs! {
    Msg { seq cid from name kind text at reply_to meta }
    Meta { code names choices option files url form share }
    Choice { option label }
    FileCard { id name bytes kind size }
    Fault { code retry_ms fields }
    FormField { key label kind required }
    Resume { conv seq ver }
    Conversation { conv stage ver seq agent agent_here ahead wait_s unattended rateable unavailable }
    Token { token expires }
    TokenRequest { secret identity }
    Widget {
        name bot colour greeting form offline_form open closed broken max_file_bytes refused_files presence
        query_keys
    }
    ClosedNotice { message opens ways }
    Way { kind label value }
    Visit { id started referrer campaign pages }
    PageView { url title at }
    PageProof { key signature }
}

impl Codec for ToVisitor {
    fn read(json: &Json) -> Option<Self> {
        Some(match json.get("t")?.text() {
            "welcome" => Self::Welcome {
                now: json.field("now"),
                ping_ms: json.field("ping_ms"),
                conv: json.field("conv"),
            },
            "conv" => Self::Conv(Codec::read(json)?),
            "msgs" => Self::Msgs { conv: json.field("conv"), msgs: json.field("msgs") },
            "ack" => Self::Ack {
                cid: json.field("cid"),
                conv: json.field("conv"),
                seq: json.field("seq"),
                at: json.field("at"),
            },
            "nack" => Self::Nack { cid: json.field("cid"), fault: json.field("fault") },
            "typing" => Self::Typing { conv: json.field("conv"), on: json.field("on") },
            "read" => Self::Read { conv: json.field("conv"), seq: json.field("seq") },
            "token" => Self::Token(Codec::read(json)?),
            "changed" => Self::Changed,
            "ping" => Self::Ping,
            "bye" => Self::Bye { code: json.field("code") },
            _ => return None,
        })
    }

    /// Only the service says these; tabs tell each other what came as it came.
    fn write(&self, out: &mut String) {
        out.push_str("null");
    }
}

impl Codec for FromVisitor {
    fn read(json: &Json) -> Option<Self> {
        let (cid, conv) = (json.field("cid"), json.field("conv"));
        Some(match json.get("t")?.text() {
            "start" => Self::Start {
                cid,
                form: json.field("form"),
                lang: json.field("lang"),
                offline: json.field("offline"),
                visit: json.field("visit"),
            },
            "send" => Self::Send {
                cid,
                conv,
                text: json.field("text"),
                files: json.field("files"),
                reply_to: json.field("reply_to"),
            },
            "choose" => Self::Choose { cid, conv, option: json.field("option") },
            "submit" => Self::Submit { cid, conv, form: json.field("form") },
            "close" => Self::Close { cid, conv },
            "rate" => Self::Rate { cid, conv, stars: json.field("stars"), text: json.field("text") },
            "typing" => Self::Typing { conv, on: json.field("on") },
            "read" => Self::Read { conv, seq: json.field("seq") },
            "page" => Self::Page(Codec::read(json)?),
            "custom" => Self::Custom { data: json.field("data") },
            "fetch" => Self::Fetch { conv, after: json.field("after") },
            _ => return None,
        })
    }

    fn write(&self, out: &mut String) {
        let mut it = Members::of(out);
        quote(it.name("t"), kind_of(self));
        match self {
            Self::Hello { token, resume, page } => {
                it.put("token", token);
                it.put("resume", resume);
                it.put("page", page);
            }
            Self::Start { cid, form, lang, offline, visit } => {
                it.put("cid", cid);
                it.put("form", form);
                it.put("lang", lang);
                it.put("offline", offline);
                it.put("visit", visit);
            }
            Self::Send { cid, conv, text, files, reply_to } => {
                put_named(&mut it, cid, conv);
                it.put("text", text);
                it.put("files", files);
                it.put("reply_to", reply_to);
            }
            Self::Choose { cid, conv, option } => {
                put_named(&mut it, cid, conv);
                it.put("option", option);
            }
            Self::Submit { cid, conv, form } => {
                put_named(&mut it, cid, conv);
                it.put("form", form);
            }
            Self::Close { cid, conv } => put_named(&mut it, cid, conv),
            Self::Rate { cid, conv, stars, text } => {
                put_named(&mut it, cid, conv);
                it.put("stars", stars);
                it.put("text", text);
            }
            Self::Typing { conv, on } => {
                it.put("conv", conv);
                it.put("on", on);
            }
            Self::Read { conv, seq } => {
                it.put("conv", conv);
                it.put("seq", seq);
            }
            Self::Page(page) => {
                it.put("url", &page.url);
                it.put("title", &page.title);
                it.put("at", &page.at);
            }
            Self::Custom { data } => it.put("data", data),
            Self::Fetch { conv, after } => {
                it.put("conv", conv);
                it.put("after", after);
            }
        }
        it.end();
    }
}

fn put_named(it: &mut Members<'_>, cid: &String, conv: &String) {
    it.put("cid", cid);
    it.put("conv", conv);
}

fn kind_of(say: &FromVisitor) -> &'static str {
    match say {
        FromVisitor::Hello { .. } => "hello",
        FromVisitor::Start { .. } => "start",
        FromVisitor::Send { .. } => "send",
        FromVisitor::Choose { .. } => "choose",
        FromVisitor::Submit { .. } => "submit",
        FromVisitor::Close { .. } => "close",
        FromVisitor::Rate { .. } => "rate",
        FromVisitor::Typing { .. } => "typing",
        FromVisitor::Read { .. } => "read",
        FromVisitor::Page(_) => "page",
        FromVisitor::Custom { .. } => "custom",
        FromVisitor::Fetch { .. } => "fetch",
    }
}
