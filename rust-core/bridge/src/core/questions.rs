//! Questions: what the log has, what the rules say, how the engine is. Nothing is changed by them.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use catalog::Organisation;
use policy::{CountryCode, Document, Policy};
use report::{CompanyReport, Report, Sources};
use store::{Confidence, Cursor, Filter, HostFilter, Mark, TotalsFilter, Verdict};
use wire::Owner;

use super::{Core, lock, parse};
use crate::error::CoreError;
use crate::explain;
use crate::messages::answers::{
    AboutHost, Answer, CompanyTold, Hour, LastSeen, ProtectionTold, RuleTold, Status,
};
use crate::messages::events::FaultTold;
use crate::messages::lists::Named;
use crate::messages::requests::{
    About, Advice, AuditAsked, Changes, CompanyAsked, Connections, Explain, FollowAdvice, Query,
    ReportAsked, RulesAsked, ScreenName, Totals, UndoAdvice, Which,
};
use crate::messages::row::Row;
use crate::owners;
use crate::resources::Known;

/// The engine answers within a turn of its loop, some milliseconds; one that needs longer than this is stuck.
const ENGINE_ANSWERS: Duration = Duration::from_secs(2);

impl Core {
    /// Answers a question.
    ///
    /// # Errors
    /// What the question is about cannot be read, or the question makes no sense.
    pub(crate) fn query(&self, query: Query) -> Result<Answer, CoreError> {
        match query {
            Query::Connections(query) => self.connections(&query),
            Query::Changes(query) => self.changes(&query),
            Query::Totals(query) => self.totals(query),
            Query::LastActive(_) => self.last_active(),
            Query::Explain(question) => self.explain(&question),
            Query::Status(_) => Ok(Answer::Status(Box::new(self.status()))),
            Query::PolicyCheck(check) => {
                self.judged(&parse(&check.document.to_string())?)?;
                Ok(Answer::Good { ok: true })
            }
            Query::Rules(asked) => self.rules_of(&asked),
            Query::Lists(asked) => self.lists(&asked),
            Query::ListRead(Named { name }) => Ok(Answer::ListRead(self.list_read(&name)?)),
            Query::ListRows(Named { name }) => Ok(self.list_rows(&name)),
            Query::KnownLists(_) => Core::known_lists(),
            Query::Lookup(asked) => self.lookup(&asked),
            Query::About(about) => self.about(&about),
            Query::Report(asked) => Ok(Answer::Report(Box::new(self.report(&asked)?))),
            Query::Company(asked) => self.company(&asked),
            Query::Advice(advice) => self.advice(&advice),
            Query::FollowAdvice(FollowAdvice { packages, document }) => {
                let mut document = parse(&document.to_string())?;
                let packages = packages.iter().map(String::as_str);
                let news = self.known().catalog.follow_advice(&mut document, packages);
                Ok(Answer::Followed { added: news.into_iter().filter_map(|it| it.list).collect() })
            }
            Query::UndoAdvice(UndoAdvice { document }) => {
                let mut document = parse(&document.to_string())?;
                Ok(Answer::Undone { removed: self.known().catalog.undo_advice(&mut document) })
            }
            Query::Audit(AuditAsked { utc_offset }) => Ok(self.audit_so_far(utc_offset)),
        }
    }

    fn connections(&self, query: &Connections) -> Result<Answer, CoreError> {
        let filter = self.filter(&query.which)?;
        let Some(reader) = lock(&self.journal).reader()? else {
            return Ok(Answer::Connections {
                rows: Vec::new(),
                next: None,
                mark: Mark::default().0,
            });
        };
        let page = reader.page(&filter, query.before.map(Cursor), query.limit())?;
        let next = page.next.map(|Cursor(at)| at);
        Ok(Answer::Connections { rows: self.rows(&page.rows), next, mark: page.mark.0 })
    }

    fn changes(&self, query: &Changes) -> Result<Answer, CoreError> {
        let filter = self.filter(&query.which)?;
        let Some(reader) = lock(&self.journal).reader()? else {
            return Ok(Answer::Changes { rows: Vec::new(), mark: query.after, more: false });
        };
        let changes = reader.follow(&filter, Mark(query.after), query.limit())?;
        let (mark, more) = (changes.mark.0, changes.more);
        Ok(Answer::Changes { rows: self.rows(&changes.rows), mark, more })
    }

    fn filter(&self, which: &Which) -> Result<Filter, CoreError> {
        let Known { catalog, .. } = self.known();
        let is_narrow = which.company.is_some() || which.category.is_some();
        let is_meant = |row: &catalog::Row, organisation: &Organisation| {
            which.company.as_ref().is_none_or(|name| *name == organisation.name)
                && which.category.is_none_or(|category| category == row.category)
        };
        let text = which.text.as_deref();
        Ok(Filter {
            app: which.app.clone(),
            uid: which.uid,
            host: which.host.as_deref().map(explain::host).transpose()?.map(HostFilter::Suffix),
            verdict: which.verdict.map(Verdict::from),
            since_ms: which.since,
            until_ms: which.until,
            text: which.text.clone(),
            text_hosts: text.map(|text| catalog.hosts_of(text)).unwrap_or_default(),
            protocol: None,
            remotes: is_narrow.then(|| report::remotes(&catalog.reach(is_meant))),
            country: which.country.map(|CountryCode(letters)| letters),
            network: which.network.clone(),
            screen_on: which.screen.map(|screen| matches!(screen, ScreenName::On)),
            confidence: which.confidence.map(Confidence::from),
        })
    }

    fn totals(&self, query: Totals) -> Result<Answer, CoreError> {
        let filter = TotalsFilter { since_ms: query.since, until_ms: query.until, app: query.app };
        let log = lock(&self.journal).reader()?;
        let totals = log.map(|log| log.totals(&filter)).transpose()?.unwrap_or_default();
        Ok(Answer::Totals { hours: totals.iter().map(Hour::from).collect() })
    }

    fn last_active(&self) -> Result<Answer, CoreError> {
        let log = lock(&self.journal).reader()?;
        let apps = log.map(|log| log.last_active()).transpose()?.unwrap_or_default();
        Ok(Answer::LastActive { apps: apps.iter().map(LastSeen::from).collect() })
    }

    fn rows(&self, rows: &[store::Row]) -> Vec<Row> {
        let known = self.known();
        rows.iter().map(|row| Row::logged(row, &known)).collect()
    }

    fn explain(&self, question: &Explain) -> Result<Answer, CoreError> {
        let policy = match &question.document {
            Some(document) => self.judged(&parse(&document.to_string())?)?,
            None => self.rules().compile(&runtime::moment())?,
        };
        let owner = match (question.uid, &question.app) {
            (Some(uid), Some(app)) => owners::named(uid, app.as_str().into()),
            (Some(uid), None) => self.owners.owner(uid),
            (None, _) => Owner::Unknown,
        };
        explain::answer(&policy, &owner, question)
    }

    fn rules_of(&self, asked: &RulesAsked) -> Result<Answer, CoreError> {
        let document = parse(&asked.document.to_string())?;
        let policy = self.judged(&document)?;
        let log = lock(&self.journal).reader().ok().flatten();
        // Without a log the rules are told all the same.
        let hits = log.zip(asked.since).and_then(|(log, since)| log.decided_by_rule(since).ok());
        let now = runtime::moment().unix_seconds;
        Ok(Answer::Rules { rules: RuleTold::all(&document, &policy, now, hits.as_ref()) })
    }

    /// A document that is not in force, as it would be now.
    fn judged(&self, document: &Document) -> Result<Policy, CoreError> {
        let situation = lock(&self.rules).situation.clone();
        let moment = runtime::moment();
        Ok(Policy::compile(document, &self.resources(), &situation, &moment)?)
    }

    fn about(&self, question: &About) -> Result<Answer, CoreError> {
        let About { host, address, port, protocol } = question;
        let name = host.as_deref().map(explain::host).transpose()?;
        let Known { catalog, .. } = self.known();
        let row = match address {
            Some(address) => {
                catalog.about(name.as_ref(), (*address, *port).into(), (*protocol).into())
            }
            None => name.as_ref().and_then(|name| catalog.about_host(name)),
        };
        let about = row.map(|row| Box::new(AboutHost::new(&catalog, row)));
        Ok(Answer::About { about })
    }

    fn advice(&self, Advice { packages, document }: &Advice) -> Result<Answer, CoreError> {
        let document = match document {
            Some(document) => Arc::new(parse(&document.to_string())?),
            None => Arc::clone(&lock(&self.rules).document),
        };
        let Known { catalog, .. } = self.known();
        let protections = catalog.protections(packages.iter().map(String::as_str));
        let told = |protection| ProtectionTold::new(&catalog, protection, &document);
        Ok(Answer::Advice { protections: protections.into_iter().map(told).collect() })
    }

    fn company(&self, asked: &CompanyAsked) -> Result<Answer, CoreError> {
        let period = asked.period()?;
        let Known { catalog, places } = self.known();
        let log = lock(&self.journal).reader()?;
        let places = places.as_ref().map(|places| &places.0);
        let sources = Sources { log: log.as_ref(), catalog: &catalog, places };
        let company = CompanyReport::of(&sources, &asked.name, period, &asked.midnights)?;
        Ok(Answer::Company { company: company.map(|company| Box::new(CompanyTold::new(&company))) })
    }

    /// Reads the log for a report.
    ///
    /// # Errors
    /// The log cannot be read, or the question makes no sense.
    pub(super) fn report(&self, asked: &ReportAsked) -> Result<Report, CoreError> {
        let question = asked.question()?;
        let Known { catalog, places } = self.known();
        let log = lock(&self.journal).reader()?;
        let places = places.as_ref().map(|places| &places.0);
        let sources = Sources { log: log.as_ref(), catalog: &catalog, places };
        Ok(Report::of(&sources, &question)?)
    }

    fn audit_so_far(&self, utc_offset: i32) -> Answer {
        let answer = lock(&self.session).as_ref().map(|running| running.session.ask_audit());
        // Not under the lock, as with the status.
        let recording = answer.and_then(|answer| answer.recv_timeout(ENGINE_ANSWERS).ok());
        let audit = recording.map(|it| Box::new(self.audit(&it, utc_offset).without_values()));
        Answer::Audit { audit }
    }

    fn status(&self) -> Status {
        let (answer, fault) = match lock(&self.session).as_ref() {
            Some(running) => (running.session.ask_stats(), running.session.fault()),
            None => return Status::default(),
        };
        // Not under the lock: an engine that is stuck must not keep the app from stopping it.
        let stats = answer.recv_timeout(ENGINE_ANSWERS).ok();
        let fault = fault.as_ref().map(FaultTold::new);
        let Some(stats) = stats else {
            return Status { running: true, fault, ..Status::default() };
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Status {
            running: true,
            fault,
            beat: i64::try_from(now.as_millis()).ok(),
            packets_in: stats.engine.packets_in,
            packets_out: stats.packets_out,
            flows: stats.engine.flows,
            questions: stats.engine.questions,
            blocked_questions: stats.blocked_questions,
            records_lost: stats.records_lost,
        }
    }
}
