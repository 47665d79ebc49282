/** Small repeatable generator of numbers in [0, 1): every run and every peer sees the same rows. */
function createRandom(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function shuffled(length, random) {
  const list = Array.from({ length }, (_, index) => index)
  for (let index = length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    ;[list[index], list[other]] = [list[other], list[index]]
  }
  return list
}

const moods = ['Quiet', 'Broken', 'Golden', 'Distant', 'Crooked', 'Patient', 'Hollow', 'Early']
const things = ['Harbour', 'Bridge', 'Orchard', 'Signal', 'Archive', 'Valley', 'Engine', 'Letter']
const countries = ['DE', 'FR', 'IT', 'ES', 'PT', 'NL', 'SE', 'FI']
const genres = ['novel', 'essay', 'poetry', 'history', 'travel']

/**
 * The rows of work b: 1,000 books with ten members. Titles, pages and prices are unique, so that every order has one
 * answer. `published` is a `Date`, as a typed model holds it.
 */
export function makeBooks(length = 1000) {
  const random = createRandom(42)
  const pages = shuffled(length, random)
  const prices = shuffled(length, random)
  return Array.from({ length }, (_, index) => ({
    id: index + 1,
    title: `${moods[Math.floor(random() * 8)]} ${things[Math.floor(random() * 8)]} ${String(index).padStart(4, '0')}`,
    pages: 50 + pages[index],
    price: 5 + prices[index] / 4,
    country: countries[index % countries.length],
    rating: Math.round(random() * 50) / 10,
    active: index % 3 !== 0,
    published: new Date(Date.UTC(1970 + (index % 50), index % 12, 1 + (index % 28))),
    isbn: `978-${String(1_000_000 + index * 7919)}`,
    genre: genres[index % genres.length],
  }))
}

/** The two orders of work b, as text of the request and as comparison of rows. */
const comparisons = {
  'title DESC': (left, right) => (left.title < right.title ? 1 : left.title > right.title ? -1 : 0),
  'price ASC': (left, right) => left.price - right.price,
}

/** What the hand-written handlers of work b do: filter, sort, slice over one array. */
export function findBooks(books, minPages, order, limit) {
  return books
    .filter((book) => book.pages > minPages)
    .sort(comparisons[order])
    .slice(0, limit)
}
