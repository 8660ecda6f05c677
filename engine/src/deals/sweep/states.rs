//! The states of one layer, equal ones merged.

use crate::sort::InOrder as _;
use std::cmp::Reverse;

#[derive(Debug, Default)]
pub(in super::super) struct States {
    keys: Vec<u8>,
    /// What the best way to a state has given so far.
    pub(in super::super) values: Vec<i128>,
    /// What no way through it gives more than.
    pub(in super::super) bounds: Vec<i128>,
    /// The state before, and the choice made.
    pub(in super::super) from: Vec<(u32, u32)>,
}

impl States {
    pub(in super::super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(in super::super) fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
        self.bounds.clear();
        self.from.clear();
    }

    /// The one state in which nothing was given yet.
    pub(in super::super) fn start(&mut self, width: usize) {
        self.clear();
        self.keys.resize(width, 0);
        self.values.push(0);
        self.bounds.push(i128::MAX);
        self.from.push((0, 0));
    }

    pub(in super::super) fn key(&self, at: usize, width: usize) -> &[u8] {
        self.keys.get(at * width..(at + 1) * width).unwrap_or(&[])
    }

    /// A way to a state: kept when it is the first, or better than those before.
    pub(in super::super) fn offer(
        &mut self,
        index: &mut Index,
        width: usize,
        key: &[u8],
        (value, bound): (i128, i128),
        from: (u32, u32),
    ) {
        let cell = index.find(key, self, width);
        let Some(at) = index.taken(cell) else {
            self.keys.extend_from_slice(key);
            self.values.push(value);
            self.bounds.push(bound);
            self.from.push(from);
            return index.take(cell, self.len() - 1, self, width);
        };
        if let (Some(own), Some(known), Some(came)) = (self.values.get_mut(at), self.bounds.get_mut(at), self.from.get_mut(at))
            && value > *own
        {
            (*own, *known, *came) = (value, bound, from);
        }
    }

    /// Keeps the `most` states with the greatest bounds (earlier ones of equal), in their order;
    /// the greatest bound of the others.
    pub(in super::super) fn narrow(&mut self, most: usize, width: usize, picked: &mut Vec<usize>) -> i128 {
        picked.clear();
        picked.extend(0..self.len());
        let (_, first, _) = picked.select_nth_unstable_by_key(most, |at| (Reverse(self.bounds.get(*at).copied()), *at));
        let dropped = self.bounds.get(*first).copied().unwrap_or(i128::MAX);
        picked.truncate(most);
        picked.put_in_order();
        for (to, at) in picked.iter().copied().enumerate() {
            self.keys.copy_within(at * width..(at + 1) * width, to * width);
            self.values.swap(to, at);
            self.bounds.swap(to, at);
            self.from.swap(to, at);
        }
        self.keys.truncate(most * width);
        self.values.truncate(most);
        self.bounds.truncate(most);
        self.from.truncate(most);
        dropped
    }
}

/// Finds a layer's state by its key: a hash table with open addressing, kept between layers.
#[derive(Debug, Default)]
pub(in super::super) struct Index {
    /// The layer's stamp, and the state's position; any other stamp is a free cell.
    cells: Vec<(u32, u32)>,
    stamp: u32,
}

impl Index {
    /// Forgets all states; there is room for as many as expected.
    pub(in super::super) fn clear(&mut self, expected: usize) {
        let wanted = (expected * 2).next_power_of_two().max(1 << 10);
        if self.cells.len() < wanted || self.stamp == u32::MAX {
            self.cells.clear();
            self.cells.resize(wanted, (0, 0));
            self.stamp = 0;
        }
        self.stamp += 1;
    }

    /// The cell of a key: that of an equal one, or a free one.
    fn find(&self, key: &[u8], states: &States, width: usize) -> usize {
        let hash = key.chunks(8).fold(0u64, |hash, part| {
            let word = part.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        let mask = self.cells.len() - 1;
        let mut at = (hash >> 20) as usize & mask;
        while let Some(state) = self.taken(at) {
            if states.key(state, width) == key {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn taken(&self, cell: usize) -> Option<usize> {
        self.cells.get(cell).filter(|(stamp, _)| *stamp == self.stamp).map(|(_, state)| *state as usize)
    }

    /// Takes a free cell for the latest state; at most half of the cells are taken.
    fn take(&mut self, cell: usize, state: usize, states: &States, width: usize) {
        if let Some(cell) = self.cells.get_mut(cell) {
            *cell = (self.stamp, state as u32);
        }
        if (state + 1) * 2 > self.cells.len() {
            let wanted = self.cells.len() * 4;
            self.cells.clear();
            self.cells.resize(wanted, (0, 0));
            self.stamp = 1;
            for other in 0..=state {
                let at = self.find(states.key(other, width), states, width);
                if let Some(cell) = self.cells.get_mut(at) {
                    *cell = (1, other as u32);
                }
            }
        }
    }
}
