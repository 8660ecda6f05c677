//! §8: deals, by exhaustive search. Units of one line with the same price and net share are
//! counted instead of named; nothing else is clever.

use std::collections::{BTreeSet, HashMap};

use super::input::{Kind, Ref, Rule};
use super::lines::Line;
use super::matching::{fits_mix, fulfilments, is_matched, value_for};
use super::number::{Money, Ratio, percent_of, ratio, round, share};
use super::stamps;

/// So many different outcomes of equal worth are followed, and no more.
const MOST_OUTCOMES: usize = 200;
/// So many states are visited before the case is given up as too large for this evaluator.
const MOST_STATES: usize = 60_000;

/// Units of one line with one price and one net share.
#[derive(Debug, Clone)]
pub(crate) struct Class {
    pub(crate) line: usize,
    pub(crate) price: Money,
    pub(crate) net: Money,
    pub(crate) count: usize,
}

/// The classes of all counting lines; `shares` are the net shares of each line's units.
pub(crate) fn classes(lines: &[Line], shares: &[Vec<Money>]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        for (&price, &net) in line.prices.iter().zip(&shares[i]) {
            match classes.last_mut() {
                Some(last) if (last.line, last.price, last.net) == (i, price, net) => last.count += 1,
                _ => classes.push(Class { line: i, price, net, count: 1 }),
            }
        }
    }
    classes
}

/// Units taken: so many of each class.
type Take = [(usize, usize)];

/// One application (§8.1): units taken, by class, and what it gives to which line.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    take: Vec<(usize, usize)>,
    amount: Money,
    lines: Vec<(usize, Money)>,
    /// Counts against the deal's limit.
    counted: bool,
}

/// A rule's possible applications.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    applications: Vec<Application>,
    limit: usize,
    /// One reward per ref: which unit each gets must be told apart.
    by_ref: bool,
    /// The price by which "cheapest" is judged, per class.
    prices: Vec<Money>,
}

/// What a deal came to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Given {
    /// Applications.
    pub(crate) count: usize,
    /// Per line.
    pub(crate) lines: Vec<Money>,
    /// For deals with one reward per ref: each reward, cheapest unit first.
    pub(crate) rewards: Vec<(Money, Money, usize, Money)>,
}

/// The deal of a rule on the free lines. `refs` are those that take part, not empty.
pub(crate) fn deal(rule: &Rule, lines: &[Line], classes: &[Class], free: &[bool], refs: &[Ref]) -> Deal {
    let prices: Vec<Money> = classes.iter().map(|c| if rule.net_base { c.net } else { c.price }).collect();
    let f = fulfilments(rule, lines, free);
    let rewards = refs.first().map_or(0, |first| stamps::rewards(rule, f, first, rule.reward_usage));
    let rewards = usize::try_from(rewards).unwrap_or(0);
    let matched: Vec<usize> =
        (0..classes.len()).filter(|&c| free[classes[c].line] && is_matched(rule, &lines[classes[c].line])).collect();
    let build = Build { rule, lines, classes, prices: &prices };

    let mut limit = usize::MAX;
    let mut by_ref = false;
    let mut applications = if rewards == 0 {
        Vec::new()
    } else if !rule.mixes.is_empty() {
        limit = if rule.is_limited() { rewards } else { usize::MAX };
        build.bundles(free)
    } else if rule.is_the_cheapest() {
        by_ref = true;
        let most = rule.reward_usage.and_then(|l| usize::try_from(l).ok()).unwrap_or(usize::MAX);
        build.cheapest(&matched, refs.len().min(most), &mut limit)
    } else if rule.stamp.is_some() {
        build.cheapest(&matched, rewards, &mut limit)
    } else if rule.kind == Kind::ItemNewPrice {
        limit = if rule.is_limited() { rewards * rule.quantity } else { usize::MAX };
        matched.iter().map(|&c| build.single(c)).collect()
    } else {
        limit = if rule.is_limited() { rewards } else { usize::MAX };
        build.groups(&matched)
    };
    // An application that gives nothing is never taken: fewer applications come first (§8.4).
    applications.retain(|a| a.amount > 0);
    Deal { applications, limit, by_ref, prices }
}

struct Build<'a> {
    rule: &'a Rule,
    lines: &'a [Line],
    classes: &'a [Class],
    prices: &'a [Money],
}

impl Build<'_> {
    /// One unit, rewarded by itself.
    fn single(&self, c: usize) -> Application {
        let class = &self.classes[c];
        let line = &self.lines[class.line];
        let value = value_for(self.rule, line);
        let amount = match self.rule.kind {
            Kind::ItemNewPrice if line.weighed => class.net - round(&(value * &line.quantity)),
            Kind::ItemNewPrice => class.net - round(value),
            Kind::ItemQuantity if value >= &ratio(1) => self.prices[c].min(class.net),
            Kind::ItemPercent => percent_of(value, self.prices[c]).min(class.net),
            _ => 0,
        };
        Application { take: vec![(c, 1)], amount, lines: vec![(class.line, amount)], counted: true }
    }

    /// Only the k cheapest matched units; those at exactly the k-th price are interchangeable.
    fn cheapest(&self, matched: &[usize], k: usize, limit: &mut usize) -> Vec<Application> {
        let mut units: Vec<Money> =
            matched.iter().flat_map(|&c| std::iter::repeat_n(self.prices[c], self.classes[c].count)).collect();
        units.sort_unstable();
        let Some(&last) = units.get(k.min(units.len()).wrapping_sub(1)) else { return Vec::new() };
        let cheaper = units.iter().filter(|&&p| p < last).count();
        *limit = k - cheaper;
        matched
            .iter()
            .filter(|&&c| self.prices[c] <= last)
            .map(|&c| Application { counted: self.prices[c] == last, ..self.single(c) })
            .collect()
    }

    /// q matched units: the `value` cheapest free, or `value` % off the cheapest.
    fn groups(&self, matched: &[usize]) -> Vec<Application> {
        let mut found = Vec::new();
        self.choose(matched, self.rule.quantity, &mut Vec::new(), &|_| 0, &mut |take| {
            let mut units = expand(take);
            let value = self.value_of(&units);
            // Of equal prices the greater net share comes first, then the earlier line.
            units.sort_by_key(|&c| (self.prices[c], -self.classes[c].net, self.classes[c].line, c));
            let mut lines: Vec<(usize, Money)> = Vec::new();
            if self.rule.kind == Kind::ItemQuantity {
                let n = usize::try_from(round(value)).unwrap_or(0);
                for &c in units.iter().take(n) {
                    lines.push((self.classes[c].line, self.prices[c].min(self.classes[c].net)));
                }
            } else if let Some(&c) = units.first() {
                lines.push((self.classes[c].line, percent_of(value, self.prices[c]).min(self.classes[c].net)));
            }
            let amount = lines.iter().map(|&(_, a)| a).sum();
            found.push(Application { take: take.to_vec(), amount, lines, counted: true });
        });
        found
    }

    /// Every bundle: units for every mix at once (§6.4).
    fn bundles(&self, free: &[bool]) -> Vec<Application> {
        let mut best: HashMap<Vec<(usize, usize)>, Vec<Application>> = HashMap::new();
        self.fill(0, free, &mut vec![0; self.classes.len()], &mut vec![0; self.classes.len()], &mut |taken, eligible| {
            let take: Vec<(usize, usize)> = taken.iter().copied().enumerate().filter(|&(_, n)| n > 0).collect();
            let application = self.bundle(take.clone(), eligible);
            // The same units filling other mixes: only the best such filling can be chosen.
            let known = best.entry(take).or_default();
            if known.first().is_none_or(|k| application.amount > k.amount) {
                *known = vec![application];
            } else if known.iter().all(|k| k.amount == application.amount && k.lines != application.lines) {
                known.push(application);
            }
        });
        let mut all: Vec<Application> = best.into_values().flatten().collect();
        all.sort_by(|a, b| (&a.take, &a.lines).cmp(&(&b.take, &b.lines)));
        all
    }

    fn fill(
        &self,
        mix: usize,
        free: &[bool],
        taken: &mut Vec<usize>,
        eligible: &mut Vec<usize>,
        done: &mut dyn FnMut(&[usize], &[usize]),
    ) {
        let Some(this) = self.rule.mixes.get(mix) else { return done(taken, eligible) };
        let fitting: Vec<usize> = (0..self.classes.len())
            .filter(|&c| free[self.classes[c].line] && fits_mix(self.rule, this, &self.lines[self.classes[c].line]))
            .collect();
        let mut ways: Vec<Vec<(usize, usize)>> = Vec::new();
        let used = taken.clone();
        self.choose(&fitting, this.quantity, &mut Vec::new(), &|c| used[c], &mut |take| ways.push(take.to_vec()));
        for way in ways {
            for &(c, n) in &way {
                taken[c] += n;
                eligible[c] += if this.reward_eligible { n } else { 0 };
            }
            self.fill(mix + 1, free, taken, eligible, done);
            for &(c, n) in &way {
                taken[c] -= n;
                eligible[c] -= if this.reward_eligible { n } else { 0 };
            }
        }
    }

    /// What one bundle gives (§8.1), and to which lines (§8.6).
    fn bundle(&self, take: Vec<(usize, usize)>, eligible: &[usize]) -> Application {
        let value = self.value_of(&expand(&take));
        let units: Vec<usize> = (0..eligible.len()).flat_map(|c| std::iter::repeat_n(c, eligible[c])).collect();
        let prices: Vec<Money> = units.iter().map(|&c| self.prices[c]).collect();
        let nets: Vec<Money> = units.iter().map(|&c| self.classes[c].net).collect();
        let (price, net): (Money, Money) = (prices.iter().sum(), nets.iter().sum());
        let mut cheapest = prices.clone();
        cheapest.sort_unstable();
        let amount = match self.rule.kind {
            Kind::ItemNewPrice | Kind::MixNewPrice => net - round(value),
            Kind::Percent => percent_of(value, price),
            Kind::Amount => round(value),
            Kind::ItemQuantity => cheapest.iter().take(usize::try_from(round(value)).unwrap_or(0)).sum(),
            Kind::ItemPercent => percent_of(value, cheapest.first().copied().unwrap_or(0)),
            Kind::Debit => 0,
        };
        let amount = amount.clamp(0, net);
        let parts = share(amount, if self.rule.is_new_price() { &nets } else { &prices }, &nets);
        let mut lines: Vec<(usize, Money)> = Vec::new();
        for (&c, part) in units.iter().zip(parts) {
            match lines.last_mut() {
                Some(last) if last.0 == self.classes[c].line => last.1 += part,
                _ => lines.push((self.classes[c].line, part)),
            }
        }
        Application { take, amount, lines, counted: true }
    }

    /// §7.4: the most expensive of all units decides, the earlier line on equal prices.
    fn value_of(&self, units: &[usize]) -> &Ratio {
        let decides = units.iter().min_by_key(|&&c| (-self.prices[c], self.classes[c].line));
        decides.map_or(&self.rule.value, |&c| value_for(self.rule, &self.lines[self.classes[c].line]))
    }

    /// Every way to take n units out of these classes, `used` of which are gone.
    fn choose(
        &self,
        from: &[usize],
        n: usize,
        take: &mut Vec<(usize, usize)>,
        used: &dyn Fn(usize) -> usize,
        done: &mut dyn FnMut(&Take),
    ) {
        if n == 0 {
            return done(take);
        }
        let Some((&c, rest)) = from.split_first() else { return };
        for m in 0..=(self.classes[c].count - used(c)).min(n) {
            if m > 0 {
                take.push((c, m));
            }
            self.choose(rest, n - m, take, used, done);
            if m > 0 {
                take.pop();
            }
        }
    }
}

fn expand(take: &Take) -> Vec<usize> {
    take.iter().flat_map(|&(c, n)| std::iter::repeat_n(c, n)).collect()
}

/// §8.3 and §8.4 up to the last tie: greatest total, fewer applications, more of earlier rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    total: Money,
    fewer: i64,
    counts: Vec<usize>,
}

/// Units left per class, then rewards left per deal.
type State = Vec<usize>;

struct Search<'a> {
    deals: &'a [Deal],
    classes: &'a [Class],
    lines: usize,
    /// Applications by their first class: (deal, application).
    by_class: Vec<Vec<(usize, usize)>>,
    scores: HashMap<State, Score>,
    outcomes: HashMap<State, BTreeSet<Vec<Given>>>,
    capped: bool,
}

/// Every best assignment that differs in what a line gets, or a ref. The flag says that there may
/// be more than are listed.
pub(crate) fn assignments(deals: &[Deal], classes: &[Class], lines: usize) -> (Vec<Vec<Given>>, bool) {
    let mut by_class = vec![Vec::new(); classes.len()];
    let mut start: State = vec![0; classes.len()];
    for (d, deal) in deals.iter().enumerate() {
        for (a, application) in deal.applications.iter().enumerate() {
            if let Some(&(first, _)) = application.take.first() {
                by_class[first].push((d, a));
            }
            for &(c, _) in &application.take {
                start[c] = classes[c].count;
            }
        }
    }
    start.extend(deals.iter().map(|d| d.limit));
    let mut search = Search { deals, classes, lines, by_class, scores: HashMap::new(), outcomes: HashMap::new(), capped: false };
    search.score(&start);
    if search.capped {
        return (Vec::new(), true);
    }
    let mut found: Vec<Vec<Given>> = search.outcomes(&start).into_iter().collect();
    for given in found.iter_mut().flatten() {
        given.rewards.sort_unstable();
    }
    found.sort();
    found.dedup();
    (found, search.capped)
}

impl Search<'_> {
    /// What can follow: close the first open class, or apply something that takes one of its units.
    fn moves(&self, state: &State) -> Vec<(Option<(usize, usize)>, State)> {
        let Some(first) = (0..self.classes.len()).find(|&c| state[c] > 0) else { return Vec::new() };
        let mut closed = state.clone();
        closed[first] = 0;
        let mut moves = vec![(None, closed)];
        for &(d, a) in &self.by_class[first] {
            let application = &self.deals[d].applications[a];
            let limit = self.classes.len() + d;
            if application.take.iter().any(|&(c, n)| state[c] < n) || (application.counted && state[limit] == 0) {
                continue;
            }
            let mut next = state.clone();
            for &(c, n) in &application.take {
                next[c] -= n;
            }
            if application.counted && next[limit] != usize::MAX {
                next[limit] -= 1;
            }
            moves.push((Some((d, a)), next));
        }
        moves
    }

    fn after(&self, step: Option<(usize, usize)>, mut rest: Score) -> Score {
        if let Some((d, a)) = step {
            rest.total += self.deals[d].applications[a].amount;
            rest.fewer -= 1;
            rest.counts[d] += 1;
        }
        rest
    }

    fn score(&mut self, state: &State) -> Score {
        if let Some(known) = self.scores.get(state) {
            return known.clone();
        }
        let mut best = Score { total: 0, fewer: 0, counts: vec![0; self.deals.len()] };
        if self.scores.len() > MOST_STATES {
            self.capped = true;
            return best;
        }
        for (step, next) in self.moves(state) {
            let rest = self.score(&next);
            best = best.max(self.after(step, rest));
        }
        self.scores.insert(state.clone(), best.clone());
        best
    }

    fn outcomes(&mut self, state: &State) -> BTreeSet<Vec<Given>> {
        if let Some(known) = self.outcomes.get(state) {
            return known.clone();
        }
        let best = self.score(state);
        let mut found = BTreeSet::new();
        let moves = self.moves(state);
        if moves.is_empty() {
            let nothing = Given { count: 0, lines: vec![0; self.lines], rewards: Vec::new() };
            found.insert(vec![nothing; self.deals.len()]);
        }
        for (step, next) in moves {
            let rest = self.score(&next);
            if self.after(step, rest) != best {
                continue;
            }
            for mut outcome in self.outcomes(&next) {
                if let Some((d, a)) = step {
                    self.credit(&mut outcome[d], d, a);
                }
                found.insert(outcome);
            }
        }
        if found.len() > MOST_OUTCOMES {
            self.capped = true;
            found = found.into_iter().take(MOST_OUTCOMES).collect();
        }
        self.outcomes.insert(state.clone(), found.clone());
        found
    }

    fn credit(&self, given: &mut Given, d: usize, a: usize) {
        let application = &self.deals[d].applications[a];
        given.count += 1;
        for &(line, amount) in &application.lines {
            given.lines[line] += amount;
        }
        if self.deals[d].by_ref {
            for &(c, _) in &application.take {
                given.rewards.push((self.deals[d].prices[c], -self.classes[c].net, self.classes[c].line, application.amount));
            }
            given.rewards.sort_unstable();
        }
    }
}
