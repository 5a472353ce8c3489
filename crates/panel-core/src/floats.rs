//! A column of numbers whose memory is shared.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Memory of another library that holds numbers, an Arrow array say.
type Owner = Arc<dyn AsRef<[f64]> + Send + Sync>;

/// Numbers that are shared, not copied: a clone is a reference to the same memory, which may be another library's.
///
/// It reads as a slice. Shared memory must not change as long as a copy of this value lives; where its producer may write
/// to it, take [`Floats::owned`]. In an inner loop take the slice once: each access to another library's memory asks
/// its owner.
#[derive(Clone)]
pub struct Floats(Memory);

#[derive(Clone)]
enum Memory {
    Own(Arc<Vec<f64>>),
    Lent(Owner),
}

impl Floats {
    /// Numbers in the memory of another library.
    #[must_use]
    pub fn shared(owner: impl AsRef<[f64]> + Send + Sync + 'static) -> Self {
        Self(Memory::Lent(Arc::new(owner)))
    }

    /// Whether the memory is another library's.
    #[must_use]
    pub fn is_lent(&self) -> bool {
        matches!(self.0, Memory::Lent(_))
    }

    /// The numbers in memory of their own: a copy where the memory is another library's.
    #[must_use]
    pub fn owned(&self) -> Self {
        if self.is_lent() { self.to_vec().into() } else { self.clone() }
    }

    /// The numbers to write to, which are copied first where another clone holds them or the memory is another library's.
    pub fn make_mut(&mut self) -> &mut [f64] {
        if self.is_lent() {
            *self = self.owned();
        }
        match &mut self.0 {
            Memory::Own(values) => Arc::make_mut(values).as_mut_slice(),
            Memory::Lent(_) => &mut [],
        }
    }

    /// The numbers as a vector, without a copy where nobody else holds them.
    #[must_use]
    pub fn into_vec(self) -> Vec<f64> {
        match self.0 {
            Memory::Own(values) => Arc::unwrap_or_clone(values),
            Memory::Lent(owner) => (*owner).as_ref().to_vec(),
        }
    }
}

impl Deref for Floats {
    type Target = [f64];

    #[inline]
    fn deref(&self) -> &[f64] {
        match &self.0 {
            Memory::Own(values) => values,
            Memory::Lent(owner) => (**owner).as_ref(),
        }
    }
}

impl AsRef<[f64]> for Floats {
    fn as_ref(&self) -> &[f64] {
        self
    }
}

impl Default for Floats {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Vec<f64>> for Floats {
    fn from(values: Vec<f64>) -> Self {
        Self(Memory::Own(Arc::new(values)))
    }
}

impl From<&[f64]> for Floats {
    fn from(values: &[f64]) -> Self {
        values.to_vec().into()
    }
}

impl FromIterator<f64> for Floats {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'a> IntoIterator for &'a Floats {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Equal numbers, with anything that is numbers; NaN equals nothing.
impl<T: AsRef<[f64]> + ?Sized> PartialEq<T> for Floats {
    fn eq(&self, other: &T) -> bool {
        **self == *other.as_ref()
    }
}

impl fmt::Debug for Floats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_and_lent_memory_are_the_same_memory() {
        let owner: Arc<[f64]> = [1.0, 2.0].into();
        let lent = Floats::shared(Arc::clone(&owner));
        assert_eq!((lent.as_ptr(), lent.clone().as_ptr()), (owner.as_ptr(), owner.as_ptr()));
        let owned = lent.owned();
        assert!(lent.is_lent() && !owned.is_lent() && owned == lent && owned.as_ptr() != lent.as_ptr());
        assert_eq!(owned.owned().as_ptr(), owned.as_ptr(), "what is its own already is not copied");
    }

    #[test]
    fn a_vector_comes_back_without_a_copy_where_nobody_else_holds_it() {
        let values = vec![1.0, 2.0];
        let place = values.as_ptr();
        let floats = Floats::from(values);
        let other = floats.clone();
        let copied = floats.into_vec();
        assert_ne!(copied.as_ptr(), place, "`other` still holds it");
        let moved = other.into_vec();
        assert_eq!(moved.as_ptr(), place);
    }

    #[test]
    fn writing_to_one_clone_leaves_the_others() {
        for first in [Floats::from(vec![1.0, 2.0]), Floats::shared([1.0, 2.0])] {
            let mut second = first.clone();
            second.make_mut()[0] = 9.0;
            assert_eq!((&*first, &*second), (&[1.0, 2.0][..], &[9.0, 2.0][..]));
        }
    }
}
