//! Questions: what the log has, what the rules say, how the engine is. Nothing is changed by them.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use catalog::Organisation;
use policy::{CountryCode, List, Policy};
use report::{CompanyReport, Report, Sources};
use store::{Confidence, Cursor, Filter, HostFilter, Mark, TotalsFilter, Verdict};
use wire::Owner;

use super::{Core, lock, parse};
use crate::error::CoreError;
use crate::explain;
use crate::messages::answers::{AboutHost, Answer, CompanyTold, Hour, LastSeen, ListTold, Status};
use crate::messages::events::FaultTold;
use crate::messages::requests::{
    About, Advice, Changes, CompanyAsked, Connections, Explain, Query, ReportAsked, ScreenName,
    Totals, Which,
};
use crate::messages::row::Row;
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
                let document = parse(&check.document.to_string())?;
                let situation = lock(&self.rules).situation.clone();
                Policy::compile(&document, &self.resources(), &situation, &runtime::moment())?;
                Ok(Answer::Good { ok: true })
            }
            Query::Lists(_) => Ok(self.lists()),
            Query::About(about) => self.about(&about),
            Query::Report(asked) => Ok(Answer::Report(Box::new(self.report(&asked)?))),
            Query::Company(asked) => self.company(&asked),
            Query::Advice(Advice { packages }) => {
                let packages = packages.iter().map(String::as_str);
                Ok(Answer::Advice { protections: self.known().catalog.protections(packages) })
            }
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
        let policy = self.rules().compile(&runtime::moment())?;
        let owner = question.uid.map_or(Owner::Unknown, |uid| self.owners.owner(uid));
        explain::answer(&policy, &owner, question)
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

    fn lists(&self) -> Answer {
        let resources = self.resources();
        let document = Arc::clone(&lock(&self.rules).document);
        let built_in = resources.built_in.as_deref().unwrap_or_default();
        let told = |list: &List| {
            let mut indexed = resources.lists.iter().flat_map(|index| index.lists());
            let indexed = indexed.find(|known| known.name == list.name);
            let own = list.hosts.as_ref().map_or(0, Vec::len)
                + list.addresses.as_ref().map_or(0, Vec::len);
            // The document turns a built-in list on or off by its name.
            let named = document.lists.iter().find(|named| named.name == list.name);
            ListTold {
                name: list.name.clone(),
                entries: own.max(indexed.map_or(0, |list| list.rules as usize)),
                enabled: named.unwrap_or(list).enabled,
            }
        };
        let own = document
            .lists
            .iter()
            .filter(|list| built_in.iter().all(|known| known.name != list.name));
        let lists = built_in.iter().chain(own).map(told).collect();
        Answer::Lists { lists, unusable: lock(&self.files).unusable() }
    }
}
