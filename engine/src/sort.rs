//! Putting lists in order, in little code.
//!
//! Sorting is compiled for each kind of element and order, which is fast, and a twentieth of the WebAssembly module. There
//! one heap sort does for all: it is told what to compare and exchange by place. Orders are whole, so that both agree.

use std::cmp::Ordering;

/// Lists that can be put in order.
pub(crate) trait InOrder<T> {
    /// Lowest first.
    fn put_in_order(&mut self)
    where
        T: Ord;

    /// In this order, which tells all elements apart that differ.
    fn put_in_order_by(&mut self, order: impl FnMut(&T, &T) -> Ordering);

    /// Lowest key first.
    fn put_in_order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

#[cfg(not(target_family = "wasm"))]
impl<T> InOrder<T> for [T] {
    #[inline]
    fn put_in_order(&mut self)
    where
        T: Ord,
    {
        self.sort_unstable();
    }

    #[inline]
    fn put_in_order_by(&mut self, order: impl FnMut(&T, &T) -> Ordering) {
        self.sort_unstable_by(order);
    }

    #[inline]
    fn put_in_order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        self.sort_unstable_by_key(key);
    }
}

#[cfg(target_family = "wasm")]
impl<T> InOrder<T> for [T] {
    fn put_in_order(&mut self)
    where
        T: Ord,
    {
        self.put_in_order_by(T::cmp);
    }

    fn put_in_order_by(&mut self, mut order: impl FnMut(&T, &T) -> Ordering) {
        heap_sort(self.len(), &mut |step, a, b| match step {
            Step::IsLess => matches!((self.get(a), self.get(b)), (Some(a), Some(b)) if order(a, b).is_lt()),
            Step::Exchange => {
                self.swap(a, b);
                true
            }
        });
    }

    fn put_in_order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.put_in_order_by(|a, b| key(a).cmp(&key(b)));
    }
}

/// What a sort asks about two places, or does with them.
#[cfg(any(test, target_family = "wasm"))]
enum Step {
    IsLess,
    Exchange,
}

#[cfg(any(test, target_family = "wasm"))]
fn heap_sort(len: usize, step: &mut dyn FnMut(Step, usize, usize) -> bool) {
    // First the elements are made a heap, then the largest goes to the end again and again.
    for begun in (0..len + len / 2).rev() {
        let (mut root, end) = if begun >= len {
            (begun - len, len)
        } else {
            step(Step::Exchange, 0, begun);
            (0, begun)
        };
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                break;
            }
            if child + 1 < end && step(Step::IsLess, child, child + 1) {
                child += 1;
            }
            if !step(Step::IsLess, root, child) {
                break;
            }
            step(Step::Exchange, root, child);
            root = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, heap_sort};

    #[test]
    fn lists_of_every_length_come_in_order() {
        let mut seed = 1u32;
        for len in 0..200usize {
            let mut list: Vec<u32> = (0..len)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    seed >> 24
                })
                .collect();
            let mut sorted = list.clone();
            sorted.sort_unstable();
            heap_sort(len, &mut |step, a, b| match step {
                Step::IsLess => list[a] < list[b],
                Step::Exchange => {
                    list.swap(a, b);
                    true
                }
            });
            assert_eq!(list, sorted);
        }
    }
}
