import { invalidArgument } from '../error/remote-error.ts'

/** The settings of a model that mean something here or in LoopBack; connectors and components have further ones. Source: data 1.1, 1.7. */
const modelSettings = `
  name plural base super description properties relations relationships options settings idInjection strict forceId
  mixins scope scopes attributes models validations acls methods indexes foreignKeys hidden hiddenProperties protected
  protectedProperties excludeBaseProperties replaceOnPUT hooks public remoting automaticValidation validateUpsert
  validateUpdate updateOnLoad strictDelete persistUndefinedAsNull configureModelMerge trackChanges
  enableRemoteReplication allowExtendedOperators normalizeUndefinedInQuery maxDepthOfQuery maxDepthOfData
  prohibitHiddenPropertiesInQuery prohibitProtectedPropertiesInQuery anonymous inheritValidators validateNested
  strictEmbeddedModels parentRef defaultIdSort disableDefaultSort strictObjectIDCoercion additionalProperties
`

/** The same for a property. Source: data 1.2. */
const propertySettings = `
  type generated required default defaultFn applyDefaultOnWrites persistDefaultValues index unique updateOnly readOnly
  length precision scale limit nullable null allowNull dataType unsigned charset collation autoIncrement jsonSchema
  description hidden protected useDefaultIdType validateNested
`

const known = {
  model: modelSettings.trim().split(/\s+/),
  property: propertySettings.trim().split(/\s+/),
}

/**
 * Looks for settings that are nearly a known one: `hiden` would show what was to be hidden. Other unknown settings are
 * somebody else's.
 *
 * **Errors**: `INVALID_ARGUMENT` naming the place and the right word; where `warn` is given it is told instead.
 */
export function checkSettings(
  kind: keyof typeof known,
  settings: Readonly<Record<string, unknown>>,
  place: string,
  warn?: (message: string) => void,
): void {
  for (const name of Object.keys(settings)) {
    const meant = nearest(name, known[kind])
    if (meant === undefined) continue
    const message = `${place}.${name} is no setting; did you mean ${meant}?`
    if (warn === undefined) throw invalidArgument(message)
    warn(message)
  }
}

/** The known word a name was meant to be: one slip away, more in long words; `undefined` for a known or a foreign one. */
function nearest(name: string, words: readonly string[]): string | undefined {
  if (words.includes(name)) return undefined
  const lower = name.toLowerCase()
  return words.find((word) => {
    const slips = word.length < longWord ? 1 : word.length < veryLongWord ? 2 : 3
    return (
      Math.abs(word.length - name.length) <= slips &&
      slipsBetween(lower, word.toLowerCase()) <= slips
    )
  })
}

/** Letters of a word in which two slips may be made. */
const longWord = 9

/** The same for three. */
const veryLongWord = 20

/** Letters left out, put in, changed, or swapped with their neighbour: the least number that makes `b` of `a`. */
function slipsBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + (isSame ? 0 : 1),
          isSwapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
