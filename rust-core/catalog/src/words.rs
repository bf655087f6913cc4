//! The data's words as a user reads them, in English.

use std::fmt;

use crate::{Category, Certainty, Data, Level, Severity};

impl Category {
    /// What it is, such as "usage statistics".
    pub fn words(self) -> &'static str {
        match self {
            Category::Account => "sign-in",
            Category::Advertising => "advertising",
            Category::Analytics => "usage statistics",
            Category::Attribution => "measuring advertisements",
            Category::CallerId => "looking up callers",
            Category::CaptivePortal => "test of the connection",
            Category::Cloud => "cloud storage",
            Category::Content => "content",
            Category::ContentDelivery => "downloads",
            Category::CrashReports => "crash reports",
            Category::Devices => "smart devices",
            Category::FindDevice => "finding a lost device",
            Category::Location => "location",
            Category::NameLookup => "name lookup past the system",
            Category::Payment => "payment",
            Category::Push => "push messages",
            Category::RemoteConfig => "settings from afar",
            Category::Security => "security check",
            Category::Store => "app store",
            Category::Time => "time",
            Category::Update => "updates",
        }
    }
}

impl Data {
    /// What it is, such as "the pages you open".
    pub fn words(self) -> &'static str {
        match self {
            Data::Account => "your account",
            Data::AdvertisingId => "your advertising id",
            Data::Apps => "which apps you have",
            Data::Contacts => "your contacts",
            Data::Crash => "crashes and their circumstances",
            Data::DeviceId => "marks of your device",
            Data::Downloads => "what you download",
            Data::Location => "where you are",
            Data::MailOpened => "that you opened a mail",
            Data::Messages => "your messages",
            Data::Network => "the networks around you",
            Data::Pages => "the pages you open",
            Data::PhoneNumbers => "numbers that call or write to you",
            Data::Photos => "your photos",
            Data::Purchases => "what you buy",
            Data::Searches => "what you search for",
            Data::Settings => "your settings",
            Data::Usage => "what you do in apps",
        }
    }
}

impl Severity {
    /// What it means where nothing more is known.
    pub fn words(self) -> &'static str {
        match self {
            Severity::None => "Nothing that you would notice.",
            Severity::Cosmetic => "Something looks different.",
            Severity::Feature => "Something stops working.",
            Severity::Hard => "Your device or its safety suffers.",
        }
    }
}

impl Certainty {
    /// How sure it is, as an adjective.
    pub fn words(self) -> &'static str {
        match self {
            Certainty::Confirmed => "confirmed",
            Certainty::Likely => "likely",
            Certainty::Untested => "untested",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Block => "block",
            Level::Strict => "strict",
            Level::Never => "never",
        })
    }
}
