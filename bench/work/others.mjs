/** How many classes the other methods of work d are spread over. */
const classes = 100

/**
 * The other methods of work d, grouped by class: `[{ name: 'Others0', methods: ['method0', …] }, …]`. A server
 * registers the first half before `greet` and the second half after it, so that a router that walks a list is neither
 * favoured nor punished.
 */
export function listOthers(count) {
  if (count === 0) return { before: [], after: [] }
  const perClass = Math.ceil(count / classes)
  const all = Array.from({ length: classes }, (_, index) => ({
    name: `Others${index}`,
    methods: Array.from({ length: perClass }, (_, method) => `method${method}`),
  }))
  return { before: all.slice(0, classes / 2), after: all.slice(classes / 2) }
}

/** Paths of the other methods for peers without classes: `/others0/method0`. */
export function listOtherPaths(group) {
  return group.flatMap(({ name, methods }) =>
    methods.map((method) => `/${name.toLowerCase()}/${method}`),
  )
}

/** Names of the models of work e: `Model0` … */
export function listModels(count) {
  return Array.from({ length: count }, (_, index) => `Model${index}`)
}
