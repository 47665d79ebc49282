/** Words whose plural follows no rule, in lower case. */
const irregular: readonly (readonly [singular: string, plural: string])[] = [
  ['person', 'people'],
  ['child', 'children'],
  ['man', 'men'],
  ['foot', 'feet'],
  ['tooth', 'teeth'],
  ['goose', 'geese'],
  ['mouse', 'mice'],
  ['ox', 'oxen'],
  ['datum', 'data'],
  ['medium', 'media'],
  ['criterion', 'criteria'],
  ['quiz', 'quizzes'],
  ['move', 'moves'],
  ['index', 'indices'],
  ['matrix', 'matrices'],
  ['vertex', 'vertices'],
  ['axis', 'axes'],
  ['crisis', 'crises'],
  ['analysis', 'analyses'],
  ['hypothesis', 'hypotheses'],
  ['leaf', 'leaves'],
  ['half', 'halves'],
  ['shelf', 'shelves'],
  ['wolf', 'wolves'],
  ['calf', 'calves'],
  ['loaf', 'loaves'],
  ['thief', 'thieves'],
  ['knife', 'knives'],
  ['life', 'lives'],
  ['wife', 'wives'],
  ['potato', 'potatoes'],
  ['tomato', 'tomatoes'],
  ['hero', 'heroes'],
  ['echo', 'echoes'],
]

/** Words that are their own plural, in lower case. */
const unchanging: readonly string[] = [
  'equipment',
  'information',
  'rice',
  'money',
  'species',
  'series',
  'fish',
  'sheep',
  'deer',
  'news',
  'staff',
  'feedback',
  'metadata',
]

/** Endings that take `es`. */
const hissing = /(?:s|x|z|ch|sh)$/i
/** Singular words that end in one s. */
const singularEnding = /(?:ss|us|is|as|gas|lens)$/i

/**
 * The plural of an English noun, case kept: `Country` → `Countries`, `Person` → `People`. Only the last word of a
 * compound changes; a word that looks plural already stays. Source: framework F-2.1.
 */
export function pluralize(name: string): string {
  const special = pluralOfException(name)
  if (special !== undefined) return special
  if (/s$/i.test(name) && !singularEnding.test(name)) return name
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`
  if (/(?:[^aeiou]sis)$/i.test(name)) return `${name.slice(0, -2)}es`
  return hissing.test(name) ? `${name}es` : `${name}s`
}

function pluralOfException(name: string): string | undefined {
  const lower = name.toLowerCase()
  if (unchanging.some((word) => endsWithWord(name, lower, word))) return name
  for (const [singular, plural] of irregular) {
    if (endsWithWord(name, lower, plural)) return name
    if (!endsWithWord(name, lower, singular)) continue
    const start = name.length - singular.length
    return name.slice(0, start) + withCaseOf(name.charAt(start), plural)
  }
  return undefined
}

/** The name is the word, or ends with it as a word of its own (`SalesPerson`, `sales-person`, but not `Human`). */
function endsWithWord(name: string, lower: string, word: string): boolean {
  if (!lower.endsWith(word)) return false
  const start = name.length - word.length
  if (start === 0) return true
  const first = name.charAt(start)
  return first !== first.toLowerCase() || /[^a-z]/i.test(name.charAt(start - 1))
}

function withCaseOf(first: string, word: string): string {
  return first === first.toLowerCase() ? word : word.charAt(0).toUpperCase() + word.slice(1)
}
